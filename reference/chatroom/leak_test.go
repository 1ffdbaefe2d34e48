package chatroom_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails if a goroutine is left when all is closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
