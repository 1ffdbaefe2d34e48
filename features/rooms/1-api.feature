@rooms @part-1
Feature: Rooms, part 1: the API
  Source: 001_19c65104acc44d93.txt, lab 4

  @must @ROOM-1.1
  Rule: mess_chat is a server that answers over HTTP
    Why: whoever chats does it through this API.
    Hint: let a framework such as FastAPI or Flask listen, and start it when mess_chat is run.

    Scenario: It is started
      When mess_chat is started
      Then mess_chat is answered over HTTP

  @must @ROOM-1.2
  Rule: mess_chat connects to RabbitMQ
    Why: that is who distributes what is said in a room.
    Hint: connect to port 5672 of the server that the text names, or of the one that an environment variable such as AMQP_URL names.
    Needs: ROOM-1.1

    Scenario: A message is sent
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the room "kitchen"
      Then mess_chat speaks AMQP with RabbitMQ

  @must @ROOM-1.3
  Rule: /send/ takes a room, a message, two aliases and a flag from its URL
    Why: that is the URL which the text gives.
    Hint: take room_name, message, from_alias, to_alias and group_room from the query, make the room where there is none, and answer with the status 200 or 201.
    Needs: ROOM-1.1 ROOM-1.2

    Scenario: A message in a private room
      Given mess_chat runs
      When somebody asks for "/send/?room_name=kitchen&message=marzipan&from_alias=annika&to_alias=bruno&group_room=false"
      Then the answer says that it worked

  @must @ROOM-1.4
  Rule: /send/ makes a room for a group, too
    Why: the flag says which of the two it is.
    Hint: take group_room=true as well as group_room=false; in a query both are texts.
    Needs: ROOM-1.3

    Scenario: A message in a group's room
      Given mess_chat runs
      When somebody asks for "/send/?room_name=garden&message=marzipan&from_alias=annika&to_alias=bruno&group_room=true"
      Then the answer says that it worked

  @must @ROOM-1.5
  Rule: /messages/ is answered
    Why: that is the URL which the text gives.
    Hint: answer with the status 200.
    Needs: ROOM-1.3

    Scenario: After a message
      Given mess_chat runs
      And "annika" has sent "marzipan" to "bruno" in the room "kitchen"
      When "bruno" asks for the messages in the room "kitchen"
      Then "bruno" is given messages

  @must @ROOM-1.6
  Rule: What is sent is published to RabbitMQ
    Why: a message that stays in mess_chat reaches nobody.
    Hint: call basic_publish with each message.
    Needs: ROOM-1.2 ROOM-1.3

    Scenario: A message is sent
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the room "kitchen"
      Then mess_chat publishes a message to RabbitMQ

  @must @ROOM-1.7
  Rule: What is sent to a room is listed, to the letter
    Why: that is what the others are to read.
    Hint: publish the parameter `message` itself, take it off the room's queue, and return its text.
    Needs: ROOM-1.5 ROOM-1.6

    Scenario Outline: <what>
      Given mess_chat runs
      When "annika" sends "<text>" to "bruno" in the room "kitchen"
      Then "bruno" lists it to the letter

      Examples:
        | what          | text     |
        | A word        | marzipan |
        | Another word  | nougat   |
        | Capitals      | MarziPan |

  @must @ROOM-1.8
  Rule: A message may have any characters
    Why: people write all kinds of things.
    Hint: let the framework decode the URL, once, and encode the body in UTF-8.
    Needs: ROOM-1.7

    Scenario Outline: A message with <what>
      Given mess_chat runs
      When "annika" sends "<text>" to "bruno" in the room "kitchen"
      Then "bruno" lists it to the letter

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

  @must @ROOM-1.9
  Rule: What is sent to a group's room is listed
    Why: a group has messages like everybody.
    Hint: bind the room's own queue to its exchange before you publish, and read from that.
    Needs: ROOM-1.4 ROOM-1.7

    Scenario: A message
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the group "garden"
      Then "bruno" lists "marzipan" in the group "garden"

  @must @ROOM-1.10
  Rule: /messages/ answers with a JSON list of strings
    Why: the text shows one, and other programs read it.
    Hint: return the texts of the messages, and put no object around the list nor around its items.
    Needs: ROOM-1.12

    Scenario: Two messages
      Given mess_chat runs
      And "annika" has sent "apple" and "pear" to "bruno" in the room "kitchen"
      And "bruno" has listed "apple" and "pear" in the room "kitchen"
      When "bruno" asks for the messages in the room "kitchen"
      Then each answer that listed a message was a JSON list of strings

  @must @ROOM-1.11
  Rule: Where no message waits, the list is empty
    Why: that nothing is there is no error.
    Hint: begin with an empty list, and return it whatever came.
    Needs: ROOM-1.5 ROOM-1.10

    Scenario: Nobody has sent anything
      Given mess_chat runs
      When "bruno" asks for the messages in the room "kitchen"
      Then the list is empty

  @must @ROOM-1.12
  Rule: One list holds all messages that are there
    Why: the text asks for the list of the messages in the queue, and not for the next one.
    Hint: go on reading until the queue is empty.
    Needs: ROOM-1.7 ROOM-1.13

    Scenario: Three messages
      Given mess_chat runs
      And "annika" has sent "apple", "pear" and "plum" to "bruno" in the room "kitchen"
      When "bruno" asks for the messages in the room "kitchen", after all is at rest
      Then that list holds "apple", "pear" and "plum"

  @must @ROOM-1.13
  Rule: One request can follow another
    Why: a chat has more than one message.
    Hint: where you close a connection, open the next request's anew.
    Needs: ROOM-1.3 ROOM-1.5

    Scenario: After a message, and after a list
      Given mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      And "bruno" has been given the messages in the room "kitchen"
      When "bruno" sends "pear" to "annika" in the room "kitchen"
      Then the answer says that it worked
      When "bruno" asks for the messages in the room "kitchen"
      Then "bruno" is given messages
      When "annika" sends "plum" to "bruno" in the room "kitchen"
      Then the answer says that it worked

  @must @ROOM-1.14
  Rule: A room is made by its first use, and there are several
    Why: nothing else in the API makes one.
    Hint: look for the room by its name, and make it where it is not there yet.
    Needs: ROOM-1.7 ROOM-1.13

    Scenario: Two rooms
      Given mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      When "annika" sends "pear" to "bruno" in the room "cellar"
      Then the answer says that it worked
      And "bruno" lists "pear" in the room "cellar"
      When "annika" sends "plum" to "bruno" in the room "kitchen"
      Then "bruno" lists "plum" in the room "kitchen"

  @must @ROOM-1.15
  Rule: The list of a room holds nothing of another
    Why: who talks in the kitchen does not talk in the cellar.
    Hint: read the queue of that room only, and keep what was read in an object of its own.
    Needs: ROOM-1.14

    Scenario: Two rooms
      Given mess_chat lists the messages of one room
      And mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      When "annika" sends "pear" to "bruno" in the room "cellar"
      Then "bruno" lists "pear" in the room "cellar"
      And "bruno" has not listed "apple" in the room "cellar"

    Scenario Outline: Two rooms whose names differ in <what>
      Given mess_chat lists the messages of one room
      And mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "<one>"
      When "annika" sends "pear" to "bruno" in the room "<other>"
      Then "bruno" lists "pear" in the room "<other>"
      And "bruno" has not listed "apple" in the room "<other>"

      Examples:
        | what             | one      | other    |
        | one sign         | tea-time | tea_time |
        | a capital letter | kitchen  | Kitchen  |
        | an ending        | kitchen  | kitchen2 |

  @should @ROOM-1.16
  Rule: Messages are listed in the order in which they were sent
    Why: a conversation is read from its beginning.
    Hint: append to the list, and put nothing before what is there.
    Needs: ROOM-1.12

    Scenario: Three messages
      Given mess_chat runs
      When "annika" sends "plum", "apple" and "pear" to "bruno" in the room "kitchen"
      Then "bruno" lists "plum", "apple" and "pear" in the room "kitchen", in this order

  @should @ROOM-1.17
  Rule: A message is listed once
    Why: whoever reads a line twice wonders who has said it again.
    Hint: publish once, read each message from one queue, and put what a room has sent itself into its deque once.
    Needs: ROOM-1.9 ROOM-1.13

    Scenario: In a private room
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the room "kitchen"
      Then "bruno" lists "marzipan" once in the room "kitchen"

    Scenario: In a group
      Given mess_chat runs
      And "annika" has sent "nougat" to "bruno" in the group "garden"
      When "annika" sends "marzipan" to "bruno" in the group "garden"
      Then "bruno" lists "marzipan" once in the group "garden"

  @should @ROOM-1.18
  Rule: Of two messages that are sent at once, none is lost
    Why: an API is asked by several at a time.
    Hint: keep nothing of a request where the next one finds it, and share no channel between threads.
    Needs: ROOM-1.12

    Scenario: Two at once
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      When "annika" sends "apple" and "pear" to "bruno" in the room "kitchen" at once
      Then "bruno" lists "apple" and "pear" in the room "kitchen"
