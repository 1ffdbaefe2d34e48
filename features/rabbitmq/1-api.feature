@rabbitmq @part-1
Feature: RabbitMQ chat, part 1: the API
  Source: 000_db92e2c29c5bac84.txt, lab 3

  @must @RABBIT-1.1
  Rule: mess_chat is a server that answers over HTTP
    Why: whoever chats does it through this API.
    Hint: let a framework such as FastAPI or Flask listen, and start it when mess_chat is run.

    Scenario: It is started
      When "annika" starts mess_chat
      Then "annika" is answered over HTTP

  @must @RABBIT-1.2
  Rule: mess_chat connects to RabbitMQ
    Why: clients of all authors meet there, and nowhere else.
    Hint: connect to port 5672 of the server that the text names, or of the one that an environment variable such as AMQP_URL names.
    Needs: RABBIT-1.1

    Scenario: A message is sent
      Given "annika" uses mess_chat
      When "annika" sends "marzipan"
      Then "annika" speaks AMQP with RabbitMQ

  @must @RABBIT-1.3
  Rule: /send/ takes a message from its URL
    Why: that is the URL which the text gives.
    Hint: take the parameter `message` of the query, and answer with the status 200 or 201.
    Needs: RABBIT-1.1 RABBIT-1.2

    Scenario: A word
      Given "annika" uses mess_chat
      When "annika" asks for "/send/?message=marzipan"
      Then the answer says that it worked

  @must @RABBIT-1.4
  Rule: /messages/ is answered
    Why: that is the URL which the text gives.
    Hint: answer with the status 200.
    Needs: RABBIT-1.3

    Scenario: After a message
      Given "annika" uses mess_chat
      And "annika" has sent "marzipan"
      When "annika" asks for her messages
      Then "annika" is given her messages

  @must @RABBIT-1.5
  Rule: What is sent is published to RabbitMQ
    Why: a message that stays in mess_chat reaches nobody.
    Hint: call basic_publish with each message.
    Needs: RABBIT-1.2 RABBIT-1.3

    Scenario: A message is sent
      Given "annika" uses mess_chat
      When "annika" sends "marzipan"
      Then "annika" publishes a message to RabbitMQ

  @must @RABBIT-1.6
  Rule: It is published to the channel general
    Why: that is the name by which clients of other authors find it.
    Hint: call the exchange or the queue to which you publish "general", in small letters.
    Needs: RABBIT-1.5

    Scenario: A message is sent
      Given "annika" uses mess_chat
      When "annika" sends "marzipan"
      Then "annika" publishes a message to general

  @must @RABBIT-1.7
  Rule: /messages/ answers with a JSON list of strings
    Why: the text shows one, and other programs read it.
    Hint: return the list itself, and put no object around it nor around its items.
    Needs: RABBIT-1.4 RABBIT-2.1

    Scenario: One message
      Given "annika" uses mess_chat
      And "otto", who is another client, has put "marzipan" into general
      And "annika" has listed "marzipan"
      When "annika" asks for her messages
      Then each answer that listed a message was a JSON list of strings

    Scenario: Two messages
      Given "annika" uses mess_chat
      And "otto", who is another client, has put "apple" and "pear" into general
      And "annika" has listed "apple" and "pear"
      When "annika" asks for her messages
      Then each answer that listed a message was a JSON list of strings

  @must @RABBIT-1.8
  Rule: Where no message waits, the list is empty
    Why: that nothing is there is no error.
    Hint: begin with an empty list, and return it whatever came.
    Needs: RABBIT-1.4 RABBIT-1.7

    Scenario: Nobody has sent anything
      Given "annika" uses mess_chat
      When "annika" asks for her messages
      Then the list is empty

  @must @RABBIT-1.9
  Rule: A message arrives with the text that was sent
    Why: that is what the others are to read.
    Hint: publish the parameter `message` itself, and return the body itself, decoded.
    Needs: RABBIT-1.4 RABBIT-1.6 RABBIT-2.1

    Scenario Outline: <what>
      Given "annika" and "bruno" use mess_chat
      When "annika" sends "<text>"
      Then "annika" or "bruno" lists it to the letter

      Examples:
        | what          | text     |
        | A word        | marzipan |
        | Another word  | nougat   |
        | Capitals      | MarziPan |

  @must @RABBIT-1.10
  Rule: A message may have any characters
    Why: people write all kinds of things.
    Hint: let the framework decode the URL, once, and encode the body in UTF-8.
    Needs: RABBIT-1.9

    Scenario Outline: A message with <what>
      Given "annika" and "bruno" use mess_chat
      When "annika" sends "<text>"
      Then "annika" or "bruno" lists it to the letter

      Examples:
        | what              | text                            |
        | spaces            | a piece of  marzipan            |
        | ampersands        | one&two&message=three           |
        | per cent signs    | 100% and %20 and %2541          |
        | plus signs        | 1+1 = 2                         |
        | other marks       | a/b?c#d;e:f,g\|h                |
        | quotes            | she said "yes" and 'no'         |
        | backslashes       | C:\\new\\table \\u0041          |
        | JSON              | {"message": ["one", 2]}         |
        | another alphabet  | Καλημέρα ñ                      |
        | emoji             | 👋🏽 hello                        |

  @must @RABBIT-1.11
  Rule: One request can follow another
    Why: a chat has more than one message.
    Hint: where you close a connection, open the next request's anew.
    Needs: RABBIT-1.3 RABBIT-1.4

    Scenario: After a message, and after a list
      Given "annika" uses mess_chat
      And "annika" has sent "apple"
      And "annika" has been given her messages
      When "annika" asks for "/send/?message=pear"
      Then the answer says that it worked
      When "annika" asks for her messages
      Then "annika" is given her messages
      When "annika" asks for "/send/?message=plum"
      Then the answer says that it worked
