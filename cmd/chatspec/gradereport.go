package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
	"github.com/chatspec/chatspec/grading/ledger"
	"github.com/chatspec/chatspec/grading/pages"
	"github.com/chatspec/chatspec/grading/scores"
)

// report writes what comes out of a class, and says how it did.
func (g *grader) report(ctx context.Context, of class.Class, entries []ledger.Entry) error {
	for i := range entries {
		entries[i].Results = grading.Reveal(entries[i].Results, time.Now())
	}
	graded := scores.Class{Entries: entries, Missing: of.Missing, Link: reportName}
	if err := g.writeReports(ctx, entries); err != nil {
		return err
	}
	if err := g.writeTable("scores.csv", graded.CSV); err != nil {
		return err
	}
	written, err := g.writeClass(of, entries)
	if err != nil {
		return err
	}
	for _, platform := range g.forWhom {
		if err := g.writeFor(platform, graded); err != nil {
			return err
		}
	}
	return g.conclude(of, entries, append(written, "scores.csv"))
}

// reportName is the file of a submission's report, in the folder of the results.
func reportName(e ledger.Entry) string { return "reports/" + ledger.FileName(e.ID) + ".html" }

// writeReports writes a page for each submission, with the reference beside what failed.
func (g *grader) writeReports(ctx context.Context, entries []ledger.Entry) error {
	reference, err := g.reference(ctx, entries)
	if err != nil {
		return err
	}
	for _, e := range entries {
		results, err := g.whole(e)
		if err != nil {
			return err
		}
		var text bytes.Buffer
		err = pages.WriteStudent(&text, pages.Student{
			Name: e.Name(), Titles: titles(g.catalogue), Results: results, Reference: reference,
			Judged: e.Judged, Problem: e.Problem, Remarks: remarksFor(e), Docs: g.docs,
		})
		if err != nil {
			return fmt.Errorf("drawing the report of %s: %w", e.ID, err)
		}
		if err := g.ledger.Write(reportName(e), text.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// whole are the results of a submission with all that happened.
func (g *grader) whole(e ledger.Entry) ([]grading.Result, error) {
	kept, _, err := g.ledger.Find(e.ID)
	return grading.Reveal(kept.Results, time.Now()), err
}

// writeClass writes a page of the class for each assignment: class.html, where there is but one.
// It lists them.
func (g *grader) writeClass(of class.Class, entries []ledger.Entry) (written []string, err error) {
	var results []grading.Result
	for _, e := range entries {
		results = append(results, e.Results...)
	}
	ids := assignmentsOf(results)
	for _, id := range ids {
		name := "class.html"
		if len(ids) > 1 {
			name = "class-" + id + ".html"
		}
		teacher := pages.Teacher{Assignment: id, Title: titles(g.catalogue)[id]}
		for _, student := range of.Missing {
			teacher.Missing = append(teacher.Missing, class.Names([]class.Student{student}))
		}
		for _, e := range entries {
			i := slices.IndexFunc(e.Results, func(r grading.Result) bool { return r.Assignment == id })
			s := pages.Submission{ID: e.ID, Name: e.Name(), Report: reportName(e), Late: e.Late, Problem: e.Problem, Seconds: e.Seconds, Remarks: e.Remarks}
			switch {
			case i >= 0:
				s.Result = e.Results[i]
			case e.Problem == "":
				continue // of another assignment
			}
			if e.Judged.After(teacher.Judged) {
				teacher.Judged = e.Judged
			}
			teacher.Submissions = append(teacher.Submissions, s)
		}
		var text bytes.Buffer
		if err := pages.WriteTeacher(&text, teacher); err != nil {
			return nil, fmt.Errorf("drawing the page of the class: %w", err)
		}
		if err := g.ledger.Write(name, text.Bytes()); err != nil {
			return nil, err
		}
		written = append(written, name)
	}
	return written, nil
}

// remarksFor is what a student is told besides.
func remarksFor(e ledger.Entry) []string {
	if e.Late {
		return append([]string{"It was handed in late."}, e.Remarks...)
	}
	return e.Remarks
}

// reference are the reference's results for all that has failed in the class: those that were kept, where nothing is
// missing in them.
func (g *grader) reference(ctx context.Context, entries []ledger.Entry) ([]grading.Result, error) {
	var results []grading.Result
	for _, e := range entries {
		results = append(results, e.Results...)
	}
	wanted := ""
	for _, id := range assignmentsOf(results) {
		wanted += id + " " + strings.Join(failedIn(results, id), " ") + "\n"
	}
	made := fingerprint(wanted + g.made)
	kept, ok, err := g.ledger.Find(theReference + " of the reports")
	if err != nil || ok && kept.Fingerprint == made {
		return kept.Results, err
	}
	j := judge{runOptions: g.runOptions, catalogue: g.catalogue, stderr: g.stderr, stage: g.staged}
	judged, complete := j.reference(ctx, results)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if !complete {
		return judged, nil
	}
	return judged, g.ledger.Keep(ledger.Entry{ID: theReference + " of the reports", Fingerprint: made, Results: judged})
}

func (g *grader) writeTable(name string, table func() ([]byte, error)) error {
	text, err := table()
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return g.ledger.Write(name, text)
}

// writeFor writes what a platform imports or reads.
func (g *grader) writeFor(platform string, graded scores.Class) error {
	switch platform {
	case "canvas":
		return g.writeTable("canvas.csv", func() ([]byte, error) { return graded.Canvas(g.column) })
	case "moodle":
		return g.writeTable("moodle.csv", graded.Moodle)
	}
	for _, e := range graded.Entries {
		if e.Problem != "" {
			continue
		}
		if err := g.writeResult(platform, e); err != nil {
			return err
		}
	}
	return nil
}

// writeResult writes the file that Gradescope or Classroom 50 reads of one submission.
func (g *grader) writeResult(platform string, e ledger.Entry) error {
	results, err := g.whole(e)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	name := "results.json"
	if platform == "gradescope" {
		err = grading.WriteGradescope(&text, results)
	} else {
		name = "result.json"
		of := submitted()
		of.Submission, of.At = e.ID, e.Judged
		err = grading.WriteClassroom50(&text, results, of)
	}
	if err != nil {
		return fmt.Errorf("writing the result of %s: %w", e.ID, err)
	}
	return g.ledger.Write(platform+"/"+ledger.FileName(e.ID)+"/"+name, text.Bytes())
}
