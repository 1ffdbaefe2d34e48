package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
)

// Options say what is run, and how.
type Options struct {
	// Features holds the features, one folder an assignment.
	Features fs.FS
	// Assignment is the id of the one to run.
	Assignment string
	// Services are those that the assignment stands on.
	Services Services
	// Tags is a tag expression of godog's, or nothing.
	Tags string
	// Jobs is the number of scenarios at a time.
	Jobs int
	// Events keeps what happened also in scenarios that pass.
	Events bool
	// Pictures is the folder, which is there, where pictures of windows are kept: of a scenario that
	// does not pass, as it stood then, and of each rule about windows that passes. It may be nothing.
	Pictures string
	// Draw replaces names and texts of the features.
	Draw Draw
	// Shuffle runs the scenarios in another order.
	Shuffle bool
	// Shown are the ids of rules whose scenarios are told whole, also where they pass.
	Shown []string
	// Progress, where it is not nil, is told of each scenario when it is done.
	// It is called by one goroutine at a time.
	Progress func(grading.Outcome)
	// TestingT, where it is not nil, runs each scenario as a subtest.
	TestingT *testing.T
}

// Run judges a target, in the sentences of a vocabulary, and returns what each scenario
// came to. The error says why the run itself could not be done; what has been judged by
// then is returned, too.
func Run(ctx context.Context, run *stage.Run, vocabulary Vocabulary, options Options) ([]grading.Outcome, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := &suite{
		run: run, vocabulary: vocabulary, sentences: slices.Concat(shared(), vocabulary.Sentences),
		session: vocabulary.Begin(run, options.Services), options: options, cancel: cancel,
		pictured: map[string]bool{},
	}
	status := godog.TestSuite{
		Name:                "chatspec",
		ScenarioInitializer: s.initialize,
		Options:             s.godogOptions(ctx),
	}.Run()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return s.outcomes, context.Cause(ctx)
	case status == 0 || len(s.outcomes) > 0:
		return s.outcomes, nil
	}
	return nil, fmt.Errorf("godog ended with status %d", status)
}

// jobs is the number of scenarios at a time: one, where all share an endpoint.
func (s *suite) jobs() int {
	if len(s.run.Target.Endpoints) > 0 {
		return 1
	}
	return s.options.Jobs
}

func (s *suite) godogOptions(ctx context.Context) *godog.Options {
	o := &godog.Options{
		Strict:         true,
		NoColors:       true,
		Tags:           s.options.Tags,
		Concurrency:    s.jobs(),
		Paths:          []string{s.options.Assignment},
		FS:             s.options.Features,
		Format:         "progress",
		Output:         io.Discard,
		DefaultContext: ctx,
		TestingT:       s.options.TestingT,
	}
	if s.options.Shuffle {
		o.Randomize = -1
	}
	return o
}

// A suite is one call of Run.
type suite struct {
	run        *stage.Run
	vocabulary Vocabulary
	sentences  []Sentence
	session    Session
	options    Options
	cancel     context.CancelCauseFunc

	mu       sync.Mutex
	outcomes []grading.Outcome
	pictured map[string]bool // the rules that have pictures of a scenario that passed
}

// initialize prepares one scenario.
func (s *suite) initialize(sc *godog.ScenarioContext) {
	r := &scenario{suite: s}
	sc.Before(r.open)
	sc.StepContext().Before(r.beginStep)
	sc.StepContext().After(r.endStep)
	sc.After(r.close)
	for _, sentence := range s.sentences {
		sentence.define(sc, r.receiver, r.judge)
	}
}

// A scenario is one that is being run.
type scenario struct {
	suite    *suite
	world    *World
	state    any // of the vocabulary
	scenario *godog.Scenario
	begun    time.Time
	step     *godog.Step
	record   record
	verdict  grading.Verdict
	failure  *grading.Failure
	pictures []grading.Picture
	closed   bool
}

func (r *scenario) open(ctx context.Context, sc *godog.Scenario) (context.Context, error) {
	r.suite.options.Draw.play(sc)
	r.scenario = sc
	r.begun, r.verdict = time.Now(), grading.Passed
	st, err := r.suite.run.Open(r.suite.vocabulary.Protocol)
	if err != nil {
		r.suite.cancel(err)
		return ctx, err
	}
	r.world = NewWorld(r.suite.run, st)
	r.world.Draw = r.suite.options.Draw
	r.state = r.suite.session.Open(r.world)
	return ctx, nil
}

// receiver is what a sentence is checked by: the world, the vocabulary's state, or what
// that embeds.
func (r *scenario) receiver(of reflect.Type) reflect.Value {
	if of == reflect.TypeFor[*World]() {
		return reflect.ValueOf(r.world)
	}
	state := reflect.ValueOf(r.state)
	if state.Type() != of {
		return embedded(state.Elem(), of)
	}
	return state
}

// embedded is what a struct embeds that has a type.
func embedded(state reflect.Value, of reflect.Type) reflect.Value {
	for i := range state.NumField() {
		if field := state.Type().Field(i); field.Anonymous && field.Type == of {
			return state.Field(i)
		}
	}
	panic(fmt.Sprintf("a sentence is checked by %s, which %s does not embed", of, state.Type()))
}

func (r *scenario) beginStep(ctx context.Context, step *godog.Step) (context.Context, error) {
	r.step = step
	r.record.begin()
	return ctx, ctx.Err()
}

// judge turns the error of a step into a verdict. A step that says what is
// given blocks; one that is about the rule fails. Everything that is no
// finding about the target is an error of the run.
func (r *scenario) judge(err error) error {
	var failure *stage.Failure
	var unverified *stage.Unverified
	var missing *target.Missing
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failure):
		if lacks := r.world.Stage.Lacks(); lacks != nil {
			r.suite.cancel(lacks)
			return lacks
		}
		if excuse := r.excuse(); errors.As(excuse, &unverified) {
			return r.skip(grading.Unverified, "it can be seen", unverified.Reason)
		}
		return r.fail(failure.Expected, failure.Observed)
	case errors.As(err, &unverified):
		return r.skip(grading.Unverified, "it can be seen", unverified.Reason)
	case stage.IsKept(err): // what a program does to itself is no reason not to judge it
		return r.fail("its windows can be seen", err.Error())
	case stage.IsBlind(err):
		return r.skip(grading.Unverified, "its windows can be seen", err.Error())
	case errors.As(err, &missing):
		return r.missing(missing)
	case errors.Is(err, context.Canceled):
		return err
	}
	r.suite.cancel(fmt.Errorf("%s: %w", r.step.Text, err))
	return err
}

// An excuser knows whether something of a scenario's surroundings may be why a program has failed in
// it, and not the program: the error is a *stage.Unverified then.
type excuser interface{ Excuse() error }

func (r *scenario) excuse() error {
	if state, knows := r.state.(excuser); knows {
		return state.Excuse()
	}
	return nil
}

func (r *scenario) missing(m *target.Missing) error {
	if r.suite.run.Target.OnlyEndpoints() {
		return r.skip(grading.Unverified, "it can be seen", "only a running endpoint was given, and no "+m.Program)
	}
	return r.fail("the submission has a program called "+m.Program, m.Error())
}

func (r *scenario) fail(expected, observed string) error {
	if r.step.Type == messages.PickleStepType_CONTEXT {
		return r.skip(grading.Blocked, expected, observed)
	}
	r.note(grading.Failed, expected, observed)
	return fmt.Errorf("expected: %s\nobserved: %s", expected, observed)
}

// skip tells godog that the scenario is not judged.
func (r *scenario) skip(verdict grading.Verdict, expected, observed string) error {
	r.note(verdict, expected, observed)
	return godog.ErrSkip
}

// tailLines is how many lines of the journal a failure shows.
const tailLines = 12

func (r *scenario) note(verdict grading.Verdict, expected, observed string) {
	events := r.world.Stage.Journal()
	r.verdict = verdict
	r.failure = &grading.Failure{
		Step:     r.step.Text,
		Expected: expected,
		Observed: observed,
		Journal:  journal.Telling(events, tailLines, speaksOf(r.step.Text+" "+expected+" "+observed)),
		Events:   eventsOf(events),
		Stderr:   complaints(events),
		Hint:     hintFor(events, expected, observed),
	}
}

// speaksOf reports of what happened whether a text is about it: what was typed, and what passed
// between those that are named in it.
func speaksOf(text string) func(journal.Event) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
	isNamed := func(name string) bool { return name != "" && slices.Contains(words, name) }
	return func(e journal.Event) bool {
		switch e.Kind {
		case journal.Sent, journal.Wrote, journal.Connected, journal.Closed:
			return isNamed(e.From) || isNamed(e.To)
		case journal.Typed, journal.Exited, journal.Listening, journal.Noted:
			return isNamed(e.From)
		}
		return false
	}
}

// endStep finds the errors that no sentence has seen: those of godog itself.
func (r *scenario) endStep(ctx context.Context, step *godog.Step, status godog.StepResultStatus, err error) (context.Context, error) {
	r.record.end(r.verdict, r.lastEvent())
	lost := err != nil && r.failure == nil && ctx.Err() == nil
	if lost || status == godog.StepUndefined || status == godog.StepAmbiguous {
		r.suite.cancel(fmt.Errorf("the sentence %q cannot be checked: %w", step.Text, err))
	}
	if r.failure != nil {
		r.keepPictures(ctx)
	}
	return ctx, nil
}

// lastEvent is when the last thing happened, where that is kept of scenarios that pass.
func (r *scenario) lastEvent() time.Duration {
	if !r.suite.options.Events || r.world == nil {
		return 0
	}
	events := r.world.Stage.Journal()
	if len(events) == 0 {
		return 0
	}
	return events[len(events)-1].At
}

// close ends the scenario and keeps what it came to.
func (r *scenario) close(ctx context.Context, sc *godog.Scenario, _ error) (context.Context, error) {
	if r.closed || r.world == nil {
		return ctx, nil
	}
	r.closed = true
	if r.failure == nil && r.suite.isPicturedFirst(sc) {
		r.keepPictures(ctx)
	}
	var story *grading.Story
	if slices.Contains(r.suite.options.Shown, features.RuleOf(sc.Tags)) {
		story = storyOf(r.world.Stage.Journal())
	}
	if err := r.world.Stage.Close(); err != nil {
		r.suite.cancel(err)
		return ctx, err
	}
	if ctx.Err() != nil {
		return ctx, nil
	}
	r.suite.keep(grading.Outcome{
		Assignment: assignmentOf(sc),
		Events:     r.passedEvents(),
		Rule:       features.RuleOf(sc.Tags),
		Scenario:   sc.Name,
		Verdict:    r.verdict,
		Seconds:    time.Since(r.begun).Seconds(),
		Steps:      r.record.steps(sc, r.verdict),
		Failure:    r.failure,
		Story:      story,
		Pictures:   r.pictures,
	})
	r.world, r.state = nil, nil // godog keeps the scenario to the end of the run, and all that it had
	return ctx, nil
}

// passedEvents is all that happened in a scenario that passed, where that is kept.
func (r *scenario) passedEvents() []grading.Event {
	if !r.suite.options.Events || r.failure != nil {
		return nil
	}
	return eventsOf(r.world.Stage.Journal())
}

func assignmentOf(sc *godog.Scenario) string {
	folder, _, _ := strings.Cut(sc.Uri, "/")
	return folder
}

func (s *suite) keep(outcome grading.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes = append(s.outcomes, outcome)
	if s.options.Progress != nil {
		s.options.Progress(outcome)
	}
}
