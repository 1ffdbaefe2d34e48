package zmqchat

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/chatspec/chatspec/reference/terminal"
	"github.com/chatspec/chatspec/reference/zmq"
)

// reader shows what a server publishes.
type reader struct {
	server netip.AddrPort
	topic  string // what it subscribes to
	screen *terminal.Screen
	show   func(Message) string // how a message looks on the screen
}

// read shows messages until ctx is cancelled. It waits for a server that cannot be reached, or not
// any more: what that publishes meanwhile is missed.
func (r reader) read(ctx context.Context) {
	waiting := false
	for ctx.Err() == nil {
		connected, err := r.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if connected || !waiting {
			r.screen.Show(fmt.Sprintf("(waiting for the server's messages: %v)", err))
		}
		waiting = true
		pause(ctx)
	}
}

// follow shows messages until the connection is lost, if there was one.
func (r reader) follow(ctx context.Context) (connected bool, err error) {
	subscription, err := zmq.Subscribe(ctx, r.server, r.topic)
	if err != nil {
		return false, err
	}
	defer subscription.Close()
	for {
		publication, err := subscription.Receive(ctx)
		if err != nil {
			return true, err
		}
		if message, err := parsePublication(publication); err == nil {
			r.screen.Show(r.show(message))
		}
	}
}
