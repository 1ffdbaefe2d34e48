@http @part-5
Feature: HTTP chatroom, part 5: requests, names and files
  Source: 004_d792843b81744c87.txt

  @should @HTTP-5.1
  Rule: Only GET and POST are served
    Why: the text builds on these two methods, and on no other.
    Hint: look at the method before you do what is asked, and answer with the status 405.
    Needs: HTTP-1.3 HTTP-1.8

    Scenario Outline: A message by <method>
      Given the server is running
      And "annika" and "bruno" are in the room
      And "eva", who has a program of her own, is in the room, and "bruno" hears her
      When "eva" says "nougat" with her program, by <method>
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno"
      And no message "nougat" has come to "annika" and "bruno"
      And the server goes on

      Examples:
        | method |
        | PUT    |
        | DELETE |
        | CHAT   |

  @should @HTTP-5.2
  Rule: The client's requests are about /log.txt
    Why: the text takes it that nothing else is requested.
    Hint: write /log.txt into the first line of each request.
    Needs: HTTP-1.2

    Scenario: From coming to leaving
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types "marzipan"
      And "annika" types ":quit"
      Then all requests of "annika" are about /log.txt

  @should @HTTP-5.3
  Rule: An empty name is refused, and another may be given
    Why: nobody knows who speaks without one.
    Hint: ask again as long as nothing is given.
    Needs: HTTP-1.9 HTTP-2.3

    Scenario: Somebody hits Enter
      Given the server is running
      And "bruno" is in the room
      When "carla" tries to join as ""
      And "carla" then gives the name "carla"
      And "carla" types "marzipan", if she can
      Then "bruno" sees that it was "carla" who said "marzipan"

  @should @HTTP-5.4
  Rule: Who says nothing, or half a request, holds up nobody
    Why: connections are slow, and people connect and wait.
    Hint: read from each connection in a thread of its own, and accept the next one meanwhile.
    Needs: HTTP-1.3

    Scenario: Nothing
      Given the server is running
      And somebody connects to the server, and says nothing
      When "annika" joins
      And "bruno" joins
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno"

    Scenario: Half a request
      Given the server is running
      And "eva", who has a program of her own, sends half a request
      When "annika" joins
      And "bruno" joins
      And "annika" types "marzipan"
      Then "marzipan" reaches "bruno"

  @should @HTTP-5.5
  Rule: Server, client and requests are files of their own
    Why: the text lists three files, so that both programs share what they speak.
    Hint: in Python the files are server.py, client.py and http_request.py.

    Scenario Outline: <file>
      Then the submission has a file called "<file>", with a program in it

      Examples:
        | file         |
        | server       |
        | client       |
        | http_request |

  @should @HTTP-5.6
  Rule: http_request has a class for requests and answers
    Why: the text says that this class handles them.
    Hint: write a class HTTP_request, and let server and client use it.
    Needs: HTTP-5.5

    Scenario: A class
      Then "http_request" defines a class
