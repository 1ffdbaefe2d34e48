// Package features is the catalogue of all requirements: the Gherkin files,
// what they say of assignments, rules and scenarios, and, beside them, what is
// handed in and what it is worth.
package features

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatspec/chatspec/fixtures/assignment"
)

// Files holds the features and what stands beside them, one folder an assignment.
//
//go:embed */* aspects.yaml
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
type Catalogue struct {
	Assignments []Assignment
	// Aspects set the assignments side by side.
	Aspects []Aspect
}

// An Assignment is one course's task.
type Assignment struct {
	assignment.Assignment
	Features []Feature
	Rubric   *Rubric // nil where there is none
}

// A Feature is one part of an assignment.
type Feature struct {
	Path, Title, Source string
	Line                int // in the file at Path, from 1
	Rules               []Rule
}

// A Rule is one requirement.
type Rule struct {
	ID, Title, Source, Why, Hint string
	Level                        Level
	Line                         int
	// Needs are the rules without which this one cannot be judged.
	Needs     []string
	Scenarios []Scenario
}

// A Scenario is one example of a rule.
type Scenario struct {
	Name  string
	Line  int // of an outline, that of the example
	Steps []Step
}

// A Step is one sentence of a scenario.
type Step struct {
	Text string // with its keyword
	Line int
	Rows []string // of the table below it, as in "| a | b |"
}

// Rules lists the rules of the assignment, in the order of the features.
func (a Assignment) Rules() []Rule {
	var rules []Rule
	for _, feature := range a.Features {
		rules = append(rules, feature.Rules...)
	}
	return rules
}

// SourceName says where a rule is from, as a reader knows the text: a source begins
// with the name of the text's file.
func (a Assignment) SourceName(source string) string {
	file, place, _ := strings.Cut(source, ", ")
	name := a.Sources[file]
	switch {
	case name == "":
		return source
	case place == "":
		return name
	}
	return name + ", " + place
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
	for _, r := range c.rules() {
		if strings.EqualFold(r.ID, id) {
			return r, true
		}
	}
	return Rule{}, false
}

// Of returns the assignment that a rule is of.
func (c Catalogue) Of(rule Rule) Assignment {
	for a, r := range c.rules() {
		if r.ID == rule.ID {
			return a
		}
	}
	return Assignment{}
}

// RuleIDs lists all rules.
func (c Catalogue) RuleIDs() []string {
	var ids []string
	for _, r := range c.rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

// WithNeeds lists some rules, what they need, and what that needs in turn, in the order of
// the features.
func (c Catalogue) WithNeeds(rules []string) []string {
	wanted := map[string]bool{}
	for open := slices.Clone(rules); len(open) > 0; {
		id := open[0]
		open = open[1:]
		if wanted[id] {
			continue
		}
		wanted[id] = true
		rule, _ := c.Rule(id)
		open = append(open, rule.Needs...)
	}
	return slices.DeleteFunc(c.RuleIDs(), func(id string) bool { return !wanted[id] })
}

// rules are all, each with its assignment.
func (c Catalogue) rules() iter.Seq2[Assignment, Rule] {
	return func(yield func(Assignment, Rule) bool) {
		for _, a := range c.Assignments {
			for _, f := range a.Features {
				for _, r := range f.Rules {
					if !yield(a, r) {
						return
					}
				}
			}
		}
	}
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
	if err := errors.Join(c.readHandIns(files), c.readRubrics(files)); err != nil {
		return c, err
	}
	return c, c.readAspects(files)
}

// readHandIns reads, for each assignment, what is handed in.
func (c *Catalogue) readHandIns(files fs.FS) error {
	for i, a := range c.Assignments {
		name := path.Join(a.ID, assignment.FileName)
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("the assignment %s does not say what is handed in: %w", a.ID, err)
		}
		if c.Assignments[i].Assignment, err = assignment.Read(a.ID, name, data); err != nil {
			return err
		}
	}
	return nil
}

// HandedIn lists what is handed in for each assignment.
func (c Catalogue) HandedIn() []assignment.Assignment {
	var all []assignment.Assignment
	for _, a := range c.Assignments {
		all = append(all, a.Assignment)
	}
	return all
}

func (c *Catalogue) add(id string, feature Feature) {
	i := slices.IndexFunc(c.Assignments, func(a Assignment) bool { return a.ID == id })
	if i < 0 {
		i = len(c.Assignments)
		c.Assignments = append(c.Assignments, Assignment{Assignment: assignment.Assignment{ID: id}})
	}
	c.Assignments[i].Features = append(c.Assignments[i].Features, feature)
}

func (c Catalogue) check() error {
	known := map[string]bool{}
	for _, r := range c.rules() {
		if known[r.ID] {
			return fmt.Errorf("two rules are called %s", r.ID)
		}
		known[r.ID] = true
	}
	for _, r := range c.rules() {
		for _, need := range r.Needs {
			if !known[need] {
				return fmt.Errorf("%s needs %s, which does not exist", r.ID, need)
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
	scenarios := scenariosOf(gherkin.Pickles(*document, name, newID), linesOf(document.Feature))
	said := labels(document.Feature.Description)
	feature := Feature{Path: name, Title: document.Feature.Name, Source: said["Source"], Line: int(document.Feature.Location.Line)}
	for _, child := range document.Feature.Children {
		if child.Rule == nil {
			return Feature{}, fmt.Errorf("line %d: a scenario stands outside every rule", line(child))
		}
		rule, err := readRule(child.Rule, feature.Source, scenarios)
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

func readRule(node *messages.Rule, source string, scenarios map[string][]Scenario) (Rule, error) {
	said := labels(node.Description)
	rule := Rule{Title: node.Name, Source: source, Why: said["Why"], Hint: said["Hint"], Needs: strings.Fields(said["Needs"]), Line: int(node.Location.Line)}
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
		if scenarios[child.Scenario.Id] == nil {
			return rule, fmt.Errorf("%s has the scenario %q, which has no example", rule.ID, child.Scenario.Name)
		}
		rule.Scenarios = append(rule.Scenarios, scenarios[child.Scenario.Id]...)
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

// scenariosOf lists the scenarios as they run, by the id of the node that they
// were made of.
func scenariosOf(pickles []*messages.Pickle, lines map[string]int) map[string][]Scenario {
	scenarios := map[string][]Scenario{}
	for _, pickle := range pickles {
		s := Scenario{Name: pickle.Name, Line: lines[pickle.AstNodeIds[len(pickle.AstNodeIds)-1]]}
		for i, text := range StepTexts(pickle) {
			step := pickle.Steps[i]
			s.Steps = append(s.Steps, Step{Text: text, Line: lines[step.AstNodeIds[0]], Rows: rowsOf(step.Argument)})
		}
		scenarios[pickle.AstNodeIds[0]] = append(scenarios[pickle.AstNodeIds[0]], s)
	}
	return scenarios
}

func rowsOf(argument *messages.PickleStepArgument) []string {
	if argument == nil || argument.DataTable == nil {
		return nil
	}
	var rows []string
	for _, row := range argument.DataTable.Rows {
		text := "|"
		for _, cell := range row.Cells {
			text += " " + cell.Value + " |"
		}
		rows = append(rows, text)
	}
	return rows
}

// StepTexts lists the steps of a scenario that is run, with their keywords.
func StepTexts(pickle *messages.Pickle) []string {
	var texts []string
	before := messages.PickleStepType_UNKNOWN
	for _, step := range pickle.Steps {
		texts = append(texts, keyword(step.Type, before)+" "+step.Text)
		before = step.Type
	}
	return texts
}

// linesOf says where the nodes of a feature's scenarios stand, by their ids.
func linesOf(feature *messages.Feature) map[string]int {
	lines := map[string]int{}
	for _, child := range feature.Children {
		if child.Rule == nil {
			continue
		}
		for _, child := range child.Rule.Children {
			noteLines(lines, child)
		}
	}
	return lines
}

func noteLines(lines map[string]int, child *messages.RuleChild) {
	if child.Background != nil {
		noteSteps(lines, child.Background.Steps)
		return
	}
	lines[child.Scenario.Id] = int(child.Scenario.Location.Line)
	noteSteps(lines, child.Scenario.Steps)
	for _, examples := range child.Scenario.Examples {
		for _, row := range examples.TableBody {
			lines[row.Id] = int(row.Location.Line)
		}
	}
}

func noteSteps(lines map[string]int, steps []*messages.Step) {
	for _, step := range steps {
		lines[step.Id] = int(step.Location.Line)
	}
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
