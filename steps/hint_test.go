package steps

import (
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/journal"
)

func TestAHintIsAboutWhatTheJournalShows(t *testing.T) {
	started := journal.Event{Kind: journal.Started, From: "ann", Text: "chat.py ann 5000"}
	sent := journal.Event{Kind: journal.Wrote, From: "bob", To: "ann", Data: "hello"}
	ended := journal.Event{Kind: journal.Exited, From: "ann", Text: "exit status 1"}
	for name, c := range map[string]struct {
		events             []journal.Event
		expected, observed string
		want               string
	}{
		"an error": {
			events: []journal.Event{started, {Kind: journal.Complained, From: "ann", Text: "Traceback (most recent call last):\n  File \"/home/ann/chat.py\", line 3\nKeyError: 'seq'\n"}, ended},
			want:   "begin with the error that has ended ann: KeyError: 'seq' (exit status 1)",
		},
		"other arguments": {
			events: []journal.Event{started, {Kind: journal.Shown, From: "ann", Text: "Usage: chat.py PORT NAME\n"}, ended},
			want:   `ann was started by «chat.py ann 5000», and says "Usage: chat.py PORT NAME"`,
		},
		"a usage of one that goes on": {
			events: []journal.Event{started, {Kind: journal.Shown, From: "ann", Text: "usage: type, and hit Enter\n"}},
		},
		"no output": {
			events: []journal.Event{started, sent}, expected: `ann shows "hello"`,
			want: "nothing that ann prints has come, not even a greeting",
		},
		"some output": {
			events: []journal.Event{started, sent, {Kind: journal.Shown, From: "ann", Text: "> "}}, expected: `ann shows "hello"`,
		},
		"a greeting of sockets, and no message": {
			events:   []journal.Event{started, {Kind: journal.Wrote, From: "server", To: "ann", Data: "\xff\x00\x7f\x03\x01NULL"}},
			expected: `ann shows "hello"`,
		},
		"no output, of a message that came in pieces": {
			events: []journal.Event{started, {Kind: journal.Wrote, From: "bob", To: "ann", Data: "bob: hel"}, {Kind: journal.Wrote, From: "bob", To: "ann", Data: "lo"}}, expected: "ann shows bob: hello (…)",
			want: "nothing that ann prints has come, not even a greeting",
		},
		"no output, of a message that was escaped": {
			events:   []journal.Event{started, {Kind: journal.Wrote, From: "bob", To: "ann", Data: `{"message": "caf\\u00e9 noir"}`}},
			expected: `ann shows "café noir"`,
			want:     "nothing that ann prints has come, not even a greeting",
		},
		"nothing to print": {
			events: []journal.Event{started}, expected: `ann shows "hello"`,
		},
		"a loop": {
			events: []journal.Event{started}, observed: "bob has received nothing; time ran out, of which --patience gives more",
			want: "look for a loop that asks again and again",
		},
		"a busy machine": {
			events: []journal.Event{started}, observed: "time ran out, of which --patience gives more (the machine is busy: 15 processes want each processor)",
			want: "judge it again alone",
		},
		"a message that is not sent at the end": {
			events:   []journal.Event{started, {Kind: journal.Wrote, From: "ann", To: "server", Data: "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03"}, {Kind: journal.Exited, From: "ann", Text: "exit status 0"}},
			expected: `server receives "hello" from ann`,
			want:     "ann has ended before all was sent that it said",
		},
		"one that is not sent by another's end": {
			events:   []journal.Event{started, {Kind: journal.Wrote, From: "ann", To: "bob", Data: "{}"}, {Kind: journal.Exited, From: "ann", Text: "exit status 0"}},
			expected: `bob receives "hello" from ann`,
		},
		"a program that runs": {events: []journal.Event{started}},
	} {
		got := hintFor(c.events, c.expected, c.observed)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: the hint is %q, and should have %q", name, got, c.want)
		}
	}
}
