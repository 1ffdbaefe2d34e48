package rabbit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
)

// general is the name of everybody's channel.
const general = "general"

// isBetween reports whether an event is something between somebody and RabbitMQ.
func isBetween(e journal.Event, user string) bool {
	return e.From == user && e.To == rabbitMQ || e.From == rabbitMQ && e.To == user
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

// methods lists the methods of what was said.
func methods(events []journal.Event, user string) []amqp.Method {
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

// A publication is a message that a client has published.
type publication struct {
	by            string
	exchange, key string
	properties    []byte
	body          []byte
}

// publications lists what somebody has published, in order.
func publications(events []journal.Event, user string) []publication {
	var all []publication
	for _, event := range said(events, user) {
		m, ok := event.(amqp.Message)
		if !ok {
			continue
		}
		if publish, ok := m.Method.(*amqp.BasicPublish); ok {
			all = append(all, publication{user, publish.Exchange, publish.RoutingKey, m.Properties, m.Body})
		}
	}
	return all
}

// isToGeneral reports whether a publication goes to an exchange, or a queue, called
// general, or to an exchange by that key.
func (p publication) isToGeneral() bool { return p.exchange == general || p.key == general }

// String says where a publication goes, for a person.
func (p publication) String() string {
	if p.exchange == "" {
		return fmt.Sprintf("to the queue %q", p.key)
	}
	return fmt.Sprintf("to the exchange %q, with the key %q", p.exchange, p.key)
}

// A topology is what a client has declared and uses.
type topology struct {
	virtualHost string
	exchanges   map[string]*amqp.ExchangeDeclare
	queues      map[string]*amqp.QueueDeclare // that are declared or read
	bindings    []*amqp.QueueBind             // with the queues' own names
}

// topologyOf reads what somebody has declared.
func topologyOf(events []journal.Event, user string) topology {
	t := topology{exchanges: map[string]*amqp.ExchangeDeclare{}, queues: map[string]*amqp.QueueDeclare{}}
	var asked []*amqp.QueueDeclare // which are not answered; the server may choose a name
	last := ""
	name := func(queue string) string {
		if queue == "" {
			return last // of the same channel, as RabbitMQ has it (1.7.2.1)
		}
		return queue
	}
	read := func(queue string) {
		if _, known := t.queues[name(queue)]; !known {
			t.queues[name(queue)] = &amqp.QueueDeclare{Queue: name(queue)}
		}
	}
	for _, m := range methods(events, user) {
		switch m := m.(type) {
		case *amqp.ConnectionOpen:
			t.virtualHost = m.VirtualHost
		case *amqp.ExchangeDeclare:
			if !m.Passive {
				t.exchanges[m.Exchange] = m
			}
		case *amqp.QueueDeclare:
			if m.NoWait {
				t.queues[m.Queue], last = m, m.Queue
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
				t.queues[m.Queue] = asked[at]
			}
			asked = slices.Delete(asked, at, at+1)
		case *amqp.QueueBind:
			bound := *m
			bound.Queue = name(m.Queue)
			t.bindings = append(t.bindings, &bound)
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

// private lists the queues that are nobody else's and get nothing from general: where
// that is an exchange, those that are not bound to it.
func (t topology) private(published []publication) []string {
	shared := map[string]bool{general: true}
	exchanges := map[string]bool{general: true}
	for _, p := range published {
		if p.exchange == "" {
			shared[p.key] = true
		} else if p.isToGeneral() {
			exchanges[p.exchange] = true
		}
	}
	for _, binding := range t.bindings {
		if exchanges[binding.Exchange] {
			shared[binding.Queue] = true
		}
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(t.queues)) {
		if !shared[name] && name != "" {
			names = append(names, name)
		}
	}
	return names
}

// saidInstead says what a client has said to RabbitMQ, for a person.
func saidInstead(events []journal.Event, user string) string {
	var all []string
	for _, e := range events {
		if e.From == user && e.To == rabbitMQ && e.Kind == journal.Sent {
			all = append(all, e.Message.String())
		}
	}
	connected := slices.ContainsFunc(events, func(e journal.Event) bool {
		return e.Kind == journal.Connected && e.From == user && e.To == rabbitMQ
	})
	switch {
	case len(all) > 0:
		return "to RabbitMQ it says: " + journal.Shorten(strings.Join(slices.Compact(all), "; ")) + stage.LastWords(events, user)
	case connected:
		return "it is connected to RabbitMQ, and says nothing" + stage.LastWords(events, user)
	}
	return "it has never connected to RabbitMQ" + stage.LastWords(events, user)
}

// awaitSaid waits until what somebody has said to RabbitMQ meets something.
func (w *world) awaitSaid(ctx context.Context, user, expected string, met func(events []journal.Event) bool, instead func(events []journal.Event) string) error {
	if unseen := w.isUnseen(); unseen != nil {
		return unseen
	}
	if instead == nil {
		instead = func(events []journal.Event) string { return saidInstead(events, user) }
	}
	return w.Stage.Await(ctx, stage.Wait{Expected: expected, By: []string{user}, Met: met, Observed: instead})
}

func (w *world) speaksAMQP(ctx context.Context, user string) error {
	return w.awaitSaid(ctx, user, user+" speaks AMQP with RabbitMQ", func(events []journal.Event) bool {
		return slices.ContainsFunc(methods(events, user), func(m amqp.Method) bool { _, opens := m.(*amqp.ConnectionOpen); return opens })
	}, func(events []journal.Event) string { return saidInstead(events, user) + w.whyNot() })
}

// whyNot says why a submission may not find RabbitMQ where programs share the machine.
func (w *world) whyNot() string {
	host := w.session.hardCoded()
	if host == "" {
		return ""
	}
	return fmt.Sprintf("; its source names %s, which nothing answers for here: have it judged on hosts of its own (--isolate host), or let it take the address from RABBITMQ_HOST or AMQP_URL", host)
}

func (w *world) publishes(ctx context.Context, user string) error {
	return w.awaitSaid(ctx, user, user+" publishes a message to RabbitMQ", func(events []journal.Event) bool {
		return len(publications(events[w.Mark:], user)) > 0
	}, nil)
}

func (w *world) hasPublished(ctx context.Context, user string, count int) error {
	expected := fmt.Sprintf("%s has published %d messages to RabbitMQ", user, count)
	return w.awaitSaid(ctx, user, expected, func(events []journal.Event) bool {
		return len(publications(events, user)) >= count
	}, func(events []journal.Event) string {
		return fmt.Sprintf("it has published %d%s", len(publications(events, user)), stage.LastWords(events, user))
	})
}

func (w *world) publishesToGeneral(ctx context.Context, user string) error {
	return w.awaitSaid(ctx, user, user+" publishes a message to the exchange, or the queue, general", func(events []journal.Event) bool {
		return slices.ContainsFunc(publications(events, user), publication.isToGeneral)
	}, func(events []journal.Event) string {
		published := publications(events, user)
		if len(published) == 0 {
			return saidInstead(events, user)
		}
		return "it publishes " + published[len(published)-1].String()
	})
}

// hasPrivateQueue waits for a queue of the client's own that gets nothing from general.
func (w *world) hasPrivateQueue(ctx context.Context, user string) error {
	return w.awaitSaid(ctx, user, user+" declares, or reads, a queue that gets nothing from general", func(events []journal.Event) bool {
		return len(w.privateQueues(events, user)) > 0
	}, func(events []journal.Event) string {
		queues := slices.Sorted(maps.Keys(topologyOf(events, user).queues))
		if len(queues) == 0 {
			return "it declares and reads no queue: " + saidInstead(events, user)
		}
		return fmt.Sprintf("its queues are %q, and they are general's", queues)
	})
}

func (w *world) privateQueues(events []journal.Event, user string) []string {
	return topologyOf(events, user).private(publications(events, user))
}

// usesPika looks at how a client introduces itself (1.4.2.2).
func (w *world) usesPika(ctx context.Context, user string) error {
	if language := w.session.language(); language != "" && language != ".py" {
		return &stage.Unverified{Reason: "pika is a library for Python, which the submission is not written in"}
	}
	if language := w.session.language(); language == "" {
		return &stage.Unverified{Reason: "it cannot be seen in what the program is written"}
	}
	if err := w.speaksAMQP(ctx, user); err != nil {
		return err
	}
	for _, m := range methods(w.Stage.Journal(), user) {
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
	return stage.Fail("the client introduces itself as pika", saidInstead(w.Stage.Journal(), user))
}

// heartbeats counts those that somebody has sent.
func heartbeats(events []journal.Event, user string) int {
	count := 0
	for _, e := range events {
		if _, ok := e.Message.(amqp.Heartbeat); ok && e.From == user && e.To == rabbitMQ {
			count++
		}
	}
	return count
}

// beating counts the connections that somebody has to RabbitMQ, and on which heartbeats
// are agreed (1.4.2.6).
func beating(events []journal.Event, user string) int {
	open := map[int]bool{}
	for _, e := range events {
		if !isBetween(e, user) {
			continue
		}
		if command, ok := e.Message.(amqp.Command); ok {
			if tune, ok := command.Method.(*amqp.ConnectionTuneOk); ok && tune.Heartbeat > 0 {
				open[e.Conn] = true
			}
		}
		if e.Kind == journal.Closed {
			delete(open, e.Conn)
		}
	}
	return len(open)
}

// consumers counts those that somebody has begun and that have not ended: by being
// cancelled, or with their channel, or their connection.
func consumers(events []journal.Event, user string) int {
	type channel struct {
		conn   int
		number uint16
	}
	begun := map[channel]int{}
	for _, e := range events {
		if !isBetween(e, user) {
			continue
		}
		if e.Kind == journal.Closed {
			maps.DeleteFunc(begun, func(on channel, _ int) bool { return on.conn == e.Conn })
		}
		command, ok := e.Message.(amqp.Command)
		if !ok {
			continue
		}
		on := channel{e.Conn, command.Channel}
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

// nobodyAsks waits until a client has lost its connections to RabbitMQ, or keeps them by
// heartbeats. One that has agreed to none has nothing to lose.
func (w *world) nobodyAsks(ctx context.Context, user string) error {
	mark := w.Stage.Mark()
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("RabbitMQ misses %s's heartbeats, or has three of them", user),
		Met: func(events []journal.Event) bool {
			return beating(events, user) == 0 || heartbeats(events[mark:], user) >= 3
		},
		Observed: func(events []journal.Event) string {
			return fmt.Sprintf("it has %d, and %d connections wait for them", heartbeats(events[mark:], user), beating(events, user))
		},
		Within: missedWithin,
	})
}
