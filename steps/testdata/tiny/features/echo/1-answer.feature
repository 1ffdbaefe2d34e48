@echo @part-1
Feature: A program that answers what is typed
  Source: tiny_test.go, question 1

  @must @ECHO-1.1
  Rule: Each typed line is answered, by name
    Why: whoever types wants to know that somebody reads.
    Hint: read a line, print it after the name, and flush your output.

    Scenario: Two lines
      Given "ann" starts the program echo
      When "ann" types "hello"
      Then "ann" sees "ann: hello"
      When "ann" types "goodbye"
      Then "ann" sees "ann: goodbye"

  @must @ECHO-1.2
  Rule: The answers are numbered, from 0
    Why: a missing answer is noticed.
    Hint: add one after each answer.

    Scenario: Three lines
      Given "ann" starts the program echo
      When "ann" types "one"
      And "ann" types "two"
      And "ann" types "three"
      Then "ann" has received the numbers 0, 1, 2

  @must @ECHO-1.3
  Rule: Each line is answered once
    Why: an echo is no mountain.
    Hint: print the line in one place only.

    Scenario: Two lines, and nothing more
      Given "ann" starts the program echo
      When "ann" types "hello"
      And "ann" types "exit"
      Then "ann" has been answered "hello" once

  @must @ECHO-1.4
  Rule: The line `exit` ends the program
    Why: the user gets the terminal back.
    Hint: leave the loop that reads.

    Scenario: Nothing else is typed
      Given "ann" starts the program echo
      When "ann" types "exit"
      Then "ann" has ended
