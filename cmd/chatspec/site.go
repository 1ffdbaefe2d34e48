package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/mutants"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/pages"
)

// siteOptions are the flags of `chatspec docs` for a site.
type siteOptions struct {
	runOptions
	html string
}

// write writes a site of the assignments called ids, or of all. What cannot be drawn of one is said on its page.
func (o siteOptions) write(ctx context.Context, ids []string, stderr io.Writer) error {
	o.assignments = ids
	catalogue, err := features.Read(features.Files)
	if err != nil {
		return err
	}
	staged, err := o.check(catalogue)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.html, 0o755); err != nil {
		return fmt.Errorf("making the folder of the site: %w", err)
	}
	proofs, err := mutants.Load(".")
	if err != nil {
		return err
	}
	if len(proofs) == 0 {
		fmt.Fprintf(stderr, "chatspec: without mutants, which are in %s of a checkout of chatspec\n", mutants.Folder)
	}
	var site pages.Site
	for _, a := range catalogue.Assignments {
		if len(ids) == 0 || slices.Contains(ids, a.ID) {
			site.Assignments = append(site.Assignments, documented(a, proofs))
		}
	}
	j := judge{runOptions: o.runOptions, catalogue: catalogue, stderr: stderr, stage: staged, events: true}
	for i := range site.Assignments {
		d := &site.Assignments[i]
		if err := j.play(ctx, d); err != nil {
			return err
		}
		if err := o.page(pages.PageOf(d.ID), func(w io.Writer) error { return pages.WriteRules(w, site, d.ID) }); err != nil {
			return err
		}
		d.Reference = nil // it is large
	}
	return o.page(pages.FrontPage, func(w io.Writer) error { return pages.WriteFront(w, site) })
}

// documented is what a site tells of an assignment, but for how the reference plays it.
func documented(a features.Assignment, proofs []mutants.Mutant) pages.Documented {
	d := pages.Documented{Assignment: a, Mutants: map[string][]pages.Mutant{}, Unproved: len(proofs) == 0}
	// Without a README nothing is told of what it asks.
	d.Asks, _ = fs.ReadFile(features.Files, a.ID+"/README.md")
	for _, rule := range a.Rules() {
		for _, m := range mutants.Of(proofs, rule.ID) {
			d.Mutants[rule.ID] = append(d.Mutants[rule.ID], pages.Mutant{Name: m.Name, Fault: m.Fault})
		}
	}
	return d
}

// play has the reference play all scenarios of an assignment. Where that cannot be done, it is kept why.
func (j *judge) play(ctx context.Context, d *pages.Documented) error {
	t, err := referenceOf(j.catalogue.HandedIn())
	if err != nil {
		return err
	}
	t.Assignments = []string{d.ID}
	results, err := j.all(ctx, t, j.shownProgress(d.Assignment))
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		d.Without = err.Error()
		fmt.Fprintf(j.stderr, "chatspec: %s is written without diagrams: %v\n", d.ID, err)
		return nil
	case len(results) == 1:
		d.Reference = &results[0]
	}
	return j.tell(d)
}

// shownProgress is a bar, where somebody looks on.
func (j *judge) shownProgress(a features.Assignment) progress {
	if !isTerminal(j.stderr) {
		return silence{}
	}
	count := 0
	for _, rule := range a.Rules() {
		count += len(rule.Scenarios)
	}
	return newBar(j.stderr, count)
}

// tell says which scenarios the reference has failed here: on a busy machine, one is drawn by writing the site anew.
func (j *judge) tell(d *pages.Documented) error {
	if d.Reference == nil {
		return errors.New("the reference has played nothing of " + d.ID)
	}
	var failed []string
	drawn := 0
	for _, rule := range d.Reference.Rules {
		for _, s := range rule.Scenarios {
			switch s.Verdict {
			case grading.Passed:
				drawn++
			case grading.Failed:
				failed = append(failed, rule.ID)
			}
		}
	}
	fmt.Fprintf(j.stderr, "chatspec: %s: %d rules, %d diagrams\n", d.ID, len(d.Reference.Rules), drawn)
	if len(failed) > 0 {
		fmt.Fprintf(j.stderr, "chatspec: %s: without a diagram of %s, which the reference has failed here\n", d.ID, strings.Join(distinct(failed), ", "))
	}
	return nil
}

// page writes a page of the site.
func (o siteOptions) page(name string, draw func(io.Writer) error) error {
	var text bytes.Buffer
	if err := draw(&text); err != nil {
		return fmt.Errorf("drawing %s: %w", name, err)
	}
	if err := os.WriteFile(filepath.Join(o.html, name), text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the site: %w", err)
	}
	return nil
}
