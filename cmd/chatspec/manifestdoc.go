package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
)

// manifestPage tells of manifests. A part of it is drawn, between two lines.
const (
	manifestPage  = "docs/manifest.md"
	beginPrograms = "<!-- programs: drawn by `chatspec docs` from features/*/assignment.yaml -->\n"
	endPrograms   = "<!-- end of programs -->\n"
)

// writeManifestPage draws the programs and their placeholders anew, in the checkout
// at root.
func writeManifestPage(root string) error {
	catalogue, err := features.Read(features.Files)
	if err != nil {
		return err
	}
	name := filepath.Join(root, manifestPage)
	page, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("`chatspec docs` is run at the top of a checkout of chatspec: %w", err)
	}
	drawn, err := drawPrograms(string(page), catalogue.HandedIn())
	if err != nil {
		return fmt.Errorf("%s: %w", manifestPage, err)
	}
	return os.WriteFile(name, []byte(drawn), 0o644)
}

// drawPrograms replaces what stands between the two lines.
func drawPrograms(page string, all []assignment.Assignment) (string, error) {
	before, rest, begins := strings.Cut(page, beginPrograms)
	_, after, ends := strings.Cut(rest, endPrograms)
	if !begins || !ends {
		return "", fmt.Errorf("it lacks the lines %q and %q, between which the programs are drawn", strings.TrimSpace(beginPrograms), strings.TrimSpace(endPrograms))
	}
	var tables strings.Builder
	for _, a := range all {
		drawTable(&tables, a)
	}
	return before + beginPrograms + tables.String() + "\n" + endPrograms + after, nil
}

// drawTable draws the programs of one assignment, and what else a manifest may say of
// it.
func drawTable(to *strings.Builder, a assignment.Assignment) {
	fmt.Fprintf(to, "\n### %s: %s\n\n| program | command line | placeholders |\n|---|---|---|\n", a.ID, a.Title)
	var endpoints []string
	for _, p := range a.Programs {
		var lines, meanings []string
		for _, arguments := range p.Arguments {
			lines = append(lines, code(strings.Join(arguments, " ")))
		}
		for _, placeholder := range p.Placeholders {
			meanings = append(meanings, code("{"+placeholder.Name+"}")+" "+cell(placeholder.Meaning))
		}
		fmt.Fprintf(to, "| %s | %s | %s |\n", code(p.Name), strings.Join(lines, ", else "), strings.Join(meanings, "; "))
		if p.Endpoint != assignment.NoEndpoint {
			endpoints = append(endpoints, code(p.Name))
		}
	}
	if len(endpoints) > 0 {
		fmt.Fprintf(to, "\nMay be an endpoint: %s.\n", strings.Join(endpoints, ", "))
	}
	if len(a.Channels) > 0 {
		fmt.Fprintf(to, "\nChannels that may have other names: %s.\n", strings.Join(a.Channels, ", "))
	}
}

// code shows a text of a table's cell as it is written; none has a backtick. Nothing is
// shown as «none».
func code(text string) string {
	if text == "" {
		return "none"
	}
	return "`" + cell(text) + "`"
}

// cell keeps a text within its cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
