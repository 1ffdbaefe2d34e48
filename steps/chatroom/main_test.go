package chatroom

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/chatspec/chatspec/fixtures/program"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/target"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// What stagetest has, by the names that the tests read well with.
var (
	must, wantFailure = stagetest.Must, stagetest.WantFailure
	bounded           = stagetest.Bounded
)

// inEachPlace runs a test on the machine itself and, where there are any, on hosts.
func inEachPlace(t *testing.T, test func(t *testing.T, judge func(server, client string) *session)) {
	t.Helper()
	for _, way := range []sandbox.Isolation{sandbox.Shared, sandbox.OwnHost} {
		t.Run(string(way), func(t *testing.T) {
			stagetest.NeedsIsolation(t, way)
			test(t, func(server, client string) *session { return sessionOf(t, way, server, client) })
		})
	}
}

// sessionOf judges two programs, each a text in Python that is given an address and a port.
func sessionOf(t *testing.T, way sandbox.Isolation, server, client string) *session {
	t.Helper()
	of := stagetest.Target(t, inPython(serverProgram, server), inPython(clientProgram, client))
	return begin(stagetest.RunOf(t, of, stage.Options{Isolate: way, Patience: 4}))
}

// inPython is a program in Python, which is given an address and a port.
func inPython(name, text string) target.Program {
	return target.Program{
		Name:      name,
		Launch:    []string{"/usr/bin/python3", "-SEc", "import os, socket, sys\nhost, port = sys.argv[1], int(sys.argv[2])\n" + text},
		Arguments: [][]string{{"{ip}", "{port}"}},
		Input:     program.Terminal,
	}
}
