package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/longtest"
)

// featuresHash is that of the features that are embedded.
func featuresHash(t *testing.T) string {
	t.Helper()
	hash, err := features.Hash(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func TestVersionSaysWhichChatspecJudgesAndByWhichFeatures(t *testing.T) {
	t.Parallel()
	got := chatspec(t, call{args: []string{"version"}})
	if want := regexp.MustCompile(`^chatspec \S+, features ` + featuresHash(t) + ` \(go\S+, \w+/\w+\)\n$`); got.status != 0 || !want.MatchString(got.stdout) {
		t.Errorf("it ends with %d and says %q", got.status, got.stdout)
	}
	var told struct{ Version, Features, Go, Platform string }
	got = chatspec(t, call{args: []string{"version", "--json"}})
	if err := json.Unmarshal([]byte(got.stdout), &told); err != nil || told.Version == "" || told.Features != featuresHash(t) || told.Go == "" || !strings.Contains(told.Platform, "/") {
		t.Errorf("it ends with %d and says %q: %v", got.status, got.stdout, err)
	}
}

func TestAReleaseIsOfTheVersionThatItWasLinkedWith(t *testing.T) {
	t.Parallel()
	longtest.OnlyProof(t)
	released := filepath.Join(t.TempDir(), "chatspec")
	if out, err := exec.Command("go", "build", "-ldflags", "-X main.version=v1.2.3", "-o", released, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if said, err := exec.Command(released, "version").Output(); err != nil || !strings.HasPrefix(string(said), "chatspec v1.2.3, features ") {
		t.Errorf("it says %q: %v", said, err)
	}
}

func TestEachResultSaysWhichChatspecHasJudged(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"chat.py": counting(t)})
	out := t.TempDir()
	args := []string{"run", dir, "--rule", "PEER-3.2"}
	for _, format := range []string{"json", "html", "markdown"} {
		args = append(args, "--format", format+":"+filepath.Join(out, format))
	}
	chatspec(t, call{args: args})
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var result struct {
		Suite struct{ Version, Features string }
	}
	if err := json.Unmarshal([]byte(read("json")), &result); err != nil || result.Suite.Version == "" || result.Suite.Features != featuresHash(t) {
		t.Errorf("the result is by %v: %v", result.Suite, err)
	}
	short := "features " + featuresHash(t)[:12]
	for _, name := range []string{"html", "markdown"} {
		if !strings.Contains(read(name), short) {
			t.Errorf("%s does not say %q", name, short)
		}
	}
}
