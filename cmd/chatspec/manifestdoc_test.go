package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
)

// checkout is its top, seen from this folder.
const checkout = "../.."

func TestTheManifestPageIsNotStale(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(checkout, manifestPage))
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	want, err := drawPrograms(string(page), catalogue.HandedIn())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(page)); diff != "" {
		t.Errorf("%s is stale: run `make docs` (- as it should be, + as it is):\n%s", manifestPage, diff)
	}
	for _, id := range assignment.IDs(catalogue.HandedIn()) {
		if !strings.Contains(want, "\n### "+id+": ") {
			t.Errorf("%s does not tell of %s", manifestPage, id)
		}
	}
}

func TestTheManifestPageSaysWhatAManifestMaySay(t *testing.T) {
	talk := assignment.Assignment{
		ID: "talk", Title: "A talk", Channels: []string{"A", "B"},
		Programs: []assignment.Program{
			{
				Name: "talker", Arguments: [][]string{{"{ip}", "{port}"}, {"{port}"}}, Endpoint: assignment.TCP,
				Placeholders: []assignment.Placeholder{{Name: "ip", Meaning: "where it is"}, {Name: "port", Meaning: "this | that"}},
			},
			{Name: "mute", Arguments: [][]string{{}}},
		},
	}
	const want = "before\n" + beginPrograms + "\n### talk: A talk\n\n| program | command line | placeholders |\n|---|---|---|\n" +
		"| `talker` | `{ip} {port}`, else `{port}` | `{ip}` where it is; `{port}` this \\| that |\n" +
		"| `mute` | none |  |\n" +
		"\nMay be an endpoint: `talker`.\n\nChannels that may have other names: A, B.\n\n" + endPrograms + "after\n"
	got, err := drawPrograms("before\n"+beginPrograms+"what stood there\n"+endPrograms+"after\n", []assignment.Assignment{talk})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it differs (- wanted, + got):\n%s", diff)
	}
	if again, err := drawPrograms(got, []assignment.Assignment{talk}); err != nil || again != got {
		t.Errorf("drawn again it is another: %v\n%s", err, again)
	}
}

func TestTheManifestPageMustSayWhereTheProgramsStand(t *testing.T) {
	for name, page := range map[string]string{
		"nothing":                           "a page\n",
		"no beginning":                      "a page\n" + endPrograms,
		"no end":                            "a page\n" + beginPrograms,
		"the end only before the beginning": endPrograms + beginPrograms,
	} {
		if got, err := drawPrograms(page, nil); err == nil || got != "" {
			t.Errorf("%s: it becomes %q, and the error is %v", name, got, err)
		}
	}
}

// markdownLink is where a link of a page leads, but for a place in it.
var markdownLink = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)

func TestThePagesLeadToWhatThereIs(t *testing.T) {
	pages := []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"}
	more, err := filepath.Glob(filepath.Join(checkout, "docs", "*.md"))
	if err != nil || len(more) < 3 {
		t.Fatalf("there are the pages %v in docs: %v", more, err)
	}
	for _, page := range more {
		pages = append(pages, filepath.Join("docs", filepath.Base(page)))
	}
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join(checkout, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range markdownLink.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(checkout, filepath.Dir(page), link[1])); err != nil {
				t.Errorf("%s leads to %s, which is not there", page, link[1])
			}
		}
	}
}
