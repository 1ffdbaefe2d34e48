package grading

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/features"
)

// scoreByRubric gives the points of the assignment's rubric, an item a line,
// whatever of it was run.
func scoreByRubric(assignment features.Assignment, graded []Rule) Score {
	total := Score{Source: assignment.Rubric.Source, Items: []Item{}}
	for _, line := range assignment.Rubric.Items {
		item := gradeItem(line, count(line, assignment.Rules(), graded))
		item.pass(slices.Concat(assignment.Rubric.Gate, line.Gate), graded)
		total.Items = append(total.Items, item)
		total.Earned = tenths(total.Earned + item.Earned)
		total.Possible = tenths(total.Possible + item.Possible)
	}
	return total
}

// gradeItem gives an item's points in the share of the scenarios that passed,
// of those that were seen; a blocked one did not pass. What was not seen is the
// program's fault no more than its merit: an item of which nothing was seen has
// no points to earn, and says so.
func gradeItem(line features.RubricItem, t tally) Item {
	item := Item{Title: line.Title, Rules: line.Rules, Note: t.note(line.Points)}
	if t.seen > 0 {
		item.Possible = line.Points
		item.Earned = tenths(line.Points * float64(t.passed) / float64(t.seen))
	}
	return item
}

// pass takes the points from an item where a rule without which it is worth nothing
// did not pass, as far as that could be seen.
func (i *Item) pass(gate []string, graded []Rule) {
	for _, rule := range graded {
		if slices.Contains(gate, rule.ID) && (rule.Verdict == Failed || rule.Verdict == Blocked) && i.Possible > 0 {
			i.Earned, i.Note = 0, fmt.Sprintf("worth nothing without %s, which did not pass", rule.called())
			return
		}
	}
}

// called is a rule's id, or what is told of one that is hidden.
func (r Rule) called() string {
	if r.Hidden {
		return "a rule that is not shown"
	}
	return r.ID
}

// hide marks the rules that a rubric keeps back.
func hide(rubric *features.Rubric, graded []Rule) {
	for i := range graded {
		if slices.Contains(rubric.Hidden, graded[i].ID) {
			graded[i].Hidden, graded[i].HiddenUntil = true, rubric.HiddenUntil
		}
	}
}

// Reveal are results in which what was kept back until a day is told from that day on.
func Reveal(results []Result, now time.Time) []Result {
	all := slices.Clone(results)
	for i := range all {
		all[i].Rules = slices.Clone(all[i].Rules)
		for j := range all[i].Rules {
			rule := &all[i].Rules[j]
			if until, err := time.Parse(time.DateOnly, rule.HiddenUntil); err == nil && !now.Before(until) {
				rule.Hidden = false
			}
		}
	}
	return all
}

// hiddenRules counts the rules of a result that are kept back, and those of them that did
// not pass.
func hiddenRules(result Result) (all, open int) {
	for _, rule := range result.Rules {
		if !rule.Hidden {
			continue
		}
		all++
		if rule.Verdict != Passed {
			open++
		}
	}
	return all, open
}

// tenths rounds points to one decimal.
func tenths(points float64) float64 { return math.Round(points*10) / 10 }

// A tally counts the scenarios of an item's rules: all of them, those that were
// run, those of them that were seen, and those of them that passed.
type tally struct{ all, run, seen, passed int }

func count(line features.RubricItem, rules []features.Rule, graded []Rule) tally {
	var t tally
	for _, rule := range rules {
		if slices.Contains(line.Rules, rule.ID) {
			t.all += len(rule.Scenarios)
		}
	}
	for _, rule := range graded {
		if !slices.Contains(line.Rules, rule.ID) {
			continue
		}
		for _, scenario := range rule.Scenarios {
			t.run++
			if scenario.Verdict != Unverified {
				t.seen++
			}
			if scenario.Verdict == Passed {
				t.passed++
			}
		}
	}
	return t
}

// note says what was not seen of an item worth some points.
func (t tally) note(points float64) string {
	switch {
	case t.run == 0:
		return fmt.Sprintf("not run: its %v points are left out", points)
	case t.seen == 0:
		return fmt.Sprintf("%s: its %v points are left out", Unverified, points)
	}
	var parts []string
	if t.run < t.all {
		parts = append(parts, fmt.Sprintf("not run: %d of %d scenarios", t.all-t.run, t.all))
	}
	if t.seen < t.run {
		parts = append(parts, fmt.Sprintf("%s: %d of %d scenarios", Unverified, t.run-t.seen, t.all))
	}
	return strings.Join(parts, "; ")
}
