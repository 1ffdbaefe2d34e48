package server5

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/chatspec/chatspec/reference/link"
	"github.com/chatspec/chatspec/reference/terminal"
)

const (
	queueLength = 1024             // how many messages a client can be behind before it is dropped
	grace       = 10 * time.Second // how long one who has left may take to read what is left
)

// list is the list of the clients who have subscribed.
type list struct {
	screen  *terminal.Screen
	sending sync.WaitGroup

	mu      sync.Mutex // guards clients and, as only those on the list get messages, their queues
	clients map[netip.AddrPort]*client
}

// client is somebody who has subscribed. Its messages wait in a queue, which a goroutine of its own
// empties: so they stay in order, and a client who does not read holds up nobody else.
type client struct {
	address netip.AddrPort
	queue   chan []byte
	giveUp  context.CancelCauseFunc // ends the sending, whatever is in the queue
}

// abandon ends the sending to a client who does not read.
func (c *client) abandon() {
	c.giveUp(errors.New("it does not read"))
}

func newList(screen *terminal.Screen) *list {
	return &list{screen: screen, clients: make(map[netip.AddrPort]*client)}
}

// subscribe puts a client on the list if it is not there yet.
func (l *list) subscribe(ctx context.Context, address netip.AddrPort) {
	if l.add(ctx, address) {
		l.screen.Show(address.String() + " subscribed")
	}
}

// unsubscribe takes a client off the list if it is there. It still gets what was said before.
func (l *list) unsubscribe(address netip.AddrPort) {
	if l.remove(address) {
		l.screen.Show(address.String() + " unsubscribed")
	}
}

// distribute gives a message to everybody on the list but its sender.
func (l *list) distribute(sender netip.AddrPort, message []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for address, c := range l.clients {
		if address != sender {
			l.enqueue(c, message)
		}
	}
}

// enqueue hands a message to deliver, without waiting. The caller holds mu.
func (l *list) enqueue(c *client, message []byte) {
	select {
	case c.queue <- message:
	default:
		l.cut(c)
		c.abandon()
	}
}

// deliver sends a client what is in its queue until that is closed. A client who cannot be reached
// has died without a word, and is dropped.
func (l *list) deliver(ctx context.Context, c *client) {
	kept := link.NewKept(c.address, link.Discard)
	defer kept.Close()
	for message := range c.queue {
		if err := kept.Send(ctx, message); err != nil {
			l.drop(c)
			l.screen.Show(fmt.Sprintf("%s dropped: %v", c.address, err))
			return
		}
	}
}

// add puts a client on the list and tells whether it is new there.
func (l *list) add(ctx context.Context, address netip.AddrPort) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clients[address] != nil {
		return false
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	c := &client{address: address, queue: make(chan []byte, queueLength), giveUp: giveUp}
	l.clients[address] = c
	l.sending.Go(func() {
		defer giveUp(nil)
		l.deliver(ctx, c)
	})
	return true
}

// remove takes a client off the list and tells whether it was there.
func (l *list) remove(address netip.AddrPort) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.clients[address]
	if c == nil {
		return false
	}
	l.cut(c)
	time.AfterFunc(grace, c.abandon)
	return true
}

// drop takes a client off the list unless another has its address by now.
func (l *list) drop(c *client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clients[c.address] == c {
		l.cut(c)
	}
}

// cut takes a client off the list and closes its queue. The caller holds mu.
func (l *list) cut(c *client) {
	delete(l.clients, c.address)
	close(c.queue)
}

// close ends all sending at once. Nobody subscribes any more.
func (l *list) close() {
	l.mu.Lock()
	for _, c := range l.clients {
		l.cut(c)
		c.giveUp(errors.New("the server ends"))
	}
	l.mu.Unlock()
	l.sending.Wait()
}
