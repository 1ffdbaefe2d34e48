package main_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// slow is a chat that tells the test when it runs, and then waits for ever;
// before, it does what else it is told to. Called waits until it runs, and
// reports whether it does. It reaches the test from this machine only.
func slow(t *testing.T, first string) (dir string, called func() bool) {
	t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	listener.SetDeadline(time.Now().Add(tooLong))
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	program := "import os, signal, socket, sys, time\n" + first + "\nhello = socket.create_connection(('127.0.0.1', " + port + "))\ntime.sleep(60)\n"
	return folder(t, map[string]string{"chat.py": program}), func() bool {
		conn, err := listener.Accept()
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
}

func TestAnInterruptedRunEndsWith130AndLeavesNothing(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	for _, c := range []struct {
		name   string
		signal os.Signal
		first  string // what the program does first
		args   []string
	}{
		{"SIGINT", syscall.SIGINT, "", nil},
		{"SIGTERM", syscall.SIGTERM, "", nil},
		{"SIGHUP", syscall.SIGHUP, "", nil},
		{"with dots", syscall.SIGINT, "", []string{"--format", "progress"}},
		{"a program that ignores it", syscall.SIGINT, "for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(s, signal.SIG_IGN)", nil},
		{"a program with a daemon", syscall.SIGINT, "if os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(60)\n  os._exit(0)\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.name == "SIGHUP" || c.name == "with dots" {
				longtest.Only(t) // much like the others
			}
			dir, called := slow(t, c.first)
			got := chatspec(t, call{
				args: append([]string{"run", dir, "--isolate", "none", "--patience", "100"}, c.args...),
				started: func(cmd *exec.Cmd) {
					if called() {
						cmd.Process.Signal(c.signal)
					}
				},
			})
			if got.status != 130 || strings.TrimSpace(got.stdout) != "" || got.stderr != warnings["none"]+"chatspec: interrupted; nothing is left running\n" {
				t.Errorf("it ends with %d, prints %q and says %q", got.status, got.stdout, got.stderr)
			}
		})
	}
}

// Whoever reads the report may go away early, as `head` does.
func TestAReaderThatGoesAwayLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	cmd, temp := call{args: []string{"run", "--format", "progress", "--tags", "@tcp-peer && @must"}}.command(t)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if first, err := bufio.NewReader(stdout).ReadByte(); err != nil || first != '.' {
		t.Errorf("it begins with %q: %v", first, err)
	}
	stdout.Close()
	cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != 2 || !strings.HasPrefix(complaint.String(), "chatspec: writing the report: ") {
		t.Errorf("it ends with %d (%v) and says %q", status, cmd.ProcessState, complaint.String())
	}
	checkNothingLeft(t, temp)
}

func TestAReportThatCannotBeWrittenIsSaid(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Logf("there is no full device here: %v", err)
		return
	}
	got := chatspec(t, call{args: []string{"run", "--tags", "@PEER-3.2", "--format", "json:/dev/full"}})
	if want := fmt.Sprintf("chatspec: writing the report: write /dev/full: %v\n", syscall.ENOSPC); got.status != 2 || got.stderr != want {
		t.Errorf("it ends with %d and says %q", got.status, got.stderr)
	}
}
