// Package chat is the program chat of the assignment tcp-peer: people talk to each other directly,
// each through a chat of their own, without a server between them.
package chat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/chatspec/chatspec/reference/link"
	"github.com/chatspec/chatspec/reference/terminal"
	"github.com/chatspec/chatspec/reference/wire"
)

// Usage is the program's command line.
const Usage = "chat NAME PORT [IP:PORT ...]"

// grace is how long a peer who does not read can put off the end of the program.
const grace = time.Second

// Chat is what the command line says.
type Chat struct {
	Name   string           // who types here
	Listen netip.AddrPort   // where the others connect to
	Peers  []netip.AddrPort // the others, to whom each line goes
}

// Parse reads the arguments of the command line.
func Parse(args []string) (Chat, error) {
	if len(args) < 2 {
		return Chat{}, errors.New("a name and a port are needed")
	}
	listen, err := link.ParsePort(args[1])
	if err != nil {
		return Chat{}, err
	}
	chat := Chat{Name: args[0], Listen: listen}
	for _, arg := range args[2:] {
		peer, err := link.ParseAddress(arg)
		if err != nil {
			return Chat{}, err
		}
		chat.Peers = append(chat.Peers, peer)
	}
	return chat, nil
}

// Run waits for connections and then does what [Chat.Converse] does.
func (c Chat) Run(ctx context.Context, in io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", c.Listen.String())
	if err != nil {
		return fmt.Errorf("waiting for connections: %w", err)
	}
	return c.Converse(ctx, listener, in, out)
}

// Converse sends each line of in to every peer, and shows on out what others send to the listener.
// It ends, and closes the listener and all connections, when the line exit is typed, when the input
// ends or when ctx is cancelled; what was typed before is still sent.
func (c Chat) Converse(ctx context.Context, listener net.Listener, in io.Reader, out io.Writer) error {
	var listening sync.WaitGroup
	defer listening.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conversation := newConversation(ctx, c.Name, c.Peers, terminal.NewScreen(out))
	listening.Go(func() { link.Serve(ctx, listener, conversation.receive) })

	defer conversation.end()
	return conversation.follow(ctx, terminal.NewKeyboard(in))
}

// conversation is a Chat while it runs.
type conversation struct {
	name   string
	seq    int // of the next message
	peers  []*peer
	screen *terminal.Screen

	sending sync.WaitGroup
	giveUp  context.CancelFunc // ends all sending
}

func newConversation(ctx context.Context, name string, addresses []netip.AddrPort, screen *terminal.Screen) *conversation {
	c := &conversation{name: name, screen: screen}
	// What was typed is sent even when ctx is cancelled; end sees to it that this does not last.
	ctx, c.giveUp = context.WithCancel(context.WithoutCancel(ctx))
	for _, address := range addresses {
		p := newPeer(address, screen, c.receive)
		c.peers = append(c.peers, p)
		c.sending.Go(func() { p.deliver(ctx) })
	}
	return c
}

// follow does what the user says, until the user has enough.
func (c *conversation) follow(ctx context.Context, keyboard *terminal.Keyboard) error {
	for line := range keyboard.Lines(ctx) {
		if line == "exit" {
			return nil
		}
		if line != "" {
			c.say(line)
		}
	}
	return keyboard.Err()
}

// say sends a line to all peers.
func (c *conversation) say(line string) {
	message := c.number(line).Line()
	for _, p := range c.peers {
		p.send(message)
	}
}

// number makes a line the next message.
func (c *conversation) number(line string) wire.Message {
	message := wire.Message{Seq: c.seq, User: c.name, Text: line}
	c.seq++
	return message
}

// receive shows what comes on one connection.
func (c *conversation) receive(source io.Reader) {
	for message := range wire.Messages(source) {
		c.display(message)
	}
}

func (c *conversation) display(message wire.Message) {
	c.screen.Show(message.User + ": " + message.Text)
}

// end closes the connections to all peers, as soon as they have got everything that was said.
func (c *conversation) end() {
	for _, p := range c.peers {
		close(p.queue)
	}
	timer := time.AfterFunc(grace, c.giveUp)
	defer timer.Stop()
	c.sending.Wait()
	c.giveUp()
}
