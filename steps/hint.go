package steps

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
)

// hintFor says where to begin, if the journal shows a fault that is not the rule's own and
// comes before it: an error that has ended a program, arguments that it has refused, output
// that has not come, a loop that never waits. It is empty otherwise.
func hintFor(events []journal.Event, expected, observed string) string {
	for _, hint := range []string{
		crashHint(events),
		usageHint(events),
		bufferHint(events, expected),
		lingerHint(events, expected),
		loopHint(observed),
	} {
		if hint != "" {
			return hint
		}
	}
	return ""
}

// crashHint is about a program that was ended by an error of its own.
func crashHint(events []journal.Event) string {
	for _, e := range events {
		if e.Kind != journal.Started {
			continue
		}
		if crash := stage.Crash(events, e.From); crash != "" {
			return fmt.Sprintf("begin with the error that has ended %s: %s", e.From, crash)
		}
	}
	return ""
}

// usageHint is about a program that has ended since it wants other arguments.
func usageHint(events []journal.Event) string {
	for i, e := range events {
		if e.Kind != journal.Started || stage.Ended(events, e.From) == "" {
			continue
		}
		said := journal.Output(events[i:], e.From) + journal.Complaints(events[i:], e.From)
		for line := range strings.Lines(said) {
			if strings.Contains(strings.ToLower(line), "usage") {
				return fmt.Sprintf("%s was started by «%s», and says %s: take the arguments in this order, or say in a manifest how the program is started",
					e.From, e.Text, journal.Quote(strings.TrimSpace(line)))
			}
		}
	}
	return ""
}

// bufferHint is about a program that should have shown something, was sent it, and has
// printed nothing at all.
func bufferHint(events []journal.Event, expected string) string {
	name, text, ok := strings.Cut(expected, " shows ")
	if !ok || !wasSent(events, name, text) || journal.Output(events, name)+journal.Complaints(events, name) != "" {
		return ""
	}
	return fmt.Sprintf("nothing that %s prints has come, not even a greeting: what is printed to no terminal waits in a buffer until it is flushed (in Python, by print(…, flush=True))", name)
}

// wasSent reports whether the words of a text have come to a program. Bytes alone do not tell: sockets
// greet each other before anything is said. Words with other than ASCII letters and digits are not
// asked for, as a message may hold them escaped.
func wasSent(events []journal.Event, name, text string) bool {
	var came strings.Builder
	for _, e := range events {
		if e.Kind == journal.Wrote && e.To == name {
			came.WriteString(e.Data)
		}
	}
	for _, word := range strings.FieldsFunc(text, betweenWords) {
		if strings.IndexFunc(word, beyondASCII) < 0 && !strings.Contains(came.String(), word) {
			return false
		}
	}
	return came.Len() > 0
}

func betweenWords(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func beyondASCII(r rune) bool { return r > unicode.MaxASCII }

// lingerHint is about a program that has ended in order before all was sent that it said over
// ZeroMQ, whose sockets send in the background.
func lingerHint(events []journal.Event, expected string) string {
	_, from, ok := strings.Cut(expected, " receives ")
	if !ok {
		return ""
	}
	name := from[strings.LastIndex(from, " ")+1:]
	if !strings.Contains(stage.Ended(events, name), "exit status 0") || !speaksZMTP(events, name) {
		return ""
	}
	return fmt.Sprintf("%s has ended before all was sent that it said: let it close its socket and terminate its context (context.term()), which waits for that", name)
}

// speaksZMTP reports whether a program has greeted another as ZeroMQ does (RFC 23/ZMTP, 2.2).
func speaksZMTP(events []journal.Event, name string) bool {
	for _, e := range events {
		if e.Kind == journal.Wrote && e.From == name && strings.HasPrefix(e.Data, "\xff") && len(e.Data) > 9 && e.Data[9] == 0x7f {
			return true
		}
	}
	return false
}

// loopHint is about a program that never comes to rest, if that is not the machine's doing.
func loopHint(observed string) string {
	switch {
	case !strings.Contains(observed, stage.OutOfTime):
		return ""
	case strings.Contains(observed, stage.IsBusy):
		return "the machine was busy, and that may be all: judge it again alone, with --jobs 1 and more --patience"
	}
	return "something was going on until time ran out: look for a loop that asks again and again, and waits for nothing"
}
