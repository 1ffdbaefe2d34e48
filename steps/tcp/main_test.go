package tcp

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// What stagetest has, by the names that the tests read well with.
const (
	bound   = stagetest.Bound
	forEver = stagetest.ForEver
)

var (
	must, wantFailure = stagetest.Must, stagetest.WantFailure
	bounded, await    = stagetest.Bounded, stagetest.Await
	python, shell     = stagetest.Python, stagetest.Shell
	targetOf          = stagetest.Target
	newRun, runOf     = stagetest.NewRun, stagetest.RunOf
	closeStage        = stagetest.Close
	perform, peer     = stagetest.Perform, stagetest.Peer
)

// open opens a stage until the end of the test.
func open(t *testing.T, run *stage.Run) *talk { return stageOf(t, begin(run)) }

// stageOf opens a stage of a session until the end of the test.
func stageOf(t *testing.T, s *session) *talk {
	t.Helper()
	return s.on(stagetest.Open(t, s.run, jsonstream.Protocol))
}
