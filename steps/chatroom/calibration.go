package chatroom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
	"github.com/chatspec/chatspec/steps"
)

// A session is what is found out about one submission: how its programs are started, and how
// its client speaks.
type session struct {
	run *stage.Run

	server, client started
	script         script
}

// Started is how a program is started, once that is found out.
type started struct {
	once sync.Once
	err  error // why it does not start
	way  way
	windows
}

func begin(run *stage.Run) *session { return &session{run: run} }

// onStage does something in a world of its own.
func (s *session) onStage(do func(*world) error) error {
	return s.run.WithStage(httpwire.Protocol, func(on *stage.Stage) error { return do(s.open(steps.NewWorld(s.run, on))) })
}

// Calibrate implements steps.Session.
func (s *session) Calibrate(ctx context.Context, program string) error {
	if program == serverProgram {
		return s.learnServer(ctx)
	}
	return s.learnClient(ctx)
}

// The names in a calibration, and what is said in it, which are reported like the rest. The
// second text shows how texts are written.
const (
	oneUser    = "annika"
	otherUser  = "bruno"
	firstText  = "kumquat"
	secondText = `a "kumquat" & more`
)

// needHosts says why a program with an address of its own cannot be judged here.
func needHosts(program, does string) error {
	return &stage.Unverified{Reason: fmt.Sprintf("the %s %s, whatever it is told: that can be judged where programs have hosts of their own only", program, does)}
}

// isShared reports whether programs share this machine.
func (s *session) isShared() bool {
	isolation, _ := s.run.Isolation()
	return isolation == sandbox.Shared
}

// learnServer finds out, once, how the server is started. The error says why it does not start.
func (s *session) learnServer(ctx context.Context) error {
	s.server.once.Do(func() { s.server.err = s.tryServers(ctx) })
	return s.server.err
}

// waysOf lists how a program may be started.
func (s *session) waysOf(program string) ([]way, error) {
	spec, err := s.run.Target.Program(program)
	if err != nil {
		return nil, err
	}
	return ways(s.run.Target, spec), nil
}

func (s *session) tryServers(ctx context.Context) error {
	all, err := s.waysOf(serverProgram)
	if err != nil {
		return err
	}
	var tried []string
	for _, how := range all {
		elsewhere := false
		err := s.onStage(func(w *world) (err error) {
			defer func() { err = w.findWindow(ctx, steps.Server, &s.server.windows, err) }()
			err = w.launchServer(how)
			if err == nil && !how.holds("{port}") && !s.isShared() {
				return w.Stage.AwaitReady(ctx, steps.Server)
			}
			if err == nil {
				err = w.Stage.AwaitListening(ctx, steps.Server)
			}
			elsewhere = err != nil && w.listensElsewhere()
			return err
		})
		var failure *stage.Failure
		switch {
		case err == nil:
			s.chooseServer(how, len(all) > 1)
			return nil
		case !errors.As(err, &failure):
			return err
		case elsewhere && s.isShared():
			return needHosts(serverProgram, "listens at an address of its own")
		case elsewhere:
			s.run.NotePortOfItsOwn(serverProgram)
			s.chooseServer(how, len(all) > 1)
			return nil
		}
		tried = append(tried, fmt.Sprintf("started with %s, %s", strings.TrimSpace("server "+how.String()), failure.Observed))
	}
	return stage.Fail("the server listens somewhere", strings.Join(tried, "\n"))
}

// listensElsewhere reports whether the server listens, where nobody has told it to.
func (w *world) listensElsewhere() bool {
	return slices.ContainsFunc(w.Stage.Journal(), func(e journal.Event) bool {
		return e.Kind == journal.Listening && e.From == steps.Server
	})
}

func (s *session) chooseServer(how way, one bool) {
	s.server.way = how
	s.run.Choose(serverProgram, nil, arguments(how))
	if one {
		s.run.Observe(serverProgram, "is started with "+strings.TrimSpace("server "+how.String()))
	}
}

// learnClient finds out, once, how the client is started, and how it says what its user does.
// The error says why it does not start.
func (s *session) learnClient(ctx context.Context) error {
	if err := s.learnServer(ctx); err != nil {
		return err
	}
	s.client.once.Do(func() { s.client.err = s.tryClients(ctx) })
	return s.client.err
}

func (s *session) tryClients(ctx context.Context) error {
	all, err := s.waysOf(clientProgram)
	if err != nil {
		return err
	}
	var tried []string
	for _, how := range all {
		s.client.way = how
		err := s.tryClient(ctx, how, len(all) > 1)
		if err == nil && len(s.script.say) == 0 && s.client.shown {
			err = s.tryAtTerminal(ctx, how)
		}
		var failure *stage.Failure
		if err == nil || !errors.As(err, &failure) {
			return err
		}
		if s.isShared() && strings.Contains(failure.Observed, "it does not") && !how.holds("{port}") {
			return needHosts(clientProgram, "looks for the server at an address of its own")
		}
		tried = append(tried, fmt.Sprintf("started with %s, %s", strings.TrimSpace("client "+how.String()), failure.Observed))
	}
	return stage.Fail("the client connects to the server", strings.Join(tried, "\n"))
}

// tryClient starts a client in a way, which is one of several or the only one, and listens to it.
func (s *session) tryClient(ctx context.Context, how way, one bool) error {
	return s.onStage(func(w *world) (err error) {
		defer func() { err = w.findWindow(ctx, oneUser, &s.client.windows, err) }()
		if err := w.runsServer(ctx); err != nil {
			return err
		}
		if err := w.comesIn(ctx, oneUser, oneUser); err != nil {
			return err
		}
		s.run.Choose(clientProgram, nil, arguments(how))
		if one {
			s.run.Observe(clientProgram, "is started with "+strings.TrimSpace("client "+how.String()))
		}
		if err := w.findWindow(ctx, oneUser, &s.client.windows, nil); err != nil {
			return err
		}
		return w.listen(ctx)
	})
}

// listen listens to a client that has come in, and learns how it says what its user does. What
// goes wrong the rules will say.
func (w *world) listen(ctx context.Context) error {
	joined := phase{0, w.Stage.Mark()}
	if err := stage.DropFinding(w.comesIn(ctx, otherUser, otherUser)); err != nil {
		return err
	}
	s := &w.session.script
	s.name = oneUser
	for _, text := range []string{firstText, secondText} {
		said, err := w.hearTyped(ctx, text)
		if err != nil {
			return err
		}
		pieces := holding(saidIn(w.Stage.Journal(), oneUser, said), text)
		// The other user has done nothing.
		s.poll = once(append(s.poll, saidIn(w.Stage.Journal(), otherUser, said)...))
		if len(pieces) > 0 {
			s.say, s.text, s.fresh = pieces, text, w.isFresh(pieces[0], said)
		}
	}
	left, err := w.hearTyped(ctx, quit)
	if err != nil {
		return err
	}
	for i := range s.poll {
		s.poll[i].text = strings.ReplaceAll(s.poll[i].text, otherUser, oneUser)
	}
	s.join = once(saidIn(w.Stage.Journal(), oneUser, joined))
	s.quit = saidIn(w.Stage.Journal(), oneUser, left)
	s.quit = slices.DeleteFunc(s.quit, func(p piece) bool {
		return slices.ContainsFunc(s.join, func(other piece) bool { return other.text == p.text })
	})
	s.echoes = echoesOf(w.Stage.Journal(), oneUser, otherUser)
	if len(s.echoes) > 0 {
		w.session.run.Observe(clientProgram, "says back what the server tells it and nobody else")
	}
	w.observeHabits(left)
	return nil
}

// hearTyped has the first user type something, and waits until all has come of it.
func (w *world) hearTyped(ctx context.Context, text string) (phase, error) {
	from := w.Stage.Mark()
	err := stage.DropFinding(w.Stage.Type(ctx, oneUser, text))
	if err == nil && text != quit {
		err = stage.DropFinding(w.awaitReached(ctx, word(text), otherUser))
	}
	if err == nil {
		err = w.settle(ctx)
	}
	return phase{from, w.Stage.Mark()}, err
}

// isFresh reports whether a piece was said on a connection that was opened in the phase, after
// the client had connected before.
func (w *world) isFresh(p piece, said phase) bool {
	events := w.Stage.Journal()
	numbers := numbered(events, oneUser)
	return slices.ContainsFunc(events[said.from:said.to], func(e journal.Event) bool {
		number, own := numbers[e.Conn]
		return e.Kind == journal.Connected && own && number == p.conn
	})
}

// observeHabits says how the programs do what the text leaves open.
func (w *world) observeHabits(left phase) {
	s, events := w.session, w.Stage.Journal()
	switch {
	case s.script.fresh:
		s.run.Observe(clientProgram, "sends each message on a connection of its own")
	case len(s.script.say) > 0:
		s.run.Observe(clientProgram, "keeps its connections")
	}
	if s.script.polls() {
		s.run.Observe(clientProgram, "asks again and again what is new")
	}
	if journal.Received(events, oneUser, firstText) > 0 {
		s.run.Observe(serverProgram, "sends a message to its author, too")
	}
	if mentions(events[:left.from], oneUser, otherUser) {
		s.run.Observe(serverProgram, "says who joins")
	}
	if mentions(events[left.from:], otherUser, oneUser) {
		s.run.Observe(serverProgram, "says who leaves")
	}
	if strings.Contains(journal.Output(events, steps.Server), "Thread") {
		s.run.Observe(serverProgram, "prints its threads")
	}
	if s.script.text != "" && s.script.text != secondText {
		s.run.Observe(clientProgram, fmt.Sprintf("does not send %s as it sends %s", journal.Quote(secondText), journal.Quote(firstText)))
	}
}

// mentions reports whether somebody is told of another in any way but by a message of the other's: who
// asks for all that was said gets those again and again.
func mentions(events []journal.Event, user, other string) bool {
	told := strings.Join(journal.Streams(events, user), "\n")
	return strings.Contains(form(other, "").ReplaceAllString(told, ""), other)
}

// word is the last word of a text, by which it is known on the wire.
func word(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return text
	}
	return words[len(words)-1]
}
