@tcp-peer @part-1
Feature: Chat between peers, part 1: starting
  Source: 003_972a522528e68a06.txt, question 1

  @must @PEER-1.1
  Rule: A chat listens on the port of its second argument, from its start
    Why: the others connect to this port whenever their users begin to type.
    Hint: listen before you read the keyboard, on 127.0.0.1 or on all addresses, and on the port that the command line gives.

    Scenario: A chat that names one peer
      When "ann" starts a chat that names "bob"
      Then "ann" listens on her port

    Scenario: A chat that names two peers
      When "ann" starts a chat that names "bob" and "eve"
      Then "ann" listens on her port

    Scenario: A chat whose peer is on another host
      Given "bob" is on the host 127.0.0.2
      When "ann" starts a chat that names "bob"
      Then "ann" listens on her port

  @must @PEER-1.2
  Rule: A chat connects to its peers when the first line is typed, not before
    Why: peers start one after the other; whoever is early must be neither refused nor ended by it.
    Hint: connect in the place where the first line has been read, not where the program starts.
    Needs: PEER-2.1

    Scenario: Nobody is called before the first line
      Given "ann" has started a chat that names "bob" and "eve"
      When "ann" has typed nothing yet
      Then "ann" has connected to nobody

    Scenario: A peer that starts later than the chat is reached by the first line
      Given "bob" is not there yet
      And "ann" has started a chat that names "bob"
      And "ann" has typed nothing yet
      When "bob" comes
      And "ann" types "hello"
      Then "bob" receives "hello"

  @must @PEER-1.3
  Rule: A peer is reached at the address that the command line gives
    Why: chats run on several machines; the address has two parts.
    Hint: split each argument at the colon and use both parts.
    Needs: PEER-1.1 PEER-2.1

    Scenario: A peer on another host
      Given "bob" is on the host 127.0.0.2
      And "ann" has started a chat that names "bob"
      When "ann" types "hello"
      Then "bob" receives "hello"

    Scenario: Two peers on two hosts
      Given "bob" is on the host 127.0.0.2
      And "eve" is on the host 127.0.0.3
      And "ann" has started a chat that names "bob" and "eve"
      When "ann" types "hello"
      Then "bob" and "eve" receive "hello"

  @should @PEER-1.4
  Rule: A chat that names nobody listens, too
    Why: the list of peers may be empty; such a user only reads.
    Hint: do not take a third argument for granted.
    Needs: PEER-1.1 PEER-4.1

    Scenario: Nobody is named
      When "ann" starts a chat that names nobody
      Then "ann" listens on her port

    Scenario: Somebody talks to a chat that names nobody
      Given "ann" has started a chat that names nobody
      When "bob" sends "hello" to "ann"
      And "ann" types "anybody there", after all is at rest
      Then "ann" sees "hello"
