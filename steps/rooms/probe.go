package rooms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/probe"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps"
)

// The names of those who speak about classes: the program that answers for them, and who
// asks it.
const (
	answering = "classes"
	asking    = "chatspec's questions"
)

// importTime bounds, at least, how long modules are imported and objects made: what they
// import is large, and they connect to servers.
const importTime = 20 * time.Second

// A model is what a scenario has asked about a submission's classes.
type model struct {
	line      *probe.Line // nil, as long as nothing was asked
	looked    bool        // whether the classes were looked for
	unloaded  error       // why that did not work
	loaded    probe.Loaded
	constants []probe.Constant
	extras    []probe.Argument // what a constructor may want besides

	owner, other string // who is in a room that is made by its class

	rooms    map[string]*object  // by their names
	groups   map[string]bool     // which names are those of groups
	messages map[string]*object  // by their texts
	it       *object             // the one that the scenario is about
	done     probe.Done          // what was called last
	lists    []probe.Value       // what get_messages has given
	called   string              // its name in the text
	sent     int                 // how many messages have been numbered
	before   []string            // what a room held, from its left, before the last call
	kept     map[string][]string // the texts that a room was given, by its name
	modified string              // the time that is remembered
	created  probe.Value         // the other one
	held     []string            // what a room held that is remembered, from its left
}

// An object is one of the submission's.
type object struct {
	number int
	class  string // the text's name for it
	made   probe.Done
}

// newModel is that of a scenario in which nothing was asked yet.
func newModel(draw steps.Draw) *model {
	return &model{owner: draw.Word(theOwner), other: draw.Word(theOther), rooms: map[string]*object{}, groups: map[string]bool{}, messages: map[string]*object{}, kept: map[string][]string{}}
}

// looksFor starts the program that answers for the classes, once, and has it import the
// modules that define them. Where that did not work, it is said again: nothing is known of
// the classes then, not even that there are none.
func (w *world) looksFor(ctx context.Context) error {
	if !w.model.looked {
		w.model.looked, w.model.unloaded = true, w.load(ctx)
	}
	return w.model.unloaded
}

func (w *world) load(ctx context.Context) error {
	if err := w.startAnswering(ctx); err != nil {
		return err
	}
	if err := w.awaitAnswering(ctx); err != nil {
		return err
	}
	loaded, err := ask[probe.Loaded](ctx, w, "the modules that define the classes can be imported", probe.Load(w.model.wanted()))
	if err != nil {
		return err
	}
	w.model.loaded = loaded
	w.model.constants, err = ask[[]probe.Constant](ctx, w, "the constants of the modules can be listed", probe.Constants())
	return err
}

// awaitAnswering waits until the program that answers for the classes asks for questions. On
// a busy machine that takes as long as importing does: it is no fault of the submission's.
func (w *world) awaitAnswering(ctx context.Context) error {
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s connects to %s", answering, asking), By: []string{answering}, Within: importTime,
		Met: func(events []journal.Event) bool {
			return slices.ContainsFunc(events, func(e journal.Event) bool {
				return e.Kind == journal.Connected && e.From == answering && e.To == asking
			})
		},
		Observed: func(events []journal.Event) string {
			if how := stage.Ended(events, answering); how != "" {
				return "it ended without (" + how + ")" + stage.LastWords(events, answering)
			}
			return "it does not"
		},
	})
}

// wanted is what is asked for first.
func (m *model) wanted() probe.Wanted {
	return probe.Wanted{Classes: wantedClasses(), Names: otherNames(), Extras: m.extras, Last: []string{"mess_chat"}}
}

func (w *world) startAnswering(ctx context.Context) error {
	spec, err := w.Run.Target.Program(answering)
	if err != nil {
		return w.withoutClasses(err)
	}
	if err := w.Rabbit(ctx); err != nil {
		return err
	}
	if err := w.Mongo(ctx); err != nil {
		return err
	}
	line := probe.NewLine()
	w.Stage.OnClose(line.Close)
	if _, err := w.Stage.Serve(asking, line, probe.Protocol); err != nil {
		return err
	}
	at, err := w.Stage.LinkService(answering, asking)
	if err != nil {
		return err
	}
	values, err := w.Values(answering, w.model.owner, at)
	if err != nil {
		return err
	}
	w.model.line, w.model.extras = line, extrasOf(w.model.owner, values)
	start := stage.Start{Name: answering, Program: answering, Values: values, Env: w.Submission.Environment(values)}
	if spec.Supplied {
		start.Launch = append(slices.Clone(spec.Launch), probe.Words()...)
		start.Env = append(start.Env, probe.Environment(spec.Dir)...)
		w.Run.Choose(answering, start.Launch, nil)
	}
	return w.Start(start)
}

// withoutClasses says what it means that nothing answers for classes: of a submission in
// another language that cannot be seen.
func (w *world) withoutClasses(err error) error {
	var missing *target.Missing
	if !errors.As(err, &missing) || w.Run.Target.OnlyEndpoints() {
		return err
	}
	return &stage.Unverified{Reason: "classes are looked at in Python only: answer for those of another language by a program called " + answering + " in the manifest, as docs/probe.md says"}
}

// ask asks a question, and reads its answer. What was not done is a finding: expected says,
// for a person, what should have been.
func ask[A any](ctx context.Context, w *world, expected string, r probe.Request) (answer A, err error) {
	reply, err := w.reply(ctx, expected, r)
	if err != nil {
		return answer, err
	}
	if reply.Error != nil {
		return answer, failureOf(expected, *reply.Error)
	}
	if err := json.Unmarshal(reply.Value, &answer); err != nil {
		return answer, stage.Fail(expected, fmt.Sprintf("the answer cannot be read (%v): %s", err, journal.Shorten(string(reply.Value))))
	}
	return answer, nil
}

// A raised is the finding that the submission's code has raised an exception.
type raised struct {
	error
	text string
}

func (r *raised) Unwrap() error { return r.error }

func failureOf(expected string, e probe.Error) error {
	failure := stage.Fail(expected, saidOf(e))
	if e.Kind == probe.Raised {
		return &raised{failure, e.Text}
	}
	return failure
}

// saidOf says why something was not done, for a person.
func saidOf(e probe.Error) string {
	if e.File == "" {
		return e.Text
	}
	return fmt.Sprintf("%s, line %d (%s): %s", e.File, e.Line, e.Code, e.Text)
}

// reply asks a question, and waits for its answer. Where none comes, it is said which line
// the submission is in.
func (w *world) reply(ctx context.Context, expected string, r probe.Request) (*probe.Reply, error) {
	reply, err := w.awaitReply(ctx, expected, r)
	var failure *stage.Failure
	if !errors.As(err, &failure) || stage.Ended(w.Stage.Journal(), answering) != "" {
		return reply, err
	}
	where, second := w.awaitReply(ctx, expected, probe.Where())
	var place probe.Place
	if second != nil || json.Unmarshal(where.Value, &place) != nil || place.File == "" {
		return nil, err
	}
	return nil, stage.Fail(expected, fmt.Sprintf("it does not come to an end: %s, line %d (%s)", place.File, place.Line, place.Code))
}

func (w *world) awaitReply(ctx context.Context, expected string, r probe.Request) (*probe.Reply, error) {
	mark := w.Stage.Mark()
	limited, cancel := w.Stage.Deadline(ctx)
	defer cancel()
	id, err := w.model.line.Ask(limited, r)
	if err != nil && ctx.Err() == nil {
		return nil, stage.Fail(expected, "nobody answers: "+tap.Trouble(err))
	}
	if err != nil {
		return nil, err
	}
	var found *probe.Reply
	err = w.Stage.Await(ctx, stage.Wait{
		Expected: expected, By: []string{answering}, Within: importTime,
		Met: func(events []journal.Event) bool {
			if found == nil {
				found = replyTo(events[mark:], id)
			}
			return found != nil
		},
		Observed: func(events []journal.Event) string {
			if how := stage.Ended(events, answering); how != "" {
				return "the code has ended the program (" + how + ")" + stage.LastWords(events, answering)
			}
			return "it does not come to an end"
		},
	})
	return found, err
}

// replyTo finds the answer to a request in the journal.
func replyTo(events []journal.Event, id int) *probe.Reply {
	for _, e := range events {
		message, ok := e.Message.(jsonstream.Message)
		if !ok || e.Kind != journal.Sent || e.From != answering || e.To != asking {
			continue
		}
		var reply probe.Reply
		if json.Unmarshal(message.Raw, &reply) == nil && reply.ID == id {
			return &reply
		}
	}
	return nil
}

// noneFails fails where a module could not be imported.
func (w *world) noneFails() error {
	var all []string
	for _, f := range w.model.loaded.Failures {
		said := saidOf(f.Error)
		if f.File != f.Module {
			said = f.Module + ": " + said
		}
		all = append(all, said)
	}
	if len(all) == 0 {
		return nil
	}
	return stage.Fail("the modules that define the classes can be imported", strings.Join(all, "; "))
}
