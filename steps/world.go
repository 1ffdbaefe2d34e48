// Package steps says how each sentence of the features is checked: which
// programs act, and what is to be seen of them. How that is done, the stage
// knows.
package steps

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/journal"
	"github.com/chatspec/chatspec/fixtures/target"
)

// The pieces of which sentences are made.
const (
	name  = `("[^"]+"|the server)`
	names = `("[^"]+"(?:, "[^"]+")*(?: and "[^"]+")?)`
	line  = `"(.*)"`
)

// theServer is who «the server» is in a sentence.
const theServer = "server"

// A world is what one scenario's sentences share.
type world struct {
	run   *stage.Run
	stage *stage.Stage

	absent  map[string]bool       // the peers that do not listen yet
	hosts   map[string]netip.Addr // the peers that are not on 127.0.0.1
	actor   string                // the program that started last
	clients []string              // the clients that have asked to subscribe
	typed   string                // the line that was typed or sent last
	shown   map[string]int        // where to look for what a peer has sent
	sent    []string              // what was sent at once
	mark    int                   // where the last line was typed
	said    map[string]int        // where a text was typed or sent first
	heard   map[string]bool       // the texts that peers have sent to programs
	got     journal.Event         // the message that a sentence calls «it»
	addrs   []netip.AddrPort      // where the server should listen
	links   map[string]netip.AddrPort
	authors map[string]string // who has posted each of what was sent
}

func newWorld(run *stage.Run) *world {
	return &world{
		run: run, absent: map[string]bool{}, hosts: map[string]netip.Addr{}, shown: map[string]int{}, said: map[string]int{},
		heard: map[string]bool{}, links: map[string]netip.AddrPort{},
	}
}

// who reads a name.
func who(text string) string {
	if text == "the server" {
		return theServer
	}
	return strings.Trim(text, `"`)
}

var quoted = regexp.MustCompile(`"([^"]*)"`)

// list reads a list of names or texts in quotes.
func list(text string) []string {
	var found []string
	for _, match := range quoted.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

// isActor reports whether a program of the target plays name.
func (w *world) isActor(name string) bool {
	_, err := w.stage.Actor(name)
	return err == nil
}

// peer returns the harness's peer called name, on its host.
func (w *world) peer(name string) (*stage.Peer, error) {
	if host, ok := w.hosts[name]; ok {
		return w.stage.Peer(name, host)
	}
	return w.stage.LoopbackPeer(name)
}

// launch starts a program of the target.
func (w *world) launch(user, program string, values target.Values, addrs ...netip.AddrPort) error {
	w.actor = user
	return w.stage.Start(user, program, values, addrs...)
}

// types types a line and remembers what «it» is.
func (w *world) types(ctx context.Context, user, text string) error {
	w.mark = w.stage.Mark()
	w.typed = text
	w.remember(text)
	return w.stage.Type(ctx, who(user), text)
}

// remember keeps where a text was typed or sent first.
func (w *world) remember(text string) {
	if _, known := w.said[text]; !known {
		w.said[text] = w.stage.Mark()
	}
}

// says sends a message of a peer to a program, in the program's own manner.
func (w *world) says(ctx context.Context, peer, text, to string) error {
	p, manner, err := w.voice(ctx, peer, to)
	if err != nil {
		return err
	}
	w.typed = text
	w.shown[peer] = w.stage.Mark()
	w.heard[text] = true
	w.remember(text)
	return p.Send(ctx, to, manner, p.Encode(manner, p.ChatMessage(text)...))
}

// sees waits until the user of a program sees what another has written, and
// who it was.
func (w *world) sees(ctx context.Context, user, text, author string) error {
	from := w.shown[who(author)]
	if err := w.stage.AwaitShown(ctx, who(user), text, from); err != nil {
		return err
	}
	return w.stage.AwaitShown(ctx, who(user), who(author), from)
}

// receives waits until text arrives at each of the peers.
func (w *world) receives(ctx context.Context, peers, text string) error {
	everybody := list(peers)
	if peers == "the server" {
		everybody = []string{theServer}
	}
	for _, peer := range everybody {
		if err := w.stage.AwaitReceived(ctx, peer, text); err != nil {
			return err
		}
	}
	w.got = lastMessage(w.stage.Journal(), everybody[len(everybody)-1], text)
	return nil
}

// lastMessage finds the last message to peer with text in it, which has no
// kind where there is none.
func lastMessage(events []journal.Event, peer, text string) journal.Event {
	for _, e := range slices.Backward(journal.Messages(events, peer)) {
		if strings.Contains(string(e.Message.Raw), text) {
			return e
		}
	}
	return journal.Event{To: peer}
}

// neverReceives ends the program and then looks back: what has not arrived by
// then was not sent.
func (w *world) neverReceives(ctx context.Context, peer, text string) error {
	if err := w.stage.Conclude(ctx, w.actor); err != nil {
		return err
	}
	events := w.stage.Journal()
	if journal.Received(events, who(peer), text) == 0 {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("%s never receives %q", who(peer), text),
		Observed: stage.ReceivedInstead(events, who(peer)),
	}
}

// onceEach checks that each text has arrived once, in order.
func (w *world) onceEach(ctx context.Context, peer, texts string) error {
	if err := w.stage.Conclude(ctx, w.actor); err != nil {
		return err
	}
	events := w.stage.Journal()
	var before journal.Event
	for _, text := range list(texts) {
		arrival := firstArrival(events, who(peer), text)
		if journal.Received(events, who(peer), text) != 1 || comesBefore(arrival, before) {
			return &stage.Failure{
				Expected: fmt.Sprintf("%s has received %s, once each and in this order", who(peer), texts),
				Observed: stage.ReceivedInstead(events, who(peer)),
			}
		}
		before = arrival
	}
	return nil
}

func firstArrival(events []journal.Event, peer, text string) journal.Event {
	for _, e := range events {
		if e.Kind == journal.Wrote && e.To == peer && strings.Contains(e.Data, text) {
			return e
		}
	}
	return journal.Event{}
}

// comesBefore reports whether an arrival is before another: on an earlier
// connection, whose bytes may be read later, or earlier on the same one.
func comesBefore(a, b journal.Event) bool {
	if a.Conn != b.Conn {
		return a.Conn < b.Conn
	}
	return a.At < b.At
}

// ends waits for a program's end, and until a server beside it has noticed.
func (w *world) ends(ctx context.Context, user string) error {
	if err := w.stage.AwaitEnd(ctx, who(user)); err != nil {
		return err
	}
	if !w.isActor(theServer) {
		return nil
	}
	return w.stage.AwaitNoticed(ctx, who(user), theServer)
}
