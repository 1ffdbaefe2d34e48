package rabbit

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// What stagetest has, by the names that the tests read well with.
var must, wantFailure = stagetest.Must, stagetest.WantFailure
