package zmq

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/chatspec/chatspec/fixtures/program"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/target"
)

// script is a program in Python, with the arguments that the assignment gives it.
func script(name, text string, arguments ...string) target.Program {
	return target.Program{
		Name: name, Launch: []string{"/usr/bin/python3", "-SEc", "import socket, sys; " + text}, Arguments: [][]string{arguments}, Input: program.Terminal,
	}
}

func postServer(text string) target.Program { return script("post_server", text, "{ip}", "{port}") }

func pubServer(text string) target.Program {
	return script("pub_server", text, "{ip}", "{post_port}", "{pub_port}")
}

func postClient(text string) target.Program {
	return script("post_client", text, "{ip}", "{port}", "{username}", "{message}")
}

func mcClient(text string) target.Program {
	return script("mc_client", text, "{ip}", "{post_port}", "{pub_port}", "{channel}", "{name}")
}

// inEachPlace runs a test on the machine itself and, where there are any, on hosts.
func inEachPlace(t *testing.T, test func(t *testing.T, judge func(...target.Program) *session)) {
	t.Helper()
	for _, way := range []sandbox.Isolation{sandbox.Shared, sandbox.OwnHost} {
		t.Run(string(way), func(t *testing.T) {
			stagetest.NeedsIsolation(t, way)
			test(t, func(programs ...target.Program) *session {
				return begin(runOf(t, targetOf(t, programs...), stage.Options{Isolate: way}))
			})
		})
	}
}

func TestAProgramThatDoesWhatItShouldIsCalibrated(t *testing.T) {
	inEachPlace(t, func(t *testing.T, judge func(...target.Program) *session) {
		const serve = `ears = [socket.create_server((sys.argv[1], int(port))) for port in sys.argv[2:]]; sys.stdin.read()`
		s := judge(
			postServer(serve), pubServer(serve),
			postClient(`s = socket.create_connection((sys.argv[1], int(sys.argv[2]))); assert sys.argv[3:] == ["ann", "one"]; sys.stdin.read()`),
			mcClient(`s = [socket.create_connection((sys.argv[1], int(port))) for port in sys.argv[2:4]]; sys.stdin.read()`),
		)
		for name := range s.run.Target.Programs {
			if name == "puppet" {
				continue
			}
			if err := s.Calibrate(bounded(t), name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// doctor says of a program that does not start why it does not.
func TestAProgramThatDoesNotStart(t *testing.T) {
	for name, c := range map[string]struct {
		program            target.Program
		expected, observed string
	}{
		"a server that ends at once": {
			postServer(`sys.exit("I am not ready")`),
			"server listens on 127.0.0.1:", "it ended before it listened (exit status 1); its last words: I am not ready",
		},
		"a server that listens nowhere": {
			postServer(`sys.stdin.read()`),
			"server listens on 127.0.0.1:", "it listens nowhere; nothing more can happen: server waits in read",
		},
		"a server that listens at one of two addresses": {
			pubServer(`ear = socket.create_server((sys.argv[1], int(sys.argv[2]))); sys.stdin.read()`),
			"server listens on 127.0.0.1:", "it listens on 127.0.0.1:",
		},
		"a client that never connects": {
			postClient(`sys.stdin.read()`),
			"ann connects to server", "it does not; nothing more can happen: ann waits in read",
		},
		"a client that ends at once": {
			postClient(`sys.exit("I know nobody")`),
			"ann connects to server", "it ended without (exit status 1); its last words: I know nobody",
		},
		"a program that cannot be executed": {
			target.Program{Name: "post_server", Launch: []string{"./nowhere"}, Arguments: [][]string{nil}, Input: program.Terminal},
			"post_server can be started", "it cannot be executed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inEachPlace(t, func(t *testing.T, judge func(...target.Program) *session) {
				wantFailure(t, judge(c.program).Calibrate(bounded(t), c.program.Name), c.expected, c.observed)
			})
		})
	}
}

func TestAProgramThatIsMissingIsNotCalibrated(t *testing.T) {
	var missing *target.Missing
	if err := begin(newRun(t, forEver)).Calibrate(bounded(t), "post_server"); !errors.As(err, &missing) || missing.Program != "post_server" {
		t.Errorf("%v", err)
	}
}

// On a host of its own a client finds its server where it looks for it.
func TestAClientThatLooksElsewhereIsCalibrated(t *testing.T) {
	stagetest.NeedsIsolation(t, sandbox.OwnHost)
	client := postClient(`s = socket.socket(); s.connect_ex(("127.0.0.1", 5555)); s = socket.create_connection(("127.0.0.1", 5555)); sys.stdin.read()`)
	s := begin(runOf(t, targetOf(t, client), stage.Options{Isolate: sandbox.OwnHost}))
	must(t, s.Calibrate(bounded(t), "post_client"))
}

func TestWhereAClientLooksIsLearnedOnce(t *testing.T) {
	stagetest.NeedsIsolation(t, sandbox.OwnHost)
	client := postClient(`socket.socket().connect_ex((sys.argv[1], int(sys.argv[2])))`)
	s := begin(runOf(t, targetOf(t, client), stage.Options{Isolate: sandbox.OwnHost}))
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if err := s.learn(bounded(t), "post_client"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(s.run.Starts()); n != 1 {
		t.Errorf("it was started %d times", n)
	}
}

func TestACalibrationIsCancelled(t *testing.T) {
	s := begin(newRun(t, forEver, postServer(`sys.stdin.read()`), postClient(`sys.stdin.read()`)))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, name := range []string{"post_server", "post_client"} {
		if err := s.Calibrate(ctx, name); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
