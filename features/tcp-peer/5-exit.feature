@tcp-peer @part-5
Feature: Chat between peers, part 5: ending
  Source: 003_972a522528e68a06.txt, question 1

  @must @PEER-5.1
  Rule: The line `exit` closes every connection and ends the program
    Why: the peers must see that the user has left, and the user gets the terminal back.
    Hint: close all sockets, the listening one too, and let no thread keep the program alive.

    Scenario: The connections are closed
      Given "ann" has started a chat that names "bob" and "eve"
      And "ann" has sent "hello" to "bob" and "eve"
      And "eve" has sent "hi" to "ann"
      When "ann" types "exit", after all is at rest
      Then "bob" and "eve" see the end of every connection

    Scenario: The program ends
      Given "ann" has started a chat that names "bob" and "eve"
      And "ann" has sent "hello" to "bob" and "eve"
      And "eve" has sent "hi" to "ann"
      When "ann" types "exit", after all is at rest
      Then "ann" has ended

  @must @PEER-5.2
  Rule: The word `exit` is not sent
    Why: it is said to the program, not to the others.
    Hint: look for it before you send the line.

    Scenario: After a conversation
      Given "ann" has started a chat that names "bob" and "eve"
      And "ann" has sent "hello" to "bob" and "eve"
      When "ann" types "exit"
      Then "bob" never receives "exit"
      And "eve" never receives "exit"

  @must @PEER-5.3
  Rule: `exit` works as the very first line
    Why: a user may change their mind; nothing is connected then.
    Hint: look for `exit` before you connect, close only what is open, and let no thread keep the program alive.
    Needs: PEER-5.1

    Scenario: Nothing else is typed
      Given "ann" has started a chat that names "bob"
      When "ann" types "exit"
      Then "ann" has ended

    Scenario: Nothing else is typed, and the peer is not there
      Given "bob" is not there yet
      And "ann" has started a chat that names "bob"
      And "ann" has typed nothing yet
      When "ann" types "exit"
      Then "ann" has ended

  @must @PEER-5.4
  Rule: `exit` works when a peer has already gone
    Why: somebody is always the first to leave.
    Hint: closing a connection that the other side has closed must not fail.
    Needs: PEER-5.1

    Scenario: One of two peers has gone
      Given "ann" has started a chat that names "bob" and "eve"
      And "ann" has sent "hello" to "bob" and "eve"
      And "bob" has gone away
      When "ann" types "exit"
      Then "ann" has ended

  @should @PEER-5.5
  Rule: A line that only contains the word exit is a message
    Why: people talk about doors.
    Hint: compare the whole line.
    Needs: PEER-2.3

    Scenario Outline: The line "<line>"
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "before" to "bob"
      When "ann" types "<line>"
      Then "bob" receives "<line>"

      Examples:
        | line                |
        | exit the building   |
        | where is the exit?  |

  @should @PEER-5.6
  Rule: What is typed just before `exit` is sent
    Why: who says goodbye wants to be heard.
    Hint: connect, and send what is waiting, before you close: `exit` closes what is open, it throws nothing away.
    Needs: PEER-2.1 PEER-5.1

    Scenario: A line, and `exit` at once
      Given "ann" has started a chat that names "bob"
      When "ann" types "hello" and "exit" at once
      Then "bob" receives "hello"
