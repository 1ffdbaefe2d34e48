package steps_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/program"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/stepstest"
)

// bench is a vocabulary for what the shared sentences need besides programs.
func bench() steps.Vocabulary {
	return steps.Vocabulary{
		Name:     "bench",
		Protocol: jsonstream.Protocol,
		Sentences: []steps.Sentence{
			steps.Say(`^`+steps.Name+` is told to connect to the server$`, (*benchWorld).isToldToConnect),
			steps.Say(`^`+steps.Name+` sends "([^"]*)"$`, (*benchWorld).sends),
		},
		Begin: func(*stage.Run, steps.Services) steps.Session { return benchSession{} },
	}
}

type benchSession struct{}

// Calibrate implements steps.Session: of puppets everything is known.
func (benchSession) Calibrate(context.Context, string) error { return nil }

// Open implements steps.Session.
func (benchSession) Open(w *steps.World) any { return &benchWorld{w} }

type benchWorld struct{ *steps.World }

func (w *benchWorld) isToldToConnect(ctx context.Context, user string) error {
	server, err := w.Stage.LoopbackPeer(steps.Server)
	if err != nil {
		return err
	}
	if err := server.Listen(); err != nil {
		return err
	}
	return w.Types(ctx, user, "connect "+server.Addr.String())
}

func (w *benchWorld) sends(author, text string) error {
	w.Sends(steps.Unquote(author), text)
	return nil
}

// benchPrograms are those about which the sentences are said, besides the puppet.
func benchPrograms() []target.Program {
	compare := stagetest.Shell("compare", `test "$1 $2" = "ann $3:$4" && echo it fits && read line`)
	compare.Launch = append(compare.Launch, "compare")
	compare.Arguments = [][]string{{"{name}", "{address}", "{ip}", "{port}"}}
	listener := target.Program{
		Name: "listener", Launch: []string{"/usr/bin/python3", "-SEc", "import socket, sys; s = socket.create_server((sys.argv[1], int(sys.argv[2]))); sys.stdin.read()"},
		Arguments: [][]string{{"{ip}", "{port}"}}, Input: program.Terminal,
	}
	idler := stagetest.Shell("idler", "read line")
	idler.Arguments = [][]string{{"{port}"}}
	return []target.Program{
		compare, listener, idler,
		stagetest.Shell("cat", "exec cat"),
		stagetest.Shell("mute", "exec cat >/dev/null"),
		stagetest.Shell("first", "read line; printf '%.20s\n' \"$line\"; read line"),
		stagetest.Shell("gone", "exit 3"),
	}
}

// play runs one scenario, whose steps are lines.
func play(t *testing.T, vocabulary steps.Vocabulary, lines string) grading.Outcome {
	t.Helper()
	feature := "Feature: a bench\n  @must @BENCH-1.1\n  Rule: it holds\n    Scenario: it is played\n" + lines
	run := stagetest.NewRun(t, stagetest.ForEver, benchPrograms()...)
	outcomes, err := steps.Run(stagetest.Bounded(t), run, vocabulary, steps.Options{
		Features: fstest.MapFS{"bench/1.feature": {Data: []byte(feature)}}, Assignment: "bench", Jobs: 1,
	})
	if err != nil || len(outcomes) != 1 {
		t.Fatalf("%d scenarios were played: %v", len(outcomes), err)
	}
	return outcomes[0]
}

func TestTheSentencesAboutPrograms(t *testing.T) {
	for name, lines := range map[string]string{
		"it goes on": `
			Given "ann" starts the program puppet
			Then "ann" goes on`,
		"a program is told its name and address": `
			When "ann" starts the program compare
			Then "ann" sees "it fits"`,
		"it listens": `
			When "ann" starts the program listener
			Then "ann" listens on her port
			And "ann" listens on its ports`,
		"it waits for its user": `
			Given "ann" starts the program puppet
			When "ann" has typed nothing yet
			Then "ann" has connected to nobody`,
		"it connects": `
			Given "ann" starts the program puppet
			When "ann" is told to connect to the server
			Then "ann" connects to the server`,
		"what is typed is seen": `
			Given "ann" starts the program cat
			When "ann" types "he said "hi" to me"
			Then "ann" sees it to the letter`,
		"a long line": `
			Given "ann" starts the program cat
			When "ann" types a line of 9000 letters
			Then "ann" sees it to the letter`,
		"what is shown before it was typed by another": `
			Given "ann" starts the program cat
			And "bob" starts the program cat
			When "ann" types "hello"
			And "bob" types "hello"
			Then "ann" sees "hello"
			And "bob" sees "hello"`,
		"who has written it": `
			Given "ann" starts the program puppet
			And "bob" sends "hi"
			When "ann" types "show bob: hi"
			Then "ann" sees "hi" from "bob"`,
		"it ends": `
			Given "ann" starts the program puppet
			When "ann" types "exit 1"
			Then "ann" has ended`,
		"it ends beside a server": `
			Given the server starts the program puppet
			And "ann" starts the program puppet
			When "ann" types "exit 0"
			Then "ann" has ended`,
		"the server ends": `
			Given the server starts the program puppet
			When the server types "exit 0"
			Then the server has ended`,
	} {
		t.Run(name, func(t *testing.T) {
			if outcome := play(t, bench(), lines); outcome.Verdict != grading.Passed {
				t.Error(stepstest.Describe(outcome))
			}
		})
	}
}

func TestWhatTheSentencesFind(t *testing.T) {
	for name, c := range map[string]struct{ lines, expected, observed string }{
		"no such program": {`
			When "ann" starts the program nowhere`,
			"the submission has a program called nowhere", "a test has no nowhere"},
		"it listens nowhere": {`
			Given "ann" starts the program idler
			Then "ann" listens on her port`,
			"ann listens on 127.0.0.1:", "it listens nowhere; nothing more can happen"},
		"it does not wait for its user": {`
			Given "ann" starts the program gone
			When "ann" has typed nothing yet`,
			"ann", "exit status 3"},
		"it connects too early": {`
			Given "ann" starts the program puppet
			And "ann" is told to connect to the server
			And "ann" connects to the server
			Then "ann" has connected to nobody`,
			"ann connects to nobody before the first line is typed", "it has connected to server"},
		"it does not connect": {`
			Given "ann" starts the program puppet
			Then "ann" connects to the server`,
			"ann connects to server", "it does not; nothing more can happen"},
		"it does not read": {`
			Given "ann" starts the program gone
			When "ann" types "hello"
			And "ann" has ended
			And "ann" types "hello"`,
			"ann reads what is typed", "it has ended (exit status 3)"},
		"it shows only a part": {`
			Given "ann" starts the program first
			When "ann" types a line of 100 letters
			Then "ann" sees it to the letter`,
			`ann shows "0 and 1 and 2 and`, `it shows "0 and 1 and 2 and 3 \n"; nothing more can happen`},
		"it was shown before it was typed": {`
			Given "ann" starts the program puppet
			And "bob" starts the program mute
			And "ann" types "show hello"
			And "ann" sees "hello"
			And "ann" sees "ok 1."
			When "bob" types "hello"
			Then "ann" sees "hello"`,
			`ann shows "hello"`, "it shows nothing"},
		"nobody says who has written it": {`
			Given "ann" starts the program puppet
			When "bob" sends "hi"
			And "ann" types "show hi"
			Then "ann" sees "hi" from "bob"`,
			`ann shows "bob"`, "hi"},
		"it was shown before it was sent": {`
			Given "ann" starts the program puppet
			And "ann" types "show bob: hi"
			And "ann" sees "bob: hi"
			And "ann" sees "ok 1."
			When "bob" sends "hi"
			Then "ann" sees "hi" from "bob"`,
			`ann shows "hi"`, "it shows nothing"},
		"it goes on": {`
			Given "ann" starts the program puppet
			Then "ann" has ended`,
			"ann ends", "it is still running"},
		"it does not go on": {`
			Given "ann" starts the program gone
			Then "ann" goes on`,
			"ann goes on", "it has ended (exit status 3)"},
	} {
		t.Run(name, func(t *testing.T) {
			outcome := play(t, bench(), c.lines)
			if outcome.Verdict != grading.Failed || outcome.Failure == nil {
				t.Fatalf("it is %s", outcome.Verdict)
			}
			if !strings.Contains(outcome.Failure.Expected, c.expected) || !strings.Contains(outcome.Failure.Observed, c.observed) {
				t.Error(stepstest.Describe(outcome))
			}
		})
	}
}

// Whoever looks only at what was asked for sees such a fault now and then.
func TestAFaultThatShowsAMomentLaterIsSeenEachTime(t *testing.T) {
	for i := range 20 {
		outcome := play(t, bench(), `
			Given "ann" starts the program puppet
			When "ann" types "show hello"
			And "ann" types "give-up 0.05"
			Then "ann" sees "hello"
			And "ann" goes on`)
		if outcome.Verdict != grading.Failed || outcome.Failure.Step != `"ann" goes on` {
			t.Fatalf("time %d: it is %s", i, outcome.Verdict)
		}
	}
}

// What is given is no matter of the rule.
func TestASentenceThatIsGivenBlocks(t *testing.T) {
	outcome := play(t, bench(), `
		Given "ann" starts the program gone
		And "ann" sees "hello"
		Then "ann" has ended`)
	if outcome.Verdict != grading.Blocked || outcome.Failure == nil || outcome.Failure.Step != `"ann" sees "hello"` {
		t.Error(stepstest.Describe(outcome))
	}
}

// Programs that speak to nobody need no protocol, and no sentences of their own.
func TestTheSentencesAboutProgramsAreEnough(t *testing.T) {
	alone := bench()
	alone.Protocol, alone.Sentences = nil, nil
	outcome := play(t, alone, `
		Given "ann" starts the program cat
		When "ann" types "hello"
		Then "ann" sees "hello"`)
	if outcome.Verdict != grading.Passed {
		t.Error(stepstest.Describe(outcome))
	}
}

func TestLongLinesHaveTheirLengthAndNoTwoPartsAlike(t *testing.T) {
	for _, letters := range []int{1, 10, 4096, 100_000} {
		if got := steps.Long(letters); len(got) != letters || !strings.HasSuffix(got, ".") || strings.Contains(got, "\n") {
			t.Errorf("of %d letters it is %d long: %.60s", letters, len(got), got)
		}
		if got := steps.LongWord(letters); len(got) != letters || strings.ContainsAny(got, " .\n") {
			t.Errorf("a word of %d letters is %d long: %.60s", letters, len(got), got)
		}
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.TrimSuffix(steps.Long(1000), "."), " and ") {
		if seen[part] {
			t.Errorf("%q is there twice", part)
		}
		seen[part] = true
	}
}

func TestNamesAreRead(t *testing.T) {
	for text, want := range map[string]string{`"ann"`: "ann", "the server": steps.Server, `"the server"`: "the server"} {
		if got := steps.Unquote(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string][]string{
		`"ann"`:                    {"ann"},
		`"ann" and "bob"`:          {"ann", "bob"},
		`"ann", "bob" and "eve"`:   {"ann", "bob", "eve"},
		`"one, two", "and" and ""`: {"one, two", "and", ""},
		`nobody`:                   nil,
	} {
		if got := steps.List(text); !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestAWorldRemembersWhereATextWasTypedFirst(t *testing.T) {
	run := stagetest.NewRun(t, stagetest.ForEver)
	s := stagetest.Open(t, run, jsonstream.Protocol)
	w := steps.NewWorld(run, s)
	if w.IsActor("ann") {
		t.Error("ann is there before she has started")
	}
	stagetest.Must(t, w.Start(stage.Start{Name: "ann", Program: "puppet"}))
	if !w.IsActor("ann") || w.IsActor("bob") || w.Actor != "ann" {
		t.Errorf("%q has started last", w.Actor)
	}
	stagetest.Must(t, w.Types(stagetest.Bounded(t), `"ann"`, "show hello"))
	first := w.Mark
	stagetest.Must(t, w.Types(stagetest.Bounded(t), `"ann"`, "show hello"))
	if w.Since("show hello") != first || w.Mark <= first || w.Typed != "show hello" {
		t.Errorf("%q was typed first at %d, and last at %d; it is remembered at %d", w.Typed, first, w.Mark, w.Since("show hello"))
	}
	if at := w.Since("something else"); at != 0 {
		t.Errorf("what was never typed was so at %d", at)
	}
}

func TestTheLastMessageWithATextIsFound(t *testing.T) {
	message := func(to, raw string) journal.Event {
		return journal.Event{Kind: journal.Sent, To: to, Message: jsonstream.Message{Raw: []byte(raw)}}
	}
	events := []journal.Event{message("bob", `{"n": 1, "hello"}`), message("bob", `{"n": 2, "hello"}`), message("eve", `{"n": 3, "hello"}`), message("bob", `{"n": 4}`)}
	if got := steps.Received(events, "bob", "hello"); got.Message.String() != `{"n": 2, "hello"}` {
		t.Errorf("it is %v", got)
	}
	if got := steps.Received(events, "bob", "goodbye"); got.Kind != journal.Kind("") || got.To != "bob" {
		t.Errorf("one that never came is %v", got)
	}
}
