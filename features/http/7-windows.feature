@http @part-7 @windows
Feature: HTTP chatroom, part 7: windows
  Source: 004_d792843b81744c87.txt

  @should @HTTP-7.1
  Rule: Both programs show a window
    Why: the text says that client and server have a simple graphical interface.
    Hint: make a window with a field and what is said, show it, and let its loop run (in Qt exec_, in Tk mainloop); receive in a thread of its own.
    Needs: HTTP-1.1

    Scenario: The server
      When the server starts
      Then the server shows a window

    Scenario: The client
      Given the server is running
      When "annika" joins
      Then "annika" shows a window

  @should @HTTP-7.2
  Rule: What is typed into the client's window is sent
    Why: that is what its field is for.
    Hint: have the Enter key in the field, or a button, call what sends its text (in Qt connect returnPressed or clicked, in Tk bind or command).
    Needs: HTTP-1.3 HTTP-7.1

    Scenario: A message
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types "marzipan" into her window
      Then "marzipan" reaches "bruno"

  @should @HTTP-7.3
  Rule: What others say appears in the client's window
    Why: who looks at the window does not look at the terminal.
    Hint: hand the message from the thread that receives to the window's own, and append it there to the text (in Qt by a signal, in Tk by after).
    Needs: HTTP-1.5 HTTP-7.1

    Scenario: Two messages
      Given the server is running
      And "annika" and "bruno" are in the room
      And "annika" types "marzipan"
      And "bruno" sees "marzipan"
      When "annika" types "nougat"
      Then "bruno" reads "nougat" in her window
      And "bruno" reads "marzipan" in her window

  @should @HTTP-7.4
  Rule: :quit closes the client's window
    Why: who has left has no use for it.
    Hint: close the window, or end the process, and all that it has started (in Qt QApplication.quit, in Tk destroy).
    Needs: HTTP-7.1

    Scenario: One of two
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types ":quit"
      Then the window of "annika" closes

  @robust @HTTP-7.5
  Rule: The window answers while others talk
    Why: who reads a lot wants to write, too.
    Hint: do in the window's own thread only what is quick, and wait for nothing there.
    Needs: HTTP-7.3

    Scenario: A hundred messages
      Given the server is running
      And "annika" and "bruno" are in the room
      When "annika" types 100 messages, one after the other
      And "message 100." reaches "bruno"
      Then the window of "bruno" answers
