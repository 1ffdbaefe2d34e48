package grading

import (
	"fmt"
	"strings"

	"github.com/chatspec/chatspec/features"
)

// Reports for machines know a test that passed, one that failed and one that was
// skipped. What they have no word for, a remark says.

// isForgiven reports whether a scenario failed and the run did not: its rule goes
// beyond the text.
func isForgiven(rule Rule, scenario Scenario) bool {
	return scenario.Verdict == Failed && rule.Level == string(features.Robust)
}

// failure is what is known of a scenario that did not pass.
func (s Scenario) failure() Failure {
	if s.Failure == nil {
		return Failure{}
	}
	return *s.Failure
}

// remark says in a line why a scenario did not pass. It begins with the verdict,
// where the scenario is no failure of the run.
func remark(rule Rule, scenario Scenario) string {
	line := strings.NewReplacer("\n", " ").Replace
	failure := scenario.failure()
	expected, observed := line(failure.Expected), line(failure.Observed)
	found := fmt.Sprintf("expected: %s; observed: %s", expected, observed)
	switch {
	case scenario.Verdict == Unverified:
		return "unverified: " + observed
	case scenario.Verdict == Blocked:
		return "blocked: " + found
	case isForgiven(rule, scenario):
		return "failed, and the text does not demand it: " + found
	}
	return found
}

// account tells all that is known of a failure, in lines.
func account(failure Failure) string {
	var text strings.Builder
	for _, field := range []struct{ label, text string }{
		{"Step", failure.Step}, {"Expected", failure.Expected}, {"Observed", failure.Observed}, {"Hint", failure.Hint},
	} {
		fmt.Fprintf(&text, "%-9s %s\n", field.label, strings.ReplaceAll(field.text, "\n", "\n          "))
	}
	text.WriteString(paragraph("What happened last", strings.Join(failure.Journal, "\n")))
	text.WriteString(paragraph("What it wrote to standard error", failure.Stderr))
	return text.String()
}

// paragraph is a text below its title, or nothing.
func paragraph(title, text string) string {
	if text == "" {
		return ""
	}
	return title + ":\n  " + strings.ReplaceAll(text, "\n", "\n  ") + "\n"
}
