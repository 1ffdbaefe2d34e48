package zmq

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/tap/zmtp"
	"github.com/chatspec/chatspec/steps"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// What stagetest has, by the names that the tests read well with.
const forEver = stagetest.ForEver

var (
	must, wantFailure = stagetest.Must, stagetest.WantFailure
	bounded           = stagetest.Bounded
	targetOf          = stagetest.Target
	newRun, runOf     = stagetest.NewRun, stagetest.RunOf
	perform           = stagetest.Perform
)

// open opens the world of a scenario until the end of the test.
func open(t *testing.T, run *stage.Run) *world {
	t.Helper()
	return begin(run).open(steps.NewWorld(run, stagetest.Open(t, run, zmtp.Protocol)))
}
