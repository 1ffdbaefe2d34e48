package main_test

import (
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading"
)

// TestPicturesOfWindowsAreKept: of what failed, as it stood then, and of what passed.
func TestPicturesOfWindowsAreKept(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	dir, kept := t.TempDir(), filepath.Join(t.TempDir(), "new", "evidence")
	must(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "fixtures", "submissions", "http", "python-pyqt5-windows"))))
	client, err := os.ReadFile(filepath.Join(dir, "client.py"))
	must(t, err)
	mute := strings.Replace(string(client), "self.log.appendPlainText(answer.data)", "pass", 1)
	must(t, os.WriteFile(filepath.Join(dir, "client.py"), []byte(mute), 0o600))

	page := filepath.Join(t.TempDir(), "page.html")
	got := chatspec(t, call{args: []string{"run", dir, "--tags", "@HTTP-7.1,@HTTP-7.3", "--evidence", kept, "--format", "json", "--format", "html:" + page}})
	var result grading.Result
	must(t, json.Unmarshal([]byte(got.stdout), &result))
	for rule, programs := range map[string][]string{"HTTP-1.2": nil, "HTTP-7.1": {"server"}, "HTTP-7.3": {"annika", "bruno", "server"}} {
		i := slices.IndexFunc(result.Rules, func(r grading.Rule) bool { return r.ID == rule })
		if i < 0 {
			t.Fatalf("%s was not judged: %s", rule, got.stderr)
		}
		var of []string
		for _, picture := range result.Rules[i].Scenarios[0].Pictures {
			of = append(of, picture.Program)
			isPicture(t, picture.File)
		}
		if !slices.Equal(of, programs) {
			t.Errorf("of %s there are pictures of %q, want %q", rule, of, programs)
		}
	}
	if !strings.Contains(got.stderr, "chatspec: pictures of windows kept in "+kept+": 4\n") {
		t.Errorf("it says %q", got.stderr)
	}
	drawn, err := os.ReadFile(page)
	must(t, err)
	if n := strings.Count(string(drawn), "data:image/png"); n != 3 {
		t.Errorf("the page shows %d pictures, want those of the rule that failed", n)
	}
}

func isPicture(t *testing.T, file string) {
	t.Helper()
	in, err := os.Open(file)
	must(t, err)
	defer in.Close()
	if _, err := png.Decode(in); err != nil {
		t.Errorf("%s: %v", file, err)
	}
}

func TestWithoutWindowsThereAreNoPictures(t *testing.T) {
	t.Parallel()
	kept := t.TempDir()
	got := chatspec(t, call{args: []string{"run", "reference", "--tags", "@PEER-1.1", "--evidence", kept}})
	if want := "chatspec: --evidence keeps pictures of windows, and there was none to be kept\n"; got.status != 0 || got.stderr != want {
		t.Errorf("it ends with %d and says %q, want %q", got.status, got.stderr, want)
	}
	left, err := os.ReadDir(kept)
	if err != nil || len(left) > 0 {
		t.Errorf("there is %v: %v", left, err)
	}
	blocked := filepath.Join(kept, "file")
	must(t, os.WriteFile(blocked, nil, 0o600))
	got = chatspec(t, call{args: []string{"run", "reference", "--tags", "@PEER-1.1", "--evidence", filepath.Join(blocked, "dir")}})
	if got.status != 2 || !strings.HasPrefix(got.stderr, "chatspec: --evidence: ") || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("where no folder can be made it ends with %d and says %q", got.status, got.stderr)
	}
}
