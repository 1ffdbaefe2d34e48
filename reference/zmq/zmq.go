// Package zmq has the four ZeroMQ sockets that a chat needs: [Reply] and [Pub] for a server, [Req]
// and [Sub] for its clients. Each is one end of ZMTP 3.0 connections, so the other end may be of any
// library.
//
// The handshake of a connection is made by zmq4. Its own sockets are not used, because one peer who
// misbehaves can stop them for all: they shake hands with one connection at a time, write to one
// subscriber after the other, keep what a slow one does not read without a limit, believe whatever
// length a frame claims to have, and panic if a peer's socket type is unknown. Here every connection
// has a goroutine of its own, which waits for nobody else.
package zmq

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

const (
	dialTimeout = 10 * time.Second
	acceptPause = 50 * time.Millisecond
)

// serve accepts connections, shakes hands with each as a socket of a kind, and calls handle, for all
// of them at the same time. A connection is closed when its handle returns. When ctx is cancelled,
// serve closes the listener and all connections, and returns when the last handle has.
func serve(ctx context.Context, listener net.Listener, kind zmq4.SocketType, handle func(*conn)) {
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	var handlers sync.WaitGroup
	defer handlers.Wait()
	for {
		tcp, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many open files, say: some will be closed
			pause(ctx)
			continue
		}
		handlers.Go(func() { greet(ctx, tcp, kind, handle) })
	}
}

func greet(ctx context.Context, tcp net.Conn, kind zmq4.SocketType, handle func(*conn)) {
	defer hangUp(tcp)
	stop := context.AfterFunc(ctx, func() { hangUp(tcp) })
	defer stop()
	conn, err := open(tcp, kind, accepted)
	if err != nil {
		return // whoever it is does not speak ZeroMQ, or not to a socket of this kind
	}
	handle(conn)
}

// dial connects to an address and shakes hands as a socket of a kind.
func dial(ctx context.Context, address netip.AddrPort, kind zmq4.SocketType) (*conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout}
	tcp, err := dialer.DialContext(ctx, "tcp", address.String())
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { hangUp(tcp) })
	defer stop()
	conn, err := open(tcp, kind, dialled)
	if err != nil {
		hangUp(tcp)
		return nil, fmt.Errorf("shaking hands with %s: %w", address, err)
	}
	return conn, nil
}

// hangUp closes a connection so that the other side sees its end. A plain Close would look like a
// failure there, a reset, if something had come that nobody read.
func hangUp(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	_ = conn.Close()
}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(acceptPause):
	}
}
