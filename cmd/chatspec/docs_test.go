package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
)

func TestTheConformancePageShowsARubricAsATable(t *testing.T) {
	rubric := features.Rubric{
		Source: "guide.txt, grading guide", Points: 7.5,
		Items: []features.RubricItem{
			{Title: "Part 1: a start", Points: 5, Rules: []string{"TALK-1.1", "TALK-1.2"}},
			{Title: "Part 2: `a|b`", Points: 2.5, Rules: []string{"TALK-2.1"}},
		},
	}
	const table = `
7.5 points, from the guide, grading guide. An item gives its points in the share of the scenarios of its rules that pass.

| item | points | rules |
|---|--:|---|
| Part 1: a start | 5 | TALK-1.1, TALK-1.2 |
` + "| Part 2: `a\\|b` | 2.5 | TALK-2.1 |\n"
	for _, c := range []struct {
		unscored []string
		want     string
	}{
		{nil, table},
		{[]string{"TALK-2.2", "TALK-2.3"}, table + "\nDemanded, and without points: TALK-2.2, TALK-2.3.\n"},
	} {
		rubric.Unscored = c.unscored
		var p page
		p.rubric(features.Assignment{Rubric: &rubric, Assignment: assignment.Assignment{Sources: map[string]string{"guide.txt": "the guide"}}})
		if diff := cmp.Diff(c.want, p.text.String()); diff != "" {
			t.Errorf("it differs (- wanted, + got):\n%s", diff)
		}
	}
}

// The rules are those of GitHub's own pages.
func TestHeadingsAreFoundAsOnGitHub(t *testing.T) {
	var h headings
	for _, c := range []struct{ heading, want string }{
		{"Contents", "contents"},
		{"tcp-peer", "tcp-peer"},
		{"PEER-3.2 The member `seq` counts a user's messages, from 0", "peer-32-the-member-seq-counts-a-users-messages-from-0"},
		{"ZMQ-2.5 pub_client prints a message as «username: message (time)»", "zmq-25-pub_client-prints-a-message-as-username-message-time"},
		{"Grüße, Ελλάδα 2", "grüße-ελλάδα-2"},
		{"a - b", "a---b"},
		{"Contents", "contents-1"},
		{"Contents!", "contents-2"},
	} {
		if got := h.anchor(c.heading); got != c.want {
			t.Errorf("%q is found at %q, and should be at %q", c.heading, got, c.want)
		}
	}
}

var (
	linkWithin = regexp.MustCompile(`\]\(#([^)]*)\)`)
	linkToFile = regexp.MustCompile(`\]\(([^#)][^)]*)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// TestEveryLinkOnTheConformancePageLeadsSomewhere reads the page in the checkout.
func TestEveryLinkOnTheConformancePageLeadsSomewhere(t *testing.T) {
	const top = "../.."
	data, err := os.ReadFile(filepath.Join(top, conformanceFile))
	if err != nil {
		t.Fatal(err)
	}
	var h headings
	var anchors []string
	for _, match := range heading.FindAllStringSubmatch(string(data), -1) {
		anchors = append(anchors, h.anchor(match[1]))
	}
	linked := map[string]bool{}
	for _, match := range linkWithin.FindAllStringSubmatch(string(data), -1) {
		linked[match[1]] = true
		if !slices.Contains(anchors, match[1]) {
			t.Errorf("a link leads to %q, where nothing is", match[1])
		}
	}
	for _, anchor := range anchors[2:] { // after the page's own title and that of the contents
		if !linked[anchor] {
			t.Errorf("no link leads to %q", anchor)
		}
	}
	for _, match := range linkToFile.FindAllStringSubmatch(string(data), -1) {
		if _, err := os.Stat(filepath.Join(top, match[1])); err != nil {
			t.Error(err)
		}
	}
}

func TestTheStepsOfAScenarioAreFolded(t *testing.T) {
	var p page
	p.scenario(features.Scenario{Name: `The line "<b>"`, Steps: []features.Step{{Text: `When "ann" types "<b>"`}, {Text: `Then these see it:`, Rows: []string{"| bob |", "| eve |"}}}})
	want := strings.ReplaceAll(`<details><summary>Scenario: The line &#34;&lt;b&gt;&#34;</summary>

'''gherkin
When "ann" types "<b>"
Then these see it:
  | bob |
  | eve |
'''

</details>
`, "'''", "```")
	if diff := cmp.Diff(want, p.text.String()); diff != "" {
		t.Errorf("it differs (- wanted, + got):\n%s", diff)
	}
}
