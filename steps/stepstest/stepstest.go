// Package stepstest judges whole targets in tests. Nothing else imports it.
package stepstest

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// Catalogue is that of the features.
func Catalogue(t *testing.T) features.Catalogue {
	t.Helper()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// catalogue is read once: that takes longer than many a test.
var catalogue = sync.OnceValues(func() (features.Catalogue, error) { return features.Read(features.Files) })

// Reference builds the programs of the reference. Top is the checkout, seen from the
// test's folder.
func Reference(t *testing.T, top string) *target.Target {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "reference")
	build := exec.Command("go", "build", "-o", binary, "./reference/main")
	build.Dir = top
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the reference: %v\n%s", err, output)
	}
	return target.Reference(Catalogue(t).HandedIn(), binary)
}

// EachIsolation runs a test in several ways of isolation: in the first of them, or, where
// tests may take their time, in the others, or in all, where these are the only tests. A way that cannot be had is
// skipped, but not in CI.
func EachIsolation(t *testing.T, ways []sandbox.Isolation, test func(t *testing.T, way sandbox.Isolation)) {
	t.Helper()
	first, others := ways[:1], ways[1:]
	switch longtest.Level() {
	case "":
		AllIsolations(t, first, test)
		return
	case longtest.Both:
		AllIsolations(t, ways, test)
		return
	}
	if len(others) == 0 {
		t.Skip("it has been judged so without " + longtest.Variable)
	}
	AllIsolations(t, others, test)
}

// AllIsolations runs a test in each of some ways of isolation.
func AllIsolations(t *testing.T, ways []sandbox.Isolation, test func(t *testing.T, way sandbox.Isolation)) {
	t.Helper()
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			stagetest.NeedsIsolation(t, way)
			test(t, way)
		})
	}
}

// Judge runs all features of the target's assignments.
func Judge(t *testing.T, subject *target.Target, how stage.Options, options steps.Options) []grading.Outcome {
	t.Helper()
	options.Features = features.Files
	var outcomes []grading.Outcome
	for _, id := range subject.Assignments {
		known, _ := Catalogue(t).Assignment(id)
		some, err := vocabularies.Run(t.Context(), stagetest.RunOf(t, subject.For(id), how), known, options)
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

// ReferencePasses checks that nothing of the reference is failed, blocked or unverified, but
// what is asked of a text, and of files that are handed in, of which it has none. It has no
// windows, either.
func ReferencePasses(t *testing.T, outcomes []grading.Outcome) {
	t.Helper()
	for _, outcome := range outcomes {
		switch {
		case IsOfWindows(outcome.Rule):
			if outcome.Verdict == grading.Passed {
				t.Errorf("%s passes, and the reference has no windows", outcome.Rule)
			}
		case outcome.Verdict == grading.Passed:
		case outcome.Verdict == grading.Unverified && isOfFiles(outcome.Rule):
		default:
			t.Error(Describe(outcome))
		}
	}
}

// isOfFiles reports whether a rule is about what is handed in besides programs.
func isOfFiles(rule string) bool {
	return slices.Contains([]string{"ZMQ-4.8", "HTTP-5.5", "HTTP-5.6"}, rule) || strings.HasPrefix(rule, "RABBIT-4.") || strings.HasPrefix(rule, "ROOM-5.")
}

// IsOfWindows reports whether a rule is about windows. Programs on terminals fail these, and
// nothing else for that.
func IsOfWindows(rule string) bool { return strings.HasPrefix(rule, "HTTP-7.") }

// Describe says what a scenario came to that did not pass.
func Describe(outcome grading.Outcome) string {
	return fmt.Sprintf("%s, %s: %s\nat: %s\nexpected: %s\nobserved: %s\n%s", outcome.Rule, outcome.Scenario, outcome.Verdict,
		outcome.Failure.Step, outcome.Failure.Expected, outcome.Failure.Observed, strings.Join(outcome.Failure.Journal, "\n"))
}
