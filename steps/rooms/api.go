package rooms

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/messchat"
)

// The kinds of rooms, as sentences call them.
const (
	private = "room"
	group   = "group"
)

// messageOf is what the URL of a message has.
func messageOf(from, text, to, room string, isGroup bool) []messchat.Parameter {
	return []messchat.Parameter{
		{Name: "room_name", Value: room}, {Name: "message", Value: text},
		{Name: "from_alias", Value: from}, {Name: "to_alias", Value: to}, {Name: "group_room", Value: fmt.Sprint(isGroup)},
	}
}

// sends has somebody send messages, each when the one before has been answered, whatever
// the answer is.
func (w *world) sends(ctx context.Context, from, text, to, kind, room string) error {
	for _, text := range messchat.ListOf(text) {
		if err := w.sendsOne(ctx, from, text, to, kind, room); err != nil {
			return err
		}
	}
	return nil
}

// hasSent has somebody send messages, and wants them to be taken.
func (w *world) hasSent(ctx context.Context, from, text, to, kind, room string) error {
	for _, text := range messchat.ListOf(text) {
		if err := w.sendsOne(ctx, from, text, to, kind, room); err != nil {
			return err
		}
		if !w.Answer.Worked() {
			return stage.Fail(fmt.Sprintf("%s sends %s", from, journal.Quote(text)), w.Answer.String()+w.Submission.WhyNot())
		}
	}
	return nil
}

func (w *world) sendsOne(ctx context.Context, from, text, to, kind, room string) (err error) {
	w.Typed, w.Mark, w.room = text, w.Stage.Mark(), room
	w.Answer, err = w.api.Send(ctx, messageOf(from, text, to, room, kind == group)...)
	if err == nil && w.Answer.Worked() {
		w.model.kept[room] = append(w.model.kept[room], text)
	}
	return err
}

// sendsAtOnce has somebody send several messages at once.
func (w *world) sendsAtOnce(ctx context.Context, from, texts, to, kind, room string) error {
	w.sent = steps.List(texts)
	return w.AtOnce(ctx, chat, len(w.sent), func(n int) (messchat.Answer, error) {
		return w.api.Send(ctx, messageOf(from, w.sent[n], to, room, kind == group)...)
	})
}

// asksFor asks for a URL as it stands in a sentence.
func (w *world) asksFor(ctx context.Context, target string) (err error) {
	w.Mark = w.Stage.Mark()
	w.Answer, err = w.api.Ask(ctx, target)
	return err
}

// A reader is somebody who reads the messages of a room, by a URL of which a mess_chat
// that runs already listed some before.
type reader struct {
	messchat.Reader
	before []string
}

// reader is who reads the messages of a room: where several would ask for the same URL,
// they are one.
func (w *world) reader(user, room string) *reader {
	parameters := w.session.question.ask(user, room)
	url := messchat.Target("/messages/", parameters...)
	if r := w.readers[url]; r != nil {
		r.Name = user
		return r
	}
	r := &reader{Reader: messchat.Reader{Name: user, Role: chat, Takes: func() bool { return w.session.takes }}}
	r.Ask = func(ctx context.Context) error {
		l, err := w.api.Messages(ctx, parameters...)
		if err != nil {
			return err
		}
		w.Answer = l.Answer
		l.Texts = messchat.Without(l.Texts, r.before)
		r.Lists = append(r.Lists, l)
		return nil
	}
	w.readers[url] = r
	return r
}

func (w *world) asks(ctx context.Context, user, room string) error {
	w.room = room
	return w.reader(user, room).Ask(ctx)
}

func (w *world) asksAtRest(ctx context.Context, user, room string) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	return w.asks(ctx, user, room)
}

func (w *world) hasBeenGiven(ctx context.Context, user, room string) error {
	if err := w.asks(ctx, user, room); err != nil {
		return err
	}
	return w.isGiven(user)
}

func (w *world) isGiven(user string) error {
	if w.Answer.Worked() {
		return nil
	}
	return stage.Fail(user+" is given messages", w.Answer.String())
}

// last is the list that was given last.
func (w *world) last() (messchat.List, error) {
	for _, r := range w.readers {
		if len(r.Lists) > 0 && r.Lists[len(r.Lists)-1].Target == w.Answer.Target {
			return r.Lists[len(r.Lists)-1], nil
		}
	}
	return messchat.List{}, errors.New("nobody was given a list")
}

// listIsEmpty checks the last list. Where a room was asked for that nobody has made yet, it
// may as well be said that there is none.
func (w *world) listIsEmpty() error {
	l, err := w.last()
	if err != nil {
		return err
	}
	named := len(w.session.question.names) > 0
	switch {
	case named && l.Status >= 400 && l.Status < 500:
		w.Run.Observe(chat, fmt.Sprintf("answers with the status %d where it is asked for a room that is not there", l.Status))
		return nil
	case l.Worked() && l.Right && len(l.Texts) == 0:
		return nil
	case l.Worked() && !l.Right && len(l.Texts) == 0 && strings.HasPrefix(strings.TrimSpace(string(l.Body)), "{"):
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

func (w *world) listsAreOfStrings() error {
	for _, r := range w.readers {
		for _, l := range r.Lists {
			if len(l.Texts) > 0 && !l.Right {
				return stage.Fail(`the answer is a JSON list of strings: ["one", "two"]`, l.String())
			}
		}
	}
	return nil
}

func (w *world) listsIt(ctx context.Context, user string) error {
	return w.ListsToTheLetter(ctx, &w.reader(user, w.room).Reader, w.Typed)
}

func (w *world) lists(ctx context.Context, user, texts, room string) error {
	return w.AwaitAllListed(ctx, &w.reader(user, room).Reader, texts)
}

func (w *world) listsInOrder(ctx context.Context, user, texts, room string) error {
	return w.ListsInOrder(ctx, &w.reader(user, room).Reader, texts)
}

func (w *world) listsOnce(ctx context.Context, user, text, room string) error {
	return w.ListsOnce(ctx, &w.reader(user, room).Reader, text)
}

func (w *world) hasNotListed(ctx context.Context, user, text, room string) error {
	return w.DoesNotList(ctx, &w.reader(user, room).Reader, text)
}

func (w *world) doesNotListTwice(ctx context.Context, user, text, room string) error {
	return w.DoesNotListTwice(ctx, &w.reader(user, room).Reader, text)
}
