@http @part-1
Feature: HTTP chatroom, part 1: messages
  Source: 004_d792843b81744c87.txt

  @must @HTTP-1.1
  Rule: The server listens for clients
    Why: clients and server are programs of their own, which meet over sockets.
    Hint: bind a TCP socket to an address, and listen, when the server is started.

    Scenario: It is started
      When the server starts
      Then the server listens for clients

  @must @HTTP-1.2
  Rule: The client speaks HTTP to the server
    Why: the text asks for HTTP over sockets.
    Hint: begin each request with a line such as POST /log.txt HTTP/1.1.
    Needs: HTTP-1.1

    Scenario: A message
      Given the server is running
      When "annika" joins
      And "annika" types "marzipan"
      Then "annika" speaks HTTP with the server

  @must @HTTP-1.3
  Rule: The server sends a message on to the others
    Why: that is what a chatroom is.
    Hint: keep the connections of all clients, and send each message to all but its author.
    Needs: HTTP-1.2

    Scenario: Two people talk
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types "marzipan"
      Then "marzipan" reaches "bruno"
      When "bruno" types "nougat"
      Then "nougat" reaches "annika"

  @must @HTTP-1.4
  Rule: Four people take part at once, and a message reaches every other
    Why: the room is for four, from the start.
    Hint: go through all clients for each message, and serve each client in a thread of its own.
    Needs: HTTP-1.3

    Scenario: Each of four says something
      Given the server is running
      And "annika" and "bruno" are in the room
      When "carla" joins
      And "dora" joins
      And "annika" types "apple"
      Then "apple" reaches "bruno", "carla" and "dora"
      When "bruno" types "pear"
      Then "pear" reaches "annika", "carla" and "dora"
      When "carla" types "plum"
      Then "plum" reaches "annika", "bruno" and "dora"
      When "dora" types "fig"
      Then "fig" reaches "annika", "bruno" and "carla"

  @must @HTTP-1.5
  Rule: What others say is shown while the user types nothing
    Why: who only reads must not need to press a key.
    Hint: receive in a thread of its own.
    Needs: HTTP-1.3

    Scenario: Somebody reads
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"
      When "annika" types "nougat"
      Then "bruno" sees "nougat"

    Scenario: Some messages come together
      Given the server is running
      And "annika", "bruno" and "carla" are in the room
      And "annika" types "marzipan"
      And "bruno" sees "marzipan"
      And "bruno" is held up
      And "annika" types "apple"
      And "carla" sees "apple"
      And "annika" types "pear"
      And "carla" sees "pear"
      And "annika" types "plum"
      And "carla" sees "plum"
      When "bruno" may go on
      Then "bruno" sees "apple"
      And "bruno" sees "pear"
      And "bruno" sees "plum"

  @must @HTTP-1.6
  Rule: Each message is shown once
    Why: whoever reads a line twice wonders who has said it again.
    Hint: send a message to each client once, and show it in one place.
    Needs: HTTP-1.4 HTTP-1.5

    Scenario: Two messages
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types "marzipan"
      And "bruno" sees "marzipan"
      And "annika" types "nougat"
      Then "bruno" sees "nougat" once
      And "bruno" sees "marzipan" once

    Scenario: The same is said again
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" types "marzipan"
      And "bruno" sees "marzipan"
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan" again

    Scenario: Four people
      Given the server is running
      And "annika", "bruno", "carla" and "dora" are in the room
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan" once
      And "carla" sees "marzipan" once
      And "dora" sees "marzipan" once

  @must @HTTP-1.7
  Rule: A message is shown to the letter
    Why: that is what its author has typed.
    Hint: change nothing in a message, do not end it at a space, and put nothing after it.
    Needs: HTTP-1.5

    Scenario Outline: A message with <what>
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types "<text>"
      Then "bruno" sees it whole

      Examples:
        | what          | text                    |
        | capitals      | MarziPan                |
        | several words | Hello, how is everyone? |
        | numbers       | 7 of 12 are 58.3 %      |
        | two blanks    | Hello,  are you  there? |

  @must @HTTP-1.8
  Rule: A message has the form NAME:(M:SS)-MESSAGE
    Why: the text gives this form.
    Hint: write the name, a colon, minutes and seconds in brackets, and a hyphen before the message, as in A:(0:12)-Hello.
    Needs: HTTP-1.5

    Scenario: A message
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan" as NAME:(M:SS)-MESSAGE

  @must @HTTP-1.9
  Rule: The name is that of who has said it
    Why: the others must know who is speaking.
    Hint: keep with each connection the name that was given on it.
    Needs: HTTP-1.4 HTTP-1.8

    Scenario: Three people
      Given the server is running
      And "annika", "bruno" and "carla" are in the room
      When "annika" types "marzipan"
      Then "carla" sees that it was "annika" who said "marzipan"
      When "bruno" types "nougat"
      Then "carla" sees that it was "bruno" who said "nougat"
      And "annika" sees that it was "bruno" who said "nougat"

    Scenario: Two whose names begin alike take turns
      Given the server is running
      And "ann", "annika" and "carla" are in the room
      When "ann" types "apple"
      Then "carla" sees that it was "ann" who said "apple"
      When "annika" types "pear"
      Then "carla" sees that it was "annika" who said "pear"
      When "ann" types "plum"
      Then "carla" sees that it was "ann" who said "plum"

  @must @HTTP-1.10
  Rule: The time is that between messages
    Why: the text says so; it is not the time of day, nor the time since somebody has joined.
    Hint: keep when the last message was, and take the difference.
    Needs: HTTP-1.8

    Scenario: One person says three things
      Given the server is running
      And "annika" and "bruno" are in the room
      And a good second passes
      And "annika" types "apple"
      And "bruno" sees "apple"
      And a few seconds pass
      When "annika" types "pear"
      And "bruno" sees "pear"
      And "annika" types "plum"
      Then "bruno" sees "pear" with the time since "apple"
      And "bruno" sees "plum" with the time since "pear"

    Scenario: Two people talk
      Given the server is running
      And "annika", "bruno" and "carla" are in the room
      And "annika" types "apple"
      And "carla" sees "apple"
      And a good second passes
      And "bruno" types "fig"
      And "carla" sees "fig"
      And a good second passes
      When "annika" types "pear"
      Then "carla" sees "pear" with the time since "apple", or since "fig"

  @must @HTTP-1.11
  Rule: Only what the user has said is taken for the user's own
    Why: whoever leaves out what comes back to its author must not leave out others.
    Hint: compare whole names, and look for no name in the text.
    Needs: HTTP-1.6

    Scenario: Names that begin alike
      Given the server is running
      And "ann" and "annika" are in the room
      When "annika" types "marzipan"
      Then "ann" sees "marzipan"
      When "ann" types "nougat"
      Then "annika" sees "nougat"

    Scenario: A word that has the reader's name in it
      Given the server is running
      And "ann" and "bruno" are in the room
      When "bruno" types "joann"
      Then "ann" sees "joann"

    Scenario: A word that the reader has said before
      Given the server is running
      And "annika" and "bruno" are in the room
      And "bruno" types "marzipan"
      And "annika" sees "marzipan"
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan" again

  @should @HTTP-1.12
  Rule: Who comes or goes does not change the time between messages
    Why: the time is that between messages, and coming and going is none.
    Hint: keep when the last message was, and touch it nowhere else.
    Needs: HTTP-1.10 HTTP-3.3

    Scenario: Somebody joins in between
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" types "apple"
      And "bruno" sees "apple"
      And a few seconds pass
      And "carla" joins without a message to "bruno"
      When "annika" types "pear"
      Then "bruno" sees "pear" with the time since "apple"

    Scenario: Somebody leaves in between
      Given the server is running
      And "annika", "bruno" and "carla" are in the room
      And "annika" types "apple"
      And "bruno" sees "apple"
      And a few seconds pass
      And "carla" leaves by :quit without a message to "bruno"
      When "annika" types "pear"
      Then "bruno" sees "pear" with the time since "apple"
