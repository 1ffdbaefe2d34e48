package link_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/link"
)

func TestDial(t *testing.T) {
	peer := loopback.NewPeer(t)
	came := make(chan string, 1)
	conn, err := link.Dial(t.Context(), peer.Address(), func(source io.Reader) {
		line, _ := bufio.NewReader(source).ReadString('\n')
		came <- line
	})
	if err != nil {
		t.Fatal(err)
	}
	other := peer.Accept()
	if err := conn.Send(t.Context(), []byte("hello\n")); err != nil {
		t.Error(err)
	}
	other.Want("hello")
	other.Say("hi")
	if line := <-came; line != "hi\n" {
		t.Errorf("%q came back", line)
	}
	if ip := conn.LocalIP(); ip != other.RemoteAddr().(*net.TCPAddr).AddrPort().Addr() {
		t.Errorf("the other side sees another address than %s", ip)
	}
	other.Say("and more that nobody waits for")
	if !conn.Alive() {
		t.Error("the connection is taken for dead")
	}
	conn.Close()
	conn.Close()
	if conn.Alive() {
		t.Error("the connection is taken for alive")
	}
	other.WantEnd()
}

func TestDialNobody(t *testing.T) {
	if _, err := link.Dial(t.Context(), loopback.Nowhere(t), link.Discard); err == nil {
		t.Error("somebody was reached")
	}
}

func TestSendCanBeCancelled(t *testing.T) {
	peer := loopback.NewPeer(t)
	conn, err := link.Dial(t.Context(), peer.Address(), link.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	failed := make(chan error)
	go func() { failed <- sendForever(ctx, conn) }()
	_, _ = io.ReadFull(peer.Accept(), make([]byte, 1))
	cancel(enough)
	if err := <-failed; !errors.Is(err, enough) {
		t.Errorf("got %v, want %v", err, enough)
	}
}

// sendForever sends to somebody who does not read until that fails.
func sendForever(ctx context.Context, conn *link.Conn) error {
	for {
		if err := conn.Send(ctx, bytes.Repeat([]byte("x"), 1<<20)); err != nil {
			return err
		}
	}
}

func TestKeptConnectsLateAndOnce(t *testing.T) {
	peer := loopback.NewPeer(t)
	kept := link.NewKept(peer.Address(), link.Discard)
	defer kept.Close()
	peer.WantNobody()
	for _, line := range []string{"one\n", "two\n"} {
		if err := kept.Send(t.Context(), []byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	conn := peer.Accept()
	conn.Want("one", "two")
	kept.Close()
	conn.WantEnd()
	peer.WantNobody()
}

func TestKeptConnectsAnew(t *testing.T) {
	peer := loopback.NewPeer(t)
	kept := link.NewKept(peer.Address(), link.Discard)
	defer kept.Close()
	first := sendAndAccept(t, kept, peer, "one")
	first.Close()
	sendUntilLost(t, kept, peer)
}

// sendUntilLost sends until the message comes on a new connection: what is sent before the end of
// the old one is noticed goes astray.
func sendUntilLost(t *testing.T, kept *link.Kept, peer *loopback.Peer) {
	t.Helper()
	accepted := make(chan *loopback.Conn, 1)
	go func() {
		defer close(accepted)
		accepted <- peer.Accept()
	}()
	for {
		if err := kept.Send(t.Context(), []byte("again\n")); err != nil {
			t.Fatal(err)
		}
		select {
		case conn, connected := <-accepted:
			if connected {
				conn.Want("again")
			}
			return
		default:
		}
	}
}

func sendAndAccept(t *testing.T, kept *link.Kept, peer *loopback.Peer, line string) *loopback.Conn {
	t.Helper()
	if err := kept.Send(t.Context(), []byte(line+"\n")); err != nil {
		t.Fatal(err)
	}
	conn := peer.Accept()
	conn.Want(line)
	return conn
}

func TestKeptTriesAgain(t *testing.T) {
	address := loopback.Nowhere(t)
	kept := link.NewKept(address, link.Discard)
	defer kept.Close()
	if err := kept.Send(t.Context(), []byte("lost\n")); err == nil {
		t.Error("nobody was reached without an error")
	}
	sendAndAccept(t, kept, loopback.NewPeerAt(t, address), "found")
}
