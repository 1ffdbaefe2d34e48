package tcp

import (
	"bytes"
	"context"
	"errors"
	"net/netip"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
)

// An answer is what a server says to a client that has subscribed, on the client's own
// connection. The text asks for none, and forbids none: «after the registration is complete,
// the client will read input from the keyboard».
type answer struct {
	data []byte
	to   netip.AddrPort // whose address may stand in it
}

// calibrateClient learns how a chat5 speaks. One that sends nothing of what is typed may wait
// for an answer to its subscription: it is tried again with that of its own server.
func (s *session) calibrateClient(ctx context.Context, c *calibration) error {
	try := func() error {
		return s.tryAgain(func(t *talk) error { return t.tryClient(ctx, c) })
	}
	if err := try(); err != nil || c.heard {
		return err
	}
	answered, err := s.hearAnswer(ctx)
	if err != nil || answered == nil {
		return err
	}
	c.dialect.Answer = answered
	if err := try(); err != nil {
		return err
	}
	if c.heard {
		s.run.Observe("chat5", "waits until the server has answered its subscription")
	}
	return nil
}

// hearAnswer runs the submission's own server5 and chat5, and hears what the one says to
// the other before anything is typed; nil, where it says nothing or cannot be run.
func (s *session) hearAnswer(ctx context.Context) (*answer, error) {
	spec, err := s.run.Target.Program("server5")
	if _, runs := s.run.Target.Endpoints["server5"]; runs || err != nil {
		return nil, nil
	}
	var heard *answer
	for _, arguments := range spec.Arguments {
		err = s.onStage(func(t *talk) error {
			if err := t.tryStart(ctx, arguments); err != nil {
				return err
			}
			var err error
			heard, err = t.answerOf(ctx)
			return err
		})
		if err == nil {
			return heard, nil
		}
	}
	return nil, dropFailure(err)
}

// answerOf has a chat5 subscribe with the server5 that runs.
func (t *talk) answerOf(ctx context.Context) (*answer, error) {
	server, err := t.Actor(theServer)
	if err != nil {
		return nil, err
	}
	client, err := t.Loopback()
	if err != nil {
		return nil, err
	}
	at, err := t.Link(theUser, theServer, server.Addr(), 0)
	if err != nil {
		return nil, err
	}
	if err := t.Start(startOfClient(theUser, client, at)); err != nil {
		return nil, err
	}
	if err := t.AwaitConnection(ctx, theUser, theServer); err != nil {
		return nil, err
	}
	if err := t.AwaitPrompt(ctx, theUser); err != nil {
		return nil, err
	}
	if err := t.AwaitQuiet(ctx); err != nil {
		return nil, err
	}
	var said []byte
	events := t.Journal()
	for _, e := range events {
		if e.Kind == journal.Wrote && e.From == theServer && e.To == theUser && opener(events, e.Conn) == theUser {
			said = append(said, e.Data...)
		}
	}
	if said == nil {
		return nil, nil
	}
	return &answer{data: said, to: client}, nil
}

// answer says to a client that has subscribed with a server of the harness's what its own
// server would say. One that does not subscribe is left alone: the rule about that says so.
func (t *talk) answer(ctx context.Context, server, client string, a *answer) error {
	if a == nil {
		return nil
	}
	if _, err := t.awaitOperationOf(ctx, client, server, "subscribe"); err != nil {
		return dropFailure(err)
	}
	p, err := t.LoopbackPeer(server)
	if err != nil {
		return err
	}
	conn, err := p.Accepted(client)
	if err != nil {
		return dropFailure(err)
	}
	who, err := t.Actor(client)
	if err != nil {
		return err
	}
	return dropFailure(conn.Write(ctx, bytes.ReplaceAll(a.data, []byte(a.to.String()), []byte(who.Addr().String()))))
}

// dropFailure drops a finding about the target: the rules will say it.
func dropFailure(err error) error {
	var failure *stage.Failure
	var missing *target.Missing
	if errors.As(err, &failure) || errors.As(err, &missing) {
		return nil
	}
	return err
}
