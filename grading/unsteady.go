package grading

import (
	"fmt"
	"slices"
	"strings"
)

// What an unsteady rule counts as.
const (
	// CountFail: as failed, as it was judged first.
	CountFail = "fail"
	// CountPass: as passed, if it has passed once.
	CountPass = "pass"
	// CountReview: neither way, until a person has looked.
	CountReview = "review"
)

// Unconfirmed lists the demanded rules of a result that have failed.
func Unconfirmed(result Result) []string {
	var ids []string
	for _, rule := range result.Rules {
		if rule.Level == "must" && rule.Verdict == Failed {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}

// Confirm compares what a failed rule came to at first, among the outcomes of a run, with what it came to when it was
// judged again and again. If it has failed each time, or could not be tried as it could not at first, nothing is
// altered, and there is nothing to be told; otherwise the outcomes are as it counts, and it is told what was seen.
func Confirm(rule string, outcomes []Outcome, again [][]Outcome, counts string) ([]Outcome, *Unsteady) {
	of := func(o Outcome) bool { return o.Rule == rule }
	first := only(outcomes, of)
	before := together(first)
	told := Unsteady{Rule: rule, Verdicts: []Verdict{before}, Counted: Failed, Failure: failureAmong(first)}
	var other []Outcome // the best of those that did not fail
	for _, once := range again {
		verdict := together(only(once, of))
		told.Verdicts = append(told.Verdicts, verdict)
		if verdict == Passed || verdict != Failed && verdict != before && other == nil {
			other = only(once, of)
		}
	}
	if other == nil {
		return outcomes, nil
	}
	if i := slices.IndexFunc(other, func(o Outcome) bool { return len(o.Events) > 0 }); i >= 0 {
		told.Passed = other[i].Events
	}
	switch {
	case counts == CountPass && together(other) == Passed:
		told.Counted = Passed
		return append(only(outcomes, not(of)), other...), &told
	case counts == CountReview:
		told.Counted = Unverified
		return append(only(outcomes, not(of)), unseen(first, told)...), &told
	}
	return outcomes, &told
}

func not(is func(Outcome) bool) func(Outcome) bool { return func(o Outcome) bool { return !is(o) } }

func only(outcomes []Outcome, is func(Outcome) bool) []Outcome {
	return slices.DeleteFunc(slices.Clone(outcomes), not(is))
}

// together is the worst verdict of some outcomes.
func together(outcomes []Outcome) Verdict {
	var scenarios []Scenario
	for _, o := range outcomes {
		scenarios = append(scenarios, Scenario{Verdict: o.Verdict})
	}
	return worst(scenarios)
}

func failureAmong(outcomes []Outcome) *Failure {
	for _, o := range outcomes {
		if o.Verdict == Failed {
			return o.Failure
		}
	}
	return nil
}

// unseen are outcomes that count neither way, since the rule was unsteady.
func unseen(outcomes []Outcome, told Unsteady) []Outcome {
	var words []string
	for _, verdict := range told.Verdicts {
		words = append(words, string(verdict))
	}
	all := slices.Clone(outcomes)
	for i := range all {
		if all[i].Verdict == Passed {
			continue
		}
		failure := Failure{}
		if all[i].Failure != nil {
			failure = *all[i].Failure
		}
		failure.Observed = fmt.Sprintf("it is not the same each time (%s), and a person must look; once it was seen: %s", strings.Join(words, ", "), failure.Observed)
		all[i].Steps = slices.Clone(all[i].Steps)
		for j := range all[i].Steps {
			if all[i].Steps[j].Verdict == all[i].Verdict {
				all[i].Steps[j].Verdict = Unverified
			}
		}
		all[i].Verdict, all[i].Failure = Unverified, &failure
	}
	return all
}
