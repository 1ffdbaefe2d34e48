package grading

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// A palette is how a report looks. On anything but a terminal, and where
// NO_COLOR is set, it adds nothing.
type palette struct {
	good, bad, dim, title lipgloss.Style
}

func newPalette(w io.Writer) palette {
	r := lipgloss.NewRenderer(w)
	return palette{
		good:  r.NewStyle().Foreground(lipgloss.Color("2")),
		bad:   r.NewStyle().Foreground(lipgloss.Color("1")),
		dim:   r.NewStyle().Faint(true),
		title: r.NewStyle().Bold(true),
	}
}

// WritePretty writes results for a person: a summary by rule, then the
// failures, those of demanded rules last, and the points, where a rubric gives them. At the end
// stands what counts: a line for each demanded rule that failed, and the verdict.
func WritePretty(w io.Writer, results []Result) error { return writePretty(w, results, false) }

// WriteVerbose writes what WritePretty does, and all that is known of failed rules that go
// beyond the text.
func WriteVerbose(w io.Writer, results []Result) error { return writePretty(w, results, true) }

// WriteFailed writes of what WritePretty does only what did not pass, and the verdict: for who looks at it again and again.
func WriteFailed(w io.Writer, results []Result) error {
	p := printer{palette: newPalette(w), out: &strings.Builder{}}
	for _, result := range results {
		p.unisolated(result)
		p.failures(result)
	}
	for _, result := range results {
		p.closing(result)
		p.conclusion(result)
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

func writePretty(w io.Writer, results []Result, verbose bool) error {
	p := printer{palette: newPalette(w), out: &strings.Builder{}, verbose: verbose}
	for _, result := range results {
		p.summary(result)
	}
	for _, result := range results {
		p.stories(result)
	}
	for _, result := range results {
		p.failures(result)
	}
	for _, result := range results {
		p.points(result)
	}
	for _, result := range results {
		p.closing(result)
	}
	for _, result := range results {
		p.conclusion(result)
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

// WriteProgress writes results for a person in a line for each assignment.
func WriteProgress(w io.Writer, results []Result) error {
	p := printer{palette: newPalette(w), out: &strings.Builder{}}
	for _, result := range results {
		p.conclusion(result)
		p.unisolated(result)
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

// A printer collects a report.
type printer struct {
	palette
	out     *strings.Builder
	verbose bool
}

func (p printer) line(format string, args ...any) {
	fmt.Fprintf(p.out, format+"\n", args...)
}

func (p printer) summary(result Result) {
	p.line("%s %s", p.title.Render(result.Assignment), p.dim.Render("· "+Printable(result.Target)))
	for _, program := range result.Programs {
		text := strings.Join(program.Command, " ")
		if program.Why != "" {
			text += " (" + program.Why + ")"
		}
		name := program.Name
		if program.Folder != "" {
			name += " in " + Printable(program.Folder)
		}
		p.line("  %s", p.dim.Render(name+": "+Printable(text)))
	}
	for _, what := range result.Mended {
		p.line("  %s", p.dim.Render("in its archive, "+Printable(what)))
	}
	p.unisolated(result)
	part := ""
	for _, rule := range result.Rules {
		if now, _, _ := strings.Cut(rule.ID, "."); now != part {
			part = now
			p.line("")
		}
		p.rule(rule)
	}
	if len(result.Observations) > 0 {
		p.line("")
		p.line("  Chosen where the assignment leaves it open:")
		for _, observation := range result.Observations {
			p.line("    %s", Printable(observation))
		}
	}
	p.line("")
}

// unisolated says what was run on the machine itself.
func (p printer) unisolated(result Result) {
	for _, what := range result.Unisolated {
		p.line("  %s", p.bad.Render("not isolated: "+Printable(what)))
	}
}

// idWidth is the width of the column of ids.
const idWidth = 12

func (p printer) rule(rule Rule) {
	text := fmt.Sprintf("%s %-*s %s", sign(rule.Verdict), idWidth, rule.ID, titleOf(rule))
	switch rule.Verdict {
	case Passed:
		p.line("  %s", p.good.Render(text))
	case Failed:
		p.line("  %s", p.bad.Render(text))
	default:
		p.line("  %s", p.dim.Render(text+": "+string(rule.Verdict)))
	}
}

// titleOf says of a rule that is not demanded that it is not.
func titleOf(rule Rule) string {
	if rule.Level == "must" {
		return rule.Title
	}
	return rule.Title + " (" + rule.Level + ")"
}

func sign(verdict Verdict) string {
	switch verdict {
	case Passed:
		return "✓"
	case Failed:
		return "✗"
	}
	return "–"
}

// failures writes why rules were not judged; then the rules that failed, the demanded ones
// last. Of those beyond the text it is short.
func (p printer) failures(result Result) {
	for _, verdict := range []Verdict{Blocked, Unverified} {
		p.notJudged(result, verdict)
	}
	for _, level := range []string{"robust", "should", "must"} {
		for _, rule := range result.Rules {
			switch {
			case rule.Verdict != Failed || rule.Level != level:
			case level == "robust" && !p.verbose:
				p.brief(rule)
			default:
				p.failure(rule)
			}
		}
	}
}

// brief writes a failed rule in two lines.
func (p printer) brief(rule Rule) {
	p.line("%s", p.bad.Render(fmt.Sprintf("✗ %s %s", rule.ID, titleOf(rule))))
	for _, scenario := range rule.Scenarios {
		if scenario.Verdict == Failed {
			p.line("  %-9s %s", "Observed", Printable(firstLine(scenario.Failure.Observed)))
			break
		}
	}
	p.line("")
}

// closing lists the demanded rules that failed once more, where there are several things
// above.
func (p printer) closing(result Result) {
	failed := slices.DeleteFunc(slices.Clone(result.Rules), func(r Rule) bool { return r.Verdict != Failed || r.Level != "must" })
	if len(failed) == 0 {
		return
	}
	p.line("Failed in %s:", result.Assignment)
	for _, rule := range failed {
		p.line("  %s", p.bad.Render(fmt.Sprintf("✗ %-*s %s", idWidth, rule.ID, rule.Title)))
	}
	p.line("")
}

// stories tells the scenarios that somebody asked for.
func (p printer) stories(result Result) {
	for _, rule := range result.Rules {
		for _, scenario := range rule.Scenarios {
			if scenario.Story != nil {
				p.story(rule, scenario)
			}
		}
	}
}

func (p printer) story(rule Rule, scenario Scenario) {
	p.line("%s %s: %s", p.title.Render(rule.ID), scenario.Name, scenario.Verdict)
	for _, step := range scenario.Steps {
		p.line("  %s %s", sign(step.Verdict), Printable(step.Text))
	}
	p.block("What happened", scenario.Story.Journal)
	for _, printed := range scenario.Story.Printed {
		where := "printed"
		if printed.Error {
			where = "wrote to standard error"
		}
		p.block("What "+printed.Program+" "+where, strings.Split(strings.TrimRight(printed.Text, "\n"), "\n"))
	}
	p.line("")
}

func (p printer) failure(rule Rule) {
	p.line("%s", p.bad.Render(fmt.Sprintf("✗ %s %s", rule.ID, titleOf(rule))))
	shown := false
	for _, scenario := range rule.Scenarios {
		switch {
		case scenario.Verdict != Failed:
			continue
		case shown:
			p.field("Also", scenario.Name+": "+firstLine(scenario.Failure.Observed))
			continue
		}
		shown = true
		p.detail(scenario)
	}
	p.line("")
}

func (p printer) detail(scenario Scenario) {
	failure := scenario.Failure
	p.field("Scenario", scenario.Name)
	p.field("Step", failure.Step)
	p.field("Expected", failure.Expected)
	p.field("Observed", failure.Observed)
	p.field("Hint", failure.Hint)
	for _, picture := range scenario.Pictures {
		p.field("Picture", picture.File)
	}
	p.block("What happened last", failure.Journal)
	if failure.Stderr != "" {
		p.block("What it wrote to standard error", strings.Split(failure.Stderr, "\n"))
	}
}

func (p printer) field(label, text string) {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = Printable(lines[i])
	}
	p.line("  %-9s %s", label, strings.Join(lines, "\n            "))
}

func (p printer) block(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.line("  %s:", title)
	for _, line := range lines {
		p.line("    %s", p.dim.Render(Printable(line)))
	}
}

// A reason is why a rule was not judged.
type reason struct{ expected, observed string }

// notJudged says, once for each reason, which rules were not judged.
func (p printer) notJudged(result Result, verdict Verdict) {
	var reasons []reason
	rules := map[reason][]string{}
	for _, rule := range result.Rules {
		if rule.Verdict != verdict {
			continue
		}
		why := reasonOf(rule, verdict)
		if rules[why] == nil {
			reasons = append(reasons, why)
		}
		rules[why] = append(rules[why], rule.ID)
	}
	for _, why := range reasons {
		p.line("– %s: %s", verdict, strings.Join(rules[why], ", "))
		if verdict == Unverified {
			p.field("Because", why.observed)
		} else {
			p.field("Expected", why.expected)
			p.field("Observed", why.observed)
		}
		p.line("")
	}
}

func reasonOf(rule Rule, verdict Verdict) reason {
	for _, scenario := range rule.Scenarios {
		if scenario.Verdict == verdict && scenario.Failure != nil {
			return reason{scenario.Failure.Expected, scenario.Failure.Observed}
		}
	}
	return reason{}
}

// points writes the score sheet of an assignment with a rubric.
func (p printer) points(result Result) {
	score := result.Score
	if score.Source == "" {
		return
	}
	lines := append(slices.Clone(score.Items), Item{Title: "in all", Earned: score.Earned, Possible: score.Possible})
	var earned, possible []float64
	for _, line := range lines {
		earned, possible = append(earned, line.Earned), append(possible, line.Possible)
	}
	earnedText, possibleText := column(earned), column(possible)
	p.line("%s %s", p.title.Render("Points for "+result.Assignment), p.dim.Render("· "+score.Source))
	for i, line := range lines {
		text := fmt.Sprintf("%s of %s  %s", earnedText[i], possibleText[i], line.Title)
		if line.Note != "" {
			text += " (" + line.Note + ")"
		}
		p.line("  %s", p.styleOf(line).Render(text))
	}
	p.line("")
}

func (p printer) styleOf(item Item) lipgloss.Style {
	switch {
	case item.Possible == 0:
		return p.dim
	case item.Earned == item.Possible:
		return p.good
	}
	return p.bad
}

// column writes numbers to stand below each other: to the right, and with a
// decimal where one of them has one.
func column(numbers []float64) []string {
	decimals, width := 0, 0
	for _, number := range numbers {
		if number != math.Trunc(number) {
			decimals = 1
		}
	}
	for _, number := range numbers {
		width = max(width, len(fmt.Sprintf("%.*f", decimals, number)))
	}
	var texts []string
	for _, number := range numbers {
		texts = append(texts, fmt.Sprintf("%*.*f", width, decimals, number))
	}
	return texts
}

func (p printer) conclusion(result Result) {
	style := p.good
	if result.Verdict != Conformant {
		style = p.bad
	}
	p.line("%s: %s; rules passed: %s", result.Assignment, style.Render(result.Verdict), counts(result.Rules))
}

// counts says, for each level, how many rules have passed.
func counts(rules []Rule) string {
	var parts []string
	for _, level := range []string{"must", "should", "robust"} {
		passed, all := 0, 0
		for _, rule := range rules {
			if rule.Level != level {
				continue
			}
			all++
			if rule.Verdict == Passed {
				passed++
			}
		}
		if all > 0 {
			parts = append(parts, fmt.Sprintf("%d of %d %s", passed, all, level))
		}
	}
	return strings.Join(parts, ", ")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
