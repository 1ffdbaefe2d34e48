package main_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// TestAMachineThatCannotRunProgramsIsSaidToBeOne runs the command where something is
// missing that is no fault of a submission.
func TestAMachineThatCannotRunProgramsIsSaidToBeOne(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "unshare")
	const cannot = "chatspec: this machine cannot run the programs: "
	for _, c := range []struct{ name, without, stderr string }{
		{"/proc", `mount -t tmpfs none /proc`, cannot + "/proc does not show this process"},
		{"terminals", `mount -t tmpfs none /dev/pts; mount --bind /dev/null /dev/ptmx`, cannot + "opening a terminal: "},
		{"open files", `ulimit -n 100`, cannot + "only 100 files may be open at a time, and 256 are needed at least: raise the limit (ulimit -n 1024)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, way := range []string{"auto", "host", "none"} {
				cmd, temp := call{}.command(t)
				var stderr strings.Builder
				confined := exec.CommandContext(t.Context(), "unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", c.without+`; exec "$0" "$@"`,
					binary, "run", "--tags", "@PEER-1.1", "--isolate", way)
				confined.Env, confined.Stderr = cmd.Env, &stderr
				confined.Run()
				if got := confined.ProcessState.ExitCode(); got != 2 || !strings.HasPrefix(stderr.String(), c.stderr) {
					t.Errorf("--isolate %s: it ends with %d and says %q", way, got, stderr.String())
				}
				checkNothingLeft(t, temp)
			}
		})
	}
}
