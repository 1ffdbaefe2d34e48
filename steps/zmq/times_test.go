package zmq

import (
	"errors"
	"testing"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
)

// TestATimeThatTheServerAddsCountsWhereItIsSeen, and is left open where it may stand in its
// memory alone.
func TestATimeThatTheServerAddsCountsWhereItIsSeen(t *testing.T) {
	const (
		post    = "s = socket.create_connection((sys.argv[1], int(sys.argv[2]))); s.sendall(' '.join(sys.argv[3:]).encode()); s.shutdown(socket.SHUT_WR); s.recv(100)"
		receive = "import time; ear = socket.create_server((sys.argv[1], int(sys.argv[2]))); here = ear.accept()[0]; text = here.recv(100).decode(); "
		stay    = "; sys.stdin.read()"
	)
	for name, test := range map[string]struct {
		server string
		seen   bool
	}{
		"in an answer":           {"here.sendall(time.ctime().encode())", true},
		"beside what it prints":  {"print(text, time.ctime(), flush=True)", true},
		"on another line":        {"print(text, flush=True); print(time.ctime(), flush=True)", false},
		"in its memory alone":    {"log = [(text, time.time())]", false},
		"a time that is not now": {"print(text, time.ctime(86400 * 365), flush=True)", false},
	} {
		t.Run(name, func(t *testing.T) {
			inEachPlace(t, func(t *testing.T, judge func(...target.Program) *session) {
				w := open(t, judge(postServer(receive+test.server+stay), postClient(post)).run)
				must(t, w.isRunning(bounded(t), "post"))
				must(t, w.posts(bounded(t), `"annika"`, "marzipan"))
				err := w.hasTime(bounded(t))
				var open *stage.Unverified
				if test.seen && err != nil || !test.seen && !errors.As(err, &open) {
					t.Errorf("it comes to: %v", err)
				}
			})
		})
	}
}
