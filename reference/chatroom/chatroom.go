// Package chatroom is the programs server and client of the assignment http: a room in which four
// people talk, over HTTP, and a file in which all that they say is kept.
//
// Whoever comes asks for /log.txt under a name (GET), and is answered with what the others say, a
// line each, as long as the connection lasts. What somebody says is sent to the same place (POST).
package chatroom

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/chatspec/chatspec/reference/link"
)

const (
	logFile     = "log.txt" // in the server's working folder, and what is asked for
	seats       = 4
	longestName = 40      // bytes
	longestText = 1 << 20 // bytes
)

// message is something that somebody has said.
type message struct {
	author string
	since  time.Duration // since the author's message before
	text   string
}

// String is the message as it is shown and kept.
func (m message) String() string {
	seconds := int(m.since / time.Second)
	return fmt.Sprintf("%s:(%d:%02d)-%s", m.author, seconds/60, seconds%60, m.text)
}

// target is what somebody of a name asks for.
func target(name string) string {
	return "/" + logFile + "?" + url.Values{"name": {name}}.Encode()
}

func parseAddress(program string, args []string) (netip.AddrPort, error) {
	if len(args) != 2 {
		return netip.AddrPort{}, errors.New(program + "'s IP address and its port are needed")
	}
	return link.ParseAddress(args[0] + ":" + args[1])
}
