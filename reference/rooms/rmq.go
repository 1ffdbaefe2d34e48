package rooms

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// What a session can end with, besides what the broker has to object.
var (
	errSilent = errors.New("it does not answer")
	errClosed = errors.New("the program ends")
)

// rmq is the way to RabbitMQ, which is found anew where it was lost.
type rmq struct {
	url string

	mu      sync.Mutex
	session *session // nil before the first use
	closed  bool
}

func newRMQ(url string) *rmq { return &rmq{url: url} }

// connect returns the session that there is, or a new one if there is none or if it was lost.
func (r *rmq) connect() (*session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, fmt.Errorf("connecting to RabbitMQ: %w", errClosed)
	}
	if r.session != nil && r.session.alive() {
		return r.session, nil
	}
	r.leave()
	s, err := openSession(r.url)
	if err != nil {
		return nil, fmt.Errorf("connecting to RabbitMQ: %w", err)
	}
	r.session = s
	return s, nil
}

// leave ends the session if there is one. The caller holds mu.
func (r *rmq) leave() {
	if r.session != nil {
		r.session.end()
		r.session = nil
	}
}

// close ends the session, and there is no other.
func (r *rmq) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.leave()
}

// session is one connection to the broker.
type session struct {
	tcp        net.Conn
	connection *amqp.Connection
	sending    *amqp.Channel
	reading    *amqp.Channel

	mu sync.Mutex // held while a queue is read: what one takes, another does not find
}

// openSession connects to a broker.
func openSession(url string) (*session, error) {
	s := &session{}
	dial := amqp.DefaultDial(patience)
	config := amqp.Config{
		Properties: amqp.NewConnectionProperties(),
		Heartbeat:  time.Nanosecond, // less than a second: as often as the broker wants
		Dial: func(network, address string) (tcp net.Conn, err error) {
			s.tcp, err = dial(network, address)
			return s.tcp, err
		},
	}
	config.Properties.SetClientConnectionName("mess_chat")
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
	timer := time.AfterFunc(patience, func() { s.tcp.Close() })
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

// declare makes a room's queue, and a group's exchange and its members' queues, where they do not
// exist yet.
func (s *session) declare(room Metadata) error {
	return s.ask(func() error {
		if err := s.declareQueue(room.Name); err != nil || !room.GroupRoom {
			return err
		}
		if err := s.reading.ExchangeDeclare(room.Name, amqp.ExchangeFanout, true, false, false, false, nil); err != nil {
			return err
		}
		if err := s.reading.QueueBind(room.Name, "", room.Name, false, nil); err != nil {
			return err
		}
		for _, member := range room.MemberList {
			if err := s.declareQueue(member); err != nil {
				return err
			}
			if err := s.reading.QueueBind(member, "", room.Name, false, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *session) declareQueue(name string) error {
	_, err := s.reading.QueueDeclare(name, true, false, false, false, nil)
	return err
}

// unbind lets nothing more come from an exchange into a queue.
func (s *session) unbind(queue, exchange string) error {
	return s.ask(func() error { return s.reading.QueueUnbind(queue, "", exchange, nil) })
}

// publish publishes a message, and waits until the broker has it.
func (s *session) publish(exchange, key string, message amqp.Publishing) error {
	return s.ask(func() error {
		confirmation, err := s.sending.PublishWithDeferredConfirm(exchange, key, false, false, message)
		if err != nil {
			return err
		}
		if !confirmation.Wait() {
			return errors.New("it does not confirm that it has the message")
		}
		return nil
	})
}

// take takes everything off a queue.
func (s *session) take(queue string) ([]amqp.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []amqp.Delivery
	err := s.ask(func() error {
		for {
			delivery, found, err := s.reading.Get(queue, false)
			if err != nil {
				return err
			}
			if !found {
				break
			}
			all = append(all, delivery)
			if delivery.MessageCount == 0 {
				break
			}
		}
		if len(all) == 0 {
			return nil
		}
		return all[len(all)-1].Ack(true)
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
