package chatroom

import (
	"context"
	"sync"
)

// most is how much may wait for a member who does not read, in bytes: whoever is behind further is
// not there any more.
const most = 16 << 20

// mailbox is what a member has still to be told. Nobody who puts something in waits for the member.
type mailbox struct {
	ended context.Context // when nothing more is put in
	end   context.CancelFunc
	wake  chan struct{} // tells that there is something

	mu    sync.Mutex
	lines []string
	size  int
}

func newMailbox() *mailbox {
	ended, end := context.WithCancel(context.Background())
	return &mailbox{ended: ended, end: end, wake: make(chan struct{}, 1)}
}

// put adds a line. A mailbox that is full is ended.
func (b *mailbox) put(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines, b.size = append(b.lines, line), b.size+len(line)
	if b.size > most {
		b.end()
	}
	select {
	case b.wake <- struct{}{}:
	default: // it is awake
	}
}

// take takes all lines out.
func (b *mailbox) take() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines := b.lines
	b.lines, b.size = nil, 0
	return lines
}
