@rooms @part-2
Feature: Rooms, part 2: what a room is in RabbitMQ
  Source: 001_19c65104acc44d93.txt, lab 4

  @must @ROOM-2.1
  Rule: A private room has a queue that is called as the room
    Why: by that name every program finds it.
    Hint: declare a queue with the room's name where the room is made.
    Needs: ROOM-1.6

    Scenario: Its first message
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the room "kitchen"
      Then RabbitMQ has a queue "kitchen"

  @must @ROOM-2.2
  Rule: What is sent to a private room goes into that queue
    Why: who reads the queue reads what is said in the room.
    Hint: publish to the default exchange, with the room's name as the routing key.
    Needs: ROOM-1.6 ROOM-1.7 ROOM-2.1

    Scenario: A message
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the room "kitchen"
      Then "marzipan" reaches the queue "kitchen"

  @must @ROOM-2.3
  Rule: /messages/ reads the room's queue
    Why: what somebody else puts there is said in the room, too.
    Hint: call basic_get, or consume, with the room's name, until nothing is left.
    Needs: ROOM-1.5 ROOM-1.7 ROOM-2.2

    Scenario: A message
      Given mess_chat runs
      And "annika" has sent "marzipan" to "bruno" in the room "kitchen"
      When "bruno" asks for the messages in the room "kitchen"
      Then mess_chat has read "marzipan" from the queue "kitchen"

  @must @ROOM-2.4
  Rule: A group's room has an exchange that is called as the room
    Why: the exchange gives a message to all members.
    Hint: where group_room is true, call exchange_declare with the room's name.
    Needs: ROOM-1.4

    Scenario: Its first message
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the group "garden"
      Then RabbitMQ has an exchange "garden"

  @must @ROOM-2.5
  Rule: A group's room has a queue that is called as the room, too
    Why: it is the one from which the room's own messages are read.
    Hint: declare the queue with the room's name whatever the flag is.
    Needs: ROOM-1.4 ROOM-2.1

    Scenario: Its first message
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the group "garden"
      Then RabbitMQ has a queue "garden"

  @must @ROOM-2.6
  Rule: What is sent to a group is published to its exchange
    Why: what is put into one queue reaches one reader.
    Hint: call basic_publish with the room's name as the exchange.
    Needs: ROOM-1.6 ROOM-1.9 ROOM-2.4

    Scenario: A message
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the group "garden"
      Then mess_chat publishes "marzipan" to the exchange "garden"

  @must @ROOM-2.7
  Rule: The room's queue is bound to its exchange
    Why: what anybody publishes to the exchange is said in the room.
    Hint: call queue_bind with the room's name for both.
    Needs: ROOM-2.4 ROOM-2.5 ROOM-2.6

    Scenario: Another client publishes
      Given mess_chat runs
      And "annika" has sent "nougat" to "bruno" in the group "garden"
      When "otto", who is another client, puts "marzipan" into the exchange "garden"
      Then "marzipan" reaches the queue "garden"

  @should @ROOM-2.8
  Rule: A private room holds its owner and one other
    Why: what two say to each other is nobody else's.
    Hint: keep the members of a room, and refuse whoever is not among them where there are two.
    Needs: ROOM-1.7 ROOM-1.13 ROOM-2.10

    Scenario: A third sends a message to it
      Given mess_chat runs
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      And "carla" has sent "nougat" to "annika" in the room "kitchen", if she can
      When "annika" sends "marzipan" to "bruno" in the room "kitchen"
      Then "bruno" lists "marzipan" in the room "kitchen"
      And "bruno" has not listed "nougat" in the room "kitchen"

  @should @ROOM-2.9
  Rule: Those whom a message has made members of a group have queues of their own
    Why: each member has a queue off the exchange that is called as the alias; a name in a list gets no message.
    Hint: where somebody comes into the list of members, bind a queue that is called as the alias to the exchange.
    Needs: ROOM-1.6 ROOM-1.13 ROOM-2.4 ROOM-2.6 ROOM-3.2

    Scenario: Sender and addressee
      Given mess_chat runs
      And "annika" has sent "nougat" to "bruno" in the group "garden"
      When "annika" sends "marzipan" to "bruno" in the group "garden"
      Then each of "annika" and "bruno" whom MongoDB calls a member of "garden" has a queue, and the addressee has "marzipan" in it

  @must @ROOM-2.10
  Rule: A room that is not for a group is no group
    Why: an exchange gives a message to many; what two say to each other goes into one queue.
    Hint: declare the exchange only where group_room is true. What comes from a URL is a text, and the text "false" is true in Python.
    Needs: ROOM-2.1

    Scenario: Its first message
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the room "kitchen"
      Then RabbitMQ has no exchange "kitchen", or MongoDB says that "kitchen" is no group
