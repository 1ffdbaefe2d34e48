package zmq

import (
	"net/netip"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/zmtp"
	"github.com/chatspec/chatspec/steps"
)

// Vocabulary is the sentences of chats over ZeroMQ.
func Vocabulary() steps.Vocabulary {
	return steps.Vocabulary{
		Name:      "zmq",
		Protocol:  zmtp.Protocol,
		Sentences: sentences(),
		Begin:     func(run *stage.Run, _ steps.Services) steps.Session { return begin(run) },
	}
}

// A world is what one scenario's sentences share.
type world struct {
	*steps.World
	session *session

	server  string                    // which program is the server
	poster  string                    // which program posts; nothing, where that is to be found out
	visited bool                      // somebody is connected to the server, and says nothing
	addrs   []netip.AddrPort          // where the server should listen
	links   map[string]netip.AddrPort // where users reach it
	sent    []string                  // what was sent at once
	authors map[string]string         // who has posted each of what was sent
}

// Open implements steps.Session.
func (s *session) Open(w *steps.World) any { return s.open(w) }

func (s *session) open(w *steps.World) *world {
	return &world{World: w, session: s, links: map[string]netip.AddrPort{}}
}
