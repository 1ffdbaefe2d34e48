@tcp-server @part-1
Feature: Chat through a server, part 1: the client, chat5
  Source: 003_972a522528e68a06.txt, question 2

  @must @SERVER-1.1
  Rule: chat5 connects to the server and subscribes when it starts
    Why: who is not registered receives nothing.
    Hint: send {"operation": "subscribe", …} before you read the keyboard.

    Scenario: Nothing is typed
      When "ann" starts chat5
      Then "ann" connects to the server
      And the server is told that somebody subscribes

  @must @SERVER-1.2
  Rule: chat5 subscribes the address on which it listens
    Why: the server brings the messages there.
    Hint: the member `client` is "IP:PORT", with the port of the second argument and an IP at which the server reaches you.

    Scenario: The address of the subscription
      Given "ann" has subscribed with the server
      Then the subscription gives the address of "ann"

  @must @SERVER-1.3
  Rule: chat5 listens on the port of its second argument
    Why: the server connects to it.
    Hint: listen before you subscribe.

    Scenario: The port
      When "ann" starts chat5
      Then "ann" listens on her port

  @must @SERVER-1.4
  Rule: Each typed line goes to the server, once and in order
    Why: the server distributes what the users type.
    Hint: send every line to the server, and to nobody else.

    Scenario: Three lines
      Given "ann" has joined the server
      When "ann" types "first"
      Then the server receives "first"
      When "ann" types "second"
      Then the server receives "second"
      When "ann" types "third"
      Then the server receives "third"
      And the server has received "first", "second" and "third", once each

  @must @SERVER-1.5
  Rule: Each message to the server is one JSON object
    Why: the server must understand clients of every author.
    Hint: build the message with your language's JSON library.
    Needs: SERVER-1.4

    Scenario: Two lines are two objects
      Given "ann" has joined the server
      When "ann" types "hello"
      Then the server receives "hello"
      And it came as one JSON object
      When "ann" types "again"
      Then the server receives "again"
      And it came as one JSON object

  @must @SERVER-1.6
  Rule: The member `seq` counts the client's messages, from 0
    Why: it identifies each message of a user.
    Hint: begin with 0; a subscription is not a message and has no number.
    Needs: SERVER-1.4

    Scenario: Three messages
      Given "ann" has joined the server
      And "ann" has sent "one" to the server as JSON
      And "ann" has sent "two" to the server as JSON
      When "ann" types "three"
      Then the server has received the numbers 0, 1, 2

  @must @SERVER-1.7
  Rule: The member `user` is the name of the first argument
    Why: a reader must know who is speaking.
    Hint: put the program's first argument into every message.

    Scenario: A name
      Given "ann" has joined the server
      And "ann" has sent "hello" to the server as JSON
      Then its user is "ann"

    Scenario: Another name
      Given "Zoe-2" has joined the server
      And "Zoe-2" has sent "hello" to the server as JSON
      Then its user is "Zoe-2"

    Scenario: A long name
      Given "wilhelmina-konstantina" has joined the server
      And "wilhelmina-konstantina" has sent "hello" to the server as JSON
      Then its user is "wilhelmina-konstantina"

  @must @SERVER-1.8
  Rule: The member `message` is the line as it was typed
    Why: the message is what the user wrote, to the letter.
    Hint: do not build JSON by joining texts, and take off the line's end only.
    Needs: SERVER-1.4

    Scenario Outline: A line with <what>
      Given "ann" has joined the server
      And "ann" has sent "before" to the server as JSON
      When "ann" types "<line>"
      Then the server receives it to the letter

      Examples:
        | what                 | line                    |
        | plain words          | hello world             |
        | quotes               | she said "yes" and 'no' |
        | backslashes          | C:\\new\\table \\u0041  |
        | braces               | {"seq": 7} and } and {  |
        | the marks of formats | 100% sure, %s %d {0} {} |
        | another alphabet     | Καλημέρα 👋             |

  @must @SERVER-1.9
  Rule: chat5 unsubscribes its address when it stops
    Why: the server must not go on delivering to somebody who has left.
    Hint: when the user types `exit`, send {"operation": "unsubscribe", …} with the same `client` as before, and then close.

    Scenario: The user types exit
      Given "ann" has joined the server
      And "ann" has sent "hello" to the server
      When "ann" types "exit"
      Then the server is told that "ann" unsubscribes the address that she has subscribed

  @must @SERVER-1.10
  Rule: chat5 ends after `exit`, whose word is no message
    Why: it is said to the program, and the user gets the terminal back.
    Hint: look for the word before you send the line, and let no thread keep the program alive.

    Scenario: After a message
      Given "ann" has joined the server
      And "ann" has sent "hello" to the server
      When "ann" types "exit"
      Then "ann" has ended
      And the server has received no message "exit"

    Scenario: As the first line
      Given "ann" has joined the server
      When "ann" types "exit"
      Then "ann" has ended

  @must @SERVER-1.11
  Rule: chat5 shows what the server delivers
    Why: a chat is there to be read.
    Hint: accept the server's connection on your port, print the message, and flush your output.

    Scenario: A message from somebody else
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "good morning" from "bob" to "ann"
      And "ann" types "over", after all is at rest
      Then "ann" sees "good morning"

    Scenario: One message after the other
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "apple" from "bob" to "ann"
      And "ann" types "over", after all is at rest
      Then "ann" sees "apple"
      When the server delivers "pear" from "eve" to "ann"
      And "ann" types "out", after all is at rest
      Then "ann" sees "pear"

  @must @SERVER-1.12
  Rule: chat5 shows messages while its user types nothing
    Why: nobody should have to press a key to read the others.
    Hint: read the network and the keyboard at the same time.
    Needs: SERVER-1.11

    Scenario: Two messages, and no line typed
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "are you there" from "bob" to "ann"
      Then "ann" sees "are you there"
      When the server delivers "hello?" from "eve" to "ann"
      Then "ann" sees "hello?"

  @must @SERVER-1.13
  Rule: chat5 connects to the server at the address of its third argument
    Why: the server runs on another machine than most of its clients.
    Hint: split the argument at the colon and use both parts.

    Scenario: A server on another host
      Given the server is on the host 127.0.0.2
      When "ann" starts chat5
      And "ann" types "hello"
      Then "ann" connects to the server

  @must @SERVER-1.14
  Rule: What is received does not change `seq`
    Why: it counts what this client has sent.
    Hint: keep your own counter; do not take over the number of a message that comes in.
    Needs: SERVER-1.4 SERVER-1.6 SERVER-1.12

    Scenario: A message comes in between
      Given "ann" has joined the server
      And "ann" has sent "one" to the server as JSON
      And "ann" can be reached by the server
      And the server delivers "hi" from "bob" to "ann"
      And "ann" sees "hi"
      And the server delivers "ho" from "bob" to "ann"
      And "ann" sees "ho"
      When "ann" types "two"
      Then the second number that the server has received is the first and one

  @should @SERVER-1.15
  Rule: Spaces at both ends of a line are part of the message
    Why: the message is what the user typed; only the Enter key is not.
    Hint: take off the line's end, and nothing else.
    Needs: SERVER-1.8

    Scenario: Spaces before and after
      Given "ann" has joined the server
      And "ann" has sent "before" to the server as JSON
      When "ann" types "   indented, and more   "
      Then the server receives it to the letter

  @should @SERVER-1.16
  Rule: A message is shown as its author typed it
    Why: the reader should see the text, not its encoding.
    Hint: print the decoded member `message`, not the JSON that came in.
    Needs: SERVER-1.12

    Scenario Outline: A message with <what>
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "<line>" from "bob" to "ann"
      Then "ann" sees it to the letter

      Examples:
        | what                 | line           |
        | quotes               | she said "yes" |
        | backslashes          | C:\\new\\table  |
        | the marks of formats | 100% %s {0} {} |
        | another alphabet     | Καλημέρα       |
        | emoji                | 🎉             |

  @should @SERVER-1.17
  Rule: A line that only contains the word exit is a message
    Why: people talk about doors.
    Hint: compare the whole line.
    Needs: SERVER-1.4

    Scenario Outline: The line "<line>"
      Given "ann" has joined the server
      And "ann" has sent "before" to the server
      When "ann" types "<line>"
      Then the server receives "<line>"

      Examples:
        | line                |
        | exit the building   |
        | where is the exit?  |

  @should @SERVER-1.18
  Rule: A message is shown once
    Why: whoever reads a line twice wonders who has said it again.
    Hint: print a message in one place of the program.
    Needs: SERVER-1.12

    Scenario: Two messages
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "marzipan" from "bob" to "ann"
      Then "ann" sees "marzipan" once
      When the server delivers "nougat" from "bob" to "ann"
      Then "ann" sees "nougat" once
      And "ann" sees "marzipan" once

  @must @SERVER-1.19
  Rule: Only what the user has said is taken for the user's own
    Why: whoever leaves out what comes back to its author must not leave out others.
    Hint: compare whole names, and look for no name in the text.
    Needs: SERVER-1.12

    Scenario: An author whose name begins as the user's
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "marzipan" from "annika" to "ann"
      Then "ann" sees "marzipan"

    Scenario: A word that has the user's name in it
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "joann" from "bob" to "ann"
      Then "ann" sees "joann"

  @should @SERVER-1.20
  Rule: It is shown who has sent a message
    Why: a chat of several people cannot be followed otherwise.
    Hint: print the member `user` beside the message.
    Needs: SERVER-1.11

    Scenario: A message from somebody else
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "good morning" from "bob" to "ann"
      And "ann" types "over", after all is at rest
      Then "ann" sees "good morning" from "bob"

    Scenario: Authors who take turns
      Given "ann" has joined the server
      And "ann" can be reached by the server
      When the server delivers "apple" from "bobby" to "ann"
      And "ann" types "over", after all is at rest
      Then "ann" sees "apple" from "bobby"
      When the server delivers "pear" from "bob" to "ann"
      And "ann" types "out", after all is at rest
      Then "ann" sees "pear" from "bob"

  @should @SERVER-1.21
  Rule: What is typed just before `exit` goes to the server
    Why: who says goodbye wants to be heard.
    Hint: send what is waiting before you unsubscribe and close.
    Needs: SERVER-1.4 SERVER-1.10

    Scenario: A line, and `exit` at once
      Given "ann" has joined the server
      When "ann" types "hello" and "exit" at once
      Then the server receives "hello"
