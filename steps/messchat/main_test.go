package messchat

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// What stagetest has, by the names that the tests read well with.
var (
	must, wantFailure = stagetest.Must, stagetest.WantFailure
	bounded           = stagetest.Bounded
)

// submissionOf judges a submission in a folder, or, where there is none, none.
func submissionOf(t *testing.T, folder string) *Submission {
	t.Helper()
	of := &target.Target{Name: "a test", Folder: folder, Assignments: []string{"rabbitmq"}, Programs: map[string]target.Program{
		Program: stagetest.Python(Program, Program+".py"),
	}}
	return NewSubmission(stagetest.RunOf(t, of, stage.Options{}), steps.Services{})
}
