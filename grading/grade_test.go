package grading_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/grading"
)

// The verdicts, short.
const (
	passed     = grading.Passed
	failed     = grading.Failed
	blocked    = grading.Blocked
	unverified = grading.Unverified
)

// rule is a rule of a catalogue, with the scenarios "1", "2" and so on.
func rule(id string, level features.Level, scenarios int, needs ...string) features.Rule {
	r := features.Rule{ID: id, Title: "Title of " + id, Level: level, Hint: "hint of " + id, Needs: needs}
	for i := range scenarios {
		r.Scenarios = append(r.Scenarios, features.Scenario{Name: string(rune('1' + i))})
	}
	return r
}

func talk(rules ...features.Rule) features.Assignment {
	return features.Assignment{Assignment: assignment.Assignment{ID: "talk"}, Features: []features.Feature{{Title: "Part 1", Rules: rules}}}
}

// came is what the scenarios of a rule came to, in their order; "" was not run.
func came(rule string, verdicts ...grading.Verdict) []grading.Outcome {
	var outcomes []grading.Outcome
	for i, verdict := range verdicts {
		if verdict == "" {
			continue
		}
		o := grading.Outcome{Assignment: "talk", Rule: rule, Scenario: string(rune('1' + i)), Verdict: verdict, Seconds: float64(i), Steps: stepsTo(verdict)}
		if verdict != passed {
			o.Failure = &grading.Failure{Step: "step", Expected: "expected", Observed: "observed"}
		}
		outcomes = append(outcomes, o)
	}
	return outcomes
}

// stepsTo are three steps, of which the second makes the verdict.
func stepsTo(verdict grading.Verdict) []grading.Step {
	after := grading.Skipped
	if verdict == passed {
		after = passed
	}
	return []grading.Step{
		{Text: "Given it is there", Verdict: passed, Seconds: 0.25},
		{Text: "When it <talks>", Verdict: verdict, Seconds: 0.5},
		{Text: "Then it is heard", Verdict: after},
	}
}

func grade(a features.Assignment, outcomes ...[]grading.Outcome) grading.Result {
	var sheet grading.Sheet
	for _, some := range outcomes {
		sheet.Outcomes = append(sheet.Outcomes, some...)
	}
	return grading.Grade(a, sheet)
}

// verdicts are those of the rules, by id.
func verdicts(result grading.Result) map[string]grading.Verdict {
	all := map[string]grading.Verdict{}
	for _, r := range result.Rules {
		all[r.ID] = r.Verdict
	}
	return all
}

func TestARuleIsAsGoodAsItsWorstScenario(t *testing.T) {
	for _, c := range []struct {
		scenarios []grading.Verdict
		want      grading.Verdict
	}{
		{[]grading.Verdict{passed}, passed},
		{[]grading.Verdict{passed, passed, passed}, passed},
		{[]grading.Verdict{passed, failed, passed}, failed},
		{[]grading.Verdict{passed, blocked}, blocked},
		{[]grading.Verdict{passed, unverified}, unverified},
		{[]grading.Verdict{blocked, failed, unverified}, failed},
		{[]grading.Verdict{unverified, blocked}, blocked},
		{[]grading.Verdict{"", passed, ""}, passed},
	} {
		a := talk(rule("TALK-1.1", features.Must, len(c.scenarios)), rule("TALK-1.2", features.Must, 1))
		result := grade(a, came("TALK-1.1", c.scenarios...), came("TALK-1.2", failed))
		if got := result.Rules[0].Verdict; got != c.want {
			t.Errorf("%q make it %s, and should make it %s", c.scenarios, got, c.want)
		}
	}
}

func TestARuleOfWhichNothingWasRunIsLeftOut(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 2), rule("TALK-1.2", features.Must, 1))
	result := grade(a, came("TALK-1.2", passed))
	if diff := cmp.Diff(map[string]grading.Verdict{"TALK-1.2": passed}, verdicts(result)); diff != "" {
		t.Error(diff)
	}
	if result.Score.Possible != 1 {
		t.Errorf("%v points are possible", result.Score.Possible)
	}
}

func TestOutcomesOfAnotherRuleWithTheSameScenarioAreNotMixedUp(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 1))
	result := grade(a, came("TALK-1.2", failed), came("TALK-1.1", passed), came("CALL-1.1", failed))
	if diff := cmp.Diff(map[string]grading.Verdict{"TALK-1.1": passed, "TALK-1.2": failed}, verdicts(result)); diff != "" {
		t.Error(diff)
	}
}

func TestAFailureCarriesTheHintOfItsRule(t *testing.T) {
	outcomes := came("TALK-1.1", failed)
	result := grade(talk(rule("TALK-1.1", features.Must, 1)), outcomes)
	want := &grading.Failure{Step: "step", Expected: "expected", Observed: "observed", Hint: "hint of TALK-1.1"}
	if diff := cmp.Diff(want, result.Rules[0].Scenarios[0].Failure); diff != "" {
		t.Error(diff)
	}
	if outcomes[0].Failure.Hint != "" {
		t.Error("the outcome itself was changed")
	}
}

func TestAFailureIsBlockedWhereWhatItNeedsDidNotPass(t *testing.T) {
	a := talk(
		rule("TALK-1.1", features.Must, 1),
		rule("TALK-1.2", features.Must, 1),
		rule("TALK-1.3", features.Must, 2, "TALK-1.1", "TALK-1.2"),
		rule("TALK-1.4", features.Must, 1, "TALK-1.3"),
		rule("TALK-1.5", features.Must, 1),
	)
	for _, c := range []struct {
		name                      string
		first, second, two, three grading.Verdict
		wantTwo, wantThree        grading.Verdict
		lacking                   string
	}{
		{"all pass", passed, passed, passed, passed, passed, passed, ""},
		{"it fails alone", passed, passed, failed, passed, failed, passed, ""},
		{"one need failed", failed, passed, failed, passed, blocked, passed, "TALK-1.1"},
		{"both needs failed", failed, failed, failed, passed, blocked, passed, "TALK-1.1, TALK-1.2"},
		{"a need was blocked", passed, blocked, failed, passed, blocked, passed, "TALK-1.2"},
		{"a need cannot be seen", unverified, passed, failed, passed, failed, passed, ""},
		{"a need was not run", "", passed, failed, passed, failed, passed, ""},
		{"it passes all the same", failed, failed, passed, passed, passed, passed, ""},
		{"it cannot be seen", failed, passed, unverified, passed, unverified, passed, ""},
		{"needs of needs", failed, passed, failed, failed, blocked, blocked, "TALK-1.1"},
		{"it fails, and what needs it", passed, passed, failed, failed, failed, blocked, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			result := grade(a, came("TALK-1.1", c.first), came("TALK-1.2", c.second), came("TALK-1.3", passed, c.two), came("TALK-1.4", c.three), came("TALK-1.5", failed))
			got := verdicts(result)
			if got["TALK-1.3"] != c.wantTwo || got["TALK-1.4"] != c.wantThree {
				t.Errorf("they are %v", got)
			}
			for _, r := range result.Rules {
				if r.ID != "TALK-1.3" {
					continue
				}
				if r.Scenarios[0].Verdict != passed || r.Scenarios[1].Verdict != c.wantTwo {
					t.Errorf("its scenarios are %+v", r.Scenarios)
				}
				if c.lacking != "" && r.Scenarios[1].Failure.Observed != "observed (it needs "+c.lacking+" first)" {
					t.Errorf("the reason is %q", r.Scenarios[1].Failure.Observed)
				}
			}
		})
	}
}

func TestTheFirstRuleThatIsBlockedHasFailedWhereNothingElseHas(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 2), rule("TALK-1.3", features.Robust, 1))
	for _, c := range []struct {
		name  string
		one   grading.Verdict
		two   [2]grading.Verdict
		three grading.Verdict
		want  map[string]grading.Verdict
	}{
		{"nothing explains it", passed, [2]grading.Verdict{passed, blocked}, blocked,
			map[string]grading.Verdict{"TALK-1.1": passed, "TALK-1.2": failed, "TALK-1.3": blocked}},
		{"what cannot be seen explains nothing", unverified, [2]grading.Verdict{unverified, blocked}, passed,
			map[string]grading.Verdict{"TALK-1.1": unverified, "TALK-1.2": failed, "TALK-1.3": passed}},
		{"a failed rule explains it", passed, [2]grading.Verdict{passed, blocked}, failed,
			map[string]grading.Verdict{"TALK-1.1": passed, "TALK-1.2": blocked, "TALK-1.3": failed}},
		{"a rule that was not run may explain it", "", [2]grading.Verdict{passed, blocked}, blocked,
			map[string]grading.Verdict{"TALK-1.2": blocked, "TALK-1.3": blocked}},
	} {
		t.Run(c.name, func(t *testing.T) {
			result := grade(a, came("TALK-1.1", c.one), came("TALK-1.2", c.two[:]...), came("TALK-1.3", c.three))
			if diff := cmp.Diff(c.want, verdicts(result)); diff != "" {
				t.Errorf("they differ (- wanted, + got):\n%s", diff)
			}
			for _, r := range result.Rules {
				if r.ID == "TALK-1.2" && (r.Scenarios[0].Verdict != c.two[0] || r.Scenarios[1].Verdict != r.Verdict) {
					t.Errorf("its scenarios are %+v", r.Scenarios)
				}
			}
		})
	}
}

func TestARuleThatFailedIsNotExplainedByOneThatWasNotJudged(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 1, "TALK-1.1"), rule("TALK-1.3", features.Must, 1, "TALK-1.2"))
	result := grade(a, came("TALK-1.1", blocked), came("TALK-1.2", failed), came("TALK-1.3", failed))
	want := map[string]grading.Verdict{"TALK-1.1": blocked, "TALK-1.2": failed, "TALK-1.3": blocked}
	if diff := cmp.Diff(want, verdicts(result)); diff != "" {
		t.Errorf("they differ (- wanted, + got):\n%s", diff)
	}
	if got := result.Rules[1].Scenarios[0]; got.Verdict != failed || got.Failure.Observed != "observed" {
		t.Errorf("what was observed is now %+v, %+v", got, got.Failure)
	}
}

func TestARuleMayNeedOneThatStandsAfterIt(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1, "TALK-1.2"), rule("TALK-1.2", features.Must, 1, "TALK-1.3"), rule("TALK-1.3", features.Must, 1))
	result := grade(a, came("TALK-1.1", failed), came("TALK-1.2", failed), came("TALK-1.3", failed))
	want := map[string]grading.Verdict{"TALK-1.1": blocked, "TALK-1.2": blocked, "TALK-1.3": failed}
	if diff := cmp.Diff(want, verdicts(result)); diff != "" {
		t.Error(diff)
	}
}

func TestBlockingDoesNotChangeTheOutcomes(t *testing.T) {
	outcomes := came("TALK-1.2", failed)
	grade(talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 1, "TALK-1.1")), came("TALK-1.1", failed), outcomes)
	if outcomes[0].Verdict != failed || outcomes[0].Failure.Observed != "observed" {
		t.Errorf("it is now %+v", outcomes[0])
	}
}

func TestATargetConformsWhenNoDemandedRuleFailed(t *testing.T) {
	a := talk(
		rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 1),
		rule("TALK-1.3", features.Should, 1), rule("TALK-1.4", features.Robust, 1),
	)
	for _, c := range []struct {
		name                     string
		one, two, should, robust grading.Verdict
		want                     string
	}{
		{"all passed", passed, passed, passed, passed, grading.Conformant},
		{"a demanded one failed", passed, failed, passed, passed, grading.Nonconformant},
		{"a demanded one is blocked", passed, blocked, passed, passed, grading.Nonconformant},
		{"a demanded one cannot be seen", passed, unverified, passed, passed, grading.Conformant},
		{"no demanded one can be seen", unverified, unverified, passed, passed, grading.Nonconformant},
		{"what is implied failed", passed, passed, failed, passed, grading.Conformant},
		{"what is beyond the text failed", passed, passed, passed, failed, grading.Conformant},
		{"what is beyond the text is blocked", passed, passed, passed, blocked, grading.Conformant},
		{"none was demanded", "", "", passed, failed, grading.Conformant},
		{"none was demanded, and none passed", "", "", unverified, failed, grading.Nonconformant},
		{"none was run", "", "", "", "", grading.Nonconformant},
		{"one demanded one was run", passed, "", "", "", grading.Conformant},
	} {
		t.Run(c.name, func(t *testing.T) {
			result := grade(a, came("TALK-1.1", c.one), came("TALK-1.2", c.two), came("TALK-1.3", c.should), came("TALK-1.4", c.robust))
			if result.Verdict != c.want {
				t.Errorf("it is %s, and should be %s", result.Verdict, c.want)
			}
		})
	}
}

func TestPointsAreForDemandedRulesThatCanBeSeen(t *testing.T) {
	a := features.Assignment{Assignment: assignment.Assignment{ID: "talk"}, Features: []features.Feature{
		{Title: "Part 1", Rules: []features.Rule{rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 1), rule("TALK-1.3", features.Must, 1), rule("TALK-1.4", features.Must, 1)}},
		{Title: "Part 2", Rules: []features.Rule{rule("TALK-2.1", features.Should, 1), rule("TALK-2.2", features.Robust, 1)}},
		{Title: "Part 3", Rules: []features.Rule{rule("TALK-3.1", features.Must, 1)}},
	}}
	result := grade(a,
		came("TALK-1.1", passed), came("TALK-1.2", failed), came("TALK-1.3", unverified), came("TALK-1.4", blocked),
		came("TALK-2.1", passed), came("TALK-2.2", passed), came("TALK-3.1", passed))
	want := grading.Score{Earned: 2, Possible: 4, Items: []grading.Item{
		{Title: "Part 1", Earned: 1, Possible: 3, Rules: []string{"TALK-1.1", "TALK-1.2", "TALK-1.4"}},
		{Title: "Part 3", Earned: 1, Possible: 1, Rules: []string{"TALK-3.1"}},
	}}
	if diff := cmp.Diff(want, result.Score); diff != "" {
		t.Errorf("the score differs (- wanted, + got):\n%s", diff)
	}
}

func TestAResultSaysWhatWasJudged(t *testing.T) {
	sheet := grading.Sheet{Target: "here", Seconds: 1.5, Programs: []grading.Program{{Name: "chat"}}, Observations: []string{"it talks"}, Outcomes: came("TALK-1.1", passed)}
	got := grading.Grade(talk(rule("TALK-1.1", features.Should, 1)), sheet)
	want := grading.Result{
		Schema: "chatspec/1", Assignment: "talk", Target: "here", Seconds: 1.5, Verdict: grading.Conformant,
		Programs: []grading.Program{{Name: "chat"}}, Observations: []string{"it talks"},
		Features: []grading.Feature{{Title: "Part 1"}},
		Rules: []grading.Rule{{
			ID: "TALK-1.1", Title: "Title of TALK-1.1", Level: "should", Verdict: passed, Needs: []string{},
			Scenarios: []grading.Scenario{{Name: "1", Verdict: passed, Steps: stepsTo(passed)}},
		}},
		Score: grading.Score{Items: []grading.Item{}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it differs (- wanted, + got):\n%s", diff)
	}
}

func TestARuleSaysWhatTheCatalogueKnowsOfIt(t *testing.T) {
	talk := features.Rule{
		ID: "TALK-1.2", Title: "It talks", Level: features.Must, Why: "so that it is heard.", Source: "the text", Line: 7, Needs: []string{"TALK-1.1"},
		Scenarios: []features.Scenario{{Name: "1", Line: 9, Steps: []features.Step{
			{Text: "Given it is there", Line: 10}, {Text: "When it <talks>", Line: 11}, {Text: "Then it is heard", Line: 12},
		}}},
	}
	a := features.Assignment{Assignment: assignment.Assignment{ID: "talk"}, Features: []features.Feature{
		{Path: "talk/1.feature", Title: "Part 1", Line: 2, Rules: []features.Rule{rule("TALK-1.1", features.Must, 1)}},
		{Path: "talk/2.feature", Title: "Part 2", Line: 3, Rules: []features.Rule{talk}},
	}}
	got := grade(a, came("TALK-1.2", passed))
	if diff := cmp.Diff([]grading.Feature{{Path: "talk/2.feature", Title: "Part 2", Line: 3}}, got.Features); diff != "" {
		t.Errorf("the features differ (- wanted, + got):\n%s", diff)
	}
	want := []grading.Rule{{
		ID: "TALK-1.2", Title: "It talks", Level: "must", Verdict: passed, Why: "so that it is heard.", Needs: []string{"TALK-1.1"},
		Source: "the text", Feature: "talk/2.feature", Line: 7,
		Scenarios: []grading.Scenario{{Name: "1", Verdict: passed, Line: 9, Steps: []grading.Step{
			{Text: "Given it is there", Verdict: passed, Seconds: 0.25, Line: 10},
			{Text: "When it <talks>", Verdict: passed, Seconds: 0.5, Line: 11},
			{Text: "Then it is heard", Verdict: passed, Line: 12},
		}}},
	}}
	if diff := cmp.Diff(want, got.Rules); diff != "" {
		t.Errorf("the rules differ (- wanted, + got):\n%s", diff)
	}
}

// The step that ended a scenario has the scenario's verdict, also where another
// rule has changed it.
func TestTheStepThatEndedAScenarioHasItsVerdict(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 2), rule("TALK-1.2", features.Must, 1, "TALK-1.1"), rule("TALK-1.3", features.Must, 1))
	for _, c := range []struct {
		name string
		sets [][]grading.Outcome
	}{
		{"as they came", [][]grading.Outcome{came("TALK-1.1", passed, passed), came("TALK-1.2", failed), came("TALK-1.3", unverified)}},
		{"blocked by need", [][]grading.Outcome{came("TALK-1.1", passed, failed), came("TALK-1.2", failed), came("TALK-1.3", passed)}},
		{"blamed", [][]grading.Outcome{came("TALK-1.1", passed, blocked), came("TALK-1.2", blocked), came("TALK-1.3", passed)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range grade(a, c.sets...).Rules {
				for _, s := range r.Scenarios {
					if diff := cmp.Diff(stepsTo(s.Verdict), s.Steps); diff != "" {
						t.Errorf("%s, %s, is %s; its steps differ (- wanted, + got):\n%s", r.ID, s.Name, s.Verdict, diff)
					}
				}
			}
			for _, outcome := range slices.Concat(c.sets...) {
				if diff := cmp.Diff(stepsTo(outcome.Verdict), outcome.Steps); diff != "" {
					t.Errorf("the outcome itself was changed:\n%s", diff)
				}
			}
		})
	}
}

// Readers of the JSON expect lists, even where there is nothing in them.
func TestNoListIsMissing(t *testing.T) {
	var out strings.Builder
	if err := grading.WriteJSON(&out, []grading.Result{grade(talk())}); err != nil {
		t.Fatal(err)
	}
	want := `{"schema":"chatspec/1","assignment":"talk","target":"","seconds":0,"verdict":"nonconformant","programs":[],"rules":[],"observations":[],"score":{"earned":0,"possible":0,"items":[]}}` + "\n"
	if out.String() != want {
		t.Errorf("it is\n%s\nand should be\n%s", out.String(), want)
	}
}
