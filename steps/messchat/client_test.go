package messchat

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
)

// connected connects to a broker of the test's.
func connected(t *testing.T, b *broker.Broker) *amqp091.Connection {
	t.Helper()
	near, far := net.Pipe()
	go b.Serve(far)
	connection, err := amqp091.Open(near, amqp091.Config{SASL: []amqp091.Authentication{&amqp091.PlainAuth{Username: "guest", Password: "guest"}}, Vhost: "/", Locale: "en_US"})
	must(t, err)
	t.Cleanup(func() { connection.Close() })
	return connection
}

// TestWhatASubmissionKeepsForItselfIsNotSharedByTheHarness: that ends no run, and blames nobody.
func TestWhatASubmissionKeepsForItselfIsNotSharedByTheHarness(t *testing.T) {
	b := broker.New(broker.Options{})
	t.Cleanup(b.Close)
	channel, err := connected(t, b).Channel()
	must(t, err)
	_, err = channel.QueueDeclare("own", false, false, true, false, nil)
	must(t, err)
	_, err = channel.QueueDeclare("general", false, false, false, false, nil)
	must(t, err)
	_, err = channel.Consume("general", "", true, true, false, false, nil)
	must(t, err)
	for _, queue := range []string{"own", "general"} {
		other := &Client{Name: "otto", connection: connected(t, b)}
		err := Refused(other.Listen(t.Context(), Publication{Key: queue}))
		var unverified *stage.Unverified
		if !errors.As(err, &unverified) || !strings.HasPrefix(unverified.Reason, "RabbitMQ refuses another client: ") {
			t.Errorf("of %s it is said: %v", queue, err)
		}
		other.leave()
	}
	if err := errors.New("the connection is cut"); !errors.Is(Refused(err), err) {
		t.Error("what is no refusal is taken for one")
	}
}

// TestTheHarnessDeclaresAsTheSubmissionDoes: another declaration of the same queue is refused.
func TestTheHarnessDeclaresAsTheSubmissionDoes(t *testing.T) {
	b := broker.New(broker.Options{})
	t.Cleanup(b.Close)
	arguments, err := amqp.NewTable(amqp.Field{Name: "x-message-ttl", Kind: 'I', Value: int32(60000)})
	must(t, err)
	as := Topology{
		Queues:    map[string]*amqp.QueueDeclare{"general": {Queue: "general", Durable: true, Arguments: arguments}},
		Exchanges: map[string]*amqp.ExchangeDeclare{"general": {Exchange: "general", Kind: "topic", AutoDelete: true}},
	}
	harness := &Client{Name: "otto", connection: connected(t, b)}
	must(t, harness.Declare(Publication{Key: "general"}, as))
	must(t, harness.Declare(Publication{Exchange: "general"}, as))
	harness.leave()
	channel, err := connected(t, b).Channel()
	must(t, err)
	_, err = channel.QueueDeclare("general", true, false, false, false, amqp091.Table{"x-message-ttl": 60000})
	must(t, err)
	must(t, channel.ExchangeDeclare("general", "topic", false, true, false, false, nil))
}
