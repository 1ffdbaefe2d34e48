package chatroom

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

// logFile is where the server keeps what is said.
const logFile = "log.txt"

// button is what is typed to a server without a window that writes its log on demand.
const button = "join"

// readLog reads the logs of the server that hold all texts, or else all logs.
func (w *world) readLog(texts []string) (text string, complete bool, err error) {
	files, err := w.Stage.Written(steps.Server, logFile)
	if err != nil {
		return "", false, err
	}
	all := ""
	for _, file := range files {
		missing := false
		for _, text := range texts {
			missing = missing || writingOf(file.Text, text) == nil
		}
		if !missing {
			return file.Text, true, nil
		}
		all += file.Text
	}
	return all, false, nil
}

// awaitLogged waits until the log holds texts: when all is at rest, or, where the server is asked
// for it, after that.
func (w *world) awaitLogged(ctx context.Context, texts []string) (string, error) {
	if err := w.settle(ctx); err != nil {
		return "", err
	}
	log, complete, err := w.readLog(texts)
	if err != nil || complete {
		return log, err
	}
	asked, err := w.askForLog(ctx)
	if err != nil {
		return "", err
	}
	if asked {
		if err := w.settle(ctx); err != nil {
			return "", err
		}
		if log, complete, err = w.readLog(texts); err != nil || complete {
			w.Run.Observe(serverProgram, "writes the log when it is asked to")
			return log, err
		}
		if !holdsAny(log, texts) {
			if err := w.sayAgain(ctx, texts); err != nil {
				return "", err
			}
			if log, complete, err = w.readLog(texts); err != nil || complete {
				w.Run.Observe(serverProgram, "writes the log from when it is asked to")
				return log, err
			}
		}
	}
	return "", stage.Fail("log.txt holds "+journal.Shorten(fmt.Sprintf("%q", texts)), w.loggedInstead(log, texts))
}

func holdsAny(log string, texts []string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return writingOf(log, text) != nil })
}

// sayAgain has texts said once more, each by who has said it before.
func (w *world) sayAgain(ctx context.Context, texts []string) error {
	events := w.Stage.Journal()
	for _, text := range texts {
		i := slices.IndexFunc(events, func(e journal.Event) bool { return e.Kind == journal.Typed && e.Text == text })
		if i < 0 {
			continue
		}
		if err := w.Types(ctx, events[i].From, text); err != nil {
			return stage.DropFinding(err)
		}
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// askForLog asks the server to write its log: by a button in its window, or at its terminal. It
// reports whether there was somebody to ask.
func (w *world) askForLog(ctx context.Context) (asked bool, err error) {
	byWindow, err := w.isByWindow(ctx, steps.Server)
	if err != nil {
		return false, err
	}
	if byWindow {
		return true, stage.DropFinding(w.Stage.PressInWindow(ctx, steps.Server, "the server's window has a button that writes the log", logButton))
	}
	if awaits, err := w.Stage.RestsAtInput(ctx, steps.Server); err != nil || !awaits {
		return false, err
	}
	return true, stage.DropFinding(w.Stage.Type(ctx, steps.Server, button))
}

// loggedInstead says what the log holds.
func (w *world) loggedInstead(log string, texts []string) string {
	events := w.Stage.Journal()
	missing := slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return writingOf(log, text) != nil })
	instead := fmt.Sprintf("%d of %d are missing, %q among them; it holds %s", len(missing), len(texts), missing[:min(1, len(missing))], journal.Quote(lastOf(log)))
	if log == "" {
		instead = "there is no log.txt in the server's folder, or nothing in it"
	}
	if how := stage.Ended(events, steps.Server); how != "" {
		instead += "; the server has ended (" + how + ")" + stage.LastWords(events, steps.Server)
	}
	return instead
}

func (w *world) logHolds(ctx context.Context, texts string) error {
	log, err := w.awaitLogged(ctx, steps.List(texts))
	if err == nil {
		w.observeLog(log)
	}
	return err
}

// logHoldsStill looks into the log as it is now: to ask for it anew might write it anew.
func (w *world) logHoldsStill(_ context.Context, texts string) error {
	wanted := steps.List(texts)
	log, complete, err := w.readLog(wanted)
	if err != nil || complete {
		return err
	}
	return stage.Fail(fmt.Sprintf("log.txt holds %q still", wanted), w.loggedInstead(log, wanted))
}

func (w *world) logHoldsInOrder(ctx context.Context, texts string) error {
	log, err := w.awaitLogged(ctx, steps.List(texts))
	if err != nil {
		return err
	}
	return inOrder(log, steps.List(texts))
}

// inOrder looks at where texts stand first in a log, one after the other.
func inOrder(log string, texts []string) error {
	before := -1
	for _, text := range texts {
		at := strings.Index(log, text)
		if at < before {
			return stage.Fail(fmt.Sprintf("log.txt holds %q in this order", texts), fmt.Sprintf("%q stands before what was said before it", text))
		}
		before = at
	}
	return nil
}

// observeLog says what is logged.
func (w *world) observeLog(log string) {
	if requestLine.MatchString(log) {
		w.Run.Observe(serverProgram, "logs whole requests")
		return
	}
	w.Run.Observe(serverProgram, "logs messages")
}
