package main_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/fixtures/sandbox/host"
	"github.com/chatspec/chatspec/grading"
)

// hostileFolder holds the submissions that do harm.
const hostileFolder = "../../fixtures/hostile"

// runsOnHosts finds out once whether this machine gives programs hosts of their
// own.
var runsOnHosts = sync.OnceValue(func() string {
	out, err := exec.Command(binary, "run", "reference", "--isolate", "host", "--tags", "@PEER-1.1").CombinedOutput()
	if err != nil {
		return string(out)
	}
	return ""
})

// needsHosts skips the test where programs cannot have hosts of their own; in CI
// they can.
func needsHosts(t *testing.T) {
	t.Helper()
	needs(t, "python3")
	why := runsOnHosts()
	if why != "" && os.Getenv("CI") == "true" {
		t.Fatalf("CI must give programs hosts of their own: %s", why)
	}
	if why != "" {
		t.Skip(why)
	}
}

// A hostile submission is one of the folder, copied for one test and marked, so
// that its processes are known from the machine.
type hostile struct {
	dir, mark string
	// ordinary is set where an ordinary user judges it.
	ordinary bool
}

var marks struct {
	sync.Mutex
	count int
}

func hostileSubmission(t *testing.T, name string) hostile {
	t.Helper()
	program, err := os.ReadFile(filepath.Join(hostileFolder, name, "chat.py"))
	if err != nil {
		t.Fatal(err)
	}
	marks.Lock()
	marks.count++
	mark := fmt.Sprintf("hostile-%d-%d-%s", os.Getpid(), marks.count, name)
	marks.Unlock()
	return hostile{mark: mark, dir: folder(t, map[string]string{
		"chat.py": string(program),
		"chatspec.yaml": "assignment: tcp-peer\nprograms:\n" +
			"  chat: {run: \"python3 chat.py {name} {port} {peers}\", env: {HOSTILE_MARK: " + mark + "}}\n",
	})}
}

// call judges it: on a host of its own, whatever the arguments are.
func (h hostile) call(args ...string) call {
	for _, arg := range args {
		if strings.HasPrefix(arg, "--isolate") {
			panic("a hostile submission runs on a host of its own, and nowhere else")
		}
	}
	return call{ordinary: h.ordinary, args: append([]string{"run", h.dir, "--isolate", "host", "--jobs", "3", "--format", "json"}, args...)}
}

// running lists the processes of the machine that have the mark, in their
// environment or on their command line.
func (h hostile) running() []int {
	var pids []int
	for _, pid := range machine() {
		for _, file := range []string{"environ", "cmdline"} {
			text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
			if bytes.Contains(text, []byte(h.mark)) {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}

// machine lists all processes.
func machine() []int {
	entries, _ := os.ReadDir("/proc")
	var pids []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// What is said where a limit has ended a program.
const (
	tooMany    = "stopped: it started more than 64 processes"
	tooMuch    = "stopped: it used more than 1024 MiB of memory"
	tooMuchCPU = "stopped: it used more processor time than it may"
)

// hostilePatience is for the programs that wait for ever. The others end, and
// with them the wait.
const hostilePatience, amplePatience = "2", "6"

// TestAHostileSubmissionIsJudgedOnItsHost: the run ends, with a verdict, in
// bounded memory; the report says what happened, and nothing is left. Like the
// other tests of what takes all processors, it runs beside no other.
func TestAHostileSubmissionIsJudgedOnItsHost(t *testing.T) {
	longtest.Only(t)
	needsHosts(t)
	for _, c := range []struct {
		name, patience, says string
		args                 []string
	}{
		{"burner", hostilePatience, "", nil},
		{"caller", amplePatience, "it reached nothing", nil},
		{"daemon", hostilePatience, "", nil},
		{"disk", amplePatience, "bounded, bounded", nil},
		{"fork-bomb", amplePatience, tooMany, nil},
		{"fork-bomb", amplePatience, "stopped: it started more than 20 processes", []string{"--limits", "processes=20"}},
		{"intruder", amplePatience, "it got nothing", nil},
		{"killer", amplePatience, "ended by signal: killed", nil},
		{"locker", hostilePatience, "", nil},
		{"memory", amplePatience, tooMuch, nil},
		{"memory", amplePatience, "stopped: it used more than 300 MiB of memory", []string{"--limits", "memory=300m"}},
		{"output", hostilePatience, "ann has printed more than 4 MiB; the rest is not kept", nil},
		{"pieces", amplePatience, "stopped: it used more than 300 MiB of memory", []string{"--limits", "memory=300m"}},
		{"reader", amplePatience, "it got nothing", nil},
		{"shared-memory", amplePatience, `"bounded`, nil},
		{"signals", hostilePatience, "", nil},
		{"sockets", amplePatience, "stopped: it used more than 50 MiB of memory", []string{"--limits", "memory=50m,disk=20m"}},
		{"spinner", hostilePatience, "", nil},
		{"spinner", amplePatience, tooMuchCPU, []string{"--limits", "cpu=1s"}},
		{"squatter", hostilePatience, "", nil},
		{"wanderer", hostilePatience, "it has called everywhere", nil},
	} {
		t.Run(strings.Join(append([]string{c.name}, c.args...), " "), func(t *testing.T) {
			if slices.Contains([]string{"burner", "disk", "output", "spinner", "squatter"}, c.name) && len(c.args) == 0 {
				longtest.OnlyProof(t) // it takes all that there is until it is given up
			}
			if c.name == "sockets" && !strings.Contains(strings.Join(host.Walls(), "\n"), "memory (version") {
				t.Skip("no control group can be made here that counts memory")
			}
			asBothUsers(t, func(t *testing.T, ordinary bool) {
				if ordinary && c.name == "sockets" {
					t.Skip("an ordinary user may make no control group here")
				}
				if ordinary && !slices.Contains([]string{"daemon", "intruder", "memory", "pieces", "reader", "shared-memory"}, c.name) {
					longtest.OnlyProof(t) // to the others it makes little difference
				}
				h := hostileSubmission(t, c.name)
				h.ordinary = ordinary
				result := h.judge(t, append(c.args, "--patience", c.patience, "--tags", "@PEER-1.1,@PEER-3.2")...)
				if !slices.Equal(ids(result, grading.Passed), []string{"PEER-1.1"}) {
					t.Errorf("passed are %v", ids(result, grading.Passed))
				}
				if told := told(result); !strings.Contains(told, c.says) || c.says == "" && strings.Contains(told, "ann ends") {
					t.Errorf("it should be said %q, and is\n%s", c.says, told)
				}
			})
		})
	}
}

// judge runs a hostile submission. That ends with a verdict and leaves nothing.
func (h hostile) judge(t *testing.T, args ...string) grading.Result {
	t.Helper()
	got := chatspec(t, h.call(args...))
	if pids := h.running(); len(pids) > 0 {
		t.Errorf("left running: %v", pids)
	}
	if got.status != 1 || got.stderr != "" {
		t.Fatalf("it ends with %d and says %q", got.status, got.stderr)
	}
	if got.peak == 0 || got.peak > mostMemory {
		t.Errorf("it needed %d MiB", got.peak>>20)
	}
	result := results(t, got.stdout)[0]
	if result.Verdict != grading.Nonconformant || result.Isolation != "host" {
		t.Errorf("it is %s, isolated as %q", result.Verdict, result.Isolation)
	}
	return result
}

// told is what a result tells of what happened.
func told(result grading.Result) string {
	var said strings.Builder
	for _, rule := range result.Rules {
		for _, scenario := range rule.Scenarios {
			if f := scenario.Failure; f != nil {
				fmt.Fprintf(&said, "%s: %s\n%s\n", rule.ID, f.Observed, strings.Join(f.Journal, "\n"))
			}
		}
	}
	return said.String()
}

// TestAHostileSubmissionIsJudgedByAllRules: no rule lets it end the run.
func TestAHostileSubmissionIsJudgedByAllRules(t *testing.T) {
	longtest.OnlyProof(t)
	needsHosts(t)
	for _, name := range []string{"killer", "squatter", "fork-bomb", "locker"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if result := hostileSubmission(t, name).judge(t, "--patience", "0.2"); len(result.Rules) < 21 {
				t.Errorf("it is judged by %d rules", len(result.Rules))
			}
		})
	}
}

// TestHostileSubmissionsAreKnownAndGuarded: each has the guard before all else,
// a line in the README, and a run above.
func TestHostileSubmissionsAreKnownAndGuarded(t *testing.T) {
	t.Parallel()
	read := func(path string) string {
		text, err := os.ReadFile(filepath.Join(hostileFolder, path))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	guard, readme, tests := read("guard.py"), read("README.md"), read("../../cmd/chatspec/isolation_linux_test.go")
	entries, err := os.ReadDir(hostileFolder)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		count++
		if !strings.HasPrefix(read(entry.Name()+"/chat.py"), guard) {
			t.Errorf("%s does not begin with the guard", entry.Name())
		}
		if !strings.Contains(readme, "\n| `"+entry.Name()+"` |") {
			t.Errorf("%s is not in the README", entry.Name())
		}
		if !strings.Contains(tests, "\t\t{\""+entry.Name()+"\", ") {
			t.Errorf("%s is not run", entry.Name())
		}
	}
	if count == 0 {
		t.Error("there is none")
	}
}

// TestTheGuardRefusesTheMachine runs the guard alone, which does no harm.
func TestTheGuardRefusesTheMachine(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	out, err := exec.Command("python3", filepath.Join(hostileFolder, "guard.py"), "ann", "0").CombinedOutput()
	exit, ended := err.(*exec.ExitError)
	if !ended || exit.ExitCode() != 3 || !strings.HasPrefix(string(out), "it does not run here: ") {
		t.Errorf("it ends with %v and says %q", err, out)
	}
}

// TestAKilledRunLeavesNothing: neither its programs, nor the hosts that they were
// on, nor a file.
func TestAKilledRunLeavesNothing(t *testing.T) {
	needsHosts(t)
	for _, name := range []string{"daemon", "signals", "burner"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := hostileSubmission(t, name)
			cmd, temp := h.call("--patience", "100").command(t)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			enough := 1
			if name == "daemon" {
				enough = 2 // itself, and what it has left behind
			}
			eventually(t, "its programs run", func() bool { return len(h.running()) >= enough })
			family := descendants(cmd.Process.Pid)
			cmd.Process.Kill()
			cmd.Wait()
			if len(family) < enough {
				t.Errorf("it had %d descendants", len(family))
			}
			eventually(t, "its programs are gone", func() bool { return len(h.running()) == 0 })
			eventually(t, "its hosts are gone", func() bool {
				for pid, born := range family {
					if birth(pid) == born {
						return false
					}
				}
				return true
			})
			checkNothingLeft(t, temp)
		})
	}
}

// TestAnInterruptedRunLeavesNoHost: it is told to stop, and cleans up.
func TestAnInterruptedRunLeavesNoHost(t *testing.T) {
	needsHosts(t)
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			h := hostileSubmission(t, "signals")
			c := h.call("--patience", "100")
			c.started = func(cmd *exec.Cmd) {
				eventually(t, "its programs run", func() bool { return len(h.running()) > 0 })
				cmd.Process.Signal(signal)
			}
			got := chatspec(t, c)
			if got.status != 130 || got.stderr != "chatspec: interrupted; nothing is left running\n" {
				t.Errorf("it ends with %d and says %q", got.status, got.stderr)
			}
			eventually(t, "its programs are gone", func() bool { return len(h.running()) == 0 })
		})
	}
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for given := time.Now().Add(tooLong); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(given) {
			t.Fatalf("it never came that %s", what)
		}
	}
}

// descendants are the processes that a process has started, and they, and so on,
// each with the time of its birth.
func descendants(of int) map[int]string {
	parents := map[int]int{}
	for _, pid := range machine() {
		if fields := statOf(pid); len(fields) > 1 {
			parents[pid], _ = strconv.Atoi(fields[1])
		}
	}
	family := map[int]string{}
	for pid := range parents {
		for ancestor := parents[pid]; ancestor > 1; ancestor = parents[ancestor] {
			if born := birth(pid); ancestor == of && born != "" {
				family[pid] = born
			}
		}
	}
	return family
}

// birth is when a process was started; it tells apart two of one number.
func birth(pid int) string {
	const startTime = 19 // of the fields after the name
	if fields := statOf(pid); len(fields) > startTime {
		return fields[startTime]
	}
	return ""
}

// statOf is what /proc/PID/stat says after the name.
func statOf(pid int) []string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
}

// TestRunsOfOneHardCodedPortDoNotDisturbEachOther: each fails the rule about its
// port, and what needs that rule, and nothing else.
func TestRunsOfOneHardCodedPortDoNotDisturbEachOther(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needsHosts(t)
	dir := folder(t, map[string]string{"chat.py": wrong(t, `("127.0.0.1", port)`, `("127.0.0.1", 5001)`)})
	args := []string{"run", dir, "--isolate", "host", "--tags", "@must,@should", "--jobs", "4", "--format", "json"}
	var runs [2]ending
	var running sync.WaitGroup
	for i := range runs {
		running.Go(func() { runs[i] = chatspec(t, call{args: args}) })
	}
	running.Wait()
	var all [2]map[string]grading.Verdict
	for i, got := range runs {
		if got.status != 1 || got.stderr != "" {
			t.Fatalf("it ends with %d and says %q", got.status, got.stderr)
		}
		result := results(t, got.stdout)[0]
		all[i] = map[string]grading.Verdict{}
		for _, rule := range result.Rules {
			all[i][rule.ID] = rule.Verdict
		}
		if failed := ids(result, grading.Failed); !slices.Equal(failed, []string{"PEER-1.1"}) {
			t.Errorf("failed are %v:\n%s", failed, told(result))
		}
		if blocked := ids(result, grading.Blocked); !slices.Equal(blocked, []string{"PEER-1.4"}) {
			t.Errorf("blocked are %v:\n%s", blocked, told(result))
		}
	}
	if !maps.Equal(all[0], all[1]) {
		t.Errorf("one run says %v, the other %v", all[0], all[1])
	}
}

// TestAnAddressOfTheOtherAssignmentIsAnswered: courses move, and programs keep what they were told first.
func TestAnAddressOfTheOtherAssignmentIsAnswered(t *testing.T) {
	needsHosts(t)
	t.Parallel()
	dir := variant(t, "rabbitmq/python-fastapi-fixed-host", "cps-devops.gonzaga.edu", "35.236.51.203")
	got := chatspec(t, call{args: []string{"run", "--assignment", "rabbitmq", dir, "--isolate", "host", "--rule", "RABBIT-1.3", "--format", "json"}})
	checkAmong(t, results(t, got.stdout)[0], grading.Passed, []string{"RABBIT-1.2", "RABBIT-1.3"})
}

// TestDoctorSaysWhichWallsThereAre, whoever asks.
func TestDoctorSaysWhichWallsThereAre(t *testing.T) {
	longtest.Only(t)
	needsHosts(t)
	t.Parallel()
	walls := regexp.MustCompile(`(?m)^isolation +each program gets a host of its own \(limits: .*\)
 +files: mounts.*
 +system calls: filtered
 +memory, processes: looked at by chatspec(, and control groups above them: .+|; this user may make no control group here.*)$`)
	asBothUsers(t, func(t *testing.T, ordinary bool) {
		got := chatspec(t, call{args: []string{"doctor"}, ordinary: ordinary})
		if got.status != 0 || !walls.MatchString(got.stdout) {
			t.Errorf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
		}
	})
}
