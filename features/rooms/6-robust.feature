@rooms @part-6
Feature: Rooms, part 6: what a careful program also survives
  Source: 001_19c65104acc44d93.txt, lab 4

  @robust @ROOM-6.1
  Rule: An empty message does no harm
    Why: people hit Enter.
    Hint: refuse it with the status 400 or 422, or send it; but go on, and let no empty body end a list.
    Needs: ROOM-1.7 ROOM-1.13

    Scenario: One is sent
      Given mess_chat runs
      When somebody asks for "/send/?room_name=kitchen&message=&from_alias=annika&to_alias=bruno&group_room=false"
      Then the answer is no error of the server
      When "annika" sends "marzipan" to "bruno" in the room "kitchen"
      Then "bruno" lists "marzipan" in the room "kitchen"
      And "mess_chat" goes on

  @robust @ROOM-6.2
  Rule: Where something is missing, /send/ says what is wrong with the request
    Why: the status 500 says that the server is broken.
    Hint: answer with the status 400 or 422 where a parameter is missing.
    Needs: ROOM-1.3

    Scenario Outline: <what>
      Given mess_chat runs
      When somebody asks for "<url>"
      Then the answer blames the request

      Examples:
        | what          | url                                                                                    |
        | No parameters | /send/                                                                                 |
        | No room       | /send/?message=marzipan&from_alias=annika&to_alias=bruno&group_room=false              |
        | No message    | /send/?room_name=kitchen&from_alias=annika&to_alias=bruno&group_room=false             |
        | No sender     | /send/?room_name=kitchen&message=marzipan&to_alias=bruno&group_room=false              |

  @robust @ROOM-6.3
  Rule: A flag that is neither true nor false is refused, or taken for one of them
    Why: people write what they like.
    Hint: answer with the status 400 or 422, and not with 500.
    Needs: ROOM-1.3

    Scenario: Maybe
      Given mess_chat runs
      When somebody asks for "/send/?room_name=kitchen&message=marzipan&from_alias=annika&to_alias=bruno&group_room=maybe"
      Then the answer is no error of the server
      And "mess_chat" goes on

  @robust @ROOM-6.4
  Rule: A long message arrives whole
    Why: some paste a page.
    Hint: set no limit for the URL that is shorter than your framework's.
    Needs: ROOM-1.7

    Scenario: 4,000 letters
      Given mess_chat runs
      When "annika" sends a message of 4000 letters to "bruno" in the room "kitchen"
      Then "bruno" lists it to the letter

  @robust @ROOM-6.5
  Rule: A room may have any name that RabbitMQ and MongoDB can hold
    Why: people call their rooms as they like.
    Hint: use the name as it is; a queue's has at most 255 bytes, and so has a collection's with its database's.
    Needs: ROOM-1.7

    Scenario Outline: A name with <what>
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the room "<name>"
      Then "bruno" lists it to the letter

      Examples:
        | what             | name               |
        | spaces           | the  old kitchen   |
        | a dot            | kitchen.2          |
        | slashes          | house/kitchen/     |
        | ampersands       | bed&breakfast=1    |
        | another alphabet | Κουζίνα ñ          |

    Scenario: A name of 200 letters
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in a room with a name of 200 letters
      Then "bruno" lists it to the letter

  @robust @ROOM-6.6
  Rule: A name that RabbitMQ or MongoDB cannot hold is refused
    Why: the status 500 says that the server is broken, and 200 that the message is kept.
    Hint: look at the name before you make the room, and answer with the status 400 or 422.
    Needs: ROOM-1.3

    Scenario Outline: <what>
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the room "<name>"
      Then the answer blames the request, or "bruno" lists it
      And "mess_chat" goes on

      Examples:
        | what               | name        |
        | A dollar           | pay$here    |
        | RabbitMQ's own     | amq.kitchen |
        | MongoDB's own      | system.room |
        | A dot at its end   | kitchen.    |

    Scenario: A name of 300 letters
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in a room with a name of 300 letters
      Then the answer blames the request, or "bruno" lists it
      And "mess_chat" goes on

    Scenario: No name
      Given mess_chat runs
      When somebody asks for "/send/?room_name=&message=marzipan&from_alias=annika&to_alias=bruno&group_room=false"
      Then the answer is no error of the server
      And "mess_chat" goes on

  @robust @ROOM-6.7
  Rule: A member may have any alias that RabbitMQ can hold
    Why: people call themselves as they like.
    Hint: use the alias as it is; a queue's name has at most 255 bytes.
    Needs: ROOM-1.9

    Scenario Outline: An alias with <what>
      Given mess_chat runs
      When "<alias>" sends "marzipan" to "bruno" in the group "garden"
      Then "bruno" lists "marzipan" in the group "garden"

      Examples:
        | what             | alias            |
        | spaces           | annika the first |
        | dots             | annika.w.        |
        | a dollar         | $annika          |
        | slashes          | annika/bruno     |
        | another alphabet | Αννίκα ñ         |

    Scenario: An alias of 200 letters
      Given mess_chat runs
      When somebody with an alias of 200 letters sends "marzipan" to "bruno" in the group "garden"
      Then "bruno" lists "marzipan" in the group "garden"

  @robust @ROOM-6.8
  Rule: Two rooms can be used at once
    Why: people do not wait for each other.
    Hint: keep what belongs to a room in its object, and share no channel between threads.
    Needs: ROOM-1.12 ROOM-1.14 ROOM-1.17 ROOM-1.18

    Scenario: Five messages in each
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "annika" has sent "plum" to "bruno" in the room "cellar"
      When "annika" sends 5 messages to "bruno" in each of the rooms "kitchen" and "cellar" at once
      Then all the answers say that it worked
      And "bruno" lists the messages of each room once

  @robust @ROOM-6.9
  Rule: A group may have twenty members
    Why: some groups are large.
    Hint: declare each member's queue when he comes in, and keep no connection for each.
    Needs: ROOM-1.12 ROOM-1.17 ROOM-2.4

    Scenario: Each says something
      Given mess_chat runs
      When 20 members each send a message to the group "garden"
      Then all the answers say that it worked
      And "bruno" lists each of them once in the group "garden"

  @robust @ROOM-6.10
  Rule: A thousand messages in a room are listed
    Why: who was away for a day has much to read.
    Hint: read on until the queue is empty, and save what is new with one command.
    Needs: ROOM-1.12 ROOM-1.17 ROOM-2.3

    Scenario: Another client has put them there
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      When "otto", who is another client, puts 1000 messages into the queue "kitchen", and "bruno" asks for them after each 100
      Then "bruno" lists each of them once in the room "kitchen"

  @robust @ROOM-6.11
  Rule: A message that is no text does no harm
    Why: not everybody encodes in UTF-8.
    Hint: decode with errors="replace".
    Needs: ROOM-1.12 ROOM-1.13 ROOM-2.3

    Scenario: Bytes
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "otto", who is another client, has put bytes that are no text into the queue "kitchen"
      When "annika" sends "marzipan" to "bruno" in the room "kitchen"
      Then "bruno" lists "marzipan" in the room "kitchen"
      And "mess_chat" goes on

  @robust @ROOM-6.12
  Rule: While RabbitMQ is away, /send/ does not say that it worked
    Why: whoever is told so does not send it again.
    Hint: do not catch the error of the library, or answer with the status 503.
    Needs: ROOM-1.6 ROOM-1.13

    Scenario: RabbitMQ has gone
      Given mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      And RabbitMQ has gone away
      When "annika" sends "pear" to "bruno" in the room "kitchen"
      Then the answer does not say that it worked

  @robust @ROOM-6.13
  Rule: When RabbitMQ is back, mess_chat works again
    Why: servers are restarted.
    Hint: open a new connection where the old one is closed, and declare the room again.
    Needs: ROOM-1.6 ROOM-1.7 ROOM-1.13

    Scenario: Nobody has asked meanwhile
      Given mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      When RabbitMQ goes away
      And RabbitMQ is back
      And mess_chat has found RabbitMQ again
      And "annika" sends "plum" to "bruno" in the room "kitchen"
      Then mess_chat publishes a message to RabbitMQ
      And "bruno" lists "plum" in the room "kitchen"
      And "mess_chat" goes on

    Scenario: Somebody has asked meanwhile
      Given mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      When RabbitMQ goes away
      And "annika" sends "pear" to "bruno" in the room "kitchen"
      And "bruno" asks for the messages in the room "kitchen"
      And RabbitMQ is back
      And mess_chat has found RabbitMQ again
      And "annika" sends "plum" to "bruno" in the room "kitchen"
      Then mess_chat publishes a message to RabbitMQ
      And "bruno" lists "plum" in the room "kitchen"
      And "mess_chat" goes on

  @robust @ROOM-6.14
  Rule: When MongoDB is back, mess_chat works again
    Why: servers are restarted.
    Hint: let pymongo connect again by itself, keep what is not saved dirty, and set serverSelectionTimeoutMS where a request would wait.
    Needs: ROOM-1.13 ROOM-3.12

    Scenario: Nobody has asked meanwhile
      Given mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      When MongoDB goes away
      And MongoDB is back
      And "annika" sends "plum" to "bruno" in the room "kitchen", until it works
      Then "bruno" lists "plum" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB

    Scenario: Somebody has asked meanwhile
      Given mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      When MongoDB goes away
      And "annika" sends "pear" to "bruno" in the room "kitchen", if she can
      And MongoDB is back
      And "annika" sends "plum" to "bruno" in the room "kitchen", until it works
      Then "bruno" lists "plum" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB

  @robust @ROOM-6.15
  Rule: What was said before a crash is there after it
    Why: power fails.
    Hint: save each message when it is sent, before it is answered.
    Needs: ROOM-1.12 ROOM-3.12

    Scenario: It is killed in the middle of a burst
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "bruno" has listed "plum" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB
      When mess_chat is killed while "annika" sends 40 messages to "bruno" in the room "kitchen"
      And mess_chat is started again
      Then "bruno" lists what was answered and saved before, in the room "kitchen"

  @robust @ROOM-6.16
  Rule: mess_chat works after a time in which nobody has asked for anything
    Why: RabbitMQ ends a connection whose heartbeats do not come, and people go to lunch.
    Hint: open a connection for each request, let a thread serve the one that is kept, or make it again.
    Needs: ROOM-1.6 ROOM-1.7 ROOM-1.13

    Scenario: Some heartbeats later
      Given RabbitMQ asks for a heartbeat every second
      And mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      When nobody asks mess_chat for anything until RabbitMQ has missed its heartbeats, or has had three
      And "annika" sends "pear" to "bruno" in the room "kitchen"
      Then the answer says that it worked
      And "bruno" lists "pear" in the room "kitchen"

  @robust @ROOM-6.17
  Rule: A room that is restored while it holds its messages holds them once
    Why: whoever restores a list restores its rooms, and some of them are in use.
    Hint: empty the deque before you put into it what MongoDB has.
    Needs: ROOM-3.5 ROOM-4.15

    Scenario: A message that was saved
      Given the room "kitchen" with "marzipan"
      And its persist has been called
      When its restore is called
      Then it holds "marzipan" once

  @robust @ROOM-6.18
  Rule: get on an empty room does no harm
    Why: nobody knows beforehand whether there is another message.
    Hint: return None, or raise IndexError as deque does; do not wait for a message.
    Needs: ROOM-4.21 ROOM-4.22

    Scenario: Before a message, and after it
      Given the room "kitchen"
      When its get is called, whatever it gives
      And "marzipan" is put into it
      And its get is called
      Then the message is given that was at its right
      When its get is called, whatever it gives
      And "nougat" is put into it
      Then it holds "nougat" once

  @robust @ROOM-6.19
  Rule: Whoever asks for no message, or for -1, does no harm
    Why: the text says nothing of these numbers, and some take them for all.
    Hint: compare num_messages with 0 before you count down to it.
    Needs: ROOM-4.16 ROOM-4.44

    Scenario Outline: <number> messages
      Given the room "kitchen"
      And <number> messages are got from it, whatever it gives
      And "apple" and "pear" have been sent to it
      And <number> messages are got from it, whatever it gives
      When 5 messages are got from it as objects
      Then each of "apple" and "pear" has been given

      Examples:
        | number |
        | 0      |
        | -1     |

  @robust @ROOM-6.20
  Rule: Two messages have two numbers, where mess_chat was killed before anybody has read the first
    Why: a number that was given away is taken, whether somebody has read the message or not.
    Hint: save the last number with the room when a message is sent, or number messages where they are read.
    Needs: ROOM-3.10

    Scenario: One that nobody has read, and one after the restart
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      When mess_chat has done what it does, and is killed, and started again
      And "annika" sends "pear" to "bruno" in the room "kitchen"
      And "bruno" asks for the messages in the room "kitchen"
      Then in the collection "kitchen" "plum" and "pear" have numbers of their own

  @robust @ROOM-6.21
  Rule: An alias that RabbitMQ cannot hold is refused
    Why: the status 500 says that the server is broken, and 200 that the member hears what is said.
    Hint: look at both aliases before you declare their queues, and answer with the status 400 or 422.
    Needs: ROOM-1.4

    Scenario: RabbitMQ's own
      Given mess_chat runs
      When "amq.annika" sends "marzipan" to "bruno" in the group "garden"
      Then the answer blames the request, or "bruno" lists it
      And "mess_chat" goes on

    Scenario: An alias of 300 letters
      Given mess_chat runs
      When somebody with an alias of 300 letters sends "marzipan" to "bruno" in the group "garden"
      Then the answer blames the request, or "bruno" lists it
      And "mess_chat" goes on
