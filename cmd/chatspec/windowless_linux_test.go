package main_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/grading"
)

// withoutDisplay calls the command where there is no Xvfb.
const withoutDisplay = `mount --make-rprivate / && { [ ! -e /usr/bin/Xvfb ] || mount --bind /dev/null /usr/bin/Xvfb; } && exec "$@"`

// A program may listen, or connect, before it comes to its window, and end there.
func TestAMissingDisplayIsNoFaultOfWhoComesToItLate(t *testing.T) {
	needsHosts(t)
	needs(t, "unshare")
	if os.Getuid() != 0 {
		t.Skip("only root can hide a file of the machine's")
	}
	t.Parallel()
	const (
		listens = "import socket, sys\nlistener = socket.create_server((sys.argv[1], int(sys.argv[2])))\n"
		dies    = "sys.stderr.write('qt.qpa.xcb: could not connect to display\\n')\nsys.exit(134)\n"
		serves  = "while True:\n    connection, _ = listener.accept()\n"
		speaks  = "import socket, sys\nconnection = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
	)
	for _, c := range []struct {
		name, server, client string
		unverified           []string
	}{
		{"the server", listens + dies, speaks + "input()\n", []string{"HTTP-1.1", "HTTP-1.2"}},
		{"the client", listens + serves, speaks + dies, []string{"HTTP-1.2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := folder(t, map[string]string{"server.py": c.server, "client.py": c.client})
			command := exec.Command("unshare", "-m", "sh", "-c", withoutDisplay, "sh",
				binary, "run", dir, "--assignment", "http", "--isolate", "host", "--rule", "HTTP-1.2", "--format", "json")
			out, _ := command.Output()
			result := results(t, string(out))[0]
			checkAmong(t, result, grading.Unverified, c.unverified)
			if !strings.Contains(string(out), "windows need Xvfb, which is not on this machine: install it (Debian: apt-get install xvfb)") {
				t.Errorf("it is not said what is missing:\n%s", out)
			}
		})
	}
}
