package grading_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/grading"
)

// rubricOf is a rubric with an item of so many points for each list of rules,
// separated by spaces.
func rubricOf(points float64, rules ...string) *features.Rubric {
	r := &features.Rubric{Source: "the guide"}
	for i, list := range rules {
		r.Items = append(r.Items, features.RubricItem{Title: "Item " + string(rune('1'+i)), Points: points, Rules: strings.Fields(list)})
		r.Points += points
	}
	return r
}

func TestAnItemGivesItsPointsInTheShareOfWhatPassed(t *testing.T) {
	for _, c := range []struct {
		name             string
		points           float64
		one, two         []grading.Verdict
		earned, possible float64
		note             string
	}{
		{"all passed", 5, []grading.Verdict{passed, passed}, []grading.Verdict{passed, passed}, 5, 5, ""},
		{"nothing passed", 5, []grading.Verdict{failed, failed}, []grading.Verdict{blocked, failed}, 0, 5, ""},
		{"one failed", 10, []grading.Verdict{passed, failed}, []grading.Verdict{passed, passed}, 7.5, 10, ""},
		{"one is blocked", 10, []grading.Verdict{passed, passed}, []grading.Verdict{passed, blocked}, 7.5, 10, ""},
		{"it is rounded up", 5, []grading.Verdict{passed, failed}, []grading.Verdict{passed, passed}, 3.8, 5, ""},
		{"it is rounded down", 5, []grading.Verdict{passed, failed}, []grading.Verdict{failed, unverified}, 1.7, 5, "unverified: 1 of 4 scenarios"},
		{"points with a decimal", 2.5, []grading.Verdict{passed, failed}, []grading.Verdict{passed, failed}, 1.3, 2.5, ""},
		{"half cannot be seen", 5, []grading.Verdict{passed, passed}, []grading.Verdict{unverified, unverified}, 5, 5, "unverified: 2 of 4 scenarios"},
		{"nothing can be seen", 5, []grading.Verdict{unverified, unverified}, []grading.Verdict{unverified, unverified}, 0, 0, "unverified: its 5 points are left out"},
		{"a rule was not run", 5, []grading.Verdict{passed, failed}, nil, 2.5, 5, "not run: 2 of 4 scenarios"},
		{"nothing was run", 2.5, nil, nil, 0, 0, "not run: its 2.5 points are left out"},
		{"some was not run and some not seen", 5, []grading.Verdict{passed, unverified}, []grading.Verdict{"", failed}, 2.5, 5, "not run: 1 of 4 scenarios; unverified: 1 of 4 scenarios"},
		{"what was run cannot be seen", 5, []grading.Verdict{unverified}, nil, 0, 0, "unverified: its 5 points are left out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := talk(rule("TALK-1.1", features.Must, 2), rule("TALK-1.2", features.Must, 2), rule("TALK-1.3", features.Must, 1))
			a.Rubric = rubricOf(c.points, "TALK-1.1 TALK-1.2")
			got := grade(a, came("TALK-1.1", c.one...), came("TALK-1.2", c.two...), came("TALK-1.3", failed)).Score
			want := grading.Score{Source: "the guide", Earned: c.earned, Possible: c.possible, Items: []grading.Item{
				{Title: "Item 1", Earned: c.earned, Possible: c.possible, Rules: []string{"TALK-1.1", "TALK-1.2"}, Note: c.note},
			}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the score differs (- wanted, + got):\n%s", diff)
			}
		})
	}
}

// What fails because of something else is blocked only when all are graded.
func TestAnItemSeesWhatWasBlockedByItsNeeds(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 2, "TALK-1.1"))
	a.Rubric = rubricOf(5, "TALK-1.1", "TALK-1.2")
	result := grade(a, came("TALK-1.1", failed), came("TALK-1.2", passed, failed))
	if got := result.Score.Items[1].Earned; got != 2.5 || verdicts(result)["TALK-1.2"] != blocked {
		t.Errorf("it earns %v, and the rules are %v", got, verdicts(result))
	}
}

// One requirement may be worth points in two places of a guide.
func TestARuleMayStandInTwoItems(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 1))
	a.Rubric = rubricOf(5, "TALK-1.1 TALK-1.2", "TALK-1.1")
	if got := grade(a, came("TALK-1.1", failed), came("TALK-1.2", passed)).Score; got.Earned != 2.5 || got.Possible != 10 {
		t.Errorf("it is %+v", got)
	}
}

// A tenth is no round number to a computer, and sums of them show it.
func TestTheTotalIsTheSumOfTheItemsToATenth(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 3))
	a.Rubric = rubricOf(0.3, "TALK-1.1", "TALK-1.1", "TALK-1.1")
	result := grade(a, came("TALK-1.1", passed, failed, failed))
	if got := result.Score; got.Earned != 0.3 || got.Possible != 0.9 {
		t.Errorf("it is %v of %v", got.Earned, got.Possible)
	}
	if got := write(t, grading.WriteJSON, []grading.Result{result}); !strings.Contains(got, `"score":{"source":"the guide","earned":0.3,"possible":0.9,"items":[{"title":"Item 1","earned":0.1,"possible":0.3,`) {
		t.Errorf("it is written as %s", got)
	}
}

func TestWholePointsAreWrittenAsWholeNumbers(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1))
	a.Rubric = rubricOf(80, "TALK-1.1")
	got := write(t, grading.WriteJSON, []grading.Result{grade(a, came("TALK-1.1", passed))})
	if want := `"score":{"source":"the guide","earned":80,"possible":80,"items":[{"title":"Item 1","earned":80,"possible":80,"rules":["TALK-1.1"]}]}}` + "\n"; !strings.HasSuffix(got, want) {
		t.Errorf("it is\n%s\nand should end with\n%s", got, want)
	}
}

// scoreSheet is a result with points by a rubric.
func scoreSheet() grading.Result {
	a := talk(rule("TALK-1.1", features.Must, 2), rule("TALK-1.2", features.Must, 3), rule("TALK-1.3", features.Must, 1), rule("TALK-1.4", features.Must, 1))
	a.Rubric = rubricOf(10, "TALK-1.1", "TALK-1.2", "TALK-1.3", "TALK-1.1 TALK-1.4", "TALK-1.4")
	a.Rubric.Items[0].Points = 5
	return grade(a, came("TALK-1.1", passed, passed), came("TALK-1.2", passed, failed, failed), came("TALK-1.3", unverified), came("TALK-1.4", failed))
}

func TestTheScoreSheetIsPrinted(t *testing.T) {
	golden(t, "points.txt", write(t, grading.WritePretty, append([]grading.Result{scoreSheet()}, results()[1])))
	golden(t, "points.json", write(t, grading.WriteJSON, []grading.Result{scoreSheet()}))
}

func TestTheScoreSheetOfWholePointsHasNoDecimals(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 1))
	a.Rubric = rubricOf(5, "TALK-1.1", "TALK-1.2")
	got := write(t, grading.WritePretty, []grading.Result{grade(a, came("TALK-1.1", passed), came("TALK-1.2", failed))})
	want := "Points for talk · the guide\n  5 of  5  Item 1\n  0 of  5  Item 2\n  5 of 10  in all\n\n"
	if !strings.Contains(got, want) {
		t.Errorf("it is\n%s\nand should hold\n%s", got, want)
	}
}

// Where there is no rubric, a report is what it was before there were any: a
// point for each demanded rule, an item for each part, and no score sheet.
func TestWithoutARubricNothingOfItIsTold(t *testing.T) {
	catalogue, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"tcp-peer", "tcp-server"} {
		a, ok := catalogue.Assignment(id)
		if !ok || a.Rubric != nil {
			t.Fatalf("%s is there: %v; its rubric is %+v", id, ok, a.Rubric)
		}
		result := grade(a, allPass(a))
		if diff := cmp.Diff(aPointARule(a), result.Score); diff != "" {
			t.Errorf("the score of %s differs (- wanted, + got):\n%s", id, diff)
		}
		if got := write(t, grading.WriteJSON, []grading.Result{result}); strings.Contains(got, `"note"`) || strings.Contains(got, `"score":{"source"`) {
			t.Errorf("the JSON of %s is %s", id, got)
		}
		if got := write(t, grading.WritePretty, []grading.Result{result}); strings.Contains(got, "Points") {
			t.Errorf("the report of %s is\n%s", id, got)
		}
	}
}

func allPass(a features.Assignment) []grading.Outcome {
	var outcomes []grading.Outcome
	for _, rule := range a.Rules() {
		for _, scenario := range rule.Scenarios {
			outcomes = append(outcomes, grading.Outcome{Assignment: a.ID, Rule: rule.ID, Scenario: scenario.Name, Verdict: passed})
		}
	}
	return outcomes
}

func aPointARule(a features.Assignment) grading.Score {
	var total grading.Score
	for _, feature := range a.Features {
		item := grading.Item{Title: feature.Title}
		for _, rule := range feature.Rules {
			if rule.Level == features.Must {
				item.Rules = append(item.Rules, rule.ID)
			}
		}
		points := float64(len(item.Rules))
		if item.Earned, item.Possible = points, points; points > 0 {
			total.Items = append(total.Items, item)
		}
		total.Earned, total.Possible = total.Earned+points, total.Possible+points
	}
	return total
}

func TestAnItemIsWorthNothingWithoutItsGate(t *testing.T) {
	for _, c := range []struct {
		name             string
		item, all        []string // gates
		gate             grading.Verdict
		earned, possible float64
		note             string
	}{
		{"it passed", []string{"TALK-1.3"}, nil, passed, 10, 10, ""},
		{"it failed", []string{"TALK-1.3"}, nil, failed, 5, 10, "worth nothing without TALK-1.3, which did not pass"},
		{"it failed, and all hangs on it", nil, []string{"TALK-1.3"}, failed, 0, 10, "worth nothing without TALK-1.3, which did not pass"},
		{"it cannot be seen", []string{"TALK-1.3"}, nil, unverified, 10, 10, ""},
		{"it was not run", []string{"TALK-1.3"}, nil, "", 10, 10, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 1), rule("TALK-1.3", features.Should, 1))
			a.Rubric = rubricOf(5, "TALK-1.1", "TALK-1.2")
			a.Rubric.Gate, a.Rubric.Items[0].Gate = c.all, c.item
			got := grade(a, came("TALK-1.1", passed), came("TALK-1.2", passed), came("TALK-1.3", c.gate)).Score
			if got.Earned != c.earned || got.Possible != c.possible || got.Items[0].Note != c.note {
				t.Errorf("the score is %+v", got)
			}
		})
	}
}

func TestWhatIsKeptBackIsCountedAndNotShown(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 1), rule("TALK-1.3", features.Must, 1))
	a.Rubric = rubricOf(5, "TALK-1.1 TALK-1.2 TALK-1.3")
	a.Rubric.Gate, a.Rubric.Hidden, a.Rubric.HiddenUntil = []string{"TALK-1.2"}, []string{"TALK-1.2", "TALK-1.3"}, "2026-06-01"
	a.Features[0].Rules[0].Needs = []string{"TALK-1.2"}
	result := grade(a, came("TALK-1.1", failed), came("TALK-1.2", failed), came("TALK-1.3", passed))
	day := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	classroom := func(w io.Writer, all []grading.Result) error {
		return grading.WriteClassroom50(w, all, grading.Submitted{})
	}
	forms := map[string]func(io.Writer, []grading.Result) error{"markdown": grading.WriteMarkdown, "github": grading.WriteGitHub, "classroom50": classroom}
	for name, form := range forms {
		before := write(t, form, grading.Reveal([]grading.Result{result}, day.Add(-time.Second)))
		after := write(t, form, grading.Reveal([]grading.Result{result}, day))
		if strings.Contains(before, "TALK-1.2") || !strings.Contains(after, "TALK-1.2") {
			t.Errorf("%s: before the day it is\n%s\nand after it\n%s", name, before, after)
		}
	}
	if text := write(t, grading.WriteMarkdown, []grading.Result{result}); !strings.Contains(text, "Of 2 rules that are not shown, 1 did not pass.") {
		t.Errorf("it is not said how many failed:\n%s", text)
	}
	_, tests := gradescope(t, []grading.Result{result})
	for _, test := range tests {
		isHidden := strings.Contains(test.Name, "TALK-1.2") || strings.Contains(test.Name, "TALK-1.3")
		if want := map[bool]string{true: "hidden", false: "visible"}[isHidden]; test.Visibility != want {
			t.Errorf("%s is %s", test.Name, test.Visibility)
		}
		if test.Visibility == "visible" && strings.Contains(test.Output, "TALK-1.2") {
			t.Errorf("%s tells %s", test.Name, test.Output)
		}
	}
}
