package zmqchat

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"sync"

	"github.com/chatspec/chatspec/reference/terminal"
)

// The command lines of part 3. The server is a [PubServer].
const (
	InteractiveServerUsage = "interactive_server IP POST_PORT PUB_PORT"
	InteractiveClientUsage = "interactive_client IP POST_PORT PUB_PORT NAME"
)

// InteractiveClient posts what is typed and shows what is published.
type InteractiveClient struct {
	Post netip.AddrPort // where lines go
	Pub  netip.AddrPort // where messages come from
	Name string         // who types here
}

// ParseInteractiveClient reads the arguments of the command line.
func ParseInteractiveClient(args []string) (InteractiveClient, error) {
	if len(args) != 4 {
		return InteractiveClient{}, errors.New("the server's IP address, its two ports and a name are needed")
	}
	post, pub, err := parsePair(args[0], args[1], args[2])
	if err != nil {
		return InteractiveClient{}, err
	}
	if args[3] == "" {
		return InteractiveClient{}, errors.New("the name cannot be empty")
	}
	return InteractiveClient{Post: post, Pub: pub, Name: args[3]}, nil
}

// Run posts each line of in and shows on out what is published, both at the same time. It ends when
// the input does, after the last line was posted, or when ctx is cancelled.
func (c InteractiveClient) Run(ctx context.Context, in io.Reader, out io.Writer) error {
	screen := terminal.NewScreen(out)
	reader := reader{server: c.Pub, screen: screen, show: Message.String}
	poster := newPoster(c.Post, c.Name, "", screen)
	defer poster.close()
	return converse(ctx, in, reader, poster.say(ctx))
}

// converse lets a reader read, and says each line of in but those that are empty, until the input
// ends or ctx is cancelled. While one line is said, the next ones wait in the terminal.
func converse(ctx context.Context, in io.Reader, reader reader, say func(line string)) error {
	var reading sync.WaitGroup
	defer reading.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reading.Go(func() { reader.read(ctx) })

	keyboard := terminal.NewKeyboard(in)
	for line := range keyboard.Lines(ctx) {
		if line != "" {
			say(line)
		}
	}
	return keyboard.Err()
}
