package messchat

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
)

// isBetween reports whether an event is something between somebody and RabbitMQ.
func isBetween(e journal.Event, user string) bool {
	return e.From == user && e.To == RabbitMQ || e.From == RabbitMQ && e.To == user
}

// said lists what somebody says to RabbitMQ, and what that says back, in order.
func said(events []journal.Event, user string) []amqp.Event {
	var all []amqp.Event
	for _, e := range events {
		if event, ok := e.Message.(amqp.Event); ok && isBetween(e, user) && e.Kind == journal.Sent {
			all = append(all, event)
		}
	}
	return all
}

// Methods lists the methods of what was said.
func Methods(events []journal.Event, user string) []amqp.Method {
	var all []amqp.Method
	for _, event := range said(events, user) {
		switch event := event.(type) {
		case amqp.Command:
			all = append(all, event.Method)
		case amqp.Message:
			all = append(all, event.Method)
		}
	}
	return all
}

// A Publication is a message that a client has published.
type Publication struct {
	By            string
	Exchange, Key string
	Properties    []byte
	Body          []byte
}

// Publications lists what somebody has published, in order.
func Publications(events []journal.Event, user string) []Publication {
	var all []Publication
	for _, event := range said(events, user) {
		m, ok := event.(amqp.Message)
		if !ok {
			continue
		}
		if publish, ok := m.Method.(*amqp.BasicPublish); ok {
			all = append(all, Publication{user, publish.Exchange, publish.RoutingKey, m.Properties, m.Body})
		}
	}
	return all
}

// String says where a Publication goes, for a person.
func (p Publication) String() string {
	if p.Exchange == "" {
		return fmt.Sprintf("to the queue %q", p.Key)
	}
	return fmt.Sprintf("to the exchange %q, with the key %q", p.Exchange, p.Key)
}

// A Topology is what a client has declared and uses.
type Topology struct {
	VirtualHost string
	Exchanges   map[string]*amqp.ExchangeDeclare
	Queues      map[string]*amqp.QueueDeclare // that are declared or read
	Bindings    []*amqp.QueueBind             // with the queues' own names
}

// TopologyOf reads what somebody has declared.
func TopologyOf(events []journal.Event, user string) Topology {
	t := Topology{Exchanges: map[string]*amqp.ExchangeDeclare{}, Queues: map[string]*amqp.QueueDeclare{}}
	var asked []*amqp.QueueDeclare // which are not answered; the server may choose a name
	last := ""
	name := func(queue string) string {
		if queue == "" {
			return last // of the same channel, as RabbitMQ has it (1.7.2.1)
		}
		return queue
	}
	read := func(queue string) {
		if _, known := t.Queues[name(queue)]; !known {
			t.Queues[name(queue)] = &amqp.QueueDeclare{Queue: name(queue)}
		}
	}
	for _, m := range Methods(events, user) {
		switch m := m.(type) {
		case *amqp.ConnectionOpen:
			t.VirtualHost = m.VirtualHost
		case *amqp.ExchangeDeclare:
			if !m.Passive {
				t.Exchanges[m.Exchange] = m
			}
		case *amqp.QueueDeclare:
			if m.NoWait {
				t.Queues[m.Queue], last = m, m.Queue
			} else {
				asked = append(asked, m)
			}
		case *amqp.QueueDeclareOk:
			last = m.Queue
			at := answered(asked, m.Queue)
			if at < 0 {
				continue
			}
			if asked[at].Passive {
				read(m.Queue)
			} else {
				t.Queues[m.Queue] = asked[at]
			}
			asked = slices.Delete(asked, at, at+1)
		case *amqp.QueueBind:
			bound := *m
			bound.Queue = name(m.Queue)
			t.Bindings = append(t.Bindings, &bound)
		case *amqp.BasicConsume:
			read(m.Queue)
		case *amqp.BasicGet:
			read(m.Queue)
		}
	}
	return t
}

// answered is which of the declarations that were asked for has made a queue: the first
// by its name, or else by none. One that is refused is answered by nothing.
func answered(asked []*amqp.QueueDeclare, queue string) int {
	called := func(name string) int {
		return slices.IndexFunc(asked, func(q *amqp.QueueDeclare) bool { return q.Queue == name })
	}
	if at := called(queue); at >= 0 {
		return at
	}
	return called("")
}

// SaidInstead says what a client has said to RabbitMQ, for a person.
func SaidInstead(events []journal.Event, user string) string {
	var all []string
	for _, e := range events {
		if e.From == user && e.To == RabbitMQ && e.Kind == journal.Sent {
			all = append(all, e.Message.String())
		}
	}
	connected := slices.ContainsFunc(events, func(e journal.Event) bool {
		return e.Kind == journal.Connected && e.From == user && e.To == RabbitMQ
	})
	switch {
	case len(all) > 0:
		return "to RabbitMQ it says: " + journal.Shorten(strings.Join(slices.Compact(all), "; ")) + stage.LastWords(events, user)
	case connected:
		return "it is connected to RabbitMQ, and says nothing" + stage.LastWords(events, user)
	}
	return "it has not connected to RabbitMQ" + stage.LastWords(events, user)
}

// AwaitSaid waits until what somebody has said to RabbitMQ meets something.
func (w *World) AwaitSaid(ctx context.Context, user, expected string, met func(events []journal.Event) bool, instead func(events []journal.Event) string) error {
	if unseen := w.IsUnseen(); unseen != nil {
		return unseen
	}
	if instead == nil {
		instead = func(events []journal.Event) string { return SaidInstead(events, user) }
	}
	return w.Stage.Await(ctx, stage.Wait{Expected: expected, By: []string{user}, Met: met, Observed: instead})
}

// SpeaksAMQP waits until a program has opened a connection of AMQP.
func (w *World) SpeaksAMQP(ctx context.Context, user string) error {
	return w.AwaitSaid(ctx, user, user+" speaks AMQP with RabbitMQ", func(events []journal.Event) bool {
		return slices.ContainsFunc(Methods(events, user), func(m amqp.Method) bool { _, opens := m.(*amqp.ConnectionOpen); return opens })
	}, func(events []journal.Event) string { return SaidInstead(events, user) + w.Submission.WhyNot() })
}

// Publishes waits until a program has published something since the mark.
func (w *World) Publishes(ctx context.Context, user string) error {
	return w.AwaitSaid(ctx, user, user+" publishes a message to RabbitMQ", func(events []journal.Event) bool {
		return len(Publications(events[w.Mark:], user)) > 0
	}, nil)
}

// HasPublished waits until a program has published so many messages.
func (w *World) HasPublished(ctx context.Context, user string, count int) error {
	expected := fmt.Sprintf("%s has published %d messages to RabbitMQ", user, count)
	return w.AwaitSaid(ctx, user, expected, func(events []journal.Event) bool {
		return len(Publications(events, user)) >= count
	}, func(events []journal.Event) string {
		return fmt.Sprintf("it has published %d%s", len(Publications(events, user)), stage.LastWords(events, user))
	})
}

// UsesPika looks at how a client introduces itself (1.4.2.2).
func (w *World) UsesPika(ctx context.Context, user string) error {
	if language := w.Submission.Language(); language != "" && language != ".py" {
		return &stage.Unverified{Reason: "pika is a library for Python, which the submission is not written in"}
	}
	if language := w.Submission.Language(); language == "" {
		return &stage.Unverified{Reason: "it cannot be seen in what the program is written"}
	}
	if err := w.SpeaksAMQP(ctx, user); err != nil {
		return err
	}
	for _, m := range Methods(w.Stage.Journal(), user) {
		start, ok := m.(*amqp.ConnectionStartOk)
		if !ok {
			continue
		}
		field, _ := start.ClientProperties.Lookup("product")
		product := fmt.Sprint(field.Value)
		if strings.Contains(strings.ToLower(product), "pika") {
			return nil
		}
		return stage.Fail("the client introduces itself as pika", fmt.Sprintf("it introduces itself as %q", product))
	}
	return stage.Fail("the client introduces itself as pika", SaidInstead(w.Stage.Journal(), user))
}

// heartbeats counts those that somebody has sent.
func heartbeats(events []journal.Event, user string) int {
	count := 0
	for _, e := range events {
		if _, ok := e.Message.(amqp.Heartbeat); ok && e.From == user && e.To == RabbitMQ {
			count++
		}
	}
	return count
}

// beating are the connections that somebody has to RabbitMQ, and on which heartbeats are
// agreed (1.4.2.6): after how long RabbitMQ may miss one, on each.
func beating(events []journal.Event, user string) map[int]time.Duration {
	open := map[int]time.Duration{}
	for _, e := range events {
		if !isBetween(e, user) {
			continue
		}
		if command, ok := e.Message.(amqp.Command); ok {
			if tune, ok := command.Method.(*amqp.ConnectionTuneOk); ok && tune.Heartbeat > 0 {
				open[e.Conn] = time.Duration(tune.Heartbeat) * time.Second
			}
		}
		if e.Kind == journal.Closed {
			delete(open, e.Conn)
		}
	}
	return open
}

// Consumers counts those that somebody has begun and that have not ended: by being
// cancelled, or with their channel, or their connection.
func Consumers(events []journal.Event, user string) int {
	begun := map[channelOf]int{}
	for _, e := range events {
		if !isBetween(e, user) {
			continue
		}
		if e.Kind == journal.Closed {
			maps.DeleteFunc(begun, func(on channelOf, _ int) bool { return on.conn == e.Conn })
		}
		command, ok := e.Message.(amqp.Command)
		if !ok {
			continue
		}
		on := channelOf{e.Conn, command.Channel}
		switch command.Method.(type) {
		case *amqp.BasicConsume:
			begun[on]++
		case *amqp.BasicCancel:
			begun[on]--
		case *amqp.ChannelClose:
			delete(begun, on)
		}
	}
	count := 0
	for _, some := range begun {
		count += some
	}
	return count
}

// NobodyAsks waits until a client has lost its connections to RabbitMQ, or keeps them by
// heartbeats. One that has agreed to none has nothing to lose. A client may take a longer
// interval than RabbitMQ asks for; of one that is too long to wait for nothing is known.
func (w *World) NobodyAsks(ctx context.Context, user string) error {
	mark := w.Stage.Mark()
	for _, interval := range beating(w.Stage.Journal(), user) {
		if interval > longestInterval {
			return &stage.Unverified{Reason: fmt.Sprintf("%s takes a heartbeat of %d s, where RabbitMQ asks for %d: nobody waits here until it has missed some",
				user, interval/time.Second, w.heartbeat/time.Second)}
		}
	}
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("RabbitMQ misses %s's heartbeats, or has three of them", user),
		Met: func(events []journal.Event) bool {
			return len(beating(events, user)) == 0 || heartbeats(events[mark:], user) >= 3
		},
		Observed: func(events []journal.Event) string {
			return fmt.Sprintf("it has %d, and %d connections wait for them", heartbeats(events[mark:], user), len(beating(events, user)))
		},
		Within: missedWithin,
	})
}

// missedWithin is how long is waited for heartbeats, at most, and longestInterval the
// longest of which RabbitMQ surely misses two within that, or has three.
const (
	missedWithin    = 15 * time.Second
	longestInterval = missedWithin / 5
)

// Receptions is how often RabbitMQ has handed a program a message that holds a text: as a consumer,
// or for its asking.
func Receptions(events []journal.Event, program, text string) int {
	count := 0
	for _, event := range said(events, program) {
		m, ok := event.(amqp.Message)
		if !ok || !strings.Contains(string(m.Body), text) {
			continue
		}
		switch m.Method.(type) {
		case *amqp.BasicDeliver, *amqp.BasicGetOk:
			count++
		}
	}
	return count
}

// ObserveReading notes what becomes of a message that the program in a role has listed, and was asked
// for again: it had come so often by the first list, and was in the second, or not.
func (w *World) ObserveReading(role, text string, received int, isListedAgain bool) {
	how := "keeps a history: what it has received it lists again"
	switch {
	case !isListedAgain:
		how = "takes messages off the queue when it lists them"
	case w.IsUnseen() != nil:
		how = "lists messages again that it has listed before"
	case Receptions(w.Stage.Journal(), role, text) > received:
		how = "peeks: what it lists stays in the queue"
	}
	w.Run.Observe(Program, how)
}

// DeliveredFrom are the bodies that a program has received from a queue: as a consumer, or
// one by one.
func DeliveredFrom(events []journal.Event, program, queue string) []string {
	d := deliveries{channels: map[channelOf]*deliveringChannel{}}
	var all []string
	for _, e := range events {
		if !isBetween(e, program) || e.Kind != journal.Sent {
			continue
		}
		switch said := e.Message.(type) {
		case amqp.Command:
			d.on(e.Conn, said.Channel).hear(said.Method)
		case amqp.Message:
			if d.on(e.Conn, said.Channel).source(said.Method) == queue {
				all = append(all, string(said.Body))
			}
		}
	}
	return all
}

// deliveries knows which queue a delivery is from, on each channel.
type deliveries struct {
	channels map[channelOf]*deliveringChannel
}

type channelOf struct {
	conn   int
	number uint16
}

func (d deliveries) on(conn int, number uint16) *deliveringChannel {
	at := channelOf{conn, number}
	if d.channels[at] == nil {
		d.channels[at] = &deliveringChannel{consumers: map[string]string{}}
	}
	return d.channels[at]
}

// A deliveringChannel is what was said on a channel of the queues that are read on it.
type deliveringChannel struct {
	declared  string            // last: the queue for which no name stands (1.7.2.1)
	consumers map[string]string // queues, by the consumers' tags
	asked     []string          // those of consumers that have no tag yet
	got       string            // the one from which a message was asked for last
}

func (c *deliveringChannel) hear(method amqp.Method) {
	switch m := method.(type) {
	case *amqp.QueueDeclare:
		c.declared = m.Queue
	case *amqp.QueueDeclareOk:
		c.declared = m.Queue
	case *amqp.BasicConsume:
		c.asked = append(c.asked, c.named(m.Queue))
		c.consumers[m.ConsumerTag] = c.named(m.Queue) // without an answer this is all that there is
	case *amqp.BasicConsumeOk:
		if len(c.asked) > 0 {
			c.consumers[m.ConsumerTag], c.asked = c.asked[0], c.asked[1:]
		}
	case *amqp.BasicGet:
		c.got = c.named(m.Queue)
	}
}

func (c *deliveringChannel) named(queue string) string {
	if queue == "" {
		return c.declared
	}
	return queue
}

// source is the queue that a message comes from; nothing, of one that is published.
func (c *deliveringChannel) source(method amqp.Method) string {
	switch m := method.(type) {
	case *amqp.BasicDeliver:
		return c.consumers[m.ConsumerTag]
	case *amqp.BasicGetOk:
		return c.got
	}
	return ""
}
