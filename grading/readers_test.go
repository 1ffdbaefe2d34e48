package grading_test

import (
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading"
)

// readers installs the readers of other people that testdata/readers lists, and
// returns the folder that they are in.
func readers(t *testing.T) string {
	t.Helper()
	longtest.Only(t) // it installs something from the network
	for _, command := range []string{"node", "npm"} {
		_, err := exec.LookPath(command)
		longtest.Missing(t, err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "readers"))); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	return dir
}

// run runs a command in a folder; it must succeed.
func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// save writes a report in one form into a folder.
func save(t *testing.T, file string, form func(io.Writer, []grading.Result) error, all []grading.Result) {
	t.Helper()
	if err := os.WriteFile(file, []byte(write(t, form, all)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestReadersOfOtherPeopleSeeTheSameVerdicts has other people's programs draw
// their pages from the reports.
func TestReadersOfOtherPeopleSeeTheSameVerdicts(t *testing.T) {
	dir := readers(t)
	all, want := everyCase()
	t.Run("junit-viewer", func(t *testing.T) {
		save(t, filepath.Join(dir, "junit.xml"), grading.WriteJUnit, all)
		run(t, dir, "node", "node_modules/junit-viewer/bin/junit-viewer", "--results=junit.xml", "--save=junit.html")
		if diff := cmp.Diff(want, verdictsInJUnitViewer(load(t, filepath.Join(dir, "junit.html")))); diff != "" {
			t.Errorf("they differ (- wanted, + read):\n%s", diff)
		}
	})
	t.Run("multiple-cucumber-html-reporter", func(t *testing.T) {
		if diff := cmp.Diff(want, verdictsInCucumberPages(t, cucumberPages(t, dir, "verdicts", all))); diff != "" {
			t.Errorf("they differ (- wanted, + read):\n%s", diff)
		}
	})
	t.Run("what is hostile", func(t *testing.T) {
		result := results()[0]
		result.Rules[2].Scenarios[1].Failure.Stderr = hostile + "<script>alert(1)</script>"
		pages := cucumberPages(t, dir, "hostile", []grading.Result{result})
		checkNothingHidden(t, pages)
		if strings.Contains(pages, "<script>alert(1)") || !strings.Contains(pages, `\u003cscript>alert(1)`) {
			t.Errorf("a program's script is in the page: %s", pages)
		}
	})
}

// junitTest is a test in a page of junit-viewer: its verdict, its name, and what is
// said of it.
var junitTest = regexp.MustCompile(`(?s)<button class="test__name test--(\w+)[^>]*>\s*<span class="u-pull-left">(\S+) .*?</button>(.*?)</div>`)

func verdictsInJUnitViewer(page string) map[string]grading.Verdict {
	found := map[string]grading.Verdict{}
	for _, match := range junitTest.FindAllStringSubmatch(page, -1) {
		kind, id, said := match[1], match[2], match[3]
		switch kind {
		case "passed":
			found[id] = passed
		case "failure":
			found[id] = failed
		case "skipped":
			_, message, _ := strings.Cut(said, ">")
			found[id] = firstWord(message)
		}
	}
	return found
}

// generate draws pages with multiple-cucumber-html-reporter.
const generate = `
const [folder] = process.argv.slice(1);
require("multiple-cucumber-html-reporter").generate({jsonDir: folder, reportPath: folder + "/pages", disableLog: true});
`

// cucumberPages are the pages that are drawn of results, without their own scripts.
func cucumberPages(t *testing.T, dir, name string, all []grading.Result) string {
	t.Helper()
	folder := filepath.Join(dir, name)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	save(t, filepath.Join(folder, "cucumber.json"), grading.WriteCucumber, all)
	run(t, dir, "node", "-e", generate, folder)
	files, err := filepath.Glob(filepath.Join(folder, "pages", "features", "*.html"))
	if err != nil || len(files) != len(all) {
		t.Fatalf("of %d features there are these pages: %v (%v)", len(all), files, err)
	}
	var pages strings.Builder
	for _, file := range files {
		_, scenarios, _ := strings.Cut(load(t, file), `<div class="x_panel" style="height: auto;">`)
		pages.WriteString(strings.ReplaceAll(scenarios, "\t", " "))
	}
	return pages.String()
}

var (
	cucumberRule  = regexp.MustCompile(`<span class="tag">@(\w+-[\d.]+)</span>`)
	cucumberError = regexp.MustCompile(`(?s)-error" class="scenario-step-collapse collapse">\s*<pre class=info>(.*?)</pre>`)
)

func verdictsInCucumberPages(t *testing.T, pages string) map[string]grading.Verdict {
	found := map[string]grading.Verdict{}
	for scenario := range strings.SplitSeq(pages, `<div class="tags">`) {
		rule := cucumberRule.FindStringSubmatch(scenario)
		if rule == nil {
			continue
		}
		said := cucumberError.FindStringSubmatch(scenario)
		switch {
		case strings.Contains(scenario, `title="Scenario failed"`):
			found[rule[1]] = failed
		case said != nil:
			found[rule[1]] = firstWord(said[1])
		default:
			found[rule[1]] = passed
		}
		if pending := strings.Contains(scenario, `title="Scenario is pending"`); pending != (found[rule[1]] == unverified) {
			t.Errorf("%s is shown as pending: %v", rule[1], pending)
		}
		if found[rule[1]] != passed && !strings.Contains(html.UnescapeString(scenario), "Observed  observed") {
			t.Errorf("the page does not say what was observed of %s:\n%s", rule[1], scenario)
		}
	}
	return found
}
