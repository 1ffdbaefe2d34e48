package chatroom

import (
	"slices"
	"testing"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
)

// shows are the events of a client that shows a text.
func shows(user, text string) []journal.Event {
	return []journal.Event{{Kind: journal.Shown, From: user, Text: text}}
}

func TestAMessageIsFoundByItsForm(t *testing.T) {
	for shown, want := range map[string][]string{
		"annika:(0:12)-Hello, how is everyone?":                                     {"0", "12"},
		"annika:(0:3)-Hello, how is everyone?\n":                                    {"0", "3"},
		"> annika: (61:05) - Hello, how is everyone?":                               {"61", "05"},
		"you are in the room\n\x1b[1mannika\x1b[0m:(2:00)-Hello, how is everyone? ": {"2", "00"},
		"[annika] Hello, how is everyone?":                                          nil,
		"annika:(12)-Hello, how is everyone?":                                       nil,
		"annika:(0:75)-Hello, how is everyone?":                                     nil,
		"(0:12)-Hello, how is everyone?":                                            nil,
		"annika:(0:12)-hello, how is everyone?":                                     nil,
		"annika: Hello, how is everyone? (0:12)":                                    nil,
	} {
		match := find(shows("bruno", shown), "bruno", "", "Hello, how is everyone?")
		if want == nil && match != nil || want != nil && (match == nil || !slices.Equal(match[1:], want)) {
			t.Errorf("in %q there is %q", shown, match)
		}
	}
}

func TestAMessageIsOfItsAuthor(t *testing.T) {
	for shown, want := range map[string]bool{
		"annika:(0:12)-hello":             true,
		"* annika:(0:12)-hello":           true,
		"joannika:(0:12)-hello":           false,
		":(0:10)-annika\n:(0:12)-hello":   false,
		"bruno:(0:12)-hello":              false,
		"bruno:(0:12)-annika:(0:1)-hi":    false,
		"annika joins\nbruno:(0:1)-hello": false,
	} {
		if found := find(shows("carla", shown), "carla", "annika", "hello") != nil; found != want {
			t.Errorf("in %q: %v", shown, found)
		}
	}
}

func TestAMessageIsFoundOnTheWire(t *testing.T) {
	events := []journal.Event{
		{Kind: journal.Wrote, From: "server", To: "bruno", Conn: 1, Data: "HTTP/1.1 200 OK\r\n\r\nannika:(0:0"},
		{Kind: journal.Wrote, From: "server", To: "carla", Conn: 2, Data: "-"},
		{Kind: journal.Wrote, From: "server", To: "bruno", Conn: 1, Data: "7)-hello"},
	}
	if match := find(events, "bruno", "annika", "hello"); match == nil || match[2] != "07" {
		t.Errorf("there is %q", match)
	}
}

func TestATimeIsMeasuredFromWhatAPersonSees(t *testing.T) {
	at := func(seconds float64, e journal.Event) journal.Event {
		e.At = time.Duration(seconds * float64(time.Second))
		return e
	}
	typed := func(text string) journal.Event { return journal.Event{Kind: journal.Typed, From: "annika", Text: text} }
	events := []journal.Event{
		at(1, typed("apple")), at(1.3, shows("bruno", "annika:(0:01)-app")[0]), at(1.4, shows("bruno", "le\n")[0]),
		at(2.5, typed("pear")), at(2.6, shows("bruno", "annika:(0:01)-pear\n")[0]),
	}
	got := between(events, "bruno", "apple", "pear")
	if got != (span{1, 2}) { // 1.1 s at least, and 1.6 s at most
		t.Errorf("it is %v", got)
	}
	for seconds, want := range map[int]bool{0: false, 1: true, 2: true, 3: false} {
		if got.holds(seconds) != want {
			t.Errorf("%d: %v", seconds, !want)
		}
	}
	if text := got.String(); text != "0:01 to 0:02" {
		t.Errorf("it is said as %s", text)
	}
}

func TestPathsOfRequests(t *testing.T) {
	for line, want := range map[string]string{
		"GET /log.txt HTTP/1.1":                      "/log.txt",
		"GET log.txt HTTP/1.1":                       "/log.txt",
		"POST /log.txt?name=ann%20b HTTP/1.1":        "/log.txt",
		"GET http://127.0.0.1:5000/log.txt HTTP/1.1": "/log.txt",
		"GET / HTTP/1.1":                             "/",
		"POST /chat/log.txt HTTP/1.0":                "/chat/log.txt",
	} {
		if got := pathOf(line); got != want {
			t.Errorf("of %s it is %s", line, got)
		}
	}
}

func TestTheOrderOfALog(t *testing.T) {
	must(t, inOrder("plum\nJOIN\napple\npear\nplum\n", []string{"plum", "apple", "pear"}))
	wantFailure(t, inOrder("apple plum pear", []string{"plum", "apple", "pear"}), "in this order", `"apple" stands before`)
}

// A text may come in pieces, and, where what is sent has chunks, with the end of one in it.
func TestManyMessagesAreFoundHoweverTheyAreCut(t *testing.T) {
	roll := newRoll("bruno")
	var events []journal.Event
	for _, data := range []string{"8\r\nann:papaya-an", "n-001.\r\nc\r\nx papaya-ann-0", "\r\na1\r\n02. papaya-e", "va-000.\n", "papaya-ann-001. again"} {
		events = append(events,
			journal.Event{Kind: journal.Wrote, From: "server", To: "bruno", Conn: 1, Data: data},
			journal.Event{Kind: journal.Wrote, From: "server", To: "ann", Conn: 2, Data: "papaya-joe-007."})
		roll.read(events)
	}
	if want := []string{"papaya-ann-001.", "papaya-ann-002.", "papaya-eva-000."}; !slices.Equal(roll.order, want) {
		t.Errorf("there are %q", roll.order)
	}
	sent := map[string][]string{"ann": {"papaya-ann-001.", "papaya-ann-002."}, "eva": {"papaya-eva-000."}, "bruno": {"papaya-bruno-000."}}
	if text := roll.missing(sent); text != "" {
		t.Errorf("%s is missing", text)
	}
	sent["eva"] = append(sent["eva"], "papaya-eva-001.")
	if text := roll.missing(sent); text != "papaya-eva-001." {
		t.Errorf("%s is missing", text)
	}
	if got := without(roll.order, "ann", "bruno"); !slices.Equal(got, []string{"papaya-eva-000."}) {
		t.Errorf("without those of two authors there are %q", got)
	}
}

func TestAMessageIsWholeWhereNothingStandsBehindIt(t *testing.T) {
	const text = "two; are here"
	for shown, want := range map[string]string{
		"annika:(0:12)-two; are here":                                  "",
		"annika:(0:12)-two; are here  \n> ":                            "",
		"annika:(0:12)-\"two; are here\"\n":                            "",
		"annika:(0:12)-two; are here.\n":                               "two; are here.",
		"annika:(0:12)-two; are here.\nannika:(0:12)-two; are here":    "",
		"annika:(0:12)-two; are here too\nbruno:(0:1)-two; are here!":  "two; are here!",
		"annika:(0:12)-two; are\nhere, where a screen has broken it\n": "",
	} {
		if got := goesOn(shown, text); got != want {
			t.Errorf("%q goes on as %q, want %q", shown, got, want)
		}
	}
}

func TestWhoIsMentionedByMessagesAloneIsNotTalkedOf(t *testing.T) {
	for said, want := range map[string]bool{
		"annika:(0:12)-hello\nannika:(0:3)-bye\n": false,
		"annika:(0:12)-hello\n* annika leaves\n":  true,
		"LEFT annika":                             true,
		"bruno:(0:12)-where are you?\n":           false,
	} {
		told := []journal.Event{{Kind: journal.Wrote, From: "server", To: "bruno", Conn: 1, Data: said}}
		if got := mentions(told, "bruno", "annika"); got != want {
			t.Errorf("of %q it is said that annika is talked of: %v", said, got)
		}
	}
}
