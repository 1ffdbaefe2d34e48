@http @part-6
Feature: HTTP chatroom, part 6: what careful programs also survive
  Source: 004_d792843b81744c87.txt

  @robust @HTTP-6.1
  Rule: Who does not read holds up nobody
    Why: a slow laptop must not silence the room.
    Hint: send to each client from a thread or a queue of its own.
    Needs: HTTP-1.4

    Scenario: One of three is far behind
      Given the server is running
      And "eva", who has a program of her own and reads nothing, is in the room
      And "greta", who has a program of her own, listens in the room
      And "frida", who has a program of her own, is in the room, and "greta" hears her
      When "frida" says more than is kept for who does not read, in messages of 65536 letters with her program
      Then all of them reach "greta"

  @robust @HTTP-6.2
  Rule: The log holds all that four say at once
    Why: a log with holes is no log.
    Hint: let one thread write at a time, and each write what it has.
    Needs: HTTP-1.4 HTTP-4.1 HTTP-6.13

    Scenario: Four people, 25 messages each
      Given the server is running
      And "annika", "bruno", "carla" and "dora" are in the room
      When "annika", "bruno", "carla" and "dora" each type 25 messages
      And all of them reach "annika", "bruno", "carla" and "dora"
      Then log.txt holds all of them

  @robust @HTTP-6.3
  Rule: Whatever a message holds is shown to the letter
    Why: people write all kinds of things.
    Hint: take a message apart by its length, or at the marks in front of it, and leave alone what stands in it.
    Needs: HTTP-1.7

    Scenario Outline: A message with <what>
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types "<text>"
      Then "bruno" sees it whole
      When "annika" types "marzipan"
      Then "bruno" sees "marzipan"

      Examples:
        | what                 | text                         |
        | semicolons           | one; two;three;              |
        | colons               | 12:30: yes : no              |
        | the form itself      | bruno:(0:12)-it was me       |
        | quotes               | she said "yes" and 'no'; \\n |
        | another alphabet     | Καλημέρα 👋 ñ                |
        | per cent signs       | 100%25 a+b&c=d               |
        | plus signs           | 1+1 = 2                      |
        | an accent at the end | caffè                        |
        | the marks of formats | 100% sure, %s %d {0} {}      |
        | a request            | GET /log.txt HTTP/1.1        |

  @robust @HTTP-6.4
  Rule: Requests may be cut anywhere, and glued together
    Why: TCP carries bytes, and knows nothing of requests.
    Hint: keep what you have read until a request is whole, and go on with what is left of it.
    Needs: HTTP-1.3

    Scenario: In small pieces
      Given the server is running
      And "annika" is in the room
      And "eva", who has a program of her own, is in the room, and "annika" hears her
      When "eva" says "marzipan" with her program, in small pieces
      Then "marzipan" reaches "annika"

    Scenario: Three at once
      Given the server is running
      And "annika" is in the room
      And "eva", who has a program of her own, is in the room, and "annika" hears her
      When "eva" says "apple", "pear" and "plum" with her program, in one go
      Then "apple" reaches "annika"
      And "pear" reaches "annika"
      And "plum" reaches "annika"

  @robust @HTTP-6.5
  Rule: Bad requests do no harm
    Why: not everybody who connects speaks HTTP.
    Hint: catch what goes wrong with one request, and close that connection.
    Needs: HTTP-1.3

    Scenario Outline: Somebody sends <what>
      Given the server is running
      And "annika" and "bruno" are in the room
      When somebody sends the server <what>, and goes away
      Then the server goes on
      When "annika" types "marzipan"
      Then "marzipan" reaches "bruno"
      And the server goes on

      Examples:
        | what                          |
        | a line that is no request     |
        | bytes that are no text        |
        | nothing but line ends         |
        | a request for another path    |
        | a length that is no number    |
        | a length below nothing        |
        | a length and nothing more     |
        | half a header                 |
        | a message without a name      |
        | a message without content     |

  @robust @HTTP-6.6
  Rule: A header without end does no harm
    Why: somebody will try it.
    Hint: close a connection on which a line, or a header, does not come to an end.
    Needs: HTTP-1.3

    Scenario Outline: Somebody sends <what>
      Given the server is running
      And "annika" and "bruno" are in the room
      When somebody sends the server <what>, and goes away
      Then the server goes on
      When "annika" types "marzipan"
      Then "marzipan" reaches "bruno"
      And the server goes on

      Examples:
        | what                       |
        | a line of a million bytes  |
        | ten thousand header fields |

  @robust @HTTP-6.7
  Rule: All see what is said in the same order
    Why: an answer that stands before its question is hard to read.
    Hint: send one message to everybody before you send the next.
    Needs: HTTP-1.4 HTTP-6.13

    Scenario: A thousand messages from four people
      Given the server is running
      And "annika", "bruno", "carla" and "dora" are in the room
      When "annika", "bruno", "carla" and "dora" each type 250 messages
      Then all of them reach "annika", "bruno", "carla" and "dora"
      And "annika", "bruno", "carla" and "dora" are sent them in the same order

  @robust @HTTP-6.8
  Rule: Fifty can come at once
    Why: a lecture begins for everybody at the same time.
    Hint: let many connections wait to be accepted, and refuse who finds no place.
    Needs: HTTP-1.3 HTTP-3.5

    Scenario: Fifty come, and leave
      Given the server is running
      And "annika" and "bruno" are in the room
      And "eva", who has a program of her own, is in the room, and "bruno" hears her
      When 50 others try to join at once, and leave
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno"
      When "carla" joins
      And "carla" types "nougat", if she can
      Then "nougat" reaches "annika" and "bruno"
      And the server goes on

  @robust @HTTP-6.9
  Rule: An empty line does no harm
    Why: people hit Enter.
    Hint: send nothing, or an empty message; but go on.
    Needs: HTTP-1.3

    Scenario: Enter, and then a line
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" types ""
      When "annika" types "marzipan"
      Then "marzipan" reaches "bruno"
      And the server goes on
      And "annika" goes on
      And "bruno" goes on

  @robust @HTTP-6.10
  Rule: A name may have spaces
    Why: people have them.
    Hint: do not end a name at a space.
    Needs: HTTP-1.9

    Scenario: Two words
      Given the server is running
      And "mary ann" and "bruno" are in the room
      When "mary ann" types "marzipan"
      Then "bruno" sees that it was "mary ann" who said "marzipan"

  @robust @HTTP-6.11
  Rule: A long message arrives whole
    Why: people paste what they have written elsewhere.
    Hint: read until the length is reached that the request says, and cut nothing off.
    Needs: HTTP-1.7

    Scenario: 65,536 letters
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types a line of 65536 letters
      Then "bruno" sees it to the letter

  @robust @HTTP-6.12
  Rule: A connection that breaks off leaves its place free
    Why: laptops are closed, and networks fail; the other side says no goodbye then.
    Hint: take a client off the list whenever its connection ends, in whatever way: in a finally.
    Needs: HTTP-3.5

    Scenario: Two of three break off
      Given the server is running
      And "annika" is in the room
      And "eva", who has a program of her own, is in the room, and "annika" hears her
      And "frida", who has a program of her own, is in the room, and "annika" hears her
      And "eva" breaks off her connection
      And "frida" breaks off her connection
      When "bruno" joins
      And "carla" joins
      And "carla" types "marzipan", if she can
      Then "marzipan" reaches "annika" and "bruno"
      And the server goes on

  @robust @HTTP-6.13
  Rule: Messages that are typed at once are all sent, in their order
    Why: people paste a few lines from somewhere else.
    Hint: read what was typed line by line, and send one line after the other.
    Needs: HTTP-1.5

    Scenario: Two lines
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types "apple" and "pear" at once
      Then "bruno" sees "apple"
      And "bruno" sees "pear"
      And log.txt holds "apple" and "pear", in this order
