package grading

import (
	"fmt"
	"io"
	"strings"

	"github.com/chatspec/chatspec/features"
)

// The objects of Gradescope's results.json, as its documentation of autograders says.
type (
	gradescopeReport struct {
		Score         float64          `json:"score"`
		ExecutionTime float64          `json:"execution_time"` // in seconds
		Output        string           `json:"output"`
		OutputFormat  string           `json:"output_format"`
		TestFormat    string           `json:"test_output_format"`
		NameFormat    string           `json:"test_name_format"`
		Visibility    string           `json:"stdout_visibility"`
		Tests         []gradescopeTest `json:"tests"`
	}

	gradescopeTest struct {
		Name       string   `json:"name"`
		Number     string   `json:"number"`
		Score      *float64 `json:"score,omitempty"`
		MaxScore   *float64 `json:"max_score,omitempty"`
		Status     string   `json:"status,omitempty"`
		Output     string   `json:"output,omitempty"`
		Visibility string   `json:"visibility"`
		Tags       []string `json:"tags,omitempty"`
	}
)

// WriteGradescope writes results as Gradescope's results.json: a test with points for each item of the score sheet,
// and below it one without for each of its rules. What goes beyond the text comes last, and is no failure.
func WriteGradescope(w io.Writer, results []Result) error {
	report := gradescopeReport{
		OutputFormat: "text", TestFormat: "text", NameFormat: "text", Visibility: "hidden", Tests: []gradescopeTest{},
	}
	var output []string
	number := 0
	for _, result := range results {
		report.Score = tenths(report.Score + result.Score.Earned)
		report.ExecutionTime += result.Seconds
		output = append(output, preface(result)...)
		for _, item := range result.Score.Items {
			number++
			report.Tests = append(report.Tests, gradescopeItem(number, item))
			report.Tests = append(report.Tests, gradescopeRules(number, rulesIn(result, item))...)
		}
		if others := withoutItem(result); len(others) > 0 {
			number++
			report.Tests = append(report.Tests, gradescopeRules(number, others)...)
		}
	}
	report.Output = Visible(strings.Join(output, "\n"))
	return encode(w, report, "  ")
}

// preface says what stands above all tests.
func preface(result Result) []string {
	lines := []string{fmt.Sprintf("%s: %s; rules passed: %s", result.Assignment, result.Verdict, counts(shownRules(result)))}
	if all, open := hiddenRules(result); all > 0 {
		lines = append(lines, fmt.Sprintf("Of %d rules that are not shown, %d did not pass", all, open))
	}
	for _, what := range result.Mended {
		lines = append(lines, "In the archive, "+what)
	}
	for _, what := range result.Unisolated {
		lines = append(lines, "Not isolated: "+what)
	}
	for _, what := range result.Observations {
		lines = append(lines, "Chosen where the assignment leaves it open: "+what)
	}
	return lines
}

func gradescopeItem(number int, item Item) gradescopeTest {
	status := "failed"
	if item.Earned == item.Possible {
		status = "passed"
	}
	return gradescopeTest{
		Name: Visible(item.Title), Number: fmt.Sprint(number), Score: &item.Earned, MaxScore: &item.Possible,
		Status: status, Output: Visible(item.Note), Visibility: "visible",
	}
}

// shownRules are the rules of which a student is told.
func shownRules(result Result) []Rule {
	var rules []Rule
	for _, rule := range result.Rules {
		if !rule.Hidden {
			rules = append(rules, rule)
		}
	}
	return rules
}

// gradescopeRules are the tests of some rules.
func gradescopeRules(number int, rules []Rule) []gradescopeTest {
	var tests []gradescopeTest
	for i, rule := range rules {
		test := gradescopeTest{
			Name: Visible(rule.ID + " " + titleOf(rule)), Number: fmt.Sprintf("%d.%d", number, i+1),
			Output: Visible(tell(rule)), Visibility: visibility(rule), Tags: []string{rule.Level, string(rule.Verdict)},
		}
		switch {
		case rule.Verdict == Passed:
			test.Status = "passed"
		case rule.Verdict == Failed && rule.Level != string(features.Robust):
			test.Status = "failed"
		}
		tests = append(tests, test)
	}
	return tests
}

// visibility says who is shown a rule's test.
func visibility(rule Rule) string {
	if rule.Hidden {
		return "hidden"
	}
	return "visible"
}

// tell tells in lines why a rule did not pass; nothing, if it did.
func tell(rule Rule) string {
	var text strings.Builder
	for _, scenario := range rule.Scenarios {
		if scenario.Verdict == Passed {
			continue
		}
		fmt.Fprintf(&text, "%s: %s\n%s", scenario.Verdict, scenario.Name, account(scenario.failure()))
	}
	return text.String()
}

// rulesIn lists the rules of an item, in the order of the features.
func rulesIn(result Result, item Item) []Rule {
	var rules []Rule
	for _, rule := range result.Rules {
		for _, id := range item.Rules {
			if id == rule.ID {
				rules = append(rules, rule)
			}
		}
	}
	return rules
}

// withoutItem lists the rules that stand in no item.
func withoutItem(result Result) []Rule {
	var rules []Rule
	for _, rule := range result.Rules {
		if !isScored(result, rule) {
			rules = append(rules, rule)
		}
	}
	return rules
}

// isScored reports whether a rule stands in an item.
func isScored(result Result, rule Rule) bool {
	for _, item := range result.Score.Items {
		if len(rulesIn(Result{Rules: []Rule{rule}}, item)) > 0 {
			return true
		}
	}
	return false
}
