package chat5

import (
	"context"
	"net/netip"
	"time"

	"github.com/chatspec/chatspec/reference/link"
	"github.com/chatspec/chatspec/reference/terminal"
	"github.com/chatspec/chatspec/reference/wire"
)

// queueLength is how many lines the server can be behind.
const queueLength = 256

// server is the server as the client sees it. What is for it waits in a queue, which a goroutine
// empties: so the user can go on, and leave, while the server does not read.
type server struct {
	address netip.AddrPort
	port    uint16 // where this client waits for what is delivered
	screen  *terminal.Screen
	queue   chan []byte
	conn    *link.Conn

	giveUp context.CancelFunc // ends all sending
	done   chan struct{}      // closed when all is sent
}

// subscribe connects to the server and subscribes there.
func subscribe(ctx context.Context, address netip.AddrPort, port uint16, screen *terminal.Screen) (*server, error) {
	s := &server{
		address: address,
		port:    port,
		screen:  screen,
		queue:   make(chan []byte, queueLength),
		done:    make(chan struct{}),
	}
	if err := s.register(ctx); err != nil {
		return nil, err
	}
	// What was typed is sent even when ctx is cancelled; end sees to it that this does not last.
	ctx, s.giveUp = context.WithCancel(context.WithoutCancel(ctx))
	go s.deliver(ctx)
	return s, nil
}

// register makes the connection and says on it where this client waits.
func (s *server) register(ctx context.Context) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	if err := s.conn.Send(ctx, s.operation(wire.Subscribe)); err != nil {
		s.conn.Close()
		return err
	}
	return nil
}

func (s *server) connect(ctx context.Context) error {
	conn, err := link.Dial(ctx, s.address, link.Discard)
	if err != nil {
		return err
	}
	s.conn = conn
	return nil
}

// operation is something about this client. Its own side of the connection is the address under
// which the server can reach it.
func (s *server) operation(name string) []byte {
	client := netip.AddrPortFrom(s.conn.LocalIP(), s.port)
	return wire.Operation{Operation: name, Client: client.String()}.Line()
}

// send hands a message to deliver, without waiting.
func (s *server) send(message []byte) {
	select {
	case s.queue <- message:
	default:
		s.screen.Show("(the server does not read, and misses a line)")
	}
}

// deliver sends what is in the queue until that is closed, and unsubscribes.
func (s *server) deliver(ctx context.Context) {
	defer close(s.done)
	defer func() { s.conn.Close() }()
	for message := range s.queue {
		err := s.pass(ctx, message)
		if err != nil && ctx.Err() != nil {
			s.screen.Show("(the server did not take the last lines in time)")
			return
		}
		if err != nil {
			s.screen.Show("(the server cannot be reached)")
		}
	}
	s.unsubscribe(ctx)
}

// pass sends one message. If the connection was lost, it makes another.
func (s *server) pass(ctx context.Context, message []byte) error {
	if s.conn.Alive() && s.conn.Send(ctx, message) == nil {
		return nil
	}
	s.screen.Show("(the connection to the server was lost: subscribing again)")
	s.conn.Close()
	if err := s.register(ctx); err != nil {
		return err
	}
	return s.conn.Send(ctx, message)
}

// unsubscribe says that this client leaves, on another connection if this one was lost: the server
// may have only closed it. A server that is gone need not be told.
func (s *server) unsubscribe(ctx context.Context) {
	farewell := s.operation(wire.Unsubscribe)
	if s.conn.Alive() && s.conn.Send(ctx, farewell) == nil {
		return
	}
	s.conn.Close()
	if s.connect(ctx) == nil {
		_ = s.conn.Send(ctx, farewell)
	}
}

// end unsubscribes and closes the connection, as soon as the server has got everything that was said.
func (s *server) end() {
	close(s.queue)
	timer := time.AfterFunc(grace, s.giveUp)
	defer timer.Stop()
	<-s.done
	s.giveUp()
}
