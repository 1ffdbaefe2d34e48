package pages

import (
	_ "embed"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/grading"
)

//go:embed teacher.html
var teacherHTML string

//go:embed teacher.css
var teacherCSS string

//go:embed teacher.js
var teacherJS string

// A Teacher is what the page of a class is drawn from, for one assignment.
type Teacher struct {
	// Assignment is its id, and Title what it is called.
	Assignment, Title string
	Submissions       []Submission
	// Missing are the names of those who have handed in nothing.
	Missing []string
	Judged  time.Time
}

// A Submission is one of a class.
type Submission struct {
	ID, Name string
	// Report leads to its own page.
	Report  string
	Late    bool
	Problem string // why it could not be judged, or nothing
	Result  grading.Result
	Seconds float64
	Remarks []string
}

// WriteTeacher writes the page of a class.
func WriteTeacher(w io.Writer, t Teacher) error {
	page, err := parse(teacherHTML)
	if err != nil {
		return err
	}
	return page.Execute(w, teacherPage(t))
}

// Suites tells by which chatspec the class was judged.
func (v teacherView) Suites() []string {
	var results []grading.Result
	for _, s := range v.Teacher.Submissions {
		results = append(results, s.Result)
	}
	return grading.Suites(results)
}

// What the template of a teacher's page is given.
type (
	teacherView struct {
		look
		Teacher  Teacher
		Judged   int
		Problems []Submission
		Late     []Submission
		Conform  int
		Possible float64
		Median   string
		Mean     string
		Bars     []bar
		MedianX  float64
		Spread   string // the bars, in words
		Items    []itemView
		Groups   []group
		Columns  []column
		Rows     []matrixRow
		Ranking  []ranked
		Unsteady []unsteadyView
		Slowest  []slow
	}

	bar struct {
		X, Y, Middle, Label, Right float64
		Count                      int
	}

	itemView struct {
		Title, Mean, Possible string
		Share                 int // in hundredths
		Width                 int
	}

	// A group is some columns below one heading.
	group struct {
		Title  string
		Span   int
		Beyond bool
	}

	column struct {
		grading.Rule
		Short  string
		Class  string
		Failed int
	}

	matrixRow struct {
		N       int
		ID      string
		Report  string
		Late    bool
		Points  string
		Seconds string
		Problem string
		Cells   []matrixCell
	}

	matrixCell struct{ Class, Sign, To string }

	// A ranked is a rule that some have failed, and how.
	ranked struct {
		Rule               grading.Rule
		Failed             int
		Width              int
		Expected, Hint     string
		Beyond             bool
		Observed           []observed
		firstOfTheFindings bool
	}

	observed struct {
		Text string
		Who  []finder
		// Blocked is set where it was not judged.
		Blocked bool
	}

	finder struct{ At, ID, Report string }

	unsteadyView struct {
		N        int
		ID       string
		Rule     string
		Verdicts string
		Words    string
		Observed string
		Counted  grading.Verdict
	}

	slow struct {
		ID, Seconds string
		Width       int
	}
)

func teacherPage(t Teacher) teacherView {
	t.Submissions, t.Missing = slices.Clone(t.Submissions), slices.Clone(t.Missing)
	for i := range t.Submissions {
		t.Submissions[i].ID = grading.Visible(t.Submissions[i].ID)
	}
	for i := range t.Missing {
		t.Missing[i] = grading.Visible(t.Missing[i])
	}
	view := teacherView{look: lookOf(teacherJS, teacherCSS), Teacher: t}
	var earned []float64
	for _, s := range t.Submissions {
		if s.Late {
			view.Late = append(view.Late, s)
		}
		if s.Problem != "" {
			view.Problems = append(view.Problems, s)
			continue
		}
		view.Judged++
		if s.Result.Verdict == grading.Conformant {
			view.Conform++
		}
		earned = append(earned, s.Result.Score.Earned)
		view.Possible = max(view.Possible, s.Result.Score.Possible)
	}
	view.distribute(earned)
	view.Items = meansOf(t.Submissions)
	view.Columns, view.Groups = columnsOf(t.Submissions)
	for n, s := range t.Submissions {
		view.Rows = append(view.Rows, rowOf(n, s, view.Columns))
		for _, u := range s.Result.Unsteady {
			view.Unsteady = append(view.Unsteady, unsteadyOf(n, s, u))
		}
	}
	view.Ranking = ranking(t.Submissions, view.Columns)
	view.Slowest = slowest(t.Submissions)
	return view
}

// The histogram's measures: its bars, their width, and where it begins and ends, in units.
const (
	barCount = 16
	barStep  = 32.5
	barLeft  = 22.5
	barsBase = 150.0
	barsHigh = 106.0
)

// distribute counts how many have how many points.
func (v *teacherView) distribute(earned []float64) {
	if len(earned) == 0 || v.Possible == 0 {
		return
	}
	slices.Sort(earned)
	sum, counts, most := 0.0, make([]int, barCount), 0
	for _, points := range earned {
		sum += points
		i := min(barCount-1, int(points/v.Possible*barCount))
		counts[i]++
		most = max(most, counts[i])
	}
	median := earned[len(earned)/2]
	if len(earned)%2 == 0 {
		median = (earned[len(earned)/2-1] + median) / 2
	}
	v.Median, v.Mean = points(median), points(sum/float64(len(earned)))
	v.MedianX = barLeft + median/v.Possible*barCount*barStep
	var words []string
	for i, count := range counts {
		x := barLeft + float64(i)*barStep
		v.Bars = append(v.Bars, bar{X: x, Right: x + barStep - 5, Middle: x + barStep/2 - 2.5, Y: barsBase - barsHigh*float64(count)/float64(most), Label: barsBase - barsHigh*float64(count)/float64(most) - 6, Count: count})
		if count > 0 {
			words = append(words, fmt.Sprintf("from %s points on: %d", points(float64(i)*v.Possible/barCount), count))
		}
	}
	v.Spread = strings.Join(words, "; ") + ". Median " + v.Median + "."
}

// meansOf are the means of the points of each item, over those that were judged in it.
func meansOf(submissions []Submission) []itemView {
	var titles []string
	sums := map[string][3]float64{} // earned, possible, how many
	for _, s := range submissions {
		for _, item := range s.Result.Score.Items {
			if !slices.Contains(titles, item.Title) {
				titles = append(titles, item.Title)
			}
			if item.Possible > 0 {
				sum := sums[item.Title]
				sums[item.Title] = [3]float64{sum[0] + item.Earned, sum[1] + item.Possible, sum[2] + 1}
			}
		}
	}
	var items []itemView
	for _, title := range titles {
		sum := sums[title]
		if sum[2] == 0 {
			continue
		}
		share := sum[0] / sum[1]
		items = append(items, itemView{
			Title: title, Mean: points(sum[0] / sum[2]), Possible: points(sum[1] / sum[2]),
			Share: int(math.Round(100 * share)), Width: int(math.Round(110 * share)),
		})
	}
	return items
}

// columnsOf are the rules that were judged, those beyond the text last in each part.
func columnsOf(submissions []Submission) (columns []column, groups []group) {
	var features []grading.Feature
	rules := map[string][]grading.Rule{} // by the feature's path
	for _, s := range submissions {
		for _, f := range s.Result.Features {
			if !slices.ContainsFunc(features, func(known grading.Feature) bool { return known.Path == f.Path }) {
				features = append(features, f)
			}
		}
		for _, rule := range s.Result.Rules {
			if !slices.ContainsFunc(rules[rule.Feature], func(known grading.Rule) bool { return known.ID == rule.ID }) {
				rules[rule.Feature] = append(rules[rule.Feature], rule)
			}
		}
	}
	slices.SortFunc(features, func(a, b grading.Feature) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range features {
		of := rules[f.Path]
		slices.SortStableFunc(of, func(a, b grading.Rule) int { return a.Line - b.Line })
		for _, beyond := range []bool{false, true} {
			before := len(columns)
			for _, rule := range of {
				if isBeyond(rule) != beyond {
					continue
				}
				c := column{Rule: rule, Failed: failedBy(submissions, rule.ID)}
				_, c.Short, _ = strings.Cut(rule.ID, ".")
				if beyond {
					c.Class = "x"
				} else if len(columns) == before {
					c.Class = "g0"
				}
				columns = append(columns, c)
			}
			if n := len(columns) - before; n > 0 {
				groups = append(groups, group{f.Title, n, beyond})
			}
		}
	}
	return columns, groups
}

func isBeyond(rule grading.Rule) bool { return rule.Level == string(features.Robust) }

// ruleOf is a submission's verdict on a rule.
func ruleOf(s Submission, id string) (grading.Rule, bool) {
	i := slices.IndexFunc(s.Result.Rules, func(r grading.Rule) bool { return r.ID == id })
	if i < 0 {
		return grading.Rule{}, false
	}
	return s.Result.Rules[i], true
}

func failedBy(submissions []Submission, id string) int {
	count := 0
	for _, s := range submissions {
		if rule, ok := ruleOf(s, id); ok && rule.Verdict == grading.Failed {
			count++
		}
	}
	return count
}

func rowOf(n int, s Submission, columns []column) matrixRow {
	row := matrixRow{N: n, ID: s.ID, Report: s.Report, Late: s.Late, Problem: s.Problem}
	if s.Problem != "" {
		return row
	}
	row.Points, row.Seconds = points(s.Result.Score.Earned), fmt.Sprintf("%.0f", s.Seconds)
	for _, c := range columns {
		row.Cells = append(row.Cells, matrixCellOf(n, s, c))
	}
	return row
}

func matrixCellOf(n int, s Submission, c column) matrixCell {
	rule, ok := ruleOf(s, c.ID)
	cell := matrixCell{Class: c.Class, Sign: "·"}
	if !ok {
		return cell
	}
	cell.Sign = signOf(rule.Verdict)
	letter := classOf(rule.Verdict)
	cell.To = finding(n, rule.ID)
	switch {
	case isUnsteady(s.Result, rule.ID):
		cell.Sign, letter, cell.To = "≈", "s", fmt.Sprintf("u%d-%s", n, rule.ID)
	case rule.Verdict == grading.Failed && isBeyond(rule):
		cell.Sign, letter = "△", "r"
	case rule.Verdict == grading.Passed:
		letter, cell.To = "", ""
	case rule.Verdict == grading.Unverified:
		cell.To = "c" + rule.ID
	}
	cell.Class = strings.TrimSpace(cell.Class + " " + letter)
	return cell
}

// finding is the id of what was found in a submission of a rule.
func finding(n int, rule string) string { return fmt.Sprintf("f%d-%s", n, rule) }

func isUnsteady(r grading.Result, id string) bool {
	return slices.ContainsFunc(r.Unsteady, func(u grading.Unsteady) bool { return u.Rule == id })
}

func unsteadyOf(n int, s Submission, u grading.Unsteady) unsteadyView {
	view := unsteadyView{N: n, ID: s.ID, Rule: u.Rule, Counted: u.Counted}
	for _, verdict := range u.Verdicts {
		view.Verdicts += signOf(verdict)
	}
	view.Words = wordsOf(u.Verdicts)
	if u.Failure != nil {
		view.Observed = u.Failure.Observed
	}
	return view
}

// ranking lists the rules by how many have failed them, with what was seen; equal observations stand together.
func ranking(submissions []Submission, columns []column) []ranked {
	var all []ranked
	most := 1
	for _, c := range columns {
		r := ranked{Rule: c.Rule, Failed: c.Failed, Beyond: isBeyond(c.Rule)}
		most = max(most, c.Failed)
		for n, s := range submissions {
			rule, ok := ruleOf(s, c.ID)
			if ok && (rule.Verdict == grading.Failed || rule.Verdict == grading.Blocked) {
				r.add(n, s, rule)
			}
		}
		if len(r.Observed) > 0 {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		if a.Beyond != b.Beyond {
			return map[bool]int{false: -1, true: 1}[a.Beyond]
		}
		return b.Failed - a.Failed
	})
	for i := range all {
		all[i].Width = 120 * all[i].Failed / most
		slices.SortStableFunc(all[i].Observed, func(a, b observed) int { return len(b.Who) - len(a.Who) })
	}
	return all
}

// add adds what was seen of a submission.
func (r *ranked) add(n int, s Submission, rule grading.Rule) {
	i := slices.IndexFunc(rule.Scenarios, func(sc grading.Scenario) bool { return sc.Verdict == rule.Verdict && sc.Failure != nil })
	if i < 0 {
		return
	}
	failure := rule.Scenarios[i].Failure
	blocked := rule.Verdict == grading.Blocked
	if !blocked && !r.firstOfTheFindings {
		r.Expected, r.Hint, r.firstOfTheFindings = failure.Expected, failure.Hint, true
	}
	who := finder{At: finding(n, rule.ID), ID: s.ID, Report: s.Report + "#" + rule.ID}
	text := cut(failure.Observed, longestSeen)
	at := slices.IndexFunc(r.Observed, func(o observed) bool { return o.Text == text && o.Blocked == blocked })
	if at < 0 {
		r.Observed = append(r.Observed, observed{Text: text, Blocked: blocked})
		at = len(r.Observed) - 1
	}
	r.Observed[at].Who = append(r.Observed[at].Who, who)
}

// longestSeen bounds an observation on a class's page, in characters: the whole stands in the student's.
const longestSeen = 400

// slowest are the five that took longest.
func slowest(submissions []Submission) []slow {
	sorted := slices.Clone(submissions)
	slices.SortStableFunc(sorted, func(a, b Submission) int { return int(math.Copysign(1, b.Seconds-a.Seconds)) })
	var all []slow
	for _, s := range sorted[:min(5, len(sorted))] {
		if s.Seconds > 0 {
			all = append(all, slow{s.ID, fmt.Sprintf("%.0f", s.Seconds), int(150 * s.Seconds / sorted[0].Seconds)})
		}
	}
	return all
}
