package link_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"

	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/link"
)

func TestParseAddress(t *testing.T) {
	for _, text := range []string{"127.0.0.1:5002", "192.168.1.5:2000", "[::1]:65535"} {
		if got, err := link.ParseAddress(text); err != nil || got != netip.MustParseAddrPort(text) {
			t.Errorf("%s is read as %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "5002", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "localhost:5002", ":5002"} {
		if got, err := link.ParseAddress(text); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

func TestParsePort(t *testing.T) {
	got, err := link.ParsePort("5001")
	if want := netip.MustParseAddrPort("127.0.0.1:5001"); err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	for _, text := range []string{"", "0", "-1", "65536", "5001x", "127.0.0.1:5001"} {
		if got, err := link.ParsePort(text); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

// service is a running link.Serve that echoes.
type service struct {
	listener net.Listener
	cancel   context.CancelFunc
	came     chan string
	ended    chan struct{}
}

func serve(t *testing.T, listener net.Listener) *service {
	ctx, cancel := context.WithCancel(context.Background())
	s := &service{listener: listener, cancel: cancel, came: make(chan string, 100), ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		link.Serve(ctx, listener, s.handle)
	}()
	t.Cleanup(func() { cancel(); <-s.ended })
	return s
}

// handle takes one byte after the other, up to a dot.
func (s *service) handle(source io.Reader) {
	letter := make([]byte, 1)
	for {
		if _, err := source.Read(letter); err != nil || letter[0] == '.' {
			return
		}
		s.came <- string(letter)
	}
}

func TestServe(t *testing.T) {
	s := serve(t, loopback.Listen(t))
	address := loopback.AddressOf(s.listener)
	idle := loopback.Dial(t, address)
	first, second := loopback.Dial(t, address), loopback.Dial(t, address)
	for _, conn := range []*loopback.Conn{second, first, second} {
		conn.Send("x")
		<-s.came
	}
	first.Send(".")
	first.WantEnd()
	second.Send("x")
	<-s.came

	s.cancel()
	<-s.ended
	idle.WantEnd()
	second.WantEnd()
	loopback.WantStopped(t, s.listener)
}

func TestServeClosesCleanlyWhatIsUnread(t *testing.T) {
	s := serve(t, loopback.Listen(t))
	conn := loopback.Dial(t, loopback.AddressOf(s.listener))
	conn.Send("x.and more that nobody reads")
	<-s.came
	conn.WantEnd()
}

func TestServeEndsWithItsListener(t *testing.T) {
	s := serve(t, loopback.Listen(t))
	s.listener.Close()
	<-s.ended
}

// TestServeGoesOnAfterAFailure has a listener that fails at first, as one does when there are too
// many open files.
func TestServeGoesOnAfterAFailure(t *testing.T) {
	listener := loopback.Listen(t)
	s := serve(t, &failing{Listener: listener, times: 2})
	loopback.Dial(t, loopback.AddressOf(listener)).Send("x")
	<-s.came
}

func TestServeCanBeCancelledAfterAFailure(t *testing.T) {
	s := serve(t, &failing{Listener: loopback.Listen(t), times: 2})
	s.cancel()
	<-s.ended
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
