package chatroom

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chatspec/chatspec/fixtures/target"
)

func TestASourceTellsHowItIsStarted(t *testing.T) {
	spec := target.Program{Launch: []string{"python3", "client.py"}, Arguments: [][]string{{"{ip}", "{port}"}, {"{port}", "{ip}"}, {"{ip}", "{port}", "{name}"}, nil}}
	all := []string{"{ip} {port}", "{port} {ip}", "{ip} {port} {name}", ""}
	for source, want := range map[string][]string{
		`s.connect(("localhost", 5000))`:                       {""},
		`import sys; go(*sys.argv[1:])`:                        all,
		`port = int(sys.argv[1]); host = sys.argv[2]`:          {"{port} {ip}", "{ip} {port}", "{ip} {port} {name}", ""},
		`SERVER_IP = sys.argv[1]` + "\n" + `port=int(argv[2])`: all,
		`name = sys.argv[1]`:                                   append([]string{"{name}"}, all...),
		`colour = sys.argv[1]`:                                 all,
		`p.add_argument("--host", default="x"); p.add_argument("-p", "--port", type=int)`: append([]string{"--host {ip} --port {port}"}, all...),
		`p.add_argument('host')` + "\n" + `p.add_argument('port', type=int)`:              all,
		`p.add_argument("-v", "--verbose", action="store_true")`:                          {""},
		`p.add_argument("--user"); p.add_argument("port")`:                                append([]string{"{port} --user {name}"}, all...),
	} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "client.py"), []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, how := range ways(&target.Target{Folder: folder}, spec) {
			got = append(got, how.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s\nis started by %q, and should be by %q", source, got, want)
		}
	}
}

func TestOtherLanguagesAreTriedInOrder(t *testing.T) {
	spec := target.Program{Launch: []string{"node", "client.js"}, Arguments: [][]string{{"{port}"}, nil}}
	if got := ways(&target.Target{Folder: t.TempDir()}, spec); len(got) != 2 || got[0].String() != "{port}" || got[1].String() != "" {
		t.Errorf("they are %q", got)
	}
	spec.Arguments = spec.Arguments[:1]
	if got := ways(&target.Target{Folder: t.TempDir()}, spec); len(got) != 1 || got[0].String() != "{port}" {
		t.Errorf("what a manifest says is %q", got)
	}
}

func TestQuestionsAreAnswered(t *testing.T) {
	at := netip.MustParseAddrPort("127.0.0.1:5000")
	for prompt, want := range map[string]string{
		"Enter your username: ":            "ann",
		"Enter the server's name":          "127.0.0.1",
		"Host:":                            "127.0.0.1",
		"IP address of the server >":       "127.0.0.1",
		"Server port? ":                    "5000",
		"Welcome to the server. Your name": "ann",
		"Name:":                            "ann",
		"Who are you?":                     "ann",
		"> ":                               "ann",
		"":                                 "ann",
		"nickname (no spaces)":             "ann",
	} {
		text, isName := reply(prompt, way{}, at, "ann")
		if text != want || isName != (want == "ann") {
			t.Errorf("to %q the answer is %q (a name: %v)", prompt, text, isName)
		}
	}
	if text, isName := reply("Join which server?", way{"{ip}", "{port}"}, at, "ann"); text != "ann" || !isName {
		t.Errorf("who was told the address is answered %q", text)
	}
}
