@zmq @part-3
Feature: ZeroMQ chat, part 3: the interactive client
  Source: 002_e63066c52547eb11.txt, part 3

  @must @ZMQ-3.1
  Rule: interactive_client connects to both addresses of its arguments
    Why: it posts at one, and listens at the other.
    Hint: it has the socket of post_client and that of pub_client.
    Needs: ZMQ-3.11

    Scenario: A line
      Given nobody answers but at the addresses that are given
      And the chat server is running
      When "annika" chats
      And "annika" types "marzipan"
      Then "annika" is connected to both addresses of the server

  @must @ZMQ-3.2
  Rule: A line that is typed is posted under the client's name
    Why: the others must know who is speaking.
    Hint: send each line, with the last argument, when the user hits Enter.
    Needs: ZMQ-3.1

    Scenario: A line
      Given the chat server is running
      And "annika" chats
      When "annika" types "marzipan"
      Then the server is sent "marzipan" by "annika", once
      And what "annika" posts names her

    Scenario: One line after the other
      Given the chat server is running
      And "annika" chats
      And "annika" types "apple"
      And the server is sent "apple" by "annika"
      When "annika" types "pear"
      Then the server is sent "pear" by "annika", once

    Scenario: Several words
      Given the chat server is running
      And "annika" chats
      When "annika" types "a piece of marzipan, and nougat"
      Then the server is sent "a piece of marzipan, and nougat" by "annika", once

  @must @ZMQ-3.3
  Rule: What others post is shown while the user types nothing
    Why: who only reads must not need to press a key.
    Hint: receive in a thread of its own, or poll the socket and the keyboard together; cut no text, and split none at its commas.
    Needs: ZMQ-3.2

    Scenario: Somebody reads
      Given the chat server is running
      And "annika" and "bruno" chat
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"
      When "annika" types "one, and one more"
      Then "bruno" sees "one, and one more"

    Scenario: A long sentence
      Given the chat server is running
      And "annika" and "bruno" chat
      When "annika" types a line of 200 letters
      Then "bruno" sees it whole

  @must @ZMQ-3.4
  Rule: Each of several clients sees what all others post
    Why: a chat is for many.
    Hint: the server publishes every message, whoever has posted it.
    Needs: ZMQ-3.3

    Scenario: Three clients
      Given the chat server is running
      And "annika", "bruno" and "carla" chat
      When "annika" types "one apple"
      Then "bruno" sees "one apple"
      And "carla" sees "one apple"
      When "bruno" types "two pears"
      Then "annika" sees "two pears"
      And "carla" sees "two pears"
      When "carla" types "three plums"
      Then "annika" sees "three plums"
      And "bruno" sees "three plums"

    Scenario: One of them is held up while the others talk
      Given the chat server is running
      And "annika", "bruno" and "carla" chat
      And "carla" is held up
      And "annika" types "one apple"
      And "bruno" sees "one apple"
      And "bruno" types "two pears"
      And "annika" sees "two pears"
      When "carla" may go on
      Then "carla" sees "one apple"
      And "carla" sees "two pears"

  @must @ZMQ-3.5
  Rule: Typing and receiving do not wait for each other
    Why: the text asks for both at once.
    Hint: let no receive stand between two lines, and no line between two messages.
    Needs: ZMQ-3.3 ZMQ-3.4

    Scenario: All type, and one only reads
      Given the chat server is running
      And "annika", "bruno" and "carla" chat
      When "annika" and "bruno" each type 10 lines
      Then "annika", "bruno" and "carla" see all lines of the others

  @robust @ZMQ-3.6
  Rule: Nothing is lost when many talk
    Why: a busy channel is a good channel.
    Hint: set no small high-water marks, and do not drop what comes while you print.
    Needs: ZMQ-3.4 ZMQ-3.5 ZMQ-3.10

    Scenario: Five clients, forty lines each
      Given the chat server is running
      And "annika", "bruno", "carla", "dora" and "emil" chat
      When "annika", "bruno", "carla", "dora" and "emil" each type 40 lines
      Then "annika", "bruno", "carla", "dora" and "emil" see all lines of the others

  @robust @ZMQ-3.7
  Rule: A line is shown to the letter
    Why: people write all kinds of things.
    Hint: build the message with a serialisation, not by joining texts.
    Needs: ZMQ-3.3 ZMQ-3.4

    Scenario Outline: A line with <what>
      Given the chat server is running
      And "annika" and "bruno" chat
      When "annika" types "<text>"
      Then "bruno" sees it whole

      Examples:
        | what                 | text                         |
        | bars and colons      | this\|that: those \| a :: b  |
        | brackets             | (yes) [no] {"message": 7}    |
        | the marks of formats | 100% sure, %s %d {0} {}      |
        | quotes               | she said "yes" and 'no'; \\n |
        | another alphabet     | Καλημέρα 👋 ñ                |
        | the reader's name    | bruno, is it you?            |

  @robust @ZMQ-3.8
  Rule: A client that is killed disturbs nobody
    Why: people close terminals.
    Hint: let an error of one message end neither the loop nor the socket.
    Needs: ZMQ-3.4

    Scenario: One of three
      Given the chat server is running
      And "annika", "bruno" and "carla" chat
      And "annika" types "one apple"
      And "bruno" sees "one apple"
      And "annika" is killed
      When "carla" types "two pears"
      Then "bruno" sees "two pears"
      And the server goes on
      And "bruno" goes on
      And "carla" goes on

  @robust @ZMQ-3.9
  Rule: An empty line does no harm
    Why: people hit Enter.
    Hint: post nothing, or an empty message; but go on.
    Needs: ZMQ-3.3

    Scenario: Enter, and then a line
      Given the chat server is running
      And "annika" and "bruno" chat
      And "annika" types ""
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"
      And the server goes on
      And "annika" goes on
      And "bruno" goes on

  @must @ZMQ-3.10
  Rule: What others post is shown once
    Why: whoever reads a line twice wonders who has said it again.
    Hint: the server publishes each message once, and one thread of the client receives.
    Needs: ZMQ-2.4 ZMQ-3.2 ZMQ-3.4

    Scenario: Two others
      Given the chat server is running
      And "annika", "bruno" and "carla" chat
      When "annika" types "marzipan"
      And "bruno" sees "marzipan"
      And "annika" types "nougat"
      Then "bruno" sees "nougat" once
      And "bruno" sees "marzipan" once
      And "carla" sees "marzipan" once

  @must @ZMQ-3.11
  Rule: interactive_server listens at both addresses of its arguments, and publishes through a PUB socket
    Why: its clients post at one, and listen at the other.
    Hint: bind the sockets of pub_server, which are right for this part, too.

    Scenario: The ports
      When the chat server starts
      Then the server listens on its ports

    Scenario: The socket
      Given the chat server is running
      And "annika" starts to chat
      And "annika" speaks ZeroMQ where the server publishes
      Then the server publishes to "annika" through a PUB socket

  @must @ZMQ-3.12
  Rule: A message is published under its author's name
    Why: the others must know who is speaking, whoever has spoken before.
    Hint: publish the name that came with the message, and keep none for all clients.
    Needs: ZMQ-3.2 ZMQ-3.4

    Scenario: Authors who take turns, and whose names begin alike
      Given the chat server is running
      And "ann", "annika" and "bruno" chat
      When "ann" types "apple"
      Then "apple" is published to "bruno" as that of "ann"
      When "annika" types "pear"
      Then "pear" is published to "bruno" as that of "annika"
      When "ann" types "plum"
      Then "plum" is published to "bruno" as that of "ann"

  @robust @ZMQ-3.13
  Rule: A chatting user's name may have spaces
    Why: people have them.
    Hint: do not split a message at spaces.
    Needs: ZMQ-3.12

    Scenario: Two words
      Given the chat server is running
      And "mary ann" and "bruno" chat
      When "mary ann" types "marzipan"
      Then "marzipan" is published to "bruno" as that of "mary ann"

  @robust @ZMQ-3.14
  Rule: A long line is shown whole
    Why: some paste a page.
    Hint: a message may have many kilobytes.
    Needs: ZMQ-3.3

    Scenario: 8,192 letters
      Given the chat server is running
      And "annika" and "bruno" chat
      When "annika" types a line of 8192 letters
      Then "bruno" sees it whole

  @must @ZMQ-3.15
  Rule: Only what the user has said is taken for the user's own
    Why: whoever leaves out what comes back to its author must not leave out others.
    Hint: compare whole names, and look for no name in the text.
    Needs: ZMQ-3.3 ZMQ-3.4

    Scenario: Names that begin alike
      Given the chat server is running
      And "ann" and "annika" chat
      When "annika" types "marzipan"
      Then "ann" sees "marzipan"
      When "ann" types "nougat"
      Then "annika" sees "nougat"

    Scenario: A word that has the reader's name in it
      Given the chat server is running
      And "ann" and "bruno" chat
      When "bruno" types "joann"
      Then "ann" sees "joann"

  @must @ZMQ-3.16
  Rule: What is said in the chat carries the time when it was posted
    Why: a message is its author, the time and the text, whoever posts it.
    Hint: take the time anew for each line, and send what post_client sends; or let the server add it.
    Needs: ZMQ-3.4

    Scenario: A line
      Given the chat server is running
      And "annika" and "bruno" chat
      When "annika" types "marzipan"
      Then "marzipan" comes to "bruno" with the time of the post

    Scenario: Two lines, a while apart
      Given the chat server is running
      And "annika" and "bruno" chat
      And "annika" types "marzipan"
      And "bruno" sees "marzipan"
      And a few seconds pass
      When "annika" types "nougat"
      Then "nougat" comes to "bruno" with a time that is as much later than that of "marzipan"

  @robust @ZMQ-3.17
  Rule: What was typed before the input ends is posted
    Why: who ends the input has said it all the same.
    Hint: at the end of the input send what is left, close the socket and terminate the context, which waits; do not set LINGER to 0.
    Needs: ZMQ-3.5

    Scenario: Two lines, and the end
      Given the chat server is running
      And "annika" chats
      And "annika" is held up
      And "annika" types "apple" and "pear" at once
      And the input of "annika" ends
      When "annika" may go on
      Then the server is sent "apple" by "annika", once
      And the server is sent "pear" by "annika", once

  @must @ZMQ-3.18
  Rule: interactive_server goes on when all have left
    Why: it runs until somebody ends it.
    Hint: let nothing that a client does, its leaving neither, end the loop.
    Needs: ZMQ-3.4

    Scenario Outline: The only one <leaves>
      Given the chat server is running
      And "annika" chats
      And "annika" types "marzipan"
      And the server is sent "marzipan" by "annika"
      When <what happens>
      Then the server goes on
      When "bruno" and "carla" chat
      And "bruno" types "nougat"
      Then "carla" sees "nougat"
      And the server goes on

      Examples:
        | leaves         | what happens               |
        | is killed      | "annika" is killed         |
        | ends her input | the input of "annika" ends |
