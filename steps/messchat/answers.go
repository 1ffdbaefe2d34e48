package messchat

import (
	"context"
	"errors"
	"sync"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
)

// ItWorked checks the last answer.
func (w *World) ItWorked() error {
	if w.Answer.Worked() {
		return nil
	}
	return stage.Fail("the answer says that it worked: its status is 200 to 299", w.Answer.String())
}

// ItDidNotWork checks the last answer.
func (w *World) ItDidNotWork() error {
	if !w.Answer.Worked() {
		return nil
	}
	return stage.Fail("the answer says that it did not work: its status is 400 or more", w.Answer.String())
}

// IsNoServerError checks the last answer.
func (w *World) IsNoServerError() error {
	if w.Answer.Status < 500 {
		return nil
	}
	return stage.Fail("the answer is no error of the server: its status is below 500", w.Answer.String())
}

// BlamesTheRequest checks the last answer.
func (w *World) BlamesTheRequest() error {
	if w.Answer.Status >= 400 && w.Answer.Status < 500 {
		return nil
	}
	return stage.Fail("the answer says that the request is wrong: its status is 400 to 499", w.Answer.String())
}

// AllWorked checks the answers to what was asked at once.
func (w *World) AllWorked() error {
	for _, a := range w.All {
		if !a.Worked() {
			return stage.Fail("all the answers say that it worked", a.String())
		}
	}
	return nil
}

// AtOnce asks the mess_chat in a role for several things at once, and keeps the answers.
// RabbitMQ's are held back until the program has taken all requests that it takes at
// once, so that it is no luck whether it deals with them one after the other.
func (w *World) AtOnce(ctx context.Context, role string, count int, ask func(n int) (Answer, error)) error {
	w.All = make([]Answer, count)
	errs := make([]error, count)
	letGo := w.Lease.Hold()
	defer letGo()
	mark := w.Stage.Mark()
	var asking sync.WaitGroup
	for n := range count {
		asking.Go(func() { w.All[n], errs[n] = ask(n) })
	}
	err := w.awaitAsked(ctx, role, mark, count)
	letGo()
	asking.Wait()
	for _, failed := range errs {
		if failed != nil {
			return failed
		}
	}
	return err
}

// awaitAsked waits until all requests have been made that were to be made at once, and
// the program is blocked.
func (w *World) awaitAsked(ctx context.Context, role string, mark, count int) error {
	err := w.Stage.Await(ctx, stage.Wait{
		Expected: "all requests are made",
		By:       []string{role},
		Met: func(events []journal.Event) bool {
			asked := 0
			for _, e := range events[mark:] {
				if _, ok := e.Message.(httpwire.Request); ok && e.To == role {
					asked++
				}
			}
			return asked >= count
		},
		Observed: func([]journal.Event) string { return "some are not" },
	})
	if err := stage.DropFinding(err); err != nil {
		return err
	}
	return w.Stage.AwaitBlocked(ctx, role)
}

// HasFoundAgain asks a mess_chat for messages until it answers as it did, and waits until
// it has as many consumers as it had: what comes before, it may miss.
func (w *World) HasFoundAgain(ctx context.Context, role string, had int, ask func(context.Context) (List, error)) error {
	deadline, stop := w.Stage.Deadline(ctx)
	defer stop()
	for final := false; ; {
		l, err := ask(ctx)
		if err != nil {
			return err
		}
		again := Consumers(w.Stage.Journal()[w.backSince:], role)
		if l.Worked() && again >= had {
			return w.Stage.AwaitQuiet(ctx)
		}
		if final && l.Worked() {
			return stage.Fail(role+" reads the queues again, as RabbitMQ is back", SaidInstead(w.Stage.Journal()[w.backSince:], role))
		}
		if final {
			return stage.Fail(role+" is given the messages again, as RabbitMQ is back", l.String())
		}
		if final, err = w.NothingComes(ctx); err != nil {
			return err
		}
		final = final || deadline.Err() != nil // where a program polls, something happens for ever
	}
}

// NothingComes waits until something more happens, and reports whether nothing does.
func (w *World) NothingComes(ctx context.Context) (bool, error) {
	if w.cannotTell() {
		return true, w.ComeToRest(ctx)
	}
	mark := w.Stage.Mark()
	err := w.Stage.Await(ctx, stage.Wait{
		Expected: "something more happens",
		By:       w.Stage.Programs(),
		Met:      func(events []journal.Event) bool { return len(events) > mark+trailing(events[mark:]) },
		Observed: func([]journal.Event) string { return "nothing does" },
	})
	var failure *stage.Failure
	if errors.As(err, &failure) {
		return true, nil
	}
	return false, err
}

// trailing counts the events that only end what has happened: connections that are
// closed after their answers.
func trailing(events []journal.Event) int {
	count := 0
	for _, e := range events {
		if e.Kind == journal.Closed || e.Kind == journal.Shown || e.Kind == journal.Complained {
			count++
		}
	}
	return count
}
