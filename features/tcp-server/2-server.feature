@tcp-server @part-2
Feature: Chat through a server, part 2: the server, server5
  Source: 003_972a522528e68a06.txt, question 2

  @must @SERVER-2.1
  Rule: server5 listens for its clients
    Why: the clients connect to it.
    Hint: bind a socket, listen, and accept connections without end. IP:PORT, IP PORT, PORT, NAME PORT, --port PORT and a few more are tried as its arguments, or a manifest says others.

    Scenario: The server starts
      When the server starts
      Then the server listens

  @must @SERVER-2.2
  Rule: A message goes to every other subscribed client
    Why: this is the server's job.
    Hint: keep a list of the addresses that have subscribed, and go through all of it for each message.

    Scenario: Two clients
      Given the server is running
      And "ann" and "bob" have asked to subscribe
      When "ann" sends "hello" to the server
      Then "bob" receives "hello"

    Scenario: Five clients
      Given the server is running
      And "ann", "bob", "eve", "joe" and "kim" have asked to subscribe
      When "eve" sends "hello" to the server
      Then "ann", "bob", "joe" and "kim" receive "hello"

  @must @SERVER-2.3
  Rule: A message is delivered to the address that the client has subscribed
    Why: the subscription says where a client listens; it may have sent it from anywhere.
    Hint: connect to the `client` address, both its parts, and send the message there, not on the connection on which it subscribed.
    Needs: SERVER-2.2 SERVER-2.5

    Scenario: Where a message arrives
      Given the server is running
      And "ann" and "bob" have subscribed
      When "ann" sends "hello" to the server
      Then "bob" receives "hello"
      And it came to the address that "bob" has subscribed

    Scenario: A client on another host
      Given "bob" is on the host 127.0.0.2
      And the server is running
      And "ann" and "bob" have asked to subscribe
      When "ann" sends "hello" to the server
      Then "bob" receives "hello"

  @must @SERVER-2.4
  Rule: A delivered message is what its author has sent
    Why: the readers must know who wrote what, and its number.
    Hint: pass on `seq`, `user` and `message` unchanged.
    Needs: SERVER-2.2 SERVER-2.5

    Scenario Outline: A message with <what>
      Given the server is running
      And "ann" and "bob" have subscribed
      When "ann" sends "<line>" to the server
      Then "bob" receives it unchanged

      Examples:
        | what             | line                    |
        | plain words      | hello world             |
        | quotes           | she said "yes" and 'no' |
        | another alphabet | Καλημέρα 👋             |

    Scenario: Authors who take turns
      Given the server is running
      And "ann", "annika" and "bob" have subscribed
      When "ann" sends "apple" to the server
      Then "bob" receives it unchanged
      When "annika" sends "pear" to the server
      Then "bob" receives it unchanged
      When "ann" sends "plum" to the server
      Then "bob" receives it unchanged

  @must @SERVER-2.5
  Rule: Each message is delivered once, in the order in which it was sent
    Why: who reads must be able to follow.
    Hint: go through the list once a message, and finish one message before the next.
    Needs: SERVER-2.2

    Scenario: Three messages
      Given the server is running
      And "ann", "bob" and "eve" have subscribed
      When "ann" sends "first" to the server
      Then "bob" receives "first"
      When "ann" sends "second" to the server
      Then "bob" receives "second"
      When "ann" sends "third" to the server
      Then "bob" and "eve" receive "third"
      And "bob" has received "first", "second" and "third", once each
      And "eve" has received "first", "second" and "third", once each

  @must @SERVER-2.6
  Rule: Who has unsubscribed receives nothing more
    Why: that client has stopped.
    Hint: take the address off your list when the unsubscription comes.
    Needs: SERVER-2.5

    Scenario: One of three leaves
      Given the server is running
      And "ann", "bob" and "eve" have subscribed
      And "ann" has sent "before" to the server, and "bob" and "eve" have received it
      When "bob" unsubscribes
      And "ann" sends "after" to the server
      Then "eve" receives "after"
      When "ann" sends "over" to the server
      Then "eve" receives "over"
      And "bob" never receives "after"

  @must @SERVER-2.7
  Rule: Who subscribes later receives what comes later
    Why: users come and go.
    Hint: add to the list at any time, also after messages have been delivered.
    Needs: SERVER-2.2 SERVER-2.5

    Scenario: A third client comes after the first message
      Given the server is running
      And "ann" and "bob" have subscribed
      And "ann" has sent "early" to the server, and "bob" has received it
      And "eve" has asked to subscribe
      When "ann" sends "late" to the server
      Then "eve" receives "late"

  @must @SERVER-2.8
  Rule: The server serves any number of clients
    Why: the assignment sets no limit.
    Hint: no fixed number of places, and no client that must wait for another's connection to end.
    Needs: SERVER-2.2

    Scenario: Twenty clients
      Given the server is running
      And 20 clients have asked to subscribe
      When the first of them sends "hello" to the server
      Then all the others receive "hello"

  @must @SERVER-2.9
  Rule: Who has not subscribed receives nothing
    Why: messages are for those who have registered.
    Hint: deliver to the list, not to every connection.
    Needs: SERVER-2.5

    Scenario: Somebody is connected and has not subscribed
      Given the server is running
      And "eve" has connected to the server
      And "ann" and "bob" have subscribed
      When "ann" sends "private" to the server
      Then "bob" receives "private"
      When "ann" sends "over" to the server
      Then "bob" receives "over"
      And "eve" never receives "private"

    Scenario: Somebody says something and has not subscribed
      Given the server is running
      And "eve" has connected to the server
      And "ann" and "bob" have subscribed
      When "eve" sends "let me in" to the server
      And "ann" sends "private" to the server
      Then "bob" receives "private"
      When "ann" sends "over" to the server
      Then "bob" receives "over"
      And "eve" never receives "private"

  @robust @SERVER-2.10
  Rule: server5 listens on the port that it is given
    Why: two servers can run on one machine, and the clients are told where to find theirs.
    Hint: take the address from the command line.
    Needs: SERVER-2.1

    Scenario: The server starts
      When the server starts
      Then the server listens on its port

  @should @SERVER-2.11
  Rule: Messages that come quickly are delivered once and in their order, too
    Why: people paste, and a thread for each delivery overtakes another.
    Hint: have one thread or one queue for each client, which delivers one message after the other.
    Needs: SERVER-2.5

    Scenario: A hundred messages
      Given the server is running
      And "ann" and "bob" have subscribed
      When "ann" sends 100 messages of 20 letters to the server, one right after the other
      Then "bob" receives them all, once each and in their order
