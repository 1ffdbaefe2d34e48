@rabbitmq @part-3
Feature: RabbitMQ chat, part 3: the private channel
  Source: 000_db92e2c29c5bac84.txt, lab 3

  @must @RABBIT-3.1
  Rule: A client has a private queue in RabbitMQ
    Why: the text asks for a second channel, which is for this client alone.
    Hint: declare a queue with a name of your own choosing, such as the user's; general comes by another, or by a binding of this one.
    Needs: RABBIT-1.2

    Scenario: After the first requests
      Given "annika" uses mess_chat
      When "annika" sends "marzipan"
      And "annika" asks for her messages
      Then "annika" has a private queue in RabbitMQ

  @must @RABBIT-3.2
  Rule: /messages/ lists what is put into the private queue
    Why: a message that nobody reads is held in vain.
    Hint: read from both queues, and return one list.
    Needs: RABBIT-1.4 RABBIT-3.1

    Scenario: A message
      Given "annika" uses mess_chat
      And "annika" is known to have a private queue
      When "otto", who is another client, puts "marzipan" into the private queue of "annika"
      Then "annika" lists "marzipan"

  @must @RABBIT-3.3
  Rule: What is put into a private queue reaches nobody else
    Why: it is for this client only.
    Hint: bind the private queue to no exchange that others read from, and pass nothing on.
    Needs: RABBIT-2.1 RABBIT-2.4 RABBIT-3.2

    Scenario: Two clients
      Given "annika" and "bruno" use mess_chat
      And "annika" is known to have a private queue
      And "otto", who is another client, has put "marzipan" into the private queue of "annika"
      And "annika" has listed "marzipan"
      When "otto", who is another client, puts "nougat" into general
      Then "bruno" lists "nougat"
      And "bruno" has not listed "marzipan"
