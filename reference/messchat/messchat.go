// Package messchat is the program mess_chat of the assignment rabbitmq: an HTTP API through which a
// client of a chat sends and reads messages. RabbitMQ keeps and distributes them.
package messchat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/reference/link"
)

// Usage is the program's command line. Where it names no broker, the environment variable AMQP_URL
// does, or else it is the one of this machine.
const Usage = "mess_chat [IP:]PORT NAME [AMQP_URL]"

const (
	localBroker = "amqp://guest:guest@127.0.0.1:5672/"
	longestName = 200         // bytes; a queue's name has at most 255
	grace       = time.Second // how long requests can put off the end of the program
)

// Chat is what the command line says.
type Chat struct {
	Listen netip.AddrPort // where the API is
	Name   string         // the client's, after which its queues are called
	Broker string         // RabbitMQ, as a URL
}

// Parse reads the arguments of the command line.
func Parse(args []string) (Chat, error) {
	if len(args) != 2 && len(args) != 3 {
		return Chat{}, errors.New("a port and a name are needed, and possibly RabbitMQ's URL")
	}
	listen, err := parseListen(args[0])
	if err != nil {
		return Chat{}, err
	}
	name := args[1]
	if name == "" || len(name) > longestName || !utf8.ValidString(name) {
		return Chat{}, fmt.Errorf("the name must be a text of 1 to %d bytes", longestName)
	}
	broker := cmp.Or(strings.Join(args[2:], ""), os.Getenv("AMQP_URL"), localBroker)
	if _, err := amqp.ParseURI(broker); err != nil {
		return Chat{}, fmt.Errorf("%q is not RabbitMQ's URL, such as %s: %w", broker, localBroker, err)
	}
	return Chat{Listen: listen, Name: name, Broker: broker}, nil
}

func parseListen(text string) (netip.AddrPort, error) {
	if strings.Contains(text, ":") {
		return link.ParseAddress(text)
	}
	return link.ParsePort(text)
}

// Run takes part in RabbitMQ, waits for requests and then does what [Serve] does. It goes on where
// RabbitMQ is not there yet. It reads nothing from in.
func (c Chat) Run(ctx context.Context, _ io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", c.Listen.String())
	if err != nil {
		return fmt.Errorf("waiting for requests: %w", err)
	}
	rmq := NewRMQ(c.Broker, c.Name)
	defer rmq.Close()
	// What others send from now on is kept for this client, whether it has asked for anything or not.
	if err := rmq.Connect(); err != nil {
		fmt.Fprintf(out, "%v; the next request tries again\n", err)
	}
	fmt.Fprintf(out, "waiting for requests on http://%s\n", c.Listen)
	return Serve(ctx, listener, rmq)
}

// Serve answers the requests that come to the listener until ctx is cancelled, and then closes the
// listener and all connections.
func Serve(ctx context.Context, listener net.Listener, rmq *RMQ) error {
	server := &http.Server{Handler: newAPI(rmq), ReadHeaderTimeout: patience}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		end(server)
	})
	err := server.Serve(listener)
	if stop() {
		return fmt.Errorf("waiting for requests: %w", err)
	}
	<-ended
	return nil
}

// end lets the requests that have come be answered, but does not wait for long.
func end(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
}
