package steps

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
)

// The pieces of which sentences are made.
const (
	// Name is somebody: a name in quotes, or the server.
	Name = `("[^"]+"|the server)`
	// Names are several.
	Names = `("[^"]+"(?:, "[^"]+")*(?: and "[^"]+")?)`
	// Line is a line of text in quotes.
	Line = `"(.*)"`
)

// Server is who «the server» is in a sentence.
const Server = "server"

// A World is what one scenario's sentences share.
type World struct {
	Run   *stage.Run
	Stage *stage.Stage

	Actor string // the program that started last
	Typed string // the line that was typed or sent last
	Mark  int    // where the last line was typed

	// Draw is what stands in the place of the features' names: what a sentence has of its own is taken from it, too.
	Draw Draw

	// Longest is the longest wait of a program's own that is waited out to see what it does
	// then; 0 stands for the deadline.
	Longest time.Duration

	said  map[string]int // where a text was typed or sent first
	shown map[string]int // where to look for what somebody has sent
}

// NewWorld is the world of a scenario that is played on a stage.
func NewWorld(run *stage.Run, on *stage.Stage) *World {
	return &World{Run: run, Stage: on, said: map[string]int{}, shown: map[string]int{}}
}

// Unquote reads a name.
func Unquote(text string) string {
	if text == "the server" {
		return Server
	}
	return strings.Trim(text, `"`)
}

var quoted = regexp.MustCompile(`"([^"]*)"`)

// List reads a list of names or texts in quotes.
func List(text string) []string {
	var found []string
	for _, match := range quoted.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

// IsActor reports whether a program of the target plays name.
func (w *World) IsActor(name string) bool {
	_, err := w.Stage.Actor(name)
	return err == nil
}

// Start starts a program of the target.
func (w *World) Start(start stage.Start) error {
	w.Actor = start.Name
	return w.Stage.Start(start)
}

// Remember keeps where a text was typed or sent first.
func (w *World) Remember(text string) {
	if _, known := w.said[text]; !known {
		w.said[text] = w.Stage.Mark()
	}
}

// Since is where a text was typed or sent first.
func (w *World) Since(text string) int { return w.said[text] }

// Sends remembers that somebody sends a text now: what others see of it comes later.
func (w *World) Sends(author, text string) {
	w.shown[author] = w.Stage.Mark()
	w.Remember(text)
}

// Received finds the last message to somebody with text in it, which has no kind
// where there is none.
func Received(events []journal.Event, to, text string) journal.Event {
	for _, e := range slices.Backward(journal.Messages(events, to)) {
		if strings.Contains(e.Message.String(), text) {
			return e
		}
	}
	return journal.Event{To: to}
}

// Types types a line and remembers what «it» is.
func (w *World) Types(ctx context.Context, user, text string) error {
	return w.TypesAll(ctx, user, text)
}

// TypesAll types lines in one go. «It» is the first.
func (w *World) TypesAll(ctx context.Context, user string, lines ...string) error {
	w.Mark = w.Stage.Mark()
	w.Typed = lines[0]
	for _, line := range lines {
		w.Remember(line)
	}
	return w.Stage.Type(ctx, Unquote(user), lines...)
}
