package zmqchat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/chatspec/chatspec/reference/link"
	"github.com/chatspec/chatspec/reference/terminal"
	"github.com/chatspec/chatspec/reference/zmq"
)

// The command lines of part 1.
const (
	PostServerUsage = "post_server IP PORT"
	PostClientUsage = `post_client IP PORT NAME "MESSAGE"`
)

// PostServer records what is posted.
type PostServer struct {
	Listen netip.AddrPort // where clients post
}

// ParsePostServer reads the arguments of the command line.
func ParsePostServer(args []string) (PostServer, error) {
	if len(args) != 2 {
		return PostServer{}, errors.New("an IP address and a port are needed")
	}
	listen, err := parseAddress(args[0], args[1])
	if err != nil {
		return PostServer{}, err
	}
	return PostServer{Listen: listen}, nil
}

// parseAddress reads an IP address and a port.
func parseAddress(ip, port string) (netip.AddrPort, error) {
	return link.ParseAddress(net.JoinHostPort(ip, port))
}

// Run waits for posts and then does what [PostServer.Serve] does. It reads nothing from in.
func (s PostServer) Run(ctx context.Context, _ io.Reader, out io.Writer) error {
	posts, err := net.Listen("tcp", s.Listen.String())
	if err != nil {
		return fmt.Errorf("waiting for posts: %w", err)
	}
	fmt.Fprintf(out, "waiting for posts on %s\n", s.Listen)
	s.Serve(ctx, posts)
	return nil
}

// Serve records what is posted by those who connect to the listener, until ctx is cancelled. Then it
// closes the listener and all connections.
func (PostServer) Serve(ctx context.Context, posts net.Listener) {
	board := newBoard(acceptAll, func(Message, []byte) {})
	zmq.Reply(ctx, posts, board.answer)
}

func acceptAll(Message) error { return nil }

// PostClient posts one message.
type PostClient struct {
	Server netip.AddrPort
	Name   string // who says it
	Text   string
}

// ParsePostClient reads the arguments of the command line.
func ParsePostClient(args []string) (PostClient, error) {
	if len(args) != 4 {
		return PostClient{}, errors.New("the server's IP address, its port, a name and a message are needed")
	}
	server, err := parseAddress(args[0], args[1])
	if err != nil {
		return PostClient{}, err
	}
	if args[2] == "" || args[3] == "" {
		return PostClient{}, errors.New("the name and the message cannot be empty")
	}
	return PostClient{Server: server, Name: args[2], Text: args[3]}, nil
}

// Run posts the message and ends when the server has it, however late that starts, or when ctx is
// cancelled. It reads nothing from in.
func (c PostClient) Run(ctx context.Context, _ io.Reader, out io.Writer) error {
	poster := newPoster(c.Server, c.Name, "", terminal.NewScreen(out))
	defer poster.close()
	return poster.post(ctx, c.Text)
}
