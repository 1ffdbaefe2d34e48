// Package messchattest makes what a journal holds of a program that talks to RabbitMQ, for
// tests.
package messchattest

import (
	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
)

// rabbitMQ is who the broker is in a scenario.
const rabbitMQ = "RabbitMQ"

// A Wire is a connection, and a channel of it.
type Wire struct {
	Conn    int
	Channel uint16
}

// Say is what somebody says on a channel, as the journal has it.
func (l Wire) Say(from, to string, method amqp.Method) journal.Event {
	return journal.Event{Kind: journal.Sent, From: from, To: to, Conn: l.Conn, Message: amqp.Command{Channel: l.Channel, Method: method}}
}

// Asks is what annika says to RabbitMQ.
func (l Wire) Asks(method amqp.Method) journal.Event { return l.Say("annika", rabbitMQ, method) }

// Answers is what RabbitMQ says to annika.
func (l Wire) Answers(method amqp.Method) journal.Event { return l.Say(rabbitMQ, "annika", method) }

// Declares is a queue's declaration by annika, which RabbitMQ takes, under the name that it
// has then.
func (l Wire) Declares(queue amqp.QueueDeclare, name string) []journal.Event {
	return []journal.Event{l.Asks(&queue), l.Answers(&amqp.QueueDeclareOk{Queue: name})}
}

// Publishes is a message that somebody publishes.
func Publishes(user, exchange, key, body string) journal.Event {
	return journal.Event{Kind: journal.Sent, From: user, To: rabbitMQ, Conn: 1, Message: amqp.Message{
		Channel: 1, Method: &amqp.BasicPublish{Exchange: exchange, RoutingKey: key}, Properties: []byte{0, 0}, Body: []byte(body),
	}}
}
