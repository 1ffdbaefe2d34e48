package zmq

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/tap"
	"github.com/chatspec/chatspec/fixtures/tap/zmtp"
)

func TestAPostingIsWhatWasSentOnTheConnectionOfTheLastMessage(t *testing.T) {
	says := func(conn int, m tap.Message) journal.Event {
		return journal.Event{Kind: journal.Sent, From: "ann", To: "server", Conn: conn, Message: m}
	}
	hello := zmtp.Message{Frames: [][]byte{[]byte("hello")}}
	watching := []journal.Event{says(1, zmtp.Greeting{Major: 3, Mechanism: "NULL"}), says(1, zmtp.Ready{SocketType: "SUB"})}
	for name, test := range map[string]struct {
		events   []journal.Event
		want     posting
		complete bool
	}{
		"nothing is said":   {nil, posting{}, false},
		"nothing is posted": {watching, posting{}, false},
		"one message": {
			append(watching, says(2, zmtp.Greeting{Major: 3, Mechanism: "NULL"}), says(2, zmtp.Ready{SocketType: "PUSH"}), says(2, hello)),
			posting{zmtp.Greeting{Major: 3, Mechanism: "NULL"}, zmtp.Ready{SocketType: "PUSH"}, hello}, true,
		},
		"a secret one": {
			[]journal.Event{says(2, zmtp.Greeting{Major: 3, Mechanism: "CURVE"}), says(2, hello)},
			posting{greeting: zmtp.Greeting{Major: 3, Mechanism: "CURVE"}, message: hello}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, complete := postingOf(test.events, "ann")
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(posting{})); diff != "" || complete != test.complete {
				t.Errorf("complete: %v; %s", complete, diff)
			}
		})
	}
}
