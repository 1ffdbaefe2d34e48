package main_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// A watching is a call of `chatspec watch`.
type watching struct {
	t    *testing.T
	cmd  *exec.Cmd
	said *bufio.Reader
	temp string
	all  strings.Builder
	// complaint is what it has said to standard error, once it has ended.
	complaint *strings.Builder
}

// watch calls the command on a folder.
func watch(t *testing.T, dir string, args ...string) *watching {
	t.Helper()
	cmd, temp := call{args: append([]string{"watch", dir}, args...)}.command(t)
	w := &watching{t: t, cmd: cmd, temp: temp, complaint: &strings.Builder{}}
	cmd.Stderr = w.complaint
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.said = bufio.NewReader(stdout)
	return w
}

// until reads what it prints until a line holds a text, and returns the lines since the last call.
func (w *watching) until(text string) string {
	w.t.Helper()
	var since strings.Builder
	for {
		line, err := w.said.ReadString('\n')
		since.WriteString(line)
		w.all.WriteString(line)
		if strings.Contains(line, text) {
			return since.String()
		}
		if err != nil {
			w.cmd.Wait()
			w.t.Fatalf("it does not say %q (%v):\n%s\n%s", text, err, w.all.String(), w.complaint.String())
		}
	}
}

// interrupt ends it as Ctrl-C does.
func (w *watching) interrupt() {
	w.t.Helper()
	w.cmd.Process.Signal(syscall.SIGINT)
	w.cmd.Wait()
	if status := w.cmd.ProcessState.ExitCode(); status != 130 || !strings.HasSuffix(w.complaint.String(), "chatspec: interrupted; nothing is left running\n") {
		w.t.Errorf("it ends with %d and says %q", status, w.complaint.String())
	}
	checkNothingLeft(w.t, w.temp)
}

// save writes a file as editors do: beside it, and in its place.
func save(t *testing.T, dir, name, text string) {
	t.Helper()
	beside := filepath.Join(dir, "."+name+".new")
	if err := os.WriteFile(beside, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(beside, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatIsSavedIsJudgedAgainWhatFailedFirst(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	wrong := counting(t)
	dir := folder(t, map[string]string{"chat.py": right})
	w := watch(t, dir, "--rule", "PEER-3.2,PEER-4.1")
	w.until("tcp-peer: conformant; ")
	save(t, dir, "chat.py", wrong)
	if said := w.until("tcp-peer: nonconformant; "); !strings.Contains(said, " chat.py: judged again\n") || !strings.Contains(said, "✗ PEER-3.2 ") || !strings.Contains(said, "Expected") {
		t.Errorf("of the fault it says\n%s", said)
	}
	save(t, dir, "chat.py", wrong+"\n# and a comment\n")
	if said := w.until("tcp-peer: nonconformant; "); !strings.Contains(said, ", what failed first: PEER-3.2\n  ✗ PEER-3.2 does not pass yet\n") {
		t.Errorf("of the fault that is still there it says\n%s", said)
	}
	save(t, dir, "chat.py", right)
	if said := w.until("tcp-peer: conformant; "); !strings.Contains(said, ", what failed first: PEER-3.2\n  ✓ PEER-3.2 passes now\n") {
		t.Errorf("when it is mended it says\n%s", said)
	}
	w.interrupt()
}

func TestWhoSavesWhileItIsJudgedHasItJudgedAnew(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	dir, called := slow(t, "")
	w := watch(t, dir, "--rule", "PEER-4.1", "--isolate", "none", "--patience", "100")
	if !called() {
		t.Fatal("the program that waits for ever does not run")
	}
	save(t, dir, "chat.py", right)
	if said := w.until("tcp-peer: conformant; "); strings.Contains(said, "✗") {
		t.Errorf("it says\n%s", said)
	}
	w.interrupt()
}

func TestAFolderThatCannotBeJudgedIsWatchedOn(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"essay.txt": "on chats"})
	w := watch(t, dir, "--rule", "PEER-4.1")
	save(t, dir, "chat.py", right)
	w.until("tcp-peer: conformant; ")
	if err := os.Remove(filepath.Join(dir, "chat.py")); err != nil {
		t.Fatal(err)
	}
	w.until(" chat.py: judged again")
	save(t, dir, "chat.py", right)
	w.until("tcp-peer: conformant; ")
	w.interrupt()
}

func TestWatchEndsWhereNothingCanBeWatched(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ dir, want string }{
		{"nowhere", "chatspec: watching nowhere: lstat nowhere: no such file or directory\n"},
		{"watch_test.go", "chatspec: watching watch_test.go: it is no folder\n"},
	} {
		if got := chatspec(t, call{args: []string{"watch", c.dir}}); got.status != 2 || got.stderr != c.want {
			t.Errorf("it ends with %d and says %q", got.status, got.stderr)
		}
	}
	needs(t, "python3")
	dir := folder(t, map[string]string{"chat.py": right})
	w := watch(t, dir, "--rule", "PEER-4.1")
	w.until("tcp-peer: conformant; ")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	w.cmd.Wait()
	if status := w.cmd.ProcessState.ExitCode(); status != 2 || w.complaint.String() != "chatspec: the folder is gone\n" {
		t.Errorf("it ends with %d and says %q", status, w.complaint.String())
	}
	checkNothingLeft(t, w.temp)
}
