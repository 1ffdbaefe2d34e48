// Package zmqchat has the programs of the assignment zmq, part by part: post_server and post_client
// in post.go, pub_server and pub_client in pub.go, interactive_client in interactive.go (its server
// is a pub_server), and mc_server and mc_client in channel.go. They make one chat, which grows: each
// server also serves the clients of earlier parts, but an mc_server takes only posts with a channel.
//
// A client posts over REQ and REP. The request is one frame, a JSON object:
//
//	{"id": "ABC", "username": "ann", "time": "2006-01-02T15:04:05Z", "message": "hello", "channel": "MPCS"}
//
// The id can be any text that no other message has, and can be missing: a message that comes again
// under its id is not taken for another one. Only the clients of channels name one. The reply is one
// frame as well, {"ok": true} or {"ok": false, "reason": "why"}.
//
// A server publishes each message over PUB, as the same object without the id. It is the only frame
// of what a pub_server publishes, and the second of what an mc_server does: the first is the topic,
// see [Topic].
package zmqchat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Message is what somebody said.
type Message struct {
	User    string    `json:"username"`
	Time    time.Time `json:"time"` // when it was posted, by the clock of the client
	Text    string    `json:"message"`
	Channel string    `json:"channel,omitempty"` // empty where there are no channels
}

// String returns the message as it is shown, with the time as it is here.
func (m Message) String() string {
	return fmt.Sprintf("%s: %s (%s)", m.User, m.Text, m.Time.Local().Format(time.DateTime))
}

// post is a message on its way to the server.
type post struct {
	ID string `json:"id,omitempty"` // of the message, if it has one
	Message
}

// reply is what the server says to a post.
type reply struct {
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"` // why it was refused
}

// parsePost reads the post that frames are. Other keys than a post's are ignored; it is an error if
// the name, the time or the message is missing, or anything is of another type.
func parsePost(frames [][]byte) (post, error) {
	if len(frames) != 1 {
		return post{}, errors.New("a post has one frame")
	}
	var fields struct {
		ID       string
		Username string
		Time     *time.Time
		Message  string
		Channel  string
	}
	if err := json.Unmarshal(frames[0], &fields); err != nil {
		return post{}, fmt.Errorf("reading a post: %w", err)
	}
	if fields.Username == "" || fields.Time == nil || fields.Message == "" {
		return post{}, errors.New("reading a post: username, time or message is missing")
	}
	message := Message{User: fields.Username, Time: *fields.Time, Text: fields.Message, Channel: fields.Channel}
	return post{ID: fields.ID, Message: message}, nil
}

// parsePublication reads the message that a server published, on a topic or on none.
func parsePublication(frames [][]byte) (Message, error) {
	post, err := parsePost(frames[len(frames)-1:])
	return post.Message, err
}

// parseReply reads a reply.
func parseReply(frame []byte) (reply, error) {
	var fields struct {
		OK     *bool
		Reason string
	}
	if err := json.Unmarshal(frame, &fields); err != nil {
		return reply{}, fmt.Errorf("reading a reply: %w", err)
	}
	if fields.OK == nil {
		return reply{}, errors.New("reading a reply: ok is missing")
	}
	return reply{OK: *fields.OK, Reason: fields.Reason}, nil
}

// encode returns an object as it is sent.
func encode(object any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false) // this is no web page: a "<" stays readable
	if err := encoder.Encode(object); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}
