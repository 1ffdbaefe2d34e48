package tcp

import (
	"testing"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
)

// conversation is what crosses the connections of ann's with a server: what begins with < is
// the server's, a lone < is its end and > that of ann; | begins another connection.
func conversation(lines ...string) []journal.Event {
	conn := 1
	events := []journal.Event{{Kind: journal.Connected, From: theUser, To: theServer, Conn: conn}}
	add := func(e journal.Event) {
		e.At, e.Conn = time.Duration(len(events)), conn
		events = append(events, e)
	}
	for _, line := range lines {
		switch {
		case line == "|":
			conn++
			add(journal.Event{Kind: journal.Connected, From: theUser, To: theServer})
		case line == ">":
			add(journal.Event{Kind: journal.Closed, From: theUser, To: theServer})
		case line == "<":
			add(journal.Event{Kind: journal.Closed, From: theServer, To: theUser})
		case line[0] == '<':
			add(journal.Event{Kind: journal.Wrote, From: theServer, To: theUser, Data: line[1:]})
		default:
			add(journal.Event{Kind: journal.Sent, From: theUser, To: theServer, Message: message(line)})
		}
	}
	return events
}

func message(raw string) jsonstream.Message {
	return new(jsonstream.Stream).Write([]byte(raw + "\n"))[0]
}

func TestAnswersAreHeard(t *testing.T) {
	const (
		subscribe = `{"operation": "subscribe", "client": "127.0.0.1:5000"}`
		one       = `{"seq": 0, "user": "ann", "message": "one"}`
		two       = `{"seq": 1, "user": "ann", "message": "two two"}`
		leave     = `{"operation": "unsubscribe", "client": "127.0.0.1:5000"}`

		later   = `{"seq": 7, "user": "eve", "message": "hello"}`
		another = `{"operation": "subscribe", "client": "127.0.0.1:6000"}`
		left    = `{"operation": "unsubscribe", "client": "127.0.0.1:6000"}`
	)
	type said struct {
		data string
		last bool
	}
	for name, c := range map[string]struct {
		talk []string
		want map[string]said
	}{
		"none":                      {[]string{subscribe, one, two, leave}, nil},
		"the same to all":           {[]string{subscribe, "<OK", one, "<OK", two, "<OK", leave, "<OK"}, map[string]said{another: {"OK", false}, later: {"OK", false}, left: {"OK", false}}},
		"to one without a client":   {[]string{`{"operation": "subscribe"}`, "<OK", one, two, leave}, map[string]said{another: {"OK", false}, later: {}}},
		"in pieces":                 {[]string{subscribe, one, "<O", "<K", two, "<OK", leave}, map[string]said{another: {}, later: {"OK", false}}},
		"that name the client":      {[]string{subscribe, "<hi 127.0.0.1:5000", one, two, leave}, map[string]said{another: {"hi 127.0.0.1:6000", false}, later: {}}},
		"that count":                {[]string{subscribe, one, "<200 ack 0", two, "<200 ack 1", leave}, map[string]said{later: {"200 ack 0", false}}},
		"that repeat the number":    {[]string{subscribe, one, "<ack 0", two, "<ack 1", leave}, map[string]said{later: {"ack 7", false}}},
		"that repeat text and seq":  {[]string{subscribe, one, "<0: one", two, "<1: two two", leave}, map[string]said{later: {"7: hello", false}}},
		"that end a connection":     {[]string{subscribe, "<OK", "<", "|", one, "<", "|", two, "<", "|", leave}, map[string]said{another: {"OK", true}, later: {"", true}, left: {}}},
		"after the end of one side": {[]string{subscribe, "|", one, ">", "<OK", "<", "|", two, ">", "<", "|", leave, ">", "<"}, map[string]said{another: {}, later: {"OK", false}, left: {}}},
		"to nothing that was asked": {[]string{"<welcome", subscribe, one, two, leave}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			heard := answersIn(conversation(c.talk...), theUser, theServer)
			if (heard == nil) != (c.want == nil) {
				t.Fatalf("%+v is heard", heard)
			}
			for raw, want := range c.want {
				if data, last := heard.answer(message(raw)); string(data) != want.data || last != want.last {
					t.Errorf("%s is answered %q, the last: %t; want %v", raw, data, last, want)
				}
			}
		})
	}
}
