package zmq

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/zmtp"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps"
)

// A session is what is found out about the programs of one run: where clients on hosts
// of their own look for their server.
type session struct {
	run *stage.Run

	mu      sync.Mutex
	learned map[string]*calibration
	helper  helper
}

// A calibration is one run of a client before all scenarios.
type calibration struct {
	done sync.Once
	err  error
}

func begin(run *stage.Run) *session {
	return &session{run: run, learned: map[string]*calibration{}}
}

// onStage does something in a world of its own.
func (s *session) onStage(do func(*world) error) error {
	return s.run.WithStage(zmtp.Protocol, func(on *stage.Stage) error { return do(s.open(steps.NewWorld(s.run, on))) })
}

// The names in a calibration, which are reported like the rest.
const (
	theUser = "ann"
	theText = "one"
)

// isClient reports whether a program talks to a server.
func isClient(program string) bool { return strings.Contains(program, "_client") }

// learn finds out where a client looks for its server, once. Of servers, to whom their
// own clients speak, nothing has to be learned.
func (s *session) learn(ctx context.Context, program string) error {
	if _, err := s.run.Target.Program(program); err != nil {
		return err
	}
	if isolation, _ := s.run.Isolation(); !isolation.GivesHosts() || !isClient(program) {
		return nil
	}
	s.mu.Lock()
	c := s.learned[program]
	if c == nil {
		c = new(calibration)
		s.learned[program] = c
	}
	s.mu.Unlock()
	c.done.Do(func() {
		c.err = s.onStage(func(w *world) error { return w.learnCalls(ctx, program) })
	})
	return c.err
}

// learnCalls learns where a client of two ports looks for its server, when it
// looks elsewhere than it is told: for the lower port first.
func (w *world) learnCalls(ctx context.Context, program string) error {
	start, err := w.startOfCalibration(program)
	if err != nil {
		return err
	}
	if err := w.Start(start); err != nil {
		return err
	}
	if err := w.Stage.AwaitIdle(ctx, theUser); err != nil {
		return err
	}
	return w.Stage.LearnCalls(theUser, start.Calls)
}

// startOfCalibration says how a client is started whose server is nowhere.
func (w *world) startOfCalibration(program string) (stage.Start, error) {
	post, err := w.Stage.Loopback()
	if err != nil {
		return stage.Start{}, err
	}
	pub, err := w.Stage.Loopback()
	if err != nil {
		return stage.Start{}, err
	}
	values := talkerValues(post, pub, theUser, theUser)
	for name, value := range postClientValues(post, theUser, theText) {
		values[name] = value
	}
	return w.session.startOfClient(theUser, program, values), nil
}

// Calibrate implements steps.Session: a server has started when it listens, and a client
// when it has connected to the first address that it is told.
func (s *session) Calibrate(ctx context.Context, program string) error {
	if err := s.learn(ctx, program); err != nil {
		return err
	}
	if isClient(program) {
		return s.onStage(func(w *world) error { return w.tryClient(ctx, program) })
	}
	return s.onStage(func(w *world) error { return w.tryServer(ctx, program) })
}

func (w *world) tryServer(ctx context.Context, program string) error {
	if err := w.reserve(program); err != nil {
		return err
	}
	if err := w.Start(startOfServer(program, w.addrs...)); err != nil {
		return err
	}
	return w.Stage.AwaitListening(ctx, steps.Server)
}

func (w *world) tryClient(ctx context.Context, program string) error {
	server, err := w.Stage.LoopbackPeer(steps.Server)
	if err != nil {
		return err
	}
	if err := server.Listen(); err != nil {
		return err
	}
	values := talkerValues(server.Addr, server.Addr, theUser, theUser)
	for name, value := range postClientValues(server.Addr, theUser, theText) {
		values[name] = value
	}
	if err := w.Start(w.session.startOfClient(theUser, program, values)); err != nil {
		return err
	}
	return w.Stage.AwaitConnection(ctx, theUser, steps.Server)
}

// startOfServer says how a server is started that should listen at one address, or at
// two.
func startOfServer(program string, addrs ...netip.AddrPort) stage.Start {
	values := postServerValues(addrs[postDoor])
	if len(addrs) > 1 {
		values = pubServerValues(addrs[postDoor], addrs[pubDoor])
	}
	return stage.Start{Name: steps.Server, Program: program, Values: values, Listens: addrs}
}

// startOfClient says how a client is started. It calls its server at those ports that
// its command line names.
func (s *session) startOfClient(user, program string, values target.Values) stage.Start {
	start := stage.Start{Name: user, Program: program, Values: values}
	spec, err := s.run.Target.Program(program)
	if err != nil {
		return start // the start will say so
	}
	for _, port := range []string{"port", "post_port", "pub_port"} {
		named := slices.ContainsFunc(spec.Arguments[0], func(word string) bool { return strings.Contains(word, "{"+port+"}") })
		if !named || len(values[port]) == 0 {
			continue
		}
		if addr, err := netip.ParseAddrPort(values["ip"][0] + ":" + values[port][0]); err == nil {
			start.Calls = append(start.Calls, addr)
		}
	}
	return start
}
