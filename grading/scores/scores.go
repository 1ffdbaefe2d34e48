// Package scores writes the points of a class as tables: a row a submission, or as learning platforms import them.
package scores

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
	"github.com/chatspec/chatspec/grading/ledger"
)

// A Class is what its submissions came to, and who has handed in nothing.
type Class struct {
	Entries []ledger.Entry
	Missing []class.Student
	// Link leads from the table to a submission's report; nil, where there is none.
	Link func(ledger.Entry) string
}

// The verdicts on a submission that no run gives.
const (
	// Unjudged: it could not be judged, and a person must look at it.
	Unjudged = "unjudged"
	// NotHandedIn: there is none.
	NotHandedIn = "not handed in"
)

// Verdict is that on all results of a submission together.
func Verdict(e ledger.Entry) string {
	if e.Problem != "" || len(e.Results) == 0 {
		return Unjudged
	}
	for _, r := range e.Results {
		if r.Verdict != grading.Conformant {
			return grading.Nonconformant
		}
	}
	return grading.Conformant
}

// An item is a column of the table.
type item struct{ assignment, title string }

// items lists the items of all results, in the order in which they come.
func (c Class) items() []item {
	var all []item
	for _, e := range c.Entries {
		for _, r := range e.Results {
			for _, i := range r.Score.Items {
				if at := (item{r.Assignment, i.Title}); !slices.Contains(all, at) {
					all = append(all, at)
				}
			}
		}
	}
	return all
}

// isOfSeveral reports whether the items are of more than one assignment.
func isOfSeveral(items []item) bool {
	return slices.ContainsFunc(items, func(i item) bool { return i.assignment != items[0].assignment })
}

// CSV is the table of all submissions: a row for each, and for each student who has handed in nothing. Points that
// nobody could give are left empty.
func (c Class) CSV() ([]byte, error) {
	items := c.items()
	head := []string{"key", "name", "attempt"}
	for _, i := range items {
		title := i.title
		if isOfSeveral(items) {
			title = i.assignment + ": " + title
		}
		head = append(head, title)
	}
	rows := [][]string{append(head, "total", "possible", "verdict", "unsteady", "late", "seconds", "report", "remarks")}
	for _, e := range c.Entries {
		rows = append(rows, c.row(e, items))
	}
	for _, s := range c.Missing {
		row := append([]string{s.Key, s.Name, ""}, make([]string, len(items)+2)...)
		rows = append(rows, append(row, NotHandedIn, "", "", "", "", ""))
	}
	return table(rows)
}

func (c Class) row(e ledger.Entry, items []item) []string {
	row := []string{e.Key, e.Name(), strconv.Itoa(e.Attempt)}
	for _, i := range items {
		row = append(row, pointsOf(e, i))
	}
	total, possible := Total(e)
	late, link := "", ""
	if e.Late {
		late = "late"
	}
	if c.Link != nil {
		link = c.Link(e)
	}
	remarks := e.Remarks
	if e.Problem != "" {
		remarks = append([]string{e.Problem}, remarks...)
	}
	return append(row, total, possible, Verdict(e), strings.Join(unsteady(e), " "), late, strconv.FormatFloat(e.Seconds, 'f', 1, 64), link, strings.Join(remarks, "; "))
}

// unsteady lists the unsteady rules of a submission.
func unsteady(e ledger.Entry) []string {
	var ids []string
	for _, r := range e.Results {
		for _, u := range r.Unsteady {
			ids = append(ids, u.Rule)
		}
	}
	return ids
}

// Total are the points of a submission as texts; nothing, where it could not be judged.
func Total(e ledger.Entry) (earned, possible string) {
	if Verdict(e) == Unjudged {
		return "", ""
	}
	points, of := e.Score()
	return number(points), number(of)
}

// pointsOf are a submission's points for an item; nothing, where it has none.
func pointsOf(e ledger.Entry, of item) string {
	for _, r := range e.Results {
		for _, i := range r.Score.Items {
			if (item{r.Assignment, i.Title}) == of {
				return number(i.Earned)
			}
		}
	}
	return ""
}

// number writes points: with a decimal where they have one.
func number(points float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(points, 'f', 1, 64), ".0")
}

// table writes rows as CSV (RFC 4180, with line feeds).
func table(rows [][]string) ([]byte, error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	for _, row := range rows {
		var cells []string
		for _, cell := range row {
			cells = append(cells, harmless(cell))
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return text.Bytes(), w.Error()
}

// harmless keeps a text that a student has chosen from being a formula of a spreadsheet, and in one line.
func harmless(cell string) string {
	cell = grading.Printable(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(cell))
	if _, err := strconv.ParseFloat(cell, 64); err == nil || cell == "" || !strings.ContainsRune("=+-@", rune(cell[0])) {
		return cell
	}
	return "'" + cell
}
