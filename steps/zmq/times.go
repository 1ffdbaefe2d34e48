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

// awaitBrackets waits until the program that plays name has printed `author: text`
// and, behind it on the line, something in brackets, which it returns. What stands
// around that is of no interest.
func (w *world) awaitBrackets(ctx context.Context, name, message string) (inside string, err error) {
	author, text, _ := strings.Cut(message, ": ")
	shape := regexp.MustCompile(regexp.QuoteMeta(author) + `\s*:\s*` + regexp.QuoteMeta(text) + `\s*\((.*\S.*)\)`)
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
