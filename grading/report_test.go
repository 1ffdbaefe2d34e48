package grading_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/grading"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("it differs from %s (- wanted, + got); `go test -update` writes it anew:\n%s", file, diff)
	}
}

// results are two results in which everything happens that reports tell of.
func results() []grading.Result {
	start := grading.Failure{Step: `"ann" has started a chat`, Expected: "ann listens on 127.0.0.1:1", Observed: "it ended before it listened (exit status 1)", Hint: "its own hint"}
	other := start
	other.Step = `"bob" has started a chat`
	return complete([]grading.Result{{
		Schema: grading.Schema, Assignment: "talk", Target: "ann's homework", Seconds: 1.25, Verdict: grading.Nonconformant,
		Programs: []grading.Program{
			{Name: "chat", Command: []string{"/usr/bin/python3", "chat.py", "{name}"}, Why: "Python 3.11.2, because /one lacks zmq"},
			{Name: "server", Command: []string{"127.0.0.1:5000"}},
		},
		Rules: []grading.Rule{
			{ID: "TALK-1.1", Title: "It talks", Level: "must", Verdict: grading.Passed, Scenarios: []grading.Scenario{{Name: "Once", Verdict: grading.Passed, Seconds: 0.5}}},
			{ID: "TALK-1.2", Title: "It may <listen> & wait", Level: "robust", Verdict: grading.Failed, Scenarios: []grading.Scenario{
				{Name: "Once", Verdict: grading.Failed, Failure: &grading.Failure{Step: "s", Expected: "e", Observed: "o", Hint: "h"}},
			}},
			{ID: "TALK-1.3", Title: "It counts", Level: "must", Verdict: grading.Failed, Scenarios: []grading.Scenario{
				{Name: "Three messages", Verdict: grading.Passed, Seconds: 0.25},
				{Name: "Five messages", Verdict: grading.Failed, Seconds: 0.125, Failure: &grading.Failure{
					Step: `"bob" has received the numbers`, Expected: "the numbers 0, 1, 2", Observed: "they carry 1, 2, 3\nand more", Hint: "begin with 0.",
					Journal: []string{"  0.001s  ann starts: chat.py ann", `  0.200s  ann → bob: {"seq": 1}`},
					Events: []grading.Event{
						{At: 0.001, From: "ann", Kind: "started", Text: "chat.py ann"},
						{At: 0.1, From: "ann", To: "bob", Kind: "connected", Connection: 1},
						{At: 0.2, From: "ann", To: "bob", Kind: "sent", Connection: 1, Text: `{"seq": 1`, Size: 1200},
					},
					Stderr: "Traceback (most recent call last):\n  File \"chat.py\"\nKeyError: 'seq'",
				}},
				{Name: "Nine messages", Verdict: grading.Failed, Failure: &grading.Failure{Step: "s", Expected: "e", Observed: "they carry nothing\nat all", Hint: "begin with 0."}},
				{Name: "Blocked messages", Verdict: grading.Blocked, Failure: &start},
			}},
			{ID: "TALK-2.1", Title: "It starts", Level: "must", Verdict: grading.Blocked, Scenarios: []grading.Scenario{{Name: "Once", Verdict: grading.Blocked, Failure: &start}}},
			{ID: "TALK-2.2", Title: "It ends", Level: "should", Verdict: grading.Blocked, Scenarios: []grading.Scenario{{Name: "Once", Verdict: grading.Passed}, {Name: "Twice", Verdict: grading.Blocked, Failure: &other}}},
			{ID: "TALK-10.1", Title: "It is installed", Level: "must", Verdict: grading.Unverified, Scenarios: []grading.Scenario{{Name: "Once", Verdict: grading.Unverified, Failure: &grading.Failure{Step: "s", Expected: "it can be seen", Observed: "nobody can look there", Hint: "h"}}}},
		},
		Observations: []string{"chat ends each message with a newline", "chat echoes"},
		Score:        grading.Score{Earned: 1, Possible: 3, Items: []grading.Item{{Title: "Part 1", Earned: 1, Possible: 2, Rules: []string{"TALK-1.1", "TALK-1.3"}}, {Title: "Part 2", Possible: 1, Rules: []string{"TALK-2.1"}}}},
	}, {
		Schema: grading.Schema, Assignment: "walk", Target: "ann's homework", Verdict: grading.Conformant, Programs: []grading.Program{}, Observations: []string{},
		Rules: []grading.Rule{{ID: "WALK-1.1", Title: "It walks", Level: "must", Verdict: grading.Passed, Scenarios: []grading.Scenario{{Name: "Once", Verdict: grading.Passed}}}},
		Score: grading.Score{Earned: 1, Possible: 1, Items: []grading.Item{{Title: "Part 1", Earned: 1, Possible: 1, Rules: []string{"WALK-1.1"}}}},
	}})
}

// complete adds what every result says of its rules and scenarios.
func complete(all []grading.Result) []grading.Result {
	for i := range all {
		result := &all[i]
		feature := grading.Feature{Path: result.Assignment + "/1.feature", Title: "To " + result.Assignment, Line: 2}
		result.Features = []grading.Feature{feature}
		for j := range result.Rules {
			rule := &result.Rules[j]
			rule.Why, rule.Needs, rule.Source, rule.Feature, rule.Line = "it must.", []string{}, "the text, part 1", feature.Path, 6+10*j
			if j > 0 {
				rule.Needs = []string{result.Rules[0].ID}
			}
			for k := range rule.Scenarios {
				rule.Scenarios[k].Steps, rule.Scenarios[k].Line = stepsTo(rule.Scenarios[k].Verdict), rule.Line+k+1
			}
		}
	}
	return all
}

// write writes the results in one form.
func write(t *testing.T, form func(io.Writer, []grading.Result) error, all []grading.Result) string {
	t.Helper()
	var out bytes.Buffer
	if err := form(&out, all); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTheJSONHoldsAResultALine(t *testing.T) {
	got := write(t, grading.WriteJSON, results())
	golden(t, "results.json", got)
	if lines := strings.Count(got, "\n"); lines != 2 {
		t.Errorf("it has %d lines", lines)
	}
	var back []grading.Result
	for dec := json.NewDecoder(strings.NewReader(got)); dec.More(); {
		var result grading.Result
		if err := dec.Decode(&result); err != nil {
			t.Fatal(err)
		}
		back = append(back, result)
	}
	if diff := cmp.Diff(results(), back); diff != "" {
		t.Errorf("what is read differs from what was written:\n%s", diff)
	}
}

// contract is the example by which the schema chatspec/1 was fixed.
const contract = `{"schema": "chatspec/1", "assignment": "zmq", "target": "…", "seconds": 1.2, "verdict": "conformant",
 "programs": [{"name": "post_server", "command": ["…"]}],
 "rules": [{"id": "ZMQ-4.3", "title": "…", "level": "must", "verdict": "passed", "why": "…", "needs": ["ZMQ-4.2"],
            "scenarios": [{"name": "…", "verdict": "passed", "seconds": 0.03,
                           "failure": {"step": "…", "expected": "…", "observed": "…", "hint": "…", "journal": ["…"],
                                       "events": [{"at": 0.05, "from": "ann", "to": "bob", "kind": "sent", "connection": 1, "text": "…"}]},
                           "steps": [{"text": "Given …", "verdict": "passed"}]}]}],
 "observations": ["echoes a message to its sender"],
 "score": {"earned": 75, "possible": 80, "items": [{"title": "…", "earned": 5, "possible": 5, "rules": ["…"]}]}}`

func TestTheNamesOfTheContractAreKept(t *testing.T) {
	dec := json.NewDecoder(strings.NewReader(contract))
	dec.DisallowUnknownFields()
	var result grading.Result
	if err := dec.Decode(&result); err != nil {
		t.Fatal(err)
	}
	got := write(t, grading.WriteJSON, []grading.Result{result})
	var want, have any
	if err := errors.Join(json.Unmarshal([]byte(contract), &want), json.Unmarshal([]byte(got), &have)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("it differs from the contract (- contract, + written):\n%s", diff)
	}
}

func TestThePrettyReport(t *testing.T) {
	golden(t, "pretty.txt", write(t, grading.WritePretty, results()))
}

func TestTheJUnitReport(t *testing.T) {
	golden(t, "junit.xml", write(t, grading.WriteJUnit, results()))
}

func TestTheCucumberReport(t *testing.T) {
	golden(t, "cucumber.json", write(t, grading.WriteCucumber, results()))
}

func TestTheProgressReportIsALineForEachAssignment(t *testing.T) {
	golden(t, "progress.txt", write(t, grading.WriteProgress, results()))
}

// hostile is what a program could say to rule the terminal of who reads it:
// colours, a cleared screen, a title, a bell, a line that overwrites the one
// before, C1 controls, text that turns around, and bytes that are no text.
const hostile = "\x1b[31mred\x1b[2J\x1b]0;title\x07\rover\b\x00\x7f\u009b31m\u0085\u202egnp\u2066\xff\xc3"

// hostileResult is a result in which a program says so wherever it can.
func hostileResult() grading.Result {
	failure := &grading.Failure{
		Step: hostile, Expected: hostile, Observed: hostile + "\n" + hostile, Hint: hostile, Journal: []string{hostile, "two\nlines"}, Stderr: hostile + "\n" + hostile,
		Events: []grading.Event{{From: hostile, To: hostile, Kind: "sent", Text: hostile}},
	}
	result := grading.Result{
		Assignment: "talk", Target: hostile, Verdict: grading.Nonconformant,
		Programs:     []grading.Program{{Name: "chat", Command: []string{hostile}, Why: hostile}},
		Observations: []string{hostile},
	}
	for i, verdict := range []grading.Verdict{grading.Failed, grading.Blocked, grading.Unverified} {
		scenario := grading.Scenario{Name: hostile, Verdict: verdict, Failure: failure}
		result.Rules = append(result.Rules, grading.Rule{ID: "TALK-1." + string(rune('1'+i)), Title: "t", Level: "must", Verdict: verdict, Scenarios: []grading.Scenario{scenario, scenario}})
	}
	return complete([]grading.Result{result})[0]
}

func TestControlCharactersOfAProgramReachNoReport(t *testing.T) {
	for name, form := range forms() {
		t.Run(name, func(t *testing.T) {
			got := write(t, form, []grading.Result{hostileResult()})
			checkNothingHidden(t, got)
			if !strings.Contains(got, "red") || !strings.Contains(got, "gnp") {
				t.Errorf("the text itself is gone:\n%s", got)
			}
			if !utf8.ValidString(got) {
				t.Error("it is no valid text")
			}
		})
	}
}

// checkNothingHidden looks for characters that a reader does not see.
func checkNothingHidden(t *testing.T, text string) {
	t.Helper()
	for i, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Errorf("%q is written in %q", r, text[max(0, i-20):min(len(text), i+20)])
		}
	}
}

// forms are the forms of a report that tell what a program said.
func forms() map[string]func(io.Writer, []grading.Result) error {
	return map[string]func(io.Writer, []grading.Result) error{
		"pretty": grading.WritePretty, "json": grading.WriteJSON, "junit": grading.WriteJUnit, "cucumber": grading.WriteCucumber,
	}
}

// Where a text has such characters, the JSON holds them escaped: nothing is lost.
func TestTheJSONKeepsWhatAProgramHasSaid(t *testing.T) {
	const said = "\x1b[31m\u0085\u202egnp\u2066 <script> & \"\\\u007f"
	result := hostileResult()
	result.Target = said
	var back grading.Result
	if err := json.Unmarshal([]byte(write(t, grading.WriteJSON, []grading.Result{result})), &back); err != nil {
		t.Fatal(err)
	}
	if back.Target != said {
		t.Errorf("it is read as %q, and was %q", back.Target, said)
	}
}

// XML has no way to write most control characters, so they are written out.
func TestWhatXMLForbidsIsWrittenOut(t *testing.T) {
	result := results()[0]
	result.Rules[2].Scenarios[1].Failure.Observed = "\x00\x1b\u009b\u202e\ufffe\uffff\xff<b>&]]>\ufffd\r\ttab\nline"
	got := write(t, grading.WriteJUnit, []grading.Result{result})
	var report struct {
		Failure []string `xml:"testsuite>testcase>failure"`
	}
	if err := xml.Unmarshal([]byte(got), &report); err != nil {
		t.Fatal(err)
	}
	want := `Observed  \u0000\u001b\u009b\u202e\ufffe\uffff\xff<b>&]]>` + "\ufffd" + `\u000d` + "\ttab\n          line\n"
	if !strings.Contains(report.Failure[0], want) {
		t.Errorf("it is %q, and should hold %q", report.Failure[0], want)
	}
}

// Some readers of Cucumber's JSON put texts into their pages as they are.
func TestAProgramCannotWriteHTMLIntoACucumberReport(t *testing.T) {
	result := results()[0]
	failure := result.Rules[2].Scenarios[1].Failure
	failure.Observed, failure.Stderr = "<script>alert(1)</script>", "<img src=x onerror=alert(1)>"
	got := write(t, grading.WriteCucumber, []grading.Result{result})
	for data := range strings.SplitSeq(got, `"`) {
		text, err := base64.StdEncoding.DecodeString(data)
		if err == nil {
			got += string(text)
		}
	}
	if strings.Contains(got, "<script") || strings.Contains(got, "<img") || !strings.Contains(got, `\u003cscript>alert(1)`) || !strings.Contains(got, `\u003cimg src=x`) {
		t.Errorf("it is\n%s", got)
	}
}

func TestTextsInOtherAlphabetsArePrintedAsTheyAre(t *testing.T) {
	for _, text := range []string{"Καλημέρα κόσμε", "مرحبا بالعالم", "👋🏽 👩‍👩‍👧", "a\tb", "{\"seq\": 0} → <b>&"} {
		if got := grading.Printable(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// full is a disk on which nothing can be written.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAReportThatCannotBeWrittenIsAnError(t *testing.T) {
	all := forms()
	all["progress"] = grading.WriteProgress
	for name, form := range all {
		if err := form(full{}, results()); err == nil || err.Error() != "no space left" {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
