package terminal_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/chatspec/chatspec/reference/terminal"
)

func TestLines(t *testing.T) {
	longest := strings.Repeat("x", terminal.MaxLine)
	tests := []struct {
		name, typed string
		want        []string
	}{
		{"nothing", "", nil},
		{"lines", "one\ntwo\n", []string{"one", "two"}},
		{"no newline at the end", "one\ntwo", []string{"one", "two"}},
		{"empty lines", "\none\n\n", []string{"", "one", ""}},
		{"to the letter", "  \"a\" \\ {b} \t\nпривет 👋\n", []string{"  \"a\" \\ {b} \t", "привет 👋"}},
		{"from Windows", "one\r\ntwo\r\n", []string{"one", "two"}},
		{"longest", longest + "\r\none\n", []string{longest, "one"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			keyboard := terminal.NewKeyboard(strings.NewReader(test.typed))
			got := slices.Collect(keyboard.Lines(t.Context()))
			if !slices.Equal(got, test.want) || keyboard.Err() != nil {
				t.Errorf("got %.100q, %v, want %.100q", got, keyboard.Err(), test.want)
			}
		})
	}
}

func TestLinesEndByAnError(t *testing.T) {
	broken := errors.New("broken")
	keyboard := terminal.NewKeyboard(io.MultiReader(strings.NewReader("one\n"), iotest.ErrReader(broken)))
	got := slices.Collect(keyboard.Lines(t.Context()))
	if !slices.Equal(got, []string{"one"}) || !errors.Is(keyboard.Err(), broken) {
		t.Errorf("got %q, %v", got, keyboard.Err())
	}
}

func TestLineTooLong(t *testing.T) {
	keyboard := terminal.NewKeyboard(strings.NewReader(strings.Repeat("x", 2*terminal.MaxLine)))
	got := slices.Collect(keyboard.Lines(t.Context()))
	if len(got) > 0 || !errors.Is(keyboard.Err(), bufio.ErrTooLong) {
		t.Errorf("got %d lines, %v", len(got), keyboard.Err())
	}
}

func TestLinesCanBeLeft(t *testing.T) {
	keyboard := terminal.NewKeyboard(strings.NewReader("one\ntwo\n"))
	for line := range keyboard.Lines(t.Context()) {
		if line != "one" {
			t.Errorf("got %q", line)
		}
		break
	}
	if err := keyboard.Err(); err != nil {
		t.Error(err)
	}
}

func TestLinesCanBeCancelled(t *testing.T) {
	in, keys := io.Pipe() // nobody ever types
	defer keys.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	keyboard := terminal.NewKeyboard(in)
	go func() {
		defer close(ended)
		for range keyboard.Lines(ctx) {
			t.Error("there is no line")
		}
	}()
	cancel()
	<-ended
	if err := keyboard.Err(); err != nil {
		t.Error(err)
	}
}

func TestShow(t *testing.T) {
	var out strings.Builder
	screen := terminal.NewScreen(&out)
	screen.Show("ann: hello")
	screen.Show("eve: hi\nbob: I agree")
	if got, want := out.String(), "ann: hello\neve: hi bob: I agree\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestShowAtOnce(t *testing.T) {
	const people, times = 8, 50
	line := strings.Repeat("x", 1000)
	var out strings.Builder
	screen := terminal.NewScreen(&out)
	var all sync.WaitGroup
	for range people {
		all.Go(func() {
			for range times {
				screen.Show(line)
			}
		})
	}
	all.Wait()
	if out.String() != strings.Repeat(line+"\n", people*times) {
		t.Error("lines are mixed")
	}
}
