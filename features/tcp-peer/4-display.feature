@tcp-peer @part-4
Feature: Chat between peers, part 4: what the user sees
  Source: 003_972a522528e68a06.txt, question 1

  @must @PEER-4.1
  Rule: What a peer sends is shown: who sent it, and what
    Why: a chat without either cannot be followed.
    Hint: print both the user and the message of what you receive, and flush your output.
    Needs: PEER-2.1

    Scenario: A message from one peer
      Given "ann" has started a chat that names "bob"
      When "bob" sends "good morning" to "ann"
      And "ann" types "over"
      Then "ann" sees "good morning" from "bob"

    Scenario: Messages from one peer, one after the other
      Given "ann" has started a chat that names "bob"
      When "bob" sends "first" to "ann"
      And "ann" types "over"
      Then "ann" sees "first" from "bob"
      When "bob" sends "second" to "ann"
      And "ann" types "out"
      Then "ann" sees "second" from "bob"

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

    Scenario: Peers who take turns
      Given "ann" has started a chat that names "bobby" and "bob"
      When "bobby" sends "apple" to "ann"
      And "ann" types "over"
      Then "ann" sees "apple" from "bobby"
      When "bob" sends "pear" to "ann"
      And "ann" types "out"
      Then "ann" sees "pear" from "bob"

    Scenario: Five peers at once
      Given "ann" has started a chat that names "bob"
      And "bob" has sent "one" to "ann"
      When "bob", "eve", "joe", "kim" and "lea" each send 5 messages to "ann" at once
      Then "ann" sees them all

  @should @PEER-4.4
  Rule: A message is shown as its author typed it
    Why: the reader should see the text, not its encoding.
    Hint: print the decoded member `message`, not the JSON that came in.
    Needs: PEER-4.1

    Scenario Outline: A message with <what>
      Given "ann" has started a chat that names "bob"
      When "bob" sends "<line>" to "ann"
      Then "ann" sees it to the letter

      Examples:
        | what            | line                  |
        | quotes          | she said "yes"        |
        | another alphabet | Καλημέρα             |
        | emoji           | 🎉                    |
