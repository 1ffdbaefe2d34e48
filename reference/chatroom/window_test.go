package chatroom_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/reference/chatroom"
	"github.com/chatspec/chatspec/reference/internal/loopback"
)

func anyPort() netip.AddrPort { return netip.MustParseAddrPort("127.0.0.1:0") }

// windowOf is where a program says that its window is.
func windowOf(t *testing.T, p *loopback.Program) string {
	t.Helper()
	shown := p.Shown()
	window, found := strings.CutPrefix(shown, "the window is at ")
	if !found {
		t.Fatalf("the screen shows %q", shown)
	}
	return window
}

// openWithWindow starts a server with a window, in a folder of its own.
func openWithWindow(t *testing.T) (r *room, window string) {
	t.Helper()
	t.Chdir(t.TempDir())
	address := loopback.Nowhere(t)
	server := loopback.Start(t, chatroom.Server{Listen: address, Window: anyPort()}.Run)
	server.WantShown("waiting for clients on http://" + address.String() + "/log.txt")
	return &room{Program: server, t: t, address: address}, windowOf(t, server)
}

// post sends what a window's page would.
func post(t *testing.T, window, path, content string) {
	t.Helper()
	asked, err := http.NewRequestWithContext(t.Context(), http.MethodPost, window+path, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	asked.Header.Set("Origin", strings.Join(strings.Split(window, "/")[:3], "/"))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: loopback.Patience}
	answer, err := client.Do(asked)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		t.Fatalf("%s is answered with %s", path, answer.Status)
	}
}

// follow reads what a window tells, each time until it holds a text. One event may tell several things.
func follow(t *testing.T, window string) (until func(text string)) {
	t.Helper()
	asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, window+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(asked)
	if err != nil {
		t.Fatal(err)
	}
	late, cancel := context.WithTimeoutCause(t.Context(), loopback.Patience, errors.New("the window does not tell it"))
	context.AfterFunc(late, func() { answer.Body.Close() })
	t.Cleanup(cancel)
	lines := bufio.NewScanner(answer.Body)
	rest := ""
	return func(text string) {
		t.Helper()
		for {
			if _, after, found := strings.Cut(rest, text); found {
				rest = after
				return
			}
			if !lines.Scan() {
				t.Fatalf("%s is not told (%v)", text, context.Cause(late))
			}
			rest = lines.Text()
		}
	}
}

func TestAClientIsUsedInItsWindow(t *testing.T) {
	r := open(t)
	bob := r.join("bob")
	ann := loopback.Start(t, chatroom.Client{Server: r.address, Window: anyPort()}.Run)
	window := windowOf(t, ann)
	told := follow(t, window)
	told("your name?")
	post(t, window, "line", "bob")
	told("this name is taken: choose another")
	post(t, window, "line", "ann")
	told(`"name":"ann","label":"Message"`)
	r.WantShown("ann comes in")
	post(t, window, "line", "Hello, how is everyone?")
	bob.WantShown("ann:(0:00)-Hello, how is everyone?")
	bob.Type("fine")
	told(`{"kind":"said","who":"bob","when":":(0:00)-","text":"fine"}`)
	post(t, window, "line", ":quit")
	told(`"ended":true`)
	ann.WantEnd()
	ann.WantNothingMore()
	r.WantShown("ann leaves")
}

func TestAWindowTellsWhyItsClientEnds(t *testing.T) {
	ann := loopback.Start(t, chatroom.Client{Server: loopback.Nowhere(t), Window: anyPort()}.Run)
	window := windowOf(t, ann)
	told := follow(t, window)
	told("your name?")
	post(t, window, "line", "ann")
	told("asking the server")
	told(`"ended":true`)
	if err := ann.End(); err == nil || !strings.Contains(err.Error(), "asking the server") {
		t.Errorf("it ends with %v", err)
	}
}

func TestAClientWithAWindowEndsWithTheServer(t *testing.T) {
	r := open(t)
	ann := loopback.Start(t, chatroom.Client{Server: r.address, Window: anyPort()}.Run)
	window := windowOf(t, ann)
	told := follow(t, window)
	post(t, window, "line", "ann")
	told("you are in the room")
	r.Cancel()
	told("the server has gone")
	told(`"ended":true`)
	ann.WantEnd()
}

func TestAServersWindowWritesTheLog(t *testing.T) {
	r, window := openWithWindow(t)
	told := follow(t, window)
	ann := r.join("ann")
	told(`"people":["ann"]`)
	ann.Type("one", "two")
	told(`2 messages are not in log.txt yet`)
	if kept, err := os.ReadFile("log.txt"); err != nil || len(kept) > 0 {
		t.Errorf("before the button is pressed, log.txt holds %q (%v)", kept, err)
	}
	post(t, window, "append", "")
	told("2 messages are appended to log.txt")
	if kept, err := os.ReadFile("log.txt"); err != nil || string(kept) != "ann:(0:00)-one\nann:(0:00)-two\n" {
		t.Errorf("log.txt holds %q (%v)", kept, err)
	}
	ann.Type("three", ":quit")
	ann.WantEnd()
	r.WantShown("ann leaves")
	told(`"people":[]`)
	r.Cancel()
	told(`"ended":true`)
	r.WantEnd()
	r.WantShown("not in log.txt, as the button was not pressed: 1")
}

func TestAWindowWhoseAddressIsTakenIsSaid(t *testing.T) {
	t.Chdir(t.TempDir())
	taken := loopback.AddressOf(loopback.Listen(t))
	for _, run := range []loopback.Run{
		chatroom.Client{Server: taken, Window: taken}.Run,
		chatroom.Server{Listen: loopback.Nowhere(t), Window: taken}.Run,
	} {
		err := run(t.Context(), nil, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "opening the window") {
			t.Errorf("it ends with %v", err)
		}
	}
}

func TestWindowsAreAskedForAtTheEnd(t *testing.T) {
	address := netip.MustParseAddrPort("127.0.0.1:5000")
	for arguments, want := range map[string]netip.AddrPort{
		"":                         {},
		" --window":                anyPort(),
		" --window 127.0.0.1:5001": netip.MustParseAddrPort("127.0.0.1:5001"),
		" --window [::1]:5001":     netip.MustParseAddrPort("[::1]:5001"),
	} {
		args := strings.Fields("127.0.0.1 5000" + arguments)
		if server, err := chatroom.ParseServer(args); err != nil || server != (chatroom.Server{Listen: address, Window: want}) {
			t.Errorf("server %q: %+v, %v", args, server, err)
		}
		if client, err := chatroom.ParseClient(args); err != nil || client != (chatroom.Client{Server: address, Window: want}) {
			t.Errorf("client %q: %+v, %v", args, client, err)
		}
	}
	for arguments, want := range map[string]string{
		"--window 127.0.0.1 5000":                 "last arguments",
		"127.0.0.1 5000 --window 0.0.0.0:5001":    "from elsewhere",
		"127.0.0.1 5000 --window 192.0.2.7:5001":  "from elsewhere",
		"127.0.0.1 5000 --window localhost:5001":  "not an IP address and a port",
		"127.0.0.1 --window 127.0.0.1:5001":       "its port are needed",
		"127.0.0.1 5000 --window 127.0.0.1:x":     "127.0.0.1:x",
		"127.0.0.1 5000 --windows 127.0.0.1:5001": "its port are needed",
	} {
		args := strings.Fields(arguments)
		if _, err := chatroom.ParseServer(args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("server %q: %v", args, err)
		}
		if _, err := chatroom.ParseClient(args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("client %q: %v", args, err)
		}
	}
}
