package messchat

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// general is the exchange that distributes a message to all clients.
const general = "general"

// patience is how long RabbitMQ may take for anything.
const patience = 5 * time.Second

// RMQ is a client's part in RabbitMQ, and all that the program knows of it. Several goroutines may
// use it.
//
// What is sent goes to the exchange general, which puts a copy of it into a queue of each client's
// own. Another queue holds what is put there for this client alone. Both are called after the client
// and outlive its connection and the broker, so that nothing is lost while one of them is away.
//
// Reading takes nothing off a queue: a list shows what is in it, and the next list shows that again.
type RMQ struct {
	url      string
	name     string
	patience time.Duration // of what RabbitMQ is asked for once there is a connection

	mu      sync.Mutex
	session *session // nil before the first use
	closed  bool
}

// NewRMQ returns the part of the client called name in the broker at url. It connects to nothing yet.
func NewRMQ(url, name string) *RMQ {
	return &RMQ{url: url, name: name, patience: patience}
}

// Connect connects to the broker and makes the client's queues, unless that has been done. The other
// methods do the same.
func (r *RMQ) Connect() error {
	_, err := r.connect()
	return err
}

// Send sends a text to all clients, this one among them. It returns when the broker has it. After an
// error the broker may have it all the same.
func (r *RMQ) Send(text string) error {
	s, err := r.connect()
	if err != nil {
		return err
	}
	if err := s.send(text); err != nil {
		return fmt.Errorf("sending to RabbitMQ: %w", err)
	}
	return nil
}

// Messages lists what is in the queues of the client: first what was sent to all, then what is for
// this client alone, each as it came. A message that is no text is shown with marks in the place of
// what cannot be shown.
func (r *RMQ) Messages() ([]string, error) {
	texts, err := r.list()
	if errors.Is(err, errLost) {
		// It was lost since the last request, maybe, and this was the first to notice. To ask again
		// does no harm.
		texts, err = r.list()
	}
	return texts, err
}

func (r *RMQ) list() ([]string, error) {
	s, err := r.connect()
	if err != nil {
		return nil, err
	}
	texts, err := s.list(r.generalQueue(), r.privateQueue())
	if err != nil {
		return nil, fmt.Errorf("reading from RabbitMQ: %w", err)
	}
	return texts, nil
}

// Close ends the connection. The queues stay.
func (r *RMQ) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.leave()
}

// The queues have names that those of no other client can be.
func (r *RMQ) generalQueue() string { return "general." + r.name }
func (r *RMQ) privateQueue() string { return "private." + r.name }

// connect returns the session that there is, or a new one if there is none or if it was lost.
func (r *RMQ) connect() (*session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errors.New("connecting to RabbitMQ: the program ends")
	}
	if r.session != nil && r.session.alive() {
		return r.session, nil
	}
	r.leave()
	s, err := r.join()
	if err != nil {
		return nil, fmt.Errorf("connecting to RabbitMQ: %w", err)
	}
	r.session = s
	return s, nil
}

// leave ends the session if there is one. The caller holds mu.
func (r *RMQ) leave() {
	if r.session != nil {
		r.session.end()
		r.session = nil
	}
}

// join opens a session and makes what the client needs.
func (r *RMQ) join() (*session, error) {
	s, err := openSession(r.url, r.name, r.patience)
	if err != nil {
		return nil, err
	}
	if err := s.ask(func() error { return r.declare(s.reading) }); err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

// declare makes the exchange and the queues where they do not exist yet.
func (r *RMQ) declare(channel *amqp.Channel) error {
	if err := channel.ExchangeDeclare(general, amqp.ExchangeFanout, true, false, false, false, nil); err != nil {
		return err
	}
	for _, queue := range []string{r.generalQueue(), r.privateQueue()} {
		if _, err := channel.QueueDeclare(queue, true, false, false, false, nil); err != nil {
			return err
		}
	}
	return channel.QueueBind(r.generalQueue(), "", general, false, nil)
}

// What a session can end with, besides what the broker has to object.
var (
	errSilent = errors.New("it does not answer")
	errLost   = errors.New("the connection was lost")
)

// session is one connection to the broker.
type session struct {
	patience   time.Duration
	tcp        net.Conn
	connection *amqp.Connection
	sending    *amqp.Channel
	reading    *amqp.Channel

	mu sync.Mutex // held while a list is made: what one list holds, another does not find
}

// openSession connects to a broker, as somebody called name.
func openSession(url, name string, patience time.Duration) (*session, error) {
	s := &session{patience: patience}
	dial := amqp.DefaultDial(patience)
	config := amqp.Config{
		Properties: amqp.NewConnectionProperties(),
		Heartbeat:  time.Nanosecond, // less than a second: as often as the broker wants
		Dial: func(network, address string) (tcp net.Conn, err error) {
			s.tcp, err = dial(network, address)
			return s.tcp, err
		},
	}
	config.Properties.SetClientConnectionName(name)
	var err error
	if s.connection, err = amqp.DialConfig(url, config); err != nil {
		return nil, err
	}
	if err := s.ask(s.openChannels); err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

func (s *session) openChannels() (err error) {
	if s.sending, err = s.connection.Channel(); err != nil {
		return err
	}
	if err = s.sending.Confirm(false); err != nil {
		return err
	}
	s.reading, err = s.connection.Channel()
	return err
}

// alive tells whether the session can be used, as far as is known here.
func (s *session) alive() bool {
	return !s.connection.IsClosed() && !s.sending.IsClosed() && !s.reading.IsClosed()
}

// ask does something that waits for the broker. If that takes too long, the session is given up.
func (s *session) ask(something func() error) error {
	timer := time.AfterFunc(s.patience, func() { s.tcp.Close() })
	err := something()
	if inTime := timer.Stop(); err != nil && !inTime {
		return errSilent
	}
	return err
}

// end closes the connection.
func (s *session) end() {
	_ = s.connection.CloseDeadline(time.Now().Add(grace))
	_ = s.tcp.Close()
}

// send publishes a text, and waits until the broker has it.
func (s *session) send(text string) error {
	return s.ask(func() error {
		confirmation, err := s.sending.PublishWithDeferredConfirm(general, "", false, false, amqp.Publishing{
			ContentType:     "text/plain",
			ContentEncoding: "utf-8",
			DeliveryMode:    amqp.Persistent,
			Body:            []byte(text),
		})
		if err != nil {
			return err
		}
		if !confirmation.Wait() {
			return errors.New("it does not confirm that it has the message")
		}
		return nil
	})
}

// list returns what is in the queues, one after the other. The error is errSilent or errLost.
func (s *session) list(queues ...string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	texts := []string{}
	err := s.ask(func() (err error) {
		for _, queue := range queues {
			if texts, err = s.peek(texts, queue); err != nil {
				return fmt.Errorf("%w: %w", errLost, err)
			}
		}
		return nil
	})
	return texts, err
}

// peek takes everything off a queue and puts it back, each message in its old place. It appends the
// messages to texts.
func (s *session) peek(texts []string, queue string) ([]string, error) {
	var last amqp.Delivery
	for more := true; more; more = last.MessageCount > 0 {
		message, found, err := s.reading.Get(queue, false)
		if err != nil {
			return texts, err
		}
		if !found {
			break
		}
		texts = append(texts, strings.ToValidUTF8(string(message.Body), "\ufffd"))
		last = message
	}
	if last.Acknowledger == nil { // there was nothing
		return texts, nil
	}
	return texts, last.Nack(true, true)
}
