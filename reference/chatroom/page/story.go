package page

import (
	"regexp"
	"strings"
	"sync"
)

// What is kept of the lines that were shown: whoever opens the window later sees the last ones.
const (
	mostLines = 1000
	mostBytes = 4 << 20
)

// line is one that a window shows.
type line struct {
	Kind string `json:"kind"` // said by somebody, own, or told by the program
	Who  string `json:"who"`
	When string `json:"when"` // with what stands around it
	Text string `json:"text"`
}

func (l line) size() int { return len(l.Who) + len(l.When) + len(l.Text) }

// since finds the time of a message, with what stands around it.
var since = regexp.MustCompile(`^:\(\d{1,9}:\d\d\)-`)

// read makes a line of a text: a message such as A:(0:12)-Hello, or what the program tells. The first
// time in a message is its own: others are in its text.
func read(text string) line {
	for at := 1; at < len(text); at++ {
		next := strings.Index(text[at:], ":(")
		if next < 0 {
			break
		}
		at += next
		if when := since.FindString(text[at:]); when != "" {
			return line{Kind: "said", Who: text[:at], When: when, Text: text[at+len(when):]}
		}
	}
	return line{Kind: "told", Text: text}
}

// beside is what stands beside the lines.
type beside struct {
	Name   string   `json:"name"`   // whose window it is
	Label  string   `json:"label"`  // of the field, where there is one
	People []string `json:"people"` // who is in the room, where that is shown
	Kept   string   `json:"kept"`   // what is in log.txt, where that is written
	Ended  bool     `json:"ended"`  // the program has
}

// story is what a window shows, from the first line on.
type story struct {
	mu      sync.Mutex
	lines   []line // the last ones
	size    int    // of these, in bytes
	told    int    // how many there were
	beside  beside
	changed chan struct{} // closed with the next change
}

func newStory(first beside) *story { return &story{beside: first, changed: make(chan struct{})} }

// show adds a line.
func (s *story) show(l line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines, s.size, s.told = append(s.lines, l), s.size+l.size(), s.told+1
	for len(s.lines) > 1 && (len(s.lines) > mostLines || s.size > mostBytes) {
		s.size -= s.lines[0].size()
		s.lines = s.lines[1:]
	}
	s.wake()
}

// alter changes what stands beside the lines. What a slice holds is never altered.
func (s *story) alter(change func(*beside)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.beside)
	s.wake()
}

func (s *story) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// part is what is to be shown to who has seen some lines.
type part struct {
	Told  int    `json:"-"`
	Lines []line `json:"lines"`
	beside
	changed <-chan struct{} // closed when there is more
}

// after returns what there is after so many lines, of those that are kept.
func (s *story) after(told int) part {
	s.mu.Lock()
	defer s.mu.Unlock()
	missing := min(max(0, s.told-told), len(s.lines))
	lines := append([]line{}, s.lines[len(s.lines)-missing:]...)
	return part{Told: s.told, Lines: lines, beside: s.beside, changed: s.changed}
}
