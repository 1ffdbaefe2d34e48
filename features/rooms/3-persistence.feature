@rooms @part-3
Feature: Rooms, part 3: what a room is in MongoDB
  Source: 001_19c65104acc44d93.txt, lab 4

  @must @ROOM-3.1
  Rule: A room is saved in a collection that is called as the room
    Why: by that name it is found again.
    Hint: in persist, write to db[self.name].

    Scenario: A room with messages
      Given the room "kitchen" holds "marzipan" and "nougat"
      And the room "kitchen" has been saved
      Then MongoDB has a collection "kitchen"

  @must @ROOM-3.2
  Rule: The collection has a document for the room itself
    Why: without it nobody knows whose room it is, nor who is in it.
    Hint: write a document with the name, the owner, the members, the flag and the two times.
    Needs: ROOM-3.1

    Scenario: A room with messages
      Given the room "kitchen" holds "marzipan" and "nougat"
      And the room "kitchen" has been saved
      Then the collection "kitchen" has a document for the room itself

  @must @ROOM-3.3
  Rule: The collection has a document for each message
    Why: a message is added without writing all the others again.
    Hint: call insert_one, or replace_one with upsert, for each message that is dirty.
    Needs: ROOM-3.1

    Scenario: Two messages
      Given the room "kitchen" holds "marzipan" and "nougat"
      And the room "kitchen" has been saved
      Then the collection "kitchen" has a document for each of "marzipan" and "nougat"

  @must @ROOM-3.4
  Rule: A room that is restored holds the messages that were saved
    Why: that is what they are saved for.
    Hint: in restore, find the documents of messages and put one after the other into the deque.
    Needs: ROOM-3.3

    Scenario: A new object, or a new start
      Given the room "kitchen" holds "marzipan" and "nougat"
      And the room "kitchen" has been saved
      And the room "kitchen" has been restored
      Then the room "kitchen" holds "marzipan" and "nougat" again

  @must @ROOM-3.5
  Rule: A room that is restored holds no message twice
    Why: whoever reads a line twice wonders who has said it again.
    Hint: save a message once: what comes from MongoDB is saved already.
    Needs: ROOM-3.4

    Scenario: Saved once
      Given the room "kitchen" holds "marzipan" and "nougat"
      And the room "kitchen" has been saved
      And the room "kitchen" has been restored
      Then the room "kitchen" holds each of "marzipan" and "nougat" once

    Scenario: Saved twice
      Given the room "kitchen" holds "marzipan" and "nougat"
      And the room "kitchen" has been saved
      And the room "kitchen" has been saved
      And the room "kitchen" has been restored
      Then the room "kitchen" holds each of "marzipan" and "nougat" once

    Scenario: Restored, saved and restored again
      Given the room "kitchen" holds "marzipan" and "nougat"
      And the room "kitchen" has been saved
      And the room "kitchen" has been restored
      And the room "kitchen" has been saved
      And the room "kitchen" has been restored
      Then the room "kitchen" holds each of "marzipan" and "nougat" once

  @must @ROOM-3.6
  Rule: The messages of two rooms are not mixed
    Why: what is said in one room is not meant for the other.
    Hint: write to and read from the collection of this room only.
    Needs: ROOM-3.1 ROOM-3.4

    Scenario: Two rooms
      Given the room "kitchen" holds "marzipan"
      And the room "cellar" holds "nougat"
      And the room "kitchen" has been saved
      And the room "cellar" has been saved
      And the room "kitchen" has been restored
      Then the room "kitchen" holds "marzipan" again
      And the room "kitchen" does not hold "nougat"

  @should @ROOM-3.7
  Rule: The document of a room says all that the text lists of it
    Why: what is not saved is not there after a restart.
    Hint: save name, owner_alias, the members, group_room, create_time and modify_time.
    Needs: ROOM-3.2

    Scenario Outline: Its <what>
      Given the group "garden" holds "marzipan"
      And the group "garden" has been saved
      Then in the collection "garden" the document of the room says its <what>

      Examples:
        | what        |
        | name        |
        | owner       |
        | members     |
        | flag        |
        | create time |
        | modify time |

  @should @ROOM-3.8
  Rule: Messages are in their order after they are restored
    Why: a conversation is read from its beginning.
    Hint: sort the documents by the sequence number, and put them into the same side of the deque each.
    Needs: ROOM-3.4

    Scenario: Three messages
      Given the room "kitchen" holds "plum", "apple" and "pear"
      And the room "kitchen" has been saved
      And the room "kitchen" has been restored
      Then the room "kitchen" holds "plum", "apple" and "pear", in this order

  @should @ROOM-3.9
  Rule: The numbers of a room's messages grow by one
    Why: by them one sees whether a message is missing.
    Hint: count the messages of each room, or let MongoDB count with $inc.
    Needs: ROOM-1.7 ROOM-3.3

    Scenario: Three messages
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      And "annika" has sent "pear" to "bruno" in the room "kitchen"
      And "bruno" has listed "plum", "apple" and "pear" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB
      Then in the collection "kitchen" the numbers of "plum", "apple" and "pear" grow by one

    Scenario: Two rooms
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "annika" has sent "apple" to "bruno" in the room "cellar"
      And "annika" has sent "pear" to "bruno" in the room "kitchen"
      And "bruno" has listed "plum" and "pear" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB
      Then in the collection "kitchen" the numbers of "plum" and "pear" grow by one

  @should @ROOM-3.10
  Rule: The numbers go on after a restart
    Why: two messages with one number are taken for one.
    Hint: restore the last number, too, or take the highest of those that are restored.
    Needs: ROOM-3.9 ROOM-3.12 ROOM-3.19

    Scenario: One message before, and one after
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "bruno" has listed "plum" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB
      And mess_chat is killed, and started again
      And "annika" has sent "pear" to "bruno" in the room "kitchen"
      And "bruno" has listed "pear" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB
      Then in the collection "kitchen" the numbers of "plum" and "pear" grow by one

  @should @ROOM-3.11
  Rule: Each message of a room has an id of its own
    Why: an id that two messages have tells nothing.
    Hint: draw it at random, or count.
    Needs: ROOM-1.7 ROOM-3.3 ROOM-3.5

    Scenario: Three messages
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "annika" has sent "apple" to "bruno" in the room "kitchen"
      And "annika" has sent "pear" to "bruno" in the room "kitchen"
      And "bruno" has listed "plum", "apple" and "pear" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB
      Then in the collection "kitchen" no two messages have the same id

  @should @ROOM-3.12
  Rule: mess_chat has its rooms back when it starts again
    Why: servers are restarted, and nobody should notice.
    Hint: restore the list of rooms at the start, or a room with its first use.
    Needs: ROOM-1.7 ROOM-3.1 ROOM-3.4

    Scenario: It was killed
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "bruno" has listed "plum" in the room "kitchen"
      When what was sent to the room "kitchen" has been seen in MongoDB
      And mess_chat is killed, and started again
      Then "bruno" has "plum" again in the room "kitchen"

  @should @ROOM-3.13
  Rule: No message was received before it was sent
    Why: then one of the two times is wrong.
    Hint: take sent_time where the message is sent, rec_time where it is read, and the same clock for both.
    Needs: ROOM-1.7 ROOM-3.3

    Scenario: A message that was listed
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "bruno" has listed "plum" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB
      Then in the collection "kitchen" no message was received before it was sent

  @should @ROOM-3.14
  Rule: modify_time moves with a change of the room
    Why: by it one sees whether the room is the one that was saved.
    Hint: set it in put, in send_message, and where members come and go.
    Needs: ROOM-4.13

    Scenario: A member is added
      Given the group "garden"
      And its modify_time is remembered
      And "carla" has been added to it
      Then its modify_time is a later one

    Scenario: A member is removed
      Given the group "garden"
      And "carla" has been added to it
      And its modify_time is remembered
      And "carla" has been removed from it
      Then its modify_time is a later one

  @should @ROOM-3.15
  Rule: modify_time stays where nothing changes
    Why: a time that moves by itself says nothing of changes.
    Hint: set it nowhere else; not in find_message, and not in persist.
    Needs: ROOM-4.13

    Scenario: Saved, and looked into
      Given the room "kitchen" with "apple"
      And its modify_time is remembered
      And "apple" has been looked for in it
      And its persist has been called
      Then its modify_time is the same

  @should @ROOM-3.16
  Rule: What was saved is not written again
    Why: that is what dirty is for.
    Hint: write only what is dirty, and set dirty to False when it is written.
    Needs: ROOM-3.1

    Scenario: persist is called twice
      Given the room "kitchen" with "apple"
      And its persist has been called
      When its persist is called again
      Then nothing is written to MongoDB since then

  @should @ROOM-3.17
  Rule: A saved message says who sent it, and to whom
    Why: after a restart nobody else knows.
    Hint: keep from_alias in from_user and to_alias in to_user, and save both with the message.
    Needs: ROOM-1.7 ROOM-3.3

    Scenario: A message between two
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "bruno" has listed "plum" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB
      Then in the collection "kitchen" the message "plum" is from "annika", and to "bruno"

  @should @ROOM-3.18
  Rule: Each message has the time at which it was sent
    Why: by it people see how long ago something was said.
    Hint: set sent_time where the message is sent; a default is computed once, when the class is read, and is the same for all.
    Needs: ROOM-1.7 ROOM-3.3

    Scenario: More than a second later
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      When a good second passes
      And "annika" has sent "pear" to "bruno" in the room "kitchen"
      And "bruno" has listed "pear" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB
      Then in the collection "kitchen" "pear" was sent a second after "plum", or later

  @should @ROOM-3.19
  Rule: A message that was listed is not there twice when mess_chat starts again
    Why: RabbitMQ brings again what nobody has acknowledged, and MongoDB has it already.
    Hint: acknowledge each message that you have read, the last one, too, with basic_ack or auto_ack.
    Needs: ROOM-1.7 ROOM-1.17 ROOM-3.12

    Scenario: It was killed
      Given mess_chat runs
      And "annika" has sent "plum" to "bruno" in the room "kitchen"
      And "bruno" has listed "plum" in the room "kitchen"
      And what was sent to the room "kitchen" has been seen in MongoDB
      When mess_chat is killed, and started again
      And "bruno" asks for the messages in the room "kitchen"
      Then "bruno" does not list "plum" twice in the room "kitchen"

  @must @ROOM-3.20
  Rule: What is said after a room was saved is saved the next time
    Why: a conversation goes on, and its end is as dear as its beginning.
    Hint: set dirty to True in put and in send_message, or let persist look at each message.
    Needs: ROOM-3.5

    Scenario: One message before, and one after
      Given the room "kitchen" holds "marzipan"
      And the room "kitchen" has been saved
      And the room "kitchen" holds "nougat", too
      And the room "kitchen" has been saved
      And the room "kitchen" has been restored
      Then the room "kitchen" holds "marzipan" and "nougat" again
