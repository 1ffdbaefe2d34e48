package zmq_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"

	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/zmq"
)

// service is a socket that serves on a listener.
type service struct {
	address  netip.AddrPort
	listener net.Listener
	stop     func() // returns when it has ended
}

// serve starts a service, which the test's end stops.
func serve(t *testing.T, listener net.Listener, run func(context.Context, net.Listener)) service {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run(ctx, listener)
	}()
	s := service{address: loopback.AddressOf(listener), listener: listener, stop: func() {
		t.Helper()
		cancel()
		select {
		case <-ended:
		case <-time.After(loopback.Patience):
			t.Error("the service does not end")
		}
	}}
	t.Cleanup(s.stop)
	return s
}

// echo starts a REP socket that returns what it gets, with a bar between the frames.
func echo(t *testing.T, listener net.Listener) service {
	t.Helper()
	return serve(t, listener, func(ctx context.Context, listener net.Listener) {
		zmq.Reply(ctx, listener, func(request [][]byte) []byte { return bytes.Join(request, []byte("|")) })
	})
}

// publisher starts a PUB socket.
func publisher(t *testing.T) (*zmq.Pub, service) {
	t.Helper()
	pub := zmq.NewPub()
	return pub, serve(t, loopback.Listen(t), pub.Serve)
}

// peer is the other end of a connection, as zmq4 makes it.
type peer struct {
	*zmq4.Conn
	t   *testing.T
	tcp *loopback.Conn
}

// join connects to a service as a socket of a kind.
func join(t *testing.T, s service, kind zmq4.SocketType) peer {
	t.Helper()
	tcp := loopback.Dial(t, s.address)
	conn, err := zmq4.Open(tcp, null.Security(), kind, nil, false, nil)
	if err != nil {
		t.Fatalf("shaking hands: %v", err)
	}
	return peer{Conn: conn, t: t, tcp: tcp}
}

func (p peer) send(frames ...string) {
	p.t.Helper()
	if err := p.SendMsg(zmq4.NewMsgFromString(frames)); err != nil {
		p.t.Fatalf("sending: %v", err)
	}
}

func (p peer) receive() []string {
	p.t.Helper()
	message, err := p.RecvMsg()
	if err != nil {
		p.t.Fatalf("receiving: %v", err)
	}
	frames := make([]string, len(message.Frames))
	for i, frame := range message.Frames {
		frames[i] = string(frame)
	}
	return frames
}

func (p peer) want(frames ...string) {
	p.t.Helper()
	if got := p.receive(); !slices.Equal(got, frames) {
		p.t.Fatalf("what comes is %.80q, want %.80q", got, frames)
	}
}

// ping sends a PING and waits for its PONG: after that, all is done that was sent before.
func (p peer) ping() {
	p.t.Helper()
	if err := p.SendCmd(zmq4.CmdPing, []byte("\x00\x00context")); err != nil {
		p.t.Fatalf("sending: %v", err)
	}
	pong, err := p.RecvCmd()
	if err != nil || pong.Name != zmq4.CmdPong || string(pong.Body) != "context" {
		p.t.Fatalf("got %q, %q, %v, want a PONG", pong.Name, pong.Body, err)
	}
}

func (p peer) subscribe(prefixes ...string) {
	p.t.Helper()
	for _, prefix := range prefixes {
		p.send("\x01" + prefix)
	}
	p.ping()
}

func wantReply(t *testing.T, req *zmq.Req, request string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), loopback.Patience)
	defer cancel()
	if got, err := req.Ask(ctx, []byte(request)); err != nil || string(got) != request {
		t.Fatalf("got %.80q, %v, want %.80q", got, err, request)
	}
}

func TestRequestAndReply(t *testing.T) {
	s := echo(t, loopback.Listen(t))
	ann, bob := zmq.NewReq(s.address), zmq.NewReq(s.address)
	defer ann.Close()
	defer bob.Close()
	for _, text := range []string{"hello", "", "\x00\x01\x04", strings.Repeat("x", 255), strings.Repeat("x", 256), strings.Repeat("64 bits ", 1<<17)} {
		wantReply(t, ann, text)
		wantReply(t, bob, text)
	}
	ann.Close()
	wantReply(t, bob, "hi")
	wantReply(t, ann, "again")
}

func TestEnvelope(t *testing.T) {
	p := join(t, echo(t, loopback.Listen(t)), zmq4.Dealer)
	p.send("", "one")
	p.want("", "one")
	p.send("hop", "another", "", "a", "", "b")
	p.want("hop", "another", "", "a||b")
	// No envelope, or no request: nobody could be answered.
	p.send("no envelope")
	p.send("only an envelope", "")
	p.send("", "two")
	p.send("", "three")
	p.want("", "two")
	p.want("", "three")
}

func TestPing(t *testing.T) {
	p := join(t, echo(t, loopback.Listen(t)), zmq4.Req)
	p.ping()
	for _, command := range []string{"PONG", "SUBSCRIBE", "", "PINGPONG"} {
		if err := p.SendCmd(command, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	p.send("", "still there?")
	p.want("", "still there?")
}

// greeting is what each side sends first.
var greeting = "\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x03\x00NULL" + strings.Repeat("\x00", 48)

// ready is the handshake of a socket of a kind.
func ready(kind string) string {
	body := "\x05READY\x0bSocket-Type\x00\x00\x00" + string(rune(len(kind))) + kind
	return greeting + "\x04" + string(rune(len(body))) + body
}

func long(flags byte, size uint64) string {
	return string(binary.BigEndian.AppendUint64([]byte{flags}, size))
}

// TestNuisance has somebody who sends something, and then no more, and others who do not mind.
func TestNuisance(t *testing.T) {
	waits := map[string]string{ // these may still go on
		"silence":           "",
		"half a greeting":   greeting[:32],
		"a greeting":        greeting,
		"half a READY":      ready("REQ")[:70],
		"no request":        ready("REQ"),
		"half a header":     ready("REQ") + "\x01",
		"half a request":    ready("REQ") + "\x01\x00\x00\x05he",
		"no reply is read":  ready("REQ") + strings.Repeat("\x01\x00\x00\x05hello", 1000),
		"a long READY":      greeting + long(6, 0xffff),
		"a long request":    ready("REQ") + "\x01\x00" + long(2, 4<<20) + "x",
		"the other version": "\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x03\x01NULL" + strings.Repeat("\x00", 48),
	}
	ends := map[string]string{
		"rubbish":              strings.Repeat("GET / HTTP/1.1\r\n", 4),
		"an old version":       "\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x01\x00NULL" + strings.Repeat("\x00", 48),
		"another mechanism":    "\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x03\x00PLAIN" + strings.Repeat("\x00", 47),
		"an absurd READY":      greeting + long(6, 1<<40),
		"a READY of frames":    greeting + "\x05\x01\x00",
		"a message for READY":  greeting + "\x00\x01x",
		"an empty READY":       greeting + "\x04\x00",
		"a READY cut short":    greeting + "\x04\x08\x05READY\x0bS",
		"no length of a value": greeting + "\x04\x0a\x05READY\x01x\x00\x00",
		"another command":      greeting + "\x04\x06\x05ERROR",
		"no kind":              greeting + "\x04\x06\x05READY",
		"an unknown kind":      ready("FOO"),
		"the wrong kind":       ready("PUSH"),
		"an absurd request":    ready("REQ") + "\x01\x00" + long(2, 1<<62),
		"a longer request":     ready("REQ") + "\x01\x00" + long(2, zmq.MaxMessage),
		"endless frames":       ready("REQ") + strings.Repeat("\x01\x00", 1<<18),
	}
	s := echo(t, loopback.Listen(t))
	before := zmq.NewReq(s.address)
	defer before.Close()
	wantReply(t, before, "before")
	check := func(t *testing.T) {
		wantReply(t, before, "hello")
		after := zmq.NewReq(s.address)
		defer after.Close()
		wantReply(t, after, "hello")
	}
	for name, sent := range waits {
		t.Run(name, func(t *testing.T) {
			loopback.Dial(t, s.address).Send(sent)
			check(t)
		})
	}
	for name, sent := range ends {
		t.Run(name, func(t *testing.T) {
			conn := loopback.Dial(t, s.address)
			conn.Choke(sent)
			conn.WantClosed()
			check(t)
		})
	}
}

func TestServeGoesOnAfterAFailure(t *testing.T) {
	listener := loopback.Listen(t)
	s := serve(t, &failing{Listener: listener, times: 2}, zmq.NewPub().Serve)
	join(t, s, zmq4.Sub).ping()
}

type failing struct {
	net.Listener
	times int
}

func (f *failing) Accept() (net.Conn, error) {
	if f.times--; f.times >= 0 {
		return nil, errors.New("too many open files")
	}
	return f.Listener.Accept()
}

func TestServeEnds(t *testing.T) {
	replier := echo(t, loopback.Listen(t))
	_, publisher := publisher(t)
	wantEnds(t, replier, zmq4.Req)
	wantEnds(t, publisher, zmq4.Sub)
}

func wantEnds(t *testing.T, s service, kind zmq4.SocketType) {
	t.Helper()
	silent, p := loopback.Dial(t, s.address), join(t, s, kind)
	p.ping()
	s.stop()
	silent.WantClosed()
	p.tcp.WantClosed()
	loopback.WantStopped(t, s.listener)
}

// TestServerThatComesBack keeps a Req while its server goes and comes.
func TestServerThatComesBack(t *testing.T) {
	address := loopback.Nowhere(t)
	req := zmq.NewReq(address)
	defer req.Close()
	if reply, err := req.Ask(t.Context(), []byte("early")); err == nil {
		t.Errorf("nobody replies %q", reply)
	}
	for range 3 {
		s := echo(t, listenAt(t, address))
		wantReply(t, req, "one")
		wantReply(t, req, "two")
		s.stop()
	}
	if reply, err := req.Ask(t.Context(), []byte("late")); err == nil {
		t.Errorf("nobody replies %q", reply)
	}
}

func listenAt(t *testing.T, address netip.AddrPort) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address.String())
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// TestServerThatSaysNothing cancels clients of servers that say more and more, but no reply.
func TestServerThatSaysNothing(t *testing.T) {
	for name, sent := range map[string]string{
		"silence":         "",
		"half a greeting": greeting[:32],
		"a greeting":      greeting,
		"no reply":        ready("REP"),
		"half a reply":    ready("REP") + "\x01\x00\x00\x05he",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			server := loopback.NewPeer(t)
			failed := make(chan error)
			go func() {
				_, err := zmq.NewReq(server.Address()).Ask(ctx, []byte("hello"))
				failed <- err
			}()
			conn := server.Accept()
			conn.Send(sent)
			cancel()
			conn.WantClosed()
			if err := <-failed; err == nil {
				t.Error("want an error")
			}
		})
	}
}

// TestServerThatIsNone has servers that are of another kind, or of none.
func TestServerThatIsNone(t *testing.T) {
	for name, sent := range map[string]string{
		"rubbish":           strings.Repeat("SSH-2.0-OpenSSH ", 4),
		"the wrong kind":    ready("PUB"),
		"an unknown kind":   ready("FOO"),
		"an absurd READY":   greeting + long(6, 1<<40),
		"an absurd reply":   ready("REP") + "\x01\x00" + long(2, 1<<40),
		"no envelope":       ready("REP") + "\x00\x02ok",
		"another envelope":  ready("REP") + "\x01\x01x\x00\x02ok",
		"the end":           ready("REP"),
		"an earlier end":    greeting,
		"the end of a word": ready("REP") + "\x01\x00\x00\x05he",
	} {
		t.Run(name, func(t *testing.T) {
			server := loopback.NewPeer(t)
			failed := make(chan error)
			go func() {
				_, err := zmq.NewReq(server.Address()).Ask(t.Context(), []byte("hello"))
				failed <- err
			}()
			conn := server.Accept()
			conn.Choke(sent)
			_ = conn.CloseWrite()
			if err := <-failed; err == nil {
				t.Error("want an error")
			}
			conn.WantClosed()
		})
	}
}
