package chat

import (
	"context"
	"io"
	"net/netip"

	"github.com/chatspec/chatspec/reference/link"
	"github.com/chatspec/chatspec/reference/terminal"
)

// queueLength is how many lines a peer can be behind.
const queueLength = 256

// peer is one of the others. Its messages wait in a queue, which a goroutine of its own empties: so
// they stay in order, and a peer who does not read holds up nobody else.
type peer struct {
	address netip.AddrPort
	queue   chan []byte
	link    *link.Kept
	screen  *terminal.Screen
}

func newPeer(address netip.AddrPort, screen *terminal.Screen, receive func(io.Reader)) *peer {
	return &peer{
		address: address,
		queue:   make(chan []byte, queueLength),
		link:    link.NewKept(address, receive),
		screen:  screen,
	}
}

// send hands a message to deliver, without waiting.
func (p *peer) send(message []byte) {
	select {
	case p.queue <- message:
	default:
		p.tell("does not read, and misses a line")
	}
}

// deliver sends what is in the queue until that is closed. The first message makes the connection:
// earlier, the peer might not have been started yet.
func (p *peer) deliver(ctx context.Context) {
	defer p.link.Close()
	for message := range p.queue {
		err := p.link.Send(ctx, message)
		if err != nil && ctx.Err() != nil {
			p.tell("did not take the last lines in time")
			return
		}
		if err != nil {
			p.tell("cannot be reached")
		}
	}
}

// tell tells the user something about the peer.
func (p *peer) tell(what string) {
	p.screen.Show("(" + p.address.String() + " " + what + ")")
}
