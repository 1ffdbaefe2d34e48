package grading

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/features"
)

// A Sheet is what a run hands over to be graded.
type Sheet struct {
	Target       string
	Suite        Suite
	Mended       []string
	Isolation    string
	Unisolated   []string
	Seconds      float64
	Programs     []Program
	Observations []string
	Outcomes     []Outcome
	Unsteady     []Unsteady
	Seed         uint64
}

// Grade draws the result of one assignment from a run's outcomes. Rules of
// which no scenario was run are left out.
func Grade(assignment features.Assignment, sheet Sheet) Result {
	result := Result{
		Schema:       Schema,
		Assignment:   assignment.ID,
		Target:       sheet.Target,
		Suite:        sheet.Suite,
		Mended:       sheet.Mended,
		Isolation:    sheet.Isolation,
		Unisolated:   sheet.Unisolated,
		Seconds:      sheet.Seconds,
		Seed:         sheet.Seed,
		Programs:     orEmpty(sheet.Programs),
		Rules:        []Rule{},
		Observations: orEmpty(sheet.Observations),
		Unsteady:     sheet.Unsteady,
	}
	for _, feature := range assignment.Features {
		rules := gradeFeature(feature, sheet.Outcomes)
		if len(rules) == 0 {
			continue
		}
		result.Features = append(result.Features, Feature{Path: feature.Path, Title: feature.Title, Line: feature.Line})
		result.Rules = append(result.Rules, rules...)
	}
	if assignment.Rubric != nil {
		hide(assignment.Rubric, result.Rules)
	}
	observed := slices.Clone(result.Rules)
	blockNeedy(assignment.Rules(), result.Rules)
	blame(result.Rules, observed, len(result.Rules) == len(assignment.Rules()))
	result.Verdict = verdict(result.Rules)
	if assignment.Rubric != nil {
		result.Score = scoreByRubric(assignment, result.Rules)
	} else {
		result.Score = score(assignment, result.Rules)
	}
	return result
}

// orEmpty keeps a missing list from becoming a null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// gradeFeature grades the rules of which a scenario was run.
func gradeFeature(feature features.Feature, outcomes []Outcome) []Rule {
	var rules []Rule
	for _, rule := range feature.Rules {
		graded := gradeRule(rule, outcomes)
		if len(graded.Scenarios) == 0 {
			continue
		}
		graded.Feature = feature.Path
		rules = append(rules, graded)
	}
	return rules
}

func gradeRule(rule features.Rule, outcomes []Outcome) Rule {
	graded := Rule{
		ID: rule.ID, Title: rule.Title, Level: string(rule.Level), Line: rule.Line,
		Why: rule.Why, Needs: orEmpty(rule.Needs), Source: rule.Source,
	}
	for _, scenario := range rule.Scenarios {
		i := slices.IndexFunc(outcomes, func(o Outcome) bool {
			return o.Rule == rule.ID && o.Scenario == scenario.Name
		})
		if i < 0 {
			continue
		}
		graded.Scenarios = append(graded.Scenarios, gradeScenario(rule, scenario, outcomes[i]))
	}
	graded.Verdict = worst(graded.Scenarios)
	return graded
}

// gradeScenario joins what a scenario came to with what the catalogue says of it.
func gradeScenario(rule features.Rule, scenario features.Scenario, outcome Outcome) Scenario {
	graded := Scenario{
		Name: outcome.Scenario, Verdict: outcome.Verdict, Seconds: outcome.Seconds, Line: scenario.Line,
		Steps: orEmpty(slices.Clone(outcome.Steps)), Events: outcome.Events, Story: outcome.Story, Pictures: outcome.Pictures,
	}
	for i := range min(len(graded.Steps), len(scenario.Steps)) {
		graded.Steps[i].Line = scenario.Steps[i].Line
	}
	if outcome.Failure != nil {
		failure := *outcome.Failure
		if failure.Hint != "" {
			failure.Hint += "\nand for the rule itself: "
		}
		failure.Hint += rule.Hint
		graded.Failure = &failure
	}
	return graded
}

// worst is the verdict on a rule: that of its worst scenario.
func worst(scenarios []Scenario) Verdict {
	for _, verdict := range []Verdict{Failed, Blocked, Unverified} {
		if slices.ContainsFunc(scenarios, func(s Scenario) bool { return s.Verdict == verdict }) {
			return verdict
		}
	}
	return Passed
}

// blockNeedy turns failed into blocked where a rule that is needed did not pass.
func blockNeedy(rules []features.Rule, graded []Rule) {
	for i := range graded {
		rule := rules[slices.IndexFunc(rules, func(r features.Rule) bool { return r.ID == graded[i].ID })]
		var lacking []string
		for _, id := range rule.Needs {
			at := slices.IndexFunc(graded, func(r Rule) bool {
				return r.ID == id && (r.Verdict == Failed || r.Verdict == Blocked)
			})
			if at >= 0 {
				lacking = append(lacking, graded[at].called())
			}
		}
		if graded[i].Verdict == Failed && len(lacking) > 0 {
			block(&graded[i], lacking)
		}
	}
}

func block(rule *Rule, lacking []string) {
	rule.Verdict = Blocked
	rule.Scenarios = slices.Clone(rule.Scenarios)
	for i := range rule.Scenarios {
		s := &rule.Scenarios[i]
		if s.Verdict != Failed {
			continue
		}
		failure := *s.Failure
		failure.Observed += fmt.Sprintf(" (it needs %s first)", strings.Join(lacking, ", "))
		*s = s.turned(Blocked)
		s.Failure = &failure
	}
}

// turned gives another verdict to a scenario and to the step that ended it.
func (s Scenario) turned(verdict Verdict) Scenario {
	s.Steps = slices.Clone(s.Steps)
	for i := range s.Steps {
		if s.Steps[i].Verdict == s.Verdict {
			s.Steps[i].Verdict = verdict
		}
	}
	s.Verdict = verdict
	return s
}

// blame turns a blocked rule into a failed one where none has failed: nothing
// else explains why it could not be judged. It is the first that has been observed
// to fail, or else the first that is blocked; this, where all rules of the
// assignment were run, since among the others there might be one that explains it.
func blame(rules, observed []Rule, all bool) {
	is := func(verdict Verdict) func(Rule) bool { return func(r Rule) bool { return r.Verdict == verdict } }
	if slices.ContainsFunc(rules, is(Failed)) {
		return
	}
	if i := slices.IndexFunc(observed, is(Failed)); i >= 0 {
		rules[i] = observed[i]
		return
	}
	i := slices.IndexFunc(rules, is(Blocked))
	if i < 0 || !all {
		return
	}
	rules[i].Verdict = Failed
	for j := range rules[i].Scenarios {
		if s := &rules[i].Scenarios[j]; s.Verdict == Blocked {
			*s = s.turned(Failed)
		}
	}
}

// verdict says whether a target conforms: none of the rules that the text
// demands failed or was blocked, and one at least has passed. What cannot be
// seen counts neither way. Where none that the text demands was run, one of the
// others must have passed.
func verdict(rules []Rule) string {
	judged := slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return r.Level != string(features.Must) })
	for _, rule := range judged {
		if rule.Verdict == Failed || rule.Verdict == Blocked {
			return Nonconformant
		}
	}
	if len(judged) == 0 {
		judged = rules
	}
	if !slices.ContainsFunc(judged, func(r Rule) bool { return r.Verdict == Passed }) {
		return Nonconformant
	}
	return Conformant
}

// score gives a point for each rule that the text demands, where there is no
// rubric: an item for each part of the assignment.
func score(assignment features.Assignment, graded []Rule) Score {
	total := Score{Items: []Item{}}
	for _, feature := range assignment.Features {
		item := Item{Title: feature.Title, Rules: []string{}}
		for _, rule := range feature.Rules {
			i := slices.IndexFunc(graded, func(r Rule) bool { return r.ID == rule.ID })
			if i < 0 || rule.Level != features.Must || graded[i].Verdict == Unverified {
				continue
			}
			item.Rules = append(item.Rules, rule.ID)
			item.Possible++
			if graded[i].Verdict == Passed {
				item.Earned++
			}
		}
		if item.Possible > 0 {
			total.Items = append(total.Items, item)
			total.Earned += item.Earned
			total.Possible += item.Possible
		}
	}
	return total
}
