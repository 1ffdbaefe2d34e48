package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/messchat"
)

// robustSentences are those about much, about odd names, and about servers that go away.
func robustSentences() []steps.Sentence {
	const (
		somebody = `"([^"]+)"`
		to       = ` to ` + somebody + ` in the (room|group) ` + somebody
		another  = `^` + somebody + `, who is another client, (?:puts|has put) `
	)
	return []steps.Sentence{
		// long, and many
		steps.Say(`^`+somebody+` sends a message of (\d+) letters`+to+`$`, (*world).sendsLong),
		steps.Say(`^`+somebody+` sends `+somebody+` to `+somebody+` in a room with a name of (\d+) letters$`, (*world).sendsToLongName),
		steps.Say(`^somebody with an alias of (\d+) letters sends `+somebody+` to `+somebody+` in the group `+somebody+`$`, (*world).longAliasSends),
		steps.Say(`^the answer blames the request, or `+somebody+` lists it$`, (*world).isRefusedOrListed),
		steps.Say(`^`+somebody+` sends (\d+) messages to `+somebody+` in each of the rooms `+somebody+` and `+somebody+` at once$`, (*world).sendsToTwoRooms),
		steps.Say(`^`+somebody+` lists the messages of each room once$`, (*world).listsEachRoom),
		steps.Say(`^(\d+) members each send a message to the group `+somebody+`$`, (*world).membersSend),
		steps.Say(`^`+somebody+` lists each of them once in the (?:room|group) `+somebody+`$`, (*world).listsEachOnce),

		// another client
		steps.Say(another+`(\d+) messages into the queue `+somebody+`, and `+somebody+` asks for them after each (\d+)$`, (*world).putMany),
		steps.Say(another+`bytes that are no text into the queue `+somebody+`$`, (*world).putBytes),

		// servers that go away
		steps.Say(`^RabbitMQ (?:goes away|has gone away)$`, (*world).rabbitGoesAway),
		steps.Say(`^mess_chat has found RabbitMQ again$`, (*world).hasFoundRabbit),
		steps.Say(`^MongoDB goes away$`, (*world).mongoGoesAway),
		steps.Say(`^MongoDB is back$`, (*world).mongoIsBack),
		steps.Say(`^`+somebody+` sends `+somebody+to+`, until it works$`, (*world).sendsUntilItWorks),
		steps.Say(`^`+somebody+` sends `+somebody+to+`, if she can$`, (*world).sendsIfSheCan),

		// mess_chat that is killed
		steps.Say(`^mess_chat is killed while `+somebody+` sends (\d+) messages`+to+`$`, (*world).isKilledInABurst),
		steps.Say(`^mess_chat is started again$`, (*world).isStartedAgain),
		steps.Say(`^`+somebody+` lists what was answered and saved before, in the room `+somebody+`$`, (*world).listsWhatWasSaved),
	}
}

func (w *world) sendsLong(ctx context.Context, from string, letters int, to, kind, room string) error {
	return w.sendsOne(ctx, from, steps.LongWord(letters), to, kind, room)
}

// sendsToLongName sends to a private room whose name is long.
func (w *world) sendsToLongName(ctx context.Context, from, text, to string, letters int) error {
	return w.sendsOne(ctx, from, text, to, private, strings.Repeat("k", letters))
}

// longAliasSends has somebody with a long alias send to a group.
func (w *world) longAliasSends(ctx context.Context, letters int, text, to, room string) error {
	return w.sendsOne(ctx, strings.Repeat("a", letters), text, to, group, room)
}

// isRefusedOrListed checks that a message that was not refused is there.
func (w *world) isRefusedOrListed(ctx context.Context, user string) error {
	if w.BlamesTheRequest() == nil {
		return nil
	}
	if w.Answer.Worked() {
		return w.listsIt(ctx, user)
	}
	return stage.Fail("the answer says that the request is wrong (400 to 499), or that it worked", w.Answer.String())
}

// An envelope is a message for a room.
type envelope struct{ from, text, to, kind, room string }

// sendAll sends messages at once.
func (w *world) sendAll(ctx context.Context, all []envelope) error {
	w.envelopes = all
	w.sent = nil
	for _, e := range all {
		w.sent = append(w.sent, e.text)
	}
	return w.AtOnce(ctx, chat, len(all), func(n int) (messchat.Answer, error) {
		e := all[n]
		return w.api.Send(ctx, messageOf(e.from, e.text, e.to, e.room, e.kind == group)...)
	})
}

func (w *world) sendsToTwoRooms(ctx context.Context, from string, count int, to, one, other string) error {
	var all []envelope
	for i := range count {
		for _, room := range []string{one, other} {
			all = append(all, envelope{from, fmt.Sprintf("%s-%03d.", room, i), to, private, room})
		}
	}
	return w.sendAll(ctx, all)
}

// listsEachRoom checks that each message is in the list of its room, once.
func (w *world) listsEachRoom(ctx context.Context, user string) error {
	for _, e := range w.envelopes {
		if err := w.AwaitListed(ctx, &w.reader(user, e.room).Reader, e.text); err != nil {
			return err
		}
	}
	for _, e := range w.envelopes {
		if err := w.listsOnce(ctx, user, e.text, e.room); err != nil {
			return err
		}
	}
	return nil
}

// membersSend has many say something in a group, one after the other.
func (w *world) membersSend(ctx context.Context, count int, room string) error {
	w.sent, w.All = nil, nil
	for i := range count {
		w.sent = append(w.sent, fmt.Sprintf("kumquat-%03d.", i))
		if err := w.sendsOne(ctx, fmt.Sprintf("member-%d", i), w.sent[i], addressee, group, room); err != nil {
			return err
		}
		w.All = append(w.All, w.Answer)
	}
	return nil
}

// listsEachOnce checks that all that was sent is listed, and nothing of it twice.
func (w *world) listsEachOnce(ctx context.Context, user, room string) error {
	return w.ListsOnce(ctx, &w.reader(user, room).Reader, w.sent...)
}

// putMany publishes to a queue as mess_chat does, and has somebody ask for what is there
// now and then: no list need take long.
func (w *world) putMany(ctx context.Context, name string, count int, queue, user string, each int) error {
	w.sent = nil
	to := w.howToPublish(queue)
	for len(w.sent) < count {
		var some []messchat.Publication
		for len(some) < each && len(w.sent) < count {
			text := fmt.Sprintf("kumquat-%04d.", len(w.sent))
			w.sent = append(w.sent, text)
			another := w.Copy(to)
			message := another.Publication
			message.Exchange, message.Key = "", queue
			message.Body = another.Write(text, name)
			some = append(some, message)
		}
		if err := w.put(ctx, name, some); err != nil {
			return err
		}
		err := w.asks(ctx, user, queue)
		var failure *stage.Failure
		if errors.As(err, &failure) {
			failure.Observed = fmt.Sprintf("with %d messages in the room: %s", len(w.sent), failure.Observed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *world) putBytes(ctx context.Context, name, queue string) error {
	message := w.Copy(w.howToPublish(queue)).Publication
	message.Exchange, message.Key, message.Body = "", queue, []byte("\xff\xfe\x00\x80\xc3\x28")
	return w.put(ctx, name, []messchat.Publication{message})
}

// howToPublish is a message that mess_chat has published to a room, with the text that was
// sent last.
func (w *world) howToPublish(room string) messchat.Sample {
	for _, p := range slices.Backward(messchat.Publications(w.Stage.Journal(), chat)) {
		if (p.Key == room || p.Exchange == room) && strings.Contains(string(p.Body), w.Typed) {
			return messchat.Sample{Publication: p, Text: w.Typed}
		}
	}
	return messchat.Sample{}
}

func (w *world) put(ctx context.Context, name string, all []messchat.Publication) error {
	if unreached := w.IsUnreached(); unreached != nil {
		return unreached
	}
	client, err := w.Client(ctx, name)
	if err != nil {
		return err
	}
	if err := client.PublishAll(ctx, all); err != nil {
		return fmt.Errorf("publishing as %s: %w", name, err)
	}
	return nil
}

// rabbitGoesAway has RabbitMQ go away. How many consumers mess_chat has is what it will have
// again, once it has found RabbitMQ back.
func (w *world) rabbitGoesAway() error {
	w.consumers = messchat.Consumers(w.Stage.Journal(), chat)
	return w.GoesAway()
}

// hasFoundRabbit asks mess_chat until it answers as it did.
func (w *world) hasFoundRabbit(ctx context.Context) error {
	r := w.reader(addressee, w.room)
	return w.HasFoundAgain(ctx, chat, w.consumers, func(ctx context.Context) (messchat.List, error) {
		if err := r.Ask(ctx); err != nil {
			return messchat.List{}, err
		}
		return r.Lists[len(r.Lists)-1], nil
	})
}

func (w *world) mongoGoesAway() error {
	if unseen := w.IsUnseen(); unseen != nil {
		return unseen
	}
	if err := w.Stage.TakeAway(messchat.MongoDB); err != nil {
		return err
	}
	w.Database.GoAway()
	return nil
}

func (w *world) mongoIsBack() error {
	w.Database.ComeBack()
	return w.Stage.BringBack(messchat.MongoDB)
}

// sendsIfSheCan sends a message, which may as well not be answered.
func (w *world) sendsIfSheCan(ctx context.Context, from, text, to, kind, room string) error {
	return stage.DropFinding(w.sendsOne(ctx, from, text, to, kind, room))
}

// sendsUntilItWorks sends a message again and again: what was away is found again after a
// while.
func (w *world) sendsUntilItWorks(ctx context.Context, from, text, to, kind, room string) error {
	deadline, stop := w.Stage.Deadline(ctx)
	defer stop()
	for {
		if err := w.sendsOne(ctx, from, text, to, kind, room); err != nil {
			return err
		}
		if w.Answer.Worked() {
			return nil
		}
		nothing, err := w.NothingComes(ctx)
		if err != nil {
			return err
		}
		if nothing || deadline.Err() != nil {
			if err := w.sendsOne(ctx, from, text, to, kind, room); err != nil || w.Answer.Worked() {
				return err
			}
			return stage.Fail(fmt.Sprintf("%s sends %q, as it did before", from, text), w.Answer.String())
		}
	}
}

// isKilledInABurst sends messages from four sides, and ends mess_chat when half of them are
// answered. What was answered by then, and is in the database, is to be kept.
func (w *world) isKilledInABurst(ctx context.Context, from string, count int, to, kind, room string) error {
	if unseen := w.IsUnseen(); unseen != nil {
		return unseen
	}
	b := &burst{texts: make(chan string, count), half: make(chan struct{}), count: count}
	for i := range count {
		b.texts <- fmt.Sprintf("kumquat-%03d.", i)
	}
	close(b.texts)
	var sending sync.WaitGroup
	for range 4 {
		sending.Go(func() {
			for text := range b.texts {
				sent, err := w.api.Send(ctx, messageOf(from, text, to, room, kind == group)...)
				if err != nil {
					break // it is killed
				}
				b.note(text, sent.Worked())
			}
			b.end()
		})
	}
	<-b.half
	err := w.Stage.Halt(ctx, chat)
	sending.Wait()
	if err != nil {
		return err
	}
	return w.keepSaved(ctx, b.answered, room)
}

// A burst is messages that are being sent.
type burst struct {
	texts chan string
	count int

	mu       sync.Mutex
	ended    int
	answered []string
	once     sync.Once
	half     chan struct{} // closed when half of them are answered, or none will be
}

func (b *burst) note(text string, worked bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if worked {
		b.answered = append(b.answered, text)
	}
	if len(b.answered) >= b.count/2 {
		b.once.Do(func() { close(b.half) })
	}
}

// end ends one of four who send.
func (b *burst) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended++; b.ended == 4 {
		b.once.Do(func() { close(b.half) })
	}
}

// keepSaved keeps what has to be there after a crash: what was seen in the database before that and, of
// what was answered since, what is there.
func (w *world) keepSaved(ctx context.Context, answered []string, room string) error {
	w.sent = slices.Clone(w.model.kept[room])
	for _, text := range answered {
		saved, err := w.isStored(ctx, room, text)
		if err != nil {
			return err
		}
		if saved {
			w.sent = append(w.sent, text)
		}
	}
	return nil
}

func (w *world) isStartedAgain(ctx context.Context) error {
	w.readers = map[string]*reader{}
	return w.runs(ctx)
}

func (w *world) listsWhatWasSaved(ctx context.Context, user, room string) error {
	r := &w.reader(user, room).Reader
	for _, text := range w.sent {
		if err := w.AwaitListed(ctx, r, text); err != nil {
			return err
		}
	}
	return nil
}
