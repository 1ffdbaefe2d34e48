package main_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// warnings are what is said, by the way of isolation, where a submission is judged.
var warnings = map[string]string{
	"none": "chatspec: programs run on this machine itself: --isolate none gives them all that you may do here\n",
}

// TestASubmissionIsBuilt: where its manifest asks for that, and once, before all
// scenarios.
func TestASubmissionIsBuilt(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	for _, way := range []string{"auto", "none"} {
		manifest := "assignment: tcp-peer\nbuild: cp main.txt made.py\nprograms: {chat: {run: 'python3 made.py {name} {port} {peers}'}}\n"
		dir := folder(t, map[string]string{"chatspec.yaml": manifest, "main.txt": right})
		got := chatspec(t, call{args: []string{"run", dir, "--isolate", way, "--tags", "@PEER-1.1,@PEER-2.1"}})
		if got.status != 0 || got.stderr != warnings[way] {
			t.Errorf("--isolate %s: it ends with %d and says %q and %q", way, got.status, got.stdout, got.stderr)
		}
		if entries := names(t, dir); entries != "chatspec.yaml main.txt" {
			t.Errorf("--isolate %s: the folder holds %s", way, entries)
		}
	}
}

func TestABuildThatFailsIsSaid(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"auto", "none"} {
		manifest := "assignment: tcp-peer\nbuild: sh -c 'echo there is no compiler; exit 3'\nprograms: {chat: {run: './chat {name}'}}\n"
		dir := folder(t, map[string]string{"chatspec.yaml": manifest})
		got := chatspec(t, call{args: []string{"run", dir, "--isolate", way}})
		if got.status != 2 || !strings.Contains(got.stderr, "cannot be built with `sh -c echo there is no compiler; exit 3`: there is no compiler") {
			t.Errorf("--isolate %s: it ends with %d and says %q", way, got.status, got.stderr)
		}
	}
}

// TestABuildThatTakesTooLongIsSaid: in plain words, once its minutes are over.
func TestABuildThatTakesTooLongIsSaid(t *testing.T) {
	longtest.OnlyProof(t)
	t.Parallel()
	for _, way := range []string{"auto", "none"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			manifest := "assignment: tcp-peer\nbuild: sleep 3600\nprograms: {chat: {run: './chat {name}'}}\n"
			dir := folder(t, map[string]string{"class/s1/chatspec.yaml": manifest})
			args := []string{"grade", "class", "--isolate", way}
			got := chatspec(t, call{dir: dir, args: args, longest: 15 * time.Minute})
			if got.status != 0 || !strings.HasPrefix(got.stdout, "s1 could not be judged: s1 cannot be built with `sleep 3600`: it took longer than 5 minutes\n") {
				t.Errorf("it ends with %d, prints %q and says %q", got.status, got.stdout, got.stderr)
			}
			if again := chatspec(t, call{dir: dir, args: args}); again.status != 0 || len(judgedIn(again.stderr)) > 0 {
				t.Errorf("it is built again: %q", again.stderr)
			}
		})
	}
}

// names lists what a folder holds.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return strings.Join(list, " ")
}
