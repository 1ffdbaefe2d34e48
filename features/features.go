// Package features is the catalogue of all requirements: the Gherkin files,
// what they say of assignments, rules and scenarios, and the rubrics beside
// them.
package features

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"
)

// Files holds the features and the rubrics, one folder an assignment.
//
//go:embed */*
var Files embed.FS

// A Level says how strongly an assignment demands a rule.
type Level string

// The levels.
const (
	Must   Level = "must"   // the text demands it
	Should Level = "should" // the text implies it
	Robust Level = "robust" // beyond the text; reported, never part of the verdict
)

// A Catalogue is all that the features say.
type Catalogue struct{ Assignments []Assignment }

// An Assignment is one course's task.
type Assignment struct {
	ID       string
	Features []Feature
	Rubric   *Rubric // nil where there is none
}

// A Feature is one part of an assignment.
type Feature struct {
	Path, Title, Source string
	Rules               []Rule
}

// A Rule is one requirement.
type Rule struct {
	ID, Title, Source, Why, Hint string
	Level                        Level
	// Needs are the rules without which this one cannot be judged.
	Needs     []string
	Scenarios []Scenario
}

// A Scenario is one example of a rule.
type Scenario struct {
	Name  string
	Steps []string // with their keywords
}

// Rules lists the rules of the assignment, in the order of the features.
func (a Assignment) Rules() []Rule {
	var rules []Rule
	for _, feature := range a.Features {
		rules = append(rules, feature.Rules...)
	}
	return rules
}

// Assignment returns the assignment called id.
func (c Catalogue) Assignment(id string) (Assignment, bool) {
	i := slices.IndexFunc(c.Assignments, func(a Assignment) bool { return a.ID == id })
	if i < 0 {
		return Assignment{}, false
	}
	return c.Assignments[i], true
}

// Rule returns the rule called id.
func (c Catalogue) Rule(id string) (Rule, bool) {
	for _, a := range c.Assignments {
		for _, r := range a.Rules() {
			if strings.EqualFold(r.ID, id) {
				return r, true
			}
		}
	}
	return Rule{}, false
}

// RuleIDs lists all rules.
func (c Catalogue) RuleIDs() []string {
	var ids []string
	for _, a := range c.Assignments {
		for _, r := range a.Rules() {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

var ruleTag = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^@([A-Z][A-Z0-9]*-\d+\.\d+)$`)
})

// RuleOf returns the id among the tags of a scenario, or nothing.
func RuleOf(tags []*messages.PickleTag) string {
	for _, tag := range tags {
		if match := ruleTag().FindStringSubmatch(tag.Name); match != nil {
			return match[1]
		}
	}
	return ""
}

// Read reads the catalogue from files and checks that it is complete: every
// rule has an id of its own, one level, a source, a reason, a hint and a
// scenario, and a rubric forgets none that is demanded.
func Read(files fs.FS) (Catalogue, error) {
	paths, err := fs.Glob(files, "*/*.feature")
	if err != nil {
		return Catalogue{}, fmt.Errorf("looking for features: %w", err)
	}
	var c Catalogue
	for _, name := range paths {
		feature, err := readFeature(files, name)
		if err != nil {
			return Catalogue{}, fmt.Errorf("%s: %w", name, err)
		}
		c.add(path.Dir(name), feature)
	}
	if err := c.check(); err != nil {
		return Catalogue{}, err
	}
	return c, c.readRubrics(files)
}

func (c *Catalogue) add(assignment string, feature Feature) {
	i := slices.IndexFunc(c.Assignments, func(a Assignment) bool { return a.ID == assignment })
	if i < 0 {
		i = len(c.Assignments)
		c.Assignments = append(c.Assignments, Assignment{ID: assignment})
	}
	c.Assignments[i].Features = append(c.Assignments[i].Features, feature)
}

func (c Catalogue) check() error {
	ids := c.RuleIDs()
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			return fmt.Errorf("two rules are called %s", id)
		}
		rule, _ := c.Rule(id)
		for _, need := range rule.Needs {
			if !slices.Contains(ids, need) {
				return fmt.Errorf("%s needs %s, which does not exist", id, need)
			}
		}
	}
	return nil
}

func readFeature(files fs.FS, name string) (Feature, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return Feature{}, err
	}
	newID := (&messages.Incrementing{}).NewId
	document, err := gherkin.ParseGherkinDocument(bytes.NewReader(data), newID)
	if err != nil {
		return Feature{}, err
	}
	if document.Feature == nil {
		return Feature{}, errors.New("it holds no feature")
	}
	names := scenarioNames(gherkin.Pickles(*document, name, newID))
	said := labels(document.Feature.Description)
	feature := Feature{Path: name, Title: document.Feature.Name, Source: said["Source"]}
	for _, child := range document.Feature.Children {
		if child.Rule == nil {
			return Feature{}, fmt.Errorf("line %d: a scenario stands outside every rule", line(child))
		}
		rule, err := readRule(child.Rule, feature.Source, names)
		if err != nil {
			return Feature{}, fmt.Errorf("line %d: %w", child.Rule.Location.Line, err)
		}
		feature.Rules = append(feature.Rules, rule)
	}
	return feature, nil
}

func line(child *messages.FeatureChild) int64 {
	if child.Scenario != nil {
		return child.Scenario.Location.Line
	}
	return child.Background.Location.Line
}

func readRule(node *messages.Rule, source string, names map[string][]Scenario) (Rule, error) {
	said := labels(node.Description)
	rule := Rule{Title: node.Name, Source: source, Why: said["Why"], Hint: said["Hint"], Needs: strings.Fields(said["Needs"])}
	if said["Source"] != "" {
		rule.Source = said["Source"]
	}
	if err := rule.label(node.Tags); err != nil {
		return rule, err
	}
	for _, child := range node.Children {
		if child.Scenario == nil {
			continue
		}
		if names[child.Scenario.Id] == nil {
			return rule, fmt.Errorf("%s has the scenario %q, which has no example", rule.ID, child.Scenario.Name)
		}
		rule.Scenarios = append(rule.Scenarios, names[child.Scenario.Id]...)
	}
	return rule, rule.check()
}

// label takes the rule's id and level from its tags.
func (r *Rule) label(tags []*messages.Tag) error {
	for _, tag := range tags {
		if match := ruleTag().FindStringSubmatch(tag.Name); match != nil {
			if r.ID != "" {
				return fmt.Errorf("the rule %q has two ids, %s and %s", r.Title, r.ID, match[1])
			}
			r.ID = match[1]
		}
		switch level := Level(strings.TrimPrefix(tag.Name, "@")); level {
		case Must, Should, Robust:
			if r.Level != "" {
				return fmt.Errorf("%s has two levels, %s and %s", r.ID, r.Level, level)
			}
			r.Level = level
		}
	}
	return nil
}

func (r Rule) check() error {
	switch {
	case r.ID == "":
		return fmt.Errorf("the rule %q has no id", r.Title)
	case r.Level == "":
		return fmt.Errorf("%s has no level", r.ID)
	case r.Source == "" || r.Why == "" || r.Hint == "":
		return fmt.Errorf("%s lacks its Source, Why or Hint", r.ID)
	case len(r.Scenarios) == 0:
		return fmt.Errorf("%s has no scenario", r.ID)
	}
	for i, s := range r.Scenarios {
		if slices.ContainsFunc(r.Scenarios[:i], func(other Scenario) bool { return other.Name == s.Name }) {
			return fmt.Errorf("%s has two scenarios called %q", r.ID, s.Name)
		}
	}
	return nil
}

// scenarioNames lists the scenarios as they run, by the id of the node that
// they were made of.
func scenarioNames(pickles []*messages.Pickle) map[string][]Scenario {
	names := map[string][]Scenario{}
	for _, pickle := range pickles {
		s := Scenario{Name: pickle.Name}
		before := messages.PickleStepType_UNKNOWN
		for _, step := range pickle.Steps {
			s.Steps = append(s.Steps, keyword(step.Type, before)+" "+step.Text)
			before = step.Type
		}
		names[pickle.AstNodeIds[0]] = append(names[pickle.AstNodeIds[0]], s)
	}
	return names
}

func keyword(now, before messages.PickleStepType) string {
	switch {
	case now == before:
		return "And"
	case now == messages.PickleStepType_CONTEXT:
		return "Given"
	case now == messages.PickleStepType_ACTION:
		return "When"
	}
	return "Then"
}

// labels reads lines such as `Why: because`. A line without a label goes on
// with the one before.
func labels(description string) map[string]string {
	said := map[string]string{}
	last := ""
	for text := range strings.Lines(description) {
		text = strings.TrimSpace(text)
		label, rest, ok := strings.Cut(text, ": ")
		if ok && slices.Contains([]string{"Source", "Why", "Hint", "Needs"}, label) {
			last, said[label] = label, rest
			continue
		}
		if last != "" && text != "" {
			said[last] += " " + text
		}
	}
	return said
}
