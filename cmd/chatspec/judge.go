package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/judging"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// A judge judges a target as the flags say.
type judge struct {
	runOptions
	catalogue features.Catalogue
	stage     stage.Options
	services  steps.Services
	stderr    io.Writer
	warned    bool // of where programs run
	events    bool // what happened is kept of scenarios that pass, too
	confirm   int  // how often a demanded rule that has failed is judged again
	counts    string
	// blames is set where programs that cannot be built fail the rules; otherwise that is an error.
	blames bool
	// first are rules whose scenarios are run before all others. What these came to is told at once.
	first     []string
	toldFirst func([]grading.Outcome)
}

// all judges all assignments that the target answers, and grades each, on services of its own.
func (j *judge) all(ctx context.Context, t *target.Target, progress progress) (results []grading.Result, err error) {
	defer progress.end()
	var known []features.Assignment
	for _, id := range t.Assignments {
		a, _ := j.catalogue.Assignment(id)
		known = append(known, a)
	}
	services, closeServices, err := vocabularies.OpenServices(ctx, known, vocabularies.Kinds{Broker: j.amqp, Database: j.mongo})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeServices()) }()
	j.services = services
	return j.each(ctx, t, progress)
}

// each judges all assignments that the target answers, and grades each, on services that are there.
func (j *judge) each(ctx context.Context, t *target.Target, progress progress) (results []grading.Result, err error) {
	for _, id := range t.Assignments {
		result, err := j.one(ctx, t.For(id), id, progress)
		if err != nil {
			return nil, err
		}
		if len(result.Rules) > 0 {
			results = append(results, result)
		}
	}
	return results, nil
}

// one judges one assignment.
func (j *judge) one(ctx context.Context, t *target.Target, id string, progress progress) (result grading.Result, err error) {
	known, _ := j.catalogue.Assignment(id)
	run, err := stage.NewRun(ctx, t, j.stage)
	if failed := (*target.NotBuilt)(nil); j.blames && errors.As(err, &failed) {
		return j.notBuilt(t, known, failed)
	}
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, run.Close()) }()
	j.warn(run)
	begun := time.Now()
	outcomes, err := j.outcomes(ctx, run, known, progress)
	if err != nil {
		return result, err
	}
	outcomes, unsteady, err := j.confirmed(ctx, run, known, outcomes)
	if err != nil {
		return result, err
	}
	suite, err := judging.Suite(version)
	if err != nil {
		return result, err
	}
	s := judging.Sheet(run, known, outcomes)
	s.Suite, s.Seconds, s.Unsteady, s.Seed = suite, time.Since(begun).Seconds(), unsteady, j.seed
	return grading.Grade(known, s), nil
}

// notBuilt grades an assignment whose programs cannot be built: all rules fail that stand on no other.
func (j *judge) notBuilt(t *target.Target, known features.Assignment, why *target.NotBuilt) (result grading.Result, err error) {
	judged, err := steps.Rules(features.Files, []string{known.ID}, j.tags)
	if err != nil {
		return result, err
	}
	s := grading.Sheet{Target: t.Name, Mended: t.Mended}
	if s.Suite, err = judging.Suite(version); err != nil {
		return result, err
	}
	for _, rule := range known.Rules() {
		if !slices.Contains(judged, rule.ID) {
			continue
		}
		for _, scenario := range rule.Scenarios {
			s.Outcomes = append(s.Outcomes, grading.Outcome{
				Assignment: known.ID, Rule: rule.ID, Scenario: scenario.Name, Verdict: grading.Failed,
				Failure: &grading.Failure{
					Step: "the programs are built", Expected: "programs can be made of what was handed in", Observed: why.Reason,
					Hint: "build it at home by the same command, and mend what is said first: without programs nothing can be judged",
				},
			})
		}
	}
	return grading.Grade(known, s), nil
}

// outcomes runs the scenarios: those of the rules that come first before all others.
func (j *judge) outcomes(ctx context.Context, run *stage.Run, known features.Assignment, progress progress) ([]grading.Outcome, error) {
	options := steps.Options{
		Features: features.Files,
		Services: j.services,
		Tags:     j.tags,
		Jobs:     j.jobs,
		Shown:    j.shown(),
		Progress: progress.step,
		Events:   j.events,
		Pictures: j.pictures,
		Draw:     j.draw(),
	}
	first := slices.DeleteFunc(slices.Clone(j.first), func(id string) bool {
		return !slices.ContainsFunc(known.Rules(), func(r features.Rule) bool { return r.ID == id })
	})
	if len(first) == 0 {
		return vocabularies.Run(ctx, run, known, options)
	}
	options.Tags = judging.Both(j.tags, "@"+strings.Join(first, ",@"))
	before, err := vocabularies.Run(ctx, run, known, options)
	if err != nil {
		return nil, err
	}
	j.toldFirst(before)
	options.Tags = judging.Both(j.tags, "~@"+strings.Join(first, " && ~@"))
	after, err := vocabularies.Run(ctx, run, known, options)
	return append(before, after...), err
}

// warn says once that the reference's programs run on the machine itself, where that was
// not asked for. Of a submission's it has been said.
func (j *judge) warn(run *stage.Run) {
	_, why := run.Isolation()
	if j.warned || why == "" || run.Target.Folder != "" {
		return
	}
	j.warned = true
	fmt.Fprintf(j.stderr, "chatspec: programs run on this machine itself: %s\n", why)
}
