@rooms @part-5
Feature: Rooms, part 5: what is handed in
  Source: 001_19c65104acc44d93.txt, lab 4

  @must @ROOM-5.1
  Rule: The API, what talks to RabbitMQ, and a test of each are files of their own
    Why: each can be read, changed and tested without the other.
    Hint: in Python the files are mess_chat.py, rmq.py, mess_chat_test.py and rmq_test.py.

    Scenario Outline: <file>
      Then the submission has a program file called "<file>"

      Examples:
        | file           |
        | mess_chat      |
        | rmq            |
        | mess_chat_test |
        | rmq_test       |

  @should @ROOM-5.2
  Rule: rmq talks to RabbitMQ, and mess_chat talks to rmq
    Why: whoever takes another broker changes one file.
    Hint: import the library for RabbitMQ in rmq only.
    Needs: ROOM-5.1

    Scenario: Who uses the library
      Then rmq uses a library for RabbitMQ, and mess_chat does not

  @should @ROOM-5.3
  Rule: rmq has a class for what is done with RabbitMQ
    Why: the text recommends it, and a connection is kept in an object.
    Hint: write a class with methods that send and read, and let mess_chat use it.
    Needs: ROOM-5.1

    Scenario: A class
      Then rmq defines a class

  @should @ROOM-5.4
  Rule: A program in Python uses pika
    Why: the text names this library.
    Hint: import pika, and open a BlockingConnection.
    Needs: ROOM-1.2

    Scenario: What the client calls itself
      Given mess_chat runs
      When "annika" sends "marzipan" to "bruno" in the room "kitchen"
      Then mess_chat calls itself a client by pika

  @should @ROOM-5.5
  Rule: mess_chat_test passes
    Why: a test that fails says that something is wrong with the program, or with the test.
    Hint: run it with pytest or unittest, while the API, RabbitMQ and MongoDB are there.
    Needs: ROOM-1.1 ROOM-1.2 ROOM-1.3 ROOM-1.4 ROOM-1.5 ROOM-1.6 ROOM-1.7 ROOM-1.8 ROOM-1.9 ROOM-1.10 ROOM-1.11 ROOM-1.12 ROOM-1.13 ROOM-1.14 ROOM-1.15 ROOM-2.1 ROOM-2.2 ROOM-2.3 ROOM-2.4 ROOM-2.5 ROOM-2.6 ROOM-2.7 ROOM-5.1

    Scenario: The tests of the API
      Given mess_chat runs where mess_chat_test asks for it
      When mess_chat_test is run
      Then it passes

  @should @ROOM-5.6
  Rule: rmq_test passes
    Why: a test that fails says that something is wrong with the program, or with the test.
    Hint: run it with pytest or unittest, while RabbitMQ and MongoDB are there.
    Needs: ROOM-1.1 ROOM-1.2 ROOM-1.3 ROOM-1.4 ROOM-1.5 ROOM-1.6 ROOM-1.7 ROOM-1.8 ROOM-1.9 ROOM-1.10 ROOM-1.11 ROOM-1.12 ROOM-1.13 ROOM-1.14 ROOM-1.15 ROOM-2.1 ROOM-2.2 ROOM-2.3 ROOM-2.4 ROOM-2.5 ROOM-2.6 ROOM-2.7 ROOM-3.1 ROOM-3.2 ROOM-3.3 ROOM-3.4 ROOM-3.5 ROOM-3.6 ROOM-3.20 ROOM-4.1 ROOM-4.2 ROOM-4.3 ROOM-4.4 ROOM-4.5 ROOM-4.6 ROOM-4.7 ROOM-4.8 ROOM-4.9 ROOM-4.10 ROOM-4.11 ROOM-4.12 ROOM-4.13 ROOM-4.14 ROOM-4.15 ROOM-4.16 ROOM-4.17 ROOM-4.18 ROOM-4.19 ROOM-4.20 ROOM-4.21 ROOM-4.22 ROOM-4.23 ROOM-4.24 ROOM-4.25 ROOM-4.26 ROOM-4.27 ROOM-4.28 ROOM-4.29 ROOM-4.30 ROOM-4.31 ROOM-4.32 ROOM-4.33 ROOM-5.1

    Scenario: The tests of what talks to RabbitMQ
      Given mess_chat runs where mess_chat_test asks for it
      When rmq_test is run
      Then it passes

  @robust @ROOM-5.7
  Rule: mess_chat_test notices an API that loses every message
    Why: a test that cannot fail tests nothing.
    Hint: send a message, ask for the list, and assert that the message is in it.
    Needs: ROOM-5.5

    Scenario: Everything works, and nothing is listed
      Given an API that loses every message is where mess_chat_test asks for one
      And RabbitMQ is not there
      When mess_chat_test is run
      Then it fails

  @robust @ROOM-5.8
  Rule: rmq_test notices that RabbitMQ is not there
    Why: a test that cannot fail tests nothing.
    Hint: send a message, read it, and assert that it is the same; catch no error, but to skip a test.
    Needs: ROOM-5.6

    Scenario: Nobody is where RabbitMQ should be
      Given RabbitMQ is not there
      When rmq_test is run
      Then it fails, or skips tests
