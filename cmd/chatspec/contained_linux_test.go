package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/ory/dockertest/v3"
	"github.com/ory/dockertest/v3/docker"
	"golang.org/x/sys/unix"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// longestContained is when a test is given up in which many containers are started, one after the other.
const longestContained = 30 * time.Minute

// inContainers judges something where each program has a container.
func inContainers(args ...string) call {
	return call{args: append([]string{"run", "--isolate", "container", "--jobs", "2", "--patience", "10", "--format", "json"}, args...),
		env: []string{"DOCKER_HOST=" + os.Getenv("DOCKER_HOST")}, longest: longestContained}
}

// withoutUserNamespaces calls the command where the kernel makes no user namespaces for it.
func withoutUserNamespaces(t *testing.T, c call) ending {
	t.Helper()
	ended := make(chan ending, 1)
	go func() {
		defer close(ended)
		runtime.LockOSThread() // what the thread starts has its filter; the thread ends with this function
		if err := forbidUserNamespaces(); err != nil {
			t.Error(err)
			return
		}
		ended <- chatspec(t, c)
	}()
	return <-ended
}

// forbidUserNamespaces refuses them to the calling thread, and to what it starts (seccomp(2)).
func forbidUserNamespaces() error {
	const number, firstArgument = 0, 16 // in struct seccomp_data
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	give := func(what uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: what} }
	filter := []unix.SockFilter{
		load(number),
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_CLONE, Jt: 1},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_UNSHARE, Jf: 3},
		load(firstArgument),
		{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: unix.CLONE_NEWUSER, Jf: 1},
		give(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)),
		give(unix.SECCOMP_RET_ALLOW),
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}

func TestVerdictsInContainersAreThoseOfHosts(t *testing.T) {
	withDockerFor(t, longestContained, func(t *testing.T, pool *dockertest.Pool) {
		alone := withoutUserNamespaces(t, call{args: []string{"run", "--tags", "@PEER-1.1", "--isolate", "host"}})
		if alone.status != 2 || !strings.Contains(alone.stderr, "user namespaces are forbidden") {
			t.Fatalf("there are user namespaces: it ends with %d and says %q", alone.status, alone.stderr)
		}
		assignments := "tcp-peer"
		if longtest.Level() == longtest.All {
			assignments += ",zmq"
		}
		for _, what := range [][]string{
			{"reference", "--assignment", assignments, "--tags", "@must"},
			{filepath.Join("..", "..", "fixtures", "submissions", "tcp-peer", "python-threads"), "--tags", "@must"},
		} {
			got := withoutUserNamespaces(t, inContainers(what...))
			if got.status != 0 || got.stderr != "" {
				t.Errorf("%s: it ends with %d and says %q", what, got.status, got.stderr)
			}
			hosted := chatspec(t, call{args: append([]string{"run", "--isolate", "host", "--patience", "10", "--format", "json"}, what...), longest: longestContained})
			onHosts := results(t, hosted.stdout)
			for i, result := range results(t, got.stdout) {
				if result.Isolation != "container" || len(result.Unisolated) > 0 {
					t.Errorf("%s: isolation is %q, and not isolated %q", what, result.Isolation, result.Unisolated)
				}
				for j, rule := range result.Rules {
					if want := onHosts[i].Rules[j]; rule.ID != want.ID || rule.Verdict != want.Verdict {
						t.Errorf("%s is %s, and on hosts %s is %s:\n%s", rule.ID, rule.Verdict, want.ID, want.Verdict, told(result))
					}
				}
			}
		}
		awaitContainers(t, pool, 0)
	})
}

// looksAround is the beginning of a chat that ends where it finds what no program in a host does.
const looksAround = `import ctypes, os, sys
found = []
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
found += [name for name in ("CapPrm", "CapEff", "CapInh", "CapBnd", "CapAmb") if int(status[name], 16)]
found += [name for name, want in (("NoNewPrivs", "1"), ("Seccomp", "2")) if status[name].strip() != want]
found += [path for path in ("/var", "/run", "/sys", "/chatspec-host", "/chatspec-control", SECRET) if os.path.exists(path)]
found += ["process " + pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
found += [line for line in open("/proc/net/dev") if ":" in line and not line.strip().startswith("lo:")]
if os.getuid() == 0:
    found.append("root")
if ctypes.CDLL(None).unshare(0x10000000) == 0:
    found.append("a user namespace")
for path in ("/usr/bin/mine", "/etc/mine", "/proc/sys/kernel/hostname", "/proc/1/oom_score_adj"):
    try:
        open(path, "w").close()
        found.append("writes " + path)
    except OSError:
        pass
if found:
    sys.exit("it finds " + ", ".join(found))
`

// TestAProgramInAContainerFindsWhatOneOnAHostDoes: no rights, nobody else, and nothing of the machine's, as root and as an
// ordinary user, and of what a build has made, too.
func TestAProgramInAContainerFindsWhatOneOnAHostDoes(t *testing.T) {
	withDockerFor(t, longestContained, func(t *testing.T, pool *dockertest.Pool) {
		const allowed = "/proc/sys/user/max_user_namespaces"
		before, err := os.ReadFile(allowed)
		must(t, err)
		secret := filepath.Join(t.TempDir(), "secret")
		must(t, os.WriteFile(secret, []byte("solution"), 0o644))
		must(t, os.Chmod(strings.TrimPrefix(os.Getenv("DOCKER_HOST"), "unix://"), 0o666))
		for _, ordinary := range []bool{false, true} {
			dir := folder(t, map[string]string{
				"source.py":     strings.Replace(looksAround, "SECRET", strconv.Quote(secret), 1) + right,
				"chatspec.yaml": "assignment: tcp-peer\nbuild: cp source.py chat.py\nprograms:\n  chat: {run: \"python3 chat.py {name} {port} {peers}\"}\n",
			})
			c := inContainers(dir, "--tags", "@PEER-1.1")
			c.ordinary = ordinary
			got := withoutUserNamespaces(t, c)
			if got.status != 0 || got.stderr != "" {
				t.Errorf("as an ordinary user %v: it ends with %d, says %q, and prints\n%s", ordinary, got.status, got.stderr, got.stdout)
			}
		}
		after, err := os.ReadFile(allowed)
		if err != nil || !bytes.Equal(before, after) {
			t.Errorf("of user namespaces the machine allowed %s, and now %s: %v", before, after, err)
		}
		awaitContainers(t, pool, 0)
	})
}

// TestNoContainerOfAProgramOutlivesItsRun: after Ctrl-C, and after the command was killed. One that was then made and not yet
// started is removed by the next run.
func TestNoContainerOfAProgramOutlivesItsRun(t *testing.T) {
	withDockerFor(t, longestContained, func(t *testing.T, pool *dockertest.Pool) {
		for _, how := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
			t.Run(how.String(), func(t *testing.T) {
				cmd, temp := inContainers("--assignment", "tcp-peer").command(t)
				must(t, cmd.Start())
				awaitRunning(t, pool, true)
				must(t, cmd.Process.Signal(how))
				cmd.Wait()
				awaitRunning(t, pool, false)
				if how == syscall.SIGKILL {
					next := inContainers("--tags", "@PEER-1.1")
					next.env = append(next.env, "TMPDIR="+temp)
					if got := chatspec(t, next); got.status != 0 {
						t.Errorf("the next run ends with %d and says %q", got.status, got.stderr)
					}
				}
				awaitContainers(t, pool, 0)
			})
		}
	})
}

// awaitRunning waits until some container runs, or none.
func awaitRunning(t *testing.T, pool *dockertest.Pool, some bool) {
	t.Helper()
	for deadline := time.Now().Add(tooLong); ; {
		running, err := pool.Client.ListContainers(docker.ListContainersOptions{})
		must(t, err)
		if (len(running) > 0) == some {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d containers run", len(running))
		}
		<-time.After(20 * time.Millisecond)
	}
}

// TestALimitEndsAContainer as it ends a host.
func TestALimitEndsAContainer(t *testing.T) {
	withDockerFor(t, longestContained, func(t *testing.T, pool *dockertest.Pool) {
		const wait = "import time\ntime.sleep(600)\n"
		for _, c := range []struct{ uses, limits, told string }{
			{"import os\nfor i in range(60):\n    if not os.fork():\n        break\n", "processes=20", "it started more than 20 processes"},
			{"held = b'x' * (300 << 20)\n", "memory=100m", "it used more than 100 MiB of memory"},
		} {
			got := chatspec(t, inContainers(folder(t, map[string]string{"chat.py": c.uses + wait}), "--tags", "@PEER-1.1", "--limits", c.limits))
			if got.status != 1 || got.stderr != "" || !strings.Contains(got.stdout, c.told) {
				t.Errorf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
			}
		}
		awaitContainers(t, pool, 0)
	})
}
