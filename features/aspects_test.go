package features_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
)

// twins are two assignments, of one program each.
func twins(aspects string) map[string]string {
	return map[string]string{
		"talk/1.feature": whole, "walk/1.feature": strings.ReplaceAll(whole, "TALK-", "WALK-"),
		"aspects.yaml": aspects,
	}
}

func TestAnAspectIsSaidOfEveryProgram(t *testing.T) {
	got, err := read(t, twins(`aspects:
  - title: It sends
    rules: {talk/talk: TALK-1.1 TALK-1.10}
    apart: {it is alone: walk/talk}
  - title: It receives
    rules: {talk/talk: TALK-1.1, walk/talk: WALK-1.1}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []features.Aspect{
		{Title: "It sends", Programs: []features.ProgramAspect{
			{Assignment: "talk", Program: "talk", Rules: []string{"TALK-1.1", "TALK-1.10"}},
			{Assignment: "walk", Program: "talk", Rules: []string{}, Apart: "it is alone"},
		}},
		{Title: "It receives", Programs: []features.ProgramAspect{
			{Assignment: "talk", Program: "talk", Rules: []string{"TALK-1.1"}},
			{Assignment: "walk", Program: "talk", Rules: []string{"WALK-1.1"}},
		}},
	}
	if diff := cmp.Diff(want, got.Aspects); diff != "" {
		t.Errorf("they differ (- wanted, + got):\n%s", diff)
	}
}

func TestAnAspectThatCannotBeIsRefused(t *testing.T) {
	for entry, want := range map[string]string{
		`rules: {talk/talk: TALK-1.1, walk/talk: TALK-1.1}`:                         "walk has no rule TALK-1.1",
		`rules: {talk/talk: TALK-1.1, walk/talk: WALK-1.1, walk/run: WALK-1.1}`:     "no program is called walk/run",
		`{rules: {talk/talk: TALK-1.1}, apart: {alone: walk/talk talk/run}}`:        "no program is called talk/run",
		`{rules: {talk/talk: TALK-1.1}, apart: {alone: walk/talk talk/talk}}`:       "talk/talk has rules, and yet it does not apply to it",
		`{rules: {talk/talk: TALK-1.1}, apart: {alone: walk/talk}, colour: "blue"}`: "colour",
	} {
		body, isMap := strings.CutPrefix(entry, "{")
		if isMap {
			body = strings.TrimSuffix(body, "}")
		}
		_, err := read(t, twins("aspects:\n  - {title: It sends, "+body+"}\n"))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "aspects.yaml") {
			t.Errorf("%s: %v, want %q and the file", entry, err, want)
		}
	}
}

// What is said of one program, and nowhere of its twin, is a rule that is missing.
func TestEachAspectIsSaidOfEveryProgram(t *testing.T) {
	catalogue := real(t)
	if len(catalogue.Aspects) == 0 {
		t.Fatal("the assignments are not set side by side")
	}
	for _, aspect := range catalogue.Aspects {
		if !slices.ContainsFunc(aspect.Programs, func(p features.ProgramAspect) bool { return len(p.Rules) > 0 }) {
			t.Errorf("%q is said of no program", aspect.Title)
		}
		for _, program := range aspect.Programs {
			if program.Apart == "" && len(program.Rules) == 0 {
				t.Errorf("nothing is said of %s/%s in %q: name its rules, or why this does not apply to it", program.Assignment, program.Program, aspect.Title)
			}
		}
	}
}
