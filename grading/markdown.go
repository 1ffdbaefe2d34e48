package grading

import (
	"fmt"
	"html"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/chatspec/chatspec/features"
)

// maxMarkdown bounds a summary, in bytes: GitHub takes a MiB for a step.
const maxMarkdown = 1 << 20

// WriteMarkdown writes results as Markdown, as GitHub and GitLab show it: the points, and what failed. What a
// program has said stands in elements of HTML, escaped: no Markdown is read there.
func WriteMarkdown(w io.Writer, results []Result) error {
	var text strings.Builder
	for _, result := range results {
		markdownResult(&text, result)
	}
	for _, suite := range Suites(results) {
		fmt.Fprintf(&text, "<sub>%s</sub>\n", cell(suite))
	}
	_, err := io.WriteString(w, cutMarkdown(text.String()))
	return err
}

func cutMarkdown(text string) string {
	const end = "\n\nThe rest is left out: it is too long.\n"
	if len(text) <= maxMarkdown {
		return text
	}
	text = text[:maxMarkdown-len(end)]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text[:max(0, strings.LastIndex(text, "\n\n"))] + end
}

func markdownResult(w *strings.Builder, result Result) {
	fmt.Fprintf(w, "## %s %s: %s\n\n%s of %s points; rules passed: %s\n\n", sign(verdictSign(result)), result.Assignment, result.Verdict,
		points(result.Score.Earned), points(result.Score.Possible), counts(shownRules(result)))
	if all, open := hiddenRules(result); all > 0 {
		fmt.Fprintf(w, "Of %d rules that are not shown, %d did not pass.\n\n", all, open)
	}
	fmt.Fprint(w, "| item | points |\n|---|--:|\n")
	for _, item := range result.Score.Items {
		title := item.Title
		if item.Note != "" {
			title += " (" + item.Note + ")"
		}
		fmt.Fprintf(w, "| %s | %s of %s |\n", cell(title), points(item.Earned), points(item.Possible))
	}
	for _, demanded := range []bool{true, false} {
		for _, rule := range shownRules(result) {
			if rule.Verdict == Failed && (rule.Level != string(features.Robust)) == demanded {
				markdownRule(w, rule)
			}
		}
	}
	for _, verdict := range []Verdict{Blocked, Unverified} {
		var ids []string
		for _, rule := range shownRules(result) {
			if rule.Verdict == verdict {
				ids = append(ids, rule.ID)
			}
		}
		if len(ids) > 0 {
			fmt.Fprintf(w, "\n%s: %s\n", verdict, strings.Join(ids, ", "))
		}
	}
	markdownList(w, "Mended in the archive", result.Mended)
	markdownList(w, "Not isolated", result.Unisolated)
	markdownList(w, "Chosen where the assignment leaves it open", result.Observations)
	w.WriteString("\n")
}

func markdownList(w *strings.Builder, title string, list []string) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n\n", title)
	for _, what := range list {
		fmt.Fprintf(w, "- %s\n", cell(what))
	}
}

// verdictSign is the verdict whose sign a result has.
func verdictSign(result Result) Verdict {
	if result.Verdict == Conformant {
		return Passed
	}
	return Failed
}

// points writes points: with a decimal where they have one.
func points(number float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", number), ".0") }

// cell is a text in which nothing is Markdown, in one line.
func cell(text string) string {
	return strings.NewReplacer("\n", "<br>", "|", "&#124;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;", "~", "&#126;", "@", "&#64;", "\\", "&#92;", "://", ":&#47;&#47;").
		Replace(html.EscapeString(Visible(text)))
}

// preformatted is a text as it is, below a title that unfolds it.
func preformatted(title, text string) string {
	if text == "" {
		return ""
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.NewReplacer("@", "&#64;", "://", ":&#47;&#47;").Replace(html.EscapeString(Visible(line)))
		if strings.TrimSpace(line) == "" {
			line = "&#8203;" // an empty line would end the element for a reader of Markdown
		}
		lines = append(lines, line)
	}
	return fmt.Sprintf("<details><summary>%s</summary><pre>%s</pre></details>\n", title, strings.Join(lines, "\n"))
}

func markdownRule(w *strings.Builder, rule Rule) {
	fmt.Fprintf(w, "\n### %s %s %s\n\n", sign(rule.Verdict), rule.ID, cell(titleOf(rule)))
	for _, scenario := range rule.Scenarios {
		if scenario.Verdict != Failed {
			continue
		}
		failure := scenario.failure()
		fmt.Fprintf(w, "<dl><dt>Scenario</dt><dd>%s</dd><dt>Step</dt><dd>%s</dd><dt>Expected</dt><dd>%s</dd><dt>Observed</dt><dd>%s</dd><dt>Hint</dt><dd>%s</dd></dl>\n",
			cell(scenario.Name), cell(failure.Step), cell(failure.Expected), cell(failure.Observed), cell(failure.Hint))
		w.WriteString(preformatted("What happened last", strings.Join(failure.Journal, "\n")))
		w.WriteString(preformatted("What it wrote to standard error", failure.Stderr))
	}
}

// maxAnnotations is how many annotations GitHub shows of a step.
const maxAnnotations = 10

// WriteGitHub writes results as annotations of GitHub Actions: a warning of what was not isolated, an error or a warning
// for each rule that failed, and a notice that sums up.
func WriteGitHub(w io.Writer, results []Result) error {
	var text strings.Builder
	left := maxAnnotations - len(results)
	for _, result := range results {
		if len(result.Unisolated) > 0 {
			left--
			annotate(&text, "warning", "Not isolated: "+result.Assignment, strings.Join(result.Unisolated, "\n"))
		}
		for _, rule := range shownRules(result) {
			if rule.Verdict != Failed || rule.Level == string(features.Robust) || left <= 0 {
				continue
			}
			left--
			annotate(&text, annotationOf(rule), rule.ID+" "+titleOf(rule), tellBriefly(rule))
		}
		annotate(&text, "notice", result.Assignment+": "+result.Verdict, fmt.Sprintf("%s of %s points; rules passed: %s",
			points(result.Score.Earned), points(result.Score.Possible), counts(shownRules(result))))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// annotationOf is an error for what the text demands, and a warning for what it implies.
func annotationOf(rule Rule) string {
	if rule.Level == string(features.Must) {
		return "error"
	}
	return "warning"
}

// tellBriefly says of a rule what was expected, what was observed, and a hint.
func tellBriefly(rule Rule) string {
	for _, scenario := range rule.Scenarios {
		if scenario.Verdict == Failed {
			failure := scenario.failure()
			return fmt.Sprintf("expected: %s\nobserved: %s\nhint: %s", failure.Expected, failure.Observed, failure.Hint)
		}
	}
	return ""
}

// annotate writes a workflow command of GitHub Actions, in which some characters are written as in an address.
func annotate(w *strings.Builder, kind, title, text string) {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	fmt.Fprintf(w, "::%s title=%s::%s\n", kind, property.Replace(Visible(title)), data.Replace(Visible(text)))
}
