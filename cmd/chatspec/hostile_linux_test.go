package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading"
)

// mostMemory bounds what the command may need, whatever a program does.
const mostMemory = 128 << 20

// begin is how the hostile programs begin. They come to their end after a
// minute, were the harness itself broken.
const begin = `import os, resource, signal, socket, sys, time
end = time.monotonic() + 60
def going(): return time.monotonic() < end
def rest():
    while going(): time.sleep(1)
peers = [tuple(peer.split(":")) for peer in sys.argv[3:]]
`

// listen makes a program that deserves one verdict at least.
const listen = begin + `server = socket.create_server(("127.0.0.1", int(sys.argv[2])))`

const sendsWithoutEnd = listen + `
sys.stdin.readline()
talk = socket.create_connection(peers[0], timeout=5)
try:
    while going(): talk.sendall(b"{}" * 30000)
except OSError: pass
rest()
`

// TestAHostileProgramGetsItsVerdict: the run ends, with a verdict, in bounded
// memory, and nothing is left of the program.
func TestAHostileProgramGetsItsVerdict(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	needs(t, "python3")
	for _, c := range []struct {
		name, program string
		listens       bool // and passes the rule about that
	}{
		{"it prints without end", listen + `
while going(): sys.stdout.write("endless " * 1000)
`, true},
		{"it prints letters without end", listen + `
while going():
    os.write(1, b"x")
    os.write(2, b"y")
`, true},
		{"it never reads", listen + `
rest()
`, true},
		{"it ignores signals", listen + `
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT): signal.signal(number, signal.SIG_IGN)
rest()
`, true},
		{"it starts daemons", listen + `
for i in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            rest()
        os._exit(0)
rest()
`, true},
		{"it starts daemons and ends", begin + `
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: rest()
    os._exit(0)
`, false},
		{"it starts daemons that forget their environment", listen + `
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: os.execve(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)"], {})
    os._exit(0)
rest()
`, true},
		{"it fills its folder", listen + `
try:
    with open("junk", "wb") as junk:
        for i in range(300): junk.write(bytes(1 << 20))
except OSError as error: print(error)
rest()
`, true},
		{"it fills its folder with files that nobody may remove", listen + `
for i in range(100):
    os.makedirs("locked/%d" % i)
    open("locked/%d/file" % i, "w").close()
    os.chmod("locked/%d" % i, 0)
os.chmod("locked", 0)
rest()
`, true},
		{"it ends at once", "", false},
		{"it closes its output", listen + `
os.close(1)
os.close(2)
rest()
`, true},
		{"it closes its input", listen + `
os.close(0)
rest()
`, true},
		{"it spins", listen + `
while going(): pass
`, true},
		{"it connects without end", listen + `
sys.stdin.readline()
for i in range(20000):
    if not going(): break
    try: socket.create_connection(peers[i % len(peers)], timeout=5).close()
    except OSError: pass
rest()
`, true},
		{"it connects without end and hangs on", listen + `
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
sys.stdin.readline()
kept = []
for i in range(20000):
    if not going(): break
    try: kept.append(socket.create_connection(peers[i % len(peers)], timeout=5))
    except OSError: pass
rest()
`, true},
		{"it sends messages without end", sendsWithoutEnd, true},
		{"it begins messages and ends none", listen + `
sys.stdin.readline()
kept = []
for i in range(60):
    if not going(): break
    try:
        kept.append(socket.create_connection(peers[i % len(peers)], timeout=1))
        kept[-1].sendall(b'{"message": "' + b"a" * (1 << 20))
    except OSError: pass
rest()
`, true},
		{"it pretends to be the harness", listen + `
strange = socket.socket()
strange.bind(("127.77.77.77", 0))
strange.connect((peers[0][0], int(peers[0][1])))
rest()
`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if slices.Contains([]string{"it prints without end", "it prints letters without end", "it spins"}, c.name) {
				longtest.OnlyProof(t) // it takes all that there is until it is given up
			}
			t.Parallel()
			dir := folder(t, map[string]string{"chat.py": c.program})
			got := chatspec(t, call{args: []string{"run", dir, "--tags", "@PEER-1.1,@PEER-3.1", "--patience", "2", "--jobs", "3", "--format", "json"}})
			if got.status != 1 || got.stderr != "" {
				t.Fatalf("it ends with %d and says %q", got.status, got.stderr)
			}
			result := results(t, got.stdout)[0]
			listens := result.Rules[0].Verdict == grading.Passed
			if result.Verdict != grading.Nonconformant || result.Rules[0].ID != "PEER-1.1" || listens != c.listens {
				t.Errorf("it is %s; passed are %v", result.Verdict, ids(result, grading.Passed))
			}
			if got.peak == 0 || got.peak > mostMemory {
				t.Errorf("it needed %d MiB", got.peak>>20)
			}
		})
	}
}

// Where nothing else has garbage collected, the bound does; whoever sets another has that.
func TestMemoryIsBoundedWhateverIsSaidOfGarbage(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	needs(t, "python3")
	dir := folder(t, map[string]string{"chat.py": sendsWithoutEnd})
	for _, c := range []struct {
		name    string
		env     []string
		bounded bool
	}{
		{"by chatspec", []string{"GOGC=off", "GOMEMLIMIT="}, true},
		{"by its user", []string{"GOGC=off", "GOMEMLIMIT=off"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := chatspec(t, call{args: []string{"run", dir, "--tags", "@PEER-3.1"}, env: c.env})
			if got.status != 1 || got.stderr != "" || got.peak == 0 {
				t.Fatalf("it ends with %d, says %q, and needed %d MiB", got.status, got.stderr, got.peak>>20)
			}
			if bounded := got.peak <= mostMemory; bounded != c.bounded {
				t.Errorf("it needed %d MiB", got.peak>>20)
			}
		})
	}
}

// TestAnOrdinaryUserRemovesWhatAProgramHasLocked: to root, nothing is locked.
func TestAnOrdinaryUserRemovesWhatAProgramHasLocked(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"chat.py": listen + `
os.makedirs("locked/inner")
open("locked/inner/file", "w").close()
os.chmod("locked/inner", 0)
os.chmod("locked", 0)
os.chmod(".", 0)
rest()
`})
	got := chatspec(t, call{args: []string{"run", dir, "--tags", "@PEER-1.1"}, ordinary: true})
	if got.status != 0 || got.stderr != "" {
		t.Errorf("it ends with %d and says %q and %q", got.status, got.stdout, got.stderr)
	}
}

func TestALargeSubmissionIsCopiedInLittleMemory(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	needs(t, "python3")
	dir := folder(t, map[string]string{"chat.py": right, "film.mp4": ""})
	if err := os.Truncate(filepath.Join(dir, "film.mp4"), 60<<20); err != nil {
		t.Fatal(err)
	}
	got := chatspec(t, call{args: []string{"run", dir, "--tags", "@PEER-1.1,@PEER-3.2", "--jobs", "3"}})
	if got.status != 0 || got.peak == 0 || got.peak > mostMemory/2 {
		t.Errorf("it ends with %d, says %q, and needed %d MiB", got.status, got.stderr, got.peak>>20)
	}
}
