@zmq @part-2
Feature: ZeroMQ chat, part 2: publishing
  Source: 002_e63066c52547eb11.txt, part 2

  @must @ZMQ-2.1
  Rule: pub_server listens at both addresses of its arguments
    Why: messages come in on one port and go out on another.
    Hint: bind one socket to the second argument's port, and one to the third's.

    Scenario: The ports
      When the pub server starts
      Then the server listens on its ports

  @must @ZMQ-2.2
  Rule: pub_server publishes through a PUB socket
    Why: with one, the server need not know who listens.
    Hint: bind a PUB socket to the third argument's port.
    Needs: ZMQ-2.1

    Scenario: The protocol
      Given the pub server is running
      And "eva" starts to watch
      And "eva" connects to the server
      Then the server speaks ZeroMQ where it publishes

    Scenario: The socket
      Given the pub server is running
      And "eva" starts to watch
      And "eva" speaks ZeroMQ where the server publishes
      Then the server publishes to "eva" through a PUB socket

  @must @ZMQ-2.3
  Rule: pub_client subscribes at the address of its arguments, through a SUB socket
    Why: who does not subscribe is sent nothing.
    Hint: connect a SUB socket, and set its option SUBSCRIBE.
    Needs: ZMQ-2.1 ZMQ-2.2

    Scenario: The subscription
      Given nobody answers but at the addresses that are given
      And the pub server is running
      When "eva" starts to watch
      Then "eva" subscribes through a SUB socket

  @must @ZMQ-2.4
  Rule: Each message is published to all subscribers, once and in order
    Why: all readers follow the same conversation.
    Hint: send each message to the PUB socket when it comes.
    Needs: ZMQ-1.3 ZMQ-1.4 ZMQ-2.1 ZMQ-2.3

    Scenario: Three messages, two subscribers
      Given the pub server is running
      And "eva" and "frida" watch
      When "annika" has posted "one apple", "two pears" and "three plums"
      Then "one apple", "two pears" and "three plums" are published to "eva" and "frida", once each and in this order

    Scenario: Three messages in a row
      Given the pub server is running
      And "eva" watches
      When "annika" posts "one apple", "two pears" and "three plums" in a row
      Then "one apple", "two pears" and "three plums" are published to "eva", once each and in this order

  @must @ZMQ-2.5
  Rule: pub_client prints a message as «username: message (time)»
    Why: that is the format which the text gives.
    Hint: in Python, print(f"{username}: {message} ({time})", flush=True) does it. Where user and message have changed places, look first at the order in which post_client takes its arguments.
    Needs: ZMQ-1.5 ZMQ-2.4

    Scenario: A message
      Given the pub server is running
      And "eva" watches
      When "annika" has posted "marzipan"
      Then "eva" sees "annika: marzipan", with something in brackets

    Scenario: Several words, by somebody else
      Given the pub server is running
      And "eva" watches
      When "bruno" has posted "a piece of marzipan, and two"
      Then "eva" sees "bruno: a piece of marzipan, and two", with something in brackets

  @must @ZMQ-2.6
  Rule: The time that pub_client prints is that of the post
    Why: a reader who comes back wants to know when it was said.
    Hint: print the time that came with the message and was taken when it was posted, in any format that shows hours and minutes.
    Needs: ZMQ-1.6 ZMQ-2.5 ZMQ-2.7

    Scenario: A message
      Given the pub server is running
      And "eva" watches
      When "annika" has posted "marzipan"
      Then "eva" sees "annika: marzipan", with the time in brackets

    Scenario: Two messages, of which the second is read late
      Given the pub server is running
      And "eva" watches
      And "annika" has posted "marzipan"
      And "eva" sees "annika: marzipan", with something in brackets
      And a good second passes
      And "eva" is held up
      And "annika" has posted "nougat"
      And a few seconds pass
      When "eva" may go on
      Then "eva" sees "annika: nougat", with the time in brackets
      And the times that "eva" sees differ as the posts of "annika" do, "marzipan" and then "nougat"

  @must @ZMQ-2.7
  Rule: pub_client stays, and prints each message when it comes
    Why: it is there to follow the conversation.
    Hint: receive in a loop, and flush what you print.
    Needs: ZMQ-2.5

    Scenario: One message after the other
      Given the pub server is running
      And "eva" watches
      And "annika" has posted "one apple"
      And "eva" sees "one apple"
      When "bruno" has posted "two pears"
      Then "eva" sees "two pears"
      When "annika" has posted "three plums"
      Then "eva" sees "three plums"
      And "eva" goes on

    Scenario: Three messages while she is held up
      Given the pub server is running
      And "eva" watches
      And "eva" is held up
      And "annika" has posted "one apple", "two pears" and "three plums"
      When "eva" may go on
      Then "eva" sees "one apple"
      And "eva" sees "two pears"
      And "eva" sees "three plums"

  @should @ZMQ-2.8
  Rule: Who subscribes late sees what is posted from then on
    Why: clients come and go.
    Hint: nothing is needed for this on a PUB socket.
    Needs: ZMQ-2.7

    Scenario: After the first message
      Given the pub server is running
      And "eva" watches
      And "annika" has posted "one apple"
      And "frida" watches
      When "annika" has posted "two pears"
      Then "frida" sees "two pears"
      And "eva" sees "two pears"

  @robust @ZMQ-2.9
  Rule: A message is shown to the letter
    Why: people write all kinds of things.
    Hint: build the message with a serialisation, not by joining texts.
    Needs: ZMQ-2.5

    Scenario Outline: A message with <what>
      Given the pub server is running
      And "eva" watches
      When "annika" posts "<text>"
      Then "eva" sees it whole

      Examples:
        | what                 | text                       |
        | bars                 | this\|that \| those        |
        | colons               | a: b :: c                  |
        | semicolons           | one; two;; three           |
        | commas               | one, two,, three           |
        | brackets             | (yes) [no] > maybe <       |
        | braces               | {"message": 7} and } and { |
        | the marks of formats | 100% sure, %s %d {0} {}    |
        | quotes               | she said "yes" and 'no'    |
        | backslashes          | C:\\new\\table \\u0041     |
        | another alphabet     | Καλημέρα 👋 ñ              |

  @robust @ZMQ-2.10
  Rule: A long message is shown whole
    Why: some paste a page.
    Hint: a message may have many kilobytes.
    Needs: ZMQ-2.5

    Scenario: 65,000 letters
      Given the pub server is running
      And "eva" watches
      When "annika" posts a message of 65000 letters
      Then "eva" sees it whole

  @robust @ZMQ-2.11
  Rule: A name may have spaces
    Why: people have them.
    Hint: do not split a message at spaces.
    Needs: ZMQ-2.5

    Scenario: Two words
      Given the pub server is running
      And "eva" watches
      When "mary ann" has posted "marzipan"
      Then "eva" sees "mary ann: marzipan", with something in brackets

  @robust @ZMQ-2.12
  Rule: A subscriber that is killed disturbs nobody
    Why: people close terminals.
    Hint: nothing is needed for this on a PUB socket.
    Needs: ZMQ-2.7

    Scenario: One of two
      Given the pub server is running
      And "eva" and "frida" watch
      And "eva" is killed
      When "annika" has posted "marzipan"
      Then "frida" sees "marzipan"
      And the server goes on
      And "frida" goes on

  @robust @ZMQ-2.13
  Rule: pub_client waits for a server that starts later
    Why: nobody knows which terminal was opened first.
    Hint: ZeroMQ connects again by itself.
    Needs: ZMQ-2.5

    Scenario: The server is late
      Given the pub server is not there yet
      And "eva" starts to watch
      When the pub server is running
      And "eva" watches on
      And "annika" has posted "marzipan"
      Then "eva" sees "marzipan"

  @must @ZMQ-2.14
  Rule: A message is printed with its author's name, whoever has posted before
    Why: the others must know who is speaking.
    Hint: publish the name that came with the message, and keep none for all clients.
    Needs: ZMQ-2.5 ZMQ-2.7

    Scenario: Authors who take turns
      Given the pub server is running
      And "eva" watches
      When "ann" has posted "apple"
      Then "eva" sees "ann: apple", with something in brackets
      When "joann" has posted "pear"
      Then "eva" sees "joann: pear", with something in brackets
      When "ann" has posted "plum"
      Then "eva" sees "ann: plum", with something in brackets

  @should @ZMQ-2.15
  Rule: A message is printed once
    Why: whoever reads a line twice wonders who has said it again.
    Hint: print a message in one place of the program.
    Needs: ZMQ-2.4 ZMQ-2.7

    Scenario: Two messages
      Given the pub server is running
      And "eva" watches
      When "annika" has posted "marzipan"
      Then "eva" sees "marzipan" once
      When "annika" has posted "nougat"
      Then "eva" sees "nougat" once
      And "eva" sees "marzipan" once

  @must @ZMQ-2.16
  Rule: Posting to pub_server waits for nobody who watches
    Why: it is the server of part 1, which receives whatever is posted.
    Hint: receive in a loop, and wait for no subscriber: what is published to nobody is dropped.
    Needs: ZMQ-1.4 ZMQ-1.7 ZMQ-2.7

    Scenario: Somebody posts, and somebody watches later
      Given the pub server is running
      When "annika" posts "marzipan"
      Then the server is sent "marzipan" by "annika", once
      And "annika" has ended
      When "eva" watches
      And "bruno" has posted "nougat"
      Then "eva" sees "nougat"
      And the server goes on
