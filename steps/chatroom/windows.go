package chatroom

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/window"
	"github.com/chatspec/chatspec/steps"
)

// Windows are what is known of those of a program.
type windows struct {
	known bool // whether it has any
	shown bool // it has
	// used is set where it comes to its desk, whether it shows a window or not: without one
	// it would not start.
	used bool
	// byTerminal is set where it is typed to at its terminal, though it has a window: what
	// is typed there goes nowhere.
	byTerminal bool
}

// needsDesk reports whether a program is started with a desk: where it comes to one, or
// that is not known, and this machine can have one.
func (w windows) needsDesk() bool {
	if w.known {
		return w.used
	}
	return window.Check() == nil
}

// findWindow finds out whether a program that was started shows a window. Where it has not
// started, which err says, since this machine has no display, that is the reason.
func (w *world) findWindow(ctx context.Context, who string, found *windows, err error) error {
	if missing := window.Check(); missing != nil {
		return w.blameDisplay(ctx, who, missing, err)
	}
	if found.known || err != nil || stage.Ended(w.Stage.Journal(), who) != "" {
		return err
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	if found.shown, err = w.Stage.HasWindow(ctx, who); err != nil {
		return err
	}
	found.used, err = w.Stage.UsesDesk(ctx, who)
	found.known = err == nil
	return err
}

// blameDisplay makes a display that this machine does not have the reason why a program has not started, or has
// ended soon after: some listen, or connect, before they show a window.
func (w *world) blameDisplay(ctx context.Context, who string, missing, err error) error {
	if stage.DropFailure(err) != nil {
		return err
	}
	if quiet := w.Stage.AwaitQuiet(ctx); quiet != nil {
		return quiet
	}
	failed := err != nil || stage.Ended(w.Stage.Journal(), who) != ""
	if failed && wantsDisplay.MatchString(journal.Complaints(w.Stage.Journal(), who)) {
		return &stage.Unverified{Reason: missing.Error()}
	}
	return err
}

// wantsDisplay finds what the toolkits say that find no display.
var wantsDisplay = regexp.MustCompile(`(?i)no display name|cannot open display|could not connect to display|platform plugin|DISPLAY environment`)

// tryAtTerminal listens to a client with a window once more, which is typed to at its terminal
// now. Where nothing comes of that either, it stays with the window.
func (s *session) tryAtTerminal(ctx context.Context, how way) error {
	s.client.byTerminal = true
	err := s.tryClient(ctx, how, false)
	s.client.byTerminal = err == nil && len(s.script.say) > 0
	return stage.DropFinding(err)
}

// isByWindow reports whether a program shows a window in which it is used.
func (w *world) isByWindow(ctx context.Context, who string) (bool, error) {
	of := w.session.client.windows
	if who == steps.Server {
		of = w.session.server.windows
	}
	if !of.needsDesk() || of.byTerminal || stage.Ended(w.Stage.Journal(), who) != "" {
		return false, nil
	}
	return w.Stage.HasWindow(ctx, who)
}

// answerInWindow answers what a client's window asks for, and reports whether that was the name.
func (w *world) answerInWindow(ctx context.Context, user, name string) (isName bool, err error) {
	answer := func(frame window.Frame, field window.Part) (text string) {
		text, isName = reply(question(frame, field), w.session.client.way, w.links[user], name)
		return text
	}
	if err := w.Stage.AnswerInWindow(ctx, user, answer, asking); err != nil {
		return false, err
	}
	return isName, w.Stage.AwaitQuiet(ctx)
}

// asking is the field by which a window asks for something: of several that are empty, one that
// asks for a name, or the first; where none is empty, the last.
func asking(frames []window.Frame) (window.Frame, window.Part, bool) {
	frame, field, found := window.LastField(frames)
	if !found {
		return frame, field, false
	}
	var first *window.Part
	for _, f := range frame.Fields() {
		if f.Text != "" {
			continue
		}
		if meaning(question(frame, f)) == "{name}" {
			return frame, f, true
		}
		if first == nil {
			first = &f
		}
	}
	if first != nil {
		return frame, *first, true
	}
	return frame, field, true
}

// question is what stands before a field, or in the title of its window.
func question(frame window.Frame, field window.Part) string {
	if field.Name != "" {
		return field.Name
	}
	before := ""
	for _, p := range frame.Parts {
		if p == field {
			break
		}
		if p.Role == "label" {
			before = p.Name
		}
		if p.IsField() {
			before = ""
		}
	}
	if before != "" {
		return before
	}
	return frame.Title
}

// logButton is the button of a server's window that writes the log, or has it written from then on;
// the text calls it join.
func logButton(frames []window.Frame) (window.Frame, window.Part, bool) {
	for _, f := range frames {
		if b, found := window.Button(slices.Concat(f.Buttons(), f.Switches()), button, "log", "append", "save", "write", "store", "export"); found {
			return f, b, true
		}
	}
	return window.Frame{}, window.Part{}, false
}

func (w *world) serverShowsWindow(ctx context.Context) error {
	return w.showsWindow(ctx, steps.Server, w.session.server.windows)
}

func (w *world) clientShowsWindow(ctx context.Context, user string) error {
	return w.showsWindow(ctx, user, w.session.client.windows)
}

// showsWindow waits for a window.
func (w *world) showsWindow(ctx context.Context, who string, of windows) error {
	if err := of.check(who); err != nil {
		return err
	}
	return w.Stage.AwaitWindow(ctx, who)
}

// check says why a program shows no window: there can be none here, or it was seen to show none.
func (w windows) check(who string) error {
	if missing := window.Check(); missing != nil {
		return &stage.Unverified{Reason: missing.Error()}
	}
	if w.known && !w.shown {
		return stage.Fail(who+" shows a window", "it shows none")
	}
	return nil
}

// typesInWindow types into the window, whatever else the client may be typed to at.
func (w *world) typesInWindow(ctx context.Context, user, text string) error {
	if err := w.session.client.check(user); err != nil {
		return err
	}
	w.Mark, w.Typed = w.Stage.Mark(), text
	w.Remember(text)
	return w.Stage.TypeInWindow(ctx, user, text, window.LastField)
}

// readsInWindow looks into the window alone, whatever else the client may show.
func (w *world) readsInWindow(ctx context.Context, user, text string) error {
	if err := w.session.client.check(user); err != nil {
		return err
	}
	return w.Stage.AwaitInWindow(ctx, user, user+" reads "+journal.Quote(text)+" in a window", saying(text))
}

// typesMany types messages, one after the other.
func (w *world) typesMany(ctx context.Context, user string, count int) error {
	for i := range count {
		if err := w.Types(ctx, user, fmt.Sprintf("message %d.", i+1)); err != nil {
			return err
		}
	}
	return nil
}

// windowAnswers asks a window what is in it, while messages come.
func (w *world) windowAnswers(ctx context.Context, user string) error {
	if err := w.session.client.check(user); err != nil {
		return err
	}
	_, err := w.Stage.Frames(ctx, user)
	return err
}

// saying finds a text in a window, which may break its lines.
func saying(text string) func(window.View) bool {
	return func(v window.View) bool { return strings.Contains(v.Says(), text) }
}

// windowCloses waits until none of the client's windows is left.
func (w *world) windowCloses(ctx context.Context, user string) error {
	if err := w.session.client.check(user); err != nil {
		return err
	}
	return w.Stage.AwaitNoWindow(ctx, user)
}
