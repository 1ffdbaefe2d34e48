package rabbit

import (
	"slices"
	"testing"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
	"github.com/chatspec/chatspec/steps/messchat"
	"github.com/chatspec/chatspec/steps/messchat/messchattest"
)

// first is a channel of annika's.
var first = messchattest.Wire{Conn: 1, Channel: 1}

func TestAPrivateQueueIsNobodyElses(t *testing.T) {
	queues := slices.Concat(
		first.Declares(amqp.QueueDeclare{Queue: "annika"}, "annika"),
		first.Declares(amqp.QueueDeclare{}, "amq.gen-1"),
	)
	binds := func(queue, exchange string) journal.Event {
		return first.Asks(&amqp.QueueBind{Queue: queue, Exchange: exchange})
	}
	for _, c := range []struct {
		name   string
		events []journal.Event
		want   []string
	}{
		{"none is bound", nil, []string{"amq.gen-1", "annika"}},
		{"one is bound to general", []journal.Event{binds("amq.gen-1", general)}, []string{"annika"}},
		{"both are", []journal.Event{binds("amq.gen-1", general), binds("annika", general)}, []string{"annika"}},
		{"both are, and one is called so", slices.Concat(first.Declares(amqp.QueueDeclare{Queue: "Generals"}, "Generals"), []journal.Event{
			binds("amq.gen-1", general), binds("annika", general), binds("Generals", general)}), []string{"annika"}},
		{"only one is, which is called so", slices.Concat(first.Declares(amqp.QueueDeclare{Queue: "general.x"}, "general.x"), []journal.Event{
			binds("general.x", general), binds("amq.gen-1", general), messchattest.Publishes("annika", "", "annika", "plum")}), nil},
		{"one is bound to another exchange", []journal.Event{binds("annika", "direct")}, []string{"amq.gen-1", "annika"}},
		{"one is bound to where general is a key", []journal.Event{binds("annika", "chat"), messchattest.Publishes("annika", "chat", general, "plum")}, []string{"amq.gen-1"}},
		{"one is bound to where something else goes", []journal.Event{binds("annika", "chat"), messchattest.Publishes("annika", "chat", "bruno", "plum")}, []string{"amq.gen-1", "annika"}},
		{"she publishes to one", []journal.Event{messchattest.Publishes("annika", "", "annika", "plum")}, []string{"amq.gen-1"}},
		{"general is a queue, too", first.Declares(amqp.QueueDeclare{Queue: general}, general), []string{"amq.gen-1", "annika"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := slices.Concat(queues, c.events)
			if got := privateQueues(events, "annika"); !slices.Equal(got, c.want) {
				t.Errorf("private are %q, want %q", got, c.want)
			}
		})
	}
}

func TestGeneralIsAnExchangeAQueueOrAKey(t *testing.T) {
	for _, c := range []struct {
		exchange, key string
		want          bool
	}{
		{general, "", true}, {"", general, true}, {"chat", general, true}, {"General", "bruno", false},
	} {
		if got := isToGeneral(messchat.Publication{Exchange: c.exchange, Key: c.key}); got != c.want {
			t.Errorf("%q with the key %q is to general: %v, want %v", c.exchange, c.key, got, c.want)
		}
	}
}
