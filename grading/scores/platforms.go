package scores

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
	"github.com/chatspec/chatspec/grading/ledger"
)

// A grade is what one student gets.
type grade struct {
	student class.Student
	entry   *ledger.Entry // nil, where there is none
}

// grades lists what each student gets: of several attempts the last, and of a group each the same.
func (c Class) grades() []grade {
	var all []grade
	for i := range c.Entries {
		e := &c.Entries[i]
		for _, student := range e.Students {
			at := slices.IndexFunc(all, func(g grade) bool { return g.student.Key == student.Key })
			switch {
			case at < 0:
				all = append(all, grade{student, e})
			case all[at].entry.Attempt < e.Attempt:
				all[at].entry = e
			}
		}
	}
	for _, student := range c.Missing {
		all = append(all, grade{student: student})
	}
	return all
}

// possible are the points that can be earned, by the submissions that were judged.
func (c Class) possible() float64 {
	most := 0.0
	for _, e := range c.Entries {
		_, possible := e.Score()
		most = max(most, possible)
	}
	return most
}

// Canvas is the table that Canvas imports as grades, in the column of an assignment, as in "Homework 2 (12345)". Who
// was not judged gets no grade.
func (c Class) Canvas(column string) ([]byte, error) {
	rows := [][]string{
		{"Student", "ID", "SIS User ID", "SIS Login ID", "Section", column},
		{"Points Possible", "", "", "", "", number(c.possible())},
	}
	for _, g := range c.grades() {
		points := ""
		if g.entry != nil {
			points, _ = Total(*g.entry)
		}
		s := g.student
		rows = append(rows, []string{cmp.Or(s.Name, s.Key), s.ID, s.SIS, s.Login, s.Section, points})
	}
	return table(rows)
}

// Moodle is the worksheet that Moodle imports as grades, with a sentence for each student.
func (c Class) Moodle() ([]byte, error) {
	rows := [][]string{{"Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"}}
	for _, g := range c.grades() {
		s := g.student
		row := []string{s.Identifier, cmp.Or(s.Name, s.Key), s.Email, NotHandedIn, "", number(c.possible()), "", ""}
		if g.entry != nil {
			row[3] = "Submitted for grading"
			row[4], _ = Total(*g.entry)
			row[6] = g.entry.Judged.UTC().Format(time.DateTime)
			row[7] = Feedback(*g.entry)
		}
		rows = append(rows, row)
	}
	return table(rows)
}

// Feedback says in a line what a submission came to.
func Feedback(e ledger.Entry) string {
	if Verdict(e) == Unjudged {
		return "It could not be judged: " + e.Problem
	}
	var parts []string
	for _, r := range e.Results {
		text := fmt.Sprintf("%s: %s of %s points", r.Assignment, number(r.Score.Earned), number(r.Score.Possible))
		for _, verdict := range []grading.Verdict{grading.Failed, grading.Blocked} {
			if ids := rulesOf(r, verdict); len(ids) > 0 {
				text += fmt.Sprintf("; %s: %s", verdict, strings.Join(ids, ", "))
			}
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ". ")
}

// rulesOf lists the demanded rules with a verdict, but those that are kept back.
func rulesOf(r grading.Result, verdict grading.Verdict) []string {
	var ids []string
	for _, rule := range r.Rules {
		if rule.Level == "must" && rule.Verdict == verdict && !rule.Hidden {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}
