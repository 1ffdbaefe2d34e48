@tcp-peer @part-3
Feature: Chat between peers, part 3: what crosses the wire
  Source: 003_972a522528e68a06.txt, question 1

  @must @PEER-3.1
  Rule: Every message is one JSON object
    Why: chats of different authors must understand each other.
    Hint: build the message with your language's JSON library and send what it returns, encoded as UTF-8.
    Needs: PEER-2.1 PEER-2.3

    Scenario: Two lines are two objects
      Given "ann" has started a chat that names "bob"
      When "ann" types "hello"
      Then "bob" receives "hello"
      And it came as one JSON object
      When "ann" types "again"
      Then "bob" receives "again"
      And it came as one JSON object

  @must @PEER-3.2
  Rule: The member `seq` counts a user's messages, from 0
    Why: it identifies each message of a user.
    Hint: begin with 0, as a number and not as a text, and add one after each message that is sent.
    Needs: PEER-2.3

    Scenario: Three messages
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "one" to "bob" as JSON
      And "ann" has sent "two" to "bob" as JSON
      When "ann" types "three"
      Then "bob" has received the numbers 0, 1, 2

  @must @PEER-3.3
  Rule: A message has the same `seq` for every peer
    Why: it is one message, whoever receives it.
    Hint: take the number once a line, not once a peer.
    Needs: PEER-2.1 PEER-2.3

    Scenario: Two messages to three peers
      Given "ann" has started a chat that names "bob", "eve" and "joe"
      And "ann" has sent "one" to "bob" as JSON
      And "ann" has sent "two" to "bob" as JSON
      When "eve" and "joe" have "two" as well
      Then "bob", "eve" and "joe" have received the same numbers

  @must @PEER-3.4
  Rule: What is received does not change `seq`
    Why: it counts what this user has sent.
    Hint: keep your own counter; do not take over the number of a message that comes in.
    Needs: PEER-2.3 PEER-3.2

    Scenario: A message comes in between
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "one" to "bob" as JSON
      And "eve" has sent "hi" to "ann"
      And "eve" has sent "ho" to "ann"
      When "ann" types "two"
      Then the second number that "bob" has received is the first and one

  @must @PEER-3.5
  Rule: The member `user` is the name of the first argument
    Why: a reader must know who is speaking.
    Hint: put the program's first argument into every message, as it was given.

    Scenario: A name
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "hello" to "bob" as JSON
      Then its user is "ann"

    Scenario: A name with a capital, a digit and a dash
      Given "Zoe-2" has started a chat that names "bob"
      And "Zoe-2" has sent "hello" to "bob" as JSON
      Then its user is "Zoe-2"

    Scenario: A long name
      Given "wilhelmina-konstantina" has started a chat that names "bob"
      And "wilhelmina-konstantina" has sent "hello" to "bob" as JSON
      Then its user is "wilhelmina-konstantina"

  @must @PEER-3.6
  Rule: The member `message` is the line as it was typed
    Why: the message is what the user wrote, to the letter.
    Hint: do not build JSON by joining texts: a quote or a backslash in a line breaks it.
    Needs: PEER-2.3

    Scenario Outline: A line with <what>
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "before" to "bob" as JSON
      When "ann" types "<line>"
      Then "bob" receives it to the letter

      Examples:
        | what                 | line                          |
        | plain words          | hello world                   |
        | quotes               | she said "yes" and 'no'       |
        | backslashes          | C:\\new\\table \\u0041        |
        | braces               | {"seq": 7} and } and {        |
        | the marks of a shell | $HOME; `ls` & <b>%d</b>, 100% |
        | a number             | 42                            |

  @must @PEER-3.7
  Rule: Other alphabets and emoji arrive as they were typed
    Why: not everybody writes in English.
    Hint: encode what you send as UTF-8 and decode what you receive in the same way; set no other encoding.
    Needs: PEER-3.6

    Scenario Outline: A line in <what>
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "before" to "bob" as JSON
      When "ann" types "<line>"
      Then "bob" receives it to the letter

      Examples:
        | what   | line                |
        | Greek  | Καλημέρα κόσμε      |
        | Arabic | مرحبا بالعالم       |
        | emoji  | see you 👋🏽 at 5 🎉 |

  @should @PEER-3.8
  Rule: Spaces at both ends of a line are part of the message
    Why: the message is what the user typed; only the Enter key is not.
    Hint: take off the line's end, and nothing else.
    Needs: PEER-3.6

    Scenario: Spaces before and after
      Given "ann" has started a chat that names "bob"
      And "ann" has sent "before" to "bob" as JSON
      When "ann" types "   indented, and more   "
      Then "bob" receives it to the letter
