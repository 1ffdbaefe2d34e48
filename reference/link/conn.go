package link

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"
)

// Conn is a connection that this program made. One goroutine at a time may use it.
type Conn struct {
	tcp   net.Conn
	ended chan struct{} // closed when the other side has ended the connection
}

// Dial connects to an address. In a goroutine of its own, receive gets what comes back; what it
// leaves unread is thrown away.
func Dial(ctx context.Context, address netip.AddrPort, receive func(io.Reader)) (*Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout}
	tcp, err := dialer.DialContext(ctx, "tcp", address.String())
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", reason(ctx, err))
	}
	conn := &Conn{tcp: tcp, ended: make(chan struct{})}
	go conn.read(receive)
	return conn, nil
}

// read reads to the end, as only a reader learns of the end.
func (c *Conn) read(receive func(io.Reader)) {
	defer close(c.ended)
	receive(c.tcp)
	_, _ = io.Copy(io.Discard, c.tcp)
}

// Discard is for [Dial] where nothing is expected to come back.
func Discard(io.Reader) {}

// Alive tells whether the connection is open, as far as is known here.
func (c *Conn) Alive() bool {
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

// LocalIP returns the address of this side of the connection.
func (c *Conn) LocalIP() netip.Addr {
	return c.tcp.LocalAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
}

// Send sends a message. It waits while the other side does not read, until ctx is cancelled. After
// an error, the connection can only be closed: a part of the message may have been sent.
func (c *Conn) Send(ctx context.Context, message []byte) error {
	stop := context.AfterFunc(ctx, func() { _ = c.tcp.SetWriteDeadline(time.Now()) })
	defer stop()
	if _, err := c.tcp.Write(message); err != nil {
		return fmt.Errorf("sending: %w", reason(ctx, err))
	}
	return nil
}

// reason returns why something failed: because ctx was cancelled, or else the error itself.
func reason(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// Close ends the connection and waits until receive has returned.
func (c *Conn) Close() {
	hangUp(c.tcp)
	<-c.ended
}

// Kept is a connection to one address that is made when there is first something to send, kept
// after that, and made anew when it was lost. One goroutine at a time may use it.
type Kept struct {
	address netip.AddrPort
	receive func(io.Reader)
	conn    *Conn // nil before the first message, and after a failure
}

// NewKept returns a Kept connection to an address, and connects to nothing yet. See [Dial] for
// receive.
func NewKept(address netip.AddrPort, receive func(io.Reader)) *Kept {
	return &Kept{address: address, receive: receive}
}

// Send sends a message as [Conn.Send] does, on a new connection if there is none or if it was lost.
func (k *Kept) Send(ctx context.Context, message []byte) error {
	if k.conn != nil && k.conn.Alive() {
		err := k.conn.Send(ctx, message)
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
	if err := k.connect(ctx); err != nil {
		return err
	}
	return k.conn.Send(ctx, message)
}

// Close ends the connection if there is one.
func (k *Kept) Close() {
	if k.conn == nil {
		return
	}
	k.conn.Close()
	k.conn = nil
}

func (k *Kept) connect(ctx context.Context) error {
	k.Close()
	conn, err := Dial(ctx, k.address, k.receive)
	if err != nil {
		return err
	}
	k.conn = conn
	return nil
}
