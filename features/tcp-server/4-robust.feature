@tcp-server @part-4
Feature: Chat through a server, part 4: what careful programs also survive
  Source: 003_972a522528e68a06.txt, question 2

  @robust @SERVER-4.1
  Rule: Who subscribes twice receives each message once
    Why: a client that is not sure asks again.
    Hint: keep a set of addresses, not a list.
    Needs: SERVER-2.5

    Scenario: The same address again
      Given the server is running
      And "ann" and "bob" have subscribed
      When "bob" subscribes again
      And "ann" sends "hello" to the server
      Then "bob" receives "hello"
      When "ann" sends "over" to the server
      Then "bob" receives "over"
      And "bob" has received "hello" and "over", once each

  @robust @SERVER-4.2
  Rule: Unsubscribing somebody who has not subscribed harms nobody
    Why: a client may stop before its subscription has been served.
    Hint: removing what is not in the list must not fail.
    Needs: SERVER-2.5

    Scenario: A stranger leaves
      Given the server is running
      And "ann" and "bob" have subscribed
      When "eve" unsubscribes
      Then the server goes on
      When "ann" sends "hello" to the server
      Then "bob" receives "hello"
      And the server goes on

  @robust @SERVER-4.3
  Rule: Rubbish and unknown operations harm nobody
    Why: not everybody who connects speaks the protocol.
    Hint: catch what your JSON library says of a bad message, and go on.
    Needs: SERVER-2.5

    Scenario Outline: Somebody sends <what>
      Given the server is running
      And "ann" and "bob" have subscribed
      When "eve" sends rubbish to the server: <what>
      Then the server goes on
      When "ann" sends "hello" to the server
      Then "bob" receives "hello"
      And the server goes on

      Examples:
        | what                     |
        | no JSON                  |
        | members of wrong types   |
        | a list                   |
        | bytes that are no text   |
        | an object without an end |
        | an unknown operation     |

  @robust @SERVER-4.4
  Rule: A client that has died does not hold up the others
    Why: programs crash without unsubscribing.
    Hint: catch the error of each delivery on its own, and go on with the next client.
    Needs: SERVER-2.5

    Scenario: The first of three is gone
      Given the server is running
      And "bob", "eve" and "ann" have subscribed
      When "bob" goes away
      And "ann" sends "hello" to the server
      Then "eve" receives "hello"
      And the server goes on
      When "ann" sends "still there?" to the server
      Then "eve" receives "still there?"
      And the server goes on

  @robust @SERVER-4.5
  Rule: A client that reads nothing does not hold up the others
    Why: a slow laptop must not silence the room.
    Hint: deliver to each client from a thread or a queue of its own.
    Needs: SERVER-2.5 SERVER-4.6 SERVER-4.9

    Scenario: The first of three does not read
      Given the server is running
      And "bob" does not read what it is sent
      And "bob", "ann" and "eve" have asked to subscribe
      When "ann" sends 64 messages of 80000 letters to the server
      Then "eve" receives them all
      And the server goes on

  @robust @SERVER-4.6
  Rule: Messages that reach the server together are delivered one by one
    Why: TCP is a stream of bytes; two sends can arrive as one.
    Hint: keep what you have read, and cut it where a message ends.
    Needs: SERVER-2.5

    Scenario: Three messages in one piece
      Given the server is running
      And "ann" and "bob" have subscribed
      When "ann" sends "one", "two" and "three" to the server in one piece
      Then "bob" receives "one"
      And "bob" receives "two"
      And "bob" receives "three"

  @robust @SERVER-4.7
  Rule: A message that reaches the server in pieces is delivered
    Why: TCP is a stream of bytes; one send can arrive in two parts.
    Hint: keep an unfinished message until the rest has come.
    Needs: SERVER-2.4

    Scenario: A message is cut in several places
      Given the server is running
      And "ann" and "bob" have subscribed
      When "ann" sends "naïve café" to the server in several pieces
      Then "bob" receives it unchanged

  @robust @SERVER-4.8
  Rule: To the server the order of a message's members does not matter, nor do unknown ones
    Why: a JSON object is not ordered, and the next version may say more.
    Hint: ask for the members by name.
    Needs: SERVER-2.4

    Scenario: Another order and one more member
      Given the server is running
      And "ann" and "bob" have subscribed
      When "ann" sends "hello" to the server with its members reversed and one more
      Then "bob" receives it unchanged

  @robust @SERVER-4.9
  Rule: The server delivers a line of 8 KiB whole
    Why: people paste.
    Hint: read the network until the message is complete, whatever its length.
    Needs: SERVER-2.4 SERVER-4.7

    Scenario: A long line
      Given the server is running
      And "ann" and "bob" have subscribed
      When "ann" sends a message of 8192 letters to the server
      Then "bob" receives it unchanged

  @robust @SERVER-4.10
  Rule: Messages that are delivered together are shown one by one
    Why: TCP is a stream of bytes; two sends can arrive as one.
    Hint: keep what you have read, and cut it where a message ends.
    Needs: SERVER-1.12

    Scenario: Three messages in one piece
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "one", "two" and "three" from "bob" to "ann" in one piece
      Then "ann" sees "one"
      And "ann" sees "two"
      And "ann" sees "three"

  @robust @SERVER-4.11
  Rule: A message that is delivered in pieces is shown
    Why: TCP is a stream of bytes; one send can arrive in two parts.
    Hint: keep an unfinished message until the rest has come.
    Needs: SERVER-1.12

    Scenario: A message is cut in several places
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "naïve café" from "bob" to "ann" in several pieces
      Then "ann" sees "naïve café"

  @robust @SERVER-4.12
  Rule: To chat5 the order of a message's members does not matter, nor do unknown ones
    Why: a JSON object is not ordered, and the next version may say more.
    Hint: ask for the members by name.
    Needs: SERVER-1.12

    Scenario: Another order and one more member
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "hello" from "bob" to "ann" with its members reversed and one more
      Then "ann" sees "hello"

  @robust @SERVER-4.13
  Rule: Rubbish does not bring chat5 down
    Why: not everybody who connects speaks the protocol.
    Hint: catch what your JSON library says of a bad message, and go on with the other connections.
    Needs: SERVER-1.3 SERVER-1.4 SERVER-1.12

    Scenario Outline: Somebody sends <what>
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When "eve" sends rubbish to "ann": <what>
      Then "ann" goes on
      When the server delivers "still here?" from "bob" to "ann"
      Then "ann" sees "still here?"
      When "ann" types "yes"
      Then the server receives "yes"
      And "ann" goes on

      Examples:
        | what                     |
        | no JSON                  |
        | members of wrong types   |
        | a list                   |
        | bytes that are no text   |
        | an object without an end |

  @robust @SERVER-4.14
  Rule: chat5 sends and shows a line of 8 KiB whole
    Why: people paste.
    Hint: read the network until the message is complete, whatever its length.
    Needs: SERVER-1.8 SERVER-1.12 SERVER-4.11

    Scenario: A long line is sent
      Given "ann" has joined the server
      And "ann" has sent "before" to the server as JSON
      When "ann" types a line of 8192 letters
      Then the server receives it to the letter

    Scenario: A long message is shown
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers a message of 8192 letters from "bob" to "ann"
      Then "ann" sees it to the letter

  @robust @SERVER-4.15
  Rule: `exit` works when the server has gone
    Why: the user's program is not the server's.
    Hint: catch what goes wrong when you unsubscribe, and end.
    Needs: SERVER-1.4 SERVER-1.10

    Scenario: After a message
      Given "ann" has joined the server
      And "ann" has sent "hello" to the server
      And the server has gone away
      When "ann" types "exit"
      Then "ann" has ended

  @robust @SERVER-4.16
  Rule: An empty line does no harm to chat5
    Why: people hit Enter.
    Hint: send nothing, or an empty message; but go on.
    Needs: SERVER-1.4

    Scenario: Enter, and then a line
      Given "ann" has joined the server
      And "ann" types ""
      When "ann" types "hello"
      Then the server receives "hello"
      And "ann" goes on

  @robust @SERVER-4.17
  Rule: The name of chat5's user may have spaces
    Why: people have them.
    Hint: take the whole argument.
    Needs: SERVER-1.7

    Scenario: Two words
      Given "mary ann" has joined the server
      And "mary ann" has sent "hello" to the server as JSON
      Then its user is "mary ann"

  @robust @SERVER-4.18
  Rule: A connection to the server that breaks off harms nobody
    Why: laptops are closed, and networks fail; the other side says no goodbye then.
    Hint: an error of one connection ends that connection only: catch it wherever you read or write.
    Needs: SERVER-2.5

    Scenario: Somebody who has connected breaks off
      Given the server is running
      And "ann" and "bob" have subscribed
      When "eve" breaks off her connection to the server
      Then the server goes on
      When "ann" sends "hello" to the server
      Then "bob" receives "hello"
      And the server goes on

  @robust @SERVER-4.19
  Rule: chat5 unsubscribes when its input ends, too
    Why: a terminal is closed, or the user types Ctrl-D: the client stops then as well.
    Hint: unsubscribe in the place where the program ends, and not where it reads `exit`.
    Needs: SERVER-1.9

    Scenario: There is nothing more to be typed
      Given "ann" has joined the server
      And "ann" has sent "hello" to the server
      When the input of "ann" ends
      Then the server is told that "ann" unsubscribes the address that she has subscribed
