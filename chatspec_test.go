package chatspec_test

import (
	"archive/zip"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chatspec/chatspec"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/grading"
)

// The variables by which a test is started anew, to see how it ends.
const (
	targetVariable  = "CHATSPEC_TEST_TARGET"
	isolateVariable = "CHATSPEC_TEST_ISOLATE"
	rulesVariable   = "CHATSPEC_TEST_RULES"
)

// TestGiven judges what the others give it; by itself there is nothing to be judged.
func TestGiven(t *testing.T) {
	target, given := os.LookupEnv(targetVariable)
	if !given {
		t.Skip("no other test has started it")
	}
	chatspec.Run(t, target, chatspec.Rules(strings.Split(os.Getenv(rulesVariable), ",")...), chatspec.Isolate(os.Getenv(isolateVariable)), chatspec.Patience(100))
}

// given is a call of TestGiven.
func given(t *testing.T, target, rules, isolate string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestGiven$", "-test.v")
	cmd.Env = append(os.Environ(), targetVariable+"="+target, rulesVariable+"="+rules, isolateVariable+"="+isolate, "TMPDIR="+t.TempDir())
	return cmd
}

// sample is where a sample is.
func sample(name string) string {
	return filepath.Join("fixtures", "submissions", filepath.FromSlash(name))
}

// needsPython skips a test where there is none; in CI nothing is skipped.
func needsPython(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("python3")
	if err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip(err)
}

func TestARightChatPasses(t *testing.T) {
	needsPython(t)
	results := chatspec.Run(t, sample("tcp-peer/python-threads"), chatspec.Rules("PEER-3.2"))
	if len(results) != 1 || results[0].Assignment != "tcp-peer" || results[0].Verdict != grading.Conformant || results[0].Score.Earned == 0 {
		t.Errorf("it comes to %+v", results)
	}
	if sandbox.Check() == nil && results[0].Isolation != string(sandbox.OwnHost) {
		t.Errorf("its programs live in the way %q, and hosts can be had", results[0].Isolation)
	}
}

func TestAChatInAnArchivePasses(t *testing.T) {
	needsPython(t)
	name := filepath.Join(t.TempDir(), "homework.zip")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	packed := zip.NewWriter(file)
	if err := packed.AddFS(os.DirFS(sample("tcp-peer/python-threads"))); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if results := chatspec.Run(t, name, chatspec.Tags("@PEER-4.1"), chatspec.Assignment("tcp-peer"), chatspec.Jobs(1)); len(results) != 1 || results[0].Target != name {
		t.Errorf("it comes to %+v", results)
	}
}

// counting is a folder with a chat that counts from 1.
func counting(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(sample("tcp-peer/python-threads"), "chat.py"))
	if err != nil {
		t.Fatal(err)
	}
	const before, after = "\n    seq = 0\n", "\n    seq = 1\n"
	if !strings.Contains(string(text), before) {
		t.Fatalf("the sample has no %q any more", before)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "chat.py"), []byte(strings.Replace(string(text), before, after, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAFaultFailsTheSubtestOfItsRule(t *testing.T) {
	needsPython(t)
	said, err := given(t, counting(t), "PEER-3.2", "auto").CombinedOutput()
	if err == nil {
		t.Error("it passes")
	}
	for _, part := range []string{
		"--- FAIL: TestGiven/PEER-3.2 ", "--- FAIL: TestGiven/PEER-3.2/Three_messages ", "--- PASS: TestGiven/PEER-2.1 ",
		"Expected: the messages to bob carry the `seq` 0, 1, 2", "Observed: they carry 1, 2, 3", "Hint: begin with 0", "What happened last: ",
	} {
		if !strings.Contains(string(said), part) {
			t.Errorf("it does not say %q:\n%s", part, said)
		}
	}
}

func TestWhatIsBlockedOrCannotBeSeenIsSkippedWithItsReason(t *testing.T) {
	needsPython(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "chat.py"), []byte("print('\x1b[31mno chat')\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	said, err := given(t, dir, "PEER-3.2", "auto").CombinedOutput()
	if err == nil || !strings.Contains(string(said), "--- SKIP: TestGiven/PEER-3.2/") || !strings.Contains(string(said), "blocked: expected ") {
		t.Errorf("it ends with %v:\n%s", err, said)
	}
	if strings.Contains(string(said), "\x1b") {
		t.Errorf("what a program prints rules the terminal: %q", said)
	}
}

func TestWhatCannotBeJudgedFailsTheTestInASentence(t *testing.T) {
	for _, c := range []struct{ target, rules, isolate, want string }{
		{"nowhere", "PEER-3.2", "auto", `nowhere could not be judged: there is no folder "nowhere"`},
		{sample("tcp-peer/python-threads"), "PEER-99.1", "auto", `no scenario has the tags "@PEER-99.1"`},
		{sample("tcp-peer/python-threads"), "PEER-3.2", "twice", `programs are isolated in the way auto, host, container or none, not "twice"`},
		{sample("tcp-peer/python-threads"), "(", "auto", `"@(" is no tag expression`},
	} {
		said, err := given(t, c.target, c.rules, c.isolate).CombinedOutput()
		if err == nil || !strings.Contains(string(said), c.want) || strings.Contains(string(said), "panic") {
			t.Errorf("it ends with %v, and says\n%s", err, said)
		}
	}
}

// TestInterruptedTestsLeaveNothing: neither a process nor a file.
func TestInterruptedTestsLeaveNothing(t *testing.T) {
	needsPython(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dir := t.TempDir()
	program := fmt.Sprintf("import socket, time\nhere = socket.create_connection(('127.0.0.1', %d))\ntime.sleep(600)\n", listener.Addr().(*net.TCPAddr).Port)
	if err := os.WriteFile(filepath.Join(dir, "chat.py"), []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := given(t, dir, "PEER-1.1", "none")
	temp := strings.TrimPrefix(cmd.Env[len(cmd.Env)-1], "TMPDIR=")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	cmd.Process.Signal(os.Interrupt)
	cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != 130 || said.String() != "chatspec: interrupted; nothing is left running\n" {
		t.Errorf("it ends with %d and says %q", status, said.String())
	}
	conn.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := conn.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
		t.Errorf("the program lives on: %v", err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left in TMPDIR: %v, %v", left, err)
	}
}
