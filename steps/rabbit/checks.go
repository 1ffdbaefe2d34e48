package rabbit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/messchat"
)

// message is what the URL of a message has.
func message(text string) messchat.Parameter { return messchat.Parameter{Name: "message", Value: text} }

// sends has a user send messages, each when the one before has been answered, whatever
// the answer is.
func (w *world) sends(ctx context.Context, user, text string) error {
	for _, text := range messchat.ListOf(text) {
		if err := w.sendsOne(ctx, user, text); err != nil {
			return err
		}
	}
	return nil
}

// hasSent has a user send messages, and wants them to be taken.
func (w *world) hasSent(ctx context.Context, user, text string) error {
	for _, text := range messchat.ListOf(text) {
		if err := w.sendsOne(ctx, user, text); err != nil {
			return err
		}
		if w.instances[user].played == nil && !w.Answer.Worked() {
			return stage.Fail(fmt.Sprintf("%s sends %s", user, journal.Quote(text)), w.Answer.String()+w.Submission.WhyNot())
		}
	}
	return nil
}

func (w *world) sendsOne(ctx context.Context, user, text string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	w.Typed, w.Mark = text, w.Stage.Mark()
	if i.played != nil {
		return w.put(ctx, user, w.body(text, user))
	}
	w.Answer, err = i.api.Send(ctx, message(text))
	return err
}

func (w *world) sendsLong(ctx context.Context, user string, letters int) error {
	return w.sendsOne(ctx, user, steps.LongWord(letters))
}

func (w *world) sendsAtOnce(ctx context.Context, user, texts string) error {
	w.sent = steps.List(texts)
	return w.sendAll(ctx, user)
}

func (w *world) sendsManyAtOnce(ctx context.Context, user string, count int) error {
	w.sent = textsOf(count)
	return w.sendAll(ctx, user)
}

// textsOf are those of many messages, each of which can be told from all others.
func textsOf(count int) []string {
	var texts []string
	for i := range count {
		texts = append(texts, fmt.Sprintf("kumquat-%03d.", i))
	}
	return texts
}

// sendAll sends at once what is to be sent.
func (w *world) sendAll(ctx context.Context, user string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	return w.AtOnce(ctx, user, len(w.sent), func(n int) (messchat.Answer, error) {
		return i.api.Send(ctx, message(w.sent[n]))
	})
}

// asksFor asks for a URL as it stands in a sentence.
func (w *world) asksFor(ctx context.Context, user, target string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	w.Mark = w.Stage.Mark()
	w.Answer, err = i.api.Ask(ctx, target)
	return err
}

// asksForMessages asks for the messages of a user, and keeps the list.
func (w *world) asksForMessages(ctx context.Context, user string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	if i.played != nil {
		l := messchat.List{Texts: messchat.Delivered(w.Stage.Journal(), user), Right: true}
		i.Lists = []messchat.List{l} // it has all
		return nil
	}
	l, err := i.api.Messages(ctx)
	if err != nil {
		return err
	}
	w.Answer = l.Answer
	l.Texts = messchat.Without(l.Texts, i.before)
	i.Lists = append(i.Lists, l)
	return nil
}

func (w *world) asksAtRest(ctx context.Context, user string) error {
	if err := w.ComeToRest(ctx); err != nil {
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
	if w.Answer.Worked() {
		return nil
	}
	return stage.Fail(user+" is given the messages", w.Answer.String())
}

// last is the list that somebody was given last.
func (w *world) last() (messchat.List, error) {
	i := w.instances[w.Actor]
	for _, other := range w.instances {
		if len(other.Lists) > 0 && (i == nil || len(i.Lists) == 0) {
			i = other
		}
	}
	if i == nil || len(i.Lists) == 0 {
		return messchat.List{}, errors.New("nobody was given a list")
	}
	return i.Lists[len(i.Lists)-1], nil
}

func (w *world) listIsEmpty() error {
	l, err := w.last()
	if err != nil {
		return err
	}
	if i := w.instances[w.Actor]; i != nil && len(i.before) > 0 {
		return &stage.Unverified{Reason: "mess_chat runs already, and has messages from before: start it anew to have this judged"}
	}
	if l.Worked() && l.Right && len(l.Texts) == 0 {
		return nil
	}
	if l.Worked() && !l.Right && len(l.Texts) == 0 && strings.HasPrefix(strings.TrimSpace(string(l.Body)), "{") {
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
		if l.Holds(text) == 0 {
			return stage.Fail("one list holds "+texts, l.String())
		}
	}
	return nil
}

func (w *world) listHoldsAll() error {
	l, err := w.last()
	if err != nil {
		return err
	}
	lacking := slices.DeleteFunc(slices.Clone(w.sent), func(text string) bool { return l.Holds(text) > 0 })
	if len(lacking) > 0 {
		return stage.Fail(fmt.Sprintf("one list holds all %d messages", len(w.sent)), fmt.Sprintf("%d are not in it, the first of them %q; %s", len(lacking), lacking[0], l))
	}
	return nil
}

func (w *world) listsAreOfStrings() error {
	for _, i := range w.instances {
		for _, l := range i.Lists {
			if len(l.Texts) > 0 && !l.Right {
				return stage.Fail(`the answer is a JSON list of strings: ["one", "two"]`, l.String())
			}
		}
	}
	return nil
}

// lists waits until a user has been given each of the texts, in one of the lists that
// were given, or in one more.
func (w *world) lists(ctx context.Context, user, texts string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	return w.AwaitAllListed(ctx, &i.Reader, texts)
}

func (w *world) listsOnce(ctx context.Context, user, text string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	return w.ListsOnce(ctx, &i.Reader, text)
}

func (w *world) listsEachOnce(ctx context.Context, user string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	return w.ListsOnce(ctx, &i.Reader, w.sent...)
}

func (w *world) hasNotListed(ctx context.Context, user, text string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	return w.DoesNotList(ctx, &i.Reader, text)
}

func (w *world) doesNotListTwice(ctx context.Context, user, text string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	return w.DoesNotListTwice(ctx, &i.Reader, text)
}

func (w *world) listsInOrder(ctx context.Context, user, texts string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	return w.ListsInOrder(ctx, &i.Reader, texts)
}

func (w *world) listsIt(ctx context.Context, user string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	return w.ListsToTheLetter(ctx, &i.Reader, w.Typed)
}

// eitherListsIt asks two users in turn: where they share a queue, one of them gets it. Who has listed something has
// got it, and not to the letter; that another has, who may be the harness, does not mend that.
func (w *world) eitherListsIt(ctx context.Context, one, other string) error {
	i, err := w.one(one)
	if err != nil {
		return err
	}
	err = w.ListsToTheLetter(ctx, &i.Reader, w.Typed)
	var failure *stage.Failure
	if !errors.As(err, &failure) || i.HasListed() {
		return err
	}
	if w.listsIt(ctx, other) == nil {
		return nil
	}
	return err
}

// goesAway has RabbitMQ go away, and waits for what comes of that: who ends without it has ended. How many consumers
// each instance has is what it will have again, once it has found RabbitMQ back.
func (w *world) goesAway(ctx context.Context) error {
	for user, i := range w.instances {
		i.consumers = messchat.Consumers(w.Stage.Journal(), user)
	}
	if err := w.GoesAway(); err != nil {
		return err
	}
	return w.Stage.AwaitQuiet(ctx)
}

// hasFoundAgain asks an instance until it answers as it did, and waits until it has its
// consumers again.
func (w *world) hasFoundAgain(ctx context.Context, user string) error {
	i, err := w.one(user)
	if err != nil {
		return err
	}
	return w.HasFoundAgain(ctx, user, i.consumers, func(ctx context.Context) (messchat.List, error) {
		if err := w.asksForMessages(ctx, user); err != nil {
			return messchat.List{}, err
		}
		return i.Lists[len(i.Lists)-1], nil
	})
}
