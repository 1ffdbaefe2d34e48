// Package roomchat is the program mess_chat of the assignment rooms: an HTTP API to the rooms of the
// package rooms. RabbitMQ distributes what is said in them, and MongoDB keeps it.
package roomchat

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
	"sync"
	"time"

	"github.com/chatspec/chatspec/reference/link"
	"github.com/chatspec/chatspec/reference/rooms"
)

// Usage is the program's command line. Where it does not name RabbitMQ or MongoDB, the environment
// variables AMQP_URL and MONGO_URL do, or else they are those of this machine.
const Usage = "rooms/mess_chat [IP:]PORT [AMQP_URL [MONGO_URL]]"

const (
	localBroker   = "amqp://guest:guest@127.0.0.1:5672/"
	localDatabase = "mongodb://127.0.0.1:27017/"
	listName      = "rooms"
	patience      = 5 * time.Second // how long a request's header may take
	grace         = time.Second     // how long requests can put off the end of the program
)

// Chat is what the command line says.
type Chat struct {
	Listen   netip.AddrPort // where the API is
	Broker   string         // RabbitMQ, as a URL
	Database string         // MongoDB, as a URL
}

// Parse reads the arguments of the command line.
func Parse(args []string) (Chat, error) {
	if len(args) < 1 || len(args) > 3 {
		return Chat{}, errors.New("a port is needed, and possibly the URLs of RabbitMQ and MongoDB")
	}
	listen, err := parseListen(args[0])
	if err != nil {
		return Chat{}, err
	}
	args = append(args, "", "")
	chat := Chat{
		Listen:   listen,
		Broker:   cmp.Or(args[1], os.Getenv("AMQP_URL"), localBroker),
		Database: cmp.Or(args[2], os.Getenv("MONGO_URL"), localDatabase),
	}
	servers, err := rooms.Connect(chat.Broker, chat.Database)
	if err != nil {
		return Chat{}, err
	}
	servers.Close() // it was only about the URLs
	return chat, nil
}

func parseListen(text string) (netip.AddrPort, error) {
	if strings.Contains(text, ":") {
		return link.ParseAddress(text)
	}
	return link.ParsePort(text)
}

// Run waits for requests and answers them until ctx is cancelled. The rooms that MongoDB has are
// there again then, and what changes in them is saved. It goes on where RabbitMQ or MongoDB is not
// there yet. It reads nothing from in.
func (c Chat) Run(ctx context.Context, _ io.Reader, out io.Writer) error {
	servers, err := rooms.Connect(c.Broker, c.Database)
	if err != nil {
		return err
	}
	defer servers.Close()
	listener, err := net.Listen("tcp", c.Listen.String())
	if err != nil {
		return fmt.Errorf("waiting for requests: %w", err)
	}
	keeper := newKeeper(rooms.NewRoomList(servers, listName), out)
	ctx, cancel := context.WithCancel(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { keeper.keep(ctx) })
	defer keeping.Wait()
	defer cancel()
	fmt.Fprintf(out, "waiting for requests on http://%s\n", c.Listen)
	return serve(ctx, listener, newAPI(keeper))
}

// serve answers the requests that come to the listener until ctx is cancelled, and then closes the
// listener and all connections.
func serve(ctx context.Context, listener net.Listener, api http.Handler) error {
	server := &http.Server{Handler: api, ReadHeaderTimeout: patience}
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
