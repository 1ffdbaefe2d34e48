package grading

import (
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// A Submitted says which submission it was that Classroom 50 has had judged, as it tells the autograder.
type Submitted struct {
	Classroom, Assignment, Submission string
	Commit, Release, Review           string // addresses
	At                                time.Time
}

// The objects of Classroom 50's result.json.
type (
	classroomReport struct {
		Schema     string          `json:"schema"`
		Classroom  string          `json:"classroom"`
		Assignment string          `json:"assignment"`
		Submission string          `json:"submission"`
		Commit     string          `json:"commit"`
		Release    string          `json:"release"`
		Review     string          `json:"review"`
		Datetime   string          `json:"datetime"`
		Score      int             `json:"score"`
		MaxScore   int             `json:"max-score"`
		Tests      []classroomTest `json:"tests"`
		// Note says what was not isolated.
		Note string `json:"note,omitempty"`
	}

	classroomTest struct {
		Name     string   `json:"test-name"`
		Passed   bool     `json:"passed"`
		Score    int      `json:"score"`
		MaxScore int      `json:"max-score"`
		Rules    []string `json:"rules"`
		Note     string   `json:"note,omitempty"`
	}
)

// WriteClassroom50 writes results as Classroom 50's result.json: a test for each item of the score sheet. Its points
// are whole numbers; where an item has tenths, all count ten times as much.
func WriteClassroom50(w io.Writer, results []Result, of Submitted) error {
	report := classroomReport{
		Schema: "classroom50/result/v1", Classroom: of.Classroom, Assignment: of.Assignment, Submission: of.Submission,
		Commit: of.Commit, Release: of.Release, Review: of.Review, Datetime: of.At.UTC().Format("2006-01-02T15:04:05Z"), Tests: []classroomTest{},
	}
	scale := wholeScale(results)
	var unisolated []string
	for _, result := range results {
		unisolated = append(unisolated, result.Unisolated...)
		for _, item := range result.Score.Items {
			test := classroomTest{
				Name: Visible(item.Title), Passed: item.Earned == item.Possible, Rules: shownIDs(result, item), Note: item.Note,
				Score: int(math.Round(item.Earned * scale)), MaxScore: int(math.Round(item.Possible * scale)),
			}
			report.Tests = append(report.Tests, test)
			report.Score += test.Score
			report.MaxScore += test.MaxScore
		}
	}
	if len(unisolated) > 0 {
		report.Note = Visible("Not isolated: " + strings.Join(unisolated, "; "))
	}
	return encode(w, report, "  ")
}

// shownIDs are the rules of an item of which a student is told.
func shownIDs(result Result, item Item) []string {
	return slices.DeleteFunc(slices.Clone(item.Rules), func(id string) bool {
		return slices.ContainsFunc(result.Rules, func(r Rule) bool { return r.ID == id && r.Hidden })
	})
}

// wholeScale is by how much points are multiplied so that all are whole numbers.
func wholeScale(results []Result) float64 {
	for _, result := range results {
		for _, item := range result.Score.Items {
			if item.Earned != math.Trunc(item.Earned) || item.Possible != math.Trunc(item.Possible) {
				return 10
			}
		}
	}
	return 1
}
