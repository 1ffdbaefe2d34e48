package main

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/fixtures/target"
)

// assignmentPage is the file that tells a student what is asked.
const assignmentPage = "ASSIGNMENT.md"

//go:embed init/*.tmpl
var initTemplates embed.FS

func initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init ASSIGNMENT [FOLDER]",
		Short: "Begin an assignment: write a manifest, what is asked, and how to check oneself",
		Long: "Begin an assignment in a folder (the present one, where none is given): write " + target.ManifestName + ", with comments and\n" +
			"right as it is, and " + assignmentPage + ", which tells what is asked and how to check oneself. What is there is left as it is.",
		Args:              atMost(2, "an assignment and a folder"),
		ValidArgsFunction: completeOne(false, assignmentWords),
		RunE: func(c *cobra.Command, args []string) error {
			catalogue, err := features.Read(features.Files)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return fmt.Errorf("an assignment is missing: there are %s", strings.Join(assignment.IDs(catalogue.HandedIn()), ", "))
			}
			known, ok := catalogue.Assignment(args[0])
			if !ok {
				return fmt.Errorf("there is no assignment %q; there are %s", args[0], strings.Join(assignment.IDs(catalogue.HandedIn()), ", "))
			}
			return begin(c.OutOrStdout(), catalogue, known, strings.Join(args[1:], ""))
		},
	}
}

// begin writes what a student begins an assignment with into a folder, which it makes where there is none.
func begin(w io.Writer, catalogue features.Catalogue, known features.Assignment, dir string) error {
	text, err := fs.ReadFile(features.Files, path.Join(known.ID, "README.md"))
	if err != nil {
		return fmt.Errorf("reading what is asked: %w", err)
	}
	first := known.Rules()[0]
	given := beginning{Assignment: known, Asked: askedIn(string(text)), First: first.ID, ByHand: byHand(catalogue, first)}
	if err := os.MkdirAll(cmp.Or(dir, "."), 0o755); err != nil {
		return fmt.Errorf("making the folder: %w", err)
	}
	templates, err := template.New("").Funcs(template.FuncMap{"join": strings.Join}).ParseFS(initTemplates, "init/*.tmpl")
	if err != nil {
		return fmt.Errorf("reading the templates: %w", err)
	}
	for _, name := range []string{target.ManifestName, assignmentPage} {
		var text strings.Builder
		if err := templates.ExecuteTemplate(&text, name+".tmpl", given); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
		if err := writeNew(w, filepath.Join(dir, name), text.String()); err != nil {
			return err
		}
	}
	return nil
}

// A beginning is what the templates are given.
type beginning struct {
	features.Assignment
	// Asked is what is asked, in Markdown.
	Asked string
	// First is a rule to begin with, and ByHand how it is tried without chatspec.
	First  string
	ByHand []string
}

// Has reports whether the programs stand on a kind of service.
func (b beginning) Has(kind string) bool {
	return slices.ContainsFunc(b.Services, func(s assignment.Service) bool { return s.Kind == kind })
}

// Example is a file in Python that is called as the program.
func (beginning) Example(p assignment.Program) string {
	return strings.TrimSpace("python3 " + p.Name + ".py " + strings.Join(p.Arguments[0], " "))
}

// askedIn is what the page of an assignment says below its title, without links to files that are not there.
func askedIn(page string) string {
	_, text, _ := strings.Cut(page, "\n")
	link := regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	return strings.TrimSpace(link.ReplaceAllStringFunc(text, func(whole string) string {
		parts := link.FindStringSubmatch(whole)
		switch {
		case strings.Contains(parts[2], "://"):
			return whole
		case parts[2] == features.RubricName:
			return "the table at the end"
		}
		return parts[1]
	}))
}

// writeNew writes a file where there is none, and says so.
func writeNew(w io.Writer, name, text string) (err error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		_, err = fmt.Fprintf(w, "%s is there already, and was left as it is\n", name)
		return err
	}
	if err != nil {
		return fmt.Errorf("writing what one begins with: %w", err)
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, errors.Join(err, os.Remove(name)))
	}
	_, err = fmt.Fprintf(w, "wrote %s\n", name)
	return err
}
