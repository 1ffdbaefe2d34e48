// Package pages draws results as pages of HTML, each in one file that asks nothing of the network. Whatever a program
// or a file has said is text there.
package pages

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/grading"
)

//go:embed student.html
var studentHTML string

//go:embed student.css
var studentCSS string

//go:embed student.js
var studentJS string

// A Student is what the page of one submission is drawn from.
type Student struct {
	// Name is what the submission is called.
	Name string
	// Titles are those of the assignments, by their ids.
	Titles  map[string]string
	Results []grading.Result
	// Reference are results of the reference, with the events of what passed. Scenarios that are not in them are drawn
	// without it.
	Reference []grading.Result
	Judged    time.Time
	// Problem says why it could not be judged, or nothing.
	Problem string
	// Remarks are what else is to be known, in sentences.
	Remarks []string
	// Docs is the address of a site that tells of all rules (WriteFront, WriteRules), or nothing.
	Docs string
	// Pictures are those of windows, as PNG, by the names of their files.
	Pictures map[string][]byte
}

// WriteStudent writes the page of one submission.
func WriteStudent(w io.Writer, s Student) error {
	page, err := parse(studentHTML, diagramHTML)
	if err != nil {
		return err
	}
	return page.Execute(w, studentPage(s))
}

// What the template of a student's page is given.
type (
	studentView struct {
		look
		Title   string
		Name    string
		Judged  time.Time
		Problem string
		Remarks []string
		Sheets  []sheetView
		Suites  []string
	}

	sheetView struct {
		Result     grading.Result
		Title      string
		Conforms   bool
		Earned     string
		Possible   string
		Summary    string
		Parts      []partView
		Fix        []cardView
		Waiting    []cardView // blocked, or not to be seen
		Beyond     []cardView // failed, and beyond the text
		Passed     []grading.Rule
		Unsteady   []unsteadyRule
		HiddenFail int
		HiddenAll  int
		Where      string
		Seconds    string
		Docs       string // where all rules are told, or nothing
	}

	unsteadyRule struct {
		grading.Unsteady
		Words string
	}

	partView struct {
		Title string
		Cells []cellView
	}

	cellView struct{ ID, Short, Title, Class, Sign, Verdict string }

	cardView struct {
		grading.Rule
		Docs     string // where the rule is told, or nothing
		First    bool   // one begins with it
		Waits    []string
		Failed   int
		Scenario grading.Scenario
		Failure  grading.Failure
		Also     []grading.Scenario
		Duo      *duo
		Pictures []pictureView
		Journal  string
	}

	pictureView struct {
		Program string
		Source  template.URL // the picture itself
	}
)

func studentPage(s Student) studentView {
	view := studentView{
		look: lookOf(studentJS, diagramCSS, studentCSS),
		Name: grading.Visible(s.Name), Title: grading.Visible(s.Name) + ": not judged", Judged: s.Judged, Problem: s.Problem, Remarks: s.Remarks,
		Suites: grading.Suites(s.Results),
	}
	for i, result := range s.Results {
		sheet := sheetOf(result, reference(s.Reference, result.Assignment), i)
		sheet.lead(s.Docs)
		sheet.illustrate(s.Pictures)
		if sheet.Title = s.Titles[result.Assignment]; sheet.Title == "" {
			sheet.Title = result.Assignment
		}
		view.Sheets = append(view.Sheets, sheet)
	}
	if len(view.Sheets) > 0 {
		first := view.Sheets[0]
		view.Title = fmt.Sprintf("%s of %s points: %s, %s", first.Earned, first.Possible, view.Name, first.Result.Assignment)
	}
	return view
}

// reference is the reference's result of an assignment, or nil.
func reference(all []grading.Result, assignment string) *grading.Result {
	i := slices.IndexFunc(all, func(r grading.Result) bool { return r.Assignment == assignment })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// sheetOf draws the result of one assignment, which is the n-th of the page.
func sheetOf(result grading.Result, reference *grading.Result, n int) sheetView {
	view := sheetView{
		Result: result, Conforms: result.Verdict == grading.Conformant,
		Earned: points(result.Score.Earned), Possible: points(result.Score.Possible),
		Where: "on this machine itself", Seconds: fmt.Sprintf("%.1f", result.Seconds),
	}
	switch result.Isolation {
	case "host":
		view.Where = "each program on a host of its own"
	case "container":
		view.Where = "each program in a container of its own"
	}
	shown := visibleRules(result, &view)
	view.Parts = partsOf(result, shown)
	view.Summary = summary(shown)
	for _, rule := range shown {
		id := fmt.Sprintf("q%d-%s", n, rule.ID)
		card := cardOf(rule, shown, reference, id)
		switch {
		case rule.Verdict == grading.Passed:
			view.Passed = append(view.Passed, rule)
		case rule.Verdict != grading.Failed:
			view.Waiting = append(view.Waiting, card)
		case rule.Level == string(features.Robust):
			view.Beyond = append(view.Beyond, card)
		default:
			view.Fix = append(view.Fix, card)
		}
	}
	for _, u := range result.Unsteady {
		if slices.ContainsFunc(shown, func(r grading.Rule) bool { return r.ID == u.Rule }) {
			view.Unsteady = append(view.Unsteady, unsteadyRule{u, wordsOf(u.Verdicts)})
		}
	}
	// What others wait for comes first.
	slices.SortStableFunc(view.Fix, func(a, b cardView) int { return len(b.Waits) - len(a.Waits) })
	if len(view.Fix) > 1 {
		view.Fix[0].First = true
	}
	return view
}

// lead links each rule to a site that tells of it, if there is one.
func (v *sheetView) lead(site string) {
	if site == "" {
		return
	}
	v.Docs = strings.TrimSuffix(site, "/") + "/" + PageOf(v.Result.Assignment)
	for _, cards := range [][]cardView{v.Fix, v.Waiting, v.Beyond} {
		for i := range cards {
			cards[i].Docs = v.Docs + "#" + cards[i].ID
		}
	}
}

// illustrate shows each card the pictures of its scenario.
func (v *sheetView) illustrate(pictures map[string][]byte) {
	for _, cards := range [][]cardView{v.Fix, v.Waiting, v.Beyond} {
		for i := range cards {
			for _, picture := range cards[i].Scenario.Pictures {
				if png, have := pictures[picture.File]; have {
					source := template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
					cards[i].Pictures = append(cards[i].Pictures, pictureView{picture.Program, source})
				}
			}
		}
	}
}

// wordsOf lists verdicts in a line.
func wordsOf(verdicts []grading.Verdict) string {
	var words []string
	for _, verdict := range verdicts {
		words = append(words, string(verdict))
	}
	return strings.Join(words, ", ")
}

// journal tells events in lines.
func journal(events []grading.Event) string {
	var w strings.Builder
	for _, e := range events {
		to := ""
		if e.To != "" {
			to = " → " + e.To
		}
		fmt.Fprintf(&w, "%7.3fs  %s%s %s %q\n", e.At, e.From, to, e.Kind, e.Text)
	}
	return grading.Visible(w.String())
}

// visibleRules are the rules that a student is shown; the others are counted.
func visibleRules(result grading.Result, view *sheetView) []grading.Rule {
	var shown []grading.Rule
	for _, rule := range result.Rules {
		if !rule.Hidden {
			shown = append(shown, rule)
			continue
		}
		view.HiddenAll++
		if rule.Verdict != grading.Passed {
			view.HiddenFail++
		}
	}
	return shown
}

// summary counts the demanded rules in words.
func summary(rules []grading.Rule) string {
	count := map[grading.Verdict]int{}
	all := 0
	for _, rule := range rules {
		if rule.Level == string(features.Must) {
			count[rule.Verdict]++
			all++
		}
	}
	text := fmt.Sprintf("Of %s %d passed", counted(all, "required rule"), count[grading.Passed])
	for _, more := range []struct {
		verdict grading.Verdict
		words   string
	}{{grading.Failed, "failed"}, {grading.Blocked, "blocked by what failed"}, {grading.Unverified, "not to be seen here"}} {
		if n := count[more.verdict]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, more.words)
		}
	}
	return text + "."
}

// partsOf are the strips of rules, one a feature.
func partsOf(result grading.Result, rules []grading.Rule) []partView {
	var parts []partView
	for _, feature := range result.Features {
		part := partView{Title: feature.Title}
		for _, rule := range rules {
			if rule.Feature == feature.Path && rule.Level != string(features.Robust) {
				part.Cells = append(part.Cells, cellOf(rule))
			}
		}
		if len(part.Cells) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

func cellOf(rule grading.Rule) cellView {
	cell := cellView{ID: rule.ID, Title: rule.ID + " " + rule.Title + ": " + string(rule.Verdict), Verdict: string(rule.Verdict)}
	_, cell.Short, _ = strings.Cut(rule.ID, "-")
	cell.Class, cell.Sign = classOf(rule.Verdict), signOf(rule.Verdict)
	return cell
}

func classOf(verdict grading.Verdict) string {
	return map[grading.Verdict]string{grading.Passed: "p", grading.Failed: "f", grading.Blocked: "b", grading.Unverified: "u"}[verdict]
}

func signOf(verdict grading.Verdict) string {
	return map[grading.Verdict]string{grading.Passed: "✓", grading.Failed: "✗", grading.Blocked: "–", grading.Unverified: "?"}[verdict]
}

// cardOf is all that is told of a rule that did not pass.
func cardOf(rule grading.Rule, rules []grading.Rule, reference *grading.Result, id string) cardView {
	card := cardView{Rule: rule}
	card.Needs = slices.DeleteFunc(slices.Clone(rule.Needs), func(id string) bool {
		return !slices.ContainsFunc(rules, func(r grading.Rule) bool { return r.ID == id })
	})
	if rule.Verdict == grading.Passed {
		return card
	}
	for _, other := range rules {
		if other.Verdict == grading.Blocked && slices.Contains(other.Needs, rule.ID) {
			card.Waits = append(card.Waits, other.ID)
		}
	}
	for _, scenario := range rule.Scenarios {
		if scenario.Verdict != rule.Verdict || scenario.Failure == nil {
			continue
		}
		if card.Failed++; card.Failed > 1 {
			card.Also = append(card.Also, scenario)
			continue
		}
		card.Scenario, card.Failure = scenario, *scenario.Failure
		card.Journal = strings.Join(scenario.Failure.Journal, "\n")
		if rule.Verdict == grading.Failed {
			card.Duo = draw(id, scenario, scenarioOf(reference, rule.ID, scenario.Name))
		}
	}
	return card
}

// scenarioOf is a scenario of a result, or nil.
func scenarioOf(result *grading.Result, rule, name string) *grading.Scenario {
	if result == nil {
		return nil
	}
	for _, r := range result.Rules {
		for i := range r.Scenarios {
			if r.ID == rule && r.Scenarios[i].Name == name && r.Scenarios[i].Verdict == grading.Passed {
				return &r.Scenarios[i]
			}
		}
	}
	return nil
}

// StepSign is the sign of a step.
func (c cardView) StepSign(step grading.Step) string {
	if step.Verdict == grading.Skipped {
		return "·"
	}
	return signOf(step.Verdict)
}
