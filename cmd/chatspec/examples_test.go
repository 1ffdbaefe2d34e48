package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/fixtures/strictyaml"
)

// runExample runs a program of the examples, in a folder.
func runExample(t *testing.T, dir string, env []string, command ...string) (output string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = dir
	cmd.Env = append(environment("CI"), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
	return string(out)
}

// example is where a file of the examples is.
func example(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "examples", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheExampleForGradescopeWritesItsResults(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	needs(t, "python3")
	for _, c := range []struct {
		name, file, program string
		want                string
	}{
		{"a chat that counts from 1", "chat.py", counting(t), "PEER-3.2 The member"},
		{"no chat", "essay.txt", "on chats", "It could not be judged.\nchatspec: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"submission/" + c.file: c.program})
			if err := os.Mkdir(filepath.Join(dir, "source"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(binary, filepath.Join(dir, "source", "chatspec")); err != nil {
				t.Fatal(err)
			}
			runExample(t, dir, []string{"AUTOGRADER=" + dir}, example(t, "gradescope/run_autograder"))
			text, err := os.ReadFile(filepath.Join(dir, "results/results.json"))
			if err != nil {
				t.Fatal(err)
			}
			var report struct {
				Score  *float64
				Output string
				Tests  []struct{ Name, Status string }
			}
			if err := json.Unmarshal(text, &report); err != nil || report.Score == nil {
				t.Fatalf("this is no result (%v):\n%s", err, text)
			}
			said := report.Output
			for _, test := range report.Tests {
				if test.Status == "failed" {
					said += "\n" + test.Name
				}
			}
			if !strings.Contains(said, c.want) {
				t.Errorf("it tells of\n%s", said)
			}
		})
	}
}

func TestTheExampleForClassroom50WritesItsResult(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	needs(t, "python3")
	dir := folder(t, map[string]string{"src/chat.py": counting(t)})
	output := filepath.Join(t.TempDir(), "output")
	runExample(t, dir, []string{"PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH"), "GITHUB_OUTPUT=" + output, "SUBMISSION_TAG=submit/1"}, "python3", example(t, "classroom50/autograder.py"))
	for file, want := range map[string]string{
		"result.json": `"submission": "submit/1"`, "release-body.md": "### ✗ PEER-3.2", "report.html": "✓ The reference", output: "status=failure\n",
	} {
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s (%v) does not hold %q", file, err, want)
		}
	}
}

// TestTheExamplesForCIAreYAMLThatCallsTheCommandAsItIs: each format that they name is one.
func TestTheExamplesForCIAreYAMLThatCallsTheCommandAsItIs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"github-actions/chatspec.yml", "gitlab-ci/.gitlab-ci.yml"} {
		text, err := os.ReadFile(example(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := strictyaml.Parse(name, text); err != nil {
			t.Error(err)
		}
		args := []string{"run", "nowhere"}
		words := strings.Fields(string(text))
		for i, word := range words {
			if word == "--format" {
				format, _, _ := strings.Cut(strings.Trim(words[i+1], `"`), ":")
				args = append(args, "--format", format+":"+filepath.Join(t.TempDir(), "report"))
			}
		}
		if len(args) < 6 {
			t.Errorf("%s names no formats", name)
		}
		if got := chatspec(t, call{args: args}); !strings.Contains(got.stderr, `there is no folder "nowhere"`) {
			t.Errorf("%s: it says %q", name, got.stderr)
		}
	}
}
