// Package link is the way from one program to another: TCP connections, made, kept and ended with
// care.
package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

const (
	dialTimeout = 10 * time.Second
	acceptPause = 50 * time.Millisecond
)

// ParseAddress reads an IP address and a port, such as 127.0.0.1:5002. A host's name is refused, so
// that nobody can make a program look one up.
func ParseAddress(text string) (netip.AddrPort, error) {
	address, err := netip.ParseAddrPort(text)
	if err != nil || address.Port() == 0 {
		return netip.AddrPort{}, fmt.Errorf("%q is not an IP address and a port, such as 127.0.0.1:5002", text)
	}
	return address, nil
}

// ParsePort reads the port that a program is to wait on, and returns the address that this makes.
// It is one of the loopback interface: a program of the reference serves its own machine alone.
func ParsePort(text string) (netip.AddrPort, error) {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return netip.AddrPort{}, fmt.Errorf("%q is not a port, which is a number from 1 to 65535", text)
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port)), nil
}

// Serve accepts connections and calls handle for each with what comes from it, for all of them at
// the same time. A connection is closed when its handle returns. When ctx is cancelled, Serve
// closes the listener and all connections, and returns when the last handle has.
func Serve(ctx context.Context, listener net.Listener, handle func(io.Reader)) {
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	var handlers sync.WaitGroup
	defer handlers.Wait()
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many open files, say: some will be closed
			pause(ctx)
			continue
		}
		handlers.Go(func() { serve(ctx, conn, handle) })
	}
}

func serve(ctx context.Context, conn net.Conn, handle func(io.Reader)) {
	defer hangUp(conn)
	stop := context.AfterFunc(ctx, func() { hangUp(conn) })
	defer stop()
	handle(conn)
}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(acceptPause):
	}
}

// hangUp closes a connection so that the other side sees its end. A plain Close would look like a
// failure there, a reset, if something had come that nobody read.
func hangUp(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	_ = conn.Close()
}
