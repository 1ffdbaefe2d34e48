package chatroom

import (
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/journal"
)

// saysTo is one after the other saying something.
func saysTo(from, to, data string) journal.Event {
	return journal.Event{Kind: journal.Wrote, From: from, To: to, Data: data}
}

func TestWhatTheServerTellsAClientIsSaidBackByAnother(t *testing.T) {
	for name, c := range map[string]struct {
		annika, bruno, eva []string // what the server tells each, in pieces
		said, want         string
	}{
		"a token that is all of an answer": {
			[]string{"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nab12cd34", "HTTP/1.1 200 OK\r\n\r\n"},
			[]string{"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nef56ab78"},
			[]string{"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n99zz99zz", "HTTP/1.1 200 OK\r\n\r\n"},
			"GET /log.txt HTTP/1.1\r\nX-Token: ab12cd34\r\n\r\n",
			"GET /log.txt HTTP/1.1\r\nX-Token: 99zz99zz\r\n\r\n",
		},
		"a header that comes by itself": {
			[]string{"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n", "ab12cd34"},
			[]string{"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n", "ef56ab78"},
			[]string{"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n99zz99zz"},
			"POST /log.txt HTTP/1.1\r\n\r\ntoken=ab12cd34",
			"POST /log.txt HTTP/1.1\r\n\r\ntoken=99zz99zz",
		},
		"a chunk that is longer for another": {
			[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "a\r\nab12cd34 3\r\n0\r\n\r\n"},
			[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nef56ab78 5\r\n0\r\n\r\n"},
			[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n99zz99zz 12\r\n0\r\n\r\n"},
			"POST /log.txt HTTP/1.1\r\n\r\ntoken=ab12cd34",
			"POST /log.txt HTTP/1.1\r\n\r\ntoken=99zz99zz",
		},
		"a cookie": {
			[]string{"HTTP/1.1 200 OK\r\nSet-Cookie: session=ab12cd34; Path=/\r\n\r\nwelcome annika"},
			[]string{"HTTP/1.1 200 OK\r\nSet-Cookie: session=ef56ab78; Path=/\r\n\r\nwelcome bruno"},
			[]string{"HTTP/1.1 200 OK\r\nSet-Cookie: session=99zz-9; Path=/\r\n\r\nwelcome eva"},
			"GET /log.txt HTTP/1.1\r\nCookie: session=ab12cd34\r\n\r\n",
			"GET /log.txt HTTP/1.1\r\nCookie: session=99zz-9\r\n\r\n",
		},
		"a small number": {
			[]string{`HTTP/1.1 200 OK` + "\r\n\r\n" + `{"id": 1, "since": 1}`},
			[]string{`HTTP/1.1 200 OK` + "\r\n\r\n" + `{"id": 2, "since": 2}`},
			[]string{`HTTP/1.1 200 OK` + "\r\n\r\n" + `{"id": 31, "since": 17}`},
			"GET /log.txt?id=1&since=1&of=1 HTTP/1.1\r\n\r\n",
			"GET /log.txt?id=31&since=17&of=1 HTTP/1.1\r\n\r\n",
		},
		"a word that both use": {
			[]string{"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"},
			[]string{"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"},
			[]string{"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"},
			"POST /log.txt HTTP/1.1\r\nContent-Type: text/plain\r\n\r\n",
			"POST /log.txt HTTP/1.1\r\nContent-Type: text/plain\r\n\r\n",
		},
		"nothing was told": {
			[]string{"HTTP/1.1 200 OK\r\n\r\nab12cd34"}, []string{"HTTP/1.1 200 OK\r\n\r\nef56ab78"}, nil,
			"POST /log.txt HTTP/1.1\r\n\r\nab12cd34", "POST /log.txt HTTP/1.1\r\n\r\nab12cd34",
		},
	} {
		events := []journal.Event{saysTo("annika", "server", "POST /log.txt HTTP/1.1\r\n\r\nannika")}
		for _, data := range c.annika {
			events = append(events, saysTo("server", "annika", data))
		}
		for _, data := range c.bruno {
			events = append(events, saysTo("server", "bruno", data))
		}
		events = append(events, saysTo("annika", "server", c.said))
		var told []journal.Event
		for _, data := range c.eva {
			told = append(told, saysTo("server", "eva", data))
		}
		s := script{name: "annika", text: "kumquat", echoes: echoesOf(events, "annika", "bruno")}
		if got := s.repeat(piece{text: c.said}, change{name: "eva", told: toldTo(told, "eva")}); got != c.want {
			t.Errorf("%s: she says\n%q\nand should say\n%q", name, got, c.want)
		}
	}
}

func TestANumberIsSaidBackUnderAnotherNameThanTheServers(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n"
	for name, c := range map[string]struct {
		told [3]string // what annika, bruno and eva are told
		said [2]string // what annika and bruno say then
		want string    // what eva says
	}{
		"an answer that is nothing else": {
			told: [3]string{ok + "1", ok + "2", ok + "3"},
			said: [2]string{"GET /log.txt HTTP/1.1\r\nSession: 1\r\n\r\n", "GET /log.txt HTTP/1.1\r\nSession: 2\r\n\r\n"},
			want: "GET /log.txt HTTP/1.1\r\nSession: 3\r\n\r\n",
		},
		"another name": {
			told: [3]string{ok + `{"seat": 1}`, ok + `{"seat": 2}`, ok + `{"seat": 30}`},
			said: [2]string{"GET /log.txt?id=1&of=1 HTTP/1.1\r\n\r\n", "GET /log.txt?id=2&of=1 HTTP/1.1\r\n\r\n"},
			want: "GET /log.txt?id=30&of=1 HTTP/1.1\r\n\r\n",
		},
		"a path": {
			told: [3]string{ok + "seat 1", ok + "seat 2", ok + "seat 3"},
			said: [2]string{"GET /log.txt/1 HTTP/1.1\r\n\r\n", "GET /log.txt/2 HTTP/1.1\r\n\r\n"},
			want: "GET /log.txt/3 HTTP/1.1\r\n\r\n",
		},
		"a letter and a number": {
			told: [3]string{ok + "u1", ok + "u2", ok + "u13"},
			said: [2]string{"GET /log.txt?who=u1 HTTP/1.1\r\n\r\n", "GET /log.txt?who=u2 HTTP/1.1\r\n\r\n"},
			want: "GET /log.txt?who=u13 HTTP/1.1\r\n\r\n",
		},
		"who was refused": {
			told: [3]string{ok + "1", ok + "2", "HTTP/1.1 503 Full\r\n\r\nfull"},
			said: [2]string{"GET /log.txt HTTP/1.1\r\nSession: 1\r\n\r\n", "GET /log.txt HTTP/1.1\r\nSession: 2\r\n\r\n"},
			want: "GET /log.txt HTTP/1.1\r\nSession: 987\r\n\r\n",
		},
		"what all say": {
			told: [3]string{ok + "1", ok + "2", ok + "3"},
			said: [2]string{"GET /log.txt HTTP/1.1\r\nVersion: 1\r\n\r\n", "GET /log.txt HTTP/1.1\r\nVersion: 1\r\n\r\n"},
			want: "GET /log.txt HTTP/1.1\r\nVersion: 1\r\n\r\n",
		},
	} {
		const login = "POST /log.txt HTTP/1.1\r\nSession: 0\r\n\r\nannika"
		events := []journal.Event{
			saysTo("annika", "server", login), saysTo("server", "annika", c.told[0]), saysTo("annika", "server", c.said[0]),
			saysTo("bruno", "server", login), saysTo("server", "bruno", c.told[1]), saysTo("bruno", "server", c.said[1]),
		}
		s := script{name: "annika", text: "kumquat", echoes: echoesOf(events, "annika", "bruno")}
		told := toldTo([]journal.Event{saysTo("server", "eva", c.told[2])}, "eva")
		if got := s.repeat(piece{text: c.said[0]}, change{name: "eva", told: told}); got != c.want {
			t.Errorf("%s: she says\n%q\nand should say\n%q", name, got, c.want)
		}
		if got := s.repeat(piece{text: login}, change{name: "eva"}); got != strings.Replace(login, "annika", "eva", 1) {
			t.Errorf("%s: before she is told anything she says %q", name, got)
		}
	}
}

func TestAnEchoMakesAMessageLonger(t *testing.T) {
	s := script{name: "annika", text: "kumquat", echoes: []echo{{text: "id", numbered: true}}}
	said := piece{text: "POST / HTTP/1.1\r\nContent-Length: 16\r\n\r\nid=1&say=kumquat"}
	want := "POST / HTTP/1.1\r\nContent-Length: 15\r\n\r\nid=117&say=pear"
	if got := s.repeat(said, change{name: "eva", text: "pear", told: "id=117"}); got != want {
		t.Errorf("it is %q", got)
	}
}

// TestWhoWasToldNoNumberHasNobodys: the client's own is that of somebody else where another was refused.
func TestWhoWasToldNoNumberHasNobodys(t *testing.T) {
	s := script{name: "annika", text: "kumquat", echoes: []echo{{text: "X-Id", numbered: true}}}
	said := piece{text: "POST /log.txt HTTP/1.1\r\nX-Id: 1\r\n\r\nkumquat"}
	for told, want := range map[string]string{
		"HTTP/1.1 200 OK\r\nX-Id: 4\r\n\r\n": "POST /log.txt HTTP/1.1\r\nX-Id: 4\r\n\r\nnougat",
		"HTTP/1.1 503 Full\r\n\r\n":          "POST /log.txt HTTP/1.1\r\nX-Id: 987\r\n\r\nnougat",
	} {
		if got := s.repeat(said, change{name: "eva", text: "nougat", told: told}); got != want {
			t.Errorf("who was told %q says %q", told, got)
		}
	}
}

func TestANameMayStandInBase64(t *testing.T) {
	s := script{name: "annika", text: "kumquat"}
	for said, want := range map[string]string{
		"GET / HTTP/1.1\r\nAuthorization: Basic YW5uaWthOg==\r\n\r\n": "GET / HTTP/1.1\r\nAuthorization: Basic Y2FybGE6\r\n\r\n",
		"GET / HTTP/1.1\r\nX-User: YW5uaWth\r\n\r\n":                  "GET / HTTP/1.1\r\nX-User: Y2FybGE=\r\n\r\n",
	} {
		if got := s.repeat(piece{text: said}, change{name: "carla"}); got != want {
			t.Errorf("of %q comes %q", said, got)
		}
	}
}
