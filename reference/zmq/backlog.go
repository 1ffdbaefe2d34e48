package zmq

import "sync"

// MaxBacklog is how many bytes of messages wait for one subscriber who does not read. A message
// waits in any case if no other does.
const MaxBacklog = 16 << 20

// backlog has the messages that wait for one subscriber. It takes no more memory than they need:
// the same message, waiting for many subscribers, is there once.
type backlog struct {
	mu       sync.Mutex
	changed  *sync.Cond
	messages [][]byte
	size     int // of the messages, in bytes
	closed   bool
}

func newBacklog() *backlog {
	b := &backlog{}
	b.changed = sync.NewCond(&b.mu)
	return b
}

// push appends a message, if there is room, and tells whether there was.
func (b *backlog) push(message []byte) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.size > 0 && b.size+len(message) > MaxBacklog {
		return false
	}
	b.messages = append(b.messages, message)
	b.size += len(message)
	b.changed.Signal()
	return true
}

// pop takes the first message, and waits while there is none. It returns false when the backlog is
// closed.
func (b *backlog) pop() ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.messages) == 0 && !b.closed {
		b.changed.Wait()
	}
	if b.closed {
		return nil, false
	}
	message := b.messages[0]
	b.messages[0] = nil
	b.messages = b.messages[1:]
	b.size -= len(message)
	return message, true
}

// close ends the waiting.
func (b *backlog) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.changed.Signal()
}
