package features

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/strictyaml"
)

// aspectsName is the name of the file that sets the assignments side by side.
const aspectsName = "aspects.yaml"

// An Aspect is what programs of several assignments have in common.
type Aspect struct {
	Title string
	// Programs are those of all assignments, in their order.
	Programs []ProgramAspect
}

// A ProgramAspect is what an aspect comes to in one program: the rules that say it, or why it
// does not apply. Where neither is said, a rule may be missing.
type ProgramAspect struct {
	Assignment, Program string
	Rules               []string
	Apart               string
}

// aspectsFile is the file as it is written. A program is called ASSIGNMENT/PROGRAM.
type aspectsFile struct {
	Apart   map[string]string `yaml:"apart"` // programs, by the reason why no aspect applies to them
	Aspects []aspectEntry     `yaml:"aspects"`
}

type aspectEntry struct {
	Title string            `yaml:"title"`
	Rules map[string]string `yaml:"rules"` // by the program
	Apart map[string]string `yaml:"apart"` // programs, by the reason why it does not apply to them
}

// readAspects reads what the assignments have in common, where that is written down.
func (c *Catalogue) readAspects(files fs.FS) error {
	data, err := fs.ReadFile(files, aspectsName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	file, err := strictyaml.Parse(aspectsName, data)
	if err != nil {
		return err
	}
	var read aspectsFile
	if err := file.Decode(&read); err != nil {
		return err
	}
	for i, entry := range read.Aspects {
		aspect, err := c.aspect(entry, read.Apart)
		if err != nil {
			return file.Wrong(fmt.Sprintf("$.aspects[%d].title", i), "%v", err)
		}
		c.Aspects = append(c.Aspects, aspect)
	}
	return nil
}

// aspect says an aspect of every program.
func (c *Catalogue) aspect(entry aspectEntry, apart map[string]string) (Aspect, error) {
	reasons := map[string]string{}
	for _, given := range []map[string]string{apart, entry.Apart} {
		for reason, programs := range given {
			for _, program := range strings.Fields(programs) {
				reasons[program] = reason
			}
		}
	}
	aspect := Aspect{Title: entry.Title}
	rules := maps.Clone(entry.Rules)
	for _, assignment := range c.Assignments {
		for _, program := range assignment.Programs {
			name := assignment.ID + "/" + program.Name
			said := ProgramAspect{Assignment: assignment.ID, Program: program.Name, Apart: reasons[name], Rules: strings.Fields(rules[name])}
			delete(reasons, name)
			delete(rules, name)
			if err := said.check(assignment); err != nil {
				return Aspect{}, err
			}
			aspect.Programs = append(aspect.Programs, said)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		return Aspect{}, fmt.Errorf("no program is called %s: write ASSIGNMENT/PROGRAM", name)
	}
	for _, name := range slices.Sorted(maps.Keys(reasons)) {
		return Aspect{}, fmt.Errorf("no program is called %s: write ASSIGNMENT/PROGRAM", name)
	}
	return aspect, nil
}

func (p ProgramAspect) check(assignment Assignment) error {
	if p.Apart != "" && len(p.Rules) > 0 {
		return fmt.Errorf("%s/%s has rules, and yet it does not apply to it", p.Assignment, p.Program)
	}
	for _, id := range p.Rules {
		if !slices.ContainsFunc(assignment.Rules(), func(r Rule) bool { return r.ID == id }) {
			return fmt.Errorf("%s has no rule %s", p.Assignment, id)
		}
	}
	return nil
}
