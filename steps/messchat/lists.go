package messchat

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

// A Reader is somebody who asks for messages, and is given lists.
type Reader struct {
	// Name is who it is, and Role the mess_chat that is asked; "" for one who is asked for
	// nothing, and knows of all that comes.
	Name, Role string
	Lists      []List
	// Ask asks once more, and keeps the list in Lists.
	Ask func(context.Context) error
	// Takes reports whether what is in one list is in no later one.
	Takes func() bool
}

// Listed counts how often a text stands in the lists that were given, all together.
func (r *Reader) Listed(text string) int {
	count := 0
	for _, l := range r.Lists {
		count += l.Holds(text)
	}
	return count
}

// HasListed reports whether anything was listed.
func (r *Reader) HasListed() bool {
	return slices.ContainsFunc(r.Lists, func(l List) bool { return len(l.Texts) > 0 })
}

// most is how often a text stands in one list, at most.
func (r *Reader) most(text string) int {
	most := 0
	for _, l := range r.Lists {
		most = max(most, l.Holds(text))
	}
	return most
}

// ListedInstead says what was listed, for a person.
func (r *Reader) ListedInstead() string {
	var all []string
	for _, l := range r.Lists {
		if !l.Worked() && r.Role != "" {
			return l.String()
		}
		for _, text := range l.Texts {
			if !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	if len(all) == 0 {
		return "it lists nothing"
	}
	return "it lists " + journal.Shorten(fmt.Sprintf("%q", all))
}

// Without takes texts off a list, each as often as it is to be taken off.
func Without(texts, off []string) []string {
	left := slices.Clone(off)
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool {
		at := slices.Index(left, text)
		if at < 0 {
			return false
		}
		left = slices.Delete(left, at, at+1)
		return true
	})
}

// ListOf reads the texts of a sentence, whose first and last quotation mark are off: one,
// or several with nothing but `", "` or `" and "` in between.
func ListOf(text string) []string {
	return strings.Split(strings.ReplaceAll(text, `" and "`, `", "`), `", "`)
}

// AwaitAllListed waits until each text of a sentence was in one of the lists that were
// given, or in one more.
func (w *World) AwaitAllListed(ctx context.Context, r *Reader, texts string) error {
	for _, text := range steps.List(texts) {
		if err := w.AwaitListed(ctx, r, text); err != nil {
			return err
		}
	}
	return nil
}

// AwaitListed asks for messages until a text is there, or nothing more happens. What
// has arrived while a list was written is in the next one, once all is at rest.
func (w *World) AwaitListed(ctx context.Context, r *Reader, text string) error {
	deadline, stop := w.Stage.Deadline(ctx)
	defer stop()
	var err error
	for final := false; r.Listed(text) == 0; {
		for _, rest := range []bool{false, true} {
			if rest {
				err = w.Stage.AwaitQuiet(ctx)
			}
			if err == nil {
				err = r.Ask(ctx)
			}
			if err != nil || r.Listed(text) > 0 {
				return err
			}
		}
		if final {
			return stage.Fail(fmt.Sprintf("%s lists %s", r.Name, journal.Quote(text)), r.ListedInstead()+stage.LastWords(w.Stage.Journal(), r.Role))
		}
		if final, err = w.NothingComes(ctx); err != nil {
			return err
		}
		final = final || deadline.Err() != nil // where a program polls, something happens for ever
	}
	return nil
}

// ListsToTheLetter is AwaitListed, but does not take the bytes of a text, as Python shows
// them, for the text.
func (w *World) ListsToTheLetter(ctx context.Context, r *Reader, text string) error {
	if err := w.AwaitListed(ctx, r, text); err != nil {
		return err
	}
	for _, l := range r.Lists {
		for _, listed := range l.Texts {
			if strings.Contains(listed, text) && !strings.HasPrefix(listed, "b'") && !strings.HasPrefix(listed, `b"`) {
				return nil
			}
		}
	}
	return stage.Fail(fmt.Sprintf("%s lists %s", r.Name, journal.Quote(text)), r.ListedInstead()+": bytes, as Python shows them, that nobody has decoded")
}

// ListsOnce checks that each of some texts is listed, and not twice.
func (w *World) ListsOnce(ctx context.Context, r *Reader, texts ...string) error {
	for _, text := range texts {
		if err := w.AwaitListed(ctx, r, text); err != nil {
			return err
		}
	}
	if err := w.asksAtRest(ctx, r); err != nil {
		return err
	}
	for _, text := range texts {
		if times := r.times(text); times != 1 {
			return stage.Fail(fmt.Sprintf("%s lists %q once", r.Name, text), fmt.Sprintf("it is listed %d times", times))
		}
	}
	return nil
}

// times is how often somebody lists a text: in all lists, or in one of them, where what was
// listed is listed again.
func (r *Reader) times(text string) int {
	if r.Takes() {
		return r.Listed(text)
	}
	return r.most(text)
}

// DoesNotListTwice checks that a text is listed once, or not at all, when nothing more can happen.
func (w *World) DoesNotListTwice(ctx context.Context, r *Reader, text string) error {
	if err := w.asksAtRest(ctx, r); err != nil {
		return err
	}
	if times := r.times(text); times > 1 {
		return stage.Fail(fmt.Sprintf("%s does not list %q twice", r.Name, text), fmt.Sprintf("it is listed %d times", times))
	}
	return nil
}

// DoesNotList checks that a text is not listed once nothing more can happen.
func (w *World) DoesNotList(ctx context.Context, r *Reader, text string) error {
	if err := w.asksAtRest(ctx, r); err != nil {
		return err
	}
	if r.Listed(text) > 0 {
		return stage.Fail(fmt.Sprintf("%s does not list %q", r.Name, text), "it is listed")
	}
	return nil
}

func (w *World) asksAtRest(ctx context.Context, r *Reader) error {
	if err := w.ComeToRest(ctx); err != nil {
		return err
	}
	return r.Ask(ctx)
}

// ListsInOrder looks at where texts stand in the lists, one after the other.
func (w *World) ListsInOrder(ctx context.Context, r *Reader, texts string) error {
	if err := w.AwaitAllListed(ctx, r, texts); err != nil {
		return err
	}
	var all []string
	for _, l := range r.Lists {
		all = append(all, l.Texts...)
	}
	before := -1
	for _, text := range steps.List(texts) {
		at := slices.IndexFunc(all, func(t string) bool { return strings.Contains(t, text) })
		if at < before {
			return stage.Fail(fmt.Sprintf("%s lists %s, in this order", r.Name, texts), r.ListedInstead())
		}
		before = at
	}
	return nil
}
