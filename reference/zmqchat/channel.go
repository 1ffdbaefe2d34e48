package zmqchat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"

	"github.com/chatspec/chatspec/reference/terminal"
	"github.com/chatspec/chatspec/reference/zmq"
)

// The command lines of part 4.
const (
	ChannelServerUsage = "mc_server IP POST_PORT PUB_PORT"
	ChannelClientUsage = "mc_client IP POST_PORT PUB_PORT CHANNEL NAME"
)

// AllChannels is the channel on which one sees all others, and can post nothing.
const AllChannels = "ALL"

// terminator ends a topic. It cannot be in the argument of a program, so in no channel's name.
const terminator = "\x00"

// Topic returns the topic of a channel: its name and a byte that is in no name. A subscription is to
// everything that begins with it, so that the bare name a would also be one to the channel ab.
func Topic(channel string) string { return channel + terminator }

// checkChannel tells why nobody can post to a channel, if so.
func checkChannel(name string) error {
	switch {
	case name == "":
		return errors.New("the message has no channel")
	case name == AllChannels:
		return errors.New(AllChannels + " is read only")
	case strings.Contains(name, terminator):
		return errors.New("no channel has such a name")
	}
	return nil
}

// ChannelServer records what is posted, and publishes it, each message on its channel.
type ChannelServer struct {
	Post netip.AddrPort // where clients post
	Pub  netip.AddrPort // where clients subscribe
}

// ParseChannelServer reads the arguments of the command line.
func ParseChannelServer(args []string) (ChannelServer, error) {
	server, err := ParsePubServer(args)
	return ChannelServer(server), err
}

// Run waits for posts and subscribers and then does what [ChannelServer.Serve] does. It reads nothing
// from in.
func (s ChannelServer) Run(ctx context.Context, _ io.Reader, out io.Writer) error {
	posts, subscribers, err := listen(s.Post, s.Pub, out)
	if err != nil {
		return err
	}
	s.Serve(ctx, posts, subscribers)
	return nil
}

// Serve does what [PubServer.Serve] does, but with channels.
func (ChannelServer) Serve(ctx context.Context, posts, subscribers net.Listener) {
	pub := zmq.NewPub()
	accept := func(m Message) error { return checkChannel(m.Channel) }
	board := newBoard(accept, func(m Message, body []byte) { pub.Send([]byte(Topic(m.Channel)), body) })
	serve(ctx, posts, subscribers, board, pub)
}

// ChannelClient posts what is typed to a channel, and shows what is published there.
type ChannelClient struct {
	Post    netip.AddrPort // where lines go
	Pub     netip.AddrPort // where messages come from
	Channel string
	Name    string // who types here
}

// ParseChannelClient reads the arguments of the command line.
func ParseChannelClient(args []string) (ChannelClient, error) {
	if len(args) != 5 {
		return ChannelClient{}, errors.New("the server's IP address, its two ports, a channel and a name are needed")
	}
	post, pub, err := parsePair(args[0], args[1], args[2])
	if err != nil {
		return ChannelClient{}, err
	}
	if args[3] == "" || args[4] == "" {
		return ChannelClient{}, errors.New("the channel and the name cannot be empty")
	}
	return ChannelClient{Post: post, Pub: pub, Channel: args[3], Name: args[4]}, nil
}

// Run does what [InteractiveClient.Run] does, but on one channel. On [AllChannels] it shows the
// messages of all, each with its channel, and posts nothing.
func (c ChannelClient) Run(ctx context.Context, in io.Reader, out io.Writer) error {
	screen := terminal.NewScreen(out)
	if c.Channel == AllChannels {
		return c.watch(ctx, in, screen)
	}
	reader := reader{server: c.Pub, topic: Topic(c.Channel), screen: screen, show: Message.String}
	poster := newPoster(c.Post, c.Name, c.Channel, screen)
	defer poster.close()
	return converse(ctx, in, reader, poster.say(ctx))
}

// watch shows the messages of all channels. The empty topic is what every topic begins with.
func (c ChannelClient) watch(ctx context.Context, in io.Reader, screen *terminal.Screen) error {
	show := func(m Message) string { return fmt.Sprintf("[%s] %s", m.Channel, m) }
	reader := reader{server: c.Pub, topic: "", screen: screen, show: show}
	return converse(ctx, in, reader, func(string) {
		screen.Show("(" + AllChannels + " is read only: nothing is posted)")
	})
}
