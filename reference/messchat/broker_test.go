package messchat_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"strconv"
	"sync"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	embedded "github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/messchat"
)

// broker returns the URL of a broker that is there for the test.
func broker(t *testing.T) string {
	t.Helper()
	b := embedded.New(embedded.Options{})
	listener, err := b.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		listener.Close()
		b.Close()
		listener.Wait()
	})
	return fmt.Sprintf("amqp://guest:guest@%s/", listener.Addr())
}

// client returns the name of a client that no other test has, and whose queues the test's end
// deletes.
func client(t *testing.T, broker string) string {
	t.Helper()
	name := "test-" + strconv.FormatUint(rand.Uint64(), 36)
	t.Cleanup(func() {
		channel := visit(t, broker)
		for _, queue := range []string{"general." + name, "private." + name} {
			if _, err := channel.QueueDelete(queue, false, false, false); err != nil {
				t.Errorf("deleting the queue %s: %v", queue, err)
			}
		}
	})
	return name
}

// join returns the part of a client in RabbitMQ, which is connected.
func join(t *testing.T, broker, name string) *messchat.RMQ {
	t.Helper()
	rmq := messchat.NewRMQ(broker, name)
	t.Cleanup(rmq.Close)
	if err := rmq.Connect(); err != nil {
		t.Fatal(err)
	}
	return rmq
}

// visit opens a channel to a broker, as somebody else would who knows nothing of this program.
func visit(t *testing.T, broker string) *amqp.Channel {
	t.Helper()
	connection, err := amqp.Dial(broker)
	if err != nil {
		t.Fatalf("connecting to the broker: %v", err)
	}
	t.Cleanup(func() { connection.Close() })
	channel, err := connection.Channel()
	if err != nil {
		t.Fatalf("opening a channel: %v", err)
	}
	return channel
}

// put has a stranger put a message into RabbitMQ.
func put(t *testing.T, broker, exchange, key, body string) {
	t.Helper()
	channel := visit(t, broker)
	if err := channel.Confirm(false); err != nil {
		t.Fatal(err)
	}
	confirmation, err := channel.PublishWithDeferredConfirm(exchange, key, true, false, amqp.Publishing{Body: []byte(body)})
	if err != nil {
		t.Fatalf("putting %q into %q: %v", body, exchange+key, err)
	}
	if !confirmation.Wait() {
		t.Fatalf("%q is not taken", body)
	}
}

// relay stands between a client and its broker, so that the broker can go away and come back.
type relay struct {
	t       *testing.T
	to      string // the broker's address
	address string // the relay's
	url     string // the broker's, by way of the relay

	mu       sync.Mutex
	listener net.Listener
	open     []net.Conn
	carrying sync.WaitGroup

	silence sync.RWMutex // held while nothing is carried
}

func newRelay(t *testing.T, broker string) *relay {
	t.Helper()
	by, err := url.Parse(broker)
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{t: t, to: by.Host}
	r.address = loopback.Nowhere(t).String()
	by.Host = r.address
	r.url = by.String()
	r.comeBack()
	t.Cleanup(func() {
		r.goAway()
		r.carrying.Wait()
	})
	return r
}

// comeBack lets the broker be there again.
func (r *relay) comeBack() {
	r.t.Helper()
	listener, err := net.Listen("tcp", r.address)
	if err != nil {
		r.t.Fatalf("listening: %v", err)
	}
	r.mu.Lock()
	r.listener = listener
	r.mu.Unlock()
	r.carrying.Go(func() { r.accept(listener) })
}

// goAway ends every connection, and takes no more.
func (r *relay) goAway() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listener.Close()
	for _, connection := range r.open {
		connection.Close()
	}
	r.open = nil
}

func (r *relay) accept(listener net.Listener) {
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", r.to)
		if err != nil {
			near.Close()
			continue
		}
		r.mu.Lock()
		r.open = append(r.open, near, far)
		r.mu.Unlock()
		r.carrying.Go(func() { r.carry(near, far) })
		r.carrying.Go(func() { r.carry(far, near) })
	}
}

func (r *relay) carry(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	piece := make([]byte, 64<<10)
	for {
		n, err := from.Read(piece)
		if err != nil {
			return
		}
		r.silence.RLock()
		_, err = to.Write(piece[:n])
		r.silence.RUnlock()
		if err != nil {
			return
		}
	}
}
