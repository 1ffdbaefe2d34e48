package rabbit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/messchat"
)

// general is the name of everybody's channel.
const general = "general"

// isToGeneral reports whether a publication goes to an exchange, or a queue, called
// general, or to an exchange by that key.
func isToGeneral(p messchat.Publication) bool { return p.Exchange == general || p.Key == general }

// private lists the queues of a client that are nobody else's: those that get nothing from
// general; where there is none, those that do and are called by a name of the client's own, which
// holds messages for this client only, too.
func private(t messchat.Topology, published []messchat.Publication) []string {
	apart, bound := ownQueues(t, published)
	if len(apart) > 0 {
		return apart
	}
	return slices.DeleteFunc(bound, func(queue string) bool {
		return strings.HasPrefix(queue, namedByServer) || strings.Contains(strings.ToLower(queue), general)
	})
}

// namedByServer is how the names begin that RabbitMQ gives.
const namedByServer = "amq."

// ownQueues lists the queues of a client to which nobody publishes by name: those that get nothing
// from general, and those that are bound where that goes.
func ownQueues(t messchat.Topology, published []messchat.Publication) (apart, bound []string) {
	shared := map[string]bool{general: true, "": true}
	exchanges := map[string]bool{general: true}
	for _, p := range published {
		if p.Exchange == "" {
			shared[p.Key] = true
		} else if isToGeneral(p) {
			exchanges[p.Exchange] = true
		}
	}
	isBound := func(queue string) bool {
		return slices.ContainsFunc(t.Bindings, func(b *amqp.QueueBind) bool { return b.Queue == queue && exchanges[b.Exchange] })
	}
	for _, name := range slices.Sorted(maps.Keys(t.Queues)) {
		switch {
		case shared[name]:
		case isBound(name):
			bound = append(bound, name)
		default:
			apart = append(apart, name)
		}
	}
	return apart, bound
}

func privateQueues(events []journal.Event, user string) []string {
	return private(messchat.TopologyOf(events, user), messchat.Publications(events, user))
}

func (w *world) publishesToGeneral(ctx context.Context, user string) error {
	return w.AwaitSaid(ctx, user, user+" publishes a message to the exchange, or the queue, general", func(events []journal.Event) bool {
		return slices.ContainsFunc(messchat.Publications(events, user), isToGeneral)
	}, func(events []journal.Event) string {
		published := messchat.Publications(events, user)
		if len(published) == 0 {
			return messchat.SaidInstead(events, user)
		}
		return "it publishes " + published[len(published)-1].String()
	})
}

// hasPrivateQueue waits for a queue of the client's own.
func (w *world) hasPrivateQueue(ctx context.Context, user string) error {
	return w.AwaitSaid(ctx, user, user+" declares, or reads, a queue of its own", func(events []journal.Event) bool {
		return len(privateQueues(events, user)) > 0
	}, func(events []journal.Event) string {
		queues := slices.Sorted(maps.Keys(messchat.TopologyOf(events, user).Queues))
		if len(queues) == 0 {
			return "it declares and reads no queue: " + messchat.SaidInstead(events, user)
		}
		return fmt.Sprintf("its queues are %q, and they are general's", queues)
	})
}

// put publishes bodies as the submission publishes its own. What general is made of is
// declared as the submission declares it, where it is not there.
func (w *world) put(ctx context.Context, name string, bodies ...[]byte) error {
	if unreached := w.IsUnreached(); unreached != nil {
		return unreached
	}
	client, err := w.Client(ctx, name)
	if err != nil {
		return err
	}
	for _, body := range bodies {
		to := w.Copy(messchat.Sample{Publication: w.howToPublish()}).Publication
		routed, err := client.Publish(ctx, to, body)
		if messchat.IsMissing(err) || err == nil && !routed && to.Exchange == "" {
			if err := client.Declare(to, w.session.topology); err != nil {
				return messchat.Refused(err)
			}
			_, err = client.Publish(ctx, to, body)
		}
		if err != nil && !messchat.IsMissing(err) {
			return fmt.Errorf("publishing as %s: %w", name, err)
		}
	}
	return nil
}

// findGeneral finds out what general is where nobody was seen to publish to it: an
// exchange, or else a queue.
func (w *world) findGeneral(ctx context.Context) error {
	client, err := w.Client(ctx, "otto")
	if err != nil {
		return err
	}
	err = client.Channel(func(channel *amqp091.Channel) error {
		return channel.ExchangeDeclarePassive(general, "fanout", false, false, false, false, nil)
	})
	w.session.publication = messchat.Publication{Exchange: general}
	if messchat.IsMissing(err) {
		w.session.publication = messchat.Publication{Key: general}
		return nil
	}
	return err
}

// howToPublish is how the submission publishes to general: as it has done in this
// scenario, or before.
func (w *world) howToPublish() messchat.Publication {
	for user := range w.instances {
		for _, p := range messchat.Publications(w.Stage.Journal(), user) {
			if isToGeneral(p) {
				return p
			}
		}
	}
	return w.session.publication
}

// body writes a text as the submission writes its own, for a client of another name.
func (w *world) body(text, name string) []byte { return w.Copy(w.session.sample).Write(text, name) }

func (w *world) putIntoGeneral(ctx context.Context, name, texts string) error {
	var bodies [][]byte
	for _, text := range steps.List(texts) {
		bodies = append(bodies, w.body(text, name))
		w.Typed = text
	}
	return w.put(ctx, name, bodies...)
}

func (w *world) putManyIntoGeneral(ctx context.Context, name string, count int) error {
	w.sent = textsOf(count)
	var bodies [][]byte
	for _, text := range w.sent {
		bodies = append(bodies, w.body(text, name))
	}
	w.Typed = w.sent[0]
	return w.put(ctx, name, bodies...)
}

func (w *world) putNothing(ctx context.Context, name string) error { return w.put(ctx, name, nil) }

func (w *world) putBytes(ctx context.Context, name string) error {
	return w.put(ctx, name, []byte("\xff\xfe\x00\x80\xc3\x28"))
}

func (w *world) putLong(ctx context.Context, name string, letters int) error {
	w.Typed = steps.LongWord(letters)
	return w.put(ctx, name, w.body(w.Typed, name))
}

// putIntoPrivate publishes to a client's own queues, of which one is enough.
func (w *world) putIntoPrivate(ctx context.Context, name, text, user string) error {
	w.Typed = text
	if unseen := w.IsUnseen(); unseen != nil {
		return unseen
	}
	client, err := w.Client(ctx, name)
	if err != nil {
		return err
	}
	for _, queue := range privateQueues(w.Stage.Journal(), user) {
		how := w.Copy(messchat.Sample{Publication: w.howToPublish()})
		to := messchat.Publication{By: how.By, Key: queue, Properties: how.Properties}
		routed, err := client.Publish(ctx, to, w.body(text, name))
		if err != nil {
			return fmt.Errorf("publishing as %s: %w", name, err)
		}
		if routed {
			return nil
		}
	}
	return stage.Fail(fmt.Sprintf("%s has a private queue in RabbitMQ", user), "it has none, or it is gone")
}
