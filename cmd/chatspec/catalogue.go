package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
)

func listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list [ID]",
		Short: "List assignments; the rules of an assignment; the scenarios of a rule",
		Args:  atMost(1, "one assignment or rule"),
		RunE: func(c *cobra.Command, args []string) error {
			catalogue, err := features.Read(features.Files)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				listAssignments(c.OutOrStdout(), catalogue)
				return nil
			}
			return list(c.OutOrStdout(), catalogue, args[0])
		},
	}
}

func listAssignments(w io.Writer, catalogue features.Catalogue) {
	for _, a := range catalogue.Assignments {
		fmt.Fprintf(w, "%-12s %3d rules  %s (%s)\n", a.ID, len(a.Rules()), a.Title, a.Course)
	}
}

func list(w io.Writer, catalogue features.Catalogue, id string) error {
	if a, ok := catalogue.Assignment(id); ok {
		fmt.Fprintln(w, "Handed in")
		for _, p := range a.Programs {
			fmt.Fprintf(w, "  %s\n", commandLines(p))
		}
		for _, feature := range a.Features {
			fmt.Fprintf(w, "%s\n", feature.Title)
			for _, rule := range feature.Rules {
				fmt.Fprintf(w, "  %-12s %-7s %s\n", rule.ID, rule.Level, rule.Title)
			}
		}
		return nil
	}
	rule, err := findRule(catalogue, id)
	if err != nil {
		return err
	}
	for _, scenario := range rule.Scenarios {
		fmt.Fprintln(w, scenario.Name)
	}
	return nil
}

// commandLines are those by which a program is started, unless a manifest says
// otherwise.
func commandLines(p assignment.Program) string {
	var lines []string
	for _, arguments := range p.Arguments {
		lines = append(lines, strings.TrimSpace(p.Name+" "+strings.Join(arguments, " ")))
	}
	return strings.Join(lines, ", or ")
}

func findRule(catalogue features.Catalogue, id string) (features.Rule, error) {
	rule, ok := catalogue.Rule(strings.TrimPrefix(id, "@"))
	if !ok {
		return rule, fmt.Errorf("there is no assignment and no rule %q: `chatspec list` shows the assignments, `chatspec list %s` its rules",
			id, catalogue.Assignments[0].ID)
	}
	return rule, nil
}

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain RULE",
		Short: "Explain a rule: why it is there, its source, its scenarios, a hint",
		Args:  atMost(1, "one rule"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("a rule is missing, as in `chatspec explain PEER-3.2`: `chatspec list` shows where they are")
			}
			catalogue, err := features.Read(features.Files)
			if err != nil {
				return err
			}
			rule, err := findRule(catalogue, args[0])
			if err != nil {
				return err
			}
			explain(c.OutOrStdout(), catalogue.Of(rule), rule)
			return nil
		},
	}
}

func explain(w io.Writer, of features.Assignment, rule features.Rule) {
	fmt.Fprintf(w, "%s  %s (%s)\n\n", rule.ID, rule.Title, rule.Level)
	fmt.Fprintf(w, "Why     %s\nHint    %s\nSource  %s\n        (%s)\n", rule.Why, rule.Hint, sourceName(of, rule.Source), rule.Source)
	if len(rule.Needs) > 0 {
		fmt.Fprintf(w, "Needs   %s\n", strings.Join(rule.Needs, ", "))
	}
	for _, scenario := range rule.Scenarios {
		fmt.Fprintf(w, "\nScenario: %s\n", scenario.Name)
		for _, step := range scenario.Steps {
			fmt.Fprintf(w, "  %s\n", step.Text)
			for _, row := range step.Rows {
				fmt.Fprintf(w, "    %s\n", row)
			}
		}
	}
	fmt.Fprintf(w, "\nBy hand, each in a terminal of its own, or with your own program in the place of `chatspec reference …`\n")
	for _, line := range byHand(of, rule) {
		fmt.Fprintf(w, "  %s\n", line)
	}
	fmt.Fprintf(w, "All that happens in its scenarios, of the reference or of a folder\n  chatspec run --rule %s --show reference\n", rule.ID)
}

// conformanceFile is what `chatspec docs` writes, at the top of a checkout.
const conformanceFile = "CONFORMANCE.md"

func docsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "docs",
		Short: "Write " + conformanceFile + ", and the programs in " + manifestPage + ", in the present folder, a checkout of chatspec",
		Args:  atMost(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			page, err := conformance(".")
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(".", conformanceFile), page, 0o644); err != nil {
				return err
			}
			return writeManifestPage(".")
		},
	}
}
