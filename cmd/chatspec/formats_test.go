package main_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading"
)

// testsuites is JUnit XML as its readers take it.
type testsuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Counts
	Suites []struct {
		Name string `xml:"name,attr"`
		Counts
		Cases []testcase `xml:"testcase"`
	} `xml:"testsuite"`
}

// Counts are the sums that stand in the XML.
type Counts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

type testcase struct {
	Name    string   `xml:"name,attr"`
	Class   string   `xml:"classname,attr"`
	Time    float64  `xml:"time,attr"`
	Failure []remark `xml:"failure"`
	Error   []remark `xml:"error"`
	Skipped []remark `xml:"skipped"`
	Output  string   `xml:"system-out"`
}

type remark struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// count counts the cases as readers do: by what stands in each.
func count(cases []testcase) Counts {
	var c Counts
	for _, one := range cases {
		c.Tests++
		c.Failures += len(one.Failure)
		c.Errors += len(one.Error)
		c.Skipped += len(one.Skipped)
	}
	return c
}

// cucumber is Cucumber's JSON, with the fields that its readers use.
type cucumber []struct {
	URI      string       `json:"uri"`
	ID       string       `json:"id"`
	Keyword  string       `json:"keyword"`
	Name     string       `json:"name"`
	Line     int          `json:"line"`
	Tags     cucumberTags `json:"tags"`
	Elements []struct {
		ID      string         `json:"id"`
		Keyword string         `json:"keyword"`
		Name    string         `json:"name"`
		Line    int            `json:"line"`
		Type    string         `json:"type"`
		Tags    cucumberTags   `json:"tags"`
		Steps   []cucumberStep `json:"steps"`
	} `json:"elements"`
}

type cucumberTags []struct {
	Name string `json:"name"`
}

type cucumberStep struct {
	Keyword string `json:"keyword"`
	Name    string `json:"name"`
	Line    int    `json:"line"`
	Match   struct {
		Location string `json:"location"`
	} `json:"match"`
	Result struct {
		Status   string `json:"status"`
		Duration int64  `json:"duration"`
		Error    string `json:"error_message"`
	} `json:"result"`
	Embeddings []struct {
		Data     []byte `json:"data"`
		MimeType string `json:"mime_type"`
	} `json:"embeddings"`
}

// TestReportsForMachines runs a chat on which rules pass, fail and are blocked,
// and reads the reports of the one run.
func TestReportsForMachines(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	// It ends after its first line.
	program := wrong(t, "        seq += 1\n", "        seq += 1\n        break\n")
	dir := folder(t, map[string]string{"chat.py": program})
	file := func(name string) string { return filepath.Join(dir, "reports."+name) }
	got := chatspec(t, call{args: []string{
		"run", dir, "--tags", "@PEER-1.1,@PEER-3.1,@PEER-3.2",
		"--format", "json:" + file("json"), "--format", "junit:" + file("xml"), "--format", "cucumber:" + file("cucumber"), "--format", "pretty:" + file("txt"),
	}})
	if got.status != 1 || got.stdout != "" || got.stderr != "" {
		t.Fatalf("it ends with %d, prints %q and says %q", got.status, got.stdout, got.stderr)
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(file(name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	result := results(t, string(read("json")))[0]
	passed, failed, blocked := scenarios(result, grading.Passed), scenarios(result, grading.Failed), scenarios(result, grading.Blocked)
	if len(passed) == 0 || len(failed) == 0 || len(blocked) == 0 {
		t.Fatalf("passed %q, failed %q, blocked %q: the reports are of little use", passed, failed, blocked)
	}
	t.Run("JSON", func(t *testing.T) { checkContract(t, read("json")) })
	t.Run("steps and events", func(t *testing.T) { checkStepsAndEvents(t, result) })
	t.Run("JUnit", func(t *testing.T) { checkJUnit(t, read("xml"), passed, failed, blocked) })
	t.Run("JUnit, read in Python", func(t *testing.T) { checkJUnitInPython(t, file("xml"), len(passed), len(failed), len(blocked)) })
	t.Run("Cucumber", func(t *testing.T) { checkCucumber(t, read("cucumber"), passed, failed, blocked) })
	t.Run("pretty", func(t *testing.T) {
		if text := string(read("txt")); !strings.HasPrefix(text, "tcp-peer · "+dir+"\n") || strings.Contains(text, "\x1b") {
			t.Errorf("it is\n%s", text)
		}
	})
}

// scenarios names those of a verdict, with their rules.
func scenarios(result grading.Result, verdict grading.Verdict) []string {
	var names []string
	for _, rule := range result.Rules {
		for _, scenario := range rule.Scenarios {
			if scenario.Verdict == verdict {
				names = append(names, rule.ID+" "+rule.Title+" · "+scenario.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// checkStepsAndEvents wants each scenario to say what its steps came to, and each
// that did not pass to tell all that happened from its start.
func checkStepsAndEvents(t *testing.T, result grading.Result) {
	t.Helper()
	for _, rule := range result.Rules {
		for _, scenario := range rule.Scenarios {
			ended := len(scenario.Steps)
			for i, step := range scenario.Steps {
				want := grading.Passed
				switch {
				case step.Verdict == scenario.Verdict && scenario.Verdict != grading.Passed && ended == len(scenario.Steps):
					ended, want = i, scenario.Verdict
				case i > ended:
					want = grading.Skipped
				}
				if step.Verdict != want || step.Line == 0 || (step.Verdict == grading.Skipped) != (step.Seconds == 0) {
					t.Errorf("%s, %s, is %s; step %d is %+v", rule.ID, scenario.Name, scenario.Verdict, i, step)
				}
			}
			if scenario.Verdict == grading.Passed {
				continue
			}
			if ended == len(scenario.Steps) || !strings.HasSuffix(scenario.Steps[ended].Text, " "+scenario.Failure.Step) {
				t.Errorf("%s, %s, ended at %q: %+v", rule.ID, scenario.Name, scenario.Failure.Step, scenario.Steps)
			}
			if events := scenario.Failure.Events; len(events) < 3 || events[0].Kind != "started" || events[0].From != "ann" {
				t.Errorf("%s, %s, tells of %+v", rule.ID, scenario.Name, events)
			}
		}
	}
}

// checkContract looks for the names of the schema chatspec/1.
func checkContract(t *testing.T, data []byte) {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal(data, &object); err != nil {
		t.Fatal(err)
	}
	for path, names := range map[string][]string{
		"":                        {"schema", "assignment", "target", "seconds", "verdict", "programs", "rules", "observations", "score"},
		"programs":                {"name", "command"},
		"rules":                   {"id", "title", "level", "verdict", "why", "needs", "scenarios"},
		"rules.scenarios":         {"name", "verdict", "seconds", "steps"},
		"rules.scenarios.steps":   {"text", "verdict"},
		"rules.scenarios.failure": {"step", "expected", "observed", "hint", "journal", "events"},

		"rules.scenarios.failure.events": {"at", "from", "kind"},
		"score":                          {"earned", "possible", "items"},
		"score.items":                    {"title", "earned", "possible", "rules"},
	} {
		found := at(object, path)
		if len(found) == 0 {
			t.Errorf("there is nothing at %q", path)
		}
		for _, one := range found {
			for _, name := range names {
				if _, ok := one[name]; !ok {
					t.Errorf("%q is missing at %q: %v", name, path, one)
				}
			}
		}
	}
}

// at lists the objects at a path, in all elements of lists.
func at(object map[string]any, path string) []map[string]any {
	found := []map[string]any{object}
	if path == "" {
		return found
	}
	for name := range strings.SplitSeq(path, ".") {
		var next []map[string]any
		for _, one := range found {
			switch value := one[name].(type) {
			case map[string]any:
				next = append(next, value)
			case []any:
				for _, element := range value {
					next = append(next, element.(map[string]any))
				}
			}
		}
		found = next
	}
	return found
}

func checkJUnit(t *testing.T, data []byte, passed, failed, blocked []string) {
	t.Helper()
	var report testsuites
	if err := xml.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	var all []testcase
	for _, suite := range report.Suites {
		if got := count(suite.Cases); got != suite.Counts {
			t.Errorf("the suite %q says %+v and has %+v", suite.Name, suite.Counts, got)
		}
		all = append(all, suite.Cases...)
	}
	if got := count(all); got != report.Counts || got.Tests != len(passed)+len(failed)+len(blocked) || got.Errors > 0 {
		t.Errorf("it says %+v and has %+v", report.Counts, got)
	}
	var seen [3][]string
	for _, one := range all {
		switch {
		case len(one.Failure) == 1 && len(one.Skipped) == 0:
			seen[1] = append(seen[1], one.Name)
			if !strings.Contains(one.Failure[0].Message, "expected: ") || !strings.Contains(one.Failure[0].Text, "What happened last:\n") {
				t.Errorf("a failure is %+v", one)
			}
		case len(one.Skipped) == 1 && len(one.Failure) == 0:
			seen[2] = append(seen[2], one.Name)
			if !strings.HasPrefix(one.Skipped[0].Message, "blocked: expected: ") || !strings.Contains(one.Output, "What happened last:\n") {
				t.Errorf("one that was blocked is %+v", one)
			}
		default:
			seen[0] = append(seen[0], one.Name)
		}
		if one.Class != "tcp-peer" || one.Time <= 0 {
			t.Errorf("a test is %+v", one)
		}
	}
	for i, want := range [][]string{passed, failed, blocked} {
		slices.Sort(seen[i])
		if !slices.Equal(seen[i], want) {
			t.Errorf("it shows %q, and the JSON %q", seen[i], want)
		}
	}
}

// junitReader reads JUnit XML by the rules of the readers of build servers: a
// test has errored, failed or been skipped by what stands in it, in this order.
const junitReader = `
import sys, xml.etree.ElementTree as tree
found = {"passed": 0, "failure": 0, "error": 0, "skipped": 0}
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites", root.tag
for case in root.iter("testcase"):
    float(case.get("time"))
    kinds = [kind for kind in ("error", "failure", "skipped") if case.find(kind) is not None]
    assert len(kinds) <= 1, (case.get("name"), kinds)
    found[kinds[0] if kinds else "passed"] += 1
for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
    assert int(root.get(attribute)) == found[kind], (attribute, root.get(attribute), found)
    assert sum(int(suite.get(attribute)) for suite in root) == found[kind], attribute
assert int(root.get("tests")) == sum(found.values())
print(found["passed"], found["failure"], found["error"], found["skipped"])
`

func checkJUnitInPython(t *testing.T, file string, passed, failed, blocked int) {
	t.Helper()
	out, err := exec.Command("python3", "-c", junitReader, file).CombinedOutput()
	want, _ := json.Marshal([]int{passed, failed, 0, blocked})
	got := "[" + strings.Join(strings.Fields(string(out)), ",") + "]"
	if err != nil || got != string(want) {
		t.Errorf("it is read as %s, and should be as %s (%v)", out, want, err)
	}
}

func checkCucumber(t *testing.T, data []byte, passed, failed, blocked []string) {
	t.Helper()
	var report cucumber
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&report); err != nil {
		t.Fatal(err)
	}
	var seen [3][]string
	for _, feature := range report {
		if !strings.HasPrefix(feature.URI, "tcp-peer/") || feature.ID == "" || feature.Keyword != "Feature" || feature.Name == "" || feature.Line == 0 || len(feature.Tags) == 0 {
			t.Errorf("a feature is %+v", feature)
		}
		for _, element := range feature.Elements {
			if element.ID == "" || element.Type != "scenario" || element.Keyword != "Scenario" || element.Name == "" || element.Line == 0 || len(element.Steps) == 0 {
				t.Errorf("a scenario is %+v", element)
			}
			rule, _ := catalogue(t).Rule(strings.TrimPrefix(element.Tags[2].Name, "@"))
			if element.Tags[0].Name != "@tcp-peer" || element.Tags[1].Name != "@"+string(rule.Level) {
				t.Errorf("a scenario has the tags %v", element.Tags)
			}
			ended := verdictOf(t, element.Steps)
			seen[ended] = append(seen[ended], rule.ID+" "+rule.Title+" · "+element.Name)
		}
	}
	for i, want := range [][]string{passed, failed, blocked} {
		slices.Sort(seen[i])
		if !slices.Equal(seen[i], want) {
			t.Errorf("it shows %q, and the JSON %q", seen[i], want)
		}
	}
}

// verdictOf is 0 where all steps passed, 1 where one failed, 2 where one blocked.
func verdictOf(t *testing.T, steps []cucumberStep) int {
	t.Helper()
	verdict := 0
	for _, step := range steps {
		if strings.TrimSpace(step.Keyword) == "" || step.Name == "" || step.Line == 0 || !strings.HasSuffix(step.Match.Location, ":"+strconv.Itoa(step.Line)) {
			t.Errorf("a step is %+v", step)
		}
		says, told := step.Result.Error, ""
		for _, embedding := range step.Embeddings {
			told += embedding.MimeType + ": " + string(embedding.Data)
		}
		switch {
		case step.Result.Status == "passed" && verdict == 0 && says+told == "":
		case step.Result.Status == "skipped" && verdict > 0 && says+told == "":
		case step.Result.Status == "failed" && verdict == 0 && strings.HasPrefix(says, "expected: "):
			verdict = 1
		case step.Result.Status == "skipped" && verdict == 0 && strings.HasPrefix(says, "blocked: expected: "):
			verdict = 2
		default:
			t.Errorf("a step is %+v", step)
		}
		if says != "" && (!strings.HasPrefix(told, "text/plain: Step ") || !strings.Contains(told, "What happened last:\n")) {
			t.Errorf("the step that ended the scenario tells %q", told)
		}
	}
	return verdict
}

func TestTheFormatProgressShowsALetterForEachScenario(t *testing.T) {
	t.Parallel()
	got := chatspec(t, call{args: []string{"run", "--format", "progress", "--tags", "@PEER-2.1,@PEER-3.5"}})
	if want := "......\ntcp-peer: conformant; rules passed: 2 of 2 must\n"; got.status != 0 || got.stdout != want {
		t.Errorf("it ends with %d and prints\n%s", got.status, got.stdout)
	}
}

func TestEachFormatCanGoToStandardOutput(t *testing.T) {
	t.Parallel()
	for format, begin := range map[string]string{
		"json": `{"schema":"chatspec/1",`, "junit": `<?xml version="1.0" encoding="UTF-8"?>`, "cucumber": "[\n", "pretty": "tcp-peer · reference\n", "progress": "...\n",
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			got := chatspec(t, call{args: []string{"run", "--format", format, "--tags", "@PEER-3.5"}})
			if got.status != 0 || got.stderr != "" || !strings.HasPrefix(got.stdout, begin) || strings.Contains(got.stdout, "\x1b") {
				t.Errorf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
			}
		})
	}
}
