package main_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading"
)

// right is a chat as a student might write it, to which no demanded rule
// objects.
const right = `import json
import socket
import sys
import threading


def show(connection):
    for text in connection.makefile(encoding="utf-8"):
        message = json.loads(text)
        print(message["user"] + ": " + message["message"], flush=True)


def accept(server):
    while True:
        connection, _ = server.accept()
        threading.Thread(target=show, args=(connection,), daemon=True).start()


def connect(peers):
    return [socket.create_connection(peer.split(":")) for peer in peers]


def main():
    name, port, peers = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    server = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=accept, args=(server,), daemon=True).start()
    links, seq = None, 0
    for line in sys.stdin:
        line = line.rstrip("\n")
        if line == "exit":
            break
        if links is None:
            links = connect(peers)
        for link in links:
            text = json.dumps({"seq": seq, "user": name, "message": line})
            link.sendall((text + "\n").encode())
        seq += 1


main()
`

// wrong is the right chat with one place changed.
func wrong(t *testing.T, before, after string) string {
	t.Helper()
	if strings.Count(right, before) != 1 {
		t.Fatalf("the right chat holds %q %d times", before, strings.Count(right, before))
	}
	return strings.Replace(right, before, after, 1)
}

// results decodes what --format json wrote: an object a line, in the schema and
// nothing else.
func results(t *testing.T, text string) []grading.Result {
	t.Helper()
	var all []grading.Result
	for line := range strings.Lines(text) {
		dec := json.NewDecoder(strings.NewReader(line))
		dec.DisallowUnknownFields()
		var result grading.Result
		if err := dec.Decode(&result); err != nil || dec.More() {
			t.Fatalf("this is no result: %v\n%s", err, line)
		}
		all = append(all, result)
	}
	return all
}

// ids lists the rules of a verdict.
func ids(result grading.Result, verdict grading.Verdict) []string {
	list := []string{}
	for _, rule := range result.Rules {
		if rule.Verdict == verdict {
			list = append(list, rule.ID)
		}
	}
	return list
}

func TestTheReferenceConforms(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"run"}, {"run", "reference"}, {"run", "reference", "--assignment", "tcp-peer"}} {
		got := chatspec(t, call{args: append(args, "--tags", "@PEER-3.5")})
		if got.status != 0 || got.stderr != "" {
			t.Errorf("%v ends with %d and says %q", args, got.status, got.stderr)
		}
		if want := "tcp-peer: conformant; rules passed: 1 of 1 must\n"; !strings.HasSuffix(got.stdout, "\n"+want) {
			t.Errorf("%v prints\n%s", args, got.stdout)
		}
	}
}

func TestARunOfSeveralAssignmentsWritesAResultForEach(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	for args, want := range map[string][]string{
		"":                         {"tcp-peer", "tcp-server"},
		"--assignment tcp-server ": {"tcp-server"},
		"--assignment tcp-server --assignment tcp-peer": {"tcp-server", "tcp-peer"},
		"--assignment tcp-server,tcp-peer":              {"tcp-server", "tcp-peer"},
		"--assignment tcp-peer --assignment tcp-peer":   {"tcp-peer"},
	} {
		got := chatspec(t, call{args: append([]string{"run", "--format", "json", "--tags", "@PEER-1.1,@SERVER-2.1"}, strings.Fields(args)...)})
		var assignments []string
		for _, result := range results(t, got.stdout) {
			assignments = append(assignments, result.Assignment)
			if result.Schema != "chatspec/1" || result.Target != "reference" || result.Verdict != "conformant" || result.Seconds <= 0 || len(result.Programs) == 0 {
				t.Errorf("a result is %+v", result)
			}
		}
		if got.status != 0 || !slices.Equal(assignments, want) {
			t.Errorf("%s ends with %d and has results of %v", args, got.status, assignments)
		}
	}
}

// TestAFaultyChatFailsOnTheRuleThatItBreaks runs every demanded rule on small
// chats, each with one fault.
func TestAFaultyChatFailsOnTheRuleThatItBreaks(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	for _, c := range []struct {
		name, program string
		failed        []string // these fail
		besides       []string // and possibly some of these, which need what the fault breaks
		observed      string   // of the first that failed
	}{
		{"none", right, nil, nil, ""},
		{"it counts from 1", wrong(t, "links, seq = None, 0", "links, seq = None, 1"),
			[]string{"PEER-3.2"}, nil, "they carry 1, 2, 3"},
		{"it does not listen", wrong(t, `socket.create_server(("127.0.0.1", port))`, "socket.socket()"),
			[]string{"PEER-1.1"}, nil, "it listens nowhere"},
		{"it crashes at its start", wrong(t, "    server = ", "    config = open('settings.json')\n    server = "),
			[]string{"PEER-1.1"}, nil, "No such file or directory: 'settings.json'"},
		{"it prints nothing", wrong(t, `        print(message["user"] + ": " + message["message"], flush=True)`, "        pass"),
			[]string{"PEER-4.1"}, []string{"PEER-4.2", "PEER-4.3"}, "it shows nothing"},
		{"it joins JSON by hand", wrong(t, `json.dumps({"seq": seq, "user": name, "message": line})`, `'{"seq": %d, "user": "%s", "message": "%s"}' % (seq, name, line)`),
			[]string{"PEER-3.6"}, nil, `she said`},
		{"it connects when it starts", wrong(t, "links, seq = None, 0", "links, seq = connect(peers), 0"),
			[]string{"PEER-1.2"}, []string{"PEER-2.2", "PEER-5.3"}, "it has connected to"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			switch c.name {
			case "none":
			case "it counts from 1":
				longtest.Only(t)
			default:
				longtest.OnlyProof(t) // mutants show the same
			}
			dir := folder(t, map[string]string{"homework/chat.py": c.program})
			got := chatspec(t, call{args: []string{"run", dir, "--tags", "@must", "--format", "json", "--jobs", "6"}})
			all := results(t, got.stdout)
			if len(all) != 1 || got.stderr != "" {
				t.Fatalf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
			}
			failed := ids(all[0], grading.Failed)
			for _, id := range c.failed {
				if !slices.Contains(failed, id) {
					t.Errorf("%s does not fail; these do: %v", id, failed)
				}
			}
			for _, id := range failed {
				if !slices.Contains(c.failed, id) && !slices.Contains(c.besides, id) {
					t.Errorf("%s fails, which it does not break", id)
				}
			}
			if c.failed == nil && len(all[0].Rules) != len(ids(all[0], grading.Passed)) {
				t.Errorf("not all rules pass: %v do", ids(all[0], grading.Passed))
			}
			verdict, status := "conformant", 0
			if len(c.failed) > 0 {
				verdict, status = "nonconformant", 1
			}
			if got.status != status || all[0].Verdict != verdict {
				t.Errorf("it ends with %d: %s", got.status, all[0].Verdict)
			}
			checkFailure(t, all[0], c.observed)
		})
	}
}

// checkFailure looks at what is said of the first rule that failed.
func checkFailure(t *testing.T, result grading.Result, observed string) {
	t.Helper()
	for _, rule := range result.Rules {
		for _, scenario := range rule.Scenarios {
			if scenario.Verdict != grading.Failed {
				continue
			}
			f := scenario.Failure
			if f.Step == "" || f.Expected == "" || f.Hint == "" || len(f.Journal) == 0 || !strings.Contains(f.Observed, observed) {
				t.Errorf("the failure of %s should show %q, and is %+v", rule.ID, observed, f)
			}
			return
		}
	}
}

func TestThePrettyReportNamesExpectedObservedHintAndJournal(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	for _, c := range []struct {
		name, program, tags string
		want                []string
	}{
		{"it counts from 1", wrong(t, "links, seq = None, 0", "links, seq = None, 1"), "@PEER-3.1,@PEER-3.2", []string{
			"\n  ✓ PEER-3.1     Every message is one JSON object\n",
			"\n  ✗ PEER-3.2     The member `seq` counts a user's messages, from 0\n",
			"\n✗ PEER-3.2 The member `seq` counts a user's messages, from 0\n",
			"\n  Scenario  Three messages\n",
			"\n  Step      \"bob\" has received the numbers 0, 1, 2\n",
			"\n  Expected  the messages to bob carry the `seq` 0, 1, 2\n",
			"\n  Observed  they carry 1, 2, 3\n",
			"\n  Hint      begin with 0, ",
			"\n  What happened last:\n",
			`ann → bob: {"seq": 1, "user": "ann", "message": "one"}`,
			"\ntcp-peer: nonconformant; rules passed: 3 of 4 must\n",
		}},
		{"it crashes at its start", "import os\nos.environ['CHAT_HOME']\n", "@PEER-1.1,@PEER-3.2", []string{
			"\n✗ PEER-1.1 ",
			"\n  Observed  it ended before it listened (exit status 1)",
			"\n  What it wrote to standard error:\n    Traceback (most recent call last):\n",
			"KeyError: 'CHAT_HOME'",
			"\n– blocked: PEER-2.1, PEER-2.3, PEER-3.2\n",
			"\ntcp-peer: nonconformant; rules passed: 0 of 4 must\n",
		}},
		{"it would rule the terminal", "import sys\nsys.exit('\\x1b[31mred\\x1b[2J\\x07')\n", "@PEER-1.1", []string{
			"·[31mred·[2J·",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"chat.py": c.program})
			got := chatspec(t, call{args: []string{"run", dir, "--tags", c.tags}})
			if got.status != 1 || got.stderr != "" {
				t.Errorf("it ends with %d and says %q", got.status, got.stderr)
			}
			for _, part := range c.want {
				if !strings.Contains(got.stdout, part) {
					t.Errorf("it does not print %q", part)
				}
			}
			if i := strings.IndexFunc(got.stdout, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }); i >= 0 {
				t.Errorf("it prints the control character %q", got.stdout[i])
			}
			if t.Failed() {
				t.Logf("it prints\n%s", got.stdout)
			}
		})
	}
}

// A failed start is said once.
func TestWhatBlocksManyRulesIsSaidOnce(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"chat.py": "import os\nos.environ['CHAT_HOME']\n"})
	got := chatspec(t, call{args: []string{"run", dir}})
	// What one rule needs by itself is told apart.
	lists := regexp.MustCompile(`(?m)^– blocked: \S+, .*\n  Expected  ann listens on `).FindAllString(got.stdout, -1)
	if len(lists) != 1 {
		t.Errorf("the failed start is told of %d times:\n%s", len(lists), got.stdout)
	}
}

func TestASubmissionMayHoldItsLibraries(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"chat.py": right, "node_modules/x/index.js": "", "venv/lib/x.py": "", ".git/HEAD": ""})
	if got := chatspec(t, call{args: []string{"run", dir, "--tags", "@PEER-1.1"}}); got.status != 0 {
		t.Errorf("it ends with %d and says %s", got.status, got.stderr)
	}
}

func TestARuleThatNeedsOthersIsRunWithThem(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"chat.py": wrong(t, `        print(message["user"] + ": " + message["message"], flush=True)`, "        pass")})
	got := chatspec(t, call{args: []string{"run", dir, "--tags", "@PEER-1.4", "--format", "json"}})
	result := results(t, got.stdout)[0]
	if got.status != 1 || got.stderr != "" || !slices.Equal(ids(result, grading.Passed), []string{"PEER-1.1", "PEER-2.1"}) ||
		!slices.Equal(ids(result, grading.Failed), []string{"PEER-4.1"}) || !slices.Equal(ids(result, grading.Blocked), []string{"PEER-1.4"}) {
		t.Errorf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
	}
	// Alone it has failed, and it is said why that may be.
	got = chatspec(t, call{args: []string{"run", dir, "--tags", "@PEER-1.4 && @should", "--format", "json"}})
	result = results(t, got.stdout)[0]
	want := "chatspec: --tags leaves out PEER-1.1, PEER-2.1, PEER-4.1, which rules that are judged need: where one of those is broken, these fail and are not blocked\n"
	if got.status != 1 || got.stderr != want || !slices.Equal(ids(result, grading.Failed), []string{"PEER-1.4"}) || len(result.Rules) != 1 {
		t.Errorf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
	}
}

// TestTheExitStatusIsAboutWhatTheTextDemands: 0 where no demanded rule failed or is
// blocked, and one has passed.
func TestTheExitStatusIsAboutWhatTheTextDemands(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	quotes := wrong(t, `message["user"] + ": " + message["message"]`, `message["user"] + ": " + message["message"].replace('"', "'")`)
	deaf := wrong(t, `socket.create_server(("127.0.0.1", port))`, "socket.socket()")
	for _, c := range []struct {
		name, program, tags string
		status              int
	}{
		{"a demanded rule passed", right, "@PEER-1.1", 0},
		{"a demanded rule failed", deaf, "@PEER-1.1", 1},
		{"one passed and one failed", deaf, "@PEER-1.1,@PEER-3.1", 1},
		{"one is blocked, and what it needs was not run", deaf, "@PEER-4.2 && @must", 1},
		{"one that is only implied failed", quotes, "@PEER-4.4", 0},
		{"nothing that was demanded was run, and nothing passed", quotes, "@PEER-4.4 && @should", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"chat.py": c.program})
			got := chatspec(t, call{args: []string{"run", dir, "--tags", c.tags}})
			if got.status != c.status {
				t.Errorf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
			}
		})
	}
}

// TestARuleIsShownWhole: who sees what a right run looks like knows what is missing in a wrong
// one.
func TestARuleIsShownWhole(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"chat.py": right})
	got := chatspec(t, call{args: []string{"run", dir, "--rule", "peer-2.1", "--show"}})
	for _, text := range []string{"PEER-2.1 ", ": passed\n", "  ✓ When ", "  What happened:\n", " listens on 127.0.0.1:", " connects to "} {
		if !strings.Contains(got.stdout, text) {
			t.Errorf("it does not show %q:\n%s", text, got.stdout)
		}
	}
	if got.status != 0 || strings.Contains(got.stdout, "ended by signal") || strings.Count(got.stdout, ": passed\n") != strings.Count(got.stdout, "What happened:\n") {
		t.Errorf("it ends with %d and shows more than was asked for:\n%s", got.status, got.stdout)
	}
}

func TestWhatIsShownIsSaidWithTheRule(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--show":                           "chatspec: --show shows the scenarios of a rule: say which with --rule, as in --rule PEER-3.2 --show\n",
		"--rule PEER-1.1 --tags @PEER-1.1": "chatspec: --rule and --tags both say what is judged: give one of them\n",
		"--rule PEER-99.1":                 "chatspec: --rule: there is no assignment and no rule \"PEER-99.1\": `chatspec list` shows the assignments, `chatspec list http` its rules\n",
	} {
		got := chatspec(t, call{args: append([]string{"run", "reference"}, strings.Fields(args)...)})
		if got.status != 2 || got.stderr != want {
			t.Errorf("with %s it ends with %d and says\n%s\nand should say\n%s", args, got.status, got.stderr, want)
		}
	}
}
