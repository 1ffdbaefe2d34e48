package zmq

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/chatspec/chatspec/fixtures/clock"
	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

// awaitTime waits until something with the present time in it, in any form, has
// crossed from one program to another.
func (w *world) awaitTime(ctx context.Context, from, to string) error {
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s sends the time of the message along", from),
		By:       []string{from},
		Met: func(events []journal.Event) bool {
			return clock.Holds([]byte(speech(events, from, to)), time.Now())
		},
		Observed: func(events []journal.Event) string {
			return carriedInstead(events, from, to) + "; there is no time near now in it"
		},
	})
}

// serverTellsTime reports whether the server has said the present time of a message: in an
// answer to its author, or on a line that it has printed, with the message in it.
func serverTellsTime(events []journal.Event, author, text string) bool {
	if clock.Holds([]byte(speech(events, steps.Server, author)), time.Now()) {
		return true
	}
	printed := journal.Output(events, steps.Server) + "\n" + journal.Complaints(events, steps.Server)
	for line := range strings.Lines(visible(printed)) {
		if strings.Contains(line, word(text)) && clock.Reads(line, time.Now()) {
			return true
		}
	}
	return false
}

// awaitBrackets waits until the program that plays name has printed `author: text`
// and, behind it on the line, something in brackets, which it returns. What stands
// around that is of no interest.
func (w *world) awaitBrackets(ctx context.Context, name, message string) (inside string, err error) {
	author, text, _ := strings.Cut(message, ": ")
	// Another's name may end with this one.
	shape := regexp.MustCompile(`(?:^|[^\pL\pN_])` + regexp.QuoteMeta(author) + `\s*:\s*` + regexp.QuoteMeta(text) + `\s*\((.*\S.*)\)`)
	err = w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s shows %s (…)", name, message),
		By:       []string{name},
		Met: func(events []journal.Event) bool {
			match := shape.FindStringSubmatch(visible(journal.Output(events, name)))
			if match == nil {
				match = shape.FindStringSubmatch(journal.Screen(events, name))
			}
			if match != nil {
				inside = match[1]
			}
			return match != nil
		},
		Observed: func(events []journal.Event) string { return stage.ShownInstead(events, name, 0) },
	})
	return inside, err
}

// visible is what a terminal shows of an output: what makes it change colours or
// places, or ring, is taken out.
func visible(output string) string {
	return strings.NewReplacer("\r", "", "\a", "").Replace(ansi.Strip(output))
}

// awaitTimeShown waits until the program that plays name has printed `author:
// text`, with the present time in brackets behind it.
func (w *world) awaitTimeShown(ctx context.Context, name, message string) error {
	inside, err := w.awaitBrackets(ctx, name, message)
	if err != nil {
		return err
	}
	if !clock.Reads(inside, time.Now()) {
		return stage.Fail(fmt.Sprintf("%s shows %s, with the time of the post in brackets", name, message),
			"the brackets hold "+journal.Quote(inside))
	}
	return nil
}

// timesDiffer compares the times that a reader has been shown with two posts with those of
// the posts: what has passed between them differs by no more than what is written alike.
func (w *world) timesDiffer(ctx context.Context, user, author, first, second string) error {
	var shown [2]string
	for i, text := range []string{first, second} {
		inside, err := w.awaitBrackets(ctx, steps.Unquote(user), steps.Unquote(author)+": "+text)
		if err != nil {
			return err
		}
		shown[i] = inside
	}
	least, most, ok := clock.Apart(shown[0], shown[1], time.Now())
	if !ok {
		return &stage.Unverified{Reason: fmt.Sprintf("no time of day is read in %q and %q", shown[0], shown[1])}
	}
	one, other := w.postedWithin(steps.Unquote(user), first), w.postedWithin(steps.Unquote(user), second)
	shortest, longest := other.from-one.to, other.to-one.from
	if least <= longest && most >= shortest {
		return nil
	}
	return stage.Fail(
		fmt.Sprintf("the times of %q and %q are %s apart, as the posts are", first, second, seconds(shortest, longest)),
		fmt.Sprintf("they are %s apart: %s and %s", seconds(least, most), journal.Quote(shown[0]), journal.Quote(shown[1])))
}

// A span is when something has happened at the earliest and at the latest, since the stage
// was opened.
type span struct{ from, to time.Duration }

// postedWithin is when a text was posted: after its client was started, and before it came
// to a reader.
func (w *world) postedWithin(reader, text string) span {
	events := w.Stage.Journal()
	within := span{from: events[w.Since(text)].At, to: events[len(events)-1].At}
	crossing := journal.ArrivingAt(reader, word(text))
	for i, e := range events {
		if e.To == reader && crossing.Count(events[:i+1]) > 0 {
			within.to = e.At
			break
		}
	}
	return within
}

// seconds says for a person how long something lasts.
func seconds(least, most time.Duration) string {
	return fmt.Sprintf("%.1f to %.1f seconds", least.Seconds(), most.Seconds())
}
