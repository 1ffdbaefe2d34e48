@rabbitmq @part-2
Feature: RabbitMQ chat, part 2: the channel general
  Source: 000_db92e2c29c5bac84.txt, lab 3

  @must @RABBIT-2.1
  Rule: /messages/ lists what another client has put into general
    Why: the others use programs of other authors.
    Hint: bind a queue of your own to the exchange general before you read from it. The other client publishes as yours does: what /send/ publishes must come to that very exchange.
    Needs: RABBIT-1.4 RABBIT-1.6

    Scenario: A message
      Given "annika" uses mess_chat
      When "otto", who is another client, puts "marzipan" into general
      Then "annika" lists "marzipan"

  @must @RABBIT-2.2
  Rule: One list holds all messages that are there
    Why: the text asks for the list of the messages in the queue, and not for the next one.
    Hint: go on reading until the queue is empty.
    Needs: RABBIT-2.1

    Scenario: Three messages
      Given "annika" uses mess_chat
      And "otto", who is another client, has put "apple", "pear" and "plum" into general
      When "annika" asks for her messages, after all is at rest
      Then that list holds "apple", "pear" and "plum"

    Scenario: Forty messages
      Given "annika" uses mess_chat
      And "otto", who is another client, has put 40 messages into general
      When "annika" asks for her messages, after all is at rest
      Then that list holds all of them

  @must @RABBIT-2.3
  Rule: What comes later is in a later list
    Why: whoever asks again wants to know what is new.
    Hint: read from RabbitMQ each time, or let the consumer run on.
    Needs: RABBIT-2.1

    Scenario: One message after the other
      Given "annika" uses mess_chat
      And "otto", who is another client, has put "apple" into general
      And "annika" has listed "apple"
      When "otto", who is another client, puts "pear" into general
      Then "annika" lists "pear"
      When "otto", who is another client, puts "plum" into general
      Then "annika" lists "plum"

  @must @RABBIT-2.4
  Rule: All clients get a message
    Why: general is there to distribute a message to everybody.
    Hint: what one client takes off a queue, no other finds there: publish to an exchange, and give each client a queue of its own.
    Needs: RABBIT-1.6 RABBIT-1.9 RABBIT-2.1 RABBIT-2.2 RABBIT-2.3

    Scenario: Two clients
      Given "annika" and "bruno" use mess_chat
      And "annika" has sent "apple"
      When "bruno" sends "pear"
      Then "annika" lists "pear"
      And "bruno" lists "apple"

    Scenario: Three clients
      Given "annika", "bruno" and "carla" use mess_chat
      When "annika" sends "plum"
      Then "bruno" lists "plum"
      And "carla" lists "plum"

  @must @RABBIT-2.5
  Rule: A client gets a message once
    Why: whoever reads a line twice wonders who has said it again.
    Hint: publish once, read each message from one queue, and add to the list nothing that comes from there as well.
    Needs: RABBIT-1.11 RABBIT-2.3 RABBIT-2.4

    Scenario: Two messages
      Given "annika" and "bruno" use mess_chat
      When "annika" sends "marzipan"
      And "bruno" lists "marzipan"
      And "annika" sends "nougat"
      Then "bruno" lists "nougat" once
      And "bruno" has listed "marzipan" once

    Scenario: Three messages that wait together
      Given "annika" uses mess_chat
      And "otto", who is another client, has put "apple", "pear" and "plum" into general
      When "annika" lists "apple", "pear" and "plum"
      Then "annika" lists "apple" once
      And "annika" has listed "pear" once
      And "annika" has listed "plum" once

    Scenario: A message of one's own
      Given "annika" and "bruno" use mess_chat
      When "annika" sends "marzipan"
      And "bruno" lists "marzipan"
      Then "annika" does not list "marzipan" twice

  @should @RABBIT-2.6
  Rule: Messages are listed in the order in which they were sent
    Why: a conversation is read from its beginning.
    Hint: append to the list, and put nothing before what is there.
    Needs: RABBIT-1.11 RABBIT-2.4

    Scenario: Three messages
      Given "annika" and "bruno" use mess_chat
      When "annika" sends "plum", "apple" and "pear"
      Then "bruno" lists "plum", "apple" and "pear", in this order

  @should @RABBIT-2.7
  Rule: Who sends a message lists it, too
    Why: the sender is one of all clients.
    Hint: nothing is needed for this where every client has a queue.
    Needs: RABBIT-1.9

    Scenario: A message
      Given "annika" uses mess_chat
      When "annika" sends "marzipan"
      Then "annika" lists "marzipan"

  @should @RABBIT-2.8
  Rule: Of two messages that are sent at once, none is lost
    Why: an API is asked by several at a time.
    Hint: keep nothing of a request where the next one finds it, and share no channel between threads.
    Needs: RABBIT-1.11 RABBIT-2.4

    Scenario: Two at once
      Given "annika" and "bruno" use mess_chat
      When "annika" sends "apple" and "pear" at once
      Then "bruno" lists "apple" and "pear"

  @should @RABBIT-2.9
  Rule: What is sent before anybody has asked for messages is listed
    Why: whoever opens a chat may speak before they read.
    Hint: declare the queues and bind them when the program starts, or before each message is published: an exchange throws away what it has no queue for.
    Needs: RABBIT-2.7

    Scenario: The first request is a message
      Given "annika" has started mess_chat
      When "annika" sends "marzipan"
      Then "annika" lists "marzipan"
