package zmq

import (
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/tap/zmtp"
)

// carried counts the messages from one program to another that hold text: those
// of ZMTP, and, on a connection where it is not spoken, the text itself.
func carried(events []journal.Event, from, to, text string) int {
	spoken, count := zmtpConns(events, from), 0
	var raw []journal.Event
	for _, e := range events {
		if e.From != from || e.To != to {
			continue
		}
		if e.Kind == journal.Wrote && !spoken[e.Conn] {
			raw = append(raw, e)
		}
		if said, ok := e.Message.(zmtp.Message); ok && strings.Contains(said.Text(), text) {
			count++
		}
	}
	return count + journal.Received(raw, to, text)
}

// speech is all that one program has said to another: the frames of its messages,
// or, where it does not speak ZMTP, its bytes.
func speech(events []journal.Event, from, to string) string {
	spoken := zmtpConns(events, from)
	var all strings.Builder
	for _, e := range events {
		if e.From != from || e.To != to {
			continue
		}
		if e.Kind == journal.Wrote && !spoken[e.Conn] {
			all.WriteString(e.Data)
		}
		if said, ok := e.Message.(zmtp.Message); ok {
			all.WriteString(said.Text())
		}
	}
	return all.String()
}

// zmtpConns are the connections on which somebody speaks ZMTP.
func zmtpConns(events []journal.Event, from string) map[int]bool {
	spoken := map[int]bool{}
	for _, e := range events {
		if _, ok := e.Message.(zmtp.Greeting); ok && e.Kind == journal.Sent && e.From == from {
			spoken[e.Conn] = true
		}
	}
	return spoken
}

// greets reports whether one program has begun to greet another in ZMTP (RFC 23,
// Greeting: the signature may go out before anything has come), on a connection
// that leads to the server's address number door.
func greets(events []journal.Event, from, to string, door int) bool {
	doors, said := map[int]int{}, map[int]bool{}
	for _, e := range events {
		if e.Kind == journal.Connected {
			doors[e.Conn] = e.Door
		}
		if e.Kind != journal.Wrote || e.From != from || e.To != to || doors[e.Conn] != door {
			continue
		}
		if !said[e.Conn] && strings.HasPrefix(e.Data, "\xff") {
			return true
		}
		said[e.Conn] = true
	}
	return false
}

// socketTypes lists, in order, the ZeroMQ sockets as which somebody has presented
// himself to another (RFC 23, Socket-Type), on connections that lead to one of the
// server's addresses.
func socketTypes(events []journal.Event, from, to string, door int) []string {
	doors := map[int]int{}
	var types []string
	for _, e := range events {
		if e.Kind == journal.Connected {
			doors[e.Conn] = e.Door
		}
		ready, ok := e.Message.(zmtp.Ready)
		if ok && e.Kind == journal.Sent && e.From == from && e.To == to && doors[e.Conn] == door {
			types = append(types, ready.SocketType)
		}
	}
	return types
}

// subscriptions lists the topics to which somebody has subscribed with another,
// and still does.
func subscriptions(events []journal.Event, from, to string) []string {
	var topics []string
	for _, e := range events {
		if e.Kind != journal.Sent || e.From != from || e.To != to {
			continue
		}
		switch said := e.Message.(type) {
		case zmtp.Subscribe:
			topics = append(topics, string(said.Topic))
		case zmtp.Cancel:
			if i := slices.Index(topics, string(said.Topic)); i >= 0 {
				topics = slices.Delete(topics, i, i+1)
			}
		}
	}
	return topics
}

// messagesSince is what one program has said to another from a place in the journal on.
func messagesSince(events []journal.Event, mark int, from, to string) string {
	var all strings.Builder
	for _, e := range events[mark:] {
		if said, ok := e.Message.(zmtp.Message); ok && e.From == from && e.To == to {
			all.WriteString(said.Text())
		}
	}
	return all.String()
}

// names reports whether somebody's name stands in what was said, and not only as a part of
// another's.
func names(said, somebody string, everybody []string) bool {
	for _, other := range everybody {
		if other != somebody && strings.Contains(other, somebody) {
			said = strings.ReplaceAll(said, other, "")
		}
	}
	return strings.Contains(said, somebody)
}
