package page

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"sync"
)

// mostUnwritten is how much of what is said waits for the button, in bytes. What is more is written
// without it.
const mostUnwritten = 16 << 20

// Server is a server's window: who is in the room, what is said, and a button that appends it to
// log.txt.
type Server struct {
	*window

	mu        sync.Mutex
	log       io.Writer
	unwritten []byte // lines
	waiting   int    // how many these are
}

// OpenServer opens a server's window at an address, whose port may be 0 for any. Its button writes to
// log.
func OpenServer(at netip.AddrPort, log io.Writer) (*Server, error) {
	s := &Server{log: log}
	w, err := open(at, beside{Name: "the server", People: []string{}, Kept: "Nothing has been said yet."}, "append", s.press)
	if err != nil {
		return nil, err
	}
	s.window = w
	return s, nil
}

// Came tells that somebody is in the room.
func (s *Server) Came(name string) {
	s.story.alter(func(b *beside) { b.People = append(slices.Clone(b.People), name) })
	s.story.show(line{Kind: "told", Who: name, When: " ", Text: "comes in"})
}

// Left tells that somebody has left it.
func (s *Server) Left(name string) {
	s.story.alter(func(b *beside) {
		b.People = slices.DeleteFunc(slices.Clone(b.People), func(other string) bool { return other == name })
	})
	s.story.show(line{Kind: "told", Who: name, When: " ", Text: "leaves"})
}

// Write takes a line that somebody has said: it is shown, and waits for the button. Its error says
// that too much waits, and cannot be written.
func (s *Server) Write(said []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.story.show(read(string(bytes.TrimSuffix(said, []byte("\n")))))
	if len(s.unwritten)+len(said) > mostUnwritten {
		if err := s.write(); err != nil {
			return 0, err
		}
	}
	s.unwritten = append(s.unwritten, said...)
	s.count(s.waiting + 1)
	return len(said), nil
}

// Close closes the window: all browsers are told that the program has ended. It returns how many
// messages are not in the log.
func (s *Server) Close() int {
	s.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting
}

// press is what the button does.
func (s *Server) press(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	appended := s.waiting
	if err := s.write(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.story.show(line{Kind: "told", Text: appendedTo(appended)})
	w.WriteHeader(http.StatusNoContent)
}

// write appends to the log what is not in it.
func (s *Server) write() error {
	n, err := s.log.Write(s.unwritten)
	s.unwritten = s.unwritten[n:]
	s.count(bytes.Count(s.unwritten, []byte("\n")))
	if err != nil {
		return fmt.Errorf("writing log.txt: %w", err)
	}
	s.unwritten = nil
	return nil
}

// count keeps how many messages are not in the log, and shows it.
func (s *Server) count(waiting int) {
	s.waiting = waiting
	s.story.alter(func(b *beside) { b.Kept = kept(waiting) })
}

func kept(waiting int) string {
	switch waiting {
	case 0:
		return "All that was said is in log.txt."
	case 1:
		return "1 message is not in log.txt yet."
	}
	return fmt.Sprintf("%d messages are not in log.txt yet.", waiting)
}

func appendedTo(messages int) string {
	switch messages {
	case 0:
		return "there is nothing new for log.txt"
	case 1:
		return "1 message is appended to log.txt"
	}
	return fmt.Sprintf("%d messages are appended to log.txt", messages)
}
