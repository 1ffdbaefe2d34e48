package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/grading"
)

// reference has the reference judged by the rules that others have failed, so that its scenarios can be shown beside
// theirs. Where that cannot be done, they are shown without it, it is said why, and what is returned is not complete.
func (j judge) reference(ctx context.Context, results []grading.Result) (all []grading.Result, complete bool) {
	whole, err := referenceOf(j.catalogue.HandedIn())
	if err != nil {
		fmt.Fprintf(j.stderr, "chatspec: what failed is shown without the reference beside it: %v\n", err)
		return nil, false
	}
	j.events, j.warned, j.pictures = true, true, ""
	complete = true
	for _, id := range assignmentsOf(results) {
		failed := failedIn(results, id)
		if len(failed) == 0 {
			continue
		}
		j.tags = "@" + strings.Join(failed, ",@")
		t := *whole
		t.Assignments = []string{id}
		judged, err := j.all(ctx, &t, silence{})
		if err != nil {
			fmt.Fprintf(j.stderr, "chatspec: %s is shown without the reference beside it: %v\n", id, err)
			complete = false
			continue
		}
		all = append(all, judged...)
	}
	return all, complete
}

func assignmentsOf(results []grading.Result) []string {
	var ids []string
	for _, r := range results {
		ids = append(ids, r.Assignment)
	}
	return distinct(ids)
}

// failedIn lists the rules of an assignment that have failed, once each.
func failedIn(results []grading.Result, assignment string) []string {
	var ids []string
	for _, r := range results {
		for _, rule := range r.Rules {
			if r.Assignment == assignment && rule.Verdict == grading.Failed {
				ids = append(ids, rule.ID)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
