// Package terminal is the person's side of a chat program: a keyboard to type lines on and a screen
// to show lines on.
package terminal

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
)

// MaxLine is the length in bytes of the longest line that can be typed.
const MaxLine = 1 << 20

// Keyboard is what a person types.
type Keyboard struct {
	in  io.Reader
	err error
}

// NewKeyboard returns the Keyboard whose keys arrive on in.
func NewKeyboard(in io.Reader) *Keyboard {
	return &Keyboard{in: in}
}

// Lines returns the lines that are typed, to the letter but without their ends, until the input
// ends or ctx is cancelled. It can be called once.
//
// A read that waits for a key cannot be cancelled. It is left to itself: it ends with the next key,
// or with the input.
func (k *Keyboard) Lines(ctx context.Context) iter.Seq[string] {
	return func(yield func(string) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		lines, failed := scan(ctx, k.in)
		for {
			select {
			case <-ctx.Done():
				return
			case line, open := <-lines:
				if !open {
					k.err = <-failed
					return
				}
				if !yield(line) {
					return
				}
			}
		}
	}
}

// Err returns the error that ended the input, if it was not its natural end.
func (k *Keyboard) Err() error {
	if k.err == nil {
		return nil
	}
	return fmt.Errorf("reading what is typed: %w", k.err)
}

func scan(ctx context.Context, in io.Reader) (<-chan string, <-chan error) {
	lines := make(chan string)
	failed := make(chan error, 1)
	go func() {
		defer close(lines)
		defer close(failed)
		scanner := bufio.NewScanner(in)
		scanner.Buffer(nil, MaxLine+len("\r\n"))
		for scanner.Scan() {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
		failed <- scanner.Err()
	}()
	return lines, failed
}

// Screen is what a person reads. Any number of goroutines may show something at once.
type Screen struct {
	mu  sync.Mutex
	out io.Writer
}

// NewScreen returns the Screen that writes to out.
func NewScreen(out io.Writer) *Screen {
	return &Screen{out: out}
}

// Show shows a text as one line. That it cannot be written is no reason to end a conversation, so
// nobody is told.
func (s *Screen) Show(text string) {
	// Otherwise a message with a newline in it could pass for two, the second from anybody.
	text = strings.ReplaceAll(text, "\n", " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.out, text+"\n")
}
