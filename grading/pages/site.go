package pages

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/grading"
)

// The templates of a site's pages, and what they share.
var (
	//go:embed front.html
	frontHTML string

	//go:embed rules.html
	rulesHTML string

	//go:embed search.html
	searchHTML string

	//go:embed site.css
	siteCSS string

	//go:embed site.js
	siteJS string
)

// A Site is what the features are drawn from as pages: a front page, and one for each assignment.
type Site struct{ Assignments []Documented }

// A Documented is an assignment that a site has a page of.
type Documented struct {
	features.Assignment
	// Asks is what it asks, in Markdown; links in it to files that the site does not have become text.
	Asks []byte
	// Reference is the reference's result, with the events of what passed. Without says why there is none, or nothing.
	Reference *grading.Result
	Without   string
	// Mutants are those that prove a rule, by its id. Unproved is set where it is not known which there are.
	Mutants  map[string][]Mutant
	Unproved bool
}

// A Mutant is a program with one fault, which breaks a rule.
type Mutant struct{ Name, Fault string }

// FrontPage is the name of a site's front page.
const FrontPage = "index.html"

// PageOf is the name of an assignment's page, on which each rule's id is an anchor.
func PageOf(assignment string) string { return assignment + ".html" }

// WriteFront writes the front page: contents, and the search in all rules.
func WriteFront(w io.Writer, s Site) error {
	page, err := parse(frontHTML, searchHTML)
	if err != nil {
		return err
	}
	view := frontView{look: lookOf(siteJS, siteCSS)}
	for _, d := range s.Assignments {
		view.Assignments = append(view.Assignments, entryOf(d))
		view.Rules += len(d.Rules())
	}
	return page.Execute(w, view)
}

// WriteRules writes the page of the assignment called id.
func WriteRules(w io.Writer, s Site, id string) error {
	page, err := parse(rulesHTML, searchHTML, diagramHTML)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.Assignments, func(d Documented) bool { return d.ID == id })
	if i < 0 {
		return fmt.Errorf("the site has no page of %s", id)
	}
	view, err := s.rules(s.Assignments[i])
	if err != nil {
		return err
	}
	return page.Execute(w, view)
}

// What the templates of a site's pages are given.
type (
	frontView struct {
		look
		Assignments []entryView
		Rules       int
	}

	entryView struct {
		ID, Title, Course, Page, Counts string
		Features                        []chapterView
	}

	rulesView struct {
		look
		entryView
		Programs []string
		Asks     template.HTML
		Without  string
		Rubric   *features.Rubric
		Guide    string // where the rubric is from
		Unproved bool
	}

	// A chapterView is a feature.
	chapterView struct {
		ID, Title, Source, Path string
		Rules                   []ruleView
	}

	ruleView struct {
		features.Rule
		From     string // its source, as a reader knows it
		Level    levelView
		NeededBy []string
		Mutants  []Mutant
		Examples []exampleView
		Words    string // those of its scenarios, for the search
	}

	levelView struct{ Name, Class, Sign string }

	// An exampleView is a scenario.
	exampleView struct {
		ID, Name string
		Steps    []stepView
		Events   int
		Diagram  *diagram
		Without  string // why there is no diagram
	}

	stepView struct {
		Keyword, Text string
		Rows          []string
	}
)

// entryOf is what the contents tell of an assignment.
func entryOf(d Documented) entryView {
	entry := entryView{ID: d.ID, Title: d.Title, Course: d.Course, Page: PageOf(d.ID)}
	counts, scenarios := map[features.Level]int{}, 0
	for i, feature := range d.Features {
		chapter := chapterView{ID: fmt.Sprintf("part-%d", i+1), Title: feature.Title, Source: d.SourceName(feature.Source), Path: feature.Path}
		for _, rule := range feature.Rules {
			counts[rule.Level]++
			scenarios += len(rule.Scenarios)
			chapter.Rules = append(chapter.Rules, ruleView{Rule: rule, From: d.SourceName(rule.Source), Level: levelOf(rule.Level), Words: wordsIn(rule)})
		}
		entry.Features = append(entry.Features, chapter)
	}
	entry.Counts = fmt.Sprintf("%s: %d required, %d implied, %d beyond the task; %s", counted(len(d.Rules()), "rule"),
		counts[features.Must], counts[features.Should], counts[features.Robust], counted(scenarios, "scenario"))
	return entry
}

// levelOf is how a level is told.
func levelOf(level features.Level) levelView {
	return map[features.Level]levelView{
		features.Must: {"required", "must", "●"}, features.Should: {"implied by the task", "should", "◐"}, features.Robust: {"beyond the task", "robust", "△"},
	}[level]
}

// wordsIn are the words of a rule's scenarios, each once, in small letters.
func wordsIn(rule features.Rule) string {
	var words []string
	for _, scenario := range rule.Scenarios {
		all := scenario.Name
		for _, step := range scenario.Steps {
			all += " " + step.Text + " " + strings.Join(step.Rows, " ")
		}
		words = append(words, strings.FieldsFunc(strings.ToLower(grading.Visible(all)), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.:@", r)
		})...)
	}
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}

// rules is all that is told of an assignment.
func (s Site) rules(d Documented) (rulesView, error) {
	view := rulesView{look: lookOf(siteJS, diagramCSS, siteCSS), entryView: entryOf(d), Without: d.Without, Rubric: d.Rubric, Unproved: d.Unproved}
	for _, p := range d.Programs {
		view.Programs = append(view.Programs, p.Name)
	}
	if d.Rubric != nil {
		view.Guide = d.SourceName(d.Rubric.Source)
	}
	for i := range view.Features {
		for j := range view.Features[i].Rules {
			d.tell(&view.Features[i].Rules[j])
		}
	}
	var err error
	view.Asks, err = s.asks(d)
	return view, err
}

// tell adds to a rule what its assignment's own page tells of it.
func (d Documented) tell(rule *ruleView) {
	rule.Mutants = d.Mutants[rule.ID]
	for _, other := range d.Rules() {
		if slices.Contains(other.Needs, rule.ID) {
			rule.NeededBy = append(rule.NeededBy, other.ID)
		}
	}
	for i, scenario := range rule.Rule.Scenarios {
		rule.Examples = append(rule.Examples, d.example(rule.ID, fmt.Sprintf("%s-s%d", rule.ID, i+1), scenario))
	}
}

// example is a scenario with the reference's diagram, or with the reason why there is none.
func (d Documented) example(rule, id string, scenario features.Scenario) exampleView {
	example := exampleView{ID: id, Name: scenario.Name}
	for _, step := range scenario.Steps {
		word, text, _ := strings.Cut(step.Text, " ")
		example.Steps = append(example.Steps, stepView{word, grading.Visible(text), step.Rows})
	}
	played := playedIn(d.Reference, rule, scenario.Name)
	switch {
	case played == nil:
		return example
	case played.Verdict == grading.Passed:
		example.Diagram = drawAlone(id, *played)
		example.Events = len(example.Diagram.Rows)
	case played.Verdict == grading.Unverified:
		example.Without = "it cannot be seen of the reference: " + played.Failure.Observed
	default:
		example.Without = fmt.Sprintf("expected of the reference: %s; observed: %s", played.Failure.Expected, played.Failure.Observed)
	}
	return example
}

// playedIn is a scenario of a result, or nil.
func playedIn(result *grading.Result, rule, name string) *grading.Scenario {
	if result == nil {
		return nil
	}
	for _, r := range result.Rules {
		i := slices.IndexFunc(r.Scenarios, func(s grading.Scenario) bool { return s.Name == name })
		if r.ID == rule && i >= 0 {
			return &r.Scenarios[i]
		}
	}
	return nil
}

// asks is what the assignment asks, without its own title. Wide tables scroll in boxes of their own.
func (s Site) asks(d Documented) (template.HTML, error) {
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(onSite{s, d}, 1000))))
	var w bytes.Buffer
	if err := markdown.Convert(d.Asks, &w); err != nil {
		return "", fmt.Errorf("drawing what %s asks: %w", d.ID, err)
	}
	boxed := strings.NewReplacer("<table>", `<div class="wide" tabindex="0" role="region" aria-label="Table"><table>`, "</table>", "</table></div>")
	return template.HTML(boxed.Replace(w.String())), nil
}

// An onSite makes a text that stands in a checkout one of the site's.
type onSite struct {
	Site
	of Documented
}

// Transform leads links to the site's own pages, makes text of the others, and takes out the title, which the page has
// already.
func (o onSite) Transform(document *ast.Document, reader text.Reader, _ parser.Context) {
	var links []*ast.Link
	var titles []ast.Node
	// The walk itself cannot fail.
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Link:
			if entering {
				links = append(links, n)
			}
		case *ast.Heading:
			if entering && n.Level == 1 {
				titles = append(titles, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, title := range titles {
		title.Parent().RemoveChild(title.Parent(), title)
	}
	for _, link := range links {
		o.lead(link)
	}
}

// lead leads a link to a page of the site, or makes it text.
func (o onSite) lead(link *ast.Link) {
	file := string(link.Destination)
	if file == "rubric.yaml" && o.of.Rubric != nil {
		link.Destination = []byte("#points")
		return
	}
	for _, other := range o.Assignments {
		if file == "../"+other.ID+"/README.md" {
			link.Destination = []byte(PageOf(other.ID))
			return
		}
	}
	for child := link.FirstChild(); child != nil; child = link.FirstChild() {
		link.Parent().InsertBefore(link.Parent(), link, child)
	}
	link.Parent().RemoveChild(link.Parent(), link)
}
