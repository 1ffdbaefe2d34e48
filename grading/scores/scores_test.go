package scores_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
	"github.com/chatspec/chatspec/grading/ledger"
	"github.com/chatspec/chatspec/grading/scores"
)

// graded is a class of one who was judged, a group of two who was not, one with two attempts, and one who is missing.
func graded() scores.Class {
	at := time.Date(2026, 5, 12, 14, 32, 0, 0, time.UTC)
	result := func(earned float64, verdict string) []grading.Result {
		return []grading.Result{{
			Assignment: "talk", Verdict: verdict,
			Rules: []grading.Rule{{ID: "TALK-1.1", Level: "must", Verdict: grading.Failed}, {ID: "TALK-1.2", Level: "must", Verdict: grading.Blocked}, {ID: "TALK-1.3", Level: "robust", Verdict: grading.Failed}},
			Score: grading.Score{Earned: earned, Possible: 10, Items: []grading.Item{{Title: "Part 1, talking", Earned: earned, Possible: 10}}},
		}}
	}
	unsteady := result(7.5, grading.Nonconformant)
	unsteady[0].Unsteady = []grading.Unsteady{{Rule: "TALK-1.1"}}
	return scores.Class{
		Entries: []ledger.Entry{
			{ID: "s1", Key: "s1", Attempt: 1, Students: []class.Student{{Key: "s1", Name: "Lee, Ann", ID: "11", Login: "annl", Identifier: "Participant 11", Email: "ann@example.edu"}}, Late: true, Seconds: 2.25, Judged: at, Results: unsteady},
			{ID: "s2", Key: "s2", Attempt: 1, Students: []class.Student{{Key: "s2", Name: "Bob"}, {Key: "s3", Name: "=HYPERLINK(1)"}}, Problem: "it holds no program\nat all", Remarks: []string{"nobody knows them"}, Judged: at},
			{ID: "s4", Key: "s4", Attempt: 1, Students: []class.Student{{Key: "s4"}}, Judged: at, Results: result(3, grading.Nonconformant)},
			{ID: "s4 (2)", Key: "s4", Attempt: 2, Students: []class.Student{{Key: "s4"}}, Judged: at, Results: result(10, grading.Conformant)},
		},
		Missing: []class.Student{{Key: "s9", Name: "Eve"}},
		Link:    func(e ledger.Entry) string { return "reports/" + e.Key + ".html" },
	}
}

func TestTablesAreAsThosePlatformsImport(t *testing.T) {
	c := graded()
	for _, test := range []struct {
		name  string
		table func() ([]byte, error)
		want  []string
	}{
		{"scores", c.CSV, []string{
			`key,name,attempt,"Part 1, talking",total,possible,verdict,unsteady,late,seconds,report,remarks`,
			`s1,"Lee, Ann",1,7.5,7.5,10,nonconformant,TALK-1.1,late,2.2,reports/s1.html,`,
			`s2,"Bob, =HYPERLINK(1)",1,,,,unjudged,,,0.0,reports/s2.html,it holds no program at all; nobody knows them`,
			`s4,s4,1,3,3,10,nonconformant,,,0.0,reports/s4.html,`,
			`s4,s4,2,10,10,10,conformant,,,0.0,reports/s4.html,`,
			`s9,Eve,,,,,not handed in,,,,,`,
		}},
		{"Canvas", func() ([]byte, error) { return c.Canvas("Homework 2 (12345)") }, []string{
			`Student,ID,SIS User ID,SIS Login ID,Section,Homework 2 (12345)`, `Points Possible,,,,,10`,
			`"Lee, Ann",11,,annl,,7.5`, `Bob,,,,,`, `'=HYPERLINK(1),,,,,`, `s4,,,,,10`, `Eve,,,,,`,
		}},
		{"Moodle", c.Moodle, []string{
			`Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (grade),Feedback comments`,
			`Participant 11,"Lee, Ann",ann@example.edu,Submitted for grading,7.5,10,2026-05-12 14:32:00,talk: 7.5 of 10 points; failed: TALK-1.1; blocked: TALK-1.2`,
			`,Bob,,Submitted for grading,,10,2026-05-12 14:32:00,It could not be judged: it holds no program at all`,
			`,'=HYPERLINK(1),,Submitted for grading,,10,2026-05-12 14:32:00,It could not be judged: it holds no program at all`,
			`,s4,,Submitted for grading,10,10,2026-05-12 14:32:00,talk: 10 of 10 points; failed: TALK-1.1; blocked: TALK-1.2`,
			`,Eve,,not handed in,,10,,`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.table()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Join(test.want, "\n")+"\n", string(got)); diff != "" {
				t.Errorf("the table is another (- wanted, + got):\n%s", diff)
			}
		})
	}
}

func TestItemsOfSeveralAssignmentsAreToldApart(t *testing.T) {
	c := graded()
	other := c.Entries[0].Results[0]
	other.Assignment = "call"
	c.Entries[0].Results = append(c.Entries[0].Results, other)
	got, err := c.CSV()
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(got), "\n")
	if want := `key,name,attempt,"talk: Part 1, talking","call: Part 1, talking",total,possible`; !strings.HasPrefix(head, want) {
		t.Errorf("the columns are %s", head)
	}
}
