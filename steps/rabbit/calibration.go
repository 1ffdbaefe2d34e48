package rabbit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
	"github.com/chatspec/chatspec/steps"
)

// A session is what is found out about one submission: how it is started, and what it
// does where the text leaves that open.
type session struct {
	run     *stage.Run
	brokers *broker.Supply
	form    form

	learned sync.Once
	err     error // why it did not start
	way     way
	// oneOnly is set where two instances would share a queue that is no general one.
	oneOnly bool
	// takes is set where reading takes messages away.
	takes bool
	// publication is how a message is published to general, and topology what is declared.
	publication publication
	topology    topology
	sample      sample
}

// A sample is a message as the submission has written it.
type sample struct{ text, body string }

// written is how a text stands in a body of this kind.
func (s sample) written(text string) string {
	if !json.Valid([]byte(s.body)) || s.body == s.text {
		return text
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return text
	}
	return string(quoted[1 : len(quoted)-1]) // the body has its quotation marks
}

func begin(run *stage.Run, brokers *broker.Supply) *session {
	return &session{run: run, brokers: brokers, publication: publication{exchange: general}}
}

// Calibrate implements steps.Session.
func (s *session) Calibrate(ctx context.Context, _ string) error { return s.learn(ctx) }

// onStage does something in a world of its own.
func (s *session) onStage(do func(*world) error) error {
	return s.run.WithStage(httpwire.Protocol, func(on *stage.Stage) error { return do(s.open(steps.NewWorld(s.run, on))) })
}

// The names in a calibration, which are reported like the rest.
const (
	oneUser   = "annika"
	otherUser = "bruno"
	theText   = "kumquat"
)

// missedWithin is how long is waited for heartbeats, at most.
const missedWithin = 15 * time.Second

// learn finds out, once, how the submission is started and what it does. The error says
// why it does not start.
func (s *session) learn(ctx context.Context) error {
	s.learned.Do(func() { s.err = s.calibrate(ctx) })
	return s.err
}

func (s *session) calibrate(ctx context.Context) error {
	if _, runs := s.run.Target.Endpoints[program]; runs {
		return s.onStage(func(w *world) error { return w.listenTo(ctx, oneUser) })
	}
	ways, err := s.ways()
	if err != nil {
		return err
	}
	var tried []string
	for _, way := range ways {
		err := s.onStage(func(w *world) error { return w.try(ctx, way) })
		var failure *stage.Failure
		if err == nil {
			s.choose(way, len(ways) > 1)
			return s.onStage(func(w *world) error { return w.compare(ctx) })
		}
		if !errors.As(err, &failure) {
			return err
		}
		tried = append(tried, fmt.Sprintf("started with %s, %s", strings.TrimSpace(program+" "+way.String()), failure.Observed))
	}
	return stage.Fail("mess_chat listens somewhere", strings.Join(tried, "\n"))
}

// choose keeps a way.
func (s *session) choose(way way, one bool) {
	s.way = way
	s.run.Choose(program, way.launch, way.arguments)
	if one {
		s.run.Observe(program, "is started with "+strings.TrimSpace(program+" "+way.String()))
	}
}

// ways lists how the submission may be started: as its manifest says, or as its source
// tells.
func (s *session) ways() ([]way, error) {
	spec, err := s.run.Target.Program(program)
	if err != nil {
		return nil, err
	}
	if len(spec.Launch) == 0 || len(spec.Arguments) == 1 {
		return []way{{arguments: spec.Arguments[0]}}, nil
	}
	texts, err := s.sources(spec.Dir, spec.Launch[len(spec.Launch)-1])
	if err != nil {
		return nil, err
	}
	found := readSource(texts...).ways(spec, s.language() == ".py")
	if len(found) == 0 {
		return nil, stage.Fail("mess_chat can be started", "it has no main, and no app of FastAPI or Flask is found in it: say in a manifest how it is started")
	}
	return found, nil
}

// sources reads a program's source, and those beside it. What cannot be read as text
// tells nothing.
func (s *session) sources(dir, file string) ([]string, error) {
	folder := filepath.Join(s.run.Target.Folder, dir)
	main, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return []string{""}, nil // it is compiled
	}
	texts := []string{string(main)}
	beside, err := filepath.Glob(filepath.Join(folder, "*"+filepath.Ext(file)))
	if err != nil {
		return nil, fmt.Errorf("looking at what is beside %s: %w", file, err)
	}
	for _, path := range beside {
		if data, err := os.ReadFile(path); err == nil && filepath.Base(path) != file {
			texts = append(texts, string(data))
		}
	}
	return texts, nil
}

// outside is a host of which RabbitMQ can be had.
var outside = regexp.MustCompile(`[\w-]+\.rmq\d*\.cloudamqp\.com`)

// hardCoded is a host outside this machine that the submission's sources name and that
// nothing answers for where programs share the machine; nothing, where there is none.
func (s *session) hardCoded() string {
	spec, err := s.run.Target.Program(program)
	isolation, _ := s.run.Isolation()
	if err != nil || isolation != sandbox.Shared || s.run.Target.Folder == "" || len(spec.Launch) == 0 {
		return ""
	}
	texts, err := s.sources(spec.Dir, spec.Launch[len(spec.Launch)-1])
	if err != nil {
		return ""
	}
	for _, text := range texts {
		for _, service := range s.run.Target.Assignment(s.id()).Services {
			for _, host := range service.Hosts {
				if name, _, _ := strings.Cut(host, ":"); strings.Contains(text, name) {
					return name
				}
			}
		}
		if name := outside.FindString(text); name != "" {
			return name
		}
	}
	return ""
}

// language is the ending of the program's file; nothing, where that tells nothing.
func (s *session) language() string {
	spec, err := s.run.Target.Program(program)
	if err != nil || s.run.Target.Folder == "" || len(spec.Launch) == 0 {
		return ""
	}
	return strings.ToLower(filepath.Ext(spec.Launch[len(spec.Launch)-1]))
}

// launch starts mess_chat for a user, in a way, at an address, or at one of the stage's.
func (w *world) launch(ctx context.Context, user string, how way, at netip.AddrPort) (*instance, error) {
	if err := w.rabbit(ctx); err != nil {
		return nil, err
	}
	browser, err := w.newAPI(user)
	if err != nil {
		return nil, err
	}
	i := &instance{api: browser}
	w.instances[user] = i
	if addr, runs := w.Stage.Endpoint(program); runs {
		w.Actor = user
		w.Stage.Join(user, program, addr)
		return i, nil
	}
	if !at.IsValid() {
		if at, err = w.Stage.Loopback(); err != nil {
			return nil, err
		}
	}
	rabbit, err := w.Stage.LinkService(user, rabbitMQ)
	if err != nil {
		return nil, err
	}
	values := valuesOf(user, at, rabbit)
	err = w.Start(stage.Start{
		Name: user, Program: program, Launch: how.launch, Arguments: how.arguments, Values: values, Env: how.environment(values),
		Listens: []netip.AddrPort{at}, AnyPort: true,
	})
	if err != nil {
		return nil, err
	}
	return i, w.answerPrompts(ctx, user, values)
}

// mostPrompts is how many questions a program may ask before it listens.
const mostPrompts = 8

// answerPrompts answers what a program asks before it listens.
func (w *world) answerPrompts(ctx context.Context, user string, values map[string][]string) error {
	for range mostPrompts {
		listens, err := w.Stage.AwaitListeningOrPrompt(ctx, user)
		if err != nil || listens || stage.Ended(w.Stage.Journal(), user) != "" {
			return err
		}
		if err := w.Stage.AwaitPrompt(ctx, user); err != nil {
			return err
		}
		// What it has printed may still be on its way, and it says what is asked.
		if err := w.Stage.AwaitQuiet(ctx); err != nil {
			return err
		}
		if !w.Stage.AwaitsInput(user) {
			return nil
		}
		err = w.Stage.Type(ctx, user, reply(promptOf(w.Stage.Journal(), user), values))
		var failure *stage.Failure
		if err != nil && !errors.As(err, &failure) {
			return err
		}
		if err := w.Stage.AwaitQuiet(ctx); err != nil {
			return err
		}
	}
	return nil
}

// promptOf is what a program has printed since something was typed to it, on its last
// line.
func promptOf(events []journal.Event, user string) string {
	printed := ""
	for _, e := range events {
		switch {
		case e.From != user:
		case e.Kind == journal.Typed:
			printed = ""
		case e.Kind == journal.Shown, e.Kind == journal.Complained:
			printed += e.Text
		}
	}
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	return lines[len(lines)-1]
}

// try starts the program in a way, and, where that does, finds out what it does.
func (w *world) try(ctx context.Context, how way) error {
	if _, err := w.launch(ctx, oneUser, how, netip.AddrPort{}); err != nil {
		return err
	}
	if err := w.listens(ctx, oneUser); err != nil {
		return err
	}
	return w.listenTo(ctx, oneUser)
}

// listenTo finds out how an API takes a message, and how it is published. What goes
// wrong the rules will say.
func (w *world) listenTo(ctx context.Context, user string) error {
	if w.instances[user] == nil {
		if _, err := w.launch(ctx, user, way{}, netip.AddrPort{}); err != nil {
			return err
		}
		if err := w.isThere(ctx, user); err != nil {
			return err
		}
	}
	api := w.instances[user].api
	if _, err := api.messages(ctx); err != nil {
		return dropFailure(err)
	}
	sent, err := api.send(ctx, theText)
	if err != nil {
		return dropFailure(err)
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	w.keep(user, sent)
	return dropFailure(w.findHowItReads(ctx, user))
}

// isThere fails the run where nobody serves an endpoint.
func (w *world) isThere(ctx context.Context, user string) error {
	if _, err := w.instances[user].api.get(ctx, "/messages/"); err != nil {
		addr, _ := w.Stage.Endpoint(program)
		return fmt.Errorf("nobody answers at http://%s, where mess_chat should be running: start it first", addr)
	}
	return nil
}

// keep keeps how a message was sent.
func (w *world) keep(user string, sent answer) {
	s, events := w.session, w.Stage.Journal()
	s.topology = topologyOf(events, user)
	for _, p := range publications(events, user) {
		if strings.Contains(string(p.body), theText) {
			s.publication, s.sample = p, sample{theText, string(p.body)}
			s.run.Observe(program, "publishes "+p.String())
		}
	}
	known := s.form.get()
	switch {
	case known.body != "":
		s.run.Observe(program, "takes a message from a body only, by POST")
	case known.method != "":
		s.run.Observe(program, "takes a message by POST")
	}
	if sent.worked() && sent.status != 200 {
		s.run.Observe(program, fmt.Sprintf("answers with the status %d", sent.status))
	}
}

// findHowItReads puts a message into general, and asks for it twice.
func (w *world) findHowItReads(ctx context.Context, user string) error {
	if w.isUnreached() != nil {
		return nil
	}
	if w.isUnseen() != nil {
		if err := w.findGeneral(ctx); err != nil {
			return err
		}
	}
	const pip = "kumquat-pip"
	if err := w.put(ctx, "otto", w.session.body(pip, "otto")); err != nil {
		return err
	}
	begun := time.Now()
	if err := w.lists(ctx, user, `"`+pip+`"`); err != nil {
		return err
	}
	if took := time.Since(begun); took > time.Second {
		w.session.run.Observe(program, fmt.Sprintf("takes %.1f s to list a message", took.Seconds()))
	}
	again, err := w.instances[user].api.messages(ctx)
	if err != nil {
		return err
	}
	w.session.takes = again.holds(pip) == 0
	if w.session.takes {
		w.session.run.Observe(program, "takes messages off the queue when it lists them")
	} else {
		w.session.run.Observe(program, "lists messages again that it has listed before")
	}
	return nil
}

// compare starts two instances, and sees whether they would share a queue that is not
// general's own. Where they cannot both be started, there is one.
func (w *world) compare(ctx context.Context) error {
	w.session.oneOnly = false
	var queues [2][]string
	for i, user := range []string{oneUser, otherUser} {
		if _, err := w.launch(ctx, user, w.session.way, netip.AddrPort{}); err != nil {
			return err
		}
		err := w.listens(ctx, user)
		if isolation, _ := w.session.run.Isolation(); i == 1 && err != nil && isolation == sandbox.Shared {
			w.session.run.Observe(program, "has a port of its own, so that it can be started once only on this machine")
			w.session.oneOnly = true
			return dropFailure(err)
		}
		if err != nil {
			return dropFailure(err)
		}
		for _, ask := range []func() error{
			func() error { _, err := w.instances[user].api.messages(ctx); return err },
			func() error { _, err := w.instances[user].api.send(ctx, theText); return err },
		} {
			if err := dropFailure(ask()); err != nil {
				return err
			}
		}
		for queue := range topologyOf(w.Stage.Journal(), user).queues {
			if queue != general && queue != w.session.publication.key {
				queues[i] = append(queues[i], queue)
			}
		}
	}
	shared := slices.DeleteFunc(queues[0], func(queue string) bool { return !slices.Contains(queues[1], queue) })
	if len(shared) > 0 && w.session.publication.exchange != "" {
		w.session.oneOnly = true
		w.session.run.Observe(program, fmt.Sprintf("reads the queue %q, whoever uses it", shared[0]))
	}
	return nil
}

// dropFailure drops what is a finding about the program: the rules will say it.
func dropFailure(err error) error {
	var failure *stage.Failure
	var unverified *stage.Unverified
	if errors.As(err, &failure) || errors.As(err, &unverified) {
		return nil
	}
	return err
}
