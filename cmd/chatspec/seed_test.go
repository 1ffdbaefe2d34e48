package main_test

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading"
)

// TestASeedDrawsOtherNamesAndTexts judges a chat that counts from 1: with a seed it fails the same rule, and all that is
// told of that speaks of those who were drawn.
func TestASeedDrawsOtherNamesAndTexts(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"s/chat.py": counting(t)})
	judged := func(seed int) grading.Rule {
		file := filepath.Join(dir, fmt.Sprintf("%d.json", seed))
		got := chatspec(t, call{dir: dir, args: []string{"run", "s", "--tags", few, "--seed", fmt.Sprint(seed), "--format", "json:" + file, "--format", fmt.Sprintf("html:%d.html", seed)}})
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v: %s", err, got.stderr)
		}
		var result grading.Result
		if err := json.Unmarshal(data, &result); err != nil {
			t.Fatal(err)
		}
		if got.status != 1 || result.Seed != uint64(seed) {
			t.Errorf("with the seed %d it ends with %d, and tells of %d", seed, got.status, result.Seed)
		}
		for _, rule := range result.Rules {
			if rule.ID == "PEER-3.2" {
				return rule
			}
		}
		t.Fatalf("PEER-3.2 is not judged: %s", data)
		return grading.Rule{}
	}
	name := func(rule grading.Rule) string {
		_, rest, _ := strings.Cut(rule.Scenarios[0].Steps[0].Text, `"`)
		name, _, _ := strings.Cut(rest, `"`)
		return name
	}
	plain, drawn := judged(0), judged(5)
	if name(plain) != "ann" || name(drawn) == "ann" || plain.Verdict != drawn.Verdict || plain.Title != drawn.Title || plain.Scenarios[0].Name != drawn.Scenarios[0].Name {
		t.Errorf("%q is played as %q, and %s is %s", name(plain), name(drawn), plain.Verdict, drawn.Verdict)
	}
	failure := drawn.Scenarios[0].Failure
	if failure == nil {
		t.Fatal("nothing has failed")
	}
	told := failure.Step + failure.Expected + failure.Observed + strings.Join(failure.Journal, "\n")
	if !strings.Contains(told, name(drawn)) {
		t.Errorf("it does not tell of %s: %s", name(drawn), told)
	}
	for _, event := range failure.Events {
		if event.From == "ann" || event.To == "ann" || event.Kind == "started" && !strings.Contains(event.Text, name(drawn)) {
			t.Errorf("it tells of %s %s %s", event.From, event.Kind, event.Text)
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "5.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"chatspec run --rule PEER-3.2 --seed 5 .", "✓ The reference", "by <code>--seed 5</code>"} {
		if !strings.Contains(html.UnescapeString(string(page)), part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
}
