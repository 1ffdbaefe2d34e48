package chatroom

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

// awaitReached waits until a text has come to somebody from the server.
func (w *world) awaitReached(ctx context.Context, text, user string) error {
	arriving, seen := journal.ArrivingAt(user, text), journal.SeenBy(user, text, w.Since(text))
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s is sent %s by the server", user, journal.Quote(text)),
		By:       []string{steps.Server},
		Met:      func(events []journal.Event) bool { return arriving.Count(events)+seen.Count(events) > 0 },
		Observed: func(events []journal.Event) string { return saidInstead(events, steps.Server, user) },
	})
}

// reaches waits until users are sent a text: by itself or, where a client asks for what is new only when
// its user presses a key, after that. That nobody should have to is for another rule to say.
func (w *world) reaches(ctx context.Context, text, users string) error {
	for _, user := range steps.List(users) {
		err := w.awaitReached(ctx, text, user)
		if failure := new(stage.Failure); errors.As(err, &failure) && w.pressesEnter(ctx, user) == nil && w.awaitReached(ctx, text, user) == nil {
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pressesEnter types nothing but the end of a line. It fails where a client does not wait for that.
func (w *world) pressesEnter(ctx context.Context, user string) error {
	if !w.Stage.AwaitsInput(user) {
		return fmt.Errorf("%s's client waits for no line", user)
	}
	return w.Stage.Type(ctx, user, "")
}

// lastTyped is where in the journal a text was typed last.
func (w *world) lastTyped(text string) int {
	events := w.Stage.Journal()
	for i, e := range slices.Backward(events) {
		if e.Kind == journal.Typed && e.Text == text {
			return i
		}
	}
	return len(events)
}

// seesAgain waits until a user sees a text that was said, or typed there, before.
func (w *world) seesAgain(ctx context.Context, user, text string) error {
	return w.Stage.AwaitShown(ctx, user, text, w.lastTyped(text))
}

// seesWhole waits until a user sees what was typed last, and looks whether something stands behind it.
func (w *world) seesWhole(ctx context.Context, user string) error {
	if err := w.SeesIt(ctx, user); err != nil {
		return err
	}
	if line := goesOn(shown(w.Stage.Journal(), user), w.Typed); line != "" {
		return stage.Fail(fmt.Sprintf("%s sees %s, and nothing after it", user, journal.Quote(w.Typed)), user+" sees "+journal.Quote(line))
	}
	return nil
}

// ended is what may follow a message: the end of its line, or of the quotation marks in which it stands.
var ended = regexp.MustCompile(`^["'»”]?[ \t]*(?:\n|$)`)

// goesOn is how a text goes on wherever it stands; nothing, where it ends somewhere, or is nowhere whole.
func goesOn(all, text string) (line string) {
	for rest := all; ; {
		_, after, found := strings.Cut(rest, text)
		if !found {
			return line
		}
		if ended.MatchString(after) {
			return ""
		}
		more, _, _ := strings.Cut(after, "\n")
		line, rest = text+more, after
	}
}

func (w *world) hasNotReached(ctx context.Context, text, users string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	for _, user := range steps.List(users) {
		if journal.Received(w.Stage.Journal(), user, text) > 0 {
			return stage.Fail(fmt.Sprintf("%s is not sent %q", user, text), "it is: "+saidInstead(w.Stage.Journal(), steps.Server, user))
		}
	}
	if w.fifth != "" {
		w.Run.Observe(serverProgram, "refuses a fifth "+w.fifth)
	}
	return nil
}

// A form finds messages of an author, who is anybody where that is "", with a text.
func form(author, text string) *regexp.Regexp {
	name := `[^\s:(][^:\n]*?`
	if author != "" {
		name = `(?:^|[^\pL\pN_])` + regexp.QuoteMeta(author)
	}
	return regexp.MustCompile(`(?m)` + name + `[ \t]*:[ \t]*\((\d+):([0-5]?\d)\)[ \t]*-[ \t]*` + regexp.QuoteMeta(text))
}

// heard is all that has come to somebody: what the client has shown, and what the server has sent.
func heard(events []journal.Event, user string) string {
	return shown(events, user) + "\n" + strings.Join(journal.Streams(events, user), "\n")
}

// shown is what a client has shown, as it stands on its screen, and as it was printed.
func shown(events []journal.Event, user string) string {
	return journal.Screen(events, user) + "\n" + strings.ReplaceAll(ansi.Strip(journal.Output(events, user)), "\r", "")
}

// find finds a message among what has come to somebody.
func find(events []journal.Event, user, author, text string) []string {
	return form(author, text).FindStringSubmatch(heard(events, user))
}

// awaitForm waits until a message has come to somebody in its form, and returns its minutes and
// seconds.
func (w *world) awaitForm(ctx context.Context, user, author, text string) (minutes, seconds string, err error) {
	arriving := journal.SeenBy(user, text, 0)
	crossing := journal.ArrivingAt(user, text)
	shape := author
	if shape == "" {
		shape = "NAME"
	}
	err = w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s sees %s:(M:SS)-%s", user, shape, text),
		By:       []string{user},
		Look:     []string{user},
		Met: func(events []journal.Event) bool {
			if arriving.Count(events)+crossing.Count(events) == 0 {
				return false
			}
			match := find(events, user, author, text)
			if match != nil {
				minutes, seconds = match[1], match[2]
			}
			return match != nil
		},
		Observed: func(events []journal.Event) string { return w.shownInstead(events, user, text) },
	})
	return minutes, seconds, err
}

// shownInstead is the line in which somebody has seen a text, or else what the client shows.
func (w *world) shownInstead(events []journal.Event, user, text string) string {
	for line := range strings.Lines(journal.Screen(events, user)) {
		if strings.Contains(line, text) {
			return user + " sees " + journal.Quote(strings.TrimSpace(line))
		}
	}
	return stage.ShownInstead(events, user, w.Since(text))
}

func (w *world) seesForm(ctx context.Context, user, text string) error {
	_, _, err := w.awaitForm(ctx, user, "", text)
	return err
}

func (w *world) seesAuthor(ctx context.Context, user, author, text string) error {
	_, seconds, err := w.awaitForm(ctx, user, author, text)
	if err == nil && len(seconds) == 1 {
		w.Run.Observe(serverProgram, "writes seconds as in 0:3")
	}
	return err
}

// hasNotCome looks back, when nothing more can happen, whether a message has come to somebody.
func (w *world) hasNotCome(ctx context.Context, text, users string) error {
	return w.hasNotComeFrom(ctx, text, "", users)
}

func (w *world) hasNotComeFrom(ctx context.Context, text, author, users string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	for _, user := range steps.List(users) {
		if match := find(w.Stage.Journal(), user, author, text); match != nil {
			return stage.Fail(fmt.Sprintf("no message %q comes to %s", text, user), fmt.Sprintf("there comes %s", journal.Quote(strings.TrimSpace(match[0]))))
		}
	}
	return nil
}

func (w *world) seesOnce(ctx context.Context, user, text string) error {
	if err := w.SeesText(ctx, user, text); err != nil {
		return err
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	if err := w.Stage.LookAtWindow(ctx, user); err != nil {
		return err
	}
	if count := journal.SeenBy(user, text, w.Since(text)).Count(w.Stage.Journal()); count != 1 {
		return stage.Fail(fmt.Sprintf("%s sees %q once", user, text), fmt.Sprintf("it is seen %d times", count))
	}
	return nil
}

// speaksHTTP looks, on the connection on which the client has said the text that was typed last,
// for a request before it.
func (w *world) speaksHTTP(ctx context.Context, user string) error {
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s sends a request of HTTP: a method, a path and a version, as in POST /log.txt HTTP/1.1", user),
		By:       []string{user},
		Met: func(events []journal.Event) bool {
			for _, said := range saidOn(events, user) {
				begin := requestLine.FindStringIndex(said)
				if begin != nil && writingOf(said[begin[0]:], w.Typed) != nil {
					return true
				}
			}
			return false
		},
		Observed: func(events []journal.Event) string { return saidInstead(events, user, steps.Server) },
	})
}

// saidOn lists, a connection each, what a client has said to the server.
func saidOn(events []journal.Event, user string) []string {
	var own []journal.Event
	for _, e := range events {
		if e.From == user {
			own = append(own, e)
		}
	}
	return journal.Streams(own, steps.Server)
}

// asksForLog looks at the path of each request.
func (w *world) asksForLog(ctx context.Context, user string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	for _, said := range saidOn(w.Stage.Journal(), user) {
		for _, request := range requests(said) {
			if line := requestLine.FindString(request); line != "" && pathOf(line) != "/log.txt" {
				return stage.Fail("all requests are about /log.txt", user+" asks for "+journal.Quote(line))
			}
		}
	}
	return nil
}

// pathOf is the path in a request's line (RFC 9112, section 3.2).
func pathOf(line string) string {
	target, err := url.Parse(strings.Fields(line)[1])
	if err != nil {
		return line
	}
	return "/" + strings.TrimLeft(target.Path, "/")
}
