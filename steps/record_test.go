package steps

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
	"github.com/chatspec/chatspec/grading"
)

// sent is a message that crossed from ann to bob on a connection.
func sent(conn int, text string) journal.Event {
	return journal.Event{Kind: journal.Sent, From: "ann", To: "bob", Conn: conn, Message: jsonstream.Message{Raw: []byte(text)}}
}

func wrote(conn int, data string) journal.Event {
	return journal.Event{Kind: journal.Wrote, From: "ann", To: "bob", Conn: conn, Data: data}
}

func TestEventsTellWhatHappened(t *testing.T) {
	happened := []journal.Event{
		{Kind: journal.Started, At: 250 * time.Millisecond, From: "ann", Text: "chat.py ann"},
		{Kind: journal.Connected, From: "ann", To: "bob", Conn: 1},
		wrote(1, `{"seq": `), wrote(1, `0}`), sent(1, `{"seq": 0}`), wrote(1, "\n"),
		{Kind: journal.Shown, From: "ann", Text: "a"}, {Kind: journal.Shown, From: "ann", Text: "b\n"},
		{Kind: journal.Shown, From: "bob", Text: "c"}, {Kind: journal.Complained, From: "bob", Text: "d"},
		wrote(2, `{"seq"`),
		{Kind: journal.Exited, From: "ann", Text: "exit status 1"},
	}
	want := []grading.Event{
		{At: 0.25, From: "ann", Kind: "started", Text: "chat.py ann"},
		{From: "ann", To: "bob", Kind: "connected", Connection: 1},
		{From: "ann", To: "bob", Kind: "sent", Connection: 1, Text: `{"seq": 0}`},
		{From: "ann", Kind: "shown", Text: "ab\n"},
		{From: "bob", Kind: "shown", Text: "c"}, {From: "bob", Kind: "complained", Text: "d"},
		{From: "ann", To: "bob", Kind: "wrote", Connection: 2, Text: `{"seq"`},
		{From: "ann", Kind: "exited", Text: "exit status 1"},
	}
	if diff := cmp.Diff(want, eventsOf(happened)); diff != "" {
		t.Errorf("they differ (- wanted, + got):\n%s", diff)
	}
}

func TestOfManyEventsTheFirstAndTheLastAreKept(t *testing.T) {
	for count, want := range map[int]int{0: 0, 1: 1, 399: 399, 400: 400, 401: 400, 100_000: 400} {
		var happened []journal.Event
		for i := range count {
			happened = append(happened, journal.Event{Kind: journal.Typed, At: time.Duration(i) * time.Second, From: "ann", Text: fmt.Sprint(i)})
		}
		events := eventsOf(happened)
		if len(events) != want {
			t.Fatalf("of %d events %d are kept", count, len(events))
		}
		if count <= 400 {
			continue
		}
		if events[199].Text != "199" || events[201].Text != fmt.Sprint(count-199) || events[399].Text != fmt.Sprint(count-1) {
			t.Errorf("of %d events these are kept: %v", count, events)
		}
		left := grading.Event{At: 200, Kind: "noted", Text: fmt.Sprintf("%d events are left out here", count-399)}
		if diff := cmp.Diff(left, events[200]); diff != "" {
			t.Errorf("what was left out is told so (- wanted, + got):\n%s", diff)
		}
	}
}

func TestALongTextIsCutAndSaysItsLength(t *testing.T) {
	long := strings.Repeat("é", 3000) + "."
	for _, c := range []struct {
		event journal.Event
		want  string
	}{
		{journal.Event{Kind: journal.Shown, From: "ann", Text: long}, strings.Repeat("é", 500)},
		{sent(1, long), strings.Repeat("é", 500)},
		{wrote(1, long), strings.Repeat("é", 500)},
		// A program's last words say why it died.
		{journal.Event{Kind: journal.Complained, From: "ann", Text: long}, strings.Repeat("é", 499) + "."},
	} {
		got := eventsOf([]journal.Event{c.event})[0]
		if got.Text != c.want || got.Size != 6001 {
			t.Errorf("%s holds %d of %d bytes: %q", c.event.Kind, len(got.Text), got.Size, got.Text)
		}
	}
}

func TestBytesThatAreNoTextAreReplaced(t *testing.T) {
	got := eventsOf([]journal.Event{wrote(1, "a\xff\xfeb")})[0]
	if got.Text != "a�b" || got.Size != 0 {
		t.Errorf("it is %q, of %d bytes", got.Text, got.Size)
	}
}

func TestATextIsNeverCutInsideACharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, limit := rapid.String().Draw(t, "text"), rapid.IntRange(0, 40).Draw(t, "limit")
		first, last := firstBytes(text, limit), lastBytes(text, limit)
		if !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) || !utf8.ValidString(first) || !utf8.ValidString(last) {
			t.Fatalf("it is cut to %q and %q", first, last)
		}
		for _, cut := range []string{first, last} {
			if len(cut) > limit || len(cut) < min(limit, len(text))-(utf8.UTFMax-1) {
				t.Fatalf("of %d bytes %d are kept, and should be %d", len(text), len(cut), limit)
			}
		}
	})
}

func TestAnyBytesCanBeCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, limit := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")), rapid.IntRange(0, 20).Draw(t, "limit")
		first, last := firstBytes(text, limit), lastBytes(text, limit)
		if len(first) > limit || len(last) > limit || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
			t.Fatalf("it is cut to %q and %q", first, last)
		}
	})
}

func TestWhatIsShownOfStandardErrorBeginsWithAWholeCharacter(t *testing.T) {
	text := complaints([]journal.Event{{Kind: journal.Complained, Text: "Traceback\n" + strings.Repeat("é", 2000) + "."}})
	if want := strings.Repeat("é", 999) + "."; text != want {
		t.Errorf("it is %q", text)
	}
}

// scenario is one that says what is given, what is done and what must come.
func outlined() *godog.Scenario {
	return &godog.Scenario{Steps: []*messages.PickleStep{
		{Text: "it is there", Type: messages.PickleStepType_CONTEXT},
		{Text: "it listens", Type: messages.PickleStepType_CONTEXT},
		{Text: "it talks", Type: messages.PickleStepType_ACTION},
		{Text: "it is heard", Type: messages.PickleStepType_OUTCOME},
	}}
}

func TestEachStepHasAVerdict(t *testing.T) {
	const passed, skipped = grading.Passed, grading.Skipped
	for _, c := range []struct {
		name     string
		verdicts []grading.Verdict // on the scenario, after each step
		want     [4]grading.Verdict
	}{
		{"all pass", []grading.Verdict{passed, passed, passed, passed}, [4]grading.Verdict{passed, passed, passed, passed}},
		{"the last fails", []grading.Verdict{passed, passed, passed, grading.Failed}, [4]grading.Verdict{passed, passed, passed, grading.Failed}},
		{"the second blocks, the others are passed over", []grading.Verdict{passed, grading.Blocked, grading.Blocked, grading.Blocked}, [4]grading.Verdict{passed, grading.Blocked, skipped, skipped}},
		{"the first cannot be seen", []grading.Verdict{grading.Unverified}, [4]grading.Verdict{grading.Unverified, skipped, skipped, skipped}},
		{"none was run", nil, [4]grading.Verdict{skipped, skipped, skipped, skipped}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r record
			last := passed
			for _, verdict := range c.verdicts {
				r.begin()
				r.end(verdict, 0)
				last = verdict
			}
			var want []grading.Step
			for i, text := range []string{"Given it is there", "And it listens", "When it talks", "Then it is heard"} {
				want = append(want, grading.Step{Text: text, Verdict: c.want[i]})
			}
			if diff := cmp.Diff(want, r.steps(outlined(), last), cmpopts.IgnoreFields(grading.Step{}, "Seconds")); diff != "" {
				t.Errorf("they differ (- wanted, + got):\n%s", diff)
			}
		})
	}
}

// A student finds their own line, and not the interpreter's.
func TestATracebackHasNoFramesOfTheInterpretersOwn(t *testing.T) {
	const said = `Traceback (most recent call last):
  File "/submission/src/chat.py", line 40, in <module>
    main()
    ~~~~^^
  File "/usr/lib/python3.11/asyncio/runners.py", line 190, in run
    return runner.run(main)
           ^^^^^^^^^^^^^^^^
  File "/home/ann/.pyenv/versions/3.11.7/lib/python3.11/threading.py", line 975, in run
    self._target(*self._args)
  File "<frozen runpy>", line 88, in _run_code
  File "/tmp/chatspec-1234/7/folder/chat.py", line 12, in show
    print(message["usr"])
KeyError: 'usr'
TypeError: /home/ann/work/chat.js is no function
    at show (/submission/chat.js:3:1)
    at Socket.<anonymous> (node:net:12:3)
`
	const want = `Traceback (most recent call last):
  File "src/chat.py", line 40, in <module>
    main()
    ~~~~^^
  File "chat.py", line 12, in show
    print(message["usr"])
KeyError: 'usr'
TypeError: /home/ann/work/chat.js is no function
    at show (chat.js:3:1)`
	if diff := cmp.Diff(want, complaints([]journal.Event{{Kind: journal.Complained, From: "ann", Text: said}})); diff != "" {
		t.Error(diff)
	}
}

func TestAStoryTellsWhatHappenedAndWhatWasPrinted(t *testing.T) {
	story := storyOf([]journal.Event{
		{Kind: journal.Started, From: "ann", Text: "chat.py ann"},
		{Kind: journal.Started, From: "bob", Text: "chat.py bob"},
		{Kind: journal.Shown, From: "ann", Text: "hello\n"}, {Kind: journal.Complained, From: "ann", Text: "late\n"}, {Kind: journal.Shown, From: "ann", Text: "again\n"},
	})
	want := []grading.Printed{{Program: "ann", Text: "hello\nagain\n"}, {Program: "ann", Error: true, Text: "late\n"}}
	if diff := cmp.Diff(want, story.Printed); diff != "" || len(story.Journal) != 5 {
		t.Errorf("%s%q", diff, story.Journal)
	}
}

// Of much that has happened, what is between those of whom a failure speaks is shown.
func TestAFailureShowsWhatItSpeaksOf(t *testing.T) {
	speaks := speaksOf(`"bob" has received the numbers 0, 1`)
	for _, c := range []struct {
		event journal.Event
		is    bool
	}{
		{sent(1, "{}"), true},
		{journal.Event{Kind: journal.Connected, From: "eve", To: "bob"}, true},
		{journal.Event{Kind: journal.Sent, From: "eve", To: "server"}, false},
		{journal.Event{Kind: journal.Typed, From: "bob"}, true},
		{journal.Event{Kind: journal.Typed, From: "bo"}, false},
		{journal.Event{Kind: journal.Shown, From: "bob"}, false},
	} {
		if got := speaks(c.event); got != c.is {
			t.Errorf("of %v: %v", c.event, got)
		}
	}
}
