package chatroom

import (
	"slices"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/journal"
)

func TestRequestsAreFoundInWhatAClientSays(t *testing.T) {
	for said, want := range map[string][]string{
		"":                              nil,
		"GET /log.txt HTTP/1.1\r\n\r\n": {"GET /log.txt HTTP/1.1\r\n\r\n"},
		"GET / HTTP/1.1\r\n\r\nPOST /log.txt HTTP/1.0\r\n\r\nhi":              {"GET / HTTP/1.1\r\n\r\n", "POST /log.txt HTTP/1.0\r\n\r\nhi"},
		"POST /log.txt HTTP/1.1;(0:0)-ann\nPOST /log.txt HTTP/1.1;(0:1)-hi\n": {"POST /log.txt HTTP/1.1;(0:0)-ann\n", "POST /log.txt HTTP/1.1;(0:1)-hi\n"},
		"POST log.txt HTTP/1.1;oneGET log.txt HTTP/1.1;":                      {"POST log.txt HTTP/1.1;one", "GET log.txt HTTP/1.1;"},
		"ann\nPOST /log.txt HTTP/1.1\n\nhi\n":                                 {"ann\n", "POST /log.txt HTTP/1.1\n\nhi\n"},
		"ann: hello\n":                                                        {"ann: hello\n"},
		"\r\nGET / HTTP/1.1":                                                  {"\r\nGET / HTTP/1.1"},
	} {
		if got := requests(said); !slices.Equal(got, want) {
			t.Errorf("in %q there are %q, and should be %q", said, got, want)
		}
	}
}

func TestWhatIsRepeatedDiffersInNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		text       string // what annika has said by it
		said, want string
	}{
		"real HTTP": {"a kumquat",
			"POST /log.txt?name=annika HTTP/1.1\r\nHost: chat\r\nContent-Length: 9\r\n\r\na kumquat",
			"POST /log.txt?name=eva HTTP/1.1\r\nHost: chat\r\nContent-Length: 5\r\n\r\npears"},
		"lines with semicolons": {"a kumquat",
			"POST /log.txt HTTP/1.1;(0:07)-a kumquat\n", "POST /log.txt HTTP/1.1;(1:15)-pears\n"},
		"seconds as they come": {"a kumquat",
			"POST /log.txt HTTP/1.1\n\n(0:7)-a kumquat\n", "POST /log.txt HTTP/1.1\n\n(1:15)-pears\n"},
		"JSON": {`a "kumquat" & more`,
			"POST /log.txt HTTP/1.1\r\ncontent-length: 50\r\n\r\n" + `{"name": "annika", "text": "a \"kumquat\" & more"}`,
			"POST /log.txt HTTP/1.1\r\ncontent-length: 32\r\n\r\n" + `{"name": "eva", "text": "pears"}`},
		"a form": {`a "kumquat" & more`,
			"POST /log.txt HTTP/1.1\r\nContent-Length: 42\r\n\r\nname=annika&text=a+%22kumquat%22+%26+more",
			"POST /log.txt HTTP/1.1\r\nContent-Length: 16\r\n\r\nname=eva&text=pears"},
		"a URL": {"a kumquat",
			"GET /log.txt?name=annika&text=a%20kumquat HTTP/1.1\r\n\r\n", "GET /log.txt?name=eva&text=pears HTTP/1.1\r\n\r\n"},
		"a name alone": {"a kumquat",
			"POST /log.txt HTTP/1.1\r\nContent-Length: 6\r\n\r\nannika", "POST /log.txt HTTP/1.1\r\nContent-Length: 3\r\n\r\neva"},
		"no HTTP": {"a kumquat", "annika: a kumquat\n", "eva: pears\n"},
	} {
		s := script{name: "annika", text: c.text}
		got := s.repeat(piece{text: c.said}, change{name: "eva", text: "pears", seconds: 75})
		if name == "a form" {
			got, c.want = lengthless(got), lengthless(c.want)
		}
		if got != c.want {
			t.Errorf("%s: it is\n%q\nand should be\n%q", name, got, c.want)
		}
	}
}

// lengthless is a request without its length.
func lengthless(request string) string { return length.ReplaceAllString(request, "") }

func TestALengthGrowsWithTheText(t *testing.T) {
	s := script{name: "annika", text: "kumquat"}
	said := piece{text: "POST / HTTP/1.1\r\nContent-Length: 7\r\nX-Length: 7\r\n\r\nkumquat"}
	want := "POST / HTTP/1.1\r\nContent-Length: 65536\r\nX-Length: 7\r\n\r\n"
	if got := s.repeat(said, change{name: "eva", text: strings.Repeat("x", 65536)}); !strings.HasPrefix(got, want) || len(got) != len(want)+65536 {
		t.Errorf("it begins with %.80q and has %d bytes", got, len(got))
	}
}

func TestAMethodIsReplacedWhereThereIsOne(t *testing.T) {
	s := script{name: "annika", text: "kumquat"}
	for said, want := range map[string]string{
		"POST /log.txt HTTP/1.1;kumquat\n":          "PUT /log.txt HTTP/1.1;pear\n",
		"GET /log.txt HTTP/1.1\r\n\r\nkumquat POST": "PUT /log.txt HTTP/1.1\r\n\r\npear POST",
		"annika: kumquat\n":                         "annika: pear\n",
	} {
		if got := s.repeat(piece{text: said}, change{name: "annika", text: "pear", method: "PUT"}); got != want {
			t.Errorf("of %q comes %q", said, got)
		}
	}
}

func TestATextMayHoldTheNameOfTheFirst(t *testing.T) {
	s := script{name: "annika", text: "kumquat"}
	if got := s.repeat(piece{text: "annika: kumquat"}, change{name: "eva", text: "annika?"}); got != "eva: annika?" {
		t.Errorf("it is %q", got)
	}
}

func TestWhatAClientSaysIsListedByItsConnections(t *testing.T) {
	wrote := func(from string, conn int, data string) journal.Event {
		return journal.Event{Kind: journal.Wrote, From: from, To: "server", Conn: conn, Data: data}
	}
	connected := func(from string, conn int) journal.Event {
		return journal.Event{Kind: journal.Connected, From: from, To: "server", Conn: conn}
	}
	events := []journal.Event{
		connected("annika", 3), wrote("annika", 3, "GET /log"), wrote("bruno", 4, "GET /other HTTP/1.1\n"), wrote("annika", 3, ".txt HTTP/1.1\n"),
		connected("annika", 7), wrote("annika", 7, "POST /log.txt HTTP/1.1\n\none"), wrote("annika", 3, "GET /log.txt HTTP/1.1\n"),
	}
	want := []piece{{0, "GET /log.txt HTTP/1.1\n"}, {0, "GET /log.txt HTTP/1.1\n"}, {1, "POST /log.txt HTTP/1.1\n\none"}}
	got := saidIn(events, "annika", phase{0, len(events)})
	if !slices.Equal(got, want) {
		t.Errorf("they are %+v", got)
	}
	if left := once(got); !slices.Equal(left, []piece{want[0], want[2]}) {
		t.Errorf("once each they are %+v", left)
	}
	if got := holding(got, "one"); !slices.Equal(got, want[2:]) {
		t.Errorf("those that hold the text are %+v", got)
	}
}
