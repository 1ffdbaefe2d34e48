@tcp-server @part-4
Feature: Chat through a server, part 4: what a careful server also survives
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
      And "bob", "ann" and "eve" have subscribed
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
    Needs: SERVER-2.5

    Scenario: The first of three does not read
      Given the server is running
      And "bob" does not read what it is sent
      And "bob", "ann" and "eve" have asked to subscribe
      When "ann" sends 64 messages of 80000 letters to the server
      Then "eve" receives them all
      And the server goes on
