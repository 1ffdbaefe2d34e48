package features

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// rubricName is the name of a rubric's file, beside the features.
const rubricName = "rubric.yaml"

// A Rubric says what the rules of an assignment are worth. Every rule that the
// text demands stands in an item, or among those that earn nothing.
type Rubric struct {
	Source string       `yaml:"source"` // of the points
	Points float64      `yaml:"points"` // the sum of the items'
	Items  []RubricItem `yaml:"items"`
	// Unscored are the rules that are demanded and earn nothing.
	Unscored []string `yaml:"unscored"`
}

// A RubricItem is one line of a rubric. Its points are given in the share of
// the scenarios of its rules that pass.
type RubricItem struct {
	Title  string   `yaml:"title"`
	Points float64  `yaml:"points"` // with one decimal at most
	Rules  []string `yaml:"rules"`
}

// readRubrics gives each assignment the rubric that stands beside its features.
func (c *Catalogue) readRubrics(files fs.FS) error {
	paths, err := fs.Glob(files, "*/"+rubricName)
	if err != nil {
		return fmt.Errorf("looking for rubrics: %w", err)
	}
	for _, name := range paths {
		i := slices.IndexFunc(c.Assignments, func(a Assignment) bool { return a.ID == path.Dir(name) })
		if i < 0 {
			return fmt.Errorf("%s: no feature stands beside it", name)
		}
		if c.Assignments[i].Rubric, err = readRubric(files, name, c.Assignments[i]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func readRubric(files fs.FS, name string, assignment Assignment) (*Rubric, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, withLine(err)
	}
	c := rubricChecker{file: file, assignment: assignment.ID, levels: map[string]Level{}}
	for _, rule := range assignment.Rules() {
		c.levels[rule.ID] = rule.Level
	}
	if len(file.Docs) > 1 {
		return nil, errors.New("it holds more than one document")
	}
	var rubric Rubric
	err = yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&rubric)
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty")
	}
	if err != nil {
		return nil, withLine(err)
	}
	if err := c.check(rubric); err != nil {
		return nil, err
	}
	return &rubric, c.complete(rubric, assignment.Rules())
}

// withLine turns an error of the YAML library into one line with a place.
func withLine(err error) error {
	var placed yaml.Error
	if !errors.As(err, &placed) {
		return err
	}
	return fmt.Errorf("line %d: %s", placed.GetToken().Position.Line, placed.GetMessage())
}

// A rubricChecker finds what is wrong with a rubric, and its line.
type rubricChecker struct {
	file       *ast.File
	assignment string
	levels     map[string]Level // of the assignment's rules
}

// at is an error in the line of what stands at a path such as $.items[0].
func (c rubricChecker) at(path, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	place, pathErr := yaml.PathString(path)
	if pathErr != nil {
		return err
	}
	node, pathErr := place.FilterFile(c.file)
	if pathErr != nil {
		return err // what is missing has no line
	}
	return fmt.Errorf("line %d: %w", node.GetToken().Position.Line, err)
}

func (c rubricChecker) check(rubric Rubric) error {
	if rubric.Source == "" {
		return errors.New("it has no source")
	}
	sum := 0.0
	for i, item := range rubric.Items {
		if err := c.item(fmt.Sprintf("$.items[%d]", i), item); err != nil {
			return err
		}
		sum = tenths(sum + item.Points)
	}
	if sum != rubric.Points {
		return c.at("$.points", "the points of the items add up to %v, not to %v", sum, rubric.Points)
	}
	return c.rules("$.unscored", rubric.Unscored)
}

func (c rubricChecker) item(path string, item RubricItem) error {
	switch {
	case item.Title == "":
		return c.at(path, "an item has no title")
	case !(item.Points > 0) || math.IsInf(item.Points, 1):
		return c.at(path, "%q has no points", item.Title)
	case item.Points != tenths(item.Points):
		return c.at(path+".points", "%q has %v points: one decimal is the finest", item.Title, item.Points)
	case len(item.Rules) == 0:
		return c.at(path, "%q names no rule", item.Title)
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
			return c.at(place, "%s has no rule %q", c.assignment, id)
		case level != Must:
			return c.at(place, "%s is @%s, and only a @must rule can earn points", id, level)
		case slices.Contains(ids[:i], id):
			return c.at(place, "%s stands twice in one list", id)
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
			return c.at(fmt.Sprintf("$.unscored[%d]", unscored), "%s stands in an item, too", rule.ID)
		}
		if rule.Level == Must && !scored && unscored < 0 {
			return fmt.Errorf("%s stands in no item: one that earns nothing is listed under `unscored`", rule.ID)
		}
	}
	return nil
}
