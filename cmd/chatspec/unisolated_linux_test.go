package main_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading"
)

// chat5 is the client of a sample.
func chat5(t *testing.T) string {
	t.Helper()
	needs(t, "python3")
	program, err := os.ReadFile("../../fixtures/submissions/tcp-server/python-select/client/chat5.py")
	if err != nil {
		t.Fatal(err)
	}
	return string(program)
}

// asBothUsers does a test as the present user and, where that is root and tests may take
// their time, as an ordinary one.
func asBothUsers(t *testing.T, test func(t *testing.T, ordinary bool)) {
	t.Helper()
	for _, ordinary := range []bool{false, true} {
		if ordinary && (os.Geteuid() != 0 || !longtest.Long()) {
			continue
		}
		name := map[bool]string{false: "as I am", true: "as an ordinary user"}[ordinary]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, ordinary)
		})
	}
}

// TestProgramsBesideAnEndpointHaveTheirHosts: only what runs already is on the machine
// itself, and that is said. Where tests may take their time all rules show it.
func TestProgramsBesideAnEndpointHaveTheirHosts(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	args := []string{"run", ".", "--patience", "4", "--format", "json"}
	if !longtest.Long() {
		args = append(args, "--tags", "@SERVER-1.4,@SERVER-2.2,@SERVER-3.1")
	}
	asBothUsers(t, func(t *testing.T, ordinary bool) {
		server := server5(t)
		dir := folder(t, map[string]string{"chat5.py": chat5(t)})
		got := chatspec(t, call{ordinary: ordinary, dir: dir, args: append(slices.Clone(args), "--endpoint", "server5="+server)})
		result := results(t, got.stdout)[0]
		if got.status != 0 || got.stderr != "" || result.Isolation != "host" {
			t.Errorf("it ends with %d, says %q, isolation is %q; failed are %v:\n%s", got.status, got.stderr, result.Isolation, ids(result, grading.Failed), told(result))
		}
		if want := []string{"server5 runs already on this machine itself, at " + server}; !slices.Equal(result.Unisolated, want) {
			t.Errorf("it is said of what is not isolated %q", result.Unisolated)
		}
	})
}

// TestWhatIsNotIsolatedIsSaidInEveryFormat: nobody has to know the flags of a run to
// know what a report is worth.
func TestWhatIsNotIsolatedIsSaidInEveryFormat(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"chat.py": right})
	const said = "the programs run on this machine itself, with the rights of who judges: --isolate none"
	_, known, _ := strings.Cut(chatspec(t, call{args: []string{"run", "--format", "xml"}}).stderr, "there are ") // all of them
	formats := strings.Split(strings.TrimSpace(known), ", ")
	told := func(t *testing.T, way, complaint string) map[string]string {
		reports := t.TempDir()
		args := []string{"run", dir, "--tags", "@PEER-1.1", "--isolate", way}
		for _, format := range formats {
			args = append(args, "--format", format+":"+filepath.Join(reports, format))
		}
		if got := chatspec(t, call{args: args}); got.status != 0 || got.stderr != complaint {
			t.Errorf("--isolate %s: it ends with %d and says %q", way, got.status, got.stderr)
		}
		all := map[string]string{}
		for _, format := range formats {
			text, err := os.ReadFile(filepath.Join(reports, format))
			must(t, err)
			all[format] = string(text)
		}
		return all
	}
	for format, text := range told(t, "none", warnings["none"]) {
		if !strings.Contains(text, said) {
			t.Errorf("%s is\n%s", format, text)
		}
	}
	needsHosts(t)
	for format, text := range told(t, "host", "") {
		if strings.Contains(strings.ToLower(text), "not isolated") || strings.Contains(text, "unisolated") {
			t.Errorf("on hosts %s is\n%s", format, text)
		}
	}
}

// TestNothingThatLooksOrBuildsOutlivesARun on the machine itself: neither what an interpreter of a submission's starts
// where it is asked, nor what a build leaves.
func TestNothingThatLooksOrBuildsOutlivesARun(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	asBothUsers(t, func(t *testing.T, ordinary bool) {
		traces := t.TempDir()
		must(t, os.Chmod(traces, 0o777))
		stays := func(name string) string {
			return fmt.Sprintf("sh -c 'echo $$ >\"%s/%s\"; exec sleep 1000' &\nuntil test -s '%[1]s/%[2]s'; do :; done\n", traces, name)
		}
		asked := folder(t, map[string]string{
			"chat.py":          right,
			".venv/bin/python": "#!/bin/sh\nsetsid " + stays("asked") + "exec /usr/bin/python3 \"$@\"\n",
		})
		must(t, os.Chmod(filepath.Join(asked, ".venv/bin/python"), 0o755))
		built := folder(t, map[string]string{
			"main.txt":      right,
			"build.sh":      stays("built") + "setsid " + stays("built apart") + "cp main.txt chat.py\n",
			"chatspec.yaml": "assignment: tcp-peer\nbuild: sh build.sh\nprograms: {chat: {run: 'python3 chat.py {name} {port} {peers}'}}\n",
		})
		for _, dir := range []string{asked, built} {
			got := chatspec(t, call{ordinary: ordinary, args: []string{"run", dir, "--tags", "@PEER-1.1", "--isolate", "none"}})
			if got.status != 0 {
				t.Errorf("it ends with %d and says %q", got.status, got.stderr)
			}
		}
		for _, name := range []string{"asked", "built", "built apart"} {
			text, err := os.ReadFile(filepath.Join(traces, name))
			must(t, err)
			if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err != nil || !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
				t.Errorf("what was %s is left: %s", name, text)
			}
		}
	})
}

// TestASubmissionDoesNotSwitchItsHostOff: an endpoint of its own would have it judged on
// the machine itself.
func TestASubmissionDoesNotSwitchItsHostOff(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	server := server5(t)
	asBothUsers(t, func(t *testing.T, ordinary bool) {
		for _, way := range []string{"auto", "host", "none"} {
			trace := t.TempDir() + "/was-run"
			dir := folder(t, map[string]string{
				"chat5.py":      "open(" + strconv.Quote(trace) + ", 'w')\n",
				"chatspec.yaml": "endpoints: {server5: " + server + "}\n",
			})
			got := chatspec(t, call{ordinary: ordinary, args: []string{"run", dir, "--isolate", way}})
			if got.status != 2 || got.stdout != "" || !strings.Contains(got.stderr, "never a submission's to say") {
				t.Errorf("--isolate %s: it ends with %d, prints %q and says %q", way, got.status, got.stdout, got.stderr)
			}
			if _, err := os.Stat(trace); !os.IsNotExist(err) {
				t.Errorf("--isolate %s: its program was run: %v", way, err)
			}
		}
	})
}
