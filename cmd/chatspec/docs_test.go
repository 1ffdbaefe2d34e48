package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
)

func TestTheConformancePageShowsARubricAsATable(t *testing.T) {
	rubric := features.Rubric{
		Source: "the text, grading guide", Points: 7.5,
		Items: []features.RubricItem{
			{Title: "Part 1: a start", Points: 5, Rules: []string{"TALK-1.1", "TALK-1.2"}},
			{Title: "Part 2: `a|b`", Points: 2.5, Rules: []string{"TALK-2.1"}},
		},
	}
	const table = `
7.5 points, from the text, grading guide. An item gives its points in the share of the scenarios of its rules that pass.

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
		var page strings.Builder
		writeRubric(&page, rubric)
		if diff := cmp.Diff(c.want, page.String()); diff != "" {
			t.Errorf("it differs (- wanted, + got):\n%s", diff)
		}
	}
}
