package zmq

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// MaxMessage is the length in bytes of the longest message that is received. A connection on which a
// longer one comes is closed.
const MaxMessage = 8 << 20

// frameCost is what a frame counts for besides its length, so that a message cannot have any number
// of empty ones.
const frameCost = 64

// The flags of a frame, https://rfc.zeromq.org/spec/23/#framing.
const (
	more    = 1 << iota // another frame of the same message follows
	long                // the length is eight bytes, not one
	command             // this is for the connection itself, and no part of a message
)

// conn is a connection after its handshake. One goroutine at a time may receive; any may send.
type conn struct {
	tcp    net.Conn
	reader *bufio.Reader

	sending sync.Mutex
}

func newConn(tcp net.Conn) *conn {
	return &conn{tcp: tcp, reader: bufio.NewReader(tcp)}
}

// receive returns the frames of the next message.
func (c *conn) receive() ([][]byte, error) {
	var message [][]byte
	for room := MaxMessage; ; {
		flags, frame, err := c.frame(room)
		if err != nil {
			return nil, fmt.Errorf("receiving: %w", err)
		}
		if flags&command != 0 {
			if err := c.obey(frame); err != nil {
				return nil, err
			}
			continue
		}
		message = append(message, frame)
		room -= len(frame) + frameCost
		if flags&more == 0 {
			return message, nil
		}
	}
}

// frame reads a frame of at most so many bytes.
func (c *conn) frame(room int) (flags byte, body []byte, err error) {
	if flags, err = c.reader.ReadByte(); err != nil {
		return 0, nil, err
	}
	size, err := c.size(flags)
	if err != nil {
		return 0, nil, err
	}
	if room < 0 || size > uint64(room) {
		return 0, nil, errors.New("the message is too long")
	}
	body = make([]byte, size)
	_, err = io.ReadFull(c.reader, body)
	return flags, body, err
}

func (c *conn) size(flags byte) (uint64, error) {
	if flags&long == 0 {
		size, err := c.reader.ReadByte()
		return uint64(size), err
	}
	var size [8]byte
	_, err := io.ReadFull(c.reader, size[:])
	return binary.BigEndian.Uint64(size[:]), err
}

// obey does what a command asks for. The one that needs an answer is PING, by which some see whether
// the other side is alive: two bytes of it are a time, and PONG returns the rest.
func (c *conn) obey(frame []byte) error {
	ping := []byte("\x04PING")
	if !bytes.HasPrefix(frame, ping) || len(frame) < len(ping)+2 {
		return nil
	}
	pong := append([]byte("\x04PONG"), frame[len(ping)+2:]...)
	return c.write(appendFrame(nil, command, pong))
}

// send sends the frames of a message. It waits while the other side does not read.
func (c *conn) send(frames ...[]byte) error {
	return c.write(encode(frames))
}

// write writes whole frames, and mixes them with no others.
func (c *conn) write(frames []byte) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	if _, err := c.tcp.Write(frames); err != nil {
		return fmt.Errorf("sending: %w", err)
	}
	return nil
}

func (c *conn) close() { hangUp(c.tcp) }

// encode returns a message as it is sent.
func encode(frames [][]byte) []byte {
	var encoded []byte
	for _, frame := range frames[:len(frames)-1] {
		encoded = appendFrame(encoded, more, frame)
	}
	return appendFrame(encoded, 0, frames[len(frames)-1])
}

func appendFrame(to []byte, flags byte, frame []byte) []byte {
	if len(frame) <= 0xff {
		to = append(to, flags, byte(len(frame)))
	} else {
		to = append(to, flags|long)
		to = binary.BigEndian.AppendUint64(to, uint64(len(frame)))
	}
	return append(to, frame...)
}
