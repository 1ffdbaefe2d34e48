@http @part-2
Feature: HTTP chatroom, part 2: four places, and names
  Source: 004_d792843b81744c87.txt

  @must @HTTP-2.1
  Rule: A fifth takes part in nothing while four are there
    Why: the room has four places.
    Hint: count who is in the room, and send nothing to somebody else, nor anything of theirs to the others.
    Needs: HTTP-1.4 HTTP-1.8

    Scenario: A fifth client
      Given the server is running
      And "annika", "bruno", "carla" and "dora" are in the room
      When "eva" tries to join
      And "eva" types "nougat", if she can
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno", "carla" and "dora"
      And "marzipan" has not reached "eva"
      And no message "nougat" has come to "annika", "bruno", "carla" and "dora"

    Scenario: Five who come before anybody gives a name
      Given the server is running
      When "annika", "bruno", "carla", "dora" and "eva" come, and then give their names in turn
      And "eva" types "nougat", if she can
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno", "carla" and "dora"
      And "marzipan" has not reached "eva"
      And no message "nougat" has come to "annika", "bruno", "carla" and "dora"

    Scenario: Somebody who takes no refusal
      Given the server is running
      And "annika", "bruno", "carla" and "dora" are in the room
      When "eva", who has a program of her own, tries to join
      And "eva" says "nougat" with her program, if she can
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno", "carla" and "dora"
      And "marzipan" has not reached "eva"
      And no message "nougat" has come to "annika", "bruno", "carla" and "dora"

    Scenario: A sixth client, after a fifth was refused
      Given the server is running
      And "annika", "bruno", "carla" and "dora" are in the room
      And "eva" tries to join
      And "eva" is killed
      When "frida" tries to join
      And "frida" types "nougat", if she can
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno", "carla" and "dora"
      And "marzipan" has not reached "frida"
      And no message "nougat" has come to "annika", "bruno", "carla" and "dora"

  @must @HTTP-2.2
  Rule: A name that is taken is refused
    Why: names are unique, so that nobody passes for somebody else.
    Hint: look for the name among those that are in the room before you let somebody in.
    Needs: HTTP-1.9

    Scenario: Somebody wants the name of another
      Given the server is running
      And "annika" and "bruno" are in the room
      When "carla" tries to join as "annika"
      And "carla" types "carla", if she can
      And "carla" types "marzipan", if she can
      Then no message "carla" of "annika" has come to "bruno"
      And no message "marzipan" of "annika" has come to "bruno"

    Scenario: Somebody wants it once more
      Given the server is running
      And "annika" and "bruno" are in the room
      When "carla" tries to join as "annika"
      And "carla" types "annika", if she can
      And "carla" types "nougat", if she can
      And "carla" types "marzipan", if she can
      Then no message "nougat" of "annika" has come to "bruno"
      And no message "marzipan" of "annika" has come to "bruno"

  @must @HTTP-2.3
  Rule: Whose name was refused gives another, and takes part
    Why: the text tells users to be ready to enter another name.
    Hint: ask for a name again and again, until one is taken.
    Needs: HTTP-1.9 HTTP-2.2

    Scenario: A second try
      Given the server is running
      And "annika" and "bruno" are in the room
      When "carla" tries to join as "annika"
      And "carla" then gives the name "carla"
      And "carla" types "marzipan", if she can
      Then "bruno" sees that it was "carla" who said "marzipan"
      When "bruno" types "nougat"
      Then "nougat" reaches "carla"

    Scenario: A third try
      Given the server is running
      And "annika" and "bruno" are in the room
      When "carla" tries to join as "annika"
      And "carla" then gives the name "bruno"
      And "carla" then gives the name "carla"
      And "carla" types "marzipan", if she can
      Then "bruno" sees that it was "carla" who said "marzipan"

  @must @HTTP-2.4
  Rule: A name is free again when its owner has left
    Why: who comes back wants the own name.
    Hint: take a name off the list when its connection ends.
    Needs: HTTP-1.9 HTTP-3.1 HTTP-3.3 HTTP-3.4

    Scenario: The owner has quit
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" leaves by :quit
      When "carla" joins as "annika"
      And "carla" types "marzipan", if she can
      Then "bruno" sees that it was "annika" who said "marzipan"

    Scenario: The owner has said something, and quit
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" types "nougat"
      And "nougat" reaches "bruno"
      And "annika" leaves by :quit
      When "carla" joins as "annika"
      And "carla" types "marzipan", if she can
      Then "bruno" sees that it was "annika" who said "marzipan"

    Scenario: The owner was killed
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" is killed
      When "carla" joins as "annika"
      And "carla" types "marzipan", if she can
      Then "bruno" sees that it was "annika" who said "marzipan"

  @must @HTTP-2.5
  Rule: A name that stands within another is not taken
    Why: names are the same only if they are the same from the first letter to the last.
    Hint: keep the names in a set or a list, and look for one among them with ==; not in a text that holds them all.
    Needs: HTTP-1.9

    Scenario: A longer name is there first
      Given the server is running
      And "annika" and "bruno" are in the room
      When "ann" joins
      And "ann" types "marzipan", if she can
      Then "bruno" sees that it was "ann" who said "marzipan"

  @must @HTTP-2.6
  Rule: Who was refused takes nothing from the others, and leaves nothing behind
    Why: names and places are of those who are in the room.
    Hint: keep a name and count a place where somebody is let in, and give both back where that one leaves; nowhere else.
    Needs: HTTP-2.1 HTTP-2.2 HTTP-2.3 HTTP-3.5

    Scenario: Whose name was refused goes, and the name stays taken
      Given the server is running
      And "annika" and "bruno" are in the room
      And "carla" tries to join as "annika"
      And "carla" is killed
      When "dora" tries to join as "annika"
      And "dora" types "dora", if she can
      And "dora" types "marzipan", if she can
      Then no message "dora" of "annika" has come to "bruno"
      And no message "marzipan" of "annika" has come to "bruno"

    Scenario: Whose name was refused goes, and four places are there still
      Given the server is running
      And "annika" and "bruno" are in the room
      And "carla" tries to join as "annika"
      And "carla" is killed
      When "dora" joins
      And "frida" joins
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno", "dora" and "frida"
      When "frida" types "nougat", if she can
      Then "nougat" reaches "annika", "bruno" and "dora"

    Scenario: Whose name was refused goes, and no fifth comes in
      Given the server is running
      And "annika" and "bruno" are in the room
      And "carla" tries to join as "annika"
      And "carla" is killed
      And "dora" and "frida" are in the room
      When "eva" tries to join
      And "eva" types "nougat", if she can
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno", "dora" and "frida"
      And "marzipan" has not reached "eva"
      And no message "nougat" has come to "annika", "bruno", "dora" and "frida"

    Scenario: Who found no place goes, and the name is free
      Given the server is running
      And "annika", "bruno", "carla" and "dora" are in the room
      And "eva" tries to join
      And "eva" is killed
      And "annika" leaves by :quit
      When "frida" joins as "eva"
      And "frida" types "marzipan", if she can
      Then "bruno" sees that it was "eva" who said "marzipan"
