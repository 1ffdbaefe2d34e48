@tcp-peer @part-2
Feature: Chat between peers, part 2: who receives what
  Source: 003_972a522528e68a06.txt, question 1

  @must @PEER-2.1
  Rule: A typed line reaches every peer that the command line names
    Why: this is what a chat is for.
    Hint: keep a connection for each peer that is named, and send each line on all of them.

    Scenario Outline: <count> named
      Given "ann" has started a chat that names <peers>
      When "ann" types "hello"
      Then <peers> receive "hello"

      Examples:
        | count            | peers                                 |
        | One peer is      | "bob"                                 |
        | Two peers are    | "bob" and "eve"                       |
        | Five peers are   | "bob", "eve", "joe", "kim" and "lea"  |

  @must @PEER-2.2
  Rule: A typed line reaches nobody else
    Why: in the example of the assignment the third user is read by the first one only.
    Hint: do not send to whoever has connected to you, and do not pass on what you receive.
    Needs: PEER-1.2 PEER-2.1 PEER-2.3

    Scenario: Somebody who talks to the chat but is not named by it
      Given "ann" has started a chat that names "bob"
      And "eve" has sent "hi" to "ann"
      When "ann" types "hello"
      Then "bob" receives "hello"
      When "ann" types "over"
      Then "bob" receives "over"
      And "eve" never receives "hello"

    Scenario: What is received is not passed on
      Given "ann" has started a chat that names "bob"
      And "eve" has sent "secret" to "ann"
      When "ann" types "over"
      Then "bob" receives "over"
      And "bob" never receives "secret"

    Scenario: The example of the assignment
      Given these chats are running:
        | user  | names        |
        | user1 | user2, user3 |
        | user2 | user1, user3 |
        | user3 | user1        |
      When "user1" types "apple"
      Then "user2" and "user3" receive "apple"
      When "user2" types "pear"
      Then "user1" and "user3" receive "pear"
      When "user3" types "plum"
      Then "user1" receives "plum"
      When "user1" types "over"
      Then "user2" receives "over"
      And "user2" has not received "plum"

  @must @PEER-2.3
  Rule: Every line is delivered once, in the order in which it was typed
    Why: who reads must be able to follow.
    Hint: send each line in one place of the program; connect to a peer once, not once a line on top.
    Needs: PEER-2.1

    Scenario: Three lines
      Given "ann" has started a chat that names "bob" and "eve"
      When "ann" types "first"
      Then "bob" receives "first"
      When "ann" types "second"
      Then "bob" receives "second"
      When "ann" types "third"
      Then "bob" receives "third"
      And "eve" receives "third"
      And "bob" has received "first", "second" and "third", once each
      And "eve" has received "first", "second" and "third", once each

  @should @PEER-2.4
  Rule: Lines that are typed quickly are delivered once and in their order, too
    Why: people paste, and a thread for each line overtakes another.
    Hint: have one thread or one queue for each peer, which sends one line after the other.
    Needs: PEER-2.3

    Scenario: Forty lines
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "before" to "bob"
      When "ann" types 40 lines at once
      Then "bob" receives them all, once each and in their order
