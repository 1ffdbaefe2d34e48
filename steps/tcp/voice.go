package tcp

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
)

// A talk is a stage on which chats talk to each other.
type talk struct {
	*stage.Stage
	*session

	mu     sync.Mutex
	said   map[string]int // how many messages each peer has made
	probes int
}

func (s *session) on(st *stage.Stage) *talk {
	return &talk{Stage: st, session: s, said: map[string]int{}}
}

// number returns the seq of a peer's next message.
func (t *talk) number(p *stage.Peer) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said[p.Name]++
	return t.said[p.Name] - 1
}

// nextProbe numbers the probes.
func (t *talk) nextProbe() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.probes++
	return t.probes
}

// encode writes a message as a program would write it, in the name of a peer.
func (t *talk) encode(p *stage.Peer, encoding jsonstream.Encoding, values ...jsonstream.Value) []byte {
	return encoding.For(jsonstream.Identity{Name: p.Name, Addr: p.Addr}).Encode(values...)
}

// encodeReversed writes the next chat message of a peer in another order, and with a
// member that nobody knows.
func (t *talk) encodeReversed(p *stage.Peer, encoding jsonstream.Encoding, text string) []byte {
	speaker := encoding.For(jsonstream.Identity{Name: p.Name, Addr: p.Addr})
	return speaker.EncodeReversed(jsonstream.Value{Name: "colour", Raw: `"green"`}, t.chatMessage(p, text)...)
}

// chatMessage lists the members of the next chat message of a peer.
func (t *talk) chatMessage(p *stage.Peer, text string) []jsonstream.Value {
	return []jsonstream.Value{
		{Name: "seq", Raw: strconv.Itoa(t.number(p))},
		{Name: "user", Raw: quote(p.Name)},
		{Name: "message", Raw: quote(text)},
	}
}

// quote writes a JSON string (RFC 8259, section 7) with nothing escaped that
// need not be.
func quote(text string) string {
	var quoted bytes.Buffer
	enc := json.NewEncoder(&quoted)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		return strconv.Quote(text)
	}
	return strings.TrimSuffix(quoted.String(), "\n")
}
