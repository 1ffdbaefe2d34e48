package rabbit

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/messchat"
)

// A session is what is found out about one submission: how it is started, and what it
// does where the text leaves that open.
type session struct {
	*messchat.Submission

	// oneOnly is set where two instances would share a queue that is no general one.
	oneOnly bool
	// takes is set where reading takes messages away.
	takes bool
	// publication is how a message is published to general, and topology what is declared.
	publication messchat.Publication
	topology    messchat.Topology
	sample      messchat.Sample
}

func begin(run *stage.Run, services steps.Services) *session {
	return &session{Submission: messchat.NewSubmission(run, services), publication: messchat.Publication{Exchange: general}}
}

// Calibrate implements steps.Session.
func (s *session) Calibrate(ctx context.Context, _ string) error { return s.learn(ctx) }

// onStage does something in a world of its own.
func (s *session) onStage(do func(*world) error) error {
	return s.Run.WithStage(httpwire.Protocol, func(on *stage.Stage) error { return do(s.open(steps.NewWorld(s.Run, on))) })
}

// The names in a calibration, which are reported like the rest.
const (
	oneUser   = "annika"
	otherUser = "bruno"
	theText   = "kumquat"
)

// learn finds out, once, how the submission is started and what it does. The error says
// why it does not start.
func (s *session) learn(ctx context.Context) error {
	return s.Learn(func() error { return s.calibrate(ctx) })
}

func (s *session) calibrate(ctx context.Context) error {
	if _, runs := s.Run.Target.Endpoints[messchat.Program]; runs {
		return s.onStage(func(w *world) error { return w.listenTo(ctx, oneUser) })
	}
	err := s.FindWay(func(way messchat.Way) error {
		return s.onStage(func(w *world) error { return w.try(ctx, way) })
	})
	if err != nil {
		return err
	}
	return s.onStage(func(w *world) error { return w.compare(ctx) })
}

// try starts the program in a way, and, where that does, finds out what it does.
func (w *world) try(ctx context.Context, how messchat.Way) error {
	if _, err := w.launch(ctx, oneUser, how, netip.AddrPort{}); err != nil {
		return err
	}
	if err := w.Listens(ctx, oneUser); err != nil {
		return err
	}
	return w.listenTo(ctx, oneUser)
}

// listenTo finds out how an API takes a message, and how it is published. What goes
// wrong the rules will say.
func (w *world) listenTo(ctx context.Context, user string) error {
	if w.instances[user] == nil {
		i, err := w.launch(ctx, user, messchat.Way{}, netip.AddrPort{})
		if err != nil {
			return err
		}
		if err := w.IsThere(ctx, i.api); err != nil {
			return err
		}
	}
	api := w.instances[user].api
	if _, err := api.Messages(ctx); err != nil {
		return stage.DropFinding(err)
	}
	sent, err := api.Send(ctx, message(theText))
	if err != nil {
		return stage.DropFinding(err)
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	w.keep(user, sent)
	return stage.DropFinding(w.findHowItReads(ctx, user))
}

// keep keeps how a message was sent.
func (w *world) keep(user string, sent messchat.Answer) {
	s, events := w.session, w.Stage.Journal()
	s.topology = messchat.TopologyOf(events, user)
	for _, p := range messchat.Publications(events, user) {
		if strings.Contains(string(p.Body), theText) {
			s.publication, s.sample = p, messchat.Sample{Publication: p, Text: theText}
			s.Run.Observe(messchat.Program, "publishes "+p.String())
		}
	}
	w.ObserveForm(sent)
}

// findHowItReads puts a message into general, and asks for it twice.
func (w *world) findHowItReads(ctx context.Context, user string) error {
	if w.IsUnreached() != nil {
		return nil
	}
	if w.IsUnseen() != nil {
		if err := w.findGeneral(ctx); err != nil {
			return err
		}
	}
	const pip = "kumquat-pip"
	if err := w.put(ctx, "otto", w.body(pip, "otto")); err != nil {
		return err
	}
	begun := time.Now()
	if err := w.lists(ctx, user, `"`+pip+`"`); err != nil {
		return err
	}
	if took := time.Since(begun); took > time.Second {
		w.Run.Observe(messchat.Program, fmt.Sprintf("takes %.1f s to list a message", took.Seconds()))
	}
	received := messchat.Receptions(w.Stage.Journal(), user, pip)
	again, err := w.instances[user].api.Messages(ctx)
	if err != nil {
		return err
	}
	w.session.takes = again.Holds(pip) == 0
	w.ObserveReading(user, pip, received, !w.session.takes)
	return nil
}

// compare starts two instances, and sees whether they would share a queue that is not
// general's own. Where they cannot both be started, there is one.
func (w *world) compare(ctx context.Context) error {
	w.session.oneOnly = false
	var queues [2][]string
	everybodys := true // a queue called general: each program of another author would read it, too
	for i, user := range []string{oneUser, otherUser} {
		if _, err := w.launch(ctx, user, w.session.Way, netip.AddrPort{}); err != nil {
			return err
		}
		err := w.Listens(ctx, user)
		if isolation, _ := w.Run.Isolation(); i == 1 && err != nil && isolation == sandbox.Shared {
			w.Run.Observe(messchat.Program, "has a port of its own, so that it can be started once only on this machine")
			w.session.oneOnly = true
			return stage.DropFinding(err)
		}
		if err != nil {
			return stage.DropFinding(err)
		}
		for _, ask := range []func() error{
			func() error { _, err := w.instances[user].api.Messages(ctx); return err },
			func() error { _, err := w.instances[user].api.Send(ctx, message(theText)); return err },
		} {
			if err := stage.DropFinding(ask()); err != nil {
				return err
			}
		}
		declared := messchat.TopologyOf(w.Stage.Journal(), user).Queues
		everybodys = everybodys && declared[general] != nil
		for queue := range declared {
			if queue != general && queue != w.session.publication.Key {
				queues[i] = append(queues[i], queue)
			}
		}
	}
	shared := slices.DeleteFunc(queues[0], func(queue string) bool { return !slices.Contains(queues[1], queue) })
	if len(shared) > 0 && !everybodys && w.session.publication.Exchange != "" {
		w.session.oneOnly = true
		w.Run.Observe(messchat.Program, fmt.Sprintf("reads the queue %q, whoever uses it", shared[0]))
	}
	return nil
}
