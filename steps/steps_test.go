package steps_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/sandbox/host"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// top is the checkout, seen from this folder.
const top = ".."

// targetVariable names the folder that TestFeatures judges.
const targetVariable = "CHATSPEC_TARGET"

// reference builds the programs of the reference.
func reference(t *testing.T) *target.Target {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "reference")
	build := exec.Command("go", "build", "-o", binary, "./reference/main")
	build.Dir = top
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the reference: %v\n%s", err, output)
	}
	return target.Reference(catalogue(t).HandedIn(), binary)
}

func catalogue(t *testing.T) features.Catalogue {
	t.Helper()
	all, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestMain(m *testing.M) {
	host.TakeOver()
	os.Exit(m.Run())
}

// inEachIsolation runs a test in both ways of isolation. Where there is one
// only, the other is skipped, but not in CI.
func inEachIsolation(t *testing.T, test func(t *testing.T, way sandbox.Isolation)) {
	t.Helper()
	for _, way := range []sandbox.Isolation{sandbox.OwnHost, sandbox.Shared} {
		t.Run(string(way), func(t *testing.T) {
			if err := sandbox.Check(); way == sandbox.OwnHost && err != nil && os.Getenv("CI") != "true" {
				t.Skip(err)
			}
			test(t, way)
		})
	}
}

func newRun(t *testing.T, subject *target.Target, how stage.Options) *stage.Run {
	t.Helper()
	run, err := stage.NewRun(subject, how)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run.Close(); err != nil {
			t.Error(err)
		}
	})
	return run
}

// judge runs all features of the target's assignments.
func judge(t *testing.T, subject *target.Target, how stage.Options, options steps.Options) []grading.Outcome {
	t.Helper()
	options.Features = features.Files
	var outcomes []grading.Outcome
	for _, id := range subject.Assignments {
		known, _ := catalogue(t).Assignment(id)
		some, err := vocabularies.Run(t.Context(), newRun(t, subject.For(id), how), known, options)
		if err != nil {
			t.Fatal(err)
		}
		if len(some) == 0 {
			t.Fatalf("no scenario of %s was run", id)
		}
		outcomes = append(outcomes, some...)
	}
	return outcomes
}

// TestFeatures runs each scenario as a subtest: against the reference, or
// against the folder that CHATSPEC_TARGET names. Of somebody else's programs
// it leaves out what goes beyond the text.
func TestFeatures(t *testing.T) {
	folder := os.Getenv(targetVariable)
	if folder == "" {
		judge(t, reference(t), stage.Options{Isolate: sandbox.Auto}, steps.Options{TestingT: t, Jobs: 4})
		return
	}
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(top, folder)
	}
	subject, err := target.Open(t.Context(), folder, catalogue(t).HandedIn(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer subject.Close()
	judge(t, subject, stage.Options{Isolate: sandbox.Auto}, steps.Options{TestingT: t, Jobs: 4, Tags: "~@robust"})
}

// TestReferencePasses asks for more than TestFeatures: nothing is left
// unverified or blocked, but what stands in a text, of which the reference has none.
func TestReferencePasses(t *testing.T) {
	const text = "ZMQ-4.8"
	inEachIsolation(t, func(t *testing.T, way sandbox.Isolation) {
		for _, outcome := range judge(t, reference(t), stage.Options{Isolate: way}, steps.Options{Jobs: 8, Shuffle: true}) {
			if outcome.Verdict != grading.Passed && (outcome.Rule != text || outcome.Verdict != grading.Unverified) {
				t.Error(describe(outcome))
			}
		}
	})
}

// TestSamplesPass judges the sample submissions, which are all right and all
// different. They pass everything that can be seen of them.
func TestSamplesPass(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join(top, "fixtures", "submissions", "*", "*"))
	if err != nil || len(folders) < 10 {
		t.Fatalf("found %d sample submissions: %v", len(folders), err)
	}
	for _, folder := range folders {
		assignment := filepath.Base(filepath.Dir(folder))
		if fixed()[assignment+"/"+filepath.Base(folder)] != nil {
			continue
		}
		t.Run(assignment+"/"+filepath.Base(folder), func(t *testing.T) {
			inEachIsolation(t, func(t *testing.T, way sandbox.Isolation) { passes(t, folder, assignment, way) })
		})
	}
}

// fixed are the samples with ports and hosts of their own, and the rules about
// arguments, which alone they break.
func fixed() map[string][]string {
	return map[string][]string{
		"tcp-peer/python-fixed-port":    {"PEER-1.1"},
		"tcp-server/python-fixed-hosts": {"SERVER-1.13", "SERVER-2.1"},
	}
}

// TestSamplesWithPortsOfTheirOwnBreakTheRulesAboutThem: where every program has a
// host of its own, a submission is judged wherever it listens and whomever it
// calls.
func TestSamplesWithPortsOfTheirOwnBreakTheRulesAboutThem(t *testing.T) {
	if err := sandbox.Check(); err != nil && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	for name, rules := range fixed() {
		t.Run(name, func(t *testing.T) { breaksOnly(t, filepath.Join(top, "fixtures", "submissions", name), rules) })
	}
	t.Run("zmq", func(t *testing.T) {
		folder := withFixedPorts(t, filepath.Join(top, "fixtures", "submissions", "zmq", "python-pickle-prefix"))
		breaksOnly(t, folder, []string{"ZMQ-1.1", "ZMQ-2.1", "ZMQ-3.1", "ZMQ-4.1"})
	})
}

// withFixedPorts copies a sample of zmq, and has its programs ignore the ports that
// they are given.
func withFixedPorts(t *testing.T, sample string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(sample)); err != nil {
		t.Fatal(err)
	}
	programs, err := filepath.Glob(filepath.Join(folder, "*_*.py"))
	if err != nil || len(programs) == 0 {
		t.Fatalf("there are no programs: %v", err)
	}
	fix := strings.NewReplacer("{ip}:{post_port}", "127.0.0.1:5555", "{ip}:{port}", "127.0.0.1:5555", "{ip}:{pub_port}", "127.0.0.1:5556")
	for _, file := range programs {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(fix.Replace(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// breaksOnly wants a submission to fail some rules, and to pass the others.
func breaksOnly(t *testing.T, folder string, rules []string) {
	t.Helper()
	subject, err := target.Open(t.Context(), folder, catalogue(t).HandedIn(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer subject.Close()
	broken := map[string]bool{}
	for _, outcome := range judge(t, subject, stage.Options{Isolate: sandbox.OwnHost}, steps.Options{Jobs: 4, Shuffle: true}) {
		asked := slices.Contains(rules, outcome.Rule)
		if outcome.Verdict == grading.Unverified {
			continue
		}
		// Some need a rule about arguments; grading says so.
		needs := slices.Contains([]string{"PEER-1.4", "ZMQ-1.3", "ZMQ-2.3"}, outcome.Rule)
		if outcome.Verdict != grading.Passed && !asked && !needs {
			t.Error(describe(outcome))
		}
		broken[outcome.Rule] = broken[outcome.Rule] || outcome.Verdict == grading.Failed
	}
	for _, rule := range rules {
		if !broken[rule] {
			t.Errorf("%s has not failed", rule)
		}
	}
}

// passes wants everything of a sample that can be seen to pass.
func passes(t *testing.T, folder, assignment string, way sandbox.Isolation) {
	t.Helper()
	subject, err := target.Open(t.Context(), folder, catalogue(t).HandedIn(), []string{assignment})
	if err != nil {
		t.Fatal(err)
	}
	defer subject.Close()
	for _, outcome := range judge(t, subject, stage.Options{Isolate: way, Patience: patienceWith(folder)}, steps.Options{Jobs: 4, Shuffle: true}) {
		if outcome.Verdict == grading.Failed || outcome.Verdict == grading.Blocked {
			t.Error(describe(outcome))
		}
	}
}

// patienceWith makes a scenario that reaches a deadline last for more than an hour, so
// that its test does not end in time: of right programs none does. Those in Go have a
// shorter one, since their runtime wakes up once a minute, and that would be waited for.
func patienceWith(folder string) float64 {
	if filepath.Base(folder) == "go" {
		return 10
	}
	return 1000
}

func describe(outcome grading.Outcome) string {
	return fmt.Sprintf("%s, %s: %s\nat: %s\nexpected: %s\nobserved: %s\n%s", outcome.Rule, outcome.Scenario, outcome.Verdict,
		outcome.Failure.Step, outcome.Failure.Expected, outcome.Failure.Observed, strings.Join(outcome.Failure.Journal, "\n"))
}

func TestAnInterruptedRunLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	run := newRun(t, reference(t).For("zmq"), stage.Options{Isolate: sandbox.Auto})
	zmq, _ := catalogue(t).Assignment("zmq")
	_, err := vocabularies.Run(ctx, run, zmq, steps.Options{
		Features: features.Files, Jobs: 4,
		Progress: func(grading.Outcome) { cancel() },
	})
	if err != context.Canceled {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestCountKnowsTags(t *testing.T) {
	for tags, want := range map[string]int{"@PEER-3.2": 1, "@PEER-2.1": 3, "@nothing": 0} {
		got, err := steps.Count(features.Files, []string{"tcp-peer"}, tags)
		if err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", tags, got, err, want)
		}
	}
}
