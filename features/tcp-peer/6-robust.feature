@tcp-peer @part-6
Feature: Chat between peers, part 6: what a careful program also survives
  Source: 003_972a522528e68a06.txt, question 1

  @robust @PEER-6.1
  Rule: Messages that arrive together are shown one by one
    Why: TCP is a stream of bytes; two sends can arrive as one.
    Hint: keep what you have read, and cut it where a message ends.
    Needs: PEER-4.1 PEER-4.2

    Scenario: Three messages in one piece
      Given "ann" has started a chat that names "bob"
      When "bob" sends "one", "two" and "three" to "ann" in one piece
      Then "ann" sees "one"
      And "ann" sees "two"
      And "ann" sees "three"

  @robust @PEER-6.2
  Rule: A message that arrives in pieces is shown
    Why: TCP is a stream of bytes; one send can arrive in two parts.
    Hint: keep an unfinished message until the rest has come.
    Needs: PEER-4.2

    Scenario: A message is cut in several places
      Given "ann" has started a chat that names "bob"
      When "bob" sends "naïve café" to "ann" in several pieces
      Then "ann" sees "naïve café"

  @robust @PEER-6.3
  Rule: The order of a message's members does not matter, nor do unknown ones
    Why: a JSON object is not ordered, and the next version may say more.
    Hint: ask for the members by name.
    Needs: PEER-4.2

    Scenario: Another order and one more member
      Given "ann" has started a chat that names "bob"
      When "bob" sends "hello" to "ann" with its members reversed and one more
      Then "ann" sees "hello"

  @robust @PEER-6.4
  Rule: A peer that is down when the first line is typed does not stop the message to the others
    Why: somebody is always late.
    Hint: catch the error of each connection on its own.
    Needs: PEER-2.1 PEER-2.3

    Scenario: The first of two peers is not there
      Given "bob" is not there yet
      And "ann" has started a chat that names "bob" and "eve"
      When "ann" types "hello"
      Then "eve" receives "hello"
      And "ann" goes on
      When "ann" types "over"
      Then "eve" receives "over"
      And "ann" goes on

  @robust @PEER-6.5
  Rule: A peer that dies later does not stop the messages to the others
    Why: programs crash and laptops close.
    Hint: catch the error of each send on its own, and forget that peer.
    Needs: PEER-2.3

    Scenario: The first of two peers goes
      Given "ann" has started a chat that names "bob" and "eve"
      And "ann" has sent "hello" to "bob" and "eve"
      And "bob" has gone away
      When "ann" types "one"
      Then "eve" receives "one"
      And "ann" goes on
      When "ann" types "two"
      Then "eve" receives "two"
      When "ann" types "three"
      Then "eve" receives "three"
      And "ann" goes on

  @robust @PEER-6.6
  Rule: Rubbish from one peer does not bring the program down
    Why: not everybody who connects speaks the protocol.
    Hint: catch what your JSON library says of a bad message, and go on with the other connections.
    Needs: PEER-2.1 PEER-4.2

    Scenario Outline: Somebody sends <what>
      Given "ann" has started a chat that names "bob"
      When "eve" sends rubbish to "ann": <what>
      Then "ann" goes on
      When "bob" sends "still here?" to "ann"
      Then "ann" sees "still here?"
      When "ann" types "yes"
      Then "bob" receives "yes"
      And "ann" goes on

      Examples:
        | what                          |
        | no JSON                       |
        | members of wrong types        |
        | a list                        |
        | bytes that are no text        |
        | an object without an end      |

  @robust @PEER-6.7
  Rule: A line of 8 KiB arrives whole
    Why: people paste.
    Hint: read the network until the message is complete, whatever its length.
    Needs: PEER-3.6 PEER-4.2

    Scenario: A long line is sent
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "before" to "bob" as JSON
      When "ann" types a line of 8192 letters
      Then "bob" receives it to the letter

    Scenario: A long message is shown
      Given "ann" has started a chat that names "bob"
      When "bob" sends a message of 8192 letters to "ann"
      Then "ann" sees it to the letter

  @robust @PEER-6.8
  Rule: An empty line does no harm
    Why: people hit Enter.
    Hint: send nothing, or an empty message; but go on.
    Needs: PEER-2.3

    Scenario: Enter, and then a line
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "before" to "bob"
      And "ann" types ""
      When "ann" types "hello"
      Then "bob" receives "hello"
      And "ann" goes on

  @robust @PEER-6.9
  Rule: A name may have spaces
    Why: people have them.
    Hint: take the whole argument.
    Needs: PEER-3.5

    Scenario: Two words
      Given "mary ann" has started a chat that names "bob"
      And "mary ann" has sent "hello" to "bob" as JSON
      Then its user is "mary ann"

  @robust @PEER-6.10
  Rule: A connection that breaks off does no harm
    Why: laptops are closed, and networks fail; the other side says no goodbye then.
    Hint: an error of one connection ends that connection only: catch it wherever you read or write.
    Needs: PEER-4.2 PEER-4.3

    Scenario: Somebody has said something, and breaks off
      Given "ann" has started a chat that names "bob"
      And "eve" has sent "hi" to "ann"
      When "eve" breaks off her connection to "ann"
      Then "ann" goes on
      When "bob" sends "still here?" to "ann"
      Then "ann" sees "still here?"
      And "ann" goes on

  @robust @PEER-6.11
  Rule: `seq` goes on counting while a peer is not there
    Why: a number identifies a message also for those who have received it.
    Hint: add one after each line, whoever could be reached.
    Needs: PEER-3.2 PEER-6.4

    Scenario: The first of two peers is not there
      Given "bob" is not there yet
      And "ann" has started a chat that names "bob" and "eve"
      And "ann" has sent "one" to "eve" as JSON
      When "ann" types "two"
      Then "eve" has received the numbers 0, 1

    Scenario: A peer that comes when one message has been sent
      Given "bob" is not there yet
      And "ann" has started a chat that names "bob" and "eve"
      And "ann" has sent "one" to "eve" as JSON
      And "bob" comes
      When "ann" types "two"
      And "eve" receives "two"
      Then "bob" has received "two" with the number that "eve" has, if at all
