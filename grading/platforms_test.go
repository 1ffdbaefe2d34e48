package grading_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/grading"
)

// A gradescopeTest is a test as Gradescope reads it.
type gradescopeTest struct {
	Name, Number, Status, Output, Visibility string
	Score, MaxScore                          *float64
	Tags                                     []string
}

// gradescope reads what is written for Gradescope.
func gradescope(t *testing.T, all []grading.Result) (score float64, tests []gradescopeTest) {
	t.Helper()
	var report struct {
		Score float64
		Tests []struct {
			gradescopeTest
			MaxScore *float64 `json:"max_score"`
		}
	}
	if err := json.Unmarshal([]byte(write(t, grading.WriteGradescope, all)), &report); err != nil {
		t.Fatal(err)
	}
	for _, test := range report.Tests {
		test.gradescopeTest.MaxScore = test.MaxScore
		tests = append(tests, test.gradescopeTest)
	}
	return report.Score, tests
}

// verdictsInGradescope reads a verdict by the tags of a test; one that failed without being demanded has no status.
func verdictsInGradescope(t *testing.T, all []grading.Result) map[string]grading.Verdict {
	found := map[string]grading.Verdict{}
	_, tests := gradescope(t, all)
	for _, test := range tests {
		if len(test.Tags) != 2 {
			continue
		}
		id, _, _ := strings.Cut(test.Name, " ")
		found[id] = grading.Verdict(test.Tags[1])
		isDemanded := test.Tags[0] != string(features.Robust)
		want := map[grading.Verdict]string{passed: "passed", failed: "failed"}[found[id]]
		if !isDemanded && want == "failed" {
			want = ""
		}
		if test.Status != want {
			t.Errorf("%s is %s and has the status %q", id, found[id], test.Status)
		}
	}
	return found
}

// sheet is a result with two items, of which one has tenths.
func sheet() []grading.Result {
	return []grading.Result{{
		Assignment: "talk", Verdict: grading.Nonconformant, Seconds: 2,
		Rules: []grading.Rule{
			{ID: "TALK-1.1", Title: "It talks", Level: "must", Verdict: passed, Scenarios: []grading.Scenario{{Name: "1", Verdict: passed}}},
			{ID: "TALK-1.2", Title: "It listens", Level: "must", Verdict: failed, Scenarios: []grading.Scenario{{Name: "2", Verdict: failed, Failure: &grading.Failure{
				Step: "it listens", Expected: "it hears <b>", Observed: "**nothing**, 100 %\n@all https://evil.example\x1b[31m", Hint: "listen: always, to all",
				Journal: []string{"first", "", "</pre><script>alert(1)</script>"}, Stderr: "Traceback",
			}}}},
			{ID: "TALK-1.3", Title: "It survives", Level: "robust", Verdict: failed, Scenarios: []grading.Scenario{{Name: "3", Verdict: failed, Failure: &grading.Failure{Expected: "e", Observed: "o"}}}},
		},
		Score: grading.Score{Earned: 7.5, Possible: 10, Items: []grading.Item{
			{Title: "Talking", Earned: 5, Possible: 5, Rules: []string{"TALK-1.1"}}, {Title: "Listening", Earned: 2.5, Possible: 5, Rules: []string{"TALK-1.2"}},
		}},
	}}
}

func TestGradescopeGetsThePointsOfEachItem(t *testing.T) {
	score, tests := gradescope(t, sheet())
	sum, most := 0.0, 0.0
	var names []string
	for _, test := range tests {
		names = append(names, test.Number+" "+test.Name+" "+test.Status)
		if test.Score != nil {
			sum += *test.Score
			most += *test.MaxScore
		}
	}
	if score != 7.5 || sum != 7.5 || most != 10 {
		t.Errorf("the score is %v, and the tests add up to %v of %v", score, sum, most)
	}
	want := []string{"1 Talking passed", "1.1 TALK-1.1 It talks passed", "2 Listening failed", "2.1 TALK-1.2 It listens failed", "3.1 TALK-1.3 It survives (robust) "}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("the tests are others (- wanted, + got):\n%s", diff)
	}
}

func TestClassroom50GetsWholePoints(t *testing.T) {
	form := func(w io.Writer, all []grading.Result) error {
		return grading.WriteClassroom50(w, all, grading.Submitted{Classroom: "c", Assignment: "a", Submission: "s/1", At: time.Date(2026, 6, 1, 14, 32, 1, 9, time.UTC)})
	}
	for _, c := range []struct {
		name       string
		change     func(*grading.Result)
		score, max int
		of         [][2]int
	}{
		{"tenths", func(*grading.Result) {}, 75, 100, [][2]int{{50, 50}, {25, 50}}},
		{"none", func(r *grading.Result) { r.Score.Items[1].Earned = 2 }, 7, 10, [][2]int{{5, 5}, {2, 5}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := sheet()
			c.change(&all[0])
			var got struct {
				Schema, Classroom, Assignment, Submission, Datetime string
				Score                                               int
				Max                                                 int `json:"max-score"`
				Tests                                               []struct {
					Name   string `json:"test-name"`
					Passed bool
					Score  int
					Max    int `json:"max-score"`
				}
			}
			if err := json.Unmarshal([]byte(write(t, form, all)), &got); err != nil {
				t.Fatal(err)
			}
			if got.Schema != "classroom50/result/v1" || got.Submission != "s/1" || got.Datetime != "2026-06-01T14:32:01Z" || got.Score != c.score || got.Max != c.max {
				t.Errorf("it is %+v", got)
			}
			for i, test := range got.Tests {
				if test.Score != c.of[i][0] || test.Max != c.of[i][1] || test.Passed != (i == 0) {
					t.Errorf("a test is %+v", test)
				}
			}
		})
	}
}

func TestMarkdownShowsWhatAProgramSaysAsText(t *testing.T) {
	got := write(t, grading.WriteMarkdown, sheet())
	for _, part := range []string{
		"## ✗ talk: nonconformant\n\n7.5 of 10 points; rules passed: 1 of 2 must, 0 of 1 robust\n",
		"| Listening | 2.5 of 5 |\n", "### ✗ TALK-1.2 It listens\n", "<dt>Expected</dt><dd>it hears &lt;b&gt;</dd>",
		"<dt>Observed</dt><dd>&#42;&#42;nothing&#42;&#42;, 100 %<br>&#64;all https:&#47;&#47;evil.example", "first\n&#8203;\n&lt;/pre&gt;&lt;script&gt;",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("it does not hold %q", part)
		}
	}
	if strings.Contains(got, "<script") || strings.Contains(got, "\x1b") {
		t.Error("what a program says is more than text")
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestMarkdownIsCutWhereGitHubWouldTakeNone(t *testing.T) {
	all := sheet()
	all[0].Rules[1].Scenarios[0].Failure.Stderr = strings.Repeat("ü\n", 1<<20)
	if got := write(t, grading.WriteMarkdown, all); len(got) > 1<<20 || !strings.HasSuffix(got, "\n\nThe rest is left out: it is too long.\n") {
		t.Errorf("it has %d bytes and ends with %q", len(got), got[len(got)-50:])
	}
}

func TestGitHubIsToldOfWhatFailed(t *testing.T) {
	want := "::error title=TALK-1.2 It listens::expected: it hears <b>%0Aobserved: **nothing**, 100 %25%0A@all https://evil.example\\u001b[31m%0Ahint: listen: always, to all\n" +
		"::notice title=talk%3A nonconformant::7.5 of 10 points; rules passed: 1 of 2 must, 0 of 1 robust\n"
	if diff := cmp.Diff(want, write(t, grading.WriteGitHub, sheet())); diff != "" {
		t.Errorf("it is told otherwise (- wanted, + got):\n%s", diff)
	}
}
