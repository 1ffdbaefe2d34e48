package features

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"time"

	"github.com/chatspec/chatspec/fixtures/strictyaml"
)

// RubricName is the name of a rubric's file, beside the features.
const RubricName = "rubric.yaml"

// A Rubric says what the rules of an assignment are worth. Every rule that the
// text demands stands in an item, or among those that earn nothing.
type Rubric struct {
	Source string       `yaml:"source"` // of the points
	Points float64      `yaml:"points"` // the sum of the items'
	Items  []RubricItem `yaml:"items"`
	// Unscored are the rules that are demanded and earn nothing.
	Unscored []string `yaml:"unscored"`
	// Gate are rules without which all is worth nothing.
	Gate []string `yaml:"gate"`
	// Hidden are rules of any level that count, and of which a student is not told
	// what they are; until a day, as in "2026-06-01", if there is one.
	Hidden      []string `yaml:"hidden"`
	HiddenUntil string   `yaml:"hidden_until"`
}

// A RubricItem is one line of a rubric. Its points are given in the share of
// the scenarios of its rules that pass.
type RubricItem struct {
	Title  string   `yaml:"title"`
	Points float64  `yaml:"points"` // with one decimal at most
	Rules  []string `yaml:"rules"`
	// Gate are rules without which the item is worth nothing.
	Gate []string `yaml:"gate"`
}

// readRubrics gives each assignment the rubric that stands beside its features.
func (c *Catalogue) readRubrics(files fs.FS) error {
	paths, err := fs.Glob(files, "*/"+RubricName)
	if err != nil {
		return fmt.Errorf("looking for rubrics: %w", err)
	}
	for _, name := range paths {
		i := slices.IndexFunc(c.Assignments, func(a Assignment) bool { return a.ID == path.Dir(name) })
		if i < 0 {
			return fmt.Errorf("%s: no feature stands beside it", name)
		}
		if c.Assignments[i].Rubric, err = readRubric(files, name, c.Assignments[i]); err != nil {
			return err
		}
	}
	return nil
}

// ReadRubric reads the rubric in a file of a grader's own, for an assignment.
func ReadRubric(file string, assignment Assignment) (*Rubric, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the rubric: %w", err)
	}
	return parseRubric(file, data, assignment)
}

func readRubric(files fs.FS, name string, assignment Assignment) (*Rubric, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	return parseRubric(name, data, assignment)
}

func parseRubric(name string, data []byte, assignment Assignment) (*Rubric, error) {
	file, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, err
	}
	c := rubricChecker{File: file, assignment: assignment.ID, levels: map[string]Level{}}
	for _, rule := range assignment.Rules() {
		c.levels[rule.ID] = rule.Level
	}
	var rubric Rubric
	if err := file.Decode(&rubric); errors.Is(err, strictyaml.ErrEmpty) {
		return nil, fmt.Errorf("%s: %w", name, err)
	} else if err != nil {
		return nil, err
	}
	if err := c.check(rubric); err != nil {
		return nil, err
	}
	return &rubric, c.complete(rubric, assignment.Rules())
}

// A rubricChecker finds what is wrong with a rubric, and its line.
type rubricChecker struct {
	strictyaml.File
	assignment string
	levels     map[string]Level // of the assignment's rules
}

func (c rubricChecker) check(rubric Rubric) error {
	if rubric.Source == "" {
		return c.Wrong("", "it has no source")
	}
	sum := 0.0
	for i, item := range rubric.Items {
		if err := c.item(fmt.Sprintf("$.items[%d]", i), item); err != nil {
			return err
		}
		sum = tenths(sum + item.Points)
	}
	if sum != rubric.Points {
		return c.Wrong("$.points", "the points of the items add up to %v, not to %v", sum, rubric.Points)
	}
	if _, err := time.Parse(time.DateOnly, rubric.HiddenUntil); rubric.HiddenUntil != "" && err != nil {
		return c.Wrong("$.hidden_until", "%q is no day, as 2026-06-01 is one", rubric.HiddenUntil)
	}
	for path, ids := range map[string][]string{"$.gate": rubric.Gate, "$.hidden": rubric.Hidden} {
		if err := c.known(path, ids); err != nil {
			return err
		}
	}
	return c.rules("$.unscored", rubric.Unscored)
}

// known checks that rules of a list exist, of whatever level they are.
func (c rubricChecker) known(path string, ids []string) error {
	for i, id := range ids {
		if _, ok := c.levels[id]; !ok {
			return c.Wrong(fmt.Sprintf("%s[%d]", path, i), "%s has no rule %q", c.assignment, id)
		}
	}
	return nil
}

func (c rubricChecker) item(path string, item RubricItem) error {
	switch {
	case item.Title == "":
		return c.Wrong(path, "an item has no title")
	case !(item.Points > 0) || math.IsInf(item.Points, 1):
		return c.Wrong(path, "%q has no points", item.Title)
	case item.Points != tenths(item.Points):
		return c.Wrong(path+".points", "%q has %v points: one decimal is the finest", item.Title, item.Points)
	case len(item.Rules) == 0:
		return c.Wrong(path, "%q names no rule", item.Title)
	}
	if err := c.known(path+".gate", item.Gate); err != nil {
		return err
	}
	return c.rules(path+".rules", item.Rules)
}

// tenths rounds to one decimal.
func tenths(points float64) float64 { return math.Round(points*10) / 10 }

// rules checks a list of rules: all are demanded, and none stands there twice.
func (c rubricChecker) rules(path string, ids []string) error {
	for i, id := range ids {
		place := fmt.Sprintf("%s[%d]", path, i)
		level, ok := c.levels[id]
		switch {
		case !ok:
			return c.Wrong(place, "%s has no rule %q", c.assignment, id)
		case level != Must:
			return c.Wrong(place, "%s is @%s, and only a @must rule can earn points", id, level)
		case slices.Contains(ids[:i], id):
			return c.Wrong(place, "%s stands twice in one list", id)
		}
	}
	return nil
}

// complete checks that each demanded rule is either scored or unscored.
func (c rubricChecker) complete(rubric Rubric, rules []Rule) error {
	for _, rule := range rules {
		scored := slices.ContainsFunc(rubric.Items, func(item RubricItem) bool { return slices.Contains(item.Rules, rule.ID) })
		unscored := slices.Index(rubric.Unscored, rule.ID)
		if scored && unscored >= 0 {
			return c.Wrong(fmt.Sprintf("$.unscored[%d]", unscored), "%s stands in an item, too", rule.ID)
		}
		if rule.Level == Must && !scored && unscored < 0 {
			return c.Wrong("", "%s stands in no item: one that earns nothing is listed under `unscored`", rule.ID)
		}
	}
	return nil
}
