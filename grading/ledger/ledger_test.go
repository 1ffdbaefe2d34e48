package ledger_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
	"github.com/chatspec/chatspec/grading/ledger"
)

func open(t *testing.T, dir string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func entry(id string) ledger.Entry {
	return ledger.Entry{
		Schema: ledger.Schema, ID: id, Key: id, Attempt: 1, Students: []class.Student{{Key: id, Name: "<Ann>"}}, Fingerprint: "f", Settled: true,
		Results: []grading.Result{{Schema: grading.Schema, Assignment: "tcp-peer", Score: grading.Score{Earned: 1.5, Possible: 2}}},
	}
}

func TestAnEntryIsThereWhenTheLedgerIsOpenedAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	for _, id := range []string{"s1", "s1 (2)", "../../evil", ".hidden", "ü", "u"} {
		first := open(t, dir)
		if err := first.Keep(entry(id)); err != nil {
			t.Fatal(err)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		second := open(t, dir)
		got, ok, err := second.Find(id)
		if err != nil || !ok {
			t.Fatalf("%q is not found: %v", id, err)
		}
		if diff := cmp.Diff(entry(id), got); diff != "" {
			t.Errorf("%q is another (- wanted, + got):\n%s", id, diff)
		}
		if err := second.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if found, err := filepath.Glob(filepath.Join(dir, "results", "*.json")); err != nil || len(found) != 6 {
		t.Errorf("kept are %v (%v)", found, err)
	}
}

func TestOnlyOneGradesInAFolder(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	if _, err := ledger.Open(dir); !errors.Is(err, ledger.ErrTaken) {
		t.Errorf("the second is told %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

func TestAnEntryThatIsDamagedIsNone(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	for _, text := range []string{"", "{", `{"schema": "chatspec-class/0", "id": "s1"}`, `{"schema": "chatspec-class/1", "id": "s2"}`} {
		if err := os.WriteFile(filepath.Join(dir, "results", "s1.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := l.Find("s1"); ok || err != nil {
			t.Errorf("%q is an entry, or an error: %v", text, err)
		}
	}
}

func TestWhatWasLeftUnfinishedIsTakenAway(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".work", "s1", "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	l := open(t, dir)
	place, err := l.Workplace()
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(filepath.Dir(place)); err != nil || len(entries) != 1 {
		t.Errorf("there are %v (%v)", entries, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".work")); !os.IsNotExist(err) {
		t.Errorf("the folder to work in is left: %v", err)
	}
}

func TestAFileThatCannotBeWrittenLeavesTheOldOne(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if err := l.Write("scores.csv", []byte("old")); err != nil {
		t.Fatal(err)
	}
	// Nothing can be written where there is no folder to work in.
	if err := os.RemoveAll(filepath.Join(dir, ".work")); err != nil {
		t.Fatal(err)
	}
	if err := l.Write("scores.csv", []byte("new")); err == nil {
		t.Error("it was written")
	}
	if text, err := os.ReadFile(l.Path("scores.csv")); err != nil || string(text) != "old" {
		t.Errorf("the file holds %q (%v)", text, err)
	}
}

func TestALightEntryHoldsWhatAClassIsCountedBy(t *testing.T) {
	e := entry("s1")
	failure := &grading.Failure{Expected: "e", Observed: "o", Hint: "h", Journal: []string{"j"}, Events: []grading.Event{{Kind: "typed"}}, Stderr: "s"}
	e.Results[0].Rules = []grading.Rule{{ID: "PEER-1.1", Scenarios: []grading.Scenario{{Name: "1", Failure: failure, Steps: []grading.Step{{Text: "Given"}}}, {Name: "2"}}}}
	e.Results[0].Unsteady = []grading.Unsteady{{Rule: "PEER-1.1", Failure: failure, Passed: failure.Events}}
	light := &grading.Failure{Expected: "e", Observed: "o", Hint: "h"}
	want := entry("s1")
	want.Results[0].Rules = []grading.Rule{{ID: "PEER-1.1", Scenarios: []grading.Scenario{{Name: "1", Failure: light}, {Name: "2"}}}}
	want.Results[0].Unsteady = []grading.Unsteady{{Rule: "PEER-1.1", Failure: light}}
	if diff := cmp.Diff(want, e.Light()); diff != "" {
		t.Errorf("it is another (- wanted, + got):\n%s", diff)
	}
	if e.Results[0].Rules[0].Scenarios[0].Failure.Stderr != "s" {
		t.Error("the entry itself was altered")
	}
}
