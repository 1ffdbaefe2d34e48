package zmq

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// handshakeTimeout is how long a peer may take to say who it is.
const handshakeTimeout = 10 * time.Second

// Which side made a connection.
const (
	dialled  = false
	accepted = true
)

// open shakes hands on a connection: each side greets and says of which kind its socket is.
func open(tcp net.Conn, kind zmq4.SocketType, server bool) (*conn, error) {
	_ = tcp.SetDeadline(time.Now().Add(handshakeTimeout))
	if err := shakeHands(tcp, kind, server); err != nil {
		return nil, err
	}
	_ = tcp.SetDeadline(time.Time{})
	return newConn(tcp), nil
}

// shakeHands lets zmq4 make the handshake, which panics over one that it cannot read.
func shakeHands(tcp net.Conn, kind zmq4.SocketType, server bool) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the handshake cannot be read: %v", fault)
		}
	}()
	_, err = zmq4.Open(&newcomer{Conn: tcp}, null.Security(), kind, nil, server, nil)
	return err
}

// greetingLength is the length of a greeting in bytes. The command READY follows it.
const greetingLength = 64

// newcomer is a connection during its handshake. It refuses a READY that claims an absurd length, for
// which zmq4 would allocate memory.
type newcomer struct {
	net.Conn
	count int  // of the bytes that have come
	long  bool // the length of READY is eight bytes, not one
}

// Read reads what comes next, and fails if that cannot be a part of a handshake.
func (n *newcomer) Read(p []byte) (int, error) {
	length, err := n.Conn.Read(p)
	for _, b := range p[:length] {
		if !n.plausible(b) {
			return 0, errors.New("what follows the greeting is no READY, or is too long for one")
		}
		n.count++
	}
	return length, err
}

func (n *newcomer) plausible(b byte) bool {
	at := n.count - greetingLength
	if at == 0 {
		n.long = b == command|long
		return b == command || n.long
	}
	upper := n.long && at >= 1 && at <= 6 // of the length's bytes
	return !upper || b == 0
}
