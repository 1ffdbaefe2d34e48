// Package classes is the program classes of the assignment rooms: it answers for the classes of the
// model answer ([rooms]), by their names in the text. It connects to who asks, and reads and writes
// lines of JSON, as docs/probe.md says.
package classes

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"

	"github.com/chatspec/chatspec/reference/link"
	"github.com/chatspec/chatspec/reference/rooms"
)

// Usage is the program's command line. Where it names no servers, the environment variables AMQP_URL
// and MONGO_URL do, or else they are those of this machine.
const Usage = "classes IP PORT [AMQP_URL MONGO_URL]"

const (
	localBroker   = "amqp://guest:guest@127.0.0.1:5672/"
	localDatabase = "mongodb://127.0.0.1:27017/"
)

// Classes is what the command line says.
type Classes struct {
	Judge    netip.AddrPort // who asks
	Broker   string         // RabbitMQ, as a URL
	Database string         // MongoDB, as a URL
}

// Parse reads the arguments of the command line.
func Parse(args []string) (Classes, error) {
	if len(args) != 2 && len(args) != 4 {
		return Classes{}, errors.New("an address is needed, and possibly the URLs of RabbitMQ and MongoDB")
	}
	judge, err := link.ParseAddress(net.JoinHostPort(args[0], args[1]))
	if err != nil {
		return Classes{}, err
	}
	args = append(args, "", "")
	return Classes{
		Judge:    judge,
		Broker:   cmp.Or(args[2], os.Getenv("AMQP_URL"), localBroker),
		Database: cmp.Or(args[3], os.Getenv("MONGO_URL"), localDatabase),
	}, nil
}

// Run answers until who asks has gone, or ctx is cancelled.
func (c Classes) Run(ctx context.Context, _ io.Reader, _ io.Writer) error {
	servers, err := rooms.Connect(c.Broker, c.Database)
	if err != nil {
		return err
	}
	defer servers.Close()
	conn, err := net.Dial("tcp", c.Judge.String())
	if err != nil {
		return fmt.Errorf("connecting to who asks: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := answerAll(ctx, conn, servers); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// A request is one line of who asks.
type request struct {
	ID      int        `json:"id"`
	Do      string     `json:"do"`
	Classes []wanted   `json:"classes"`
	Class   string     `json:"class"`
	Object  int        `json:"object"`
	Name    string     `json:"name"`
	Args    []argument `json:"args"`
	Value   any        `json:"value"`
}

type wanted struct {
	Name string `json:"name"`
}

type argument struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// A reply is the line that answers it.
type reply struct {
	ID    int      `json:"id"`
	Value any      `json:"value"`
	Error *failure `json:"error,omitempty"`
}

// A failure is why something was not done.
type failure struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// answerAll answers the lines that come on a connection until its end.
func answerAll(ctx context.Context, conn io.ReadWriter, servers *rooms.Servers) error {
	a := &answers{servers: servers, numbers: map[any]int{}}
	in, out := json.NewDecoder(bufio.NewReader(conn)), json.NewEncoder(conn)
	for {
		var r request
		err := in.Decode(&r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading what is asked: %w", err)
		}
		if err := out.Encode(a.reply(ctx, r)); err != nil {
			return fmt.Errorf("answering: %w", err)
		}
	}
}

// errLacking is the error for what there is not.
var errLacking = errors.New("there is no such class, method or property")

func (a *answers) reply(ctx context.Context, r request) reply {
	value, err := a.answer(ctx, r)
	switch {
	case errors.Is(err, errLacking):
		return reply{ID: r.ID, Error: &failure{Kind: "lacking", Text: err.Error()}}
	case err != nil:
		return reply{ID: r.ID, Error: &failure{Kind: "raised", Text: err.Error()}}
	}
	return reply{ID: r.ID, Value: value}
}

func (a *answers) answer(ctx context.Context, r request) (any, error) {
	switch r.Do {
	case "load":
		return load(r.Classes), nil
	case "constants":
		return constants(), nil
	case "make":
		made, err := a.make(r.Class, arguments(r.Args))
		return a.done(made), err
	case "where":
		return map[string]any{}, nil // whatever is asked is answered
	}
	if r.Object < 0 || r.Object >= len(a.objects) {
		return nil, errLacking
	}
	object := a.objects[r.Object]
	switch r.Do {
	case "names":
		return namesOf(object), nil
	case "items":
		return a.items(object)
	case "get":
		got, err := get(object, r.Name)
		return a.done(got), err
	case "set":
		return a.done(nil), a.set(object, r.Name, r.Value)
	case "call":
		got, err := a.call(ctx, object, r.Name, arguments(r.Args))
		return a.done(got), err
	}
	return nil, errLacking
}

// done is what came of a call: nothing more was needed for it than the text says.
func (a *answers) done(value any) any {
	return map[string]any{"value": a.told(value), "notes": []string{}, "left": []string{}}
}
