package grading_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/grading"
)

// everyCase are results in which a rule comes to each end that there is, and
// what each came to.
func everyCase() ([]grading.Result, map[string]grading.Verdict) {
	talk := talk(
		rule("TALK-1.1", features.Must, 1),
		rule("TALK-1.2", features.Must, 1),
		rule("TALK-1.3", features.Must, 1),
		rule("TALK-1.4", features.Must, 1, "TALK-1.2"),
		rule("TALK-1.5", features.Must, 1, "TALK-1.4"),
		rule("TALK-1.6", features.Must, 1),
		rule("TALK-1.7", features.Robust, 1),
		rule("TALK-1.8", features.Should, 1),
		rule("TALK-1.9", features.Robust, 1),
		rule("TALK-1.10", features.Must, 1),
	)
	call := features.Assignment{Assignment: assignment.Assignment{ID: "call"}, Features: []features.Feature{{Path: "call/1.feature", Title: "Calls", Rules: []features.Rule{
		rule("CALL-1.1", features.Must, 1), rule("CALL-1.2", features.Must, 1), rule("CALL-1.3", features.Must, 1),
	}}}}
	return []grading.Result{
			grade(talk,
				came("TALK-1.1", passed), came("TALK-1.2", failed), came("TALK-1.3", blocked), came("TALK-1.4", failed), came("TALK-1.5", failed),
				came("TALK-1.6", unverified), came("TALK-1.7", failed), came("TALK-1.8", failed), came("TALK-1.9", blocked)),
			grade(call, came("CALL-1.1", passed), came("CALL-1.2", blocked), came("CALL-1.3", blocked)),
		}, map[string]grading.Verdict{
			"TALK-1.1": passed,
			"TALK-1.2": failed,
			"TALK-1.3": blocked, // by what is given
			"TALK-1.4": blocked, // by a rule that it needs
			"TALK-1.5": blocked, // by one that is blocked itself
			"TALK-1.6": unverified,
			"TALK-1.7": failed, // and not demanded
			"TALK-1.8": failed,
			"TALK-1.9": blocked, // and not demanded
			// TALK-1.10 was left out by tags.
			"CALL-1.1": passed,
			"CALL-1.2": failed, // blamed: nothing explains why it is blocked
			"CALL-1.3": blocked,
		}
}

func TestAllFormatsGiveTheSameVerdicts(t *testing.T) {
	all, want := everyCase()
	for name, read := range map[string]func(*testing.T, []grading.Result) map[string]grading.Verdict{
		"pretty": verdictsInPretty, "json": verdictsInJSON, "junit": verdictsInJUnit, "cucumber": verdictsInCucumber,
		"gradescope": verdictsInGradescope,
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, read(t, all)); diff != "" {
				t.Errorf("they differ (- wanted, + got):\n%s", diff)
			}
		})
	}
}

// verdictsInPretty reads the summary, a line for each rule.
func verdictsInPretty(t *testing.T, all []grading.Result) map[string]grading.Verdict {
	found := map[string]grading.Verdict{}
	for line := range strings.Lines(write(t, grading.WritePretty, all)) {
		words := strings.Fields(line)
		if !strings.HasPrefix(line, "  ") || len(words) < 2 || !strings.Contains(line, " Title of ") {
			continue
		}
		switch {
		case words[0] == "✓":
			found[words[1]] = passed
		case words[0] == "✗":
			found[words[1]] = failed
		default:
			found[words[1]] = grading.Verdict(words[len(words)-1])
		}
	}
	return found
}

func verdictsInJSON(t *testing.T, all []grading.Result) map[string]grading.Verdict {
	found := map[string]grading.Verdict{}
	for dec := json.NewDecoder(strings.NewReader(write(t, grading.WriteJSON, all))); dec.More(); {
		var result grading.Result
		if err := dec.Decode(&result); err != nil {
			t.Fatal(err)
		}
		for _, r := range result.Rules {
			found[r.ID] = r.Verdict
			if r.Scenarios[0].Verdict != r.Verdict {
				t.Errorf("%s is %s, and its one scenario %s", r.ID, r.Verdict, r.Scenarios[0].Verdict)
			}
		}
	}
	return found
}

// A junitRemark is what JUnit says of a test that did not pass.
type junitRemark struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// A junitCase is a test as the readers of JUnit XML take it.
type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	Failure *junitRemark `xml:"failure"`
	Skipped *junitRemark `xml:"skipped"`
	Output  string       `xml:"system-out"`
}

// verdictsInJUnit reads a verdict by the element that stands in the test, and one
// that JUnit does not know by the first word of its message.
func verdictsInJUnit(t *testing.T, all []grading.Result) map[string]grading.Verdict {
	var report struct {
		Cases []junitCase `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal([]byte(write(t, grading.WriteJUnit, all)), &report); err != nil {
		t.Fatal(err)
	}
	found := map[string]grading.Verdict{}
	for _, one := range report.Cases {
		id, _, _ := strings.Cut(one.Name, " ")
		if !strings.EqualFold(one.Class, id[:4]) {
			t.Errorf("%q is a test of %q", one.Name, one.Class)
		}
		switch {
		case one.Failure != nil:
			found[id] = failed
			checkAccount(t, one.Failure.Text)
		case one.Skipped != nil:
			found[id] = firstWord(one.Skipped.Message)
			checkAccount(t, one.Output)
		default:
			found[id] = passed
		}
	}
	return found
}

func firstWord(text string) grading.Verdict {
	return grading.Verdict(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ':' || r == ',' })[0])
}

// checkAccount wants a text to tell of a failure.
func checkAccount(t *testing.T, text string) {
	t.Helper()
	for _, part := range []string{"Step      step\n", "Expected  expected\n", "Observed  observed", "Hint      hint of "} {
		if !strings.Contains(text, part) {
			t.Errorf("it does not say %q:\n%s", part, text)
		}
	}
}

// A cucumberElement is a scenario as the readers of Cucumber's JSON take it.
type cucumberElement struct {
	Tags  []struct{ Name string }
	Steps []struct {
		Result struct {
			Status string
			Error  string `json:"error_message"`
		}
		Embeddings []struct {
			Data     []byte
			MimeType string `json:"mime_type"`
		}
	}
}

// verdictsInCucumber reads a verdict by the steps, and one that Cucumber does not
// know by the first word of the message.
func verdictsInCucumber(t *testing.T, all []grading.Result) map[string]grading.Verdict {
	var report []struct{ Elements []cucumberElement }
	if err := json.Unmarshal([]byte(write(t, grading.WriteCucumber, all)), &report); err != nil {
		t.Fatal(err)
	}
	found := map[string]grading.Verdict{}
	for _, feature := range report {
		for _, element := range feature.Elements {
			id := strings.TrimPrefix(element.Tags[len(element.Tags)-1].Name, "@")
			found[id] = verdictInSteps(t, element)
		}
	}
	return found
}

func verdictInSteps(t *testing.T, element cucumberElement) grading.Verdict {
	t.Helper()
	for i, step := range element.Steps {
		if step.Result.Status == "passed" {
			continue
		}
		if len(step.Embeddings) != 1 || step.Embeddings[0].MimeType != "text/plain" {
			t.Fatalf("step %d ended the scenario, and holds %v", i, step.Embeddings)
		}
		checkAccount(t, string(step.Embeddings[0].Data))
		for _, later := range element.Steps[i+1:] {
			if later.Result.Status != "skipped" || later.Embeddings != nil {
				t.Errorf("a later step is %+v", later)
			}
		}
		verdict := firstWord(step.Result.Error)
		switch {
		case step.Result.Status == "failed":
			return failed
		case step.Result.Status == "pending" && verdict != unverified, step.Result.Status == "skipped" && verdict == unverified:
			t.Errorf("a step is %s: %s", step.Result.Status, step.Result.Error)
		}
		return verdict
	}
	return passed
}

// What a build server shows as failed is what makes a run fail, and what the text
// implies.
func TestOnlyWhatTheTextDemandsOrImpliesFailsABuild(t *testing.T) {
	all, _ := everyCase()
	got := write(t, grading.WriteJUnit, all)
	if want := `<testsuites name="chatspec" tests="12" failures="3" errors="0" skipped="7" time="0.000">`; !strings.Contains(got, want) {
		t.Errorf("it should hold %s:\n%s", want, got)
	}
	var report struct {
		Cases []junitCase `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal([]byte(got), &report); err != nil {
		t.Fatal(err)
	}
	for _, one := range report.Cases {
		if strings.HasPrefix(one.Name, "TALK-1.7 ") && (one.Failure != nil || !strings.Contains(one.Output, "Observed  observed\n")) {
			t.Errorf("what is beyond the text is shown as %+v", one)
		}
	}
}
