package zmq

import (
	"bytes"
	"context"
	"fmt"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/zmtp"
	"github.com/chatspec/chatspec/steps"
)

// A posting is what a client has sent to the server in order to post one message.
type posting struct {
	greeting zmtp.Greeting
	ready    zmtp.Ready
	message  zmtp.Message
}

// postingOf is what somebody has sent last, on the connection on which it posted. It
// reports false where that cannot be said again: where it is not ZMTP, or secret.
func postingOf(events []journal.Event, user string) (p posting, complete bool) {
	greetings, readies := map[int]zmtp.Greeting{}, map[int]zmtp.Ready{}
	for _, e := range events {
		if e.Kind != journal.Sent || e.From != user || e.To != steps.Server {
			continue
		}
		switch said := e.Message.(type) {
		case zmtp.Greeting:
			greetings[e.Conn] = said
		case zmtp.Ready:
			readies[e.Conn] = said
		case zmtp.Message:
			p = posting{greetings[e.Conn], readies[e.Conn], said}
			complete = p.greeting.Mechanism == "NULL"
		}
	}
	return p, complete
}

// The names of whom the harness plays, and of the message that he repeats: that of somebody
// who has posted before.
const (
	theRepeater = "repeater"
	theRepeated = "kumquat-repeated."
)

// atATime is how many messages are sent before it is looked whether the server takes
// them.
const atATime = 100

// postsAgain has one more message posted, and repeats it on a connection that stays. A
// library keeps a thousand messages of each connection for a program that receives
// nothing (zmq_setsockopt(3), ZMQ_RCVHWM), and takes no more; and what a program has
// forgotten of earlier messages is overwritten by these.
func (w *world) postsAgain(ctx context.Context, times int) error {
	if err := w.postOne(ctx, userNumber(1), theRepeated); err != nil {
		return err
	}
	p, complete := postingOf(w.Stage.Journal(), theRepeated)
	if !complete {
		return &stage.Unverified{Reason: "what the client sends cannot be repeated: it is not ZeroMQ's, or is encrypted"}
	}
	conn, err := w.connectsAs(ctx, p)
	if err != nil {
		return err
	}
	some := bytes.Repeat(p.message.Encode(), atATime)
	for range times / atATime {
		if err := conn.Write(ctx, some); err != nil {
			return err
		}
		expected := fmt.Sprintf("the server receives %d messages more", times)
		if err := w.Stage.AwaitTaken(ctx, theRepeater, steps.Server, expected); err != nil {
			return err
		}
	}
	return w.Stage.AwaitQuiet(ctx)
}

// connectsAs connects to the server as the client of a posting did, up to the end of the
// handshake.
func (w *world) connectsAs(ctx context.Context, p posting) (*stage.Conn, error) {
	peer, err := w.Stage.LoopbackPeer(theRepeater)
	if err != nil {
		return nil, err
	}
	conn, err := peer.Dial(ctx, steps.Server)
	if err != nil {
		return nil, err
	}
	if err := conn.Write(ctx, p.greeting.Encode()); err != nil {
		return nil, err
	}
	if err := w.awaitGreeting(ctx, steps.Server, theRepeater, postDoor); err != nil {
		return nil, err
	}
	if err := conn.Write(ctx, p.ready.Encode()); err != nil {
		return nil, err
	}
	return conn, w.awaitReady(ctx, steps.Server, theRepeater)
}

// awaitReady waits until one program has ended its part of a handshake with another.
func (w *world) awaitReady(ctx context.Context, by, with string) error {
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s ends ZeroMQ's handshake with %s", by, with),
		By:       []string{by},
		Met:      func(events []journal.Event) bool { return len(socketTypes(events, by, with, postDoor)) > 0 },
		Observed: func(events []journal.Event) string { return carriedInstead(events, by, with) },
	})
}
