package main_test

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chatspec/chatspec/reference/internal/loopback"
)

// TestCommand runs the program as a process.
func TestCommand(t *testing.T) {
	program := filepath.Join(t.TempDir(), "reference")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	t.Run("normal end", func(t *testing.T) { testNormalEnd(t, program) })
	t.Run("wrong use", func(t *testing.T) { testWrongUse(t, program) })
	t.Run("failure", func(t *testing.T) { testFailure(t, program) })
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) { testSignal(t, program, signal) })
	}
}

func testNormalEnd(t *testing.T, program string) {
	bob := loopback.NewPeer(t)
	cmd := exec.CommandContext(t.Context(), program, "chat", "ann", loopback.Port(t), bob.Address().String())
	cmd.Stdin = strings.NewReader("hello\nexit\n")
	check(t, cmd, 0, "")
	conn := bob.Accept()
	conn.Want(`{"seq":0,"user":"ann","message":"hello"}`)
	conn.WantEnd()
}

func testWrongUse(t *testing.T, program string) {
	check(t, exec.CommandContext(t.Context(), program), 2, "usage: ")
	check(t, exec.CommandContext(t.Context(), program, "chat", "ann"), 2, "usage: chat NAME PORT")
}

func testFailure(t *testing.T, program string) {
	server := loopback.Nowhere(t).String()
	check(t, exec.CommandContext(t.Context(), program, "chat5", "ann", loopback.Port(t), server), 1, server)
}

// testSignal ends a program that waits.
func testSignal(t *testing.T, program string, signal syscall.Signal) {
	cmd := exec.CommandContext(t.Context(), program, "server5", loopback.Nowhere(t).String())
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	if !strings.HasPrefix(line, "waiting for clients") {
		t.Errorf("it shows %q", line)
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, stdout)
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

// check runs a command to its end and checks how that comes.
func check(t *testing.T, cmd *exec.Cmd, wantStatus int, wantComplaint string) {
	t.Helper()
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	_ = cmd.Run()
	if status := cmd.ProcessState.ExitCode(); status != wantStatus {
		t.Errorf("%q ends with %d, want %d", cmd.Args[1:], status, wantStatus)
	}
	if got := complaints.String(); !strings.Contains(got, wantComplaint) || (wantComplaint == "") != (got == "") {
		t.Errorf("%q complains %q, want %q", cmd.Args[1:], got, wantComplaint)
	}
}
