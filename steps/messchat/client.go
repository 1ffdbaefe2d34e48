package messchat

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
)

// A Client is another client of RabbitMQ, which the harness plays.
type Client struct {
	Name       string
	connection *amqp091.Connection
	waiting    sync.WaitGroup
}

// Client is the client called name, which is connected when it is first needed: to the
// virtual host that the submission uses.
func (w *World) Client(ctx context.Context, name string) (*Client, error) {
	if c := w.clients[name]; c != nil {
		return c, nil
	}
	if err := w.Rabbit(ctx); err != nil {
		return nil, err
	}
	virtualHost := "/"
	for _, program := range w.Stage.Programs() {
		if t := TopologyOf(w.Stage.Journal(), program); t.VirtualHost != "" {
			virtualHost = t.VirtualHost
		}
	}
	conn, err := w.Stage.OpenService(ctx, name, RabbitMQ)
	if err != nil {
		return nil, fmt.Errorf("connecting %s to RabbitMQ: %w", name, err)
	}
	connection, err := amqp091.Open(conn, amqp091.Config{
		SASL:  []amqp091.Authentication{&amqp091.PlainAuth{Username: "guest", Password: "guest"}},
		Vhost: virtualHost, Heartbeat: -1, Locale: "en_US",
		Dial: func(_, _ string) (net.Conn, error) { return conn, nil },
	})
	if tooMuch := w.Stage.SaysTooMuch(); err != nil && tooMuch != nil {
		return nil, stage.Fail(name+" can talk to RabbitMQ, too", tooMuch.Error())
	}
	if err != nil {
		return nil, fmt.Errorf("connecting %s to RabbitMQ: %w", name, err)
	}
	c := &Client{Name: name, connection: connection}
	w.clients[name] = c
	return c, nil
}

// leave ends the client.
func (c *Client) leave() {
	_ = c.connection.Close() // RabbitMQ may have gone before
	c.waiting.Wait()
}

// Channel opens a channel, does something on it, and closes it.
func (c *Client) Channel(do func(*amqp091.Channel) error) error {
	channel, err := c.connection.Channel()
	if err != nil {
		return fmt.Errorf("opening a channel of %s: %w", c.Name, err)
	}
	return errors.Join(do(channel), ignoreClosed(channel.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, amqp091.ErrClosed) {
		return nil
	}
	return err
}

// Publish publishes a body, to an exchange that there is. It returns when RabbitMQ has
// it, and whether somebody gets it.
func (c *Client) Publish(ctx context.Context, to Publication, body []byte) (routed bool, err error) {
	err = c.Channel(func(channel *amqp091.Channel) error {
		if err := channel.Confirm(false); err != nil {
			return err
		}
		returned := channel.NotifyReturn(make(chan amqp091.Return, 1))
		message := propertiesOf(to, c.Name)
		message.Body = body
		confirmation, err := channel.PublishWithDeferredConfirmWithContext(ctx, to.Exchange, to.Key, true, false, message)
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

// PublishAll publishes messages one after the other. It returns when RabbitMQ has them.
func (c *Client) PublishAll(ctx context.Context, all []Publication) error {
	return c.Channel(func(channel *amqp091.Channel) error {
		if err := channel.Confirm(false); err != nil {
			return err
		}
		var last *amqp091.DeferredConfirmation
		for _, p := range all {
			message := propertiesOf(p, c.Name)
			message.Body = p.Body
			var err error
			if last, err = channel.PublishWithDeferredConfirmWithContext(ctx, p.Exchange, p.Key, false, false, message); err != nil {
				return err
			}
		}
		if last == nil {
			return nil
		}
		_, err := last.WaitContext(ctx) // RabbitMQ has dealt with the others then
		return err
	})
}

// propertiesOf copies the properties of a message that somebody has published, for a
// client of another name.
func propertiesOf(p Publication, name string) amqp091.Publishing {
	properties, err := amqp.ParseProperties(p.Properties)
	if err != nil {
		return amqp091.Publishing{}
	}
	renamed := func(text string) string { return Renamed(text, p.By, name) }
	return amqp091.Publishing{
		ContentType: properties.ContentType, ContentEncoding: properties.ContentEncoding, DeliveryMode: properties.DeliveryMode,
		Type: properties.Type, MessageId: renamed(properties.MessageID), AppId: renamed(properties.AppID), ReplyTo: renamed(properties.ReplyTo),
		Headers: tableOf(properties.Headers, renamed),
	}
}

// Renamed puts another name where somebody's own stands.
func Renamed(text, own, name string) string {
	if own == "" {
		return text
	}
	return strings.ReplaceAll(text, own, name)
}

func asItIs(text string) string { return text }

// tableOf copies the fields that can be written by the library.
func tableOf(table amqp.Table, renamed func(string) string) amqp091.Table {
	fields, err := table.Fields()
	if err != nil || len(fields) == 0 {
		return nil
	}
	copied := amqp091.Table{}
	for _, field := range fields {
		switch value := field.Value.(type) {
		case string:
			copied[field.Name] = renamed(value)
		case amqp.Timestamp:
			copied[field.Name] = time.Unix(int64(value), 0)
		case bool, int16, int32, int64, float32, float64, nil:
			copied[field.Name] = value
		}
	}
	return copied
}

// IsMissing reports whether RabbitMQ says that something is not there.
func IsMissing(err error) bool {
	var said *amqp091.Error
	return errors.As(err, &said) && said.Code == amqp091.NotFound
}

// Refused is an error with which RabbitMQ refuses another client what the submission keeps for itself, or has made
// in another way: what such a client would see cannot be seen then.
func Refused(err error) error {
	var said *amqp091.Error
	if errors.As(err, &said) && slices.Contains([]int{amqp091.AccessRefused, amqp091.ResourceLocked, amqp091.PreconditionFailed}, said.Code) {
		return &stage.Unverified{Reason: "RabbitMQ refuses another client: " + said.Reason}
	}
	return err
}

// Declare declares an exchange, or a queue, to which something is to be published, as a
// submission that has this topology would.
func (c *Client) Declare(to Publication, as Topology) error {
	return c.Channel(func(channel *amqp091.Channel) error {
		if to.Exchange == "" {
			queue := as.Queues[to.Key]
			if queue == nil {
				queue = &amqp.QueueDeclare{}
			}
			_, err := channel.QueueDeclare(to.Key, queue.Durable, queue.AutoDelete, false, false, tableOf(queue.Arguments, asItIs))
			return err
		}
		exchange := as.Exchanges[to.Exchange]
		if exchange == nil {
			exchange = &amqp.ExchangeDeclare{Kind: "fanout"}
		}
		return channel.ExchangeDeclare(to.Exchange, exchange.Kind, exchange.Durable, exchange.AutoDelete, false, false, tableOf(exchange.Arguments, asItIs))
	})
}

// Listen has the client read what goes to where something is published: by a queue of its
// own that is bound there, or from that queue itself.
func (c *Client) Listen(ctx context.Context, to Publication) error {
	channel, err := c.connection.Channel()
	if err != nil {
		return fmt.Errorf("opening a channel of %s: %w", c.Name, err)
	}
	queue, err := c.queue(channel, to)
	if err != nil {
		return err
	}
	deliveries, err := channel.ConsumeWithContext(ctx, queue, "", true, to.Exchange != "", false, false, nil)
	if err != nil {
		return fmt.Errorf("reading a queue of %s: %w", c.Name, err)
	}
	c.waiting.Go(func() {
		for range deliveries { // they are in the journal
		}
	})
	return nil
}

// queue is the queue that a client reads.
func (c *Client) queue(channel *amqp091.Channel, to Publication) (string, error) {
	if to.Exchange == "" {
		return to.Key, nil
	}
	queue, err := channel.QueueDeclare("", false, true, true, false, nil)
	if err != nil {
		return "", fmt.Errorf("declaring a queue of %s: %w", c.Name, err)
	}
	if err := channel.QueueBind(queue.Name, to.Key, to.Exchange, false, nil); err != nil {
		return "", fmt.Errorf("binding a queue of %s to general: %w", c.Name, err)
	}
	return queue.Name, nil
}

// Delivered are the bodies that a client has received.
func Delivered(events []journal.Event, name string) []string {
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
