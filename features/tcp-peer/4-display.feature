@tcp-peer @part-4
Feature: Chat between peers, part 4: what the user sees
  Source: 003_972a522528e68a06.txt, question 1

  @must @PEER-4.1
  Rule: What a peer sends is shown
    Why: a chat is there to be read.
    Hint: print the message of what you receive, and flush your output.
    Needs: PEER-2.1

    Scenario: A message from one peer
      Given "ann" has started a chat that names "bob"
      When "bob" sends "good morning" to "ann"
      And "ann" types "over", after all is at rest
      Then "ann" sees "good morning"

    Scenario: Messages from one peer, one after the other
      Given "ann" has started a chat that names "bob"
      When "bob" sends "first" to "ann"
      And "ann" types "over", after all is at rest
      Then "ann" sees "first"
      When "bob" sends "second" to "ann"
      And "ann" types "out", after all is at rest
      Then "ann" sees "second"

  @must @PEER-4.2
  Rule: Messages are shown while the user types nothing
    Why: others talk, too; nobody should have to press a key to read them.
    Hint: read the network and the keyboard at the same time, in threads or with select.
    Needs: PEER-4.1

    Scenario: No line is typed at all
      Given "ann" has started a chat that names "bob"
      When "bob" sends "are you there" to "ann"
      Then "ann" sees "are you there"

    Scenario: After a line has been typed
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "hello" to "bob"
      When "bob" sends "are you still there" to "ann"
      Then "ann" sees "are you still there"

  @must @PEER-4.3
  Rule: Messages of all connected peers are shown
    Why: a conversation has more than two sides.
    Hint: go on accepting connections while others are open.
    Needs: PEER-4.1

    Scenario: Two peers in turn
      Given "ann" has started a chat that names "bob" and "eve"
      And "bob" has sent "one" to "ann"
      When "eve" sends "two" to "ann"
      Then "ann" sees "two"
      When "bob" sends "three" to "ann"
      Then "ann" sees "three"

    Scenario: Five peers at once
      Given "ann" has started a chat that names "bob"
      And "bob" has sent "one" to "ann"
      When "bob", "eve", "joe", "kim" and "lea" each send 5 messages to "ann" at once
      Then "ann" sees them all

  @should @PEER-4.4
  Rule: A message is shown as its author typed it
    Why: the reader should see the text, not its encoding.
    Hint: print the decoded member `message`, not the JSON that came in.
    Needs: PEER-4.2

    Scenario Outline: A message with <what>
      Given "ann" has started a chat that names "bob"
      When "bob" sends "<line>" to "ann"
      Then "ann" sees it to the letter

      Examples:
        | what                 | line           |
        | quotes               | she said "yes" |
        | backslashes          | C:\\new\\table  |
        | the marks of formats | 100% %s {0} {} |
        | another alphabet     | Καλημέρα       |
        | emoji                | 🎉             |

  @should @PEER-4.5
  Rule: A message is shown once
    Why: whoever reads a line twice wonders who has said it again.
    Hint: print a message in one place of the program.
    Needs: PEER-4.2

    Scenario: Two messages
      Given "ann" has started a chat that names "bob"
      When "bob" sends "marzipan" to "ann"
      Then "ann" sees "marzipan" once
      When "bob" sends "nougat" to "ann"
      Then "ann" sees "nougat" once
      And "ann" sees "marzipan" once

  @must @PEER-4.6
  Rule: What others say is never taken for the user's own
    Why: whoever leaves out what the user has said must not leave out others.
    Hint: compare whole names, and look for no name in the text; or show all that comes.
    Needs: PEER-4.2

    Scenario: A peer whose name begins as the user's
      Given "ann" has started a chat that names "annika"
      When "annika" sends "marzipan" to "ann"
      Then "ann" sees "marzipan"

    Scenario: A word that has the user's name in it
      Given "ann" has started a chat that names "bob"
      When "bob" sends "joann" to "ann"
      Then "ann" sees "joann"

  @should @PEER-4.7
  Rule: It is shown who has sent a message
    Why: a chat of several people cannot be followed otherwise.
    Hint: print the member `user` beside the message.
    Needs: PEER-4.1 PEER-4.3

    Scenario: A message from one peer
      Given "ann" has started a chat that names "bob"
      When "bob" sends "good morning" to "ann"
      And "ann" types "over", after all is at rest
      Then "ann" sees "good morning" from "bob"

    Scenario: Peers who take turns
      Given "ann" has started a chat that names "bobby" and "bob"
      When "bobby" sends "apple" to "ann"
      And "ann" types "over", after all is at rest
      Then "ann" sees "apple" from "bobby"
      When "bob" sends "pear" to "ann"
      And "ann" types "out", after all is at rest
      Then "ann" sees "pear" from "bob"
