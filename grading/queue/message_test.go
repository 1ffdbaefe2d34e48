package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/fixtures/archive"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
)

// keyOf is a key.
func keyOf(t testing.TB, text string) Key {
	t.Helper()
	key, err := NewKey([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

const ours, theirs = "a key of ours, long enough", "a key of theirs, long enough"

func aTask() Task {
	t := Task{
		Run: "run", Submission: "s1", Fingerprint: "f", Version: "v", Items: []Item{{Base: "hw.zip"}},
		Options: Options{Assignments: []string{"zmq"}, Tags: "@must", Isolate: "host", Patience: 1, Unsteady: "review"},
	}
	t.ID = taskID(t.Run, t.Submission, t.Fingerprint)
	return t
}

func TestATaskAndItsFilesComeAsTheyWereSigned(t *testing.T) {
	message, err := sealTask(keyOf(t, ours), aTask(), []byte("files\nof all kinds"))
	if err != nil {
		t.Fatal(err)
	}
	got, files, err := openTask(keyOf(t, " "+ours+"\n"), message)
	if diff := cmp.Diff(aTask(), got); err != nil || diff != "" || string(files) != "files\nof all kinds" {
		t.Errorf("it comes as %q, %v: %s", files, err, diff)
	}
}

func TestAResultComesWithAllThatHappened(t *testing.T) {
	want := Result{Task: "id", Fingerprint: "f", Version: "v", Worker: "w1", Settled: true, Results: []grading.Result{{Assignment: "zmq", Rules: []grading.Rule{{ID: "ZMQ-1.1", Verdict: grading.Passed}}}}}
	message, err := sealResult(keyOf(t, ours), want)
	if err != nil {
		t.Fatal(err)
	}
	begun, got, err := openAnswer(keyOf(t, ours), message)
	if err != nil || begun != nil || cmp.Diff(&want, got) != "" {
		t.Errorf("it comes as %v, %v: %s", begun, err, cmp.Diff(&want, got))
	}
}

// TestWhatIsForgedOrAlteredIsRefused alters each byte, and all that a message is made of.
func TestWhatIsForgedOrAlteredIsRefused(t *testing.T) {
	key := keyOf(t, ours)
	message, err := sealTask(key, aTask(), []byte("files"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range message {
		altered := bytes.Clone(message)
		altered[i] ^= 1
		if _, _, err := openTask(key, altered); !errors.Is(err, ErrForged) {
			t.Errorf("with another byte at %d it is said: %v", i, err)
		}
	}
	forged, err := sealTask(keyOf(t, theirs), aTask(), []byte("files"))
	if err != nil {
		t.Fatal(err)
	}
	begun, err := sealBegun(key, Begun{Task: aTask().ID})
	if err != nil {
		t.Fatal(err)
	}
	another := aTask()
	another.Submission = "s2"
	swapped, err := sealTask(key, another, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, message := range map[string][]byte{
		"a task by another key": forged, "one that is cut": message[:len(message)-1], "one with more": append(bytes.Clone(message), 'x'), "nothing": nil,
	} {
		if _, _, err := openTask(key, message); !errors.Is(err, ErrForged) {
			t.Errorf("of %s it is said: %v", name, err)
		}
	}
	for name, message := range map[string][]byte{"what is no task": begun, "one with another's id": swapped} {
		if _, _, err := openTask(key, message); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, _, err := openAnswer(key, message); err == nil {
		t.Error("a task is taken for an answer")
	}
}

func TestAKeyIsNeverShownAndNotTooShort(t *testing.T) {
	key := keyOf(t, ours)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if shown := fmt.Sprintf(format, key); strings.Contains(shown, "ours") || strings.Contains(shown, "111 117") {
			t.Errorf("by %s it is shown: %s", format, shown)
		}
	}
	if _, err := NewKey([]byte("  short\n")); err == nil || strings.Contains(err.Error(), "short\n") {
		t.Errorf("of a short key it is said: %v", err)
	}
	t.Setenv(KeyVariable, "")
	if _, err := ReadKey(""); err == nil || !strings.Contains(err.Error(), "--shared-key FILE") {
		t.Errorf("of none it is said: %v", err)
	}
}

func TestAPasswordIsShownNowhere(t *testing.T) {
	for _, url := range []string{
		"amqp://ann:geheim@127.0.0.1:5672/", "amqp://ann:geheim@127.0.0.1:99999/", "amqp://ann:geheim@[/", "amqps://ann:ge/heim@host/", "http://ann:geheim@host", "ann:geheim@host",
	} {
		place, err := NewPlace(url, Certificates{})
		if shown := fmt.Sprintf("%v %+v %#v %v", place, place, place, err); strings.Contains(shown, "heim") {
			t.Errorf("it is shown: %s", shown)
		}
	}
	t.Setenv(PasswordVariable, "geheim")
	for url, want := range map[string]string{"amqp://ann@h/": "geheim", "amqp://ann:own@h/": "own", "amqp://h/": "guest"} {
		if place, err := NewPlace(url, Certificates{}); err != nil || place.uri.Password != want {
			t.Errorf("of %s it is %q, %v", url, place.uri.Password, err)
		}
	}
}

// TestWhoIsNotFitTakesOtherQueues: those of another version, key, isolation or assignment never see a task.
func TestWhoIsNotFitTakesOtherQueues(t *testing.T) {
	key := keyOf(t, ours)
	fit := Worker{Version: "v", Key: key, Isolation: "host", Known: []string{"zmq", "rooms"}}
	only, other, of, isolated, shared := fit, fit, fit, fit, fit
	only.Assignments = []string{"zmq"}
	other.Version, of.Key, isolated.Isolation, shared.Share = "w", keyOf(t, theirs), "none", "/share"
	another := fit
	another.Assignments = []string{"rooms"}
	task, large, open := aTask(), aTask(), aTask()
	large.Shared = &Shared{}
	open.Options.Assignments = nil
	for _, c := range []struct {
		name  string
		w     Worker
		takes [3]bool // the task, a large one, one of any assignment
	}{
		{"a worker", fit, [3]bool{true, false, true}}, {"one for zmq", only, [3]bool{true, false, false}}, {"one for rooms", another, [3]bool{}},
		{"another version", other, [3]bool{}}, {"another key", of, [3]bool{}}, {"no isolation", isolated, [3]bool{}}, {"one that shares", shared, [3]bool{true, true, true}},
	} {
		names := strings.Join(c.w.takes(), " ") + " "
		for i, of := range []Task{task, large, open} {
			if got := strings.Contains(names, of.asks(key).queue()+" "); got != c.takes[i] {
				t.Errorf("%s takes from %q, and of the task %d that is %v", c.name, names, i, got)
			}
		}
	}
}

// submission writes a submission of a folder, with a program, a link and a folder of Python's, and a file.
func submission(t *testing.T) class.Submission {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"hw/chat.py": "print()", "hw/a/Ünï.txt": "text", "hw/__pycache__/chat.pyc": "old", "11_chat.py": "alone"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o750)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "hw/link")); err != nil {
		t.Fatal(err)
	}
	return class.Submission{ID: "s1", Key: "s1", Items: []archive.Item{{Path: filepath.Join(dir, "hw")}, {Path: filepath.Join(dir, "11_chat.py"), Name: "chat.py"}}}
}

// TestFilesArriveAsTheyWere: what a result is made of is the same there, in a message or in the shared folder.
func TestFilesArriveAsTheyWere(t *testing.T) {
	s := submission(t)
	want, err := s.Hash(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	share := t.TempDir()
	large := s
	noise := make([]byte, MaxMessage)
	for i, state := 0, uint32(1); i < len(noise); i++ {
		state = state*1664525 + 1013904223 // so that it cannot be compressed
		noise[i] = byte(state >> 24)
	}
	path := filepath.Join(t.TempDir(), "noise.bin")
	if err := os.WriteFile(path, noise, 0o644); err != nil {
		t.Fatal(err)
	}
	large.Items = append(large.Items[:2:2], archive.Item{Path: path})
	if _, err := packTask(t.Context(), large, "", "x"); !errors.Is(err, errNoShare) {
		t.Errorf("without a shared folder it is said: %v", err)
	}
	wantLarge, err := large.Hash(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		s      class.Submission
		shared bool
		want   string
	}{{s, false, want}, {large, true, wantLarge}} {
		p, err := packTask(t.Context(), c.s, share, "run/task.tar.gz")
		if err != nil || (p.shared != nil) != c.shared {
			t.Fatalf("it is packed as %v, %v", p.shared, err)
		}
		dir := t.TempDir()
		var items []archive.Item
		if c.shared {
			items, err = unpackShared(t.Context(), share, *p.shared, itemsOf(c.s), dir)
		} else {
			items, err = unpack(t.Context(), bytes.NewReader(p.files), itemsOf(c.s), dir)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := (class.Submission{Items: items}).Hash(t.Context()); err != nil || got != c.want {
			t.Errorf("other files arrive: %v, %v", items, err)
		}
		if c.shared {
			if err := os.WriteFile(filepath.Join(share, p.shared.Path), []byte("other"), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := unpackShared(t.Context(), share, *p.shared, itemsOf(c.s), t.TempDir()); err == nil {
				t.Error("another file is taken")
			}
		}
	}
}

// FuzzOpen: whatever comes through a queue, nothing of it is believed without a signature, and nothing panics.
func FuzzOpen(f *testing.F) {
	key := keyOf(f, ours)
	task, err := sealTask(key, aTask(), []byte("files"))
	if err != nil {
		f.Fatal(err)
	}
	result, err := sealResult(key, Result{Task: "id"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(task)
	f.Add(result)
	f.Add([]byte(schema + "task\n\n\n"))
	f.Fuzz(func(t *testing.T, message []byte) {
		_, _, taken := openTask(key, message)
		if taken == nil && !bytes.Equal(message, task) {
			t.Errorf("a task is believed: %q", message)
		}
		if _, _, err := openAnswer(key, message); err == nil && !bytes.Equal(message, result) {
			t.Errorf("an answer is believed: %q", message)
		}
		// What is signed may still be anything: a head, files.
		if _, _, err := openTask(key, key.seal(taskKind, message, message)); err == nil {
			t.Logf("a task")
		}
		if _, _, err := openAnswer(key, key.seal(resultKind, message, message)); err == nil {
			t.Logf("a result")
		}
		unpack(context.Background(), bytes.NewReader(message), []Item{{Base: "a"}}, t.TempDir())
	})
}
