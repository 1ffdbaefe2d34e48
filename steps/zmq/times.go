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
	if posts := w.postsApart(steps.Unquote(user), first, second); !posts.meets(span{least, most}) {
		return w.wronglyApart(first, second, posts, span{least, most})
	}
	return nil
}

// wronglyApart is the failure of times that do not differ as their posts do.
func (w *world) wronglyApart(first, second string, posts, times span) error {
	return stage.Fail(
		fmt.Sprintf("the times of %q and %q are %s apart, as the posts are", first, second, posts),
		fmt.Sprintf("they are %s apart", times))
}

// comesLater compares the times of two texts, as somebody has printed or was sent them, with those
// of their posts.
func (w *world) comesLater(ctx context.Context, second, user, first string) error {
	name := steps.Unquote(user)
	if err := w.awaitCarried(ctx, steps.Server, name, word(second)); err != nil {
		return err
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	events, posts := w.Stage.Journal(), w.postsApart(name, first, second)
	one, other := events[w.Since(first):w.Since(second)], events[w.Since(second):]
	var wrong error
	for _, texts := range [][2]string{
		{printedWith(one, name, first), printedWith(other, name, second)},
		{speech(one, steps.Server, name), speech(other, steps.Server, name)},
	} {
		least, most, ok := clock.Apart(texts[0], texts[1], time.Now())
		switch {
		case ok && posts.meets(span{least, most}):
			return nil
		case ok && wrong == nil:
			wrong = w.wronglyApart(first, second, posts, span{least, most})
		}
	}
	if wrong == nil {
		return &stage.Unverified{Reason: fmt.Sprintf("no time of day is read beside %q and %q", first, second)}
	}
	return wrong
}

// printedWith are the lines with a text in them that a program has printed.
func printedWith(events []journal.Event, name, text string) string {
	var found strings.Builder
	for line := range strings.Lines(visible(journal.Output(events, name))) {
		if strings.Contains(line, word(text)) {
			found.WriteString(line)
		}
	}
	return found.String()
}

// A span is when something has happened at the earliest and at the latest, since the stage
// was opened.
type span struct{ from, to time.Duration }

func (s span) meets(other span) bool { return s.from <= other.to && s.to >= other.from }

// String says it for a person, as how long something lasts.
func (s span) String() string {
	return fmt.Sprintf("%.1f to %.1f seconds", s.from.Seconds(), s.to.Seconds())
}

// postsApart is by how much two texts were posted one after the other, as a reader can tell.
func (w *world) postsApart(reader, first, second string) span {
	one, other := w.postedWithin(reader, first), w.postedWithin(reader, second)
	return span{other.from - one.to, other.to - one.from}
}

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
