package main_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chatspec/chatspec/fixtures/companion"
)

// binary is the command, which is built once.
var binary string

// atOnce is how many tests run at a time, where nobody says otherwise: they
// wait for deadlines, mostly.
const atOnce = "8"

func TestMain(m *testing.M) {
	flag.Parse()
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(filepath.Dir(binary))
	os.Exit(status)
}

func prepare() error {
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if !said {
		if err := flag.Set("test.parallel", atOnce); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp("", "chatspec-test-")
	if err != nil {
		return err
	}
	binary = filepath.Join(dir, "chatspec")
	if err := buildAll(dir); err != nil {
		return err
	}
	return os.Setenv(companion.Variable, dir)
}

// buildAll builds the command and its companions.
func buildAll(dir string) error {
	for name, source := range map[string]string{"chatspec": ".", companion.Host: "../chatspec-host", companion.Reference: "../../reference/main"} {
		if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, name), source).CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", name, err, out)
		}
	}
	return nil
}

// A call is one call of the command.
type call struct {
	args []string
	// dir is where it is called, or nothing.
	dir string
	// env is added to the environment.
	env []string
	// ordinary calls it as an ordinary user, also where the test is root.
	ordinary bool
	// started, where it is not nil, is called when it runs.
	started func(*exec.Cmd)
	// longest is when it is given up, where that is not tooLong.
	longest time.Duration
}

// An ending is how a call came to its end.
type ending struct {
	status         int
	stdout, stderr string
	// peak is the most memory that the command itself had, in bytes.
	peak int64
}

// tooLong is when a call is given up. No test depends on its length.
const tooLong = 8 * time.Minute

// chatspec calls the command and waits for its end. Whatever it was asked for,
// it leaves no process and no file behind.
func chatspec(t *testing.T, c call) ending {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd, temp := c.command(t)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	peak := watchMemory(cmd.Process.Pid)
	if c.started != nil {
		c.started(cmd)
	}
	cmd.Wait()
	e := ending{status: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String(), peak: peak()}
	if e.status < 0 {
		t.Errorf("it ended by itself in no way (%v); standard error:\n%s", cmd.ProcessState, e.stderr)
	}
	checkNothingLeft(t, temp)
	return e
}

// command prepares a call, with a folder of its own for temporary files.
func (c call) command(t *testing.T) (cmd *exec.Cmd, temp string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(c.longest, tooLong))
	t.Cleanup(cancel)
	temp = t.TempDir()
	cmd = exec.CommandContext(ctx, binary, c.args...)
	cmd.Dir = c.dir
	cmd.Env = append(environment("TMPDIR", "TERM", "NO_COLOR", "CI", "COLORTERM", "CLICOLOR", "CLICOLOR_FORCE"), "TMPDIR="+temp)
	cmd.Env = append(cmd.Env, c.env...)
	if c.ordinary && os.Geteuid() == 0 {
		becomeNobody(t, cmd, temp)
	}
	// Where it hangs, its goroutines show why.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) }
	cmd.WaitDelay = 10 * time.Second
	return cmd, temp
}

// nobody is the user without rights of its own.
const nobody = 65534

// becomeNobody gives a command away, with its folder for temporary files, and
// opens the folders that lead to what it needs.
func becomeNobody(t *testing.T, cmd *exec.Cmd, temp string) {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if err := os.Chown(temp, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Dir(temp), filepath.Dir(binary)} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// environment is the present one without the named variables.
func environment(without ...string) []string {
	var env []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		keep := true
		for _, other := range without {
			keep = keep && name != other
		}
		if keep {
			env = append(env, variable)
		}
	}
	return env
}

// checkNothingLeft looks for processes and files of a call whose temporary
// files were in temp.
func checkNothingLeft(t *testing.T, temp string) {
	t.Helper()
	for _, process := range leftBehind(temp) {
		t.Errorf("left running: %s", process)
	}
	entries, err := os.ReadDir(temp)
	if err != nil {
		t.Error(err)
	}
	for _, entry := range entries {
		t.Errorf("left in TMPDIR: %s", entry.Name())
	}
}

// folder writes the files of a submission, by their path, into a folder of the
// test's own.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// needs skips the test where a command is missing; in CI nothing is skipped.
func needs(t *testing.T, command string) {
	t.Helper()
	if _, err := exec.LookPath(command); err != nil {
		isMissing(t, command, err)
	}
}

// needsModule skips the test where Debian's Python has no such module; in CI nothing is skipped.
func needsModule(t *testing.T, module string) {
	t.Helper()
	if err := exec.Command("/usr/bin/python3", "-c", "import "+module).Run(); err != nil {
		isMissing(t, module, err)
	}
}

func isMissing(t *testing.T, what string, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must have %s: %v", what, err)
	}
	t.Skipf("there is no %s here: %v", what, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
