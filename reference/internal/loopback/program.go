// Package loopback is what the tests of the reference put around a program: a person at its
// terminal, and others on its network. Nothing here waits for time to pass; the one deadline is
// there to end a test that fails.
package loopback

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"
)

// Patience is how long something may take that a right program does at once.
const Patience = 20 * time.Second

// Run is how a program is run.
type Run func(ctx context.Context, in io.Reader, out io.Writer) error

// Program is a running program and the person at its terminal.
type Program struct {
	t      testing.TB
	keys   *io.PipeWriter
	shown  *screen
	cancel context.CancelFunc
	ended  chan struct{}
	err    error
}

// Start starts a program. The test's end cancels it, and fails if it does not end by that.
func Start(t testing.TB, run Run) *Program {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	in, keys := io.Pipe()
	p := &Program{t: t, keys: keys, shown: newScreen(), cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		p.err = run(ctx, in, p.shown)
	}()
	t.Cleanup(func() {
		cancel()
		p.wait()
		in.Close() // the read that was left to itself ends as well
	})
	return p
}

// Type types lines, one at a time.
func (p *Program) Type(lines ...string) {
	p.t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(p.keys, line+"\n"); err != nil {
			p.t.Fatalf("typing %.40q: %v", line, err)
		}
	}
}

// EndInput ends the input, by an error if there is one.
func (p *Program) EndInput(err error) {
	p.keys.CloseWithError(err)
}

// Cancel cancels the program's context.
func (p *Program) Cancel() {
	p.cancel()
}

// WantShown checks the next line on the screen.
func (p *Program) WantShown(want string) {
	p.t.Helper()
	if got := p.Shown(); got != want {
		p.t.Fatalf("the screen shows %.80q, want %.80q", got, want)
	}
}

// Shown returns the next line on the screen.
func (p *Program) Shown() string {
	p.t.Helper()
	select {
	case line := <-p.shown.lines:
		return line
	case <-time.After(Patience):
		p.t.Fatal("nothing is shown")
		return ""
	}
}

// ShownYet returns the next line on the screen, if there is one by now.
func (p *Program) ShownYet() (string, bool) {
	select {
	case line := <-p.shown.lines:
		return line, true
	default:
		return "", false
	}
}

// WantNothingMore checks that the program, which has ended, showed nothing else.
func (p *Program) WantNothingMore() {
	p.t.Helper()
	if line, more := p.ShownYet(); more {
		p.t.Fatalf("the screen shows %.80q, want nothing more", line)
	}
}

// WantEnd checks that the program ends without an error.
func (p *Program) WantEnd() {
	p.t.Helper()
	if err := p.End(); err != nil {
		p.t.Fatalf("the program ended with %v", err)
	}
}

// End waits for the program's end and returns its error.
func (p *Program) End() error {
	p.t.Helper()
	if !p.wait() {
		p.t.FailNow()
	}
	return p.err
}

func (p *Program) wait() bool {
	p.t.Helper()
	select {
	case <-p.ended:
		return true
	case <-time.After(Patience):
		p.t.Error("the program does not end")
		return false
	}
}

// screen cuts what is written into lines, and refuses a write that is not made of whole ones: two
// goroutines could mix theirs.
type screen struct {
	mu    sync.Mutex
	lines chan string
}

func newScreen() *screen {
	return &screen{lines: make(chan string, 1<<16)} // more than any test shows, so that no program waits
}

// Write takes whole lines.
func (s *screen) Write(text []byte) (int, error) {
	if !s.mu.TryLock() {
		return 0, s.refuse("two write at once")
	}
	defer s.mu.Unlock()
	if !bytes.HasSuffix(text, []byte("\n")) {
		return 0, s.refuse("a part of a line is written")
	}
	for line := range bytes.Lines(text) {
		s.lines <- string(bytes.TrimSuffix(line, []byte("\n")))
	}
	return len(text), nil
}

func (s *screen) refuse(why string) error {
	s.lines <- "screen: " + why
	return errors.New(why)
}
