package zmq

import (
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/target"
)

// TestTheSecondPartIsJudgedWithThePostClientThatItsServerUnderstands: with the first part's
// where it understands that, and with its own where it understands that alone.
func TestTheSecondPartIsJudgedWithThePostClientThatItsServerUnderstands(t *testing.T) {
	const (
		serve = `
ears = [socket.create_server((sys.argv[1], int(port))) for port in sys.argv[2:]]
reader = ears[1].accept()[0]
while True:
    text = ears[0].accept()[0].recv(100)
    if text.startswith(UNDERSTOOD): reader.sendall(text)`
		watch = "s = socket.create_connection((sys.argv[1], int(sys.argv[2]))); s.recv(100); sys.stdin.read()"
		post  = "s = socket.create_connection((sys.argv[1], int(sys.argv[2]))); s.sendall((WORD + ' '.join(sys.argv[3:])).encode())"
	)
	own := target.InPart("post_client", "2")
	for name, test := range map[string]struct{ understood, want string }{
		"the first part's": {"b'one'", "post_client"},
		"its own":          {"b'two'", own},
		"both":             {"b''", "post_client"},
		"neither":          {"b'three'", "post_client"},
	} {
		t.Run(name, func(t *testing.T) {
			inEachPlace(t, func(t *testing.T, judge func(...target.Program) *session) {
				helper := postClient(strings.Replace(post, "WORD", "'two '", 1))
				helper.Name = own
				s := judge(
					postClient(strings.Replace(post, "WORD", "'one '", 1)), helper,
					pubServer(strings.Replace(serve, "UNDERSTOOD", test.understood, 1)),
					script("pub_client", watch, "{ip}", "{pub_port}"),
				)
				w := open(t, s.run)
				w.session, w.server = s, "pub_server"
				got, err := w.postClient(bounded(t))
				must(t, err)
				if got != test.want {
					t.Errorf("it is %s", got)
				}
				if said := len(s.run.Observations()) > 0; said != (test.want == own) {
					t.Errorf("it is observed: %v", s.run.Observations())
				}
			})
		})
	}
}
