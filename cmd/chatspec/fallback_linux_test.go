package main_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestWhereThereAreNoHosts runs the command where the kernel allows no further
// namespaces.
func TestWhereThereAreNoHosts(t *testing.T) {
	t.Parallel()
	needs(t, "unshare")
	const forbid = `echo 0 > /proc/sys/user/max_user_namespaces; exec "$0" "$@"`
	const sentence = "a program cannot have a host of its own here: user namespaces are switched off or used up (sysctl user.max_user_namespaces)"
	for _, c := range []struct {
		way    string
		status int
		stderr string
	}{
		{"auto", 0, "chatspec: programs run on this machine itself: " + sentence + "\n"},
		{"host", 2, "chatspec: " + sentence + "\n"},
		{"none", 0, ""},
	} {
		cmd, temp := call{}.command(t)
		var stderr strings.Builder
		confined := exec.CommandContext(t.Context(), "unshare", "--user", "--map-root-user", "sh", "-c", forbid,
			binary, "run", "--tags", "@PEER-1.1", "--isolate", c.way)
		confined.Env, confined.Stderr = cmd.Env, &stderr
		confined.Run()
		if got := confined.ProcessState.ExitCode(); got != c.status || stderr.String() != c.stderr {
			t.Errorf("--isolate %s: it ends with %d and says %q", c.way, got, stderr.String())
		}
		checkNothingLeft(t, temp)
	}
}
