package zmqchat_test

import (
	"strings"
	"testing"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"

	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/zmqchat"
)

// TestChannels has channels whose names begin alike.
func TestChannels(t *testing.T) {
	s := serve(t, zmqchat.ChannelServer{}.Serve)
	channels := []string{"a", "ab", "MPCS", "MPCS2", "all", "ALLE", "A L L", "a.b", "*", "канал"}
	people := map[string]person{}
	for _, channel := range channels {
		people[channel] = s.clientOn(channel, "ann")
	}
	bob, eve := s.clientOn("a", "bob"), s.clientOn(zmqchat.AllChannels, "eve")
	for _, channel := range channels {
		people[channel].Type("hello", "")
		people[channel].want("ann: hello")
		eve.want("[" + channel + "] ann: hello")
	}
	bob.want("ann: hello")
	bob.Type("hi")
	bob.want("bob: hi")
	people["a"].want("bob: hi")
	eve.want("[a] bob: hi")
	wantNothing(t, bob, eve)
	for _, p := range people {
		wantNothing(t, p)
	}
}

func TestAllIsReadOnly(t *testing.T) {
	s := serve(t, zmqchat.ChannelServer{}.Serve)
	eve, fay, ann := s.clientOn("ALL", "eve"), s.clientOn("ALL", "fay"), s.clientOn("a", "ann")
	eve.Type("hello")
	eve.wantRemark("(ALL is read only")
	eve.Type("")
	for channel, reason := range map[string]string{"ALL": "read only", "": "no channel", "a\x00b": "name", "\x00": "name"} {
		if got := s.said("bob", "hello", channel); !strings.Contains(got, reason) || !strings.Contains(got, "false") {
			t.Errorf("%q: the server says %s", channel, got)
		}
	}
	ann.Type("hi")
	ann.want("ann: hi")
	fay.want("[a] ann: hi")
	eve.want("[a] ann: hi")
	wantNothing(t, ann, eve, fay)
}

// TestSubscription looks at what a client subscribes to.
func TestSubscription(t *testing.T) {
	for channel, want := range map[string]string{"a": "\x01a\x00", "ALL": "\x01"} {
		posts, publisher := loopback.NewPeer(t), loopback.NewPeer(t)
		ann := loopback.Start(t, zmqchat.ChannelClient{Post: posts.Address(), Pub: publisher.Address(), Channel: channel, Name: "ann"}.Run)
		conn, err := zmq4.Open(publisher.Accept(), null.Security(), zmq4.Pub, nil, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := conn.RecvMsg(); err != nil || len(got.Frames) != 1 || string(got.Frames[0]) != want {
			t.Errorf("on %s the client says %v, %v", channel, got, err)
		}
		ann.Cancel()
		ann.WantEnd()
		if got, err := conn.RecvMsg(); err == nil {
			t.Errorf("on %s the client says also %v", channel, got)
		}
		posts.WantNobody()
	}
}

func TestEarlierClients(t *testing.T) {
	s := serve(t, zmqchat.ChannelServer{}.Serve)
	ann := s.clientOn("a", "ann")
	eve := s.settle(zmqchat.PubClient{Server: s.pub}.Run, false, "any")
	ann.Type("hello")
	eve.want("ann: hello")
	bob := loopback.Start(t, zmqchat.PostClient{Server: s.post, Name: "bob", Text: "hello"}.Run)
	if err := bob.End(); err == nil || !strings.Contains(err.Error(), "no channel") {
		t.Errorf("got %v", err)
	}
}
