// Package chat5 is the program chat5 of the assignment tcp-server: what is typed goes to the
// server, which passes it on to all others who have subscribed there.
package chat5

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
const Usage = "chat5 NAME PORT IP:PORT"

// grace is how long a server that does not read can put off the end of the program.
const grace = time.Second

// Client is what the command line says.
type Client struct {
	Name   string         // who types here
	Listen netip.AddrPort // where the server delivers messages
	Server netip.AddrPort // where lines go
}

// Parse reads the arguments of the command line.
func Parse(args []string) (Client, error) {
	if len(args) != 3 {
		return Client{}, errors.New("a name, a port and the server's address are needed")
	}
	listen, err := link.ParsePort(args[1])
	if err != nil {
		return Client{}, err
	}
	server, err := link.ParseAddress(args[2])
	if err != nil {
		return Client{}, err
	}
	return Client{Name: args[0], Listen: listen, Server: server}, nil
}

// Run waits for connections and then does what [Client.Converse] does.
func (c Client) Run(ctx context.Context, in io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", c.Listen.String())
	if err != nil {
		return fmt.Errorf("waiting for connections: %w", err)
	}
	return c.Converse(ctx, listener, in, out)
}

// Converse subscribes to the server, sends each line of in there, and shows on out what is
// delivered to the listener. It ends, unsubscribes, and closes the listener and all connections,
// when the line exit is typed, when the input ends or when ctx is cancelled; what was typed before
// is still sent. That the server cannot be reached at the start is an error.
func (c Client) Converse(ctx context.Context, listener net.Listener, in io.Reader, out io.Writer) error {
	defer listener.Close()
	screen := terminal.NewScreen(out)
	port := listener.Addr().(*net.TCPAddr).AddrPort().Port()
	server, err := subscribe(ctx, c.Server, port, screen)
	if err != nil {
		return fmt.Errorf("subscribing to the server: %w", err)
	}
	conversation := &conversation{name: c.Name, server: server, screen: screen}

	var listening sync.WaitGroup
	defer listening.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	listening.Go(func() { link.Serve(ctx, listener, conversation.receive) })

	defer server.end()
	return conversation.follow(ctx, terminal.NewKeyboard(in))
}

// conversation is a Client while it runs.
type conversation struct {
	name   string
	seq    int // of the next message
	server *server
	screen *terminal.Screen
}

// follow does what the user says, until the user has enough.
func (c *conversation) follow(ctx context.Context, keyboard *terminal.Keyboard) error {
	for line := range keyboard.Lines(ctx) {
		if line == "exit" {
			return nil
		}
		if line != "" {
			c.server.send(c.number(line).Line())
		}
	}
	return keyboard.Err()
}

// number makes a line the next message.
func (c *conversation) number(line string) wire.Message {
	message := wire.Message{Seq: c.seq, User: c.name, Text: line}
	c.seq++
	return message
}

// receive shows what the server delivers on one connection.
func (c *conversation) receive(source io.Reader) {
	for message := range wire.Messages(source) {
		c.display(message)
	}
}

func (c *conversation) display(message wire.Message) {
	c.screen.Show(message.User + ": " + message.Text)
}
