package grading

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The elements of JUnit XML, as build servers read them.
type (
	junitReport struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCounts
		Suites []junitSuite `xml:"testsuite"`
	}

	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCounts
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}

	junitCounts struct {
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"` // what is no finding ends a run without a report
		Skipped  int          `xml:"skipped,attr"`
		Time     junitSeconds `xml:"time,attr"`
	}

	junitCase struct {
		Class      string          `xml:"classname,attr"`
		Name       string          `xml:"name,attr"`
		Time       junitSeconds    `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Failure    *junitRemark    `xml:"failure"`
		Skipped    *junitRemark    `xml:"skipped"`
		Output     *junitText      `xml:"system-out"`
	}

	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}

	junitRemark struct {
		Message string `xml:"message,attr"`
		junitText
	}

	junitText struct {
		Text string `xml:",cdata"`
	}

	junitSeconds float64
)

// MarshalText writes seconds to a thousandth.
func (s junitSeconds) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%.3f", float64(s)), nil }

// WriteJUnit writes results as JUnit XML: a suite for each assignment, a test for
// each scenario. What was not judged is skipped, and so is what failed without
// being demanded by the text; the message says which.
func WriteJUnit(w io.Writer, results []Result) error {
	report := junitReport{Name: "chatspec"}
	for _, result := range results {
		suite := junitSuiteOf(result)
		report.Suites = append(report.Suites, suite)
		report.add(suite.junitCounts)
	}
	text, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func (c *junitCounts) add(more junitCounts) {
	c.Tests += more.Tests
	c.Failures += more.Failures
	c.Skipped += more.Skipped
	c.Time += more.Time
}

func junitSuiteOf(result Result) junitSuite {
	suite := junitSuite{Name: result.Assignment, Properties: junitProperties(
		"target", result.Target, "verdict", result.Verdict, "isolation", result.Isolation, "unisolated", strings.Join(result.Unisolated, "; "),
	)}
	for _, rule := range result.Rules {
		for _, scenario := range rule.Scenarios {
			one := junitCaseOf(result.Assignment, rule, scenario)
			suite.Cases = append(suite.Cases, one)
			suite.add(one.counts())
		}
	}
	return suite
}

func (c junitCase) counts() junitCounts {
	counts := junitCounts{Tests: 1, Time: c.Time}
	if c.Failure != nil {
		counts.Failures = 1
	}
	if c.Skipped != nil {
		counts.Skipped = 1
	}
	return counts
}

func junitCaseOf(assignment string, rule Rule, scenario Scenario) junitCase {
	one := junitCase{
		Class:      assignment,
		Name:       Visible(rule.ID + " " + rule.Title + " · " + scenario.Name),
		Time:       junitSeconds(scenario.Seconds),
		Properties: junitProperties("level", rule.Level, "source", rule.Source, "verdict", string(scenario.Verdict)),
	}
	if scenario.Verdict == Passed {
		return one
	}
	said := junitRemark{Message: Visible(remark(rule, scenario))}
	text := junitText{Visible(account(scenario.failure()))}
	if scenario.Verdict == Failed && !isForgiven(rule, scenario) {
		said.junitText = text
		one.Failure = &said
		return one
	}
	one.Skipped, one.Output = &said, &text
	return one
}

// junitProperties pairs names with values, and leaves out those without a value.
func junitProperties(pairs ...string) []junitProperty {
	var properties []junitProperty
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			properties = append(properties, junitProperty{Name: pairs[i], Value: Visible(pairs[i+1])})
		}
	}
	return properties
}
