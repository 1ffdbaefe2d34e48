package zmq

import (
	"context"
	"errors"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/zmtp"
	"github.com/chatspec/chatspec/steps"
)

// mostStarts bounds how often a post_client is started whose message is lost at its end.
const mostStarts = 8

// launch starts a post_client. Its library sends in the background, and a program may end without
// waiting for that (zmq_ctx_term(3)): whether the message has left by then is a matter of
// milliseconds, and taps and a busy machine take some. So one whose message is lost in this way is
// started again. That it does not wait is found by a rule of its own: a server that starts later gets nothing.
func (w *world) launch(ctx context.Context, start stage.Start) error {
	for range mostStarts {
		mark := w.Stage.Mark()
		if err := w.Stage.Start(start); err != nil {
			return err
		}
		lost, err := w.isLost(ctx, start.Name, mark)
		if err != nil || !lost {
			return err
		}
		w.Run.Observe(start.Program, "may end before its message has left, and is started again then: it should close its socket, and terminate its context")
	}
	return nil
}

// isLost waits until a client has posted something, or has ended in order without that. Where no
// server runs, or somebody may hold it up, nothing is taken to be lost; so where nothing more can happen:
// there the client waits for something else.
func (w *world) isLost(ctx context.Context, name string, since int) (bool, error) {
	_, err := w.Stage.Actor(steps.Server)
	if err != nil || w.visited || stage.Ended(w.Stage.Journal(), steps.Server) != "" {
		return false, nil
	}
	err = w.Stage.Await(ctx, stage.Wait{
		Expected: name + " posts something",
		By:       []string{name},
		Met:      func(events []journal.Event) bool { return saysMoreThanHello(events[since:], name) },
		Observed: func([]journal.Event) string { return "it does not" },
	})
	var failure *stage.Failure
	if !errors.As(err, &failure) {
		return false, err
	}
	return strings.Contains(stage.Ended(w.Stage.Journal(), name), "exit status 0"), nil
}

// saysMoreThanHello reports whether a client has said more to the server than a handshake, or
// something that nobody understands here.
func saysMoreThanHello(events []journal.Event, name string) bool {
	for _, e := range events {
		if e.Kind != journal.Sent || e.From != name || e.To != steps.Server {
			continue
		}
		switch said := e.Message.(type) {
		case zmtp.Ready:
		case zmtp.Greeting:
			if said.Mechanism != "NULL" {
				return true
			}
		default:
			return true
		}
	}
	return false
}
