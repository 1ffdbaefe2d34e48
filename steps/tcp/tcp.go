// Package tcp is the vocabulary of chats that talk over TCP, in JSON: between peers, and
// through a server.
//
// The harness plays the peers, the clients or the server of the program that it judges.
// Before it speaks to a program it has heard how that writes its messages (calibration.go),
// and speaks likewise. What messages mean is said in message.go and operations.go.
package tcp

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
	"github.com/chatspec/chatspec/steps"
)

// Vocabulary is the sentences of chats over TCP.
func Vocabulary() steps.Vocabulary {
	return steps.Vocabulary{
		Name:      "tcp",
		Protocol:  jsonstream.Protocol,
		Sentences: slices.Concat(chatSentences(), serverSentences()),
		Begin:     func(run *stage.Run, _ steps.Services) steps.Session { return begin(run) },
	}
}

// Open implements steps.Session.
func (s *session) Open(w *steps.World) any {
	return &world{
		World: w, talk: s.on(w.Stage),
		absent: map[string]bool{}, hosts: map[string]netip.Addr{}, heard: map[string]bool{}, atClients: map[string]bool{},
	}
}

// A world is what one scenario's sentences share.
type world struct {
	*steps.World
	talk *talk

	absent    map[string]bool       // the peers that do not listen yet
	hosts     map[string]netip.Addr // the peers that are not on 127.0.0.1
	clients   []string              // the harness's clients that have asked to subscribe
	atClients map[string]bool       // the users of the submission's clients
	sent      []string              // what was sent at once
	heard     map[string]bool       // the texts that peers have sent to programs
	got       journal.Event         // the message that a sentence calls «it»
}

// peer returns the harness's peer called name, on its host.
func (w *world) peer(name string) (*stage.Peer, error) {
	if host, ok := w.hosts[name]; ok {
		return w.Stage.Peer(name, host)
	}
	return w.Stage.LoopbackPeer(name)
}

// says sends a message of a peer to a program, as the program itself would write it.
func (w *world) says(ctx context.Context, peer, text, to string) error {
	p, encoding, err := w.voice(ctx, peer, to)
	if err != nil {
		return err
	}
	w.Typed = text
	w.heard[text] = true
	w.Sends(peer, text)
	return p.Send(ctx, to, w.talk.encode(p, encoding, w.talk.chatMessage(p, text)...), encoding.PerMessage)
}

// receives waits until text arrives at each of the peers.
func (w *world) receives(ctx context.Context, peers, text string) error {
	everybody := steps.List(peers)
	if peers == "the server" {
		everybody = []string{theServer}
	}
	for _, peer := range everybody {
		if err := w.Stage.AwaitReceived(ctx, peer, text); err != nil {
			return err
		}
	}
	w.got = steps.Received(w.Stage.Journal(), everybody[len(everybody)-1], text)
	return nil
}

// neverReceives ends the program and then looks back: what has not arrived by
// then was not sent.
func (w *world) neverReceives(ctx context.Context, peer, text string) error {
	if err := w.Stage.Conclude(ctx, w.Actor); err != nil {
		return err
	}
	events := w.Stage.Journal()
	if journal.Received(events, steps.Unquote(peer), text) == 0 {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("%s never receives %q", steps.Unquote(peer), text),
		Observed: stage.ReceivedInstead(events, steps.Unquote(peer)),
	}
}

// onceEach checks that each text has arrived once, in order.
func (w *world) onceEach(ctx context.Context, peer, texts string) error {
	if err := w.Stage.Conclude(ctx, w.Actor); err != nil {
		return err
	}
	events := w.Stage.Journal()
	var before journal.Event
	for _, text := range steps.List(texts) {
		arrival := firstArrival(events, steps.Unquote(peer), text)
		if journal.Received(events, steps.Unquote(peer), text) != 1 || comesBefore(arrival, before) {
			return &stage.Failure{
				Expected: fmt.Sprintf("%s has received %s, once each and in this order", steps.Unquote(peer), texts),
				Observed: stage.ReceivedInstead(events, steps.Unquote(peer)),
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
