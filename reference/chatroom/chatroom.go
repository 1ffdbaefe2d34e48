// Package chatroom is the programs server and client of the assignment http: a room in which four
// people talk, over HTTP, and a file in which all that they say is kept.
//
// Whoever comes asks for /log.txt under a name (GET), and is answered with what the others say, a
// line each, as long as the connection lasts. What somebody says is sent to the same place (POST).
//
// Both are used at terminals, or in windows, for which a browser is needed.
package chatroom

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
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

// anyPort is where a window is served if nobody says where.
func anyPort() netip.AddrPort { return netip.MustParseAddrPort("127.0.0.1:0") }

// cutWindow takes the end of a command line that asks for a window: --window, and where it is served,
// which is on this machine. Without it the address is not valid.
func cutWindow(args []string) (others []string, window netip.AddrPort, err error) {
	at := slices.Index(args, "--window")
	if at < 0 {
		return args, netip.AddrPort{}, nil
	}
	switch after := args[at+1:]; len(after) {
	case 0:
		return args[:at], anyPort(), nil
	case 1:
		window, err = link.ParseAddress(after[0])
	default:
		return nil, window, errors.New("--window and its address are the last arguments")
	}
	if err == nil && !window.Addr().IsLoopback() {
		err = fmt.Errorf("%s can be reached from elsewhere: a window is for this machine alone", window)
	}
	return args[:at], window, err
}

func parseAddress(program string, args []string) (netip.AddrPort, error) {
	if len(args) != 2 {
		return netip.AddrPort{}, errors.New(program + "'s IP address and its port are needed")
	}
	return link.ParseAddress(args[0] + ":" + args[1])
}
