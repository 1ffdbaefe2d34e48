package zmq

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

// awaitCarried waits until a message with text has crossed from one program to
// another.
func (w *world) awaitCarried(ctx context.Context, from, to, text string) error {
	crossing := journal.ArrivingAt(to, text) // cheaper than to count messages each time
	return w.Stage.Await(ctx, stage.Wait{
		Expected: receives(to, text, from),
		By:       []string{from},
		Met: func(events []journal.Event) bool {
			return crossing.Count(events) > 0 && carried(events, from, to, text) > 0
		},
		Observed: func(events []journal.Event) string { return carriedInstead(events, from, to) },
	})
}

// awaitReceived waits until the server has received a message with text from a program:
// until it has crossed, and the server has taken it.
func (w *world) awaitReceived(ctx context.Context, from, text string) error {
	if err := w.awaitCarried(ctx, from, steps.Server, text); err != nil {
		return err
	}
	return w.Stage.AwaitTaken(ctx, from, steps.Server, receives(steps.Server, text, from))
}

// receives says for a person that somebody receives a text.
func receives(to, text, from string) string {
	return fmt.Sprintf("%s receives %s from %s", to, journal.Quote(text), from)
}

// carriedInstead says what has crossed from one program to another.
func carriedInstead(events []journal.Event, from, to string) string {
	said := speech(events, from, to)
	connected := slices.ContainsFunc(events, func(e journal.Event) bool {
		return e.Kind == journal.Connected && (e.From == from && e.To == to || e.From == to && e.To == from)
	})
	instead := fmt.Sprintf("%s has never connected to %s", from, to)
	switch {
	case said != "":
		instead = fmt.Sprintf("%s has said %s", from, journal.Quote(said))
	case connected:
		instead = fmt.Sprintf("%s has said nothing to %s", from, to)
	}
	if how := stage.Ended(events, from); how != "" {
		instead += ", and has ended (" + how + ")"
	}
	instead += stage.LastWords(events, from)
	if how := stage.Ended(events, to); how != "" {
		instead += fmt.Sprintf("; %s has ended (%s)%s", to, how, stage.LastWords(events, to))
	}
	return instead
}

// awaitGreeting waits until one program has begun to speak ZMTP to another, on a
// connection to the server's address number door.
func (w *world) awaitGreeting(ctx context.Context, by, with string, door int) error {
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s speaks ZeroMQ to %s", by, with),
		By:       []string{by},
		Met:      func(events []journal.Event) bool { return greets(events, by, with, door) },
		Observed: func(events []journal.Event) string {
			return carriedInstead(events, by, with) + "; it has not begun ZeroMQ's handshake"
		},
	})
}

// awaitSocket waits until one program has presented itself to another as one of
// the given ZeroMQ sockets, on a connection to the server's address number door.
func (w *world) awaitSocket(ctx context.Context, by, with string, door int, types ...string) error {
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s speaks to %s through a %s socket", by, with, types[0]),
		By:       []string{by},
		Met: func(events []journal.Event) bool {
			return slices.ContainsFunc(socketTypes(events, by, with, door), func(found string) bool {
				return slices.Contains(types, found)
			})
		},
		Observed: func(events []journal.Event) string {
			if found := socketTypes(events, by, with, door); len(found) > 0 {
				return fmt.Sprintf("%s is a %s socket", by, strings.Join(slices.Compact(found), " and a "))
			}
			return carriedInstead(events, by, with) + "; it has not made ZeroMQ's handshake"
		},
	})
}

// awaitSubscription waits until the program that plays name has subscribed with a
// server. Where neither of them speaks ZMTP there is no subscription: to be
// connected is all.
func (w *world) awaitSubscription(ctx context.Context, name, server string) error {
	err := w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s subscribes with %s", name, server),
		By:       []string{name},
		Met:      func(events []journal.Event) bool { return len(subscriptions(events, name, server)) > 0 },
		Observed: func(events []journal.Event) string { return carriedInstead(events, name, server) },
	})
	var failure *stage.Failure
	if errors.As(err, &failure) && connectsPlainly(w.Stage.Journal(), name, server) {
		return nil
	}
	return err
}

// connectsPlainly reports whether one program is connected to the other's second
// address, and neither of them has begun to speak ZMTP there.
func connectsPlainly(events []journal.Event, from, to string) bool {
	open := map[int]bool{}
	for _, e := range events {
		switch {
		case e.Kind == journal.Connected && e.From == from && e.To == to && e.Door == 1:
			open[e.Conn] = true
		case e.Kind == journal.Closed, e.Kind == journal.Wrote && strings.HasPrefix(e.Data, "\xff"):
			delete(open, e.Conn)
		}
	}
	return len(open) > 0
}
