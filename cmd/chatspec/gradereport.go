package main

import (
	"bytes"
	"fmt"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
	"github.com/chatspec/chatspec/grading/ledger"
	"github.com/chatspec/chatspec/grading/scores"
)

// report writes what comes out of a class, and says how it did.
func (g *grader) report(of class.Class, entries []ledger.Entry) error {
	graded := scores.Class{Entries: entries, Missing: of.Missing}
	if err := g.writeTable("scores.csv", graded.CSV); err != nil {
		return err
	}
	for _, platform := range g.forWhom {
		if err := g.writeFor(platform, graded); err != nil {
			return err
		}
	}
	return g.conclude(of, entries)
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
	var text bytes.Buffer
	name, err := "results.json", error(nil)
	if platform == "gradescope" {
		err = grading.WriteGradescope(&text, e.Results)
	} else {
		name = "result.json"
		of := submitted()
		of.Submission, of.At = e.ID, e.Judged
		err = grading.WriteClassroom50(&text, e.Results, of)
	}
	if err != nil {
		return fmt.Errorf("writing the result of %s: %w", e.ID, err)
	}
	return g.ledger.Write(platform+"/"+ledger.FileName(e.ID)+"/"+name, text.Bytes())
}
