// Package wire is what the programs of tcp-peer and tcp-server say to each other:
// JSON objects, one after the other, on a TCP connection.
//
// TCP carries bytes and knows nothing of objects, so what was written at once may arrive in
// pieces, and what was written apart may arrive glued together. The programs here end each object
// with a newline, which is kind to people who watch, and read objects however they are separated.
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// What an [Operation] can ask of the server.
const (
	Subscribe   = "subscribe"
	Unsubscribe = "unsubscribe"
)

// Message is one line that somebody typed.
type Message struct {
	Seq  int    `json:"seq"`     // counts the messages of this user from 0
	User string `json:"user"`    // who typed it
	Text string `json:"message"` // the line, to the letter
}

// Operation asks the server to add a client to its list, or to take it off.
type Operation struct {
	Operation string `json:"operation"` // Subscribe or Unsubscribe
	Client    string `json:"client"`    // where the client waits for messages, as ip:port
}

// Line returns the message as it is sent: one object and a newline.
func (m Message) Line() []byte { return line(m) }

// Line returns the operation as it is sent: one object and a newline.
func (o Operation) Line() []byte { return line(o) }

func line(object any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false) // this is no web page: a "<" stays readable
	if err := encoder.Encode(object); err != nil {
		panic(fmt.Sprintf("wire: strings and integers can always be encoded: %v", err))
	}
	return buffer.Bytes()
}

// Object is one JSON object as it came, but without the white space around its parts.
type Object []byte

// Line returns the object as it is passed on: itself and a newline.
func (o Object) Line() []byte { return append(bytes.Clone(o), '\n') }

// Message returns the message that the object is. Other keys than a message's are ignored; it is
// an error if one of those is missing or of another type.
func (o Object) Message() (Message, error) {
	var fields struct {
		Seq     *int
		User    *string
		Message *string
	}
	if err := json.Unmarshal(o, &fields); err != nil {
		return Message{}, fmt.Errorf("reading a message: %w", err)
	}
	if fields.Seq == nil || fields.User == nil || fields.Message == nil {
		return Message{}, errors.New("reading a message: seq, user or message is missing")
	}
	return Message{Seq: *fields.Seq, User: *fields.User, Text: *fields.Message}, nil
}

// Operation returns the operation that the object is, known or not. Other keys than an operation's
// are ignored; it is an error if one of those is missing or of another type.
func (o Object) Operation() (Operation, error) {
	var fields struct {
		Operation *string
		Client    *string
	}
	if err := json.Unmarshal(o, &fields); err != nil {
		return Operation{}, fmt.Errorf("reading an operation: %w", err)
	}
	if fields.Operation == nil || fields.Client == nil {
		return Operation{}, errors.New("reading an operation: operation or client is missing")
	}
	return Operation{Operation: *fields.Operation, Client: *fields.Client}, nil
}
