package pages_test

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/pages"
)

// asks is what an assignment asks, with links to what a site has, and to what it has not.
const asks = `# talk: a title

From [the guide](rubric.yaml), as [listening](../listen/README.md) is, see [the code](../../steps/talk.go).

## What it asks
Talk.

| said | meant |
|---|---|
| a ` + "`b`" + ` | <b>c</b> |
`

// documents is a site of two assignments; said is what is foreign in them.
func documents(said string) pages.Site {
	rule := func(id string, level features.Level, title string, scenarios ...features.Scenario) features.Rule {
		return features.Rule{ID: id, Title: title, Level: level, Why: "why.", Hint: "say it.", Source: "talk.txt, part 1", Scenarios: scenarios}
	}
	counting := rule("TALK-1.1", features.Must, "Messages are counted, from `0`", features.Scenario{Name: "Messages", Steps: []features.Step{
		{Text: `Given "ann" is there`}, {Text: "Then the numbers are right, as in", Rows: []string{"| 0 | marmalade |"}},
	}})
	echo := rule("TALK-1.2", features.Should, "An echo", features.Scenario{Name: "Said", Steps: []features.Step{{Text: `When "ann" types "` + said + `"`}}}, features.Scenario{Name: "Unsaid"})
	echo.Needs = []string{"TALK-1.1"}
	careful := rule("TALK-2.1", features.Robust, "Silence", features.Scenario{Name: "Nobody speaks"})
	talk := features.Assignment{
		Assignment: assignment.Assignment{ID: "talk", Title: "Talking", Course: "An evening school", Sources: map[string]string{"talk.txt": "the task"}, Programs: []assignment.Program{{Name: "talker"}}},
		Features: []features.Feature{
			{Path: "talk/1.feature", Title: "Talk, part 1", Source: "talk.txt, part 1", Rules: []features.Rule{counting, echo}},
			{Path: "talk/2.feature", Title: "Talk, part 2", Source: "talk.txt, part 2", Rules: []features.Rule{careful}},
		},
		Rubric: &features.Rubric{Source: "talk.txt, guide", Points: 7.5, Items: []features.RubricItem{{Title: "All", Points: 7.5, Rules: []string{"TALK-1.1"}}}, Unscored: []string{"TALK-1.2"}},
	}
	listen := features.Assignment{Assignment: assignment.Assignment{ID: "listen", Title: "Listening"}, Features: []features.Feature{
		{Path: "listen/1.feature", Title: "Listen", Rules: []features.Rule{rule("LIST-1.1", features.Must, "Hear", features.Scenario{Name: "A word"})}},
	}}
	played := counts(grading.Passed, "0")
	heard := grading.Scenario{Name: "Said", Verdict: grading.Passed, Events: []grading.Event{event(0, "started", "ann", "", said), event(0, "sent", "ann", "bob", said), event(0, "noted", "", "", said)}}
	failed := grading.Scenario{Name: "Unsaid", Verdict: grading.Failed, Failure: &grading.Failure{Expected: "silence", Observed: said}}
	unseen := grading.Scenario{Name: "Nobody speaks", Verdict: grading.Unverified, Failure: &grading.Failure{Observed: "this machine has no display"}}
	reference := grading.Result{Assignment: "talk", Rules: []grading.Rule{
		{ID: "TALK-1.1", Scenarios: []grading.Scenario{played}}, {ID: "TALK-1.2", Scenarios: []grading.Scenario{heard, failed}}, {ID: "TALK-2.1", Scenarios: []grading.Scenario{unseen}},
	}}
	return pages.Site{Assignments: []pages.Documented{
		{Assignment: talk, Asks: []byte(asks), Reference: &reference, Mutants: map[string][]pages.Mutant{"TALK-1.1": {{Name: "from-one", Fault: "it counts from `1`"}}}},
		{Assignment: listen, Unproved: true, Without: "there is no broker"},
	}}
}

func rules(t *testing.T, s pages.Site, id string) string {
	t.Helper()
	var text bytes.Buffer
	if err := pages.WriteRules(&text, s, id); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func front(t *testing.T, s pages.Site) string {
	t.Helper()
	var text bytes.Buffer
	if err := pages.WriteFront(&text, s); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestASiteNeedsNothingAndTakesNoOrders(t *testing.T) {
	site := documents(hostile)
	checkPage(t, front(t, site), "talk.html", "listen.html")
	checkPage(t, rules(t, site, "talk"), "index.html", "listen.html")
	checkPage(t, rules(t, site, "listen"), "index.html")
	if err := pages.WriteRules(&bytes.Buffer{}, site, "dance"); err == nil {
		t.Error("there is a page of what the site does not have")
	}
}

func TestAFrontPageListsAllRules(t *testing.T) {
	page := html.UnescapeString(front(t, documents("marzipan")))
	for _, part := range []string{
		"4 rules of 2 assignments", `<a href="talk.html">Talking</a>`, "3 rules: 1 required, 1 implied, 1 beyond the task; 4 scenarios.",
		`<a href="talk.html#part-2">Talk, part 2</a>`, `<a href="talk.html#TALK-1.1">`, `<a href="listen.html#LIST-1.1">`,
		"△ beyond the task", `data-w="ann marzipan said types unsaid when"`,
	} {
		if !strings.Contains(page, part) {
			t.Errorf("it does not hold %q", part)
		}
	}
}

func TestARuleIsToldWhole(t *testing.T) {
	page := html.UnescapeString(rules(t, documents("marzipan"), "talk"))
	card := page[strings.Index(page, `<article class="card must" id="TALK-1.1"`):strings.Index(page, `id="TALK-1.2"`)]
	for _, part := range []string{
		"● </span> required", "Messages are counted, from <code>0</code>", "Why it matters:</b> why.", "<b>Hint</b>Say it.", "<dd>the task, part 1</dd>",
		`<dt>Needed by</dt><dd><a class="id" href="#TALK-1.2">`, "Scenario: Messages", `<b>Given</b><span>"ann" is there`, "| 0 | marmalade |",
		"How the reference plays it", `<svg class="sq"`, "Here the rule holds.", "Proved by a mutant", "<code>from-one</code> it counts from <code>1</code>",
	} {
		if !strings.Contains(strings.ReplaceAll(card, "●</span>", "● </span>"), part) {
			t.Errorf("it does not hold %q", part)
		}
	}
	for _, part := range []string{
		`<dt>Needs</dt><dd><a class="id" href="#TALK-1.1">`, "No diagram: expected of the reference: silence; observed: marzipan",
		"No diagram: it cannot be seen of the reference: this machine has no display",
		"7.5 points, from the task, guide.", `<td><a class="id" href="#TALK-1.1">`, "Demanded, and without points: ",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
}

// TestADiagramOfTheReferenceIsTheSameEachTime: the machine's times are not in it, and it ends with the last step.
func TestADiagramOfTheReferenceIsTheSameEachTime(t *testing.T) {
	drawn := func(later float64) string {
		site := documents("x")
		s := &site.Assignments[0].Reference.Rules[0].Scenarios[0]
		for i := range s.Events {
			s.Events[i].At *= later
		}
		for i := range s.Steps {
			s.Steps[i].Until *= later
		}
		return rules(t, site, "talk")
	}
	page := drawn(1)
	if strings.Contains(page, "after the step") || strings.Contains(page, "0.21") || strings.Contains(page, " s pass") {
		t.Error("it tells of times, or of what came after the last step")
	}
	if drawn(70) != page {
		t.Error("it depends on the time that it took")
	}
	description := html.UnescapeString(regexp.MustCompile(`<desc[^>]*>([^<]*)</desc>`).FindStringSubmatch(page)[1])
	if want := `ann started; ann listening; ann typed: one; ann connected to bob; ann sent to bob: {"seq": 0, "at": "0:00", "message": "one"}.`; description != want {
		t.Errorf("it is described as %q, and should be as %q", description, want)
	}
}

func TestWhatAnAssignmentAsksLeadsToTheSitesOwnPages(t *testing.T) {
	page := rules(t, documents("x"), "talk")
	for _, part := range []string{
		`From <a href="#points">the guide</a>, as <a href="listen.html">listening</a> is, see the code.`, "<h2>What it asks</h2>", `<div class="wide" tabindex="0" role="region" aria-label="Table"><table>`,
		"<td>a <code>b</code></td>",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("it does not hold %q", part)
		}
	}
	for _, part := range []string{"talk: a title", "<b>c</b>"} {
		if strings.Contains(page, part) {
			t.Errorf("it holds %q", part)
		}
	}
}

func TestAPageSaysWhatItLacks(t *testing.T) {
	page := rules(t, documents("x"), "listen")
	for _, part := range []string{"<dt>No diagrams</dt><dd><bdi>there is no broker</bdi></dd>", "<dt>No mutants</dt>"} {
		if !strings.Contains(page, part) {
			t.Errorf("it does not hold %q", part)
		}
	}
	if strings.Contains(page, "<svg class=\"sq\"") || strings.Contains(page, `id="points"`) {
		t.Error("there is a diagram, or a rubric")
	}
}

func TestAStudentsPageLinksEachRuleToTheSite(t *testing.T) {
	page := student(t, pages.Student{Name: "s1", Results: []grading.Result{result("x")}, Docs: "https://example.edu/rules/"})
	checkPage(t, page, "https://example.edu/rules/talk.html")
	for _, id := range []string{"TALK-1.1", "TALK-1.2", "TALK-1.3", "TALK-1.4", "TALK-1.5", "TALK-1.6"} {
		if strings.Count(page, `href="https://example.edu/rules/talk.html#`+id+`"`) != 1 {
			t.Errorf("%s is not linked once", id)
		}
	}
}
