package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
)

func listCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "list [ID]",
		Short:             "List assignments; the rules of an assignment; the scenarios of a rule",
		Args:              atMost(1, "one assignment or rule"),
		ValidArgsFunction: completeOne(false, assignmentWords, ruleWords),
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
		Use:               "explain RULE",
		Short:             "Explain a rule: why it is there, its source, its scenarios, a hint",
		Args:              atMost(1, "one rule"),
		ValidArgsFunction: completeOne(false, ruleWords),
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
			explain(c.OutOrStdout(), catalogue, rule)
			return nil
		},
	}
}

func explain(w io.Writer, catalogue features.Catalogue, rule features.Rule) {
	of := catalogue.Of(rule)
	fmt.Fprintf(w, "%s  %s (%s)\n\n", rule.ID, rule.Title, rule.Level)
	fmt.Fprintf(w, "Why     %s\nHint    %s\nSource  %s\n        (%s)\n", rule.Why, rule.Hint, of.SourceName(rule.Source), rule.Source)
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
	for _, line := range byHand(catalogue, rule) {
		fmt.Fprintf(w, "  %s\n", line)
	}
	fmt.Fprintf(w, "All that happens in its scenarios, of the reference or of a folder\n  chatspec run --rule %s --show reference\n", rule.ID)
}

// conformanceFile is what `chatspec docs` writes, at the top of a checkout.
const conformanceFile = "CONFORMANCE.md"

// patientlyDrawn multiplies the deadlines of what is only drawn: on a busy machine, too, a right program is to be seen.
const patientlyDrawn = 4

func docsCommand() *cobra.Command {
	var o siteOptions
	c := &cobra.Command{
		Use:   "docs [--html DIR [ID …]]",
		Short: "Write " + conformanceFile + ", and the programs in " + manifestPage + ", in the present folder, a checkout of chatspec; or a site of the rules",
		Long: `Write ` + conformanceFile + `, and the programs in ` + manifestPage + `, in the present folder, a checkout of chatspec.

With --html, write a site instead: a front page with contents and search, and a page for each assignment, or for
those called ID, with how the reference plays each scenario. It asks nothing of the network. Written again, only what
a run draws by chance differs in it: times and ids in messages, and the order of what happens at the same time.`,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case c.Flags().Changed("html") && o.html == "":
				return errors.New("--html needs a folder, as in `chatspec docs --html site`")
			case o.html != "":
				return o.write(c.Context(), args, c.ErrOrStderr())
			case len(args) > 0:
				return fmt.Errorf("`%s` takes no argument without --html; %q is too much", c.CommandPath(), args[0])
			}
			return writeDocs()
		},
	}
	c.Flags().StringVar(&o.html, "html", "", "write a site into `DIR`, which is made where it is missing")
	c.Flags().IntVar(&o.jobs, "jobs", 2*runtime.NumCPU(), "with --html: scenarios at a time")
	o.stagingFlags(c, patientlyDrawn)
	return c
}

// writeDocs writes the pages of a checkout.
func writeDocs() error {
	page, err := conformance(".")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(".", conformanceFile), page, 0o644); err != nil {
		return err
	}
	return writeManifestPage(".")
}
