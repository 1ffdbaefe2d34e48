package chatspec

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/grading"
)

// tell tells a result in subtests.
func tell(t *testing.T, result grading.Result) {
	t.Helper()
	for _, rule := range result.Rules {
		t.Run(rule.ID, func(t *testing.T) {
			for _, scenario := range rule.Scenarios {
				t.Run(scenario.Name, func(t *testing.T) { tellScenario(t, rule, scenario) })
			}
		})
	}
	if result.Verdict != grading.Conformant && !slices.ContainsFunc(result.Rules, fails) {
		t.Errorf("%s is nonconformant: what it needs could not be judged, or no rule has passed", result.Assignment)
	}
}

// fails reports whether a rule fails its subtest.
func fails(rule grading.Rule) bool {
	return rule.Verdict == grading.Failed && rule.Level != string(features.Robust)
}

func tellScenario(t *testing.T, rule grading.Rule, scenario grading.Scenario) {
	t.Helper()
	switch {
	case scenario.Verdict == grading.Passed:
	case scenario.Failure == nil:
		t.Skip(scenario.Verdict)
	case scenario.Verdict == grading.Failed && rule.Level == string(features.Robust):
		t.Skipf("%s (beyond the text)\n%s", rule.Title, words(*scenario.Failure))
	case scenario.Verdict == grading.Failed:
		t.Errorf("%s\n%s", rule.Title, words(*scenario.Failure))
	default:
		t.Skipf("%s: expected %s; observed %s", scenario.Verdict, inLine(scenario.Failure.Expected), inLine(scenario.Failure.Observed))
	}
}

// inLine is a text in one line, with nothing in it that a terminal would obey.
func inLine(text string) string { return grading.Printable(strings.Join(strings.Fields(text), " ")) }

// words say what went wrong.
func words(failure grading.Failure) string {
	var said strings.Builder
	for _, part := range []struct{ label, text string }{
		{"Step", failure.Step}, {"Expected", failure.Expected}, {"Observed", failure.Observed}, {"Hint", failure.Hint},
		{"What happened last", strings.Join(failure.Journal, "\n")}, {"What it wrote to standard error", failure.Stderr},
	} {
		if part.text == "" {
			continue
		}
		fmt.Fprintf(&said, "%s:", part.label)
		for line := range strings.SplitSeq(strings.TrimRight(part.text, "\n"), "\n") {
			fmt.Fprintf(&said, " %s\n", grading.Printable(line))
		}
	}
	return said.String()
}
