package main_test

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// onTerminal calls the command on a terminal and returns its exit status and
// all that it writes there. What is typed is handed over when typing is closed.
func onTerminal(t *testing.T, c call, typing <-chan string) (status int, screen string) {
	t.Helper()
	cmd, temp := c.command(t)
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	go func() {
		for text := range typing {
			io.WriteString(master, text)
		}
	}()
	// At the end of the command, reading fails.
	data, _ := io.ReadAll(master)
	cmd.Wait()
	checkNothingLeft(t, temp)
	return cmd.ProcessState.ExitCode(), string(data)
}

func TestATerminalGetsColourAndProgress(t *testing.T) {
	t.Parallel()
	status, screen := onTerminal(t, call{args: []string{"run", "--tags", "@PEER-2.1"}, env: []string{"TERM=xterm-256color"}}, nil)
	if status != 0 {
		t.Errorf("it ends with %d", status)
	}
	if !regexp.MustCompile(`\d of 3 scenarios`).MatchString(screen) {
		t.Errorf("no progress is shown: %q", screen)
	}
	if !regexp.MustCompile(`\x1b\[3?2;?\d*m✓ PEER-2.1`).MatchString(screen) {
		t.Errorf("what has passed is not green: %q", screen)
	}
	if !strings.HasSuffix(screen, "rules passed: 1 of 1 must\r\n") {
		t.Errorf("it does not end with the summary: %q", screen)
	}
}

func TestATerminalIsPlainWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"NO_COLOR=1", "TERM=dumb"} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			status, screen := onTerminal(t, call{args: []string{"run", "--tags", "@PEER-2.1"}, env: []string{"TERM=xterm-256color", variable}}, nil)
			if status != 0 || strings.Contains(screen, "\x1b") || !strings.HasPrefix(screen, "tcp-peer · reference\r\n") {
				t.Errorf("it ends with %d and shows %q", status, screen)
			}
		})
	}
}

func TestAReportInAFileIsPlainOnATerminalToo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "report.txt")
	status, screen := onTerminal(t, call{args: []string{"run", "--tags", "@PEER-3.2", "--format", "pretty:" + file}, env: []string{"TERM=xterm-256color"}}, nil)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if status != 0 || screen != "" || strings.Contains(string(data), "\x1b") || !strings.Contains(string(data), "✓ PEER-3.2") {
		t.Errorf("it ends with %d, shows %q, and the file is %q", status, screen, data)
	}
}

func TestControlCAtTheTerminalEndsTheRun(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir, called := slow(t, "")
	typing := make(chan string)
	go func() {
		defer close(typing)
		if called() {
			typing <- "\x03"
		}
	}()
	status, screen := onTerminal(t, call{args: []string{"run", dir, "--isolate", "none", "--patience", "100"}, env: []string{"TERM=xterm-256color"}}, typing)
	if status != 130 || !strings.HasSuffix(screen, "chatspec: interrupted; nothing is left running\r\n") {
		t.Errorf("it ends with %d and shows %q", status, screen)
	}
}
