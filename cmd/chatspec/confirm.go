package main

import (
	"context"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// confirmed judges the demanded rules that have failed again, each alone and as often as is asked for, and returns the
// outcomes as they count then. What was blocked by a rule that counts otherwise now is confirmed in its turn.
func (j *judge) confirmed(ctx context.Context, run *stage.Run, known features.Assignment, outcomes []grading.Outcome) ([]grading.Outcome, []grading.Unsteady, error) {
	var unsteady []grading.Unsteady
	if j.confirm == 0 {
		return outcomes, nil, nil
	}
	done := map[string]bool{}
	for {
		rule := ""
		for _, id := range grading.Unconfirmed(grading.Grade(known, grading.Sheet{Outcomes: outcomes})) {
			if !done[id] {
				rule = id
				break
			}
		}
		if rule == "" {
			return outcomes, unsteady, nil
		}
		done[rule] = true
		again, err := j.again(ctx, run, known, rule)
		if err != nil {
			return nil, nil, err
		}
		var told *grading.Unsteady
		if outcomes, told = grading.Confirm(rule, outcomes, again, j.counts); told != nil {
			unsteady = append(unsteady, *told)
		}
	}
}

// again judges a rule alone, several times.
func (j *judge) again(ctx context.Context, run *stage.Run, known features.Assignment, rule string) ([][]grading.Outcome, error) {
	var again [][]grading.Outcome
	for range j.confirm {
		outcomes, err := vocabularies.Run(ctx, run, known, steps.Options{
			Features: features.Files, Services: j.services, Tags: "@" + rule, Jobs: 1, Events: true, Draw: j.draw(),
		})
		if err != nil {
			return nil, err
		}
		again = append(again, outcomes)
	}
	return again, nil
}
