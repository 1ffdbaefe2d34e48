package main

import (
	"fmt"
	"html"
	"io/fs"
	"strings"
	"unicode"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/mutants"
)

// conformance draws the page of all rules from the features, and from the
// mutants in the checkout at root.
func conformance(root string) ([]byte, error) {
	catalogue, err := features.Read(features.Files)
	if err != nil {
		return nil, err
	}
	all, err := mutants.Load(root)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there are no mutants in %s: `chatspec docs` is run at the top of a checkout of chatspec", mutants.Folder)
	}
	p := &page{mutants: all, anchors: map[string]string{}}
	p.write("# %s\n\n"+
		"Every rule: its level, its source, its scenarios, and the mutants that prove that it can fail.\n"+
		"This page is written by `chatspec docs` (`make docs`); do not edit it.\n\n"+
		"`must`: the assignment demands it. `should`: it implies it. `robust`: beyond the text; reported,\n"+
		"and never part of the verdict or the points.\n", pageTitle)
	p.contents(catalogue)
	p.aspects(catalogue)
	for _, assignment := range catalogue.Assignments {
		p.assignment(assignment)
	}
	return []byte(p.text.String()), nil
}

// The headings of the page that no feature gives.
const (
	pageTitle     = "Conformance"
	contentsTitle = "Contents"
	aspectsTitle  = "Side by side"
)

// A page is being written.
type page struct {
	text    strings.Builder
	mutants []mutants.Mutant
	// anchors leads to each rule.
	anchors map[string]string
}

func (p *page) write(format string, args ...any) { fmt.Fprintf(&p.text, format, args...) }

// contents lists all headings, in the order in which they stand on the page.
func (p *page) contents(catalogue features.Catalogue) {
	var headings headings
	headings.anchor(pageTitle)
	headings.anchor(contentsTitle)
	p.write("\n## %s\n\n", contentsTitle)
	p.write("- %s\n", link(aspectsTitle, headings.anchor(aspectsTitle)))
	for _, assignment := range catalogue.Assignments {
		p.write("- %s\n", link(assignment.ID, headings.anchor(assignment.ID)))
		for _, feature := range assignment.Features {
			p.write("  - %s\n", link(feature.Title, headings.anchor(feature.Title)))
			for _, rule := range feature.Rules {
				p.anchors[rule.ID] = headings.anchor(ruleHeading(rule))
				p.write("    - %s\n", link(ruleHeading(rule), p.anchors[rule.ID]))
			}
		}
	}
}

func ruleHeading(rule features.Rule) string { return rule.ID + " " + rule.Title }

func link(text, anchor string) string { return fmt.Sprintf("[%s](#%s)", text, anchor) }

// headings names the headings of a page as GitHub does, in the order in which they
// stand there. Its zero value is ready.
type headings struct{ taken []string }

// anchor is the heading in small letters without its punctuation, and with a hyphen
// for each blank; a number tells apart those that are alike.
func (h *headings) anchor(heading string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || unicode.In(r, unicode.Letter, unicode.Mark, unicode.Nd, unicode.Pc):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
	alike := 0
	for _, other := range h.taken {
		if other == name {
			alike++
		}
	}
	h.taken = append(h.taken, name)
	if alike > 0 {
		return fmt.Sprintf("%s-%d", name, alike)
	}
	return name
}

func (p *page) assignment(assignment features.Assignment) {
	p.write("\n## %s\n", assignment.ID)
	if readme := assignment.ID + "/README.md"; exists(features.Files, readme) {
		p.write("\nWhat it asks, in our own words: [%s](features/%s).\n", readme, readme)
	}
	if assignment.Rubric != nil {
		p.rubric(assignment)
	}
	for _, feature := range assignment.Features {
		p.write("\n### %s\n\n[%s](features/%s), from %s.\n", feature.Title, feature.Path, feature.Path, assignment.SourceName(feature.Source))
		for _, rule := range feature.Rules {
			p.rule(assignment, rule)
		}
	}
}

// aspects draws what the assignments have in common as a table.
func (p *page) aspects(catalogue features.Catalogue) {
	p.write("\n## %s\n\nWhat programs of all assignments have in common, and which rules say it of each.\n\n", aspectsTitle)
	p.write("| |")
	for _, assignment := range catalogue.Assignments {
		p.write(" %s |", assignment.ID)
	}
	p.write("\n|---|%s\n", strings.Repeat("---|", len(catalogue.Assignments)))
	for _, aspect := range catalogue.Aspects {
		p.write("| %s |", aspect.Title)
		for _, assignment := range catalogue.Assignments {
			p.write(" %s |", strings.Join(p.aspectOf(assignment, aspect), "<br>"))
		}
		p.write("\n")
	}
}

// aspectOf is a line for each program of an assignment, or for several of which the same
// is said.
func (p *page) aspectOf(assignment features.Assignment, aspect features.Aspect) []string {
	var said []string
	programs := map[string][]string{}
	for _, of := range aspect.Programs {
		text := p.links(of.Rules)
		switch {
		case of.Assignment != assignment.ID:
			continue
		case of.Apart != "":
			text = "does not apply: " + of.Apart
		case text == "":
			text = "nothing is said"
		}
		if programs[text] == nil {
			said = append(said, text)
		}
		programs[text] = append(programs[text], "`"+of.Program+"`")
	}
	for i, text := range said {
		said[i] = strings.Join(programs[text], ", ") + ": " + text
	}
	return said
}

func (p *page) links(ids []string) string {
	var links []string
	for _, id := range ids {
		links = append(links, link(id, p.anchors[id]))
	}
	return strings.Join(links, ", ")
}

func exists(files fs.FS, name string) bool {
	_, err := fs.Stat(files, name)
	return err == nil
}

// rubric draws the score sheet as a table.
func (p *page) rubric(assignment features.Assignment) {
	rubric, cell := assignment.Rubric, strings.NewReplacer("|", `\|`).Replace
	p.write("\n%v points, from %s. An item gives its points in the share of the scenarios of its rules that pass.\n\n",
		rubric.Points, assignment.SourceName(rubric.Source))
	p.write("| item | points | rules |\n|---|--:|---|\n")
	for _, item := range rubric.Items {
		p.write("| %s | %v | %s |\n", cell(item.Title), item.Points, strings.Join(item.Rules, ", "))
	}
	if len(rubric.Unscored) > 0 {
		p.write("\nDemanded, and without points: %s.\n", strings.Join(rubric.Unscored, ", "))
	}
}

func (p *page) rule(assignment features.Assignment, rule features.Rule) {
	p.write("\n#### %s\n\n", ruleHeading(rule))
	p.write("- **%s**, from %s\n- Why: %s\n- Hint: %s\n", rule.Level, assignment.SourceName(rule.Source), rule.Why, rule.Hint)
	if len(rule.Needs) > 0 {
		p.write("- Needs: %s\n", p.links(rule.Needs))
	}
	p.write("- Mutants:\n")
	for _, mutant := range mutants.Of(p.mutants, rule.ID) {
		p.write("  - `%s`: %s\n", mutant.Name, mutant.Fault)
	}
	p.write("\n")
	for _, scenario := range rule.Scenarios {
		p.scenario(scenario)
	}
}

// scenario draws a scenario whose steps a reader unfolds.
func (p *page) scenario(scenario features.Scenario) {
	p.write("<details><summary>Scenario: %s</summary>\n\n```gherkin\n", html.EscapeString(scenario.Name))
	for _, step := range scenario.Steps {
		p.write("%s\n", step.Text)
		for _, row := range step.Rows {
			p.write("  %s\n", row)
		}
	}
	p.write("```\n\n</details>\n")
}
