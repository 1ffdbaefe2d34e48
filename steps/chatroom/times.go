package chatroom

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
)

// typedAt is when a text was typed.
func typedAt(events []journal.Event, text string) time.Duration {
	for _, e := range events {
		if e.Kind == journal.Typed && e.Text == text {
			return e.At
		}
	}
	return 0
}

// shownAt is when somebody had seen a text.
func shownAt(events []journal.Event, user, text string) time.Duration {
	seen, crossing := journal.SeenBy(user, text, 0), journal.ArrivingAt(user, text)
	for i, e := range events {
		if (e.From == user || e.To == user) && seen.Count(events[:i+1])+crossing.Count(events[:i+1]) > 0 && e.Kind == journal.Shown {
			return e.At
		}
	}
	if len(events) == 0 {
		return 0
	}
	return events[len(events)-1].At
}

// A span is a time in whole seconds that may be a little longer or shorter, as it is counted.
type span struct{ least, most int }

func (s span) holds(seconds int) bool { return seconds >= s.least && seconds <= s.most }

// between is the time between two messages, whoever measures it, from when they are typed until
// they are shown.
func between(events []journal.Event, user, first, second string) span {
	least := typedAt(events, second) - shownAt(events, user, first)
	most := shownAt(events, user, second) - typedAt(events, first)
	return span{int(math.Floor(max(0, least.Seconds()))), int(math.Ceil(most.Seconds()))}
}

// timeOf is the time that stands in a message, in seconds.
func (w *world) timeOf(ctx context.Context, user, text string) (int, error) {
	m, s, err := w.awaitForm(ctx, user, "", text)
	if err != nil {
		return 0, err
	}
	minutes, err := strconv.Atoi(m)
	if err != nil {
		return math.MaxInt, nil // more minutes than there are
	}
	seconds, err := strconv.Atoi(s)
	return minutes*60 + seconds, err
}

func (w *world) seesTimeSince(ctx context.Context, user, text, before string) error {
	shown, err := w.timeOf(ctx, user, text)
	if err != nil {
		return err
	}
	events := w.Stage.Journal()
	passed := between(events, user, before, text)
	w.observeFirst(ctx, user, before)
	if passed.holds(shown) {
		return nil
	}
	return stage.Fail(fmt.Sprintf("the time in %q is that since %q: %s", text, before, passed), fmt.Sprintf("it is %s", clocked(shown)))
}

// seesTimeSinceEither takes the time since the author's own message before, and since anybody's.
func (w *world) seesTimeSinceEither(ctx context.Context, user, text, own, anybodys string) error {
	shown, err := w.timeOf(ctx, user, text)
	if err != nil {
		return err
	}
	events := w.Stage.Journal()
	ownTime, anyTime := between(events, user, own, text), between(events, user, anybodys, text)
	switch {
	case ownTime.holds(shown) && !anyTime.holds(shown):
		w.Run.Observe(serverProgram, "counts the time since the author's own message before")
	case anyTime.holds(shown) && !ownTime.holds(shown):
		w.Run.Observe(serverProgram, "counts the time since anybody's message before")
	}
	if shown >= anyTime.least && shown <= ownTime.most {
		return nil
	}
	return stage.Fail(fmt.Sprintf("the time in %q is that since %q: %s; or that since %q: %s", text, own, ownTime, anybodys, anyTime), fmt.Sprintf("it is %s", clocked(shown)))
}

// observeFirst says what the time in a text is, where it is a first message that came a good second after
// all were in the room.
func (w *world) observeFirst(ctx context.Context, user, text string) {
	after := w.Stage.Journal()[w.all:]
	first := slices.IndexFunc(after, func(e journal.Event) bool { return e.Kind == journal.Typed })
	if first < 0 || after[first].Text != text || after[first].At-after[0].At < time.Second {
		return
	}
	shown, err := w.timeOf(ctx, user, text)
	switch {
	case err != nil:
	case shown == 0:
		w.Run.Observe(serverProgram, "writes 0:00 into a first message")
	default:
		w.Run.Observe(serverProgram, "counts the time of a first message since somebody has joined")
	}
}

// String says it for a person.
func (s span) String() string {
	if s.least == s.most {
		return clocked(s.least)
	}
	return clocked(s.least) + " to " + clocked(s.most)
}

func clocked(seconds int) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }
