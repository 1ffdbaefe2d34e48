package main

import (
	"context"
	"fmt"
	"time"

	"github.com/chatspec/chatspec/fixtures/mutants"
	"github.com/chatspec/chatspec/fixtures/stage"
)

// every says which mutants are proved with waits that last to their deadlines:
// every so manyth, since that takes long.
const every = 10

// compareWaiting prints how long the proof of some mutants takes with waits that
// end when nothing more can happen, and with waits that last to their deadlines. One
// scenario at a time shows the waiting; several hide it behind each other's work.
func compareWaiting(ctx context.Context, workshop *mutants.Workshop, all []mutants.Mutant) error {
	var some []mutants.Mutant
	for i := 0; i < len(all); i += every {
		some = append(some, all[i])
	}
	fmt.Printf("\na proof of %d mutants: waits that know when nothing more can happen, against waits to the deadline (wall)\n", len(some))
	fmt.Printf("%-9s %9s %9s %9s %7s\n", "isolation", "at a time", "knowing", "deadline", "times")
	for _, way := range ways() {
		for _, jobs := range []int{1, 6} {
			knowing, err := proof(ctx, workshop, some, jobs, stage.Options{Isolate: way})
			if err != nil {
				return err
			}
			waiting, err := proof(ctx, workshop, some, jobs, stage.Options{Isolate: way, Deadlines: true})
			if err != nil {
				return err
			}
			fmt.Printf("%-9s %9d %9v %9v %7.1f\n", way, jobs,
				knowing.Round(100*time.Millisecond), waiting.Round(100*time.Millisecond), waiting.Seconds()/knowing.Seconds())
		}
	}
	return nil
}

// proof is how long it takes to run all scenarios with some mutants, one mutant
// after the other.
func proof(ctx context.Context, workshop *mutants.Workshop, some []mutants.Mutant, jobs int, o stage.Options) (time.Duration, error) {
	begun := time.Now()
	for _, m := range some {
		if _, err := outcomesOf(ctx, workshop, m, jobs, o); err != nil {
			return 0, fmt.Errorf("measuring the mutant %s: %w", m.Name, err)
		}
	}
	return time.Since(begun), nil
}
