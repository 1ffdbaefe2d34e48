package messchat

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

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
	texts, err := NewSubmission(run, steps.Services{}).sources(".", "mess_chat.py")
	must(t, err)
	if want := []string{"main", "beside"}; !slices.Equal(texts, want) {
		t.Errorf("the sources are %q, want %q", texts, want)
	}
}
