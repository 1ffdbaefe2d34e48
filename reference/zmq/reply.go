package zmq

import (
	"context"
	"net"
	"slices"

	"github.com/go-zeromq/zmq4"
)

// Reply is a REP socket: it answers the requests of any number of clients, until ctx is cancelled.
// Then it closes the listener and all connections. A client who is slow, or gone, holds up nobody
// else, as answer is called by many goroutines at once; the requests of one client are answered one
// after the other. The frames of a request are without its envelope.
func Reply(ctx context.Context, listener net.Listener, answer func(request [][]byte) []byte) {
	serve(ctx, listener, zmq4.Rep, func(client *conn) {
		for {
			message, err := client.receive()
			if err != nil {
				return
			}
			envelope, request := cut(message)
			if len(request) == 0 {
				continue // this is no request, so nobody waits for a reply
			}
			if err := client.send(append(envelope, answer(request))...); err != nil {
				return
			}
		}
	})
}

// cut cuts the envelope, which says where the reply goes, from a request. It ends with the first
// empty frame, https://rfc.zeromq.org/spec/28/.
func cut(message [][]byte) (envelope, request [][]byte) {
	for i, frame := range message {
		if len(frame) == 0 {
			return slices.Clone(message[:i+1]), message[i+1:]
		}
	}
	return nil, nil
}
