// Package reference has a right implementation of every program that the assignments ask for: the
// model answers. Each program is a package of its own; here is the one door to them all.
//
//   - chat, of the assignment tcp-peer
//   - chat5 and server5, of the assignment tcp-server
//   - post_server, post_client, pub_server, pub_client, interactive_server, interactive_client,
//     mc_server and mc_client, of the assignment zmq
//   - mess_chat, of the assignment rabbitmq
//   - rooms/mess_chat and classes, of the assignment rooms
//   - server and client, of the assignment http
package reference

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/chatspec/chatspec/reference/chat"
	"github.com/chatspec/chatspec/reference/chat5"
	"github.com/chatspec/chatspec/reference/chatroom"
	"github.com/chatspec/chatspec/reference/classes"
	"github.com/chatspec/chatspec/reference/messchat"
	"github.com/chatspec/chatspec/reference/roomchat"
	"github.com/chatspec/chatspec/reference/server5"
	"github.com/chatspec/chatspec/reference/zmqchat"
)

// UsageError says that a program cannot be run as it was asked for: there is no such program, or
// its arguments are wrong.
type UsageError struct {
	Usage   string // the command line as it should be
	Problem string // what is wrong
}

// Error says what is wrong and what would be right.
func (e *UsageError) Error() string {
	return e.Problem + "\nusage: " + e.Usage
}

// Programs returns the names of all programs, sorted.
func Programs() []string {
	return slices.Sorted(maps.Keys(programs()))
}

// Run runs a program as a person would, who types on in and reads on out. It returns when the
// program ends by itself or, with no error, after ctx was cancelled; nothing of it is left then but
// possibly a read from in, which cannot be cancelled. The error is a [*UsageError] if the program
// was not even started.
func Run(ctx context.Context, program string, args []string, in io.Reader, out io.Writer) error {
	entry, known := programs()[program]
	if !known {
		names := strings.Join(Programs(), ", ")
		return &UsageError{Usage: "PROGRAM ARG ...", Problem: fmt.Sprintf("%q is not a program of the reference, which has %s", program, names)}
	}
	ready, err := entry.parse(args)
	if err != nil {
		return &UsageError{Usage: entry.usage, Problem: fmt.Sprintf("%s: %v", program, err)}
	}
	if err := ready.Run(ctx, in, out); err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	return nil
}

// Main runs the program that the first argument names, with the arguments that follow, until it
// ends by itself or is interrupted. It returns the status to end with: 2, if the program was called
// wrongly, and 1, if it failed.
func Main(args []string) (status int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait for anything
	if len(args) == 0 {
		args = []string{""}
	}
	err := Run(ctx, args[0], args[1:], os.Stdin, os.Stdout)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	var usage *UsageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

// entry is how a program is started.
type entry struct {
	usage string
	parse func(args []string) (runner, error)
}

// runner is a program that has its arguments.
type runner interface {
	Run(ctx context.Context, in io.Reader, out io.Writer) error
}

func programs() map[string]entry {
	return map[string]entry{
		"chat":    program(chat.Usage, chat.Parse),
		"chat5":   program(chat5.Usage, chat5.Parse),
		"server5": program(server5.Usage, server5.Parse),

		"post_server":        program(zmqchat.PostServerUsage, zmqchat.ParsePostServer),
		"post_client":        program(zmqchat.PostClientUsage, zmqchat.ParsePostClient),
		"pub_server":         program(zmqchat.PubServerUsage, zmqchat.ParsePubServer),
		"pub_client":         program(zmqchat.PubClientUsage, zmqchat.ParsePubClient),
		"interactive_server": program(zmqchat.InteractiveServerUsage, zmqchat.ParsePubServer),
		"interactive_client": program(zmqchat.InteractiveClientUsage, zmqchat.ParseInteractiveClient),
		"mc_server":          program(zmqchat.ChannelServerUsage, zmqchat.ParseChannelServer),
		"mc_client":          program(zmqchat.ChannelClientUsage, zmqchat.ParseChannelClient),

		"mess_chat": program(messchat.Usage, messchat.Parse),

		"classes":         program(classes.Usage, classes.Parse),
		"rooms/mess_chat": program(roomchat.Usage, roomchat.Parse),

		"server": program(chatroom.ServerUsage, chatroom.ParseServer),
		"client": program(chatroom.ClientUsage, chatroom.ParseClient),
	}
}

func program[R runner](usage string, parse func(args []string) (R, error)) entry {
	return entry{usage, func(args []string) (runner, error) { return parse(args) }}
}
