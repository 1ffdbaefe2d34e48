package rooms_test

import (
	"context"
	"fmt"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/goleak"

	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/reference/rooms"
)

// TestMain fails if a goroutine is left when all is closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A world is a broker and a database of a test's own.
type world struct {
	t           *testing.T
	amqp, mongo string
	lease       *database.Lease
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	b := broker.New(broker.Options{})
	brokers, err := b.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		brokers.Close()
		b.Close()
		brokers.Wait()
	})
	supply, err := database.Open(t.Context(), database.Embedded)
	if err != nil {
		t.Fatal(err)
	}
	if w.lease, err = supply.Lease(t.Context(), database.Options{}); err != nil {
		t.Fatal(err)
	}
	databases, err := w.lease.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		databases.Close()
		w.lease.Release()
		if err := supply.Close(); err != nil {
			t.Error(err)
		}
	})
	w.amqp = fmt.Sprintf("amqp://guest:guest@%s/", brokers.Addr())
	w.mongo = fmt.Sprintf("mongodb://%s/", databases.Addr())
	return w
}

// servers are both, as a program of its own finds them.
func (w *world) servers() *rooms.Servers {
	w.t.Helper()
	s, err := rooms.Connect(w.amqp, w.mongo)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(s.Close)
	if err := s.Reach(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return s
}

// channel is another client's of RabbitMQ.
func (w *world) channel() *amqp.Channel {
	w.t.Helper()
	connection, err := amqp.Dial(w.amqp)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { connection.Close() })
	channel, err := connection.Channel()
	if err != nil {
		w.t.Fatal(err)
	}
	return channel
}

// put has another client put a message into a queue.
func (w *world) put(queue, body string) {
	w.t.Helper()
	channel := w.channel()
	must(w.t, channel.Confirm(false))
	confirmation, err := channel.PublishWithDeferredConfirm("", queue, true, false, amqp.Publishing{Body: []byte(body)})
	must(w.t, err)
	if !confirmation.Wait() {
		w.t.Fatalf("%q is not taken", body)
	}
}

// take takes all texts off a queue.
func (w *world) take(queue string) []string {
	w.t.Helper()
	channel := w.channel()
	texts := []string{}
	for {
		message, found, err := channel.Get(queue, true)
		if err != nil {
			w.t.Fatalf("reading the queue %s: %v", queue, err)
		}
		if !found {
			return texts
		}
		texts = append(texts, string(message.Body))
	}
}

// documents counts those of a collection in MongoDB.
func (w *world) documents(collection string) int {
	w.t.Helper()
	all, err := w.lease.Collections(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range all {
		if c.Name == collection {
			return len(c.Documents)
		}
	}
	return 0
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// room makes a room in which annika is the owner and bruno is, too.
func room(t *testing.T, s *rooms.Servers, name string, group bool) *rooms.ChatRoom {
	t.Helper()
	r, err := rooms.NewChatRoom(s, name, group, "annika", "bruno")
	must(t, err)
	return r
}

func send(t *testing.T, r *rooms.ChatRoom, texts ...string) {
	t.Helper()
	for _, text := range texts {
		must(t, r.SendMessage(text, rooms.MessageProperties{FromUser: "annika", ToUser: "bruno"}))
	}
}

// texts are what a room gives.
func texts(t *testing.T, r *rooms.ChatRoom) []string {
	t.Helper()
	messages, err := r.GetMessages(-1)
	must(t, err)
	return rooms.Texts(messages)
}
