@http @part-4
Feature: HTTP chatroom, part 4: the log
  Source: 004_d792843b81744c87.txt

  @must @HTTP-4.1
  Rule: log.txt holds every message
    Why: the text asks for the requests to be stored, for later use.
    Hint: append to the file, and close or flush it; where a button does that, it is pressed.
    Needs: HTTP-1.3 HTTP-1.7

    Scenario: Two people talk
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" types "marzipan"
      And "marzipan" reaches "bruno"
      And "bruno" types "nougat"
      And "nougat" reaches "annika"
      When "annika" types "praline"
      And "praline" reaches "bruno"
      Then log.txt holds "marzipan", "nougat" and "praline"

    Scenario: A message of several words
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types "Hello, how is everyone in this room, and who else will come here before we begin?"
      And "begin?" reaches "bruno"
      Then log.txt holds "Hello, how is everyone in this room, and who else will come here before we begin?"

    Scenario: Somebody is alone
      Given the server is running
      And "annika" is in the room
      When "annika" types "marzipan"
      Then log.txt holds "marzipan"

  @must @HTTP-4.2
  Rule: It holds them in order
    Why: a conversation is read from its beginning.
    Hint: append at the end.
    Needs: HTTP-4.1

    Scenario: Three messages
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" types "plum"
      And "plum" reaches "bruno"
      And "bruno" types "apple"
      And "apple" reaches "annika"
      When "annika" types "pear"
      And "pear" reaches "bruno"
      Then log.txt holds "plum", "apple" and "pear", in this order

  @must @HTTP-4.3
  Rule: What was written stays in it
    Why: it is for later use.
    Hint: open the file with "a", and not with "w".
    Needs: HTTP-4.1

    Scenario: It is written twice
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" types "plum"
      And "plum" reaches "bruno"
      And log.txt holds "plum"
      When "bruno" types "apple"
      And "apple" reaches "annika"
      Then log.txt holds "apple"
      And it holds "plum" still

  @should @HTTP-4.4
  Rule: A server that starts again appends to what is there
    Why: the text has the server append to log.txt, and that is for later use.
    Hint: open the file with "a" where the server starts, too.
    Needs: HTTP-3.1 HTTP-4.3

    Scenario: A message before, and one after
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" types "plum"
      And "plum" reaches "bruno"
      And log.txt holds "plum"
      And "annika" leaves by :quit
      When the server is killed, and started again
      And "carla" and "dora" are in the room
      And "carla" types "apple"
      And "apple" reaches "dora"
      Then log.txt holds "apple"
      And it holds "plum" still
