package chatroom

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/target"
)

const (
	// listens takes a connection, and says nothing.
	listens = "s = socket.create_server((host, port)); held = [s.accept() for _ in range(9)]"
	// connects asks for a name, and sends each line as a request.
	connects = "s = socket.create_connection((host, port))\n" +
		"name = input('name? ')\n" +
		"s.sendall(('GET /log.txt?' + name + ' HTTP/1.1\\r\\n\\r\\n').encode())\n" +
		"while (line := input()) != ':quit': s.sendall(('POST /log.txt HTTP/1.1\\r\\n\\r\\n(0:00)-' + line).encode())\n" +
		"s.sendall(b'POST /log.txt HTTP/1.1\\r\\n\\r\\nbye')"
)

func TestHowAClientSpeaksIsLearned(t *testing.T) {
	inEachPlace(t, func(t *testing.T, judge func(server, client string) *session) {
		s := judge(listens, connects)
		must(t, s.Calibrate(bounded(t), serverProgram))
		must(t, s.Calibrate(bounded(t), clientProgram))
		if len(s.script.join) != 1 || s.script.join[0].text != "GET /log.txt?annika HTTP/1.1\r\n\r\n" {
			t.Errorf("it joins by %+v", s.script.join)
		}
		if len(s.script.say) != 1 || !strings.HasSuffix(s.script.say[0].text, "(0:00)-"+secondText) || s.script.fresh {
			t.Errorf("it says %+v (on a connection of its own: %v)", s.script.say, s.script.fresh)
		}
		if len(s.script.quit) != 1 || !strings.HasSuffix(s.script.quit[0].text, "bye") || s.script.polls() {
			t.Errorf("it leaves by %+v, and asks %+v", s.script.quit, s.script.poll)
		}
	})
}

func TestAProgramThatDoesNotStart(t *testing.T) {
	inEachPlace(t, func(t *testing.T, judge func(server, client string) *session) {
		s := judge("sys.exit('no idea')", connects)
		wantFailure(t, s.Calibrate(bounded(t), serverProgram), "the server listens somewhere", "it ended before it listened (exit status 1); its last words: no idea")
		wantFailure(t, s.Calibrate(bounded(t), clientProgram), "the server listens somewhere", "no idea")
		s = judge(listens, "sys.exit('no idea')")
		wantFailure(t, s.Calibrate(bounded(t), clientProgram), "the client connects to the server", "it ended without (exit status 1); its last words: no idea")
		s = judge(listens, "input('name? '); sys.stdin.read()")
		wantFailure(t, s.Calibrate(bounded(t), clientProgram), "the client connects to the server", "it does not")
	})
}

// A server with a port of its own is judged on a host only.
func TestAServerWithAPortOfItsOwn(t *testing.T) {
	const own = "import socket; s = socket.create_server(('127.0.0.1', 0)); held = [s.accept() for _ in range(9)]"
	for _, way := range []sandbox.Isolation{sandbox.Shared, sandbox.OwnHost} {
		t.Run(string(way), func(t *testing.T) {
			stagetest.NeedsIsolation(t, way)
			err := sessionOf(t, way, own, connects).Calibrate(bounded(t), serverProgram)
			var unverified *stage.Unverified
			if way == sandbox.OwnHost {
				must(t, err)
			} else if !errors.As(err, &unverified) || !strings.Contains(unverified.Reason, "the server listens at an address of its own") {
				t.Errorf("it says %v", err)
			}
		})
	}
}

func TestAProgramThatIsMissingIsNotCalibrated(t *testing.T) {
	s := begin(stagetest.RunOf(t, stagetest.Target(t), stage.Options{}))
	var missing *target.Missing
	if err := s.Calibrate(bounded(t), clientProgram); !errors.As(err, &missing) || missing.Program != serverProgram {
		t.Errorf("it says %v", err)
	}
}

func TestACalibrationIsCancelled(t *testing.T) {
	s := sessionOf(t, sandbox.Shared, "sys.stdin.read()", connects)
	ctx, cancel := context.WithCancel(bounded(t))
	cancel()
	if err := s.Calibrate(ctx, serverProgram); !errors.Is(err, context.Canceled) {
		t.Errorf("it says %v", err)
	}
}
