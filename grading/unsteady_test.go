package grading_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/grading"
)

func TestARuleThatFailsEachTimeIsSteady(t *testing.T) {
	outcomes := append(came("TALK-1.1", passed), came("TALK-1.2", failed, passed)...)
	got, told := grading.Confirm("TALK-1.2", outcomes, [][]grading.Outcome{came("TALK-1.2", failed, passed), came("TALK-1.2", passed, failed)}, grading.CountPass)
	if diff := cmp.Diff(outcomes, got); diff != "" || told != nil {
		t.Errorf("it is told %+v, and what is altered is\n%s", told, diff)
	}
}

// What is blamed for that nothing could be tried is not made good by that it cannot be tried again.
func TestARuleThatIsBlockedEachTimeIsSteady(t *testing.T) {
	for _, counts := range []string{grading.CountFail, grading.CountPass, grading.CountReview} {
		outcomes := append(came("TALK-1.1", passed), came("TALK-1.2", blocked, passed)...)
		again := [][]grading.Outcome{came("TALK-1.2", blocked, passed), came("TALK-1.2", blocked, failed)}
		got, told := grading.Confirm("TALK-1.2", outcomes, again, counts)
		if diff := cmp.Diff(outcomes, got); diff != "" || told != nil {
			t.Errorf("%s: it is told %+v, and what is altered is\n%s", counts, told, diff)
		}
		if _, told := grading.Confirm("TALK-1.2", outcomes, [][]grading.Outcome{came("TALK-1.2", passed, passed)}, counts); told == nil {
			t.Errorf("%s: it passes when it is tried again, and that is not told", counts)
		}
	}
}

func TestAnUnsteadyRuleCountsAsTheGraderHasChosen(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 2), rule("TALK-1.3", features.Must, 1, "TALK-1.2"))
	outcomes := func() []grading.Outcome {
		return append(came("TALK-1.1", passed), append(came("TALK-1.2", failed, passed), came("TALK-1.3", failed)...)...)
	}
	right := came("TALK-1.2", passed, passed)
	right[0].Events = []grading.Event{{Kind: "typed"}}
	for _, c := range []struct {
		counts   string
		again    [][]grading.Outcome
		verdicts []grading.Verdict
		counted  grading.Verdict
		want     map[string]grading.Verdict
		earned   float64
	}{
		{grading.CountFail, [][]grading.Outcome{right, came("TALK-1.2", failed, passed)}, []grading.Verdict{failed, passed, failed}, failed,
			map[string]grading.Verdict{"TALK-1.1": passed, "TALK-1.2": failed, "TALK-1.3": blocked}, 1},
		{grading.CountPass, [][]grading.Outcome{came("TALK-1.2", blocked, passed), right}, []grading.Verdict{failed, blocked, passed}, passed,
			map[string]grading.Verdict{"TALK-1.1": passed, "TALK-1.2": passed, "TALK-1.3": failed}, 2},
		// What has never passed cannot count as passed.
		{grading.CountPass, [][]grading.Outcome{came("TALK-1.2", blocked, passed)}, []grading.Verdict{failed, blocked}, failed,
			map[string]grading.Verdict{"TALK-1.1": passed, "TALK-1.2": failed, "TALK-1.3": blocked}, 1},
		{grading.CountReview, [][]grading.Outcome{right}, []grading.Verdict{failed, passed}, unverified,
			map[string]grading.Verdict{"TALK-1.1": passed, "TALK-1.2": unverified, "TALK-1.3": failed}, 1},
	} {
		first := outcomes()
		got, told := grading.Confirm("TALK-1.2", first, c.again, c.counts)
		if told == nil || told.Counted != c.counted || told.Failure == nil || !cmp.Equal(told.Verdicts, c.verdicts) {
			t.Errorf("%s: it is told %+v", c.counts, told)
		}
		result := grading.Grade(a, grading.Sheet{Outcomes: got, Unsteady: []grading.Unsteady{*told}})
		if diff := cmp.Diff(c.want, verdicts(result)); diff != "" {
			t.Errorf("%s: they differ (- wanted, + got):\n%s", c.counts, diff)
		}
		if result.Score.Earned != c.earned || len(result.Unsteady) != 1 {
			t.Errorf("%s: the result is %+v", c.counts, result)
		}
		if diff := cmp.Diff(outcomes(), first); diff != "" {
			t.Errorf("%s: what came first is altered:\n%s", c.counts, diff)
		}
	}
}

func TestOnlyDemandedRulesAreConfirmed(t *testing.T) {
	a := talk(rule("TALK-1.1", features.Must, 1), rule("TALK-1.2", features.Must, 1), rule("TALK-1.3", features.Should, 1), rule("TALK-1.4", features.Must, 1, "TALK-1.2"))
	result := grade(a, came("TALK-1.1", passed), came("TALK-1.2", failed), came("TALK-1.3", failed), came("TALK-1.4", failed))
	if diff := cmp.Diff([]string{"TALK-1.2"}, grading.Unconfirmed(result)); diff != "" {
		t.Error(diff)
	}
}
