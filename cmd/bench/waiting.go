package main

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/mutants"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/grading"
)

// compareWaiting prints how long the proof of some mutants, every so manyth, takes with
// waits that end when nothing more can happen, and with waits that last to their
// deadlines. One scenario at a time shows the waiting; several hide it behind each
// other's work.
func compareWaiting(ctx context.Context, known features.Assignment, workshop *mutants.Workshop, all []mutants.Mutant, every int) error {
	var some []mutants.Mutant
	for i := 0; i < len(all); i += every {
		some = append(some, all[i])
	}
	fmt.Printf("\na proof of %d mutants: waits that know when nothing more can happen, against waits to the deadline (wall)\n", len(some))
	fmt.Printf("%-9s %9s %9s %9s %7s\n", "isolation", "at a time", "knowing", "deadline", "times")
	for _, way := range ways() {
		for _, jobs := range []int{1, 6} {
			knowing, judged, err := proof(ctx, known, workshop, some, jobs, stage.Options{Isolate: way})
			if err != nil {
				return err
			}
			waiting, same, err := proof(ctx, known, workshop, some, jobs, stage.Options{Isolate: way, Deadlines: true})
			if err != nil {
				return err
			}
			fmt.Printf("%-9s %9d %9v %9v %7.1f\n", way, jobs,
				knowing.Round(100*time.Millisecond), waiting.Round(100*time.Millisecond), waiting.Seconds()/knowing.Seconds())
			if !maps.Equal(judged, same) {
				return fmt.Errorf("the verdicts differ: %v, and with deadlines %v", judged, same)
			}
		}
	}
	return nil
}

// proof is how long it takes to run all scenarios with some mutants, one mutant
// after the other, and the verdicts.
func proof(ctx context.Context, known features.Assignment, workshop *mutants.Workshop, some []mutants.Mutant, jobs int, o stage.Options) (time.Duration, map[string]grading.Verdict, error) {
	verdicts := map[string]grading.Verdict{}
	begun := time.Now()
	for _, m := range some {
		outcomes, err := outcomesOf(ctx, known, workshop, m, jobs, o)
		if err != nil {
			return 0, nil, fmt.Errorf("measuring the mutant %s: %w", m.Name, err)
		}
		for _, outcome := range outcomes {
			verdicts[m.Name+": "+outcome.Rule+" "+outcome.Scenario] = outcome.Verdict
		}
	}
	return time.Since(begun), verdicts, nil
}
