@zmq @part-4
Feature: ZeroMQ chat, part 4: channels
  Source: 002_e63066c52547eb11.txt, part 4

  @must @ZMQ-4.1
  Rule: mc_client subscribes with the server when it is started on a channel
    Why: who does not subscribe is sent nothing.
    Hint: its arguments are those of interactive_client, with the channel before the name.
    Needs: ZMQ-4.13

    Scenario: A channel
      Given nobody answers but at the addresses that are given
      And the channel server is running
      When "annika" joins the channel "MPCS"
      Then "annika" subscribes through a SUB socket

  @must @ZMQ-4.2
  Rule: A message reaches the others on its channel
    Why: that is what a channel is.
    Hint: post the channel along with the message, and let the server publish under it; cut no text, and split none at its commas. The channel comes before the name on the command line.
    Needs: ZMQ-4.1

    Scenario: Two on one channel
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"
      When "bruno" types "one, and one more"
      Then "annika" sees "one, and one more"

    Scenario: A long sentence
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      When "annika" types a line of 200 letters
      Then "bruno" sees it whole

    Scenario: Two on another channel
      Given the channel server is running
      And "annika" and "bruno" are on the channel "RANDOM"
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"

  @must @ZMQ-4.3
  Rule: A message does not reach those on other channels
    Why: whoever is on one channel wants to see that one.
    Hint: publish with the channel as the topic.
    Needs: ZMQ-4.2

    Scenario: Two channels
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      And "eva" and "frida" are on the channel "RANDOM"
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"
      When "frida" types "nougat"
      Then "eva" sees "nougat"
      And "eva" has not seen "marzipan"
      And "bruno" has not seen "nougat"

  @must @ZMQ-4.4
  Rule: Channels whose names begin alike are kept apart
    Why: a subscription in ZeroMQ is a prefix: MPCS gets what is meant for MPCS2.
    Hint: end each topic with a mark that is in no name, or compare the whole name when a message comes.
    Needs: ZMQ-4.2 ZMQ-4.3

    Scenario: MPCS and MPCS2
      Given the name of the channel "MPCS2" begins with that of "MPCS"
      And the channel server is running
      And "annika" and "bruno" are on the channel "MPCS2"
      And "eva" and "frida" are on the channel "MPCS"
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"
      When "frida" types "nougat"
      Then "eva" sees "nougat"
      And "eva" has not seen "marzipan"
      And "bruno" has not seen "nougat"

  @must @ZMQ-4.5
  Rule: mc_client asks for the messages of its own channel only
    Why: the text asks for a filter; what is thrown away on arrival has been sent in vain.
    Hint: set the option SUBSCRIBE to the channel, and not to the empty text.
    Needs: ZMQ-4.2 ZMQ-4.3

    Scenario: A message on another channel
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      And "eva" and "frida" are on the channel "RANDOM"
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"
      When "frida" types "nougat"
      Then "eva" sees "nougat"
      And "eva" has not asked for everything
      And "marzipan" has not crossed to "eva"

  @must @ZMQ-4.6
  Rule: Who is on the channel ALL sees the messages of all channels, each once
    Why: ALL is how one terminal watches the whole server.
    Hint: for ALL, subscribe to the empty text: every topic begins with it.
    Needs: ZMQ-4.2 ZMQ-4.11

    Scenario: Two channels
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      And "carla" is on the channel "RANDOM"
      And "eva" is on the channel "ALL"
      When "annika" types "marzipan"
      Then "eva" sees "marzipan" once
      When "carla" types "nougat"
      Then "eva" sees "nougat" once

    Scenario: A channel that comes later
      Given the channel server is running
      And "eva" is on the channel "ALL"
      And "annika" and "bruno" are on the channel "MPCS"
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"
      And "eva" sees "marzipan" once

  @must @ZMQ-4.7
  Rule: The channel ALL is read only
    Why: the text says so.
    Hint: on ALL, take no line from the user, or tell the user that it is not posted.
    Needs: ZMQ-4.2 ZMQ-4.6

    Scenario: Somebody types on ALL
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      And "eva" and "frida" are on the channel "ALL"
      When "eva" has typed "marzipan", if she can
      And "annika" types "nougat"
      Then "bruno" sees "nougat"
      And "frida" sees "nougat"
      And "bruno" has not seen "marzipan"
      And "frida" has not seen "marzipan"

  @must @ZMQ-4.8
  Rule: test.txt describes how the channels were tested
    Why: who has not tried it does not know that it works.
    Hint: write down what you started, what you typed, and what you saw.

    Scenario: The file
      Then the submission has a text file called test.txt of at least 20 words

    Scenario: What stands in it
      Then it says how the channels were tested

  @robust @ZMQ-4.9
  Rule: A line on a channel is shown to the letter
    Why: people write all kinds of things.
    Hint: let the channel be a frame of its own, or cut it off by its length.
    Needs: ZMQ-4.2

    Scenario Outline: A line with <what>
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      When "annika" types "<text>"
      Then "bruno" sees it whole

      Examples:
        | what                 | text                        |
        | bars and colons      | this\|that: those \| a :: b |
        | brackets             | (yes) [no] {"message": 7}   |
        | the marks of formats | 100% sure, %s %d {0} {}     |
        | a channel's name     | RANDOM ALL MPCS: hello      |
        | another alphabet     | Καλημέρα 👋 ñ               |

  @robust @ZMQ-4.10
  Rule: A client that is killed disturbs nobody on its channel
    Why: people close terminals.
    Hint: let an error of one message end neither the loop nor the socket.
    Needs: ZMQ-4.2

    Scenario: One of three
      Given the channel server is running
      And "annika", "bruno" and "carla" are on the channel "MPCS"
      And "annika" types "one apple"
      And "bruno" sees "one apple"
      And "annika" is killed
      When "carla" types "two pears"
      Then "bruno" sees "two pears"
      And the server goes on
      And "bruno" goes on
      And "carla" goes on

  @must @ZMQ-4.11
  Rule: All others on its channel see a message, once
    Why: a channel is for many.
    Hint: publish each message once under its channel, and subscribe to nothing twice.
    Needs: ZMQ-4.2

    Scenario: Two others
      Given the channel server is running
      And "annika", "bruno" and "carla" are on the channel "MPCS"
      When "annika" types "marzipan"
      And "bruno" sees "marzipan"
      And "annika" types "nougat"
      Then "bruno" sees "nougat" once
      And "bruno" sees "marzipan" once
      And "carla" sees "marzipan" once

    Scenario: One of them is held up while two messages come
      Given the channel server is running
      And "annika", "bruno" and "carla" are on the channel "MPCS"
      And "carla" is held up
      And "annika" types "marzipan"
      And "bruno" sees "marzipan"
      And "annika" types "nougat"
      And "bruno" sees "nougat"
      When "carla" may go on
      Then "carla" sees "marzipan" once
      And "carla" sees "nougat" once

  @must @ZMQ-4.12
  Rule: A line on a channel is posted under the client's name
    Why: the others must know who is speaking.
    Hint: send the last argument along with each line.
    Needs: ZMQ-4.2

    Scenario: A line
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      When "annika" types "marzipan"
      And "bruno" sees "marzipan"
      Then what "annika" posts names her

  @must @ZMQ-4.13
  Rule: mc_server listens at both addresses of its arguments, and publishes through a PUB socket
    Why: its clients post at one, and listen at the other.
    Hint: bind the sockets of pub_server, which are right for this part, too.

    Scenario: The ports
      When the channel server starts
      Then the server listens on its ports

    Scenario: The socket
      Given the channel server is running
      And "annika" joins the channel "MPCS"
      And "annika" speaks ZeroMQ where the server publishes
      Then the server publishes to "annika" through a PUB socket

  @must @ZMQ-4.14
  Rule: A message on a channel is published under its author's name
    Why: the others must know who is speaking, whoever has spoken before.
    Hint: publish the name that came with the message, and keep none for all clients.
    Needs: ZMQ-4.11 ZMQ-4.12

    Scenario: Authors who take turns, and whose names begin alike
      Given the channel server is running
      And "ann", "annika" and "bruno" are on the channel "MPCS"
      When "ann" types "apple"
      Then "apple" is published to "bruno" as that of "ann"
      When "annika" types "pear"
      Then "pear" is published to "bruno" as that of "annika"
      When "ann" types "plum"
      Then "plum" is published to "bruno" as that of "ann"

  @robust @ZMQ-4.15
  Rule: The name of a user on a channel may have spaces
    Why: people have them.
    Hint: do not split a message at spaces.
    Needs: ZMQ-4.14

    Scenario: Two words
      Given the channel server is running
      And "mary ann" and "bruno" are on the channel "MPCS"
      When "mary ann" types "marzipan"
      Then "marzipan" is published to "bruno" as that of "mary ann"

  @robust @ZMQ-4.16
  Rule: A long line on a channel is shown whole
    Why: some paste a page.
    Hint: a message may have many kilobytes.
    Needs: ZMQ-4.2

    Scenario: 8,192 letters
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      When "annika" types a line of 8192 letters
      Then "bruno" sees it whole

  @robust @ZMQ-4.17
  Rule: An empty line does no harm on a channel
    Why: people hit Enter.
    Hint: post nothing, or an empty message; but go on.
    Needs: ZMQ-4.2

    Scenario: Enter, and then a line
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      And "annika" types ""
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"
      And the server goes on
      And "annika" goes on
      And "bruno" goes on

  @must @ZMQ-4.18
  Rule: On a channel only what the user has said is taken for the user's own
    Why: whoever leaves out what comes back to its author must not leave out others.
    Hint: compare whole names, and look for no name in the text.
    Needs: ZMQ-4.2

    Scenario: Names that begin alike
      Given the channel server is running
      And "ann" and "annika" are on the channel "MPCS"
      When "annika" types "marzipan"
      Then "ann" sees "marzipan"
      When "ann" types "nougat"
      Then "annika" sees "nougat"

    Scenario: A word that has the reader's name in it
      Given the channel server is running
      And "ann" and "bruno" are on the channel "MPCS"
      When "bruno" types "joann"
      Then "ann" sees "joann"

  @must @ZMQ-4.19
  Rule: Who comes back on another channel is heard there
    Why: a message belongs to the channel on which it is typed, whoever has typed it.
    Hint: take the channel from each message, and remember none for a name.
    Needs: ZMQ-4.3

    Scenario: First MPCS, then RANDOM
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      And "annika" types "marzipan"
      And "bruno" sees "marzipan"
      And "annika" is killed
      And "annika" and "carla" are on the channel "RANDOM"
      When "annika" types "nougat"
      Then "carla" sees "nougat"

  @must @ZMQ-4.20
  Rule: What is said on a channel carries the time when it was posted
    Why: a message is its channel, its author, the time and the text.
    Hint: send what interactive_client sends, and the channel besides.
    Needs: ZMQ-4.2

    Scenario: A line
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      When "annika" types "marzipan"
      Then "marzipan" comes to "bruno" with the time of the post

    Scenario: Two lines, a while apart
      Given the channel server is running
      And "annika" and "bruno" are on the channel "MPCS"
      And "annika" types "marzipan"
      And "bruno" sees "marzipan"
      And a few seconds pass
      When "annika" types "nougat"
      Then "nougat" comes to "bruno" with a time that is as much later than that of "marzipan"

  @robust @ZMQ-4.21
  Rule: Lines that are pasted at once are all posted to the channel
    Why: people copy a few lines from somewhere else.
    Hint: read the keyboard in a thread of its own; or read what is there line by line, and wait for more only when none is left.
    Needs: ZMQ-4.12

    Scenario: Two lines
      Given the channel server is running
      And "annika" is on the channel "MPCS"
      When "annika" types "apple" and "pear" at once
      Then the server is sent "apple" by "annika", once
      And the server is sent "pear" by "annika", once

  @robust @ZMQ-4.22
  Rule: What was typed before the input ends is posted to the channel
    Why: who ends the input has said it all the same.
    Hint: at the end of the input send what is left, close the socket and terminate the context, which waits; do not set LINGER to 0.
    Needs: ZMQ-4.21

    Scenario: Two lines, and the end
      Given the channel server is running
      And "annika" is on the channel "MPCS"
      And "annika" is held up
      And "annika" types "apple" and "pear" at once
      And the input of "annika" ends
      When "annika" may go on
      Then the server is sent "apple" by "annika", once
      And the server is sent "pear" by "annika", once

  @must @ZMQ-4.23
  Rule: mc_server goes on when all have left
    Why: it runs until somebody ends it.
    Hint: let nothing that a client does, its leaving neither, end the loop.
    Needs: ZMQ-4.2

    Scenario Outline: The only one <leaves>
      Given the channel server is running
      And "annika" is on the channel "MPCS"
      And "annika" types "marzipan"
      And the server is sent "marzipan" by "annika"
      When <what happens>
      Then the server goes on
      When "bruno" and "carla" are on the channel "MPCS"
      And "bruno" types "nougat"
      Then "carla" sees "nougat"
      And the server goes on

      Examples:
        | leaves         | what happens               |
        | is killed      | "annika" is killed         |
        | ends her input | the input of "annika" ends |
