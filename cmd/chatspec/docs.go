package main

import (
	"fmt"
	"strings"

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
	var page strings.Builder
	page.WriteString("# Conformance\n\n" +
		"Every rule: its level, its source, its scenarios, and the mutants that prove that it can fail.\n" +
		"This page is written by `chatspec docs` (`make docs`); do not edit it.\n\n" +
		"`must`: the assignment demands it. `should`: it implies it. `robust`: beyond the text; reported,\n" +
		"and never part of the verdict or the points.\n")
	for _, assignment := range catalogue.Assignments {
		fmt.Fprintf(&page, "\n## %s\n", assignment.ID)
		if assignment.Rubric != nil {
			writeRubric(&page, *assignment.Rubric)
		}
		for _, feature := range assignment.Features {
			writeFeature(&page, feature, all)
		}
	}
	return []byte(page.String()), nil
}

// writeRubric draws the score sheet as a table.
func writeRubric(page *strings.Builder, rubric features.Rubric) {
	cell := strings.NewReplacer("|", `\|`).Replace
	fmt.Fprintf(page, "\n%v points, from %s. An item gives its points in the share of the scenarios of its rules that pass.\n\n", rubric.Points, rubric.Source)
	page.WriteString("| item | points | rules |\n|---|--:|---|\n")
	for _, item := range rubric.Items {
		fmt.Fprintf(page, "| %s | %v | %s |\n", cell(item.Title), item.Points, strings.Join(item.Rules, ", "))
	}
	if len(rubric.Unscored) > 0 {
		fmt.Fprintf(page, "\nDemanded, and without points: %s.\n", strings.Join(rubric.Unscored, ", "))
	}
}

func writeFeature(page *strings.Builder, feature features.Feature, all []mutants.Mutant) {
	fmt.Fprintf(page, "\n### %s\n\n[%s](features/%s), from %s.\n", feature.Title, feature.Path, feature.Path, feature.Source)
	for _, rule := range feature.Rules {
		fmt.Fprintf(page, "\n#### %s %s\n\n", rule.ID, rule.Title)
		fmt.Fprintf(page, "- **%s**, from %s\n- Why: %s\n- Hint: %s\n", rule.Level, rule.Source, rule.Why, rule.Hint)
		if len(rule.Needs) > 0 {
			fmt.Fprintf(page, "- Needs: %s\n", strings.Join(rule.Needs, ", "))
		}
		page.WriteString("- Scenarios:\n")
		for _, scenario := range rule.Scenarios {
			fmt.Fprintf(page, "  - %s\n", scenario.Name)
		}
		page.WriteString("- Mutants:\n")
		for _, mutant := range mutants.Of(all, rule.ID) {
			fmt.Fprintf(page, "  - `%s`: %s\n", mutant.Name, mutant.Fault)
		}
	}
}
