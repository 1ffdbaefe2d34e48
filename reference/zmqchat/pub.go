package zmqchat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"

	"github.com/chatspec/chatspec/reference/terminal"
	"github.com/chatspec/chatspec/reference/zmq"
)

// The command lines of part 2.
const (
	PubServerUsage = "pub_server IP POST_PORT PUB_PORT"
	PubClientUsage = "pub_client IP PUB_PORT"
)

// PubServer records what is posted, and publishes it.
type PubServer struct {
	Post netip.AddrPort // where clients post
	Pub  netip.AddrPort // where clients subscribe
}

// ParsePubServer reads the arguments of the command line.
func ParsePubServer(args []string) (PubServer, error) {
	if len(args) != 3 {
		return PubServer{}, errors.New("an IP address, a port for posts and one for subscribers are needed")
	}
	post, pub, err := parsePair(args[0], args[1], args[2])
	if err != nil {
		return PubServer{}, err
	}
	return PubServer{Post: post, Pub: pub}, nil
}

// parsePair reads the two addresses of a server.
func parsePair(ip, postPort, pubPort string) (post, pub netip.AddrPort, err error) {
	if post, err = parseAddress(ip, postPort); err != nil {
		return post, pub, err
	}
	pub, err = parseAddress(ip, pubPort)
	return post, pub, err
}

// Run waits for posts and subscribers and then does what [PubServer.Serve] does. It reads nothing
// from in.
func (s PubServer) Run(ctx context.Context, _ io.Reader, out io.Writer) error {
	posts, subscribers, err := listen(s.Post, s.Pub, out)
	if err != nil {
		return err
	}
	s.Serve(ctx, posts, subscribers)
	return nil
}

// listen waits on the two addresses of a server, and says so.
func listen(post, pub netip.AddrPort, out io.Writer) (posts, subscribers net.Listener, err error) {
	posts, err = net.Listen("tcp", post.String())
	if err != nil {
		return nil, nil, fmt.Errorf("waiting for posts: %w", err)
	}
	subscribers, err = net.Listen("tcp", pub.String())
	if err != nil {
		posts.Close()
		return nil, nil, fmt.Errorf("waiting for subscribers: %w", err)
	}
	fmt.Fprintf(out, "waiting for posts on %s, and for subscribers on %s\n", post, pub)
	return posts, subscribers, nil
}

// Serve records what is posted by those who connect to the first listener, and publishes it to those
// who subscribe on the second, until ctx is cancelled. Then it closes both and all connections.
func (PubServer) Serve(ctx context.Context, posts, subscribers net.Listener) {
	pub := zmq.NewPub()
	board := newBoard(acceptAll, func(_ Message, body []byte) { pub.Send(body) })
	serve(ctx, posts, subscribers, board, pub)
}

func serve(ctx context.Context, posts, subscribers net.Listener, board *board, pub *zmq.Pub) {
	var serving sync.WaitGroup
	defer serving.Wait()
	serving.Go(func() { pub.Serve(ctx, subscribers) })
	zmq.Reply(ctx, posts, board.answer)
}

// PubClient shows what a PubServer publishes.
type PubClient struct {
	Server netip.AddrPort
}

// ParsePubClient reads the arguments of the command line.
func ParsePubClient(args []string) (PubClient, error) {
	if len(args) != 2 {
		return PubClient{}, errors.New("the server's IP address and its port for subscribers are needed")
	}
	server, err := parseAddress(args[0], args[1])
	if err != nil {
		return PubClient{}, err
	}
	return PubClient{Server: server}, nil
}

// Run shows on out what is published, until ctx is cancelled. It waits for a server that starts late,
// or again, and reads nothing from in.
func (c PubClient) Run(ctx context.Context, _ io.Reader, out io.Writer) error {
	reader{server: c.Server, screen: terminal.NewScreen(out), show: Message.String}.read(ctx)
	return nil
}
