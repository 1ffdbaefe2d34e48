@tcp-server @part-3
Feature: Chat through a server, part 3: chat5 and server5 together
  Source: 003_972a522528e68a06.txt, question 2

  @must @SERVER-3.1
  Rule: What one user types, all other users see
    Why: this is what the two programs are for.
    Hint: run your own server and three of your own clients, and look at all of their terminals.
    Needs: SERVER-1.1 SERVER-1.2 SERVER-1.3 SERVER-1.4 SERVER-1.7 SERVER-1.11 SERVER-1.12 SERVER-2.1 SERVER-2.2 SERVER-2.3 SERVER-2.4 SERVER-2.5 SERVER-2.8

    Scenario: Three users
      Given "ann", "bob" and "eve" use the submission's own server
      When "ann" types "hello everybody"
      Then "bob" sees "hello everybody"
      And "eve" sees "hello everybody"
      When "eve" types "hello to you"
      Then "ann" sees "hello to you"
      And "bob" sees "hello to you"

  @must @SERVER-3.2
  Rule: When one user leaves, the others go on
    Why: users come and go.
    Hint: the end of a client's connection concerns that client only.
    Needs: SERVER-1.4 SERVER-1.9 SERVER-1.10 SERVER-2.5 SERVER-2.6 SERVER-3.1

    Scenario: One of three leaves
      Given "ann", "bob" and "eve" use the submission's own server
      And "bob" has seen "hello" from "ann"
      When "bob" types "exit"
      Then "bob" has ended
      And the server goes on
      When "ann" types "is he gone?"
      Then "eve" sees "is he gone?"
      When "eve" types "it seems so"
      Then "ann" sees "it seems so"
      And the server goes on
      And "ann" goes on
      And "eve" goes on
