package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps/stepstest"
)

// begun is a folder in which an assignment was begun.
func begun(t *testing.T, id string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mine")
	got := chatspec(t, call{args: []string{"init", id, dir}})
	if want := "wrote " + filepath.Join(dir, "chatspec.yaml") + "\nwrote " + filepath.Join(dir, "ASSIGNMENT.md") + "\n"; got.status != 0 || got.stdout != want || got.stderr != "" {
		t.Fatalf("it ends with %d, prints %q and says %q", got.status, got.stdout, got.stderr)
	}
	return dir
}

func written(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ofPython is what chatspec finds in a folder with a file in Python for each program of an assignment.
func ofPython(t *testing.T, dir string, known features.Assignment) (*target.Target, error) {
	t.Helper()
	for _, name := range known.ProgramNames() {
		if err := os.WriteFile(filepath.Join(dir, name+".py"), []byte("print('hello')\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return target.Open(t.Context(), dir, target.Request{Known: stepstest.Catalogue(t).HandedIn(), Asker: sandbox.AskerIn(sandbox.Shared)})
}

func TestTheManifestThatInitWritesIsRightAsItIsAndWithAllThatItOffers(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	offered := regexp.MustCompile(`(?m)^#(\S|  )`)
	for _, known := range stepstest.Catalogue(t).Assignments {
		t.Run(known.ID, func(t *testing.T) {
			t.Parallel()
			dir := begun(t, known.ID)
			found, err := ofPython(t, dir, known)
			if err != nil || len(found.Assignments) != 1 || found.Assignments[0] != known.ID {
				t.Fatalf("as it is, it is for %v: %v", found, err)
			}
			all := strings.Replace(offered.ReplaceAllString(written(t, dir, "chatspec.yaml"), "$1"), "build: make\n", "", 1) // that needs make
			if err := os.WriteFile(filepath.Join(dir, "chatspec.yaml"), []byte(all), 0o644); err != nil {
				t.Fatal(err)
			}
			found, err = ofPython(t, dir, known)
			if err != nil {
				t.Fatalf("%v\n%s", err, all)
			}
			for _, p := range known.Programs {
				if got := found.Programs[p.Name]; got.Env["MODE"] != "quiet" {
					t.Errorf("%s is started as %v", p.Name, got)
				}
			}
			if len(found.Hosts) != 1 || len(found.Channels) != len(known.Channels) {
				t.Errorf("the hosts are %v, the channels %v", found.Hosts, found.Channels)
			}
		})
	}
}

func TestWhatInitWritesTellsWhatIsAskedAndHowToCheckOneself(t *testing.T) {
	t.Parallel()
	for _, known := range stepstest.Catalogue(t).Assignments {
		page := written(t, begun(t, known.ID), "ASSIGNMENT.md")
		for _, rule := range known.Rules() {
			if !strings.Contains(page, "`"+rule.ID+"` "+rule.Title) {
				t.Errorf("%s: %s is not in it", known.ID, rule.ID)
			}
		}
		for _, part := range []string{"# " + known.Title, "chatspec run . ", "chatspec explain " + known.Rules()[0].ID + " ", "chatspec reference "} {
			if !strings.Contains(page, part) {
				t.Errorf("%s: it lacks %q", known.ID, part)
			}
		}
		if strings.Contains(page, "](") || known.Rubric != nil && !strings.Contains(page, known.Rubric.Items[0].Title) {
			t.Errorf("%s: it has a link, or no points:\n%s", known.ID, page)
		}
	}
}

func TestASampleInAFolderThatWasBegunStillPasses(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	dir := begun(t, "tcp-peer")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "fixtures", "submissions", "tcp-peer", "python-threads"))); err != nil {
		t.Fatal(err)
	}
	got := chatspec(t, call{args: []string{"run", ".", "--tags", "@must"}, dir: dir})
	if got.status != 0 || !strings.Contains(got.stdout, "tcp-peer: conformant") {
		t.Errorf("it ends with %d and says\n%s%s", got.status, got.stdout, got.stderr)
	}
}

func TestInitOverwritesNothing(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"chatspec.yaml": "mine"})
	got := chatspec(t, call{args: []string{"init", "zmq"}, dir: dir})
	if want := "chatspec.yaml is there already, and was left as it is\nwrote ASSIGNMENT.md\n"; got.status != 0 || got.stdout != want {
		t.Errorf("it ends with %d and prints %q", got.status, got.stdout)
	}
	if text := written(t, dir, "chatspec.yaml"); text != "mine" {
		t.Errorf("the file holds %q now", text)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "an assignment is missing: there are "},
		{[]string{"smq"}, `there is no assignment "smq"; there are `},
		{[]string{"zmq", "chatspec.yaml"}, "making the folder: "},
		{[]string{"zmq", "a", "b"}, "`chatspec init` takes an assignment and a folder; \"b\" is too much"},
	} {
		got := chatspec(t, call{args: append([]string{"init"}, c.args...), dir: dir})
		if got.status != 2 || !strings.HasPrefix(got.stderr, "chatspec: "+c.want) {
			t.Errorf("%q: it ends with %d and says %q", c.args, got.status, got.stderr)
		}
	}
}
