package loopback

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Peer is somebody on the network who waits for connections.
type Peer struct {
	t        testing.TB
	listener *net.TCPListener
}

// Listen returns a listener for a program under test, which closes it.
func Listen(t testing.TB) *net.TCPListener {
	t.Helper()
	return listen(t, "127.0.0.1:0")
}

// NewPeer starts a peer, which the test's end stops.
func NewPeer(t testing.TB) *Peer {
	t.Helper()
	return NewPeerAt(t, netip.MustParseAddrPort("127.0.0.1:0"))
}

// NewPeerAt is NewPeer at an address.
func NewPeerAt(t testing.TB, address netip.AddrPort) *Peer {
	t.Helper()
	p := &Peer{t: t, listener: listen(t, address.String())}
	t.Cleanup(p.Stop)
	return p
}

// Nowhere returns an address that nobody listens on, and that nobody will by chance: hardly anybody
// else uses its host, which is also this machine.
func Nowhere(t testing.TB) netip.AddrPort {
	t.Helper()
	host := fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
	listener := listen(t, net.JoinHostPort(host, "0"))
	defer listener.Close()
	return AddressOf(listener)
}

// Port returns a port of this host that is free, as far as one can know before it is used.
func Port(t testing.TB) string {
	t.Helper()
	listener := listen(t, "127.0.0.1:0")
	defer listener.Close()
	return strconv.Itoa(int(AddressOf(listener).Port()))
}

// AddressOf returns the address of a listener.
func AddressOf(listener net.Listener) netip.AddrPort {
	return listener.Addr().(*net.TCPAddr).AddrPort()
}

// Address returns where the peer waits.
func (p *Peer) Address() netip.AddrPort {
	return AddressOf(p.listener)
}

// Stop ends the waiting. Connections stay.
func (p *Peer) Stop() {
	p.listener.Close()
}

// Accept returns the next connection that somebody made to the peer.
func (p *Peer) Accept() *Conn {
	p.t.Helper()
	_ = p.listener.SetDeadline(time.Now().Add(Patience))
	conn, err := p.listener.AcceptTCP()
	if err != nil {
		p.t.Fatalf("nobody connects: %v", err)
	}
	return newConn(p.t, conn)
}

// WantNobody checks that nobody has connected who was not accepted: connections are accepted in
// the order in which they were made, and the next is one that is made here.
func (p *Peer) WantNobody() {
	p.t.Helper()
	fence := Dial(p.t, p.Address())
	defer fence.Close()
	next := p.Accept()
	defer next.Close()
	if next.RemoteAddr().String() != fence.LocalAddr().String() {
		p.t.Fatal("somebody has connected")
	}
}

// Conn is a connection between a program and somebody on the network.
type Conn struct {
	*net.TCPConn
	t      testing.TB
	reader *bufio.Reader
}

// Dial connects to an address.
func Dial(t testing.TB, address netip.AddrPort) *Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address.String(), Patience)
	if err != nil {
		t.Fatalf("connecting to the program: %v", err)
	}
	return newConn(t, conn.(*net.TCPConn))
}

func newConn(t testing.TB, conn *net.TCPConn) *Conn {
	t.Cleanup(func() { conn.Close() })
	c := &Conn{TCPConn: conn, t: t}
	c.reader = bufio.NewReader(struct{ io.Reader }{c}) // for the deadline: not by TCPConn's own WriteTo
	return c
}

// Read implements [io.Reader]. Each reading may take as long as [Patience].
func (c *Conn) Read(data []byte) (int, error) {
	_ = c.SetReadDeadline(time.Now().Add(Patience))
	return c.TCPConn.Read(data)
}

// Write implements [io.Writer]. Each writing may take as long as [Patience].
func (c *Conn) Write(data []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(Patience))
	return c.TCPConn.Write(data)
}

// Say sends a text and a newline.
func (c *Conn) Say(text string) {
	c.t.Helper()
	c.Send(text + "\n")
}

// Send sends a text.
func (c *Conn) Send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatalf("sending %.40q: %v", text, err)
	}
}

// Heard returns the next line that comes.
func (c *Conn) Heard() string {
	c.t.Helper()
	line, err := c.reader.ReadString('\n')
	if err != nil {
		c.t.Fatalf("reading a line: %v after %.80q", err, line)
	}
	return strings.TrimSuffix(line, "\n")
}

// Want checks the next lines that come.
func (c *Conn) Want(want ...string) {
	c.t.Helper()
	for _, line := range want {
		if got := c.Heard(); got != line {
			c.t.Fatalf("what comes is %.120q, want %.120q", got, line)
		}
	}
}

// WantEnd checks that the stream ends here, and cleanly.
func (c *Conn) WantEnd() {
	c.t.Helper()
	rest, err := io.ReadAll(c.reader)
	if len(rest) > 0 || err != nil {
		c.t.Fatalf("what comes is %.120q and then %v, want the end of the stream", rest, err)
	}
}

// WantClosed checks that the stream ends, however, and whatever comes before.
func (c *Conn) WantClosed() {
	c.t.Helper()
	var timeout net.Error
	if _, err := io.Copy(io.Discard, c.reader); errors.As(err, &timeout) && timeout.Timeout() {
		c.t.Fatal("the connection is not closed")
	}
}

// Choke sends a text that the program may refuse to take, by closing the connection.
func (c *Conn) Choke(text string) {
	c.t.Helper()
	var timeout net.Error
	if _, err := io.WriteString(c, text); errors.As(err, &timeout) && timeout.Timeout() {
		c.t.Fatal("the program neither reads nor closes the connection")
	}
}

// WantStopped checks that a program has closed its listener.
func WantStopped(t testing.TB, listener net.Listener) {
	t.Helper()
	if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
		t.Fatalf("the listener on %s was left open", listener.Addr())
	}
}

func listen(t testing.TB, address string) *net.TCPListener {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatalf("listening: %v", err)
	}
	return listener.(*net.TCPListener)
}
