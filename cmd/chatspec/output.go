package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/pages"
)

// An output is one format and where it goes.
type output struct{ format, file string }

type outputs []output

func formats() []string {
	return []string{"pretty", "progress", "json", "junit", "cucumber", "gradescope", "classroom50", "markdown", "github", "html"}
}

func (o runOptions) outputs() (outputs, error) {
	var all outputs
	toTerminal := 0
	for _, text := range o.formats {
		format, file, _ := strings.Cut(text, ":")
		if !slices.Contains(formats(), format) {
			return nil, fmt.Errorf("there is no format %q; there are %s", format, strings.Join(formats(), ", "))
		}
		if file == "" {
			toTerminal++
		} else if err := writable(file); err != nil {
			return nil, err
		}
		all = append(all, output{format, file})
	}
	if toTerminal > 1 {
		return nil, errors.New("only one format can go to the terminal: give the others a file, as in junit:report.xml")
	}
	return all, nil
}

// writable looks whether the file can be written, and leaves things as they
// were.
func writable(file string) error {
	_, err := os.Stat(file)
	isNew := os.IsNotExist(err)
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("a report cannot be written: %w", err)
	}
	if isNew {
		err = os.Remove(file)
	}
	return errors.Join(err, f.Close())
}

// has reports whether a format is among them.
func (o outputs) has(format string) bool {
	return slices.ContainsFunc(o, func(out output) bool { return out.format == format })
}

// A report is what all formats are drawn from.
type report struct {
	name               string
	results, reference []grading.Result
	titles             map[string]string // of the assignments
	verbose            bool
	docs               string            // where a site tells of the rules, or nothing
	pictures           map[string][]byte // of windows, by the names of their files
}

// titles are those of all assignments.
func titles(catalogue features.Catalogue) map[string]string {
	all := map[string]string{}
	for _, a := range catalogue.Assignments {
		all[a.ID] = a.Title
	}
	return all
}

// write writes all formats.
func (o outputs) write(r report, stdout io.Writer) error {
	for _, out := range o {
		if err := out.write(r, stdout); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	return nil
}

func (out output) write(r report, stdout io.Writer) (err error) {
	if out.file == "" {
		return out.writeTo(stdout, r)
	}
	f, err := os.Create(out.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return out.writeTo(f, r)
}

func (out output) writeTo(w io.Writer, r report) error {
	results := r.results
	switch out.format {
	case "pretty":
		if r.verbose {
			return grading.WriteVerbose(w, results)
		}
		return grading.WritePretty(w, results)
	case "progress":
		return grading.WriteProgress(w, results)
	case "json":
		return grading.WriteJSON(w, results)
	case "junit":
		return grading.WriteJUnit(w, results)
	case "gradescope":
		return grading.WriteGradescope(w, results)
	case "classroom50":
		return grading.WriteClassroom50(w, results, submitted())
	case "markdown":
		return grading.WriteMarkdown(w, results)
	case "github":
		return grading.WriteGitHub(w, results)
	case "html":
		return pages.WriteStudent(w, pages.Student{Name: r.name, Titles: r.titles, Results: results, Reference: r.reference, Judged: time.Now().UTC(), Docs: r.docs, Pictures: r.pictures})
	}
	return grading.WriteCucumber(w, results)
}

// submitted is what Classroom 50 tells its autograders of a submission, in the environment.
func submitted() grading.Submitted {
	return grading.Submitted{
		Classroom: os.Getenv("CLASSROOM"), Assignment: os.Getenv("ASSIGNMENT"), Submission: os.Getenv("SUBMISSION_TAG"),
		Commit: os.Getenv("COMMIT_URL"), Release: os.Getenv("RELEASE_URL"), Review: os.Getenv("REVIEW_URL"), At: time.Now(),
	}
}
