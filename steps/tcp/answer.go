package tcp

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
	"github.com/chatspec/chatspec/fixtures/target"
)

// Answers are what a submission's server or chat says to whoever has said something to it, on
// that one's own connection. The text asks for none, and forbids none.
type answers struct {
	subscription, message, farewell *answer // nil for none
}

// An answer is one to a message.
type answer struct {
	data    []byte
	last    bool // the connection ends with it
	to      jsonstream.Message
	repeats []string // the members of the message that stand in it
}

// calibrateAnswered learns how a program speaks, by try. One that does not send all that is
// typed, or does not end, may wait for an answer to what it has said: it is tried again with
// those that the submission itself gives, where pair has two of its programs talk.
func (s *session) calibrateAnswered(ctx context.Context, name string, c *calibration, try func(*talk, *calibration) error, pair func(context.Context) (*answers, error)) error {
	tryOut := func(c *calibration) error {
		return s.tryAgain(func(t *talk) error { return try(t, c) })
	}
	if err := tryOut(c); err != nil || c.heard && c.left {
		return err
	}
	given, err := pair(ctx)
	if err != nil || given == nil {
		return err
	}
	answered := &calibration{dialect: plainDialect()}
	answered.dialect.Answers = given
	if err := tryOut(answered); err != nil {
		return err
	}
	if answered.heard && !c.heard || answered.left && !c.left {
		c.dialect, c.heard, c.left = answered.dialect, answered.heard, answered.left
		s.run.Observe(name, "waits until what it says is answered")
	}
	return nil
}

// hearServer hears what the submission's own server5 answers its chat5; nil, where that is
// nothing or they cannot be run.
func (s *session) hearServer(ctx context.Context) (*answers, error) {
	spec, err := s.run.Target.Program("server5")
	if _, runs := s.run.Target.Endpoints["server5"]; runs || err != nil {
		return nil, nil
	}
	for _, arguments := range spec.Arguments {
		var heard *answers
		err = s.onStage(func(t *talk) error {
			if err := t.tryStart(ctx, arguments); err != nil {
				return err
			}
			var err error
			heard, err = t.hearAnswers(ctx, theServer, startOfClient)
			return err
		})
		if err == nil {
			return heard, nil
		}
	}
	return nil, dropMissing(err)
}

// hearClient hears what the submission's own chat5 answers a server that delivers something to
// it, written as it writes itself and on a connection for each message; nil, where that is
// nothing. It reports, too, whether chat5 has shown what was delivered so.
func (s *session) hearClient(ctx context.Context, client Dialect) (heard *answers, shown bool, err error) {
	err = s.onStage(func(t *talk) error {
		server, err := t.LoopbackPeer(theServer)
		if err != nil {
			return err
		}
		addr, err := t.standIn(server, client)
		if err != nil {
			return err
		}
		if err := t.Start(startOfClient(theUser, addr, server.Addr)); err != nil {
			return err
		}
		if err := t.AwaitReady(ctx, theUser); err != nil {
			return err
		}
		author, err := t.LoopbackPeer(thePeer)
		if err != nil {
			return err
		}
		for _, line := range []string{firstLine, secondLine} {
			if err := server.Send(ctx, theUser, t.encode(author, client.Chat, t.chatMessage(author, line)...), true); err != nil {
				return err
			}
			if err := t.AwaitQuiet(ctx); err != nil {
				return err
			}
		}
		events := t.Journal()
		heard = answersIn(events, theServer, theUser)
		output := journal.Output(events, theUser)
		shown = strings.Contains(output, firstLine) && strings.Contains(output, secondLine)
		return nil
	})
	return heard, shown, dropMissing(err)
}

// hearChat hears what one chat of the submission answers another.
func (s *session) hearChat(ctx context.Context) (*answers, error) {
	var heard *answers
	err := s.onStage(func(t *talk) error {
		addr, err := t.Loopback()
		if err != nil {
			return err
		}
		peer, err := t.LoopbackPeer("eve") // who is not there
		if err != nil {
			return err
		}
		if err := t.Start(startOfChat(thePeer, addr, peer.Addr)); err != nil {
			return err
		}
		if err := t.AwaitReady(ctx, thePeer); err != nil {
			return err
		}
		heard, err = t.hearAnswers(ctx, thePeer, startOfPeer)
		return err
	})
	return heard, dropMissing(err)
}

// A starter says how a program is started that talks to another one at an address.
type starter func(user string, addr, to netip.AddrPort) stage.Start

func startOfPeer(user string, addr, to netip.AddrPort) stage.Start {
	return startOfChat(user, addr, to)
}

// hearAnswers starts a program that talks to another, which runs, has it say what can be said
// and leave, and hears what it is answered.
func (t *talk) hearAnswers(ctx context.Context, by string, start starter) (*answers, error) {
	answering, err := t.Actor(by)
	if err != nil {
		return nil, err
	}
	addr, err := t.Loopback()
	if err != nil {
		return nil, err
	}
	at, err := t.Link(theUser, by, answering.Addr(), 0)
	if err != nil {
		return nil, err
	}
	if err := t.Start(start(theUser, addr, at)); err != nil {
		return nil, err
	}
	if err := t.AwaitPrompt(ctx, theUser); err != nil {
		return nil, err
	}
	for _, line := range []string{firstLine, secondLine, "exit"} {
		if err := t.AwaitQuiet(ctx); err != nil {
			return nil, err
		}
		if err := t.Type(ctx, theUser, line); err != nil {
			return nil, err
		}
	}
	if err := t.AwaitEnd(ctx, theUser); dropMissing(err) != nil {
		return nil, err
	}
	if err := t.AwaitQuiet(ctx); err != nil {
		return nil, err
	}
	return answersIn(t.Journal(), theUser, by), nil
}

// answersIn finds what a program was answered by another on the connections that it has opened
// to that; nil, where that is nothing.
func answersIn(events []journal.Event, to, by string) *answers {
	subscription, _ := findOperation(events, by, "subscribe")
	first, _ := findSent(events, by, firstLine)
	second, _ := findSent(events, by, secondLine)
	farewell, _ := findOperation(events, by, "unsubscribe")
	found := answers{
		subscription: answerTo(events, subscription, "client"),
		message:      answerTo(events, first),
		farewell:     answerTo(events, farewell, "client"),
	}
	if found == (answers{}) {
		return nil
	}
	if again := answerTo(events, second); found.message != nil && again != nil {
		found.message.learnRepeats(again)
	}
	return &found
}

// answerTo is what was said on a message's connection in answer to it: before anything else was
// said there by its author.
func answerTo(events []journal.Event, said journal.Event, repeats ...string) *answer {
	at := slices.IndexFunc(events, func(e journal.Event) bool {
		return e.Kind == journal.Sent && e.Conn == said.Conn && e.From == said.From && e.At == said.At
	})
	if at < 0 || said.Message == nil || opener(events, said.Conn) != said.From {
		return nil
	}
	found, over := answer{to: messageOf(said), repeats: repeats}, false
	for _, e := range events[at+1:] {
		switch {
		case e.Conn != said.Conn:
		case e.From == said.From && e.Kind == journal.Sent:
			return found.unlessNone()
		case e.From == said.From && e.Kind == journal.Closed:
			over = true // what follows the end of the one side may be the end of the other
		case e.From == said.To && e.Kind == journal.Wrote:
			found.data = append(found.data, e.Data...)
		case e.From == said.To && e.Kind == journal.Closed && !over:
			found.last = true
		}
	}
	return found.unlessNone()
}

func (a answer) unlessNone() *answer {
	if a.data == nil && !a.last {
		return nil
	}
	return &a
}

// learnRepeats finds the members that the answer repeats, by the answer to another message.
func (a *answer) learnRepeats(again *answer) {
	for _, members := range [][]string{nil, {"seq"}, {"message"}, {"message", "seq"}} {
		a.repeats = members
		if bytes.Equal(a.encode(again.to), again.data) {
			return
		}
	}
	a.repeats = nil
}

// encode is the answer to a message.
func (a *answer) encode(m jsonstream.Message) []byte {
	data := a.data
	for _, name := range a.repeats {
		was, known := a.to.Field(name)
		is, given := m.Field(name)
		if known && given {
			data = bytes.ReplaceAll(data, bytes.Trim(was.Value, `"`), bytes.Trim(is.Value, `"`))
		}
	}
	return data
}

// answer is what is said to a program that has said a message, and whether the connection ends
// with it.
func (a *answers) answer(said tap.Message) (data []byte, last bool) {
	m, _ := said.(jsonstream.Message)
	to := a.message
	switch operation, _ := m.Text("operation"); operation {
	case "subscribe":
		to = a.subscription
	case "unsubscribe":
		to = a.farewell
	}
	if to == nil {
		return nil, false
	}
	return to.encode(m), to.last
}

// answering has a peer of the harness's answer as the submission's own program would.
func (d Dialect) answering(p *stage.Peer) {
	if d.Answers != nil {
		p.Answer(d.Answers.answer)
	}
}

// dropMissing drops a failure, or that a program was not handed in: the rules will say it.
func dropMissing(err error) error {
	if missing := new(target.Missing); errors.As(err, &missing) {
		return nil
	}
	return stage.DropFailure(err)
}
