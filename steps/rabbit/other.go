package rabbit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
	"github.com/chatspec/chatspec/steps"
)

// An other is another client of RabbitMQ, which the harness plays.
type other struct {
	name       string
	session    *session
	connection *amqp091.Connection

	waiting sync.WaitGroup
}

// another is the client called name, which is connected when it is first needed: to the
// virtual host that the submission uses.
func (w *world) another(ctx context.Context, name string) (*other, error) {
	if o := w.others[name]; o != nil {
		return o, nil
	}
	if err := w.rabbit(ctx); err != nil {
		return nil, err
	}
	virtualHost := "/"
	for user := range w.instances {
		if t := topologyOf(w.Stage.Journal(), user); t.virtualHost != "" {
			virtualHost = t.virtualHost
		}
	}
	conn, err := w.Stage.OpenService(ctx, name, rabbitMQ)
	if err != nil {
		return nil, fmt.Errorf("connecting %s to RabbitMQ: %w", name, err)
	}
	connection, err := amqp091.Open(conn, amqp091.Config{
		SASL:  []amqp091.Authentication{&amqp091.PlainAuth{Username: "guest", Password: "guest"}},
		Vhost: virtualHost, Heartbeat: -1, Locale: "en_US",
		Dial: func(_, _ string) (net.Conn, error) { return conn, nil },
	})
	if err != nil {
		return nil, fmt.Errorf("connecting %s to RabbitMQ: %w", name, err)
	}
	o := &other{name: name, session: w.session, connection: connection}
	w.others[name] = o
	return o, nil
}

// leave ends the client.
func (o *other) leave() {
	_ = o.connection.Close() // RabbitMQ may have gone before
	o.waiting.Wait()
}

// channel opens a channel, does something on it, and closes it.
func (o *other) channel(do func(*amqp091.Channel) error) error {
	channel, err := o.connection.Channel()
	if err != nil {
		return fmt.Errorf("opening a channel of %s: %w", o.name, err)
	}
	return errors.Join(do(channel), ignoreClosed(channel.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, amqp091.ErrClosed) {
		return nil
	}
	return err
}

// publish publishes a body, to an exchange that there is. It returns when RabbitMQ has
// it, and whether somebody gets it.
func (o *other) publish(ctx context.Context, to publication, body []byte) (routed bool, err error) {
	err = o.channel(func(channel *amqp091.Channel) error {
		if err := channel.Confirm(false); err != nil {
			return err
		}
		returned := channel.NotifyReturn(make(chan amqp091.Return, 1))
		message := propertiesOf(to, o.name)
		message.Body = body
		confirmation, err := channel.PublishWithDeferredConfirmWithContext(ctx, to.exchange, to.key, true, false, message)
		if err != nil {
			return err
		}
		if _, err := confirmation.WaitContext(ctx); err != nil {
			return err
		}
		select {
		case <-returned: // it comes before the confirmation
		default:
			routed = true
		}
		return nil
	})
	return routed, err
}

// propertiesOf copies the properties of a message that somebody has published, for a
// client of another name.
func propertiesOf(p publication, name string) amqp091.Publishing {
	properties, err := amqp.ParseProperties(p.properties)
	if err != nil {
		return amqp091.Publishing{}
	}
	renamed := func(text string) string { return renamed(text, p.by, name) }
	return amqp091.Publishing{
		ContentType: properties.ContentType, ContentEncoding: properties.ContentEncoding, DeliveryMode: properties.DeliveryMode,
		Type: properties.Type, AppId: renamed(properties.AppID), ReplyTo: renamed(properties.ReplyTo),
		Headers: headersOf(properties.Headers, renamed),
	}
}

// renamed puts another name where somebody's own stands.
func renamed(text, own, name string) string {
	if own == "" {
		return text
	}
	return strings.ReplaceAll(text, own, name)
}

// headersOf copies the headers that can be written by the library.
func headersOf(table amqp.Table, renamed func(string) string) amqp091.Table {
	fields, err := table.Fields()
	if err != nil || len(fields) == 0 {
		return nil
	}
	headers := amqp091.Table{}
	for _, field := range fields {
		switch value := field.Value.(type) {
		case string:
			headers[field.Name] = renamed(value)
		case amqp.Timestamp:
			headers[field.Name] = time.Unix(int64(value), 0)
		case bool, int16, int32, int64, float32, float64, nil:
			headers[field.Name] = value
		}
	}
	return headers
}

// isMissing reports whether RabbitMQ says that something is not there.
func isMissing(err error) bool {
	var said *amqp091.Error
	return errors.As(err, &said) && said.Code == amqp091.NotFound
}

// put publishes bodies as the submission publishes its own. What general is made of is
// declared as the submission declares it, where it is not there.
func (w *world) put(ctx context.Context, name string, bodies ...[]byte) error {
	if unreached := w.isUnreached(); unreached != nil {
		return unreached
	}
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	to := w.howToPublish()
	for _, body := range bodies {
		routed, err := o.publish(ctx, to, body)
		if isMissing(err) || err == nil && !routed && to.exchange == "" {
			if err := o.declare(to, w.session.topology); err != nil {
				return err
			}
			_, err = o.publish(ctx, to, body)
		}
		if err != nil && !isMissing(err) {
			return fmt.Errorf("publishing as %s: %w", name, err)
		}
	}
	return nil
}

// findGeneral finds out what general is where nobody was seen to publish to it: an
// exchange, or else a queue.
func (w *world) findGeneral(ctx context.Context) error {
	o, err := w.another(ctx, "otto")
	if err != nil {
		return err
	}
	err = o.channel(func(channel *amqp091.Channel) error {
		return channel.ExchangeDeclarePassive(general, "fanout", false, false, false, false, nil)
	})
	w.session.publication = publication{exchange: general}
	if isMissing(err) {
		w.session.publication = publication{key: general}
		return nil
	}
	return err
}

// howToPublish is how the submission publishes to general: as it has done in this
// scenario, or before.
func (w *world) howToPublish() publication {
	for user := range w.instances {
		for _, p := range publications(w.Stage.Journal(), user) {
			if p.isToGeneral() {
				return p
			}
		}
	}
	return w.session.publication
}

// declare declares an exchange, or a queue, as a client of the submission's would.
func (o *other) declare(to publication, as topology) error {
	return o.channel(func(channel *amqp091.Channel) error {
		if to.exchange == "" {
			queue := as.queues[to.key]
			if queue == nil {
				queue = &amqp.QueueDeclare{}
			}
			_, err := channel.QueueDeclare(to.key, queue.Durable, queue.AutoDelete, false, false, nil)
			return err
		}
		exchange := as.exchanges[to.exchange]
		if exchange == nil {
			exchange = &amqp.ExchangeDeclare{Kind: "fanout"}
		}
		return channel.ExchangeDeclare(to.exchange, exchange.Kind, exchange.Durable, exchange.AutoDelete, false, false, nil)
	})
}

// body writes a text as the submission writes its own, for a client of another name.
func (s *session) body(text, name string) []byte {
	before, after, found := strings.Cut(s.sample.body, s.sample.text)
	if s.sample.text == "" || !found {
		return []byte(text)
	}
	return []byte(renamed(before, s.publication.by, name) + s.sample.written(text) + renamed(after, s.publication.by, name))
}

func (w *world) putIntoGeneral(ctx context.Context, name, texts string) error {
	var bodies [][]byte
	for _, text := range steps.List(texts) {
		bodies = append(bodies, w.session.body(text, name))
		w.Typed = text
	}
	return w.put(ctx, name, bodies...)
}

func (w *world) putNothing(ctx context.Context, name string) error { return w.put(ctx, name, nil) }

func (w *world) putBytes(ctx context.Context, name string) error {
	return w.put(ctx, name, []byte("\xff\xfe\x00\x80\xc3\x28"))
}

func (w *world) putLong(ctx context.Context, name string, letters int) error {
	w.Typed = steps.Long(letters)
	return w.put(ctx, name, w.session.body(w.Typed, name))
}

// putIntoPrivate publishes to a client's own queues, of which one is enough.
func (w *world) putIntoPrivate(ctx context.Context, name, text, user string) error {
	w.Typed = text
	if unseen := w.isUnseen(); unseen != nil {
		return unseen
	}
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	for _, queue := range w.privateQueues(w.Stage.Journal(), user) {
		how := w.howToPublish()
		to := publication{by: how.by, key: queue, properties: how.properties}
		routed, err := o.publish(ctx, to, w.session.body(text, name))
		if err != nil {
			return fmt.Errorf("publishing as %s: %w", name, err)
		}
		if routed {
			return nil
		}
	}
	return stage.Fail(fmt.Sprintf("%s has a private queue in RabbitMQ", user), "it has none, or it is gone")
}

// listen has the harness be a client of general, with a queue of its own.
func (o *other) listen(ctx context.Context) error {
	channel, err := o.connection.Channel()
	if err != nil {
		return fmt.Errorf("opening a channel of %s: %w", o.name, err)
	}
	to := o.session.publication
	queue, err := o.queue(channel, to)
	if err != nil {
		return err
	}
	deliveries, err := channel.ConsumeWithContext(ctx, queue, "", true, to.exchange != "", false, false, nil)
	if err != nil {
		return fmt.Errorf("reading a queue of %s: %w", o.name, err)
	}
	o.waiting.Go(func() {
		for range deliveries { // they are in the journal
		}
	})
	return nil
}

// queue is the queue that a client reads: one of its own that is bound to general, or
// general itself where that is a queue.
func (o *other) queue(channel *amqp091.Channel, to publication) (string, error) {
	if to.exchange == "" {
		return to.key, nil
	}
	queue, err := channel.QueueDeclare("", false, true, true, false, nil)
	if err != nil {
		return "", fmt.Errorf("declaring a queue of %s: %w", o.name, err)
	}
	if err := channel.QueueBind(queue.Name, to.key, to.exchange, false, nil); err != nil {
		return "", fmt.Errorf("binding a queue of %s to general: %w", o.name, err)
	}
	return queue.Name, nil
}

// delivered are the bodies that a client has received.
func delivered(events []journal.Event, name string) []string {
	var all []string
	for _, event := range said(events, name) {
		if m, ok := event.(amqp.Message); ok {
			if _, ok := m.Method.(*amqp.BasicDeliver); ok {
				all = append(all, string(m.Body))
			}
		}
	}
	return all
}

// goesAway has RabbitMQ go away. How many consumers each instance has is what it will
// have again, once it has found RabbitMQ back.
func (w *world) goesAway() error {
	if unseen := w.isUnseen(); unseen != nil {
		return unseen
	}
	for user, i := range w.instances {
		i.consumers = consumers(w.Stage.Journal(), user)
	}
	w.lease.GoAway()
	w.Mark = w.Stage.Mark()
	return nil
}

// isNotThere has RabbitMQ not be there from the beginning.
func (w *world) isNotThere(ctx context.Context) error {
	if err := w.rabbit(ctx); err != nil {
		return err
	}
	return w.goesAway()
}

func (w *world) isBack() error {
	w.backSince = w.Stage.Mark()
	w.lease.ComeBack()
	w.others = map[string]*other{} // whose connections are gone
	return nil
}
