package zmq

import (
	"context"
	"net"
	"strings"
	"sync"

	"github.com/go-zeromq/zmq4"
)

// Pub is a PUB socket.
type Pub struct {
	mu          sync.Mutex
	subscribers map[*subscriber]struct{}
}

// NewPub returns a Pub that has no subscribers yet.
func NewPub() *Pub {
	return &Pub{subscribers: make(map[*subscriber]struct{})}
}

// Serve serves those who connect to the listener, until ctx is cancelled. Then it closes the listener
// and all connections, and what some have not read yet is lost.
func (p *Pub) Serve(ctx context.Context, listener net.Listener) {
	serve(ctx, listener, zmq4.Pub, func(conn *conn) {
		s := &subscriber{conn: conn, prefixes: make(map[string]int), backlog: newBacklog()}
		p.add(s)
		defer p.remove(s)
		s.serve()
	})
}

// Send sends the frames of a message to everybody who has subscribed to what its first one begins
// with. It never waits: everybody gets the messages in the order in which they were sent, but who is
// behind by more than [MaxBacklog] misses those that come then.
func (p *Pub) Send(frames ...[]byte) {
	message, topic := encode(frames), string(frames[0])
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.subscribers {
		if s.wants(topic) {
			s.backlog.push(message)
		}
	}
}

func (p *Pub) add(s *subscriber) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.subscribers[s] = struct{}{}
}

func (p *Pub) remove(s *subscriber) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.subscribers, s)
}

// subscriber is somebody who has connected to a Pub. One goroutine reads what it subscribes to, and
// another writes what is for it.
type subscriber struct {
	conn    *conn
	backlog *backlog

	mu       sync.Mutex
	prefixes map[string]int // that it has subscribed to, and how often
}

// serve serves the subscriber until its connection ends.
func (s *subscriber) serve() {
	var writing sync.WaitGroup
	defer writing.Wait()
	writing.Go(s.write)
	defer s.conn.close()
	defer s.backlog.close()
	s.read()
}

func (s *subscriber) read() {
	for {
		message, err := s.conn.receive()
		if err != nil {
			return
		}
		if len(message) == 1 && len(message[0]) > 0 {
			s.note(message[0][0], string(message[0][1:]))
		}
	}
}

// note does what a message of the subscriber says. One that is no subscription is nobody's harm.
func (s *subscriber) note(what byte, prefix string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch what {
	case subscribe:
		s.prefixes[prefix]++
	case cancel:
		if s.prefixes[prefix]--; s.prefixes[prefix] <= 0 {
			delete(s.prefixes, prefix)
		}
	}
}

func (s *subscriber) wants(topic string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for prefix := range s.prefixes {
		if strings.HasPrefix(topic, prefix) {
			return true
		}
	}
	return false
}

// write ends the connection when it fails, so that read ends as well.
func (s *subscriber) write() {
	defer s.conn.close()
	for {
		message, open := s.backlog.pop()
		if !open || s.conn.write(message) != nil {
			return
		}
	}
}
