@rabbitmq @part-4
Feature: RabbitMQ chat, part 4: what is handed in
  Source: 000_db92e2c29c5bac84.txt, lab 3

  @must @RABBIT-4.1
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

  @should @RABBIT-4.2
  Rule: rmq talks to RabbitMQ, and mess_chat talks to rmq
    Why: whoever takes another broker changes one file.
    Hint: import the library for RabbitMQ in rmq only.
    Needs: RABBIT-4.1

    Scenario: Who uses the library
      Then rmq uses a library for RabbitMQ, and mess_chat does not

  @should @RABBIT-4.3
  Rule: rmq has a class for what is done with RabbitMQ
    Why: the text recommends it, and a connection is kept in an object.
    Hint: write a class with methods that send and read, and let mess_chat use it.
    Needs: RABBIT-4.1

    Scenario: A class
      Then rmq defines a class

  @should @RABBIT-4.4
  Rule: A program in Python uses pika
    Why: the text names this library.
    Hint: import pika, and open a BlockingConnection.
    Needs: RABBIT-1.2

    Scenario: What the client calls itself
      Given "annika" uses mess_chat
      When "annika" sends "marzipan"
      Then "annika" calls herself a client by pika

  @should @RABBIT-4.5
  Rule: mess_chat_test passes
    Why: a test that fails says that something is wrong with the program, or with the test.
    Hint: run it with pytest or unittest, while the API and RabbitMQ are there.
    Needs: RABBIT-1.3 RABBIT-1.4 RABBIT-1.5 RABBIT-1.7 RABBIT-1.8 RABBIT-1.9 RABBIT-1.10 RABBIT-1.11 RABBIT-2.1 RABBIT-2.2 RABBIT-2.3 RABBIT-2.4 RABBIT-2.5 RABBIT-2.6 RABBIT-2.7 RABBIT-3.2 RABBIT-3.3 RABBIT-4.1

    Scenario: The tests of the API
      Given "annika" uses mess_chat, where mess_chat_test asks for it
      When mess_chat_test is run
      Then it passes

  @should @RABBIT-4.6
  Rule: rmq_test passes
    Why: a test that fails says that something is wrong with the program, or with the test.
    Hint: run it with pytest or unittest, while RabbitMQ is there.
    Needs: RABBIT-1.3 RABBIT-1.4 RABBIT-1.5 RABBIT-1.7 RABBIT-1.8 RABBIT-1.9 RABBIT-1.10 RABBIT-1.11 RABBIT-2.1 RABBIT-2.2 RABBIT-2.3 RABBIT-2.4 RABBIT-2.5 RABBIT-2.6 RABBIT-2.7 RABBIT-3.2 RABBIT-3.3 RABBIT-4.1

    Scenario: The tests of what talks to RabbitMQ
      Given "annika" uses mess_chat, where mess_chat_test asks for it
      When rmq_test is run
      Then it passes

  @robust @RABBIT-4.7
  Rule: mess_chat_test notices an API that loses every message
    Why: a test that cannot fail tests nothing.
    Hint: send a message, ask for the list, and assert that the message is in it; tests that play RabbitMQ themselves (a mock, a stub) see nothing of it, so have one that plays nothing.
    Needs: RABBIT-4.5

    Scenario: Everything works, and nothing is listed
      Given an API that loses every message is where mess_chat_test asks for one
      And RabbitMQ is not there
      When mess_chat_test is run
      Then it fails

  @robust @RABBIT-4.8
  Rule: rmq_test notices that RabbitMQ is not there
    Why: a test that cannot fail tests nothing.
    Hint: send a message, read it, and assert that it is the same; catch no error, but to skip a test; tests that play RabbitMQ themselves (a mock, a stub) do not miss it, so have one that plays nothing.
    Needs: RABBIT-4.6

    Scenario: Nobody is where RabbitMQ should be
      Given RabbitMQ is not there
      When rmq_test is run
      Then it fails, or skips tests
