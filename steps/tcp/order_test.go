package tcp

import (
	"testing"

	"github.com/chatspec/chatspec/fixtures/journal"
)

func TestTheOrderOfWhatHasArrived(t *testing.T) {
	for _, c := range []struct{ arrived, wrong string }{
		{"one. two. three.", ""},
		{"before. one. and two. and three. after", ""},
		{"one. three. two.", `"three." has come before "two."`},
		{"one. two. three. two.", `"two." has come 2 times`},
		{"one. three.", `"two." has come 0 times`},
	} {
		if wrong := outOfOrder(c.arrived, []string{"one.", "two.", "three."}); wrong != c.wrong {
			t.Errorf("of %q is said %q", c.arrived, wrong)
		}
	}
}

// Of two connections, what came on the one that was made first came first, whichever was read first.
func TestWhatHasArrivedIsPutTogetherByItsConnections(t *testing.T) {
	events := []journal.Event{
		{Kind: journal.Wrote, To: "bob", Conn: 2, Data: "second "},
		{Kind: journal.Wrote, To: "bob", Conn: 1, Data: "fi"},
		{Kind: journal.Wrote, To: "eve", Conn: 3, Data: "else"},
		{Kind: journal.Wrote, To: "bob", Conn: 1, Data: "rst "},
		{Kind: journal.Wrote, To: "bob", Conn: 2, Data: "third"},
	}
	if all := arrived(events, "bob"); all != "first second third" {
		t.Errorf("arrived has %q", all)
	}
}
