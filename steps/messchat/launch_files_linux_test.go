package messchat

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/build"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps"
)

// A pipe would never be read to its end, and a link may lead to what is nobody's business.
func TestOnlyRegularFilesOfTheSubmissionAreItsSources(t *testing.T) {
	folder, outside := t.TempDir(), filepath.Join(t.TempDir(), "private.py")
	must(t, os.WriteFile(outside, []byte("private"), 0o600))
	must(t, os.WriteFile(filepath.Join(folder, "mess_chat.py"), []byte("main"), 0o600))
	must(t, os.WriteFile(filepath.Join(folder, "rmq.py"), []byte("beside"), 0o600))
	must(t, os.Symlink(outside, filepath.Join(folder, "link.py")))
	must(t, unix.Mkfifo(filepath.Join(folder, "pipe.py"), 0o600))
	run := stagetest.RunOf(t, &target.Target{Name: "a test", Folder: folder}, stage.Options{})
	texts, err := NewSubmission(run, steps.Services{}).sources(target.Program{Launch: []string{"python3", "mess_chat.py"}, Dir: "."})
	must(t, err)
	if want := []string{"main", "beside"}; !slices.Equal(texts, want) {
		t.Errorf("the sources are %q, want %q", texts, want)
	}
}

// A program that is built has its sources wherever its language wants them.
func TestTheSourcesOfABuiltProgramAreThoseOfItsFolder(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"main.go": "main", "chat/rmq.go": "rmq", "README.md": "read me", "target/old.class": "old"} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700))
		must(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	run := stagetest.RunOf(t, &target.Target{Name: "a test", Folder: folder}, stage.Options{})
	texts, err := NewSubmission(run, steps.Services{}).sources(target.Program{Launch: []string{"./mess_chat"}, Made: &build.Plan{Source: "main.go"}})
	must(t, err)
	if want := []string{"", "rmq", "main"}; !slices.Equal(texts, want) {
		t.Errorf("the sources are %q, want %q", texts, want)
	}
}

// Where programs share the machine nobody can answer for a host that a source names.
func TestAHostInASourceIsNamedWithWhatTheProgramCouldAskInstead(t *testing.T) {
	known, err := features.Read(features.Files)
	must(t, err)
	for source, want := range map[string]string{
		`connect("35.236.51.203")`:             "names 35.236.51.203, which nothing answers for here: have it judged on hosts of its own (--isolate host), or let it take the address from RABBITMQ_HOST or AMQP_URL",
		`MongoClient("34.94.157.136", 27017)`:  "names 34.94.157.136, which nothing answers for here: have it judged on hosts of its own (--isolate host), or let it take the address from MONGO_HOST or MONGO_URL",
		`connect("bunny.rmq2.cloudamqp.com")`:  "names bunny.rmq2.cloudamqp.com,",
		`connect(os.environ["RABBITMQ_HOST"])`: "",
	} {
		folder := t.TempDir()
		must(t, os.WriteFile(filepath.Join(folder, "mess_chat.py"), []byte(source+"\nserve_forever()\n"), 0o600))
		of, err := target.Open(t.Context(), folder, target.Request{Asker: target.Here{}, Known: known.HandedIn(), Assignments: []string{"rooms"}})
		must(t, err)
		s := NewSubmission(stagetest.RunOf(t, of, stage.Options{}), steps.Services{})
		err = s.FindWay(func(Way) error { return stage.Fail("it listens", "it has ended") })
		wantFailure(t, err, "mess_chat listens somewhere", "started with mess_chat, it has ended")
		if !strings.Contains(err.Error(), want) || want == "" && strings.Contains(err.Error(), "its source names") {
			t.Errorf("of %s it is said: %v", source, err)
		}
	}
}
