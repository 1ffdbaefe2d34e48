package main_test

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestASiteOfTheRulesIsWritten has the reference play an assignment, in a folder that has a mutant.
func TestASiteOfTheRulesIsWritten(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"fixtures/mutants/tcp-peer/counts-from-one.patch": "Breaks: PEER-3.2\nFault: it counts from 1\n\n--- a/x\n+++ b/x\n",
	})
	got := chatspec(t, call{args: []string{"docs", "--html", "new/site", "tcp-peer"}, dir: dir})
	tcpPeer, _ := catalogue(t).Assignment("tcp-peer")
	scenarios := 0
	for _, rule := range tcpPeer.Rules() {
		scenarios += len(rule.Scenarios)
	}
	if want := fmt.Sprintf("chatspec: tcp-peer: %d rules, %d diagrams\n", len(tcpPeer.Rules()), scenarios); got.status != 0 || got.stdout != "" || got.stderr != want {
		t.Errorf("it ends with %d, prints %q and says %q, and should say %q", got.status, got.stdout, got.stderr, want)
	}
	files, err := filepath.Glob(filepath.Join(dir, "new/site/*"))
	if err != nil || len(files) != 2 {
		t.Errorf("it writes %v (%v)", files, err)
	}
	front, page := pageIn(t, dir, "index.html"), pageIn(t, dir, "tcp-peer.html")
	if count := strings.Count(page, `<svg class="sq"`); count != scenarios {
		t.Errorf("there are %d diagrams of %d scenarios", count, scenarios)
	}
	if !strings.Contains(page, "<code>counts-from-one</code> it counts from 1") {
		t.Error("the mutant is not there")
	}
	for _, rule := range tcpPeer.Rules() {
		if !strings.Contains(front, `href="tcp-peer.html#`+rule.ID+`"`) || !strings.Contains(page, `<article class="card `+string(rule.Level)+`" id="`+rule.ID+`"`) {
			t.Errorf("%s is not on both pages", rule.ID)
		}
		for _, scenario := range rule.Scenarios {
			if !strings.Contains(page, "Scenario: "+scenario.Name+"<") {
				t.Errorf("the scenario %q of %s is not there", scenario.Name, rule.ID)
			}
		}
	}
}

// pageIn reads a page of the site, as a browser does.
func pageIn(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "new/site", name))
	if err != nil {
		t.Fatal(err)
	}
	return html.UnescapeString(string(data))
}
