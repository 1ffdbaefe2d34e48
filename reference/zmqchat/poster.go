package zmqchat

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"time"

	"github.com/chatspec/chatspec/reference/terminal"
	"github.com/chatspec/chatspec/reference/zmq"
)

// retryPause is how long a client lets a server be that cannot be reached.
const retryPause = 100 * time.Millisecond

// poster posts what somebody says. One goroutine at a time may use it.
type poster struct {
	server  *zmq.Req
	name    string
	channel string
	screen  *terminal.Screen
}

func newPoster(server netip.AddrPort, name, channel string, screen *terminal.Screen) *poster {
	return &poster{server: zmq.NewReq(server), name: name, channel: channel, screen: screen}
}

// post posts a text and returns when the server has it, or when ctx is cancelled, which is no error.
// It waits for a server that cannot be reached. The error is that the server refuses the text.
func (p *poster) post(ctx context.Context, text string) error {
	message := Message{User: p.name, Time: time.Now(), Text: text, Channel: p.channel}
	request, err := encode(post{ID: rand.Text(), Message: message})
	if err != nil {
		return fmt.Errorf("posting: %w", err)
	}
	frame, err := p.ask(ctx, request)
	if err != nil {
		p.screen.Show("(perhaps the server does not have this: " + text + ")")
		return nil
	}
	reply, err := parseReply(frame)
	if err != nil {
		return fmt.Errorf("posting: %w", err)
	}
	if !reply.OK {
		return fmt.Errorf("the server refuses the message: %s", reply.Reason)
	}
	return nil
}

// say returns how each of several lines is posted: one that the server refuses does not end the
// conversation.
func (p *poster) say(ctx context.Context) func(line string) {
	return func(line string) {
		if err := p.post(ctx, line); err != nil {
			p.screen.Show("(" + err.Error() + ")")
		}
	}
}

// ask asks until there is a reply. The request has an id, so that it can be sent again. The error is
// that ctx was cancelled.
func (p *poster) ask(ctx context.Context, request []byte) ([]byte, error) {
	reply, err := p.server.Ask(ctx, request)
	if err != nil && ctx.Err() == nil {
		p.screen.Show(fmt.Sprintf("(waiting for the server: %v)", err))
	}
	for err != nil && ctx.Err() == nil {
		pause(ctx)
		reply, err = p.server.Ask(ctx, request)
	}
	return reply, err
}

func (p *poster) close() { p.server.Close() }

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(retryPause):
	}
}
