package chatroom_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chatspec/chatspec/reference/chatroom"
	"github.com/chatspec/chatspec/reference/internal/loopback"
)

// log is what a server has written.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// room is a running server.
type room struct {
	*loopback.Program
	t       *testing.T
	address netip.AddrPort
	log     *log
}

func open(t *testing.T) *room {
	t.Helper()
	listener := loopback.Listen(t)
	kept := new(log)
	program := loopback.Start(t, func(ctx context.Context, _ io.Reader, out io.Writer) error {
		return chatroom.Serve(ctx, listener, kept, out)
	})
	return &room{Program: program, t: t, address: loopback.AddressOf(listener), log: kept}
}

// client starts a client.
func (r *room) client() *loopback.Program {
	r.t.Helper()
	p := loopback.Start(r.t, chatroom.Client{Server: r.address}.Run)
	p.WantShown("your name?")
	return p
}

// join starts a client, which comes in.
func (r *room) join(name string) *loopback.Program {
	r.t.Helper()
	p := r.client()
	p.Type(name)
	p.WantShown("you are in the room; :quit leaves it")
	r.WantShown(name + " comes in")
	return p
}

func TestPeopleTalk(t *testing.T) {
	r := open(t)
	ann, bob, eve := r.join("ann"), r.join("bob"), r.join("eve")
	ann.Type("Hello, how is everyone?", "", "well?")
	for _, reader := range []*loopback.Program{bob, eve} {
		reader.WantShown("ann:(0:00)-Hello, how is everyone?")
		reader.WantShown("ann:(0:00)-well?")
	}
	bob.Type("fine; and you: Καλημέρα?")
	ann.WantShown("bob:(0:00)-fine; and you: Καλημέρα?")
	eve.WantShown("bob:(0:00)-fine; and you: Καλημέρα?")
	if want := "ann:(0:00)-Hello, how is everyone?\nann:(0:00)-well?\nbob:(0:00)-fine; and you: Καλημέρα?\n"; r.log.String() != want {
		t.Errorf("the log holds %q", r.log)
	}
	for _, p := range []*loopback.Program{ann, bob, eve} {
		p.Type(":quit")
		p.WantEnd()
		p.WantNothingMore()
	}
}

func TestANameIsAskedForUntilOneIsTaken(t *testing.T) {
	r := open(t)
	r.join("ann")
	bob := r.client()
	for name, answer := range map[string]string{
		"ann": "this name is taken: choose another",
		"":    "a name has 1 to 40 bytes, and is no white space",
	} {
		bob.Type(name)
		bob.WantShown(answer)
		bob.WantShown("your name?")
	}
	bob.Type("bob")
	bob.WantShown("you are in the room; :quit leaves it")
}

func TestAFifthWaitsForAPlace(t *testing.T) {
	r := open(t)
	ann := r.join("ann")
	for _, name := range []string{"bob", "eve", "joe"} {
		r.join(name)
	}
	kim := r.client()
	kim.Type("kim")
	kim.WantShown("the room is full: 4 are in it")
	kim.WantShown("your name?")
	ann.Type(":quit")
	ann.WantEnd()
	r.WantShown("ann leaves")
	kim.Type("kim")
	kim.WantShown("you are in the room; :quit leaves it")
	kim.Type(":quit")
	kim.WantEnd()
}

func TestAClientEndsWithTheServer(t *testing.T) {
	r := open(t)
	ann := r.join("ann")
	r.Cancel()
	r.WantEnd()
	ann.WantShown("the server has gone")
	ann.WantEnd()
}

func TestAClientWithoutAServerSaysSo(t *testing.T) {
	ann := loopback.Start(t, chatroom.Client{Server: loopback.Nowhere(t)}.Run)
	ann.WantShown("your name?")
	ann.Type("ann")
	if err := ann.End(); err == nil || !strings.Contains(err.Error(), "asking the server") {
		t.Errorf("it ends with %v", err)
	}
}

func TestACancelledClientEnds(t *testing.T) {
	r := open(t)
	ann := r.join("ann")
	ann.Cancel()
	ann.WantEnd()
	r.WantShown("ann leaves")
}

func TestTheEndOfTheInputLeaves(t *testing.T) {
	r := open(t)
	ann := r.join("ann")
	ann.EndInput(nil)
	ann.WantEnd()
	r.WantShown("ann leaves")
}

func TestWhatIsNotAskedForRightlyIsRefused(t *testing.T) {
	r := open(t)
	for request, want := range map[string]int{
		"PUT /log.txt?name=ann":     http.StatusMethodNotAllowed,
		"HEAD /log.txt?name=ann":    http.StatusMethodNotAllowed,
		"DELETE /log.txt":           http.StatusMethodNotAllowed,
		"GET /":                     http.StatusNotFound,
		"POST /chat?name=ann":       http.StatusNotFound,
		"GET /log.txt":              http.StatusBadRequest,
		"GET /log.txt?name=%20":     http.StatusBadRequest,
		"POST /log.txt?name=nobody": http.StatusForbidden,
	} {
		method, target, _ := strings.Cut(request, " ")
		answer := r.ask(method, target, "hello")
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s is answered with %s", request, answer.Status)
		}
	}
	r.join("ann")
	answer := r.ask(http.MethodPost, "/log.txt?name=ann", strings.Repeat("x", 1<<20+1))
	answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("a message that is too long is answered with %s", answer.Status)
	}
	if r.log.String() != "" {
		t.Errorf("the log holds %.80q", r.log)
	}
}

// ask sends a request; the answer's body is the caller's to close.
func (r *room) ask(method, target, content string) *http.Response {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, "http://"+r.address.String()+target, strings.NewReader(content))
	if err != nil {
		r.t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := (&http.Client{Transport: transport, Timeout: loopback.Patience}).Do(request)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, target, err)
	}
	return answer
}

// TestWhoDoesNotReadHoldsUpNobody: somebody is in the room, and takes nothing off the connection.
func TestWhoDoesNotReadHoldsUpNobody(t *testing.T) {
	r := open(t)
	eve := loopback.Dial(t, r.address)
	eve.Say("GET /log.txt?name=eve HTTP/1.1\r\nHost: chat\r\n\r\n")
	r.WantShown("eve comes in")
	ann, bob := r.join("ann"), r.join("bob")
	text := strings.Repeat("x", 1<<20)
	for i := range 5 {
		ann.Type(text[:len(text)-1] + fmt.Sprint(i))
		if got, want := bob.Shown(), fmt.Sprintf("%d", i); !strings.HasSuffix(got, want) {
			t.Fatalf("bob is shown %.40q", got)
		}
	}
}

func TestTheServerAppendsToALogInItsFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, text := range []string{"one", "two"} {
		address := loopback.Nowhere(t)
		server := loopback.Start(t, chatroom.Server{Listen: address}.Run)
		server.WantShown("waiting for clients on http://" + address.String() + "/log.txt")
		r := &room{Program: server, t: t, address: address}
		ann := r.join("ann")
		ann.Type(text, ":quit")
		ann.WantEnd()
		server.WantShown("ann leaves")
		server.Cancel()
		server.WantEnd()
	}
	kept, err := os.ReadFile("log.txt")
	if err != nil || string(kept) != "ann:(0:00)-one\nann:(0:00)-two\n" {
		t.Errorf("log.txt holds %q (%v)", kept, err)
	}
}

func TestAnAddressThatIsTakenIsSaid(t *testing.T) {
	t.Chdir(t.TempDir())
	listener := loopback.Listen(t)
	err := chatroom.Server{Listen: loopback.AddressOf(listener)}.Run(t.Context(), nil, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "waiting for clients") {
		t.Errorf("it ends with %v", err)
	}
}

// needs skips a test where a command is not installed, but not in CI.
func needs(t *testing.T, command string) {
	t.Helper()
	if _, err := exec.LookPath(command); err != nil && os.Getenv("CI") != "true" {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
}

// TestCurlGetsOn: it is in the room for as long as it reads, and says something.
func TestCurlGetsOn(t *testing.T) {
	needs(t, "curl")
	r := open(t)
	url := "http://" + r.address.String() + "/log.txt?name=carl"
	reading := exec.CommandContext(t.Context(), "curl", "--silent", "--no-buffer", url)
	lines := read(t, reading)
	r.WantShown("carl comes in")
	ann := r.join("ann")
	ann.Type("hello, curl")
	if lines.Scan(); lines.Text() != "ann:(0:00)-hello, curl" {
		t.Errorf("curl shows %q", lines.Text())
	}
	if said, err := exec.CommandContext(t.Context(), "curl", "--silent", "--fail", "--data", "hello, ann", url).CombinedOutput(); err != nil {
		t.Fatalf("curl cannot speak: %v %s", err, said)
	}
	ann.WantShown("carl:(0:00)-hello, ann")
}

// TestNetcatGetsOn: what is typed to it is a request.
func TestNetcatGetsOn(t *testing.T) {
	needs(t, "nc")
	r := open(t)
	host, port, err := net.SplitHostPort(r.address.String())
	if err != nil {
		t.Fatal(err)
	}
	reading := exec.CommandContext(t.Context(), "nc", host, port)
	keys, err := reading.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	lines := read(t, reading)
	io.WriteString(keys, "GET /log.txt?name=nick HTTP/1.0\n\n")
	r.WantShown("nick comes in")
	ann := r.join("ann")
	ann.Type("hello, netcat")
	for lines.Scan() && lines.Text() != "ann:(0:00)-hello, netcat" {
	}
	if lines.Text() != "ann:(0:00)-hello, netcat" {
		t.Errorf("netcat shows at last %q (%v)", lines.Text(), lines.Err())
	}
	speaking := exec.CommandContext(t.Context(), "nc", "-N", host, port)
	speaking.Stdin = strings.NewReader("POST /log.txt?name=nick HTTP/1.0\nContent-Length: 10\n\nhello, ann")
	if said, err := speaking.CombinedOutput(); err != nil || !strings.Contains(string(said), "204 No Content") {
		t.Fatalf("netcat is answered with %q (%v)", said, err)
	}
	ann.WantShown("nick:(0:00)-hello, ann")
}

// read starts a command, which is ended with the test, and reads what it prints.
func read(t *testing.T, command *exec.Cmd) *bufio.Scanner {
	t.Helper()
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	return bufio.NewScanner(out)
}
