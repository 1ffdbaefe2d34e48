// Package server5 is the program server5 of the assignment tcp-server: it knows who has subscribed,
// and passes on to each of them what the others say.
package server5

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/chatspec/chatspec/reference/link"
	"github.com/chatspec/chatspec/reference/terminal"
	"github.com/chatspec/chatspec/reference/wire"
)

// Usage is the program's command line.
const Usage = "server5 IP:PORT"

// Server is what the command line says.
type Server struct {
	Listen netip.AddrPort // where the clients connect to
}

// Parse reads the arguments of the command line.
func Parse(args []string) (Server, error) {
	if len(args) != 1 {
		return Server{}, errors.New("the address to wait on is needed")
	}
	listen, err := link.ParseAddress(args[0])
	if err != nil {
		return Server{}, err
	}
	return Server{Listen: listen}, nil
}

// Run waits for connections and then does what [Serve] does. It reads nothing from in.
func (s Server) Run(ctx context.Context, _ io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", s.Listen.String())
	if err != nil {
		return fmt.Errorf("waiting for connections: %w", err)
	}
	fmt.Fprintf(out, "waiting for clients on %s\n", s.Listen)
	Serve(ctx, listener, out)
	return nil
}

// Serve serves the clients who connect to the listener until ctx is cancelled, and then closes the
// listener and all connections. It says on out who subscribes and who leaves.
func Serve(ctx context.Context, listener net.Listener, out io.Writer) {
	list := newList(terminal.NewScreen(out))
	link.Serve(ctx, listener, func(source io.Reader) {
		visitor := visitor{list: list}
		visitor.serve(ctx, source)
	})
	list.close()
}

// visitor is somebody who has connected to the server.
type visitor struct {
	list *list
	self netip.AddrPort // the client that was subscribed on this connection, if any
}

// serve does what is asked on the connection, until that ends or what comes is no JSON.
func (v *visitor) serve(ctx context.Context, source io.Reader) {
	reader := wire.NewReader(source)
	for {
		object, err := reader.Next()
		if err != nil {
			return
		}
		if operation, err := object.Operation(); err == nil {
			v.operate(ctx, operation)
		} else if _, err := object.Message(); err == nil {
			v.list.distribute(v.self, object.Line())
		}
	}
}

// operate does what an operation asks for. What is unknown, or names no address, is nobody's harm.
func (v *visitor) operate(ctx context.Context, operation wire.Operation) {
	address, err := link.ParseAddress(operation.Client)
	if err != nil {
		return
	}
	switch operation.Operation {
	case wire.Subscribe:
		v.self = address
		v.list.subscribe(ctx, address)
	case wire.Unsubscribe:
		v.list.unsubscribe(address)
	}
}
