package zmqchat

import (
	"errors"
	"fmt"
	"sync"

	"github.com/chatspec/chatspec/reference/zmq"
)

// maxBody is the length in bytes from which on a message is not taken, as subscribers could not
// receive it. The other half is for its channel's name, which is in the topic as well.
const maxBody = zmq.MaxMessage / 2

// board is what a server knows: everything that was posted, in order.
type board struct {
	accept  func(Message) error                // tells why a message is not taken, if it is not
	publish func(message Message, body []byte) // passes a message on, which is body as it is sent

	mu       sync.Mutex // held while a message is published, so that all get them in this order
	messages []Message
	ids      map[string]bool // of those that have one
}

func newBoard(accept func(Message) error, publish func(Message, []byte)) *board {
	return &board{accept: accept, publish: publish, ids: make(map[string]bool)}
}

// answer takes a request and returns the reply. Anybody may send anything: nothing is a reason to
// end.
func (b *board) answer(request [][]byte) []byte {
	response := reply{OK: true}
	if err := b.take(request); err != nil {
		response = reply{Reason: err.Error()}
	}
	encoded, err := encode(response)
	if err != nil {
		panic(fmt.Sprintf("zmqchat: a bool and a string can always be encoded: %v", err))
	}
	return encoded
}

func (b *board) take(request [][]byte) error {
	post, err := parsePost(request)
	if err != nil {
		return err
	}
	if err := b.accept(post.Message); err != nil {
		return err
	}
	body, err := encode(post.Message)
	if err != nil {
		return fmt.Errorf("passing the message on: %w", err)
	}
	if len(body) > maxBody {
		return errors.New("the message is too long")
	}
	b.record(post, body)
	return nil
}

// record keeps and publishes a message, but not twice: a client that did not get the reply posts its
// message again.
func (b *board) record(post post, body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if post.ID != "" && b.ids[post.ID] {
		return
	}
	if post.ID != "" {
		b.ids[post.ID] = true
	}
	b.messages = append(b.messages, post.Message)
	b.publish(post.Message, body)
}
