package server5_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/server5"
	"github.com/chatspec/chatspec/reference/wire"
)

// service is a running server5.
type service struct {
	*loopback.Program
	t        *testing.T
	listener net.Listener
}

func start(t *testing.T) *service {
	t.Helper()
	listener := loopback.Listen(t)
	program := loopback.Start(t, func(ctx context.Context, _ io.Reader, out io.Writer) error {
		server5.Serve(ctx, listener, out)
		return nil
	})
	return &service{Program: program, t: t, listener: listener}
}

// dial connects to the server.
func (s *service) dial() *loopback.Conn {
	s.t.Helper()
	return loopback.Dial(s.t, loopback.AddressOf(s.listener))
}

// client is somebody who has subscribed.
type client struct {
	*loopback.Peer
	server *loopback.Conn // its connection to the server
}

// enter subscribes somebody.
func (s *service) enter() *client {
	s.t.Helper()
	return s.enterAs(loopback.NewPeer(s.t))
}

func (s *service) enterAs(peer *loopback.Peer) *client {
	s.t.Helper()
	c := &client{Peer: peer, server: s.dial()}
	c.server.Say(operation("subscribe", c.Address()))
	s.WantShown(c.Address().String() + " subscribed")
	return c
}

// leave unsubscribes a client.
func (s *service) leave(c *client) {
	s.t.Helper()
	c.server.Say(operation("unsubscribe", c.Address()))
	s.WantShown(c.Address().String() + " unsubscribed")
}

func operation(name string, client netip.AddrPort) string {
	return fmt.Sprintf(`{"operation":"%s","client":"%s"}`, name, client)
}

// said is a message as it is sent.
func said(seq int, user, text string) string {
	return strings.TrimSuffix(string(wire.Message{Seq: seq, User: user, Text: text}.Line()), "\n")
}

func TestParse(t *testing.T) {
	got, err := server5.Parse([]string{"127.0.0.1:5000"})
	if want := netip.MustParseAddrPort("127.0.0.1:5000"); err != nil || got.Listen != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, args := range [][]string{nil, {"5000"}, {"127.0.0.1:5000", "x"}} {
		if got, err := server5.Parse(args); err == nil {
			t.Errorf("%q is read as %v", args, got)
		}
	}
}

func TestRun(t *testing.T) {
	address := loopback.Nowhere(t)
	server := loopback.Start(t, server5.Server{Listen: address}.Run)
	server.WantShown("waiting for clients on " + address.String())
	loopback.Dial(t, address).Say(operation("subscribe", address))
	server.WantShown(address.String() + " subscribed")
	server.Cancel()
	server.WantEnd()
}

func TestRunOnATakenPort(t *testing.T) {
	taken := loopback.NewPeer(t).Address()
	server := loopback.Start(t, server5.Server{Listen: taken}.Run)
	if err := server.End(); err == nil || !strings.Contains(err.Error(), taken.String()) {
		t.Errorf("got %v", err)
	}
}

func TestDistributes(t *testing.T) {
	server := start(t)
	ann, bob, eve := server.enter(), server.enter(), server.enter()
	ann.server.Say(said(0, "ann", "hello"))
	toBob, toEve := bob.Accept(), eve.Accept()
	toBob.Want(said(0, "ann", "hello"))
	toEve.Want(said(0, "ann", "hello"))
	bob.server.Say(said(0, "bob", "hi"))
	toAnn := ann.Accept()
	toAnn.Want(said(0, "bob", "hi")) // and nothing of its own before
	toEve.Want(said(0, "bob", "hi"))
	ann.server.Send(said(1, "ann", "one") + said(2, "ann", "two"))
	toBob.Want(said(1, "ann", "one"), said(2, "ann", "two"))
	toEve.Want(said(1, "ann", "one"), said(2, "ann", "two"))
}

func TestDeliversToTheLetter(t *testing.T) {
	server := start(t)
	ann, bob := server.enter(), server.enter()
	messages := []string{
		`{"message":"other order","seq":0,"user":"ann"}`,
		`{"seq":123456789,"user":"ann","message":"unknown keys","mood":{"n":1.50,"list":[1,"two",null]}}`,
		`{"seq":0,"user":"\u0061nn","message":"<\"\\\/>  \u0416 Ж 👋 \t"}`,
		said(0, "ann", strings.Repeat("one MiB ", 1<<17)),
	}
	for _, message := range messages {
		ann.server.Send(message)
	}
	ann.server.Send("{\n  \"seq\": 1,\n  \"user\": \"ann\",\n  \"message\": \"p r e t t y\"\n}\n")
	toBob := bob.Accept()
	toBob.Want(messages...)
	toBob.Want(`{"seq":1,"user":"ann","message":"p r e t t y"}`)
}

func TestReceivesAByteAtATime(t *testing.T) {
	server := start(t)
	ann, bob, conn := loopback.NewPeer(t), server.enter(), server.dial()
	for _, letter := range []byte(operation("subscribe", ann.Address()) + said(0, "ann", "hello")) {
		conn.Send(string([]byte{letter}))
	}
	server.WantShown(ann.Address().String() + " subscribed")
	bob.Accept().Want(said(0, "ann", "hello"))
}

func TestAStrangersMessage(t *testing.T) {
	server := start(t)
	ann, bob := server.enter(), server.enter()
	server.dial().Say(said(0, "eve", "hello"))
	ann.Accept().Want(said(0, "eve", "hello"))
	bob.Accept().Want(said(0, "eve", "hello"))
}

func TestSubscribesTwice(t *testing.T) {
	server := start(t)
	ann, bob := server.enter(), server.enter()
	bob.server.Say(operation("subscribe", bob.Address()))
	bob.server.Say(said(0, "bob", "I am here twice"))
	ann.Accept().Want(said(0, "bob", "I am here twice"))
	ann.server.Send(said(0, "ann", "one") + said(1, "ann", "two"))
	bob.Accept().Want(said(0, "ann", "one"), said(1, "ann", "two"))
	server.leave(bob)
	bob.WantNobody()
}

func TestSubscribesLate(t *testing.T) {
	server := start(t)
	ann, bob := server.enter(), server.enter()
	ann.server.Say(said(0, "ann", "one"))
	bob.Accept().Want(said(0, "ann", "one"))
	eve := server.enter()
	ann.server.Say(said(1, "ann", "two"))
	eve.Accept().Want(said(1, "ann", "two"))
}

func TestUnsubscribes(t *testing.T) {
	server := start(t)
	ann, bob, eve := server.enter(), server.enter(), server.enter()
	ann.server.Send(said(0, "ann", "one") + said(1, "ann", "two"))
	toEve := eve.Accept()
	toEve.Want(said(0, "ann", "one"), said(1, "ann", "two"))
	server.leave(bob)
	ann.server.Say(said(2, "ann", "three"))
	toEve.Want(said(2, "ann", "three"))

	toBob := bob.Accept()
	toBob.Want(said(0, "ann", "one"), said(1, "ann", "two"))
	toBob.WantEnd()
	bob.WantNobody()
}

func TestSubscribesAgain(t *testing.T) {
	server := start(t)
	ann, bob := server.enter(), server.enter()
	server.leave(bob)
	server.enterAs(bob.Peer)
	ann.server.Say(said(0, "ann", "hello"))
	bob.Accept().Want(said(0, "ann", "hello"))
}

func TestOneConnectionAMessage(t *testing.T) {
	server := start(t)
	ann, bob := server.enter(), server.enter()
	ann.server.Close()
	bob.server.Close()
	for seq, text := range []string{"one", "two"} {
		conn := server.dial()
		conn.Send(said(seq, "eve", text))
		conn.Close()
	}
	// Two connections are two senders: nothing says which is served first.
	toAnn, toBob := ann.Accept(), bob.Accept()
	heard := []string{toAnn.Heard(), toAnn.Heard()}
	toBob.Want(heard...)

	conn := server.dial()
	conn.Send(operation("unsubscribe", bob.Address()))
	conn.Close()
	server.WantShown(bob.Address().String() + " unsubscribed")
	toBob.WantEnd()
}

func TestManyClients(t *testing.T) {
	const count = 25
	server := start(t)
	clients := make([]*client, count)
	for i := range clients {
		clients[i] = server.enter()
	}
	conns := make([]*loopback.Conn, count)
	for i, speaker := range clients {
		message := said(0, fmt.Sprint("user", i), "hello")
		speaker.server.Say(message)
		for j, listener := range clients {
			if i == j {
				continue
			}
			if conns[j] == nil {
				conns[j] = listener.Accept()
			}
			conns[j].Want(message)
		}
	}
	for i, c := range clients {
		server.leave(c)
		conns[i].WantEnd()
		c.WantNobody()
	}
}

func TestRubbish(t *testing.T) {
	for name, rubbish := range map[string]string{
		"no objects":        `[] 17 "subscribe" null`,
		"an empty object":   `{}`,
		"unknown operation": `{"operation":"dance","client":"127.0.0.1:5000"}`,
		"stranger leaves":   `{"operation":"unsubscribe","client":"127.0.0.1:5000"}`,
		"no client":         `{"operation":"subscribe"}`,
		"a number":          `{"operation":"subscribe","client":5000}`,
		"no address":        `{"operation":"subscribe","client":"5000"}`,
		"a host's name":     `{"operation":"subscribe","client":"localhost:5000"}`,
		"no message":        `{"seq":0,"user":"eve"}`,
		"wrong types":       `{"seq":"0","user":"eve","message":["x"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			ann, bob := server.enter(), server.enter()
			ann.server.Say(rubbish)
			ann.server.Say(said(0, "ann", "hello"))
			bob.Accept().Want(said(0, "ann", "hello"))
			server.leave(ann)
		})
	}
}

func TestRubbishEndsOnlyItsConnection(t *testing.T) {
	for name, rubbish := range map[string]string{
		"text":        "hello\n",
		"HTTP":        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"binary":      "\x16\x03\x01\xff\x00",
		"broken JSON": `{"operation":"subscribe",}`,
		"no end":      `{"seq":0,"user":"eve","message":"` + strings.Repeat("x", wire.MaxObject),
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			ann, bob, bad := server.enter(), server.enter(), server.dial()
			bad.Choke(rubbish)
			bad.WantClosed()
			ann.server.Say(said(0, "ann", "hello"))
			bob.Accept().Want(said(0, "ann", "hello"))
		})
	}
}

func TestClientThatDied(t *testing.T) {
	server := start(t)
	ann, bob := server.enter(), server.enter()
	dead := server.enterAs(loopback.NewPeerAt(t, loopback.Nowhere(t)))
	dead.Stop()
	dead.server.Close()
	ann.server.Say(said(0, "ann", "hello"))
	toBob := bob.Accept()
	toBob.Want(said(0, "ann", "hello"))
	if shown, want := server.Shown(), dead.Address().String()+" dropped: "; !strings.HasPrefix(shown, want) {
		t.Errorf("the screen shows %q, want %q", shown, want)
	}

	again := server.enterAs(loopback.NewPeerAt(t, dead.Address()))
	ann.server.Say(said(1, "ann", "welcome back"))
	toBob.Want(said(1, "ann", "welcome back"))
	again.Accept().Want(said(1, "ann", "welcome back"))
}

// TestClientThatEndsItsConnections gets what is said after the server has learnt of the end.
func TestClientThatEndsItsConnections(t *testing.T) {
	server := start(t)
	ann, bob, eve := server.enter(), server.enter(), server.enter()
	ann.server.Say(said(0, "ann", "hello"))
	toBob, toEve := bob.Accept(), eve.Accept()
	toBob.Want(said(0, "ann", "hello"))
	toEve.Want(said(0, "ann", "hello"))
	toBob.Close()
	again := make(chan *loopback.Conn, 1)
	go func() {
		defer close(again)
		again <- bob.Accept()
	}()
	for seq := 1; ; seq++ {
		ann.server.Say(said(seq, "ann", "still there?"))
		toEve.Want(said(seq, "ann", "still there?"))
		select {
		case conn, connected := <-again:
			if connected && !strings.Contains(conn.Heard(), "still there?") {
				t.Error("something else was delivered")
			}
			return
		default:
		}
	}
}

// TestClientThatReadsNothing lets a client fall behind as far as it can: the others get everything,
// and it is dropped.
func TestClientThatReadsNothing(t *testing.T) {
	t.Parallel()
	server := start(t)
	ann, bob, slow := server.enter(), server.enter(), server.enter()
	long := strings.Repeat("x", 1<<20)
	ann.server.Say(said(0, "ann", long))
	slow.Accept()
	toBob := bob.Accept()
	toBob.Want(said(0, "ann", long))
	seq := 1
	say := func(texts ...string) {
		first := seq
		for _, text := range texts {
			ann.server.Say(said(seq, "ann", text))
			seq++
		}
		for i, text := range texts {
			toBob.Want(said(first+i, "ann", text))
		}
	}
	for range 5 { // more than fits between the two
		say(long)
	}
	fifty := strings.Fields(strings.Repeat("again ", 50))
	shown := ""
	for told := false; !told; shown, told = server.ShownYet() {
		say(fifty...)
	}
	if want := slow.Address().String() + " dropped: "; !strings.HasPrefix(shown, want) || !strings.HasSuffix(shown, "does not read") {
		t.Errorf("the screen shows %q, want %q", shown, want)
	}
	say("and on it goes")
}

func TestCancel(t *testing.T) {
	server := start(t)
	ann, bob := server.enter(), server.enter()
	ann.server.Say(said(0, "ann", "hello"))
	toBob := bob.Accept()
	toBob.Want(said(0, "ann", "hello"))
	server.Cancel()
	server.WantEnd()
	for _, conn := range []*loopback.Conn{toBob, ann.server, bob.server} {
		conn.WantEnd()
	}
	server.WantNothingMore()
	loopback.WantStopped(t, server.listener)
}
