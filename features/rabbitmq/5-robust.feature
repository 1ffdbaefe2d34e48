@rabbitmq @part-5
Feature: RabbitMQ chat, part 5: what a careful program also survives
  Source: 000_db92e2c29c5bac84.txt, lab 3

  @robust @RABBIT-5.1
  Rule: An empty message does no harm
    Why: people hit Enter.
    Hint: refuse it with the status 400 or 422, or send it; but go on, and let no empty body end a list.
    Needs: RABBIT-1.11 RABBIT-2.3

    Scenario: One is sent
      Given "annika" uses mess_chat
      When "annika" asks for "/send/?message="
      Then the answer is no error of the server
      And "annika" goes on
      When "otto", who is another client, puts "marzipan" into general
      Then "annika" lists "marzipan"
      And "annika" goes on

    Scenario: One comes
      Given "annika" uses mess_chat
      And "otto", who is another client, has put an empty message into general
      When "otto", who is another client, puts "marzipan" into general
      Then "annika" lists "marzipan"
      And "annika" goes on

  @robust @RABBIT-5.2
  Rule: Without a message, /send/ says what is wrong with the request
    Why: the status 500 says that the server is broken.
    Hint: answer with the status 400 or 422 where the parameter `message` is missing.
    Needs: RABBIT-1.3

    Scenario Outline: <what>
      Given "annika" uses mess_chat
      When "annika" asks for "<url>"
      Then the answer blames the request

      Examples:
        | what                | url                     |
        | No parameter        | /send/                  |
        | Another parameter   | /send/?massage=marzipan |

  @robust @RABBIT-5.3
  Rule: A long message arrives whole
    Why: some paste a page.
    Hint: return the body as long as it is, and set no limit for the URL that is shorter than your framework's.
    Needs: RABBIT-1.9 RABBIT-2.1

    Scenario: 65,536 letters, from another client
      Given "annika" uses mess_chat
      When "otto", who is another client, puts a message of 65536 letters into general
      Then "annika" lists it to the letter

    Scenario: 4,000 letters, in a URL
      Given "annika" and "bruno" use mess_chat
      When "annika" sends a message of 4000 letters
      Then "annika" or "bruno" lists it to the letter

  @robust @RABBIT-5.4
  Rule: Fifty messages can be sent at once
    Why: a busy channel is a good channel.
    Hint: give each request a connection of its own, or let them use one in turn.
    Needs: RABBIT-1.11 RABBIT-2.2 RABBIT-2.5 RABBIT-2.8

    Scenario: Fifty requests
      Given "annika" and "bruno" use mess_chat
      When "annika" sends 50 messages at once
      Then all the answers say that it worked
      And "bruno" lists each of them once

  @robust @RABBIT-5.5
  Rule: While RabbitMQ is away, /send/ does not say that it worked
    Why: whoever is told so does not send it again.
    Hint: do not catch the error of the library, or answer with the status 503.
    Needs: RABBIT-1.5 RABBIT-1.11

    Scenario: RabbitMQ has gone
      Given "annika" uses mess_chat
      And "annika" has sent "apple"
      And RabbitMQ has gone away
      When "annika" asks for "/send/?message=pear"
      Then the answer does not say that it worked

  @robust @RABBIT-5.6
  Rule: When RabbitMQ is back, mess_chat works again
    Why: servers are restarted.
    Hint: open a new connection where the old one is closed, and let the consumer begin again.
    Needs: RABBIT-1.5 RABBIT-1.8 RABBIT-1.11 RABBIT-2.3

    Scenario: Nobody has asked meanwhile
      Given "annika" uses mess_chat
      And "annika" has sent "apple"
      When RabbitMQ goes away
      And RabbitMQ is back
      And "annika" has found RabbitMQ again
      And "annika" sends "pear"
      Then "annika" publishes a message to RabbitMQ
      When "otto", who is another client, puts "plum" into general
      Then "annika" lists "plum"
      And "annika" goes on

    Scenario: Somebody has asked meanwhile
      Given "annika" uses mess_chat
      And "annika" has sent "apple"
      When RabbitMQ goes away
      And "annika" asks for "/send/?message=lost"
      And "annika" asks for her messages
      And RabbitMQ is back
      And "annika" has found RabbitMQ again
      And "annika" sends "pear"
      Then "annika" publishes a message to RabbitMQ
      When "otto", who is another client, puts "plum" into general
      Then "annika" lists "plum"
      And "annika" goes on

  @robust @RABBIT-5.7
  Rule: mess_chat works after a time in which nobody has asked for anything
    Why: RabbitMQ ends a connection whose heartbeats do not come, and people go to lunch.
    Hint: open a connection for each request, let a thread serve the one that is kept, or make it again.
    Needs: RABBIT-1.5 RABBIT-1.11

    Scenario: Some heartbeats later
      Given RabbitMQ asks for a heartbeat every second
      And "annika" uses mess_chat
      And "annika" has sent "apple"
      When nobody asks "annika" for anything until RabbitMQ has missed her heartbeats, or has had three
      And "annika" asks for "/send/?message=pear"
      Then the answer says that it worked
      And "annika" has published 2 messages to RabbitMQ

  @robust @RABBIT-5.8
  Rule: A message that is no text does no harm
    Why: not everybody encodes in UTF-8.
    Hint: decode with errors="replace".
    Needs: RABBIT-2.3

    Scenario: Bytes
      Given "annika" uses mess_chat
      And "otto", who is another client, has put bytes that are no text into general
      When "otto", who is another client, puts "marzipan" into general
      Then "annika" lists "marzipan"
      And "annika" goes on
