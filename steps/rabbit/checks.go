package rabbit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
	"github.com/chatspec/chatspec/steps"
)

// isUnseen says why what an instance says to RabbitMQ cannot be seen; nothing, where it
// can.
func (w *world) isUnseen() error {
	if w.runs() {
		return &stage.Unverified{Reason: "mess_chat runs already: what it says to RabbitMQ is not seen; have it started from its folder to have this judged"}
	}
	return nil
}

// isUnreached says why another client cannot reach an instance through RabbitMQ; nothing,
// where it can.
func (w *world) isUnreached() error {
	if w.runs() && !w.session.brokers.Given {
		return &stage.Unverified{Reason: "mess_chat runs already, with a RabbitMQ that chatspec does not know: say which with --amqp amqp://…"}
	}
	return nil
}

// sends has a user send messages, each when the one before has been answered, whatever
// the answer is.
func (w *world) sends(ctx context.Context, user, text string) error {
	for _, text := range listOf(text) {
		if err := w.sendsOne(ctx, user, text); err != nil {
			return err
		}
	}
	return nil
}

// hasSent has a user send messages, and wants them to be taken.
func (w *world) hasSent(ctx context.Context, user, text string) error {
	for _, text := range listOf(text) {
		if err := w.sendsOne(ctx, user, text); err != nil {
			return err
		}
		if w.instances[user].other == nil && !w.answer.worked() {
			return stage.Fail(fmt.Sprintf("%s sends %s", user, journal.Quote(text)), w.answer.String()+w.whyNot())
		}
	}
	return nil
}

// listOf reads the texts of a sentence, whose first and last quotation mark are off: one,
// or several with nothing but `", "` or `" and "` in between.
func listOf(text string) []string {
	return strings.Split(strings.ReplaceAll(text, `" and "`, `", "`), `", "`)
}

func (w *world) sendsOne(ctx context.Context, user, text string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	w.Typed, w.Mark = text, w.Stage.Mark()
	if i.other != nil {
		return w.put(ctx, user, w.session.body(text, user))
	}
	w.answer, err = i.api.send(ctx, text)
	return err
}

func (w *world) sendsLong(ctx context.Context, user string, letters int) error {
	return w.sendsOne(ctx, user, steps.Long(letters))
}

func (w *world) sendsAtOnce(ctx context.Context, user, texts string) error {
	w.sent = steps.List(texts)
	return w.sendAll(ctx, user)
}

func (w *world) sendsManyAtOnce(ctx context.Context, user string, count int) error {
	w.sent = nil
	for i := range count {
		w.sent = append(w.sent, fmt.Sprintf("kumquat-%03d.", i))
	}
	return w.sendAll(ctx, user)
}

// sendAll sends at once what is to be sent. RabbitMQ's answers are held back until the
// program has taken all requests that it takes at once, so that it is no luck whether it
// deals with them one after the other.
func (w *world) sendAll(ctx context.Context, user string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	w.all = make([]answer, len(w.sent))
	errs := make([]error, len(w.sent))
	letGo := w.lease.Hold()
	defer letGo()
	mark := w.Stage.Mark()
	var sending sync.WaitGroup
	for n, text := range w.sent {
		sending.Go(func() { w.all[n], errs[n] = i.api.send(ctx, text) })
	}
	err = w.awaitAsked(ctx, user, mark)
	letGo()
	sending.Wait()
	return firstOf(append(errs, err))
}

// awaitAsked waits until all requests have been made that were to be made at once, and
// the program is blocked.
func (w *world) awaitAsked(ctx context.Context, user string, mark int) error {
	err := w.Stage.Await(ctx, stage.Wait{
		Expected: "all requests are made",
		By:       []string{user},
		Met: func(events []journal.Event) bool {
			asked := 0
			for _, e := range events[mark:] {
				if _, ok := e.Message.(httpwire.Request); ok && e.To == user {
					asked++
				}
			}
			return asked >= len(w.sent)
		},
		Observed: func([]journal.Event) string { return "some are not" },
	})
	if err := dropFailure(err); err != nil {
		return err
	}
	return w.Stage.AwaitBlocked(ctx, user)
}

func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// asksFor asks for a URL as it stands in a sentence.
func (w *world) asksFor(ctx context.Context, user, target string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	w.Mark = w.Stage.Mark()
	w.answer, err = i.api.ask(ctx, target)
	return err
}

func (w *world) asksForMessages(ctx context.Context, user string) error {
	_, err := w.asks(ctx, user)
	return err
}

// asks asks for the messages of a user, and keeps the list.
func (w *world) asks(ctx context.Context, user string) (list, error) {
	i, err := w.one(user)
	if err != nil {
		return list{}, err
	}
	if i.other != nil {
		l := list{texts: delivered(w.Stage.Journal(), user), right: true}
		i.lists = []list{l} // it has all
		return l, nil
	}
	l, err := i.api.messages(ctx)
	if err != nil {
		return l, err
	}
	w.answer = l.answer
	l.texts = without(l.texts, i.before)
	i.lists = append(i.lists, l)
	return l, nil
}

// without takes texts off a list, each as often as it is to be taken off.
func without(texts, off []string) []string {
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

func (w *world) asksAtRest(ctx context.Context, user string) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	return w.asksForMessages(ctx, user)
}

func (w *world) hasBeenGiven(ctx context.Context, user string) error {
	if err := w.asksForMessages(ctx, user); err != nil {
		return err
	}
	return w.isGiven(user)
}

func (w *world) isGiven(user string) error {
	if w.answer.worked() {
		return nil
	}
	return stage.Fail(user+" is given her messages", w.answer.String())
}

func (w *world) itWorked() error {
	if w.answer.worked() {
		return nil
	}
	return stage.Fail("the answer says that it worked: its status is 200 to 299", w.answer.String())
}

func (w *world) itDidNotWork() error {
	if !w.answer.worked() {
		return nil
	}
	return stage.Fail("the answer says that it did not work: its status is 400 or more", w.answer.String())
}

func (w *world) isNoServerError() error {
	if w.answer.status < 500 {
		return nil
	}
	return stage.Fail("the answer is no error of the server: its status is below 500", w.answer.String())
}

func (w *world) blamesTheRequest() error {
	if w.answer.status >= 400 && w.answer.status < 500 {
		return nil
	}
	return stage.Fail("the answer says that the request is wrong: its status is 400 to 499", w.answer.String())
}

func (w *world) allWorked() error {
	for _, a := range w.all {
		if !a.worked() {
			return stage.Fail("all the answers say that it worked", a.String())
		}
	}
	return nil
}

// last is the list that somebody was given last.
func (w *world) last() (list, error) {
	i := w.instances[w.Actor]
	for _, other := range w.instances {
		if len(other.lists) > 0 && (i == nil || len(i.lists) == 0) {
			i = other
		}
	}
	if i == nil || len(i.lists) == 0 {
		return list{}, errors.New("nobody was given a list")
	}
	return i.lists[len(i.lists)-1], nil
}

func (w *world) listIsEmpty() error {
	l, err := w.last()
	if err != nil {
		return err
	}
	if i := w.instances[w.Actor]; i != nil && len(i.before) > 0 {
		return &stage.Unverified{Reason: "mess_chat runs already, and has messages from before: start it anew to have this judged"}
	}
	if l.worked() && l.right && len(l.texts) == 0 {
		return nil
	}
	if l.worked() && !l.right && len(l.texts) == 0 && strings.HasPrefix(strings.TrimSpace(string(l.body)), "{") {
		return nil // its shape is another rule's
	}
	return stage.Fail("the list is empty: []", l.String())
}

func (w *world) listHolds(texts string) error {
	l, err := w.last()
	if err != nil {
		return err
	}
	for _, text := range steps.List(texts) {
		if l.holds(text) == 0 {
			return stage.Fail("one list holds "+texts, l.String())
		}
	}
	return nil
}

func (w *world) listsAreOfStrings() error {
	for _, i := range w.instances {
		for _, l := range i.lists {
			if len(l.texts) > 0 && !l.right {
				return stage.Fail(`the answer is a JSON list of strings: ["one", "two"]`, l.String())
			}
		}
	}
	return nil
}

// lists waits until a user has been given each of the texts, in one of the lists that
// were given, or in one more.
func (w *world) lists(ctx context.Context, user, texts string) error {
	for _, text := range steps.List(texts) {
		if err := w.awaitListed(ctx, user, text); err != nil {
			return err
		}
	}
	return nil
}

// awaitListed asks for messages until a text is there, or nothing more happens. What
// has arrived while a list was written is in the next one, once all is at rest.
func (w *world) awaitListed(ctx context.Context, user, text string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	deadline, stop := w.Stage.Deadline(ctx)
	defer stop()
	for final := false; i.listed(text) == 0; {
		for _, rest := range []bool{false, true} {
			if rest {
				err = w.Stage.AwaitQuiet(ctx)
			}
			if err == nil {
				_, err = w.asks(ctx, user)
			}
			if err != nil || i.listed(text) > 0 {
				return err
			}
		}
		if final {
			return stage.Fail(fmt.Sprintf("%s lists %s", user, journal.Quote(text)), i.listedInstead()+stage.LastWords(w.Stage.Journal(), user))
		}
		if final, err = w.nothingComes(ctx); err != nil {
			return err
		}
		final = final || deadline.Err() != nil // where a program polls, something happens for ever
	}
	return nil
}

// nothingComes waits until something more happens, and reports whether nothing does.
func (w *world) nothingComes(ctx context.Context) (bool, error) {
	if w.cannotTell() {
		return true, w.comeToRest(ctx)
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

// listed counts how often a text stands in the lists that were given, all together.
func (i *instance) listed(text string) int {
	count := 0
	for _, l := range i.lists {
		count += l.holds(text)
	}
	return count
}

// most is how often a text stands in one list, at most.
func (i *instance) most(text string) int {
	most := 0
	for _, l := range i.lists {
		most = max(most, l.holds(text))
	}
	return most
}

// listedInstead says what was listed, for a person.
func (i *instance) listedInstead() string {
	var all []string
	for _, l := range i.lists {
		if !l.worked() && i.other == nil {
			return l.String()
		}
		for _, text := range l.texts {
			if !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	if len(all) == 0 {
		return "she lists nothing"
	}
	return "she lists " + journal.Shorten(fmt.Sprintf("%q", all))
}

func (w *world) listsOnce(ctx context.Context, user, text string) error {
	if err := w.lists(ctx, user, `"`+text+`"`); err != nil {
		return err
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	if _, err := w.asks(ctx, user); err != nil {
		return err
	}
	i, err := w.one(user)
	if err != nil {
		return err
	}
	times := i.most(text)
	if w.session.takes && i.other == nil {
		times = i.listed(text)
	}
	if times != 1 {
		return stage.Fail(fmt.Sprintf("%s lists %q once", user, text), fmt.Sprintf("she lists it %d times", times))
	}
	return nil
}

func (w *world) listsEachOnce(ctx context.Context, user string) error {
	for _, text := range w.sent {
		if err := w.awaitListed(ctx, user, text); err != nil {
			return err
		}
	}
	for _, text := range w.sent {
		if err := w.listsOnce(ctx, user, text); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) hasNotListed(ctx context.Context, user, text string) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	if _, err := w.asks(ctx, user); err != nil {
		return err
	}
	i, err := w.one(user)
	if err != nil {
		return err
	}
	if i.listed(text) > 0 {
		return stage.Fail(fmt.Sprintf("%s does not list %q", user, text), "she does")
	}
	return nil
}

// listsInOrder looks at where texts stand in the lists, one after the other.
func (w *world) listsInOrder(ctx context.Context, user, texts string) error {
	if err := w.lists(ctx, user, texts); err != nil {
		return err
	}
	i, err := w.one(user)
	if err != nil {
		return err
	}
	var all []string
	for _, l := range i.lists {
		all = append(all, l.texts...)
	}
	before := -1
	for _, text := range steps.List(texts) {
		at := slices.IndexFunc(all, func(t string) bool { return strings.Contains(t, text) })
		if at < before {
			return stage.Fail(fmt.Sprintf("%s lists %s, in this order", user, texts), i.listedInstead())
		}
		before = at
	}
	return nil
}

func (w *world) listsIt(ctx context.Context, user string) error {
	return w.awaitListed(ctx, user, w.Typed)
}

// eitherListsIt asks two users in turn: where they share a queue, one of them gets it.
func (w *world) eitherListsIt(ctx context.Context, one, other string) error {
	err := w.listsIt(ctx, one)
	var failure *stage.Failure
	if !errors.As(err, &failure) {
		return err
	}
	if w.listsIt(ctx, other) == nil {
		return nil
	}
	return err
}

// hasFoundAgain asks an instance until it answers as it did, and waits until it has its
// consumers again: what comes before, it may miss.
func (w *world) hasFoundAgain(ctx context.Context, user string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	deadline, stop := w.Stage.Deadline(ctx)
	defer stop()
	for final := false; ; {
		l, err := w.asks(ctx, user)
		if err != nil {
			return err
		}
		again := consumers(w.Stage.Journal()[w.backSince:], user)
		if l.worked() && again >= i.consumers {
			return w.Stage.AwaitQuiet(ctx)
		}
		if final && l.worked() {
			return stage.Fail(user+" reads her queues again, as RabbitMQ is back", saidInstead(w.Stage.Journal()[w.backSince:], user))
		}
		if final {
			return stage.Fail(user+" is given her messages again, as RabbitMQ is back", l.String())
		}
		if final, err = w.nothingComes(ctx); err != nil {
			return err
		}
		final = final || deadline.Err() != nil // where a program polls, something happens for ever
	}
}
