// Package grading turns verdicts on scenarios into verdicts on rules, points
// and reports. It works from data alone.
package grading

import "slices"

// Schema names the version of the JSON that a run is reported in.
const Schema = "chatspec/1"

// A Verdict is what is said of a scenario or of a rule.
type Verdict string

// The verdicts.
const (
	Passed Verdict = "passed"
	Failed Verdict = "failed"
	// Blocked: something that it needs failed first.
	Blocked Verdict = "blocked"
	// Unverified: it cannot be seen here.
	Unverified Verdict = "unverified"
	// Skipped is said of steps alone: it was not reached.
	Skipped Verdict = "skipped"
)

// The verdicts on a whole target.
const (
	Conformant    = "conformant"
	Nonconformant = "nonconformant"
)

// An Outcome is what one scenario came to.
type Outcome struct {
	Assignment, Rule, Scenario string
	Verdict                    Verdict
	Seconds                    float64
	Steps                      []Step
	Failure                    *Failure
	// Events is all that happened in a scenario that passed, where that was asked for.
	Events []Event
	// Story is told where somebody asked for it, or nil.
	Story *Story
	// Pictures are of windows, where somebody asked for them.
	Pictures []Picture
}

// A Story is all that happened in a scenario, for who wants to see what a right run is like.
type Story struct {
	// Journal is a line for each thing that happened.
	Journal []string  `json:"journal"`
	Printed []Printed `json:"printed,omitempty"`
}

// A Printed is what a program has printed.
type Printed struct {
	// Program is the name by which the scenario knows it.
	Program string `json:"program"`
	// Error is set where it was to standard error.
	Error bool   `json:"error,omitempty"`
	Text  string `json:"text"`
}

// A Picture is of the windows of a program as they stood when the scenario ended.
type Picture struct {
	// Program is the name by which the scenario knows it.
	Program string `json:"program"`
	// File is where the picture is, as PNG.
	File string `json:"file"`
}

// A Step is what one sentence of a scenario came to. The one that ended the
// scenario has its verdict; those after it are Skipped.
type Step struct {
	Text    string  `json:"text"` // with its keyword
	Verdict Verdict `json:"verdict"`
	Seconds float64 `json:"seconds,omitempty"`
	// Line is where it stands in the feature's file, from 1.
	Line int `json:"line,omitempty"`
	// Until is when the last thing had happened at its end, in seconds since the
	// scenario began, where the events of scenarios that pass are kept.
	Until float64 `json:"until,omitempty"`
}

// A Failure says what went wrong in a scenario, or why it was not judged.
type Failure struct {
	Step     string `json:"step"`
	Expected string `json:"expected"`
	Observed string `json:"observed"`
	// Hint is the rule's, after that for what else was seen: an error that has ended a program.
	Hint string `json:"hint"`
	// Journal are the last things that happened.
	Journal []string `json:"journal,omitempty"`
	// Events is all that happened, from the start; where that is much, what
	// was left out in the middle is said in one event of the kind "noted".
	Events []Event `json:"events,omitempty"`
	// Stderr is what the programs wrote to standard error, the last of it.
	Stderr string `json:"stderr,omitempty"`
}

// An Event is one thing that happened in a scenario.
type Event struct {
	// At is when, in seconds since the scenario began.
	At   float64 `json:"at"`
	From string  `json:"from,omitempty"`
	To   string  `json:"to,omitempty"`
	// Kind is a journal's: "typed", "shown", "connected", "sent" and so on.
	Kind string `json:"kind"`
	// Connection numbers the connection, from 1.
	Connection int    `json:"connection,omitempty"`
	Text       string `json:"text,omitempty"`
	// Size is the length of the text in bytes, where it was cut.
	Size int `json:"size,omitempty"`
}

// A Result is a run of one assignment against one target.
type Result struct {
	Schema     string `json:"schema"`
	Assignment string `json:"assignment"`
	Target     string `json:"target"`
	// Suite says by which chatspec it was judged.
	Suite Suite `json:"suite,omitzero"`
	// Mended says, in sentences, what was mended when the target was taken out of
	// its archive, and what was left out.
	Mended []string `json:"mended,omitempty"`
	// Isolation says where the programs lived: "host" is each on a host of its
	// own, "container" is the same by Docker, "none" on the machine itself.
	Isolation string `json:"isolation,omitempty"`
	// Unisolated says, in sentences, what was run on the machine itself, and why.
	Unisolated []string `json:"unisolated,omitempty"`
	// Seed is that by which names and texts of the scenarios were drawn; 0, where they were not.
	Seed     uint64    `json:"seed,omitempty"`
	Seconds  float64   `json:"seconds"`
	Verdict  string    `json:"verdict"`
	Programs []Program `json:"programs"`
	// Features are those that the rules stand in.
	Features     []Feature `json:"features,omitempty"`
	Rules        []Rule    `json:"rules"`
	Observations []string  `json:"observations"`
	Score        Score     `json:"score"`
	// Unsteady are the rules that did not fail each time that they were judged.
	Unsteady []Unsteady `json:"unsteady,omitempty"`
}

// An Unsteady is a rule that failed, and did not fail each time that it was judged again.
type Unsteady struct {
	Rule string `json:"rule"`
	// Verdicts are those of each time, the first among them.
	Verdicts []Verdict `json:"verdicts"`
	// Counted is what it counts as.
	Counted Verdict `json:"counted"`
	// Failure is what was seen when it failed, and Passed what happened when it did not.
	Failure *Failure `json:"failure,omitempty"`
	Passed  []Event  `json:"passed,omitempty"`
}

// A Program says how one program of the target was started.
type Program struct {
	Name    string   `json:"name"`
	Command []string `json:"command"`
	// Folder is where it stands in the submission; nothing, at its top.
	Folder string `json:"folder,omitempty"`
	// Why says why this interpreter was chosen, or what the program was made of.
	Why string `json:"why,omitempty"`
}

// A Feature is a file of rules.
type Feature struct {
	Path  string `json:"path"`
	Title string `json:"title"`
	Line  int    `json:"line"` // of its title, from 1
}

// A Rule is the verdict on one rule.
type Rule struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Level   string  `json:"level"`
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why"`
	// Hidden is set where the rubric keeps the rule back: it counts, and a student is
	// not told what it is.
	Hidden bool `json:"hidden,omitempty"`
	// HiddenUntil is the day from which on it is told, as in "2026-06-01", if there is one.
	HiddenUntil string `json:"hidden_until,omitempty"`
	// Needs are the rules without which this one cannot be judged.
	Needs []string `json:"needs"`
	// Source is the text that it is from.
	Source string `json:"source,omitempty"`
	// Feature is the path of the feature that it stands in, at Line.
	Feature   string     `json:"feature,omitempty"`
	Line      int        `json:"line,omitempty"`
	Scenarios []Scenario `json:"scenarios"`
}

// A Scenario is the verdict on one scenario.
type Scenario struct {
	Name    string   `json:"name"`
	Verdict Verdict  `json:"verdict"`
	Seconds float64  `json:"seconds"`
	Line    int      `json:"line,omitempty"`
	Failure *Failure `json:"failure,omitempty"`
	Steps   []Step   `json:"steps"`
	// Events is all that happened where it passed, if that was asked for.
	Events []Event `json:"events,omitempty"`
	// Story is all that happened, where somebody asked for it.
	Story *Story `json:"story,omitempty"`
	// Pictures are of windows, where somebody asked for them.
	Pictures []Picture `json:"pictures,omitempty"`
}

// A Score is the points that a target has earned.
type Score struct {
	// Source says where the points come from, if the assignment has a rubric.
	Source   string  `json:"source,omitempty"`
	Earned   float64 `json:"earned"`
	Possible float64 `json:"possible"`
	Items    []Item  `json:"items"`
}

// An Item is one line of a score sheet.
type Item struct {
	Title    string   `json:"title"`
	Earned   float64  `json:"earned"`
	Possible float64  `json:"possible"`
	Rules    []string `json:"rules"`
	// Note says what of the item was not judged.
	Note string `json:"note,omitempty"`
}

// Light is a result without what happened in its scenarios: what a class is counted by.
func (r Result) Light() Result {
	r.Rules = slices.Clone(r.Rules)
	for i := range r.Rules {
		rule := &r.Rules[i]
		rule.Scenarios = slices.Clone(rule.Scenarios)
		for j := range rule.Scenarios {
			s := &rule.Scenarios[j]
			s.Steps, s.Events = nil, nil
			s.Failure = s.Failure.light()
		}
	}
	r.Unsteady = slices.Clone(r.Unsteady)
	for i := range r.Unsteady {
		r.Unsteady[i].Passed, r.Unsteady[i].Failure = nil, r.Unsteady[i].Failure.light()
	}
	return r
}

func (f *Failure) light() *Failure {
	if f == nil {
		return nil
	}
	return &Failure{Step: f.Step, Expected: f.Expected, Observed: f.Observed, Hint: f.Hint}
}
