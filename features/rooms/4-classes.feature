@rooms @part-4
Feature: Rooms, part 4: the classes
  Source: 001_19c65104acc44d93.txt, lab 4

  @must @ROOM-4.1
  Rule: The modules that define the classes can be imported
    Why: who uses a class imports its module.
    Hint: run python3 -c "import rmq" in the folder; what asks, listens or ends belongs behind if __name__ == "__main__".

    Scenario: They are imported
      When the classes are looked for
      Then no module fails to be imported

  @must @ROOM-4.2
  Rule: There is a class ChatRoom, which is made with a name
    Why: it hides RabbitMQ and MongoDB from whoever uses a room.
    Hint: begin with class ChatRoom(deque) and def __init__(self, room_name).
    Needs: ROOM-4.1

    Scenario: A room
      When the room "kitchen" is made
      Then its class is called "ChatRoom"

  @must @ROOM-4.3
  Rule: ChatRoom inherits from deque
    Why: a room is the queue of its messages.
    Hint: from collections import deque, and call super().__init__().
    Needs: ROOM-4.1

    Scenario: A room
      Given the room "kitchen"
      Then it inherits from deque

  @must @ROOM-4.4
  Rule: A room says in group_room whether it is for a group
    Why: a group has an exchange, and two people need none.
    Hint: keep the bool under this name, True or False.

    Scenario: A group
      Given the group "garden"
      Then its "group_room" is True

    Scenario: A private room
      Given the room "kitchen"
      Then its "group_room" is False

  @must @ROOM-4.5
  Rule: A room says in owner_alias whose it is
    Why: the owner decides who is in it.
    Hint: keep the owner's alias under this name, a str.

    Scenario: A room
      Given the room "kitchen"
      Then its "owner_alias" is "annika"

  @must @ROOM-4.6
  Rule: A room has a list of its members
    Why: each of them is to get what is said there.
    Hint: keep a list with member in its name, in which the owner is, too.

    Scenario: Two members
      Given the room "kitchen"
      Then its list of members holds "annika" and "bruno"

  @must @ROOM-4.7
  Rule: add_group_member takes somebody into a group
    Why: groups grow.
    Hint: write a method of this name that takes the alias and appends it to the list.

    Scenario: A third
      Given the group "garden"
      When "carla" is added to it
      Then that is called as the text has it
      And its list of members holds "carla"

  @must @ROOM-4.8
  Rule: What is sent to a group comes into the queue of each member
    Why: each reads the group by a queue of their own.
    Hint: declare a queue that is called as the alias, and bind it to the group's exchange.
    Needs: ROOM-4.19

    Scenario: Three members
      Given the group "garden"
      And "carla" has been added to it
      And "marzipan" has been sent to it
      Then "marzipan" reaches the queue "carla"
      And "marzipan" reaches the queue "bruno"
      And "marzipan" reaches the queue "annika"

    Scenario: One who came later
      Given the group "garden"
      And "carla" has been added to it
      And "dora" has been added to it
      And "marzipan" has been sent to it
      Then "marzipan" reaches the queue "dora"

  @must @ROOM-4.9
  Rule: remove_group_member lets somebody go
    Why: groups shrink.
    Hint: write a method of this name that takes the alias and removes it from the list.

    Scenario: One of two
      Given the group "garden"
      When "bruno" is removed from it
      Then that is called as the text has it
      And its list of members does not hold "bruno"

  @must @ROOM-4.10
  Rule: Whoever was removed gets nothing more
    Why: what a group says is its members' only.
    Hint: call queue_unbind with the member's queue and the group's exchange, or delete the queue.
    Needs: ROOM-4.8

    Scenario: A message after that
      Given the group "garden"
      And "carla" has been added to it
      And "carla" has been removed from it
      And "marzipan" has been sent to it
      Then "marzipan" reaches the queue "bruno"
      And "marzipan" has not reached the queue "carla"

  @must @ROOM-4.11
  Rule: A room says in dirty whether it is to be saved
    Why: who saves all rooms leaves out those that are saved.
    Hint: keep a bool under this name.

    Scenario: A room
      Given the room "kitchen"
      Then its "dirty" is either True or False

  @must @ROOM-4.12
  Rule: A room says in create_time when it was made
    Why: the text asks for it.
    Hint: set it to datetime.now() in the constructor.

    Scenario: A room
      Given the room "kitchen"
      Then its "create_time" is set

  @must @ROOM-4.13
  Rule: A room says in modify_time when it was changed
    Why: the text asks for it.
    Hint: set it to datetime.now() in the constructor, and with each change.

    Scenario: A room
      Given the room "kitchen"
      Then its "modify_time" is set

  @must @ROOM-4.14
  Rule: A room is saved by persist
    Why: whoever has a room can save it.
    Hint: write a method of this name that takes nothing.

    Scenario: A room with a message
      Given the room "kitchen" with "marzipan"
      When its persist is called
      Then that is called as the text has it

  @must @ROOM-4.15
  Rule: A room is restored by restore
    Why: whoever has a room can have back what was saved.
    Hint: write a method of this name that takes nothing.

    Scenario: A room that was saved
      Given the room "kitchen" with "marzipan"
      And its persist has been called
      When its restore is called
      Then that is called as the text has it

  @must @ROOM-4.16
  Rule: get_messages gives a list of ChatMessage
    Why: that is how the API learns what to answer.
    Hint: write get_messages(self, num_messages, return_objects), and return a list.

    Scenario: One message was sent
      Given the room "kitchen"
      And "marzipan" has been sent to it
      When 5 messages are got from it as objects
      Then that is called as the text has it
      And a list of messages is given

  @must @ROOM-4.17
  Rule: get_messages gives as many messages as are asked for
    Why: a long conversation is read piece by piece.
    Hint: stop when the list has num_messages items.

    Scenario: Two of four
      Given the room "kitchen"
      And "apple", "pear", "plum" and "fig" have been sent to it
      And 2 messages are got from it as objects
      Then 2 messages are given

  @must @ROOM-4.18
  Rule: send_message gives True where a message was sent
    Why: whoever sends wants to know.
    Hint: write send_message(self, message, mess_props), and return True when RabbitMQ has the message.

    Scenario: A message
      Given properties that were made
      And the room "kitchen"
      When "marzipan" is sent to it
      Then that is called as the text has it
      And True is given

  @must @ROOM-4.19
  Rule: What send_message sends comes into the room's queue
    Why: that is where everybody reads.
    Hint: publish to the exchange of a group, and for a private room to the queue.
    Needs: ROOM-2.2

    Scenario: A private room
      Given the room "kitchen"
      And "marzipan" has been sent to it
      Then "marzipan" reaches the queue "kitchen"

  @must @ROOM-4.20
  Rule: find_message finds a message by its text
    Why: people look for what was said.
    Hint: write find_message(self, message_text), go through the deque, and return the ChatMessage.

    Scenario: The first of two
      Given the room "kitchen" with "marzipan" and "nougat"
      When "marzipan" is looked for in it
      Then that is called as the text has it
      And the message "marzipan" is given

    Scenario: The last of two
      Given the room "kitchen" with "marzipan" and "nougat"
      When "nougat" is looked for in it
      Then the message "nougat" is given

  @must @ROOM-4.21
  Rule: put puts a message into the left of the deque
    Why: the newest message is at the left.
    Hint: write put(self, message), and call appendleft.

    Scenario: Two messages
      Given the room "kitchen"
      When "marzipan" is put into it
      And "nougat" is put into it
      Then that is called as the text has it
      And "nougat" is at its left, and "marzipan" at its right

  @must @ROOM-4.22
  Rule: get gives the message at the right of the deque
    Why: the message that has waited longest comes first.
    Hint: write get(self), and return self.pop().

    Scenario: Two messages
      Given the room "kitchen" with "marzipan" and "nougat"
      When its get is called
      Then that is called as the text has it
      And the message is given that was at its right

  @must @ROOM-4.23
  Rule: There is a class MessageProperties
    Why: what is known of a message besides its text has one place.
    Hint: begin with class MessageProperties, in any module.
    Needs: ROOM-4.1

    Scenario: Properties
      When properties are made
      Then its class is called "MessageProperties"

  @must @ROOM-4.24
  Rule: MessageProperties has the eight properties of the text
    Why: by these names others read them.
    Hint: give the constructor a parameter for each, and keep it under the same name.

    Scenario Outline: <property>
      Given properties that were made
      Then its "<property>" is the one that was given

      Examples:
        | property        |
        | mess_type       |
        | room_name       |
        | to_user         |
        | from_user       |
        | sent_time       |
        | rec_time        |
        | sequence_number |
        | id              |

  @must @ROOM-4.25
  Rule: There are constants for the two types of messages
    Why: a number in the code says nothing to its readers.
    Hint: write MESSAGE_SENT = 1 and MESSAGE_RECEIVED = 2, or an Enum.
    Needs: ROOM-4.1 ROOM-4.23

    Scenario: Sent and received
      When the classes are looked for
      Then there are constants for sent and for received messages

  @must @ROOM-4.26
  Rule: There is a class ChatMessage
    Why: a room is a queue of these.
    Hint: begin with class ChatMessage, in any module.
    Needs: ROOM-4.1

    Scenario: A message
      When the message "marzipan" is made
      Then its class is called "ChatMessage"

  @must @ROOM-4.27
  Rule: A message says its text in message
    Why: by this name others read it.
    Hint: write a property of this name, or keep the str under it.

    Scenario: A message
      Given the message "marzipan"
      Then its "message" is "marzipan"

  @must @ROOM-4.28
  Rule: A message has its properties in mess_props
    Why: by this name others read them.
    Hint: write a property of this name, or keep the MessageProperties under it.

    Scenario: A message
      Given properties that were made
      And the message "marzipan"
      Then its mess_props are those that it was made with

  @must @ROOM-4.29
  Rule: A message says in dirty whether it is to be saved
    Why: who saves a room leaves out what is saved.
    Hint: write a property of this name, or keep the bool under it.

    Scenario: A message
      Given the message "marzipan"
      Then its "dirty" is either True or False

  @must @ROOM-4.30
  Rule: A new message is dirty
    Why: it has not been saved yet.
    Hint: set dirty to True in the constructor.

    Scenario: A message
      Given the message "marzipan"
      Then the message "marzipan" in it is dirty

  @must @ROOM-4.31
  Rule: A message that was saved is not dirty
    Why: who does not know what is saved saves it again.
    Hint: in persist, set dirty to False for each message that was written.
    Needs: ROOM-3.1

    Scenario: A message in a room
      Given the room "kitchen" with "marzipan"
      And its persist has been called
      Then the message "marzipan" in it is not dirty

  @must @ROOM-4.32
  Rule: A room that was changed is dirty
    Why: otherwise nobody saves the change.
    Hint: set dirty to True where members come and go, and in put and send_message; or save at once.
    Needs: ROOM-3.1

    Scenario: A member is added
      Given the group "garden"
      And its persist has been called
      And "carla" has been added to it
      Then it is dirty, or saved with "carla"

    Scenario: A member is removed
      Given the group "garden"
      And "carla" has been added to it
      And its persist has been called
      And "carla" has been removed from it
      Then it is dirty, or saved without "carla"

  @must @ROOM-4.33
  Rule: A room that was saved is not dirty
    Why: who does not know what is saved saves it again.
    Hint: at the end of persist, set dirty to False.
    Needs: ROOM-3.1 ROOM-4.31

    Scenario: A room with a message
      Given the room "kitchen" with "marzipan"
      And its persist has been called
      Then it is not dirty

  @should @ROOM-4.34
  Rule: __retrieve_messages is private
    Why: whoever uses a room need not know of RabbitMQ.
    Hint: begin the method's name with two underscores.

    Scenario: A room
      Given the room "kitchen"
      Then "retrieve_messages" is a private method of ChatRoom

  @should @ROOM-4.35
  Rule: The properties have the types of the text
    Why: a number can be compared, and a time can be subtracted.
    Hint: int for mess_type, sequence_number and id, str for the names, datetime for the times.
    Needs: ROOM-4.24

    Scenario Outline: <property>
      Given properties that were made
      Then its "<property>" is a <type>

      Examples:
        | property        | type   |
        | mess_type       | number |
        | room_name       | text   |
        | to_user         | text   |
        | from_user       | text   |
        | sent_time       | time   |
        | rec_time        | time   |
        | sequence_number | number |
        | id              | number |

  @should @ROOM-4.36
  Rule: get_messages gives texts where no objects are asked for
    Why: that is what return_objects is for.
    Hint: return [m.message for m in messages] where return_objects is False.
    Needs: ROOM-4.16

    Scenario: One message was sent
      Given the room "kitchen"
      And "marzipan" has been sent to it
      When 5 messages are got from it as texts
      Then a list with the text "marzipan" is given

  @should @ROOM-4.37
  Rule: find_message finds the whole text only
    Why: an apple is no pineapple.
    Hint: compare by ==, and not by in; and give nothing where no message has the text.
    Needs: ROOM-4.20

    Scenario: A part of another text
      Given the room "kitchen" with "pineapple"
      When "apple" is looked for in it
      Then no message is given

  @must @ROOM-4.38
  Rule: A third is not taken into a private room
    Why: a private room holds its owner and one other.
    Hint: in add_group_member, look at group_room and at the number of members.

    Scenario: A third
      Given the room "kitchen"
      When "carla" is added to it, if that is allowed
      Then its list of members does not hold "carla"

  @should @ROOM-4.39
  Rule: There is a class RoomList, which has a name
    Why: the text finds it useful: a program has several rooms.
    Hint: inherit from list, or keep a list; keep the name under name.
    Needs: ROOM-4.1

    Scenario: A list
      When the list of rooms "house" is made
      Then its class is called "RoomList"
      And its "name" is "house"

  @should @ROOM-4.40
  Rule: find finds the room of a name in a list
    Why: the API knows a room by its name.
    Hint: write add(self, room) and find(self, room_name), and return the room.

    Scenario: Two rooms
      Given the list of rooms "house" with "kitchen" and "cellar"
      When the room "kitchen" is looked for in the list
      Then the room "kitchen" is given
      When the room "cellar" is looked for in the list
      Then the room "cellar" is given

  @should @ROOM-4.41
  Rule: find says by its answer that there is no such room
    Why: that a room is not there is no error.
    Hint: return None.
    Needs: ROOM-4.40

    Scenario: Another name
      Given the list of rooms "house" with "kitchen"
      When the room "attic" is looked for in the list
      Then no room is given

  @should @ROOM-4.42
  Rule: remove takes this room off the list, and no other
    Why: the others are still in use.
    Hint: compare the rooms, or their names.
    Needs: ROOM-4.40 ROOM-4.41

    Scenario: The second of three
      Given the list of rooms "house" with "kitchen", "cellar" and "attic"
      When the room "cellar" is removed from the list
      And the room "cellar" is looked for in the list
      Then no room is given
      When the room "kitchen" is looked for in the list
      Then the room "kitchen" is given
      When the room "attic" is looked for in the list
      Then the room "attic" is given

  @should @ROOM-4.43
  Rule: A list is saved and restored with its rooms
    Why: a program that starts again has its rooms back.
    Hint: save the names, call persist of each room; read the names, make each room and call its restore.
    Needs: ROOM-3.1 ROOM-3.4 ROOM-3.12 ROOM-4.39 ROOM-4.40

    Scenario: Two rooms
      Given the list of rooms "house" with "kitchen" and "cellar"
      And the room "kitchen" of the list holds "marzipan"
      When the list is saved, and restored as a new one
      And the room "cellar" is looked for in the list
      Then the room "cellar" is given
      And the room "kitchen" in the list holds "marzipan"

  @must @ROOM-4.44
  Rule: What get_messages does not give is there for the next call
    Why: a long conversation is read piece by piece, and no piece of it is lost.
    Hint: take no more than num_messages off the queue, or keep the rest in the deque.
    Needs: ROOM-4.16 ROOM-4.19

    Scenario: One, and then the others
      Given the room "kitchen"
      And "apple", "pear" and "plum" have been sent to it
      And 1 message is got from it as objects
      When 5 messages are got from it as objects
      Then each of "apple", "pear" and "plum" has been given

  @should @ROOM-4.45
  Rule: A group is a group again when its list is restored
    Why: what is sent to it would go to one person only.
    Hint: save group_room with the room, and read it back.
    Needs: ROOM-3.2 ROOM-4.4 ROOM-4.43

    Scenario: A group in a list
      Given the list of rooms "house"
      And the group "garden" has been added to the list
      When the list is saved, and restored as a new one
      And the room "garden" is looked for in the list
      Then the room "garden" is given
      And the room that was given is for a group

  @should @ROOM-4.46
  Rule: Who is added twice is a member once
    Why: a list that grows with each message tells nobody who is in the room.
    Hint: look whether the alias is in the list before you append it.
    Needs: ROOM-4.7

    Scenario: Somebody who is in already
      Given the group "garden"
      And "carla" has been added to it
      When "carla" is added to it, if that is allowed
      Then its list of members holds "carla" once

  @should @ROOM-4.47
  Rule: A room has its owner again when its list is restored
    Why: without one, nobody may decide who is in it.
    Hint: save owner_alias with the room, and read it back.
    Needs: ROOM-3.2 ROOM-4.5 ROOM-4.43

    Scenario: A group in a list
      Given the list of rooms "house"
      And the group "garden" has been added to the list
      When the list is saved, and restored as a new one
      And the room "garden" is looked for in the list
      Then the room "garden" is given
      And the room that was given has its owner

  @should @ROOM-4.48
  Rule: find_message leaves the room as it was
    Why: whoever looks for a message takes nothing out of its place.
    Hint: go through the deque with for; where you take messages out of it, or rotate it, put all back where they were.
    Needs: ROOM-4.20 ROOM-4.21

    Scenario: The second of three
      Given the room "kitchen" with "apple", "pear" and "plum"
      And what it holds is remembered
      When "pear" is looked for in it
      Then it holds the same, in the same order

  @should @ROOM-4.49
  Rule: A room was made when it was made, also after its list is restored
    Why: create_time says how old a room is; who reads it does not ask when a program was started.
    Hint: save create_time with the room, and read it back, after the constructor has set another.
    Needs: ROOM-3.2 ROOM-4.12 ROOM-4.43

    Scenario: A group in a list
      Given the list of rooms "house"
      And the group "garden" has been added to the list
      And the create_time of the room "garden" is remembered
      And a good second passes
      When the list is saved, and restored as a new one
      And the room "garden" is looked for in the list
      Then the room "garden" is given
      And the room that was given has the same create_time
