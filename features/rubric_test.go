package features_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
)

// scored is a feature with two demanded rules more than whole.
var scored = whole + `
  @must @TALK-1.11
  Rule: A message is kept
    Why: it may be asked for.
    Hint: keep it.

    Scenario: One message
      Then "bob" sees it

  @must @TALK-1.12
  Rule: A message is written down
    Why: somebody may read it.
    Hint: write it.

    Scenario: One message
      Then "bob" sees it

  @should @TALK-1.13
  Rule: A message is short
    Why: it may be long.
    Hint: cut it.

    Scenario: One message
      Then "bob" sees it
`

// rubric is one for scored to which nothing can be objected.
const rubric = `source: the text, grading guide
points: 7.5
items:
  - {title: "Talking: a start", points: 5, rules: [TALK-1.1]}
  - title: Talking on
    points: 2.5
    rules:
      - TALK-1.1
      - TALK-1.11
unscored: [TALK-1.12]
`

func TestARubricStandsBesideItsFeatures(t *testing.T) {
	got, err := read(t, map[string]string{
		"talk/1.feature": scored, "talk/rubric.yaml": rubric,
		"walk/1.feature": strings.ReplaceAll(whole, "TALK-", "WALK-"), "walk/notes.yaml": "no rubric",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &features.Rubric{
		Source: "the text, grading guide", Points: 7.5,
		Items: []features.RubricItem{
			{Title: "Talking: a start", Points: 5, Rules: []string{"TALK-1.1"}},
			{Title: "Talking on", Points: 2.5, Rules: []string{"TALK-1.1", "TALK-1.11"}},
		},
		Unscored: []string{"TALK-1.12"},
	}
	talk, _ := got.Assignment("talk")
	if diff := cmp.Diff(want, talk.Rubric); diff != "" {
		t.Errorf("it differs (- wanted, + got):\n%s", diff)
	}
	if walk, _ := got.Assignment("walk"); walk.Rubric != nil {
		t.Errorf("an assignment without a rubric has %+v", walk.Rubric)
	}
}

// TestABrokenRubricIsRefused breaks the rubric in one place at a time.
func TestABrokenRubricIsRefused(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"nothing in it", rubric, "", "it is empty"},
		{"only a comment", rubric, "# later\n", "it is empty"},
		{"no YAML", "points: 7.5", "points: a: b", "line 2: mapping value is not allowed in this context"},
		{"a list", rubric, "[1]", "line 1: a list stands where a mapping (`key: value`) is expected"},
		{"two documents", "unscored:", "---\nunscored:", "line 11: a second document begins: write all into one"},
		{"an unknown key", "source:", "sauce:", `line 1: there is no key "sauce"; did you mean "source"?`},
		{"an unknown key of an item", "    points: 2.5", "    point: 2.5", `line 6: there is no key "point"; did you mean "points"?`},
		{"a key twice", "points: 7.5", "points: 7.5\npoints: 7.5", `line 3: mapping key "points" already defined at [2:1]`},
		{"points that are no number", "points: 5,", "points: five,", "line 4: a number is expected here"},
		{"rules that are no list", "rules: [TALK-1.1]", "rules: TALK-1.1", "line 4: a single value stands where a list is expected"},
		{"no source", "source: the text, grading guide\n", "", "it has no source"},
		{"an empty source", "the text, grading guide", `""`, "it has no source"},
		{"no title", `title: "Talking: a start", `, "", "line 4: an item has no title"},
		{"an empty title", "title: Talking on", "title:", "line 5: an item has no title"},
		{"an empty item", "unscored:", "  -\nunscored:", "line 10: an item has no title"},
		{"no points", "    points: 2.5\n", "", `line 5: "Talking on" has no points`},
		{"points of nothing", "points: 5,", "points: 0,", `line 4: "Talking: a start" has no points`},
		{"points below nothing", "points: 5,", "points: -5,", `line 4: "Talking: a start" has no points`},
		{"points that are not a number", "points: 5,", "points: .nan,", `line 4: "Talking: a start" has no points`},
		{"endless points", "points: 5,", "points: .inf,", `line 4: "Talking: a start" has no points`},
		{"points too fine", "points: 2.5", "points: 2.25", `line 6: "Talking on" has 2.25 points: one decimal is the finest`},
		{"another sum", "points: 7.5", "points: 80", "line 2: the points of the items add up to 7.5, not to 80"},
		{"no sum", "points: 7.5\n", "", "the points of the items add up to 7.5, not to 0"},
		{"no items", rubric[strings.Index(rubric, "items:"):], "", "line 2: the points of the items add up to 0, not to 7.5"},
		{"no rules", ", rules: [TALK-1.1]", "", `line 4: "Talking: a start" names no rule`},
		{"an empty list of rules", "[TALK-1.1]", "[]", `line 4: "Talking: a start" names no rule`},
		{"a rule that does not exist", "- TALK-1.11", "- TALK-1.99", `line 9: talk has no rule "TALK-1.99"`},
		{"a rule of another assignment", "- TALK-1.11", "- WALK-1.1", `line 9: talk has no rule "WALK-1.1"`},
		{"a rule in another spelling", "- TALK-1.11", "- talk-1.11", `line 9: talk has no rule "talk-1.11"`},
		{"a rule that is implied", "- TALK-1.11", "- TALK-1.13", "line 9: TALK-1.13 is @should, and only a @must rule can earn points"},
		{"a rule beyond the text", "- TALK-1.11", "- TALK-1.10", "line 9: TALK-1.10 is @robust, and only a @must rule can earn points"},
		{"a rule twice in an item", "- TALK-1.11", "- TALK-1.1", "line 9: TALK-1.1 stands twice in one list"},
		{"a rule that is forgotten", "      - TALK-1.11\n", "", "TALK-1.11 stands in no item: one that earns nothing is listed under `unscored`"},
		{"nothing is unscored", "unscored: [TALK-1.12]\n", "", "TALK-1.12 stands in no item: one that earns nothing is listed under `unscored`"},
		{"an unscored rule that does not exist", "[TALK-1.12]", "[TALK-1.99]", `line 10: talk has no rule "TALK-1.99"`},
		{"an unscored rule beyond the text", "[TALK-1.12]", "[TALK-1.12, TALK-1.10]", "line 10: TALK-1.10 is @robust, and only a @must rule can earn points"},
		{"an unscored rule twice", "[TALK-1.12]", "[TALK-1.12, TALK-1.12]", "line 10: TALK-1.12 stands twice in one list"},
		{"an unscored rule in an item", "[TALK-1.12]", "\n  - TALK-1.12\n  - TALK-1.11", "line 12: TALK-1.11 stands in an item, too"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(rubric, c.before) {
				t.Fatalf("the rubric does not hold %q", c.before)
			}
			_, err := read(t, map[string]string{
				"talk/1.feature": scored, "talk/rubric.yaml": strings.Replace(rubric, c.before, c.after, 1),
				"walk/1.feature": strings.ReplaceAll(whole, "TALK-", "WALK-"),
			})
			want := "talk/rubric.yaml: " + c.want
			if line, isPlaced := strings.CutPrefix(c.want, "line "); isPlaced {
				want = "talk/rubric.yaml:" + line
			}
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("it says\n%v\nand should say\n%s", err, want)
			}
		})
	}
}

func TestARubricWithoutFeaturesIsRefused(t *testing.T) {
	_, err := read(t, map[string]string{"talk/1.feature": whole, "tolk/rubric.yaml": rubric})
	if err == nil || err.Error() != "tolk/rubric.yaml: no feature stands beside it" {
		t.Errorf("it says %v", err)
	}
}

// A tenth is no round number to a computer.
func TestPointsWithADecimalAddUp(t *testing.T) {
	got, err := read(t, map[string]string{"talk/1.feature": whole, "talk/rubric.yaml": `source: s
points: 3.6
items:
  - {title: a, points: 1.1, rules: [TALK-1.1]}
  - {title: b, points: 2.2, rules: [TALK-1.1]}
  - {title: c, points: 0.3, rules: [TALK-1.1]}
`})
	if err != nil || got.Assignments[0].Rubric.Points != 3.6 {
		t.Errorf("it is %+v, %v", got, err)
	}
}

// A rubric under another name would be ignored.
func TestNothingButWhatIsReadIsInTheBinary(t *testing.T) {
	files, err := fs.Glob(features.Files, "*/*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		known := []string{"rubric.yaml", "assignment.yaml", "README.md"}
		if path.Ext(file) != ".feature" && !slices.Contains(known, path.Base(file)) {
			t.Errorf("what is %s?", file)
		}
	}
}

// keeping is the rubric, which keeps rules back, and without which all or an item is worth nothing.
var keeping = strings.Replace(rubric, "      - TALK-1.11\n", "      - TALK-1.11\n    gate: [TALK-1.1]\n", 1) +
	"gate: [TALK-1.11]\nhidden: [TALK-1.12, TALK-1.13]\nhidden_until: 2026-06-01\n"

func TestARubricMayKeepRulesBackAndHaveGates(t *testing.T) {
	got, err := read(t, map[string]string{"talk/1.feature": scored, "talk/rubric.yaml": keeping})
	if err != nil {
		t.Fatal(err)
	}
	r := got.Assignments[0].Rubric
	if !slices.Equal(r.Gate, []string{"TALK-1.11"}) || !slices.Equal(r.Items[1].Gate, []string{"TALK-1.1"}) ||
		!slices.Equal(r.Hidden, []string{"TALK-1.12", "TALK-1.13"}) || r.HiddenUntil != "2026-06-01" {
		t.Errorf("it is %+v", r)
	}
	for _, c := range []struct{ before, after, want string }{
		{"gate: [TALK-1.1]", "gate: [TALK-9.1]", `talk/rubric.yaml:10: talk has no rule "TALK-9.1"`},
		{"gate: [TALK-1.11]", "gate: [TALK-9.1]", `talk/rubric.yaml:12: talk has no rule "TALK-9.1"`},
		{"TALK-1.13]", "TALK-9.1]", `talk/rubric.yaml:13: talk has no rule "TALK-9.1"`},
		{"2026-06-01", "June", `talk/rubric.yaml:14: "June" is no day, as 2026-06-01 is one`},
	} {
		_, err := read(t, map[string]string{"talk/1.feature": scored, "talk/rubric.yaml": strings.Replace(keeping, c.before, c.after, 1)})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("it says\n%v\nand should say\n%s", err, c.want)
		}
	}
}

func TestAGraderMayHaveARubricOfHerOwn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte(keeping), 0o644); err != nil {
		t.Fatal(err)
	}
	catalogue, err := read(t, map[string]string{"talk/1.feature": scored})
	if err != nil {
		t.Fatal(err)
	}
	got, err := features.ReadRubric(file, catalogue.Assignments[0])
	if err != nil || got.Points != 7.5 || len(got.Hidden) != 2 {
		t.Errorf("it is %+v (%v)", got, err)
	}
	if _, err := features.ReadRubric(file+"x", catalogue.Assignments[0]); err == nil {
		t.Error("a file that is not there is a rubric")
	}
}
