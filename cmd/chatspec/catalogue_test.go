package main_test

import (
	"fmt"
	"html"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/longtest"
)

func catalogue(t *testing.T) features.Catalogue {
	t.Helper()
	all, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// prints calls the command, which must succeed and say nothing on standard
// error, and returns what it prints.
func prints(t *testing.T, args ...string) string {
	t.Helper()
	got := chatspec(t, call{args: args})
	if got.status != 0 || got.stderr != "" {
		t.Errorf("chatspec %s ends with %d and says %q", strings.Join(args, " "), got.status, got.stderr)
	}
	return got.stdout
}

func TestListShowsAssignmentsThenRulesThenScenarios(t *testing.T) {
	t.Parallel()
	var assignments strings.Builder
	for _, a := range catalogue(t).Assignments {
		fmt.Fprintf(&assignments, "%-12s %3d rules  %s (%s)\n", a.ID, len(a.Rules()), a.Title, a.Course)
		var rules strings.Builder
		fmt.Fprintln(&rules, "Handed in")
		for _, p := range a.Programs {
			var lines []string
			for _, arguments := range p.Arguments {
				lines = append(lines, strings.TrimSpace(p.Name+" "+strings.Join(arguments, " ")))
			}
			fmt.Fprintf(&rules, "  %s\n", strings.Join(lines, ", or "))
		}
		for _, feature := range a.Features {
			fmt.Fprintln(&rules, feature.Title)
			for _, rule := range feature.Rules {
				fmt.Fprintf(&rules, "  %-12s %-7s %s\n", rule.ID, rule.Level, rule.Title)
			}
		}
		if diff := cmp.Diff(rules.String(), prints(t, "list", a.ID)); diff != "" {
			t.Errorf("list %s (- wanted, + got):\n%s", a.ID, diff)
		}
	}
	if diff := cmp.Diff(assignments.String(), prints(t, "list")); diff != "" {
		t.Errorf("list (- wanted, + got):\n%s", diff)
	}
	want := "One peer is named\nTwo peers are named\nFive peers are named\n"
	for _, id := range []string{"PEER-2.1", "peer-2.1", "@PEER-2.1"} {
		if diff := cmp.Diff(want, prints(t, "list", id)); diff != "" {
			t.Errorf("list %s (- wanted, + got):\n%s", id, diff)
		}
	}
}

func TestExplainSaysAllThatIsKnownOfARule(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"PEER-3.2", "peer-3.2", "@PEER-3.2"} {
		got := prints(t, "explain", id)
		rule, _ := catalogue(t).Rule("PEER-3.2")
		parts := []string{
			"PEER-3.2  " + rule.Title + " (must)\n", "Why     " + rule.Why, "Hint    " + rule.Hint, "Source  the exercise on chats over TCP (EM132244592), question 1\n        (" + rule.Source + ")\n",
			"\nScenario: " + rule.Scenarios[0].Name + "\n",
		}
		for _, step := range rule.Scenarios[0].Steps {
			parts = append(parts, "  "+step.Text+"\n")
		}
		for _, part := range parts {
			if !strings.Contains(got, part) {
				t.Errorf("explain %s does not say %q:\n%s", id, part, got)
			}
		}
	}
	if got := prints(t, "explain", "PEER-2.2"); !strings.Contains(got, "\n  Given these chats are running:\n    | user | names |\n    | user1 | user2, user3 |\n") {
		t.Errorf("it does not show the table of PEER-2.2:\n%s", got)
	}
	if got := prints(t, "explain", "SERVER-3.2"); !strings.Contains(got, "\nNeeds   SERVER-1.4, ") {
		t.Errorf("it does not say what SERVER-3.2 needs:\n%s", got)
	}
}

func TestHelpShowsTheCommands(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--help"}, {"help"}} {
		got := prints(t, args...)
		for _, command := range []string{"run", "list", "explain", "reference", "doctor", "docs"} {
			if !strings.Contains(got, "\n  "+command+" ") {
				t.Errorf("chatspec %v does not show %s:\n%s", args, command, got)
			}
		}
	}
	got := prints(t, "run", "--help")
	for _, flag := range []string{"--assignment", "--tags", "--format", "--jobs", "--patience"} {
		if !strings.Contains(got, flag) {
			t.Errorf("run --help does not show %s:\n%s", flag, got)
		}
	}
	if got := prints(t, "reference"); !strings.Contains(got, "reference PROGRAM ARG") {
		t.Errorf("reference alone shows:\n%s", got)
	}
}

func TestDoctorSaysWhatCanBeJudgedHere(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	got := prints(t, "doctor")
	for _, a := range catalogue(t).Assignments {
		if want := fmt.Sprintf("%-13s can be judged here\n", a.ID); !strings.Contains(got, want) {
			t.Errorf("it does not say %q:\n%s", want, got)
		}
	}
	for _, tool := range []string{"machine", "python3", "node", "java", "go", "ruby", "perl", "php", "isolation", "windows"} {
		if !strings.Contains("\n"+got, "\n"+tool+" ") {
			t.Errorf("it does not speak of %s:\n%s", tool, got)
		}
	}
}

func TestDoctorSaysWhatIsMissing(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	got := chatspec(t, call{args: []string{"doctor"}, env: []string{"PATH=" + t.TempDir()}})
	if got.status != 0 || got.stderr != "" || !strings.Contains(got.stdout, "node          not found: submissions in JavaScript cannot be judged\n") {
		t.Errorf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
	}
}

// root is the top of the checkout.
const root = "../.."

// docs writes the page anew, in a folder with the given mutants.
func docs(t *testing.T, mutants map[string]string) string {
	t.Helper()
	manifestPage, err := os.ReadFile(filepath.Join(root, "docs", "manifest.md"))
	if err != nil {
		t.Fatal(err)
	}
	files := maps.Clone(mutants)
	files["docs/manifest.md"] = string(manifestPage)
	dir := folder(t, files)
	if got := chatspec(t, call{args: []string{"docs"}, dir: dir}); got.status != 0 || got.stdout+got.stderr != "" {
		t.Fatalf("it ends with %d, prints %q and says %q", got.status, got.stdout, got.stderr)
	}
	page, err := os.ReadFile(filepath.Join(dir, "CONFORMANCE.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestTheConformancePageIsNotStale(t *testing.T) {
	t.Parallel()
	patches, err := filepath.Glob(filepath.Join(root, "fixtures/mutants/*/*.patch"))
	if err != nil {
		t.Fatal(err)
	}
	mutants := map[string]string{}
	for _, patch := range patches {
		data, err := os.ReadFile(patch)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(root, patch)
		if err != nil {
			t.Fatal(err)
		}
		mutants[name] = string(data)
	}
	want := docs(t, mutants)
	committed, err := os.ReadFile(filepath.Join(root, "CONFORMANCE.md"))
	if err != nil {
		t.Fatalf("run `make docs`: %v", err)
	}
	if diff := cmp.Diff(want, string(committed)); diff != "" {
		t.Errorf("CONFORMANCE.md is stale: run `make docs` (- as it should be, + as it is):\n%s", diff)
	}
}

func TestTheConformancePageHasEveryRuleWithItsMutants(t *testing.T) {
	t.Parallel()
	page := docs(t, map[string]string{
		"fixtures/mutants/tcp-peer/counts-from-one.patch": "Breaks: PEER-3.2 PEER-3.3\nFault: it counts from 1\n\n--- a/x\n+++ b/x\n",
	})
	all := catalogue(t)
	for _, id := range all.RuleIDs() {
		rule, _ := all.Rule(id)
		_, section, ok := strings.Cut(page, "\n#### "+id+" "+rule.Title+"\n\n")
		if !ok {
			t.Errorf("%s has no section", id)
			continue
		}
		section, _, _ = strings.Cut(section, "\n#")
		parts := []string{"- **" + string(rule.Level) + "**, from " + named(all.Of(rule), rule.Source) + "\n", "- Why: " + rule.Why + "\n", "- Hint: " + rule.Hint + "\n"}
		for _, scenario := range rule.Scenarios {
			parts = append(parts, "<details><summary>Scenario: "+html.EscapeString(scenario.Name)+"</summary>\n")
			for _, step := range scenario.Steps {
				parts = append(parts, "\n"+step.Text+"\n")
			}
		}
		for _, need := range rule.Needs {
			parts = append(parts, "["+need+"](#"+strings.ReplaceAll(strings.ToLower(need), ".", "")+"-")
		}
		for _, part := range parts {
			if !strings.Contains(section, part) {
				t.Errorf("the section of %s lacks %q", id, part)
			}
		}
		breaks := id == "PEER-3.2" || id == "PEER-3.3"
		if strings.Contains(section, "  - `counts-from-one`: it counts from 1\n") != breaks {
			t.Errorf("the section of %s shows its mutants so:\n%s", id, section)
		}
	}
}

// named is a source as a reader knows it.
func named(of features.Assignment, source string) string {
	file, _, _ := strings.Cut(source, ",")
	return strings.Replace(source, file, of.Sources[file], 1)
}

// TestARuleIsTriedByHand: what is said can be typed as it stands.
func TestARuleIsTriedByHand(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	for id, want := range map[string]string{
		"PEER-3.2":   "  chatspec reference chat ann 5001 127.0.0.1:5002\n  chatspec reference chat bob 5002 127.0.0.1:5001\n",
		"SERVER-3.2": "  chatspec reference server5 127.0.0.1:5000\n  chatspec reference chat5 ann 5001 127.0.0.1:5000\n  chatspec reference chat5 bob 5002 127.0.0.1:5000\n",
		"ZMQ-1.1":    "  chatspec reference post_server 127.0.0.1 5000\n  chatspec reference post_client 127.0.0.1 5000 ann hello\n",
		"ZMQ-2.1":    "  chatspec reference pub_server 127.0.0.1 5000 5100\n  chatspec reference post_client 127.0.0.1 5000 ann hello\n  chatspec reference pub_client 127.0.0.1 5100\n",
		"HTTP-1.1":   "  chatspec reference server 127.0.0.1 5000\n  chatspec reference client 127.0.0.1 5000\n",
	} {
		got := prints(t, "explain", id)
		if !strings.Contains(got, "`chatspec reference …`\n"+want+"All that happens") || !strings.HasSuffix(got, "  chatspec run --rule "+id+" --show reference\n") {
			t.Errorf("explain %s says\n%s", id, got)
		}
	}
	for _, a := range catalogue(t).Assignments {
		first := a.Rules()[0].ID // the others differ in their part alone
		_, byHand, _ := strings.Cut(prints(t, "explain", first), "By hand")
		if !strings.Contains(byHand, "chatspec reference ") || strings.Contains(byHand, "{") {
			t.Errorf("explain %s says\n%s", first, byHand)
		}
	}
}
