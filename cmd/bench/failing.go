package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/mutants"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// The mutants that are measured are of the reference, and of this assignment. Their
// programs have no timers but a second of grace when they end, and what a fault adds:
// who waits for one of them is what takes the most.
const (
	reference  = "reference"
	assignment = "tcp-peer"
)

// compareMutants measures what costs time where programs are wrong.
func compareMutants(ctx context.Context, catalogue features.Catalogue, jobs, every int) error {
	known, _ := catalogue.Assignment(assignment)
	all, err := mutants.Load(".")
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(m mutants.Mutant) bool { return m.Of != reference || m.Assignment != assignment })
	dir, err := os.MkdirTemp("", "chatspec-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	workshop, err := mutants.Open(ctx, ".", dir, catalogue.HandedIn(), all)
	if err != nil {
		return err
	}
	if err := compareFailing(ctx, known, workshop, all, jobs); err != nil {
		return err
	}
	return compareWaiting(ctx, known, workshop, all, every)
}

// compareFailing prints how much longer a scenario takes that fails than the same
// scenario where it passes, and which takes the most.
func compareFailing(ctx context.Context, known features.Assignment, workshop *mutants.Workshop, all []mutants.Mutant, jobs int) error {
	fmt.Println("\na scenario that fails, against the same one where it passes (wall, of mutants of the reference)")
	fmt.Printf("%-9s %7s %7s %7s %7s\n", "isolation", "failed", "median×", "90 %×", "most×")
	for _, way := range ways() {
		failed, err := failing(ctx, known, workshop, all, jobs, way)
		if err != nil {
			return err
		}
		at := func(share float64) failure { return failed[int(share*float64(len(failed)-1))] }
		fmt.Printf("%-9s %7d %7.2f %7.2f %7.2f  %s\n", way, len(failed), at(0.5).times, at(0.9).times, at(1).times, at(1).what)
	}
	return nil
}

// A failure is how many times as long a scenario took that failed as it takes, in the
// median, where it passes.
type failure struct {
	what  string
	times float64
}

// A duration is how long a scenario took that failed.
type duration struct {
	mutant  string
	seconds float64
}

// failing lists all failures, the longest last.
func failing(ctx context.Context, known features.Assignment, workshop *mutants.Workshop, all []mutants.Mutant, jobs int, way sandbox.Isolation) ([]failure, error) {
	passed, failed := map[string][]float64{}, map[string][]duration{}
	for _, m := range all {
		outcomes, err := outcomesOf(ctx, known, workshop, m, jobs, stage.Options{Isolate: way})
		if err != nil {
			return nil, fmt.Errorf("measuring the mutant %s: %w", m.Name, err)
		}
		for _, outcome := range outcomes {
			switch name := outcome.Rule + " " + outcome.Scenario; outcome.Verdict {
			case grading.Passed:
				passed[name] = append(passed[name], outcome.Seconds)
			case grading.Failed:
				failed[name] = append(failed[name], duration{m.Name, outcome.Seconds})
			}
		}
	}
	var sorted []failure
	for name, durations := range failed {
		usual := slices.Sorted(slices.Values(passed[name]))
		if len(usual) == 0 {
			continue
		}
		for _, d := range durations {
			sorted = append(sorted, failure{d.mutant + ": " + name, d.seconds / usual[len(usual)/2]})
		}
	}
	if len(sorted) == 0 {
		return nil, fmt.Errorf("no scenario has failed and passed")
	}
	slices.SortFunc(sorted, func(a, b failure) int { return cmp.Compare(a.times, b.times) })
	return sorted, nil
}

func outcomesOf(ctx context.Context, known features.Assignment, workshop *mutants.Workshop, m mutants.Mutant, jobs int, o stage.Options) ([]grading.Outcome, error) {
	t, err := workshop.Build(ctx, m)
	if err != nil {
		return nil, err
	}
	run, err := stage.NewRun(ctx, t, o)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	return vocabularies.Run(ctx, run, known, steps.Options{Features: features.Files, Jobs: jobs})
}
