package steps

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cucumber/godog"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/grading"
)

// A record keeps how long the steps of a scenario take. Its zero value is ready.
type record struct {
	begun time.Time
	took  []time.Duration
	until []time.Duration // when the last thing had happened at the end of each
	ended bool            // by a step that did not pass
}

func (r *record) begin() { r.begun = time.Now() }

// end takes the verdict on the scenario so far, and when the last thing happened. The steps after one that did not
// pass are only passed over, and not kept.
func (r *record) end(verdict grading.Verdict, last time.Duration) {
	if r.ended {
		return
	}
	r.took = append(r.took, time.Since(r.begun))
	r.until = append(r.until, last)
	r.ended = verdict != grading.Passed
}

// steps says what each step of the scenario came to, whose verdict is that of the
// last one that was run.
func (r *record) steps(sc *godog.Scenario, verdict grading.Verdict) []grading.Step {
	var steps []grading.Step
	for i, text := range features.StepTexts(sc) {
		step := grading.Step{Text: text, Verdict: grading.Skipped}
		if i < len(r.took) {
			step.Verdict, step.Seconds, step.Until = grading.Passed, r.took[i].Seconds(), r.until[i].Seconds()
		}
		if i == len(r.took)-1 {
			step.Verdict = verdict
		}
		steps = append(steps, step)
	}
	return steps
}

// What a result holds of a journal: the first and the last events, and of a text so
// many bytes.
const (
	firstEvents  = 200
	lastEvents   = 199
	maxEventText = 1000
)

// eventsOf turns a journal into the events of a result: all that happened, but the
// bytes of which a message was made, which is there itself. What is in the middle of
// many events is left out, and it is said so there.
func eventsOf(happened []journal.Event) []grading.Event {
	told := toldTogether(happened)
	if len(told) <= firstEvents+1+lastEvents {
		return convert(told)
	}
	left := told[firstEvents : len(told)-lastEvents]
	events := append(convert(told[:firstEvents]), grading.Event{
		At: left[0][0].At.Seconds(), Kind: string(journal.Noted), Text: fmt.Sprintf("%d events are left out here", len(left)),
	})
	return append(events, convert(told[len(told)-lastEvents:])...)
}

func convert(told [][]journal.Event) []grading.Event {
	var events []grading.Event
	for _, pieces := range told {
		events = append(events, eventOf(pieces))
	}
	return events
}

// toldTogether lists the pieces of each event that is told: one, or several that a
// program printed with nothing in between.
func toldTogether(happened []journal.Event) [][]journal.Event {
	made := madeMessages(happened)
	var told [][]journal.Event
	for i := 0; i < len(happened); {
		end := printedUntil(happened, i)
		if !made[i] {
			told = append(told, happened[i:end])
		}
		i = end
	}
	return told
}

// madeMessages tells, of each event, whether it is bytes of which a message was
// made, or of nothing but white space.
func madeMessages(happened []journal.Event) []bool {
	type direction struct {
		conn int
		from string
	}
	made := make([]bool, len(happened))
	sentLater := map[direction]bool{}
	for i := len(happened) - 1; i >= 0; i-- {
		e := happened[i]
		switch e.Kind {
		case journal.Sent:
			sentLater[direction{e.Conn, e.From}] = true
		case journal.Wrote:
			made[i] = sentLater[direction{e.Conn, e.From}] || strings.TrimSpace(e.Data) == ""
		}
	}
	return made
}

// printedUntil is the index after the event at i and the pieces that were printed
// right after it by the same program, on the same of its outputs.
func printedUntil(happened []journal.Event, i int) int {
	first, end := happened[i], i+1
	if first.Kind != journal.Shown && first.Kind != journal.Complained {
		return end
	}
	for end < len(happened) && happened[end].Kind == first.Kind && happened[end].From == first.From && happened[end].Window == first.Window {
		end++
	}
	return end
}

// eventOf is the event of a result that tells of the pieces of one event. Of what
// was written to standard error the end says most.
func eventOf(pieces []journal.Event) grading.Event {
	e := pieces[0]
	event := grading.Event{At: e.At.Seconds(), From: e.From, To: e.To, Kind: string(e.Kind), Connection: e.Conn}
	text := textOf(pieces)
	cut := firstBytes(text, maxEventText)
	if e.Kind == journal.Complained {
		cut = lastBytes(text, maxEventText)
	}
	if len(cut) < len(text) {
		event.Size = len(text)
	}
	event.Text = strings.ToValidUTF8(cut, string(utf8.RuneError))
	return event
}

func textOf(pieces []journal.Event) string {
	switch e := pieces[0]; e.Kind {
	case journal.Sent:
		return e.Message.String()
	case journal.Wrote:
		return e.Data
	}
	var all strings.Builder
	for _, e := range pieces {
		all.WriteString(e.Text)
	}
	return all.String()
}

// maxStory bounds how many lines are told of a scenario.
const maxStory = 5000

// storyOf tells all that happened, and all that each program has printed.
func storyOf(events []journal.Event) *grading.Story {
	story := &grading.Story{Journal: journal.Tail(events, maxStory)}
	told := map[string]bool{}
	for _, e := range events {
		if e.Kind != journal.Started || told[e.From] {
			continue
		}
		told[e.From] = true
		if text := journal.Output(events, e.From); strings.TrimSpace(text) != "" {
			story.Printed = append(story.Printed, grading.Printed{Program: e.From, Text: lastBytes(text, maxPrinted)})
		}
		if text := journal.Complaints(events, e.From); strings.TrimSpace(text) != "" {
			story.Printed = append(story.Printed, grading.Printed{Program: e.From, Error: true, Text: lastBytes(text, maxPrinted)})
		}
	}
	return story
}

// maxPrinted bounds, in bytes, what is told of a program's output.
const maxPrinted = 64 << 10

// maxStderr bounds, in bytes, what is shown of standard error.
const maxStderr = 2000

// complaints joins what the programs wrote to standard error, and keeps its
// end. Prompts, which Python writes there, are no complaints.
func complaints(events []journal.Event) string {
	var all strings.Builder
	for _, e := range events {
		if e.Kind == journal.Complained {
			all.WriteString(e.Text)
		}
	}
	text := strings.TrimSpace(ownFrames(all.String()))
	if !strings.Contains(text, "\n") && len(text) < 40 {
		return ""
	}
	return lastBytes(text, maxStderr)
}

var (
	// frame is a line of a traceback of Python's that names a place, or one of Node.js's.
	frame = regexp.MustCompile(`^\s*File "([^"]+)", line \d+|^\s+at .*?\(?((?:node:|/)[^\s():]+)[:)]`)
	// ofInterpreter is a file of an interpreter's own.
	ofInterpreter = regexp.MustCompile(`^<frozen |/lib/python3[^/]*/[^/]+\.py$|/lib/python3[^/]*/(?:asyncio|json|multiprocessing|concurrent|http|socketserver)/|^node:`)
	// place is the folder of a copy of the submission: on a host, or on the machine.
	place = regexp.MustCompile(`(?m)(^|[\s"'(=])(?:/submission/|/[^\s"'()]*/chatspec-\d+/\d+/folder/)`)
)

// ownFrames leaves, of tracebacks, what is of the student's own, with the paths that they
// know.
func ownFrames(text string) string {
	var kept []string
	left := false // the last frame was left out, and what belongs to it is
	for line := range strings.SplitSeq(text, "\n") {
		match := frame.FindStringSubmatch(line)
		switch {
		case match != nil:
			left = ofInterpreter.MatchString(match[1] + match[2])
		case !strings.HasPrefix(line, "    "):
			left = false
		}
		if !left {
			kept = append(kept, line)
		}
	}
	return place.ReplaceAllString(strings.Join(kept, "\n"), "$1")
}

// firstBytes cuts a text after so many bytes at most, between two characters.
func firstBytes(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for back := range min(utf8.UTFMax, limit+1) {
		if utf8.RuneStart(text[limit-back]) {
			return text[:limit-back]
		}
	}
	return text[:limit]
}

// lastBytes cuts a text before so many bytes at most, between two characters.
func lastBytes(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	from := len(text) - limit
	for ahead := range utf8.UTFMax {
		if from+ahead == len(text) || utf8.RuneStart(text[from+ahead]) {
			return text[from+ahead:]
		}
	}
	return text[from:]
}
