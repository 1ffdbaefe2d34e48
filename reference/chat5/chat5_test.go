package chat5_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/reference/chat5"
	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/wire"
)

// person is a running chat5.
type person struct {
	*loopback.Program
	listener net.Listener
	address  netip.AddrPort
}

// start starts the chat5 of ann.
func start(t *testing.T, server netip.AddrPort) *person {
	t.Helper()
	listener := loopback.Listen(t)
	program := loopback.Start(t, func(ctx context.Context, in io.Reader, out io.Writer) error {
		return chat5.Client{Name: "ann", Server: server}.Converse(ctx, listener, in, out)
	})
	return &person{Program: program, listener: listener, address: loopback.AddressOf(listener)}
}

// enter starts the chat5 of ann and returns its connection to the server, once it has subscribed.
func enter(t *testing.T, server *loopback.Peer) (*person, *loopback.Conn) {
	t.Helper()
	ann := start(t, server.Address())
	conn := server.Accept()
	conn.Want(ann.subscribes())
	return ann, conn
}

func (p *person) subscribes() string {
	return fmt.Sprintf(`{"operation":"subscribe","client":"%s"}`, p.address)
}

func (p *person) unsubscribes() string {
	return fmt.Sprintf(`{"operation":"unsubscribe","client":"%s"}`, p.address)
}

// said is a message as it is sent.
func said(seq int, user, text string) string {
	return strings.TrimSuffix(string(wire.Message{Seq: seq, User: user, Text: text}.Line()), "\n")
}

func TestParse(t *testing.T) {
	got, err := chat5.Parse([]string{"ann", "5001", "127.0.0.1:5000"})
	want := chat5.Client{
		Name:   "ann",
		Listen: netip.MustParseAddrPort("127.0.0.1:5001"),
		Server: netip.MustParseAddrPort("127.0.0.1:5000"),
	}
	if err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestParseWrong(t *testing.T) {
	for _, args := range [][]string{nil, {"ann", "5001"}, {"ann", "x", "127.0.0.1:5000"}, {"ann", "5001", "5000"}, {"ann", "5001", "127.0.0.1:5000", "127.0.0.1:5002"}} {
		if got, err := chat5.Parse(args); err == nil {
			t.Errorf("%q is read as %v", args, got)
		}
	}
}

func TestRun(t *testing.T) {
	server, listen := loopback.NewPeer(t), loopback.Nowhere(t)
	ann := loopback.Start(t, chat5.Client{Name: "ann", Listen: listen, Server: server.Address()}.Run)
	// The address is this side of the connection and the port, whatever Listen's host is.
	want := fmt.Sprintf(`{"operation":"subscribe","client":"127.0.0.1:%d"}`, listen.Port())
	server.Accept().Want(want)
	loopback.Dial(t, listen).Say(said(0, "bob", "hi"))
	ann.WantShown("bob: hi")
	ann.Type("exit")
	ann.WantEnd()
}

func TestRunOnATakenPort(t *testing.T) {
	server, taken := loopback.NewPeer(t), loopback.NewPeer(t).Address()
	ann := loopback.Start(t, chat5.Client{Name: "ann", Listen: taken, Server: server.Address()}.Run)
	if err := ann.End(); err == nil || !strings.Contains(err.Error(), taken.String()) {
		t.Errorf("got %v", err)
	}
	server.WantNobody()
}

func TestServerThatIsDown(t *testing.T) {
	down := loopback.Nowhere(t)
	ann := start(t, down)
	if err := ann.End(); err == nil || !strings.Contains(err.Error(), "server") || !strings.Contains(err.Error(), down.String()) {
		t.Errorf("got %v", err)
	}
	loopback.WantStopped(t, ann.listener)
}

func TestTheWire(t *testing.T) {
	server := loopback.NewPeer(t)
	ann, conn := enter(t, server)
	ann.Type("hello")
	conn.Want(`{"seq":0,"user":"ann","message":"hello"}`)
	delivery := loopback.Dial(t, ann.address)
	delivery.Say(said(41, "bob", "hi"))
	ann.WantShown("bob: hi")
	ann.Type("", "how are you?", "fine?")
	conn.Want(`{"seq":1,"user":"ann","message":"how are you?"}`, `{"seq":2,"user":"ann","message":"fine?"}`)
	ann.Type("exit")
	conn.Want(ann.unsubscribes())
	conn.WantEnd()
	server.WantNobody()
}

func TestAnotherHost(t *testing.T) {
	enter(t, loopback.NewPeerAt(t, netip.MustParseAddrPort("127.0.0.2:0")))
}

func TestLinesToTheLetter(t *testing.T) {
	ann, conn := enter(t, loopback.NewPeer(t))
	for seq, line := range []string{
		"  spaces at both ends  ",
		`"quotes" \backslashes\ {braces}`,
		`{"operation":"unsubscribe","client":"127.0.0.1:5000"}`,
		"<b>a & b</b>",
		"привет 你好 👩‍👩‍👧",
		"exit now",
		strings.Repeat("one MiB ", 1<<17),
	} {
		ann.Type(line)
		conn.Want(said(seq, "ann", line))
	}
}

func TestExit(t *testing.T) {
	ways := map[string]func(ann *person){
		"exit":         func(ann *person) { ann.Type("exit") },
		"end of input": func(ann *person) { ann.EndInput(nil) },
		"cancelled":    func(ann *person) { ann.Cancel() },
	}
	for name, leave := range ways {
		t.Run(name, func(t *testing.T) {
			server := loopback.NewPeer(t)
			ann, conn := enter(t, server)
			delivery := loopback.Dial(t, ann.address)
			delivery.Say(said(0, "bob", "hi"))
			ann.WantShown("bob: hi")
			leave(ann)
			conn.Want(ann.unsubscribes())
			conn.WantEnd()
			delivery.WantEnd()
			ann.WantEnd()
			ann.WantNothingMore()
			server.WantNobody()
			loopback.WantStopped(t, ann.listener)
		})
	}
}

func TestExitDeliversWhatWasTyped(t *testing.T) {
	ann, conn := enter(t, loopback.NewPeer(t))
	const count = 100
	for seq := range count {
		ann.Type(fmt.Sprint("line ", seq))
	}
	ann.Type("exit")
	ann.WantEnd()
	for seq := range count {
		conn.Want(said(seq, "ann", fmt.Sprint("line ", seq)))
	}
	conn.Want(ann.unsubscribes())
	conn.WantEnd()
}

func TestInputThatFails(t *testing.T) {
	ann, conn := enter(t, loopback.NewPeer(t))
	broken := errors.New("broken")
	ann.EndInput(broken)
	if err := ann.End(); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	conn.Want(ann.unsubscribes())
}

func TestDisplays(t *testing.T) {
	ann, _ := enter(t, loopback.NewPeer(t))
	loopback.Dial(t, ann.address) // says nothing
	one, another := loopback.Dial(t, ann.address), loopback.Dial(t, ann.address)
	one.Send(said(0, "bob", "one") + said(1, "bob", "two"))
	ann.WantShown("bob: one")
	ann.WantShown("bob: two")
	for _, letter := range []byte("\n{\"message\": \"three\", \"x\": {}, \"user\": \"eve\", \"seq\": 0}") {
		another.Send(string([]byte{letter}))
	}
	ann.WantShown("eve: three")
}

func TestRubbish(t *testing.T) {
	ann, conn := enter(t, loopback.NewPeer(t))
	good, bad := loopback.Dial(t, ann.address), loopback.Dial(t, ann.address)
	good.Say(`{"seq":"0","user":7} [] {}`)
	bad.Choke("hello?\n" + strings.Repeat("x", 1<<20))
	bad.WantClosed()
	conn.Say("rubbish from the server itself")
	good.Say(said(0, "bob", "hi"))
	ann.WantShown("bob: hi")
	ann.Type("hello")
	conn.Want(said(0, "ann", "hello"))
}

// TestServerThatIsLost has a server that ends the connection. Some lines go astray before ann can
// know, and none after.
func TestServerThatIsLost(t *testing.T) {
	server := loopback.NewPeer(t)
	ann, conn := enter(t, server)
	conn.Close()
	typed := typeUntil(t, ann, "(the connection to the server was lost: subscribing again)")
	conn = server.Accept()
	conn.Want(ann.subscribes())
	last := said(typed, "ann", "still there?")
	ann.Type("still there?")
	for conn.Heard() != last {
	}
	ann.Type("exit")
	conn.Want(ann.unsubscribes())
	conn.WantEnd()
	ann.WantEnd()
	ann.WantNothingMore()
}

func TestServerThatComesBack(t *testing.T) {
	server := loopback.NewPeerAt(t, loopback.Nowhere(t))
	ann, conn := enter(t, server)
	server.Stop()
	conn.Close()
	typeUntil(t, ann, "(the server cannot be reached)")
	server = loopback.NewPeerAt(t, server.Address())
	ann.Type("exit")
	conn = server.Accept()
	for conn.Heard() != ann.unsubscribes() {
	}
	conn.WantEnd()
	ann.WantEnd()
}

func TestServerThatStaysAway(t *testing.T) {
	server := loopback.NewPeerAt(t, loopback.Nowhere(t))
	ann, conn := enter(t, server)
	server.Stop()
	conn.Close()
	typeUntil(t, ann, "(the server cannot be reached)")
	ann.Type("exit")
	ann.WantEnd()
}

// typeUntil types lines until something is shown, and returns how many. Each line is followed by a
// delivery, so that ann gets round to it.
func typeUntil(t *testing.T, ann *person, want string) int {
	t.Helper()
	delivery := loopback.Dial(t, ann.address)
	for typed := 1; ; typed++ {
		ann.Type("anybody there?")
		delivery.Say(said(typed, "bob", "tick"))
		seen := false
		for shown := ann.Shown(); shown != "bob: tick"; shown = ann.Shown() {
			seen = seen || shown == want
		}
		if seen {
			return typed
		}
	}
}

// TestServerThatReadsNothing lets the server fall behind as far as it can: ann can leave.
func TestServerThatReadsNothing(t *testing.T) {
	t.Parallel()
	ann, _ := enter(t, loopback.NewPeer(t))
	long := strings.Repeat("x", 1<<20)
	for range 6 { // more than fits between the two
		ann.Type(long)
	}
	for told := false; !told; _, told = ann.ShownYet() {
		ann.Type("still here")
	}
	ann.Type("exit")
	ann.WantEnd()
}
