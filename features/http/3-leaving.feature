@http @part-3
Feature: HTTP chatroom, part 3: leaving
  Source: 004_d792843b81744c87.txt

  @must @HTTP-3.1
  Rule: :quit ends the client
    Why: that is how the text says that one leaves.
    Hint: close the connection, and end all threads, when :quit is typed.
    Needs: HTTP-1.2

    Scenario: One of two
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types ":quit"
      Then "annika" has left

  @must @HTTP-3.2
  Rule: :quit is no message
    Why: it is meant for the program, and not for the others.
    Hint: look for :quit before you send what was typed, or in the server before you send it on.
    Needs: HTTP-1.8 HTTP-3.1

    Scenario: One of two
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" leaves by :quit
      Then no message ":quit" has come to "bruno"

  @must @HTTP-3.3
  Rule: Who leaves by :quit disturbs nobody
    Why: the others go on talking.
    Hint: take the connection off the list before you send the next message.
    Needs: HTTP-1.4 HTTP-3.1

    Scenario: One of three
      Given the server is running
      And "annika", "bruno" and "carla" are in the room
      And "annika" leaves by :quit
      When "bruno" types "marzipan"
      Then "marzipan" reaches "carla"
      When "carla" types "nougat"
      Then "nougat" reaches "bruno"
      And the server goes on

  @must @HTTP-3.4
  Rule: Who is killed disturbs nobody
    Why: people close windows, and machines crash.
    Hint: catch the errors of each connection by itself, and take it off the list.
    Needs: HTTP-3.3

    Scenario: One of three
      Given the server is running
      And "annika", "bruno" and "carla" are in the room
      And "annika" is killed
      When "bruno" types "marzipan"
      Then "marzipan" reaches "carla"
      When "carla" types "nougat"
      Then "nougat" reaches "bruno"
      And the server goes on

  @must @HTTP-3.5
  Rule: The place of who has left is free
    Why: four places are for all who come, one after the other.
    Hint: count who is in the room now, and not who has ever been.
    Needs: HTTP-1.4 HTTP-2.4 HTTP-3.1 HTTP-3.3 HTTP-3.4

    Scenario: Somebody has quit
      Given the server is running
      And "annika", "bruno", "carla" and "dora" are in the room
      And "annika" leaves by :quit
      When "eva" joins
      And "eva" types "marzipan", if she can
      Then "marzipan" reaches "bruno", "carla" and "dora"
      When "bruno" types "nougat"
      Then "nougat" reaches "eva"

    Scenario: Somebody was killed
      Given the server is running
      And "annika", "bruno", "carla" and "dora" are in the room
      And "annika" is killed
      When "eva" joins
      And "eva" types "marzipan", if she can
      Then "marzipan" reaches "bruno", "carla" and "dora"
      When "bruno" types "nougat"
      Then "nougat" reaches "eva"

  @must @HTTP-3.6
  Rule: When the last one leaves, the server goes on
    Why: the text takes it that the server is always on, and names it a bug where it is not.
    Hint: let an empty list of clients be nothing special.
    Needs: HTTP-1.3 HTTP-3.1 HTTP-3.3 HTTP-3.4

    Scenario: The last one quits
      Given the server is running
      And "annika" is in the room
      When "annika" leaves by :quit
      Then the server goes on
      When "bruno" joins
      And "carla" joins
      And "bruno" types "marzipan"
      Then "marzipan" reaches "carla"

    Scenario: The last of two is killed
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" leaves by :quit
      When "bruno" is killed
      Then the server goes on
      When "carla" joins
      And "dora" joins
      And "carla" types "marzipan"
      Then "marzipan" reaches "dora"

  @must @HTTP-3.7
  Rule: A hundred people can come and go
    Why: a server that is always on sees many.
    Hint: close the connection of who leaves, and end the thread that served it.
    Needs: HTTP-1.3 HTTP-2.4 HTTP-3.5

    Scenario: One after the other, while two talk
      Given the server is running
      And "annika" and "bruno" are in the room
      And "eva", who has a program of her own, is in the room, and "bruno" hears her
      When 100 others come and go, one after the other
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno"
      When "carla" joins
      And "carla" types "nougat", if she can
      Then "nougat" reaches "annika" and "bruno"
      And the server goes on
