package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps/messchat"
)

func (w *world) speaksAMQP(ctx context.Context) error { return w.SpeaksAMQP(ctx, chat) }
func (w *world) publishes(ctx context.Context) error  { return w.Publishes(ctx, chat) }
func (w *world) nobodyAsks(ctx context.Context) error { return w.NobodyAsks(ctx, chat) }
func (w *world) usesPika(ctx context.Context) error   { return w.UsesPika(ctx, chat) }

// observer is the client by which the harness looks into RabbitMQ.
const observer = "chatspec"

// topologies are what the programs of a scenario have declared.
func (w *world) topologies() []messchat.Topology {
	var all []messchat.Topology
	for _, program := range w.Stage.Programs() {
		all = append(all, messchat.TopologyOf(w.Stage.Journal(), program))
	}
	return all
}

// hasQueue checks that a queue was declared, or is there.
func (w *world) hasQueue(ctx context.Context, name string) error {
	return w.has(ctx, "a queue", name, func(t messchat.Topology) bool { return t.Queues[name] != nil }, func(channel *amqp091.Channel) error {
		_, err := channel.QueueDeclarePassive(name, false, false, false, false, nil)
		return err
	})
}

// hasExchange checks that an exchange was declared, or is there.
func (w *world) hasExchange(ctx context.Context, name string) error {
	return w.has(ctx, "an exchange", name, func(t messchat.Topology) bool { return t.Exchanges[name] != nil }, func(channel *amqp091.Channel) error {
		return channel.ExchangeDeclarePassive(name, "fanout", false, false, false, false, nil)
	})
}

// hasNoExchange checks that no exchange is there once nothing more can happen.
func (w *world) hasNoExchange(ctx context.Context, name string) error {
	err := w.hasExchange(ctx, name)
	if err == nil {
		return stage.Fail(fmt.Sprintf("RabbitMQ has no exchange called %q", name), "it has one; "+w.saidByAll())
	}
	var missing *stage.Failure
	if errors.As(err, &missing) {
		return nil
	}
	return err
}

// isNoGroup checks that a room has no exchange, or that its document says that it is not for a group.
func (w *world) isNoGroup(ctx context.Context, exchange, room string) error {
	has := w.hasNoExchange(ctx, exchange)
	var failure *stage.Failure
	if !errors.As(has, &failure) {
		return has
	}
	all, err := w.savedDocuments(ctx, room)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, document.isNoGroup) {
		return has
	}
	w.Run.Observe(chat, "declares an exchange for a room that is no group, too")
	return nil
}

// has checks that something was declared that is called name, or that RabbitMQ has it once
// nothing more can happen.
func (w *world) has(ctx context.Context, what, name string, declared func(messchat.Topology) bool, look func(*amqp091.Channel) error) error {
	if unreached := w.IsUnreached(); unreached != nil {
		return unreached
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	if slices.ContainsFunc(w.topologies(), declared) {
		return nil
	}
	client, err := w.Client(ctx, observer)
	if err != nil {
		return err
	}
	err = client.Channel(look)
	var said *amqp091.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &said):
		return fmt.Errorf("looking for %s: %w", name, err)
	case said.Code != amqp091.NotFound:
		return nil // it is there, and somebody's own
	}
	return stage.Fail(fmt.Sprintf("RabbitMQ has %s called %q", what, name), "it has none; "+w.saidByAll())
}

// saidByAll says what the programs have said to RabbitMQ, for a person.
func (w *world) saidByAll() string {
	var all []string
	for _, program := range w.Stage.Programs() {
		all = append(all, messchat.SaidInstead(w.Stage.Journal(), program))
	}
	return strings.Join(all, "; ")
}

// publishesTo waits until a message is published to an exchange.
func (w *world) publishesTo(ctx context.Context, text, exchange string) error {
	expected := fmt.Sprintf("%s publishes %q to the exchange %q", chat, text, exchange)
	return w.AwaitSaid(ctx, chat, expected, func(events []journal.Event) bool {
		return slices.ContainsFunc(messchat.Publications(events, chat), func(p messchat.Publication) bool {
			return p.Exchange == exchange && strings.Contains(string(p.Body), text)
		})
	}, func(events []journal.Event) string {
		published := messchat.Publications(events, chat)
		if len(published) == 0 {
			return messchat.SaidInstead(events, chat)
		}
		return "it publishes " + published[len(published)-1].String()
	})
}

// putInto publishes to an exchange as mess_chat does.
func (w *world) putInto(ctx context.Context, name, text, exchange string) error {
	if unreached := w.IsUnreached(); unreached != nil {
		return unreached
	}
	client, err := w.Client(ctx, name)
	if err != nil {
		return err
	}
	to := messchat.Publication{Exchange: exchange}
	for _, p := range messchat.Publications(w.Stage.Journal(), chat) {
		if p.Exchange == exchange {
			to = p
		}
	}
	w.Mark = w.Stage.Mark()
	_, err = client.Publish(ctx, w.Copy(messchat.Sample{Publication: to}).Publication, []byte(text))
	if messchat.IsMissing(err) {
		return stage.Fail(fmt.Sprintf("RabbitMQ has an exchange called %q", exchange), "it has none")
	}
	if err != nil {
		return fmt.Errorf("publishing as %s: %w", name, err)
	}
	return nil
}

// reaches checks that a message is put into a queue: a program has had it from there, or it
// is still in it once nothing more can happen.
func (w *world) reaches(ctx context.Context, text, queue string) error {
	there, err := w.isIn(ctx, text, queue)
	if err != nil || there {
		return err
	}
	return stage.Fail(fmt.Sprintf("%q reaches the queue %q", text, queue), "it does not"+w.holdsInstead(ctx, queue))
}

// membersHaveQueues checks that whoever of a sender and an addressee is a member of a group has a queue, and
// that a message has come into the addressee's.
func (w *world) membersHaveQueues(ctx context.Context, sender, addressee, room, text string) error {
	members, err := w.savedMembers(ctx, room, sender, addressee)
	if err != nil {
		return err
	}
	w.Run.Observe(chat, "takes into a group, after a message of "+sender+" to "+addressee+", "+strings.Join(members, " and "))
	for _, alias := range members {
		if err := w.hasQueue(ctx, alias); err != nil {
			return err
		}
	}
	if !slices.Contains(members, addressee) {
		return nil
	}
	return w.reaches(ctx, text, addressee)
}

// isIn reports whether a message has been put into a queue.
func (w *world) isIn(ctx context.Context, text, queue string) (bool, error) {
	if unreached := w.IsUnreached(); unreached != nil {
		return false, unreached
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return false, err
	}
	had := func() bool {
		return slices.ContainsFunc(w.Stage.Programs(), func(program string) bool {
			return slices.ContainsFunc(messchat.DeliveredFrom(w.Stage.Journal(), program, queue), func(body string) bool { return strings.Contains(body, text) })
		})
	}
	if had() {
		return true, nil
	}
	bodies, err := w.peek(ctx, queue)
	if err != nil {
		return false, err
	}
	return had() || slices.ContainsFunc(bodies, func(body string) bool { return strings.Contains(body, text) }), nil
}

// hasRead waits until mess_chat has taken a message off a queue.
func (w *world) hasRead(ctx context.Context, text, queue string) error {
	expected := fmt.Sprintf("%s reads %q from the queue %q", chat, text, queue)
	return w.AwaitSaid(ctx, chat, expected, func(events []journal.Event) bool {
		return slices.ContainsFunc(messchat.DeliveredFrom(events, chat, queue), func(body string) bool { return strings.Contains(body, text) })
	}, nil)
}

// peek looks at what a queue holds, and leaves it there; nothing, where there is none.
func (w *world) peek(ctx context.Context, queue string) (bodies []string, err error) {
	client, err := w.Client(ctx, observer)
	if err != nil {
		return nil, err
	}
	err = client.Channel(func(channel *amqp091.Channel) error {
		for {
			message, found, err := channel.Get(queue, false)
			if err != nil || !found {
				return err // with the channel, what was taken is put back
			}
			bodies = append(bodies, string(message.Body))
		}
	})
	var said *amqp091.Error
	if errors.As(err, &said) {
		return nil, nil // there is none, or it is somebody's own
	}
	if err != nil {
		return nil, fmt.Errorf("looking into the queue %s: %w", queue, err)
	}
	return bodies, nil
}

// holdsInstead says what a queue holds, for a person.
func (w *world) holdsInstead(ctx context.Context, queue string) string {
	bodies, err := w.peek(ctx, queue)
	if err != nil || len(bodies) == 0 {
		return ""
	}
	return fmt.Sprintf("; it holds %s", journal.Shorten(fmt.Sprintf("%q", bodies)))
}
