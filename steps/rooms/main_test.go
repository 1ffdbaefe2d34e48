package rooms_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain lets this test's own executable be a host's first process, and fails if a
// goroutine is left when all is closed.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}
