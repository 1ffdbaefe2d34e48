@zmq @part-1
Feature: ZeroMQ chat, part 1: posting
  Source: 002_e63066c52547eb11.txt, part 1

  @must @ZMQ-1.1
  Rule: post_server listens at the address of its arguments
    Why: its clients are told where it is, and find it there.
    Hint: bind the socket to tcp://IP:PORT, with both from the command line.

    Scenario: The port
      When the post server starts
      Then the server listens on its port

  @must @ZMQ-1.2
  Rule: post_server takes messages through a ZeroMQ socket
    Why: the course is about ZeroMQ's patterns, and clients of other authors speak it.
    Hint: bind a REP or a PULL socket; do not listen on a plain TCP socket.
    Needs: ZMQ-1.1

    Scenario: Somebody posts
      Given the post server is running
      And "annika" posts "marzipan"
      And "annika" connects to the server
      Then the server speaks ZeroMQ with "annika"

  @must @ZMQ-1.3
  Rule: post_client connects to the address of its arguments, through a ZeroMQ socket
    Why: the server may be anywhere.
    Hint: connect a REQ or a PUSH socket to tcp://IP:PORT, with both from the command line.
    Needs: ZMQ-1.1

    Scenario: The handshake
      Given nobody answers but at the addresses that are given
      And the post server is running
      When "annika" posts "marzipan"
      Then "annika" speaks ZeroMQ with the server

  @must @ZMQ-1.4
  Rule: post_client sends the message of its arguments, once
    Why: that is what it is for.
    Hint: send before you end, and let the context linger until the message is gone.
    Needs: ZMQ-1.2 ZMQ-1.3

    Scenario: A word
      Given the post server is running
      When "annika" posts "marzipan"
      Then the server is sent "marzipan" by "annika", once

    Scenario: Several words
      Given the post server is running
      When "bruno" posts "a piece of marzipan, and two"
      Then the server is sent "a piece of marzipan, and two" by "bruno", once

  @must @ZMQ-1.5
  Rule: A message carries the name of its author
    Why: a reader must know who is speaking.
    Hint: send the third argument along.
    Needs: ZMQ-1.4

    Scenario: A name
      Given the post server is running
      When "annika" posts "marzipan"
      Then what "annika" posts names her

    Scenario: Another name
      Given the post server is running
      When "zacharias" posts "marzipan"
      Then what "zacharias" posts names her

    Scenario: A long name
      Given the post server is running
      When "wilhelmina-konstantina" posts "marzipan"
      Then what "wilhelmina-konstantina" posts names her

  @must @ZMQ-1.6
  Rule: A message carries the time when it was posted
    Why: a reader may come back later.
    Hint: take the time when you send the message, or let the server add it when it comes.
    Needs: ZMQ-1.4 ZMQ-2.4

    Scenario: Somebody posts
      Given the post server is running
      When "annika" posts "marzipan"
      Then a time goes with it, from the client or from the server

  @must @ZMQ-1.7
  Rule: post_client ends by itself when it has posted
    Why: the user gets the terminal back.
    Hint: close the socket and the context, and wait for no second reply.
    Needs: ZMQ-1.2 ZMQ-1.4 ZMQ-1.8

    Scenario: One message
      Given the post server is running
      When "annika" posts "marzipan"
      And the server is sent "marzipan" by "annika"
      Then "annika" has ended

  @must @ZMQ-1.8
  Rule: post_server goes on after each message
    Why: it runs until somebody ends it.
    Hint: receive in a loop; where you split a message at commas or spaces, say into how many parts.
    Needs: ZMQ-1.4

    Scenario: One message after the other
      Given the post server is running
      And "annika" has posted "one apple"
      When "bruno" posts "two pears"
      Then the server is sent "two pears" by "bruno", once
      When "annika" posts "three plums"
      Then the server is sent "three plums" by "annika", once
      And the server goes on

    Scenario: After a message with a comma
      Given the post server is running
      When "annika" has posted "a piece of marzipan, and two"
      Then the server goes on
      When "bruno" posts "nougat"
      Then the server is sent "nougat" by "bruno", once
      And the server goes on

  @must @ZMQ-1.9
  Rule: post_server keeps every message in memory
    Why: what was said must be there for later.
    Hint: receive in a loop, and append each message to a list that you keep as long as the server runs.
    Needs: ZMQ-1.3 ZMQ-1.4 ZMQ-1.8

    Scenario: Three users, eight messages each
      Given the post server is running
      When 3 users post 8 messages each
      Then the server keeps them all in its memory
      When one more message is posted, and repeated 1500 times
      Then the server keeps all the others in its memory

  @must @ZMQ-1.10
  Rule: Several clients can post at the same time
    Why: a channel is for many.
    Hint: one REP or PULL socket serves all clients; nothing is needed for each of them.
    Needs: ZMQ-1.4 ZMQ-1.8

    Scenario: Four users
      Given the post server is running
      When 4 users post 2 messages each
      Then the server is sent each of them once
      And the server goes on

  @robust @ZMQ-1.11
  Rule: post_server outlives a client that is cut off
    Why: people close terminals.
    Hint: let an error of one message end neither the loop nor the socket.
    Needs: ZMQ-1.8

    Scenario: A client is killed
      Given the post server is running
      And "annika" is cut off while she posts
      When "bruno" posts "marzipan"
      Then the server is sent "marzipan" by "bruno", once
      And the server goes on

  @robust @ZMQ-1.12
  Rule: post_client waits for a server that starts later
    Why: nobody knows which terminal was opened first.
    Hint: ZeroMQ connects again by itself; do not set LINGER to 0, and let the program close its socket and terminate its context, which waits.
    Needs: ZMQ-1.3 ZMQ-1.4

    Scenario: The server is late
      Given the post server is not there yet
      When "annika" posts "marzipan"
      And the post server is running
      Then the server is sent "marzipan" by "annika"

  @robust @ZMQ-1.13
  Rule: A connection that stays silent holds up nobody
    Why: a port is found by strangers, too.
    Hint: leave accepting connections to the library.
    Needs: ZMQ-1.2 ZMQ-1.4 ZMQ-1.8

    Scenario: Somebody says nothing
      Given the post server is running
      And somebody connects to the server, and says nothing
      When "annika" posts "marzipan"
      Then the server is sent "marzipan" by "annika"
      And the server goes on

  @robust @ZMQ-1.14
  Rule: No text ends post_server
    Why: people write all kinds of things.
    Hint: build the message with a serialisation; where you split texts, say into how many parts.
    Needs: ZMQ-1.8

    Scenario Outline: A message with <what>
      Given the post server is running
      When "annika" has posted "<text>"
      Then the server goes on
      When "bruno" posts "nougat"
      Then the server is sent "nougat" by "bruno", once
      And the server goes on

      Examples:
        | what              | text                            |
        | bars and colons   | this\|that: those \| a :: b kumquat |
        | marks             | one; two: (yes) [no] {7} kumquat      |
        | commas            | one, two,three, kumquat               |
        | another alphabet  | Καλημέρα 👋 ñ kumquat                 |
