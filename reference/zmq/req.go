package zmq

import (
	"context"
	"errors"
	"net/netip"

	"github.com/go-zeromq/zmq4"
)

// Req is a REQ socket with one server: a question, an answer, and so on. One goroutine at a time may
// use it.
type Req struct {
	server netip.AddrPort
	conn   *conn // nil before the first request, and after a failure
}

// NewReq returns the Req to a server, and connects to nothing yet.
func NewReq(server netip.AddrPort) *Req {
	return &Req{server: server}
}

// Ask sends a request and returns the reply to it. If the connection was lost, it makes another and
// sends the request again: the server can get it twice, as can one that is asked again after an
// error.
func (r *Req) Ask(ctx context.Context, request []byte) (reply []byte, err error) {
	if r.conn != nil {
		reply, err = r.ask(ctx, request)
		if err == nil || ctx.Err() != nil {
			return reply, err
		}
	}
	if r.conn, err = dial(ctx, r.server, zmq4.Req); err != nil {
		return nil, err
	}
	return r.ask(ctx, request)
}

// ask asks on the connection that there is. After an error, there is none.
func (r *Req) ask(ctx context.Context, request []byte) ([]byte, error) {
	conn := r.conn
	stop := context.AfterFunc(ctx, conn.close)
	defer stop()
	reply, err := ask(conn, request)
	if err != nil {
		r.Close()
		return nil, err
	}
	return reply, nil
}

func ask(conn *conn, request []byte) ([]byte, error) {
	if err := conn.send(nil, request); err != nil {
		return nil, err
	}
	reply, err := conn.receive()
	if err != nil {
		return nil, err
	}
	if len(reply) != 2 || len(reply[0]) > 0 {
		return nil, errors.New("receiving: this is no reply")
	}
	return reply[1], nil
}

// Close ends the connection if there is one.
func (r *Req) Close() {
	if r.conn == nil {
		return
	}
	r.conn.close()
	r.conn = nil
}
