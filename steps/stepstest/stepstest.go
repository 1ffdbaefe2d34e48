// Package stepstest judges whole targets in tests. Nothing else imports it.
package stepstest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// Long is the environment variable that has tests take their time: all programs are
// judged in both ways of isolation.
const Long = "CHATSPEC_LONG"

// Catalogue is that of the features.
func Catalogue(t *testing.T) features.Catalogue {
	t.Helper()
	all, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

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

// EachIsolation runs a test in both ways of isolation, or, unless it may take its time,
// in the first of them. A way that cannot be had is skipped, but not in CI.
func EachIsolation(t *testing.T, ways []sandbox.Isolation, test func(t *testing.T, way sandbox.Isolation)) {
	t.Helper()
	if os.Getenv(Long) == "" {
		ways = ways[:1]
	}
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			if err := sandbox.Check(); way == sandbox.OwnHost && err != nil && os.Getenv("CI") != "true" {
				t.Skip(err)
			}
			test(t, way)
		})
	}
}

// NewRun prepares to judge a target, until the end of the test.
func NewRun(t *testing.T, subject *target.Target, how stage.Options) *stage.Run {
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

// Judge runs all features of the target's assignments.
func Judge(t *testing.T, subject *target.Target, how stage.Options, options steps.Options) []grading.Outcome {
	t.Helper()
	options.Features = features.Files
	var outcomes []grading.Outcome
	for _, id := range subject.Assignments {
		known, _ := Catalogue(t).Assignment(id)
		some, err := vocabularies.Run(t.Context(), NewRun(t, subject.For(id), how), known, options)
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

// Describe says what a scenario came to that did not pass.
func Describe(outcome grading.Outcome) string {
	return fmt.Sprintf("%s, %s: %s\nat: %s\nexpected: %s\nobserved: %s\n%s", outcome.Rule, outcome.Scenario, outcome.Verdict,
		outcome.Failure.Step, outcome.Failure.Expected, outcome.Failure.Observed, strings.Join(outcome.Failure.Journal, "\n"))
}
