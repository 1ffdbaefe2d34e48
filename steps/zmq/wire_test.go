package zmq

import (
	"slices"
	"testing"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/tap/zmtp"
)

// said are the events of something that was said in ZMTP.
func said(from, to string, conn int, event zmtp.Event) []journal.Event {
	return []journal.Event{
		{Kind: journal.Wrote, From: from, To: to, Conn: conn, Data: "what crosses the wire, such as kumquat"},
		{Kind: journal.Sent, From: from, To: to, Conn: conn, Message: event},
	}
}

func frames(texts ...string) zmtp.Message {
	var m zmtp.Message
	for _, text := range texts {
		m.Frames = append(m.Frames, []byte(text))
	}
	return m
}

func TestMessagesAreCountedWhateverIsSpoken(t *testing.T) {
	events := slices.Concat(
		[]journal.Event{{Kind: journal.Connected, From: "ann", To: "server", Conn: 1}},
		said("ann", "server", 1, zmtp.Greeting{Major: 3}),
		said("ann", "server", 1, frames("ann", "a kumquat and a kumquat")),
		said("server", "ann", 1, frames("ok")),
		said("ann", "server", 1, frames("kumquat")),
		said("ann", "server", 1, frames("kum", "quat")), // which is another text: frames are apart
		// the same text over plain TCP, by somebody else
		[]journal.Event{
			{Kind: journal.Wrote, From: "bob", To: "server", Conn: 2, Data: "bob|kum"},
			{Kind: journal.Wrote, From: "bob", To: "server", Conn: 2, Data: "quat"},
		},
	)
	for from, want := range map[string]int{"ann": 2, "bob": 1, "eve": 0} {
		if got := carried(events, from, "server", "kumquat"); got != want {
			t.Errorf("%s has sent it %d times, want %d", from, got, want)
		}
	}
	for from, want := range map[string]string{"ann": "ann\x00a kumquat and a kumquat\x00kumquat\x00kum\x00quat\x00", "bob": "bob|kumquat", "eve": ""} {
		if got := speech(events, from, "server"); got != want {
			t.Errorf("%s has said %q, want %q", from, got, want)
		}
	}
}

func TestSocketsAndSubscriptions(t *testing.T) {
	events := slices.Concat(
		[]journal.Event{
			{Kind: journal.Connected, From: "eva", To: "server", Conn: 1, Door: 0},
			{Kind: journal.Connected, From: "eva", To: "server", Conn: 2, Door: 1},
		},
		said("eva", "server", 1, zmtp.Ready{SocketType: "REQ"}),
		said("server", "eva", 1, zmtp.Ready{SocketType: "REP"}),
		said("eva", "server", 2, zmtp.Ready{SocketType: "SUB"}),
		said("server", "eva", 2, zmtp.Ready{SocketType: "PUB"}),
		said("eva", "server", 2, zmtp.Subscribe{Topic: []byte("a")}),
		said("eva", "server", 2, zmtp.Subscribe{Topic: []byte("b")}),
		said("eva", "server", 2, zmtp.Subscribe{Topic: []byte("a")}),
		said("eva", "server", 2, zmtp.Cancel{Topic: []byte("a")}),
		said("eva", "server", 2, zmtp.Cancel{Topic: []byte("c")}),
	)
	for _, c := range []struct {
		from, to string
		door     int
		want     []string
	}{
		{"eva", "server", 0, []string{"REQ"}},
		{"eva", "server", 1, []string{"SUB"}},
		{"server", "eva", 0, []string{"REP"}},
		{"server", "eva", 1, []string{"PUB"}},
		{"server", "ann", 1, nil},
	} {
		if got := socketTypes(events, c.from, c.to, c.door); !slices.Equal(got, c.want) {
			t.Errorf("%s shows %s at %d: %q, want %q", c.from, c.to, c.door, got, c.want)
		}
	}
	if got := subscriptions(events, "eva", "server"); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("eva has subscribed to %q", got)
	}
}

func TestWhoGreetsInZMTP(t *testing.T) {
	wrote := func(from, to string, conn int, data string) journal.Event {
		return journal.Event{Kind: journal.Wrote, From: from, To: to, Conn: conn, Data: data}
	}
	events := []journal.Event{
		{Kind: journal.Connected, From: "eva", To: "server", Conn: 1, Door: 0},
		{Kind: journal.Connected, From: "eva", To: "server", Conn: 2, Door: 1},
		wrote("eva", "server", 1, "hello"),
		wrote("eva", "server", 1, "\xff\x00"),
		wrote("server", "eva", 1, "\xff"),
		wrote("eva", "server", 2, "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f"),
	}
	for _, c := range []struct {
		from, to string
		door     int
		want     bool
	}{
		{"eva", "server", 0, false}, // it begins with another word
		{"server", "eva", 0, true},
		{"eva", "server", 1, true},
		{"server", "eva", 1, false}, // it says nothing
		{"ann", "server", 1, false},
	} {
		if got := greets(events, c.from, c.to, c.door); got != c.want {
			t.Errorf("%s greets %s at %d: %v, want %v", c.from, c.to, c.door, got, c.want)
		}
	}
}
