package zmq

import (
	"context"
	"net/netip"

	"github.com/go-zeromq/zmq4"
)

// The first byte of a message from a SUB socket, https://rfc.zeromq.org/spec/23/#the-publish-subscribe-pattern.
const (
	cancel    = 0
	subscribe = 1
)

// Sub is a SUB socket with one publisher and one subscription. One goroutine at a time may use it.
type Sub struct {
	conn *conn
}

// Subscribe connects to a publisher and subscribes to the messages whose first frame begins with a
// prefix.
func Subscribe(ctx context.Context, publisher netip.AddrPort, prefix string) (*Sub, error) {
	conn, err := dial(ctx, publisher, zmq4.Sub)
	if err != nil {
		return nil, err
	}
	if err := conn.send(append([]byte{subscribe}, prefix...)); err != nil {
		conn.close()
		return nil, err
	}
	return &Sub{conn: conn}, nil
}

// Receive returns the frames of the next message. After an error, as ctx being cancelled also makes
// one, the Sub can only be closed.
func (s *Sub) Receive(ctx context.Context) ([][]byte, error) {
	stop := context.AfterFunc(ctx, s.conn.close)
	defer stop()
	return s.conn.receive()
}

// Close ends the connection.
func (s *Sub) Close() { s.conn.close() }
