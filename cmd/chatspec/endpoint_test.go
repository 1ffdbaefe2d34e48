package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chatspec/chatspec/grading"
)

// server5 runs the reference's server as a person would, until the test's end,
// and returns its address.
func server5(t *testing.T) string {
	t.Helper()
	address := freeAddress(t)
	runs(t, "waiting for clients on "+address, "server5", address)
	return address
}

// runs runs a program of the reference as a person would, until the test's end,
// and waits for the line with which it begins.
func runs(t *testing.T, begins string, args ...string) {
	t.Helper()
	cmd, temp := call{args: append([]string{"reference"}, args...)}.command(t)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	line, err := lines.ReadString('\n')
	go io.Copy(io.Discard, lines)
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		checkNothingLeft(t, temp)
	})
	if err != nil || line != begins+"\n" {
		t.Fatalf("%s begins with %q (%v)", args[0], line, err)
	}
}

// freeAddress is one that nobody uses now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A relay stands before a server5, and keeps its own list of the clients that
// are subscribed there.
type relay struct {
	address string
	ear     net.Listener
	busy    sync.WaitGroup
	ended   sync.Once

	mu         sync.Mutex
	subscribed []string
	ever       int // subscriptions
}

func newRelay(t *testing.T, server string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{address: l.Addr().String(), ear: l}
	t.Cleanup(r.end)
	r.busy.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", server)
			if err != nil {
				near.Close()
				continue
			}
			r.busy.Go(func() { r.carry(near.(*net.TCPConn), far.(*net.TCPConn)) })
		}
	})
	return r
}

// end ends the relay, when all that its callers have said is passed on.
func (r *relay) end() { r.ended.Do(r.hangUp) }

func (r *relay) hangUp() {
	// Who calls last is taken last; those who wait to be taken when a listener is
	// closed are turned away.
	if last, err := net.Dial("tcp", r.address); err == nil {
		last.SetDeadline(time.Now().Add(tooLong))
		last.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, last)
		last.Close()
	}
	r.ear.Close()
	r.busy.Wait()
}

// carry passes on what each side says, and its end.
func (r *relay) carry(client, server *net.TCPConn) {
	var both sync.WaitGroup
	both.Go(func() {
		// What the server knows is on the list by then.
		io.Copy(io.MultiWriter(&listening{relay: r}, server), client)
		server.CloseWrite()
	})
	both.Go(func() {
		io.Copy(client, server)
		client.CloseWrite()
	})
	both.Wait()
	client.Close()
	server.Close()
}

// A listening understands what a client says.
type listening struct {
	relay *relay
	rest  []byte // the beginning of a message, or no JSON
}

func (l *listening) Write(said []byte) (int, error) {
	l.rest = append(l.rest, said...)
	if !bytes.Contains(said, []byte("}")) {
		return len(said), nil // no message ends in it
	}
	for {
		var message struct{ Operation, Client string }
		dec := json.NewDecoder(bytes.NewReader(l.rest))
		if err := dec.Decode(&message); err != nil {
			return len(said), nil
		}
		l.rest = l.rest[dec.InputOffset():]
		l.relay.note(message.Operation, message.Client)
	}
}

func (r *relay) note(operation, client string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.subscribed = slices.DeleteFunc(r.subscribed, func(c string) bool { return c == client })
	if operation == "subscribe" {
		r.subscribed = append(r.subscribed, client)
		r.ever++
	}
}

// aboutChat5 are the ids of the rules that are about chat5 alone.
var aboutChat5 = regexp.MustCompile(`^SERVER-(1\.|4\.1[0-79])`)

func TestARunningServerIsJudgedAndLeftAsItWas(t *testing.T) {
	t.Parallel()
	server := server5(t)
	relay := newRelay(t, server)
	checkServerWorks(t, server)
	got := chatspec(t, call{args: []string{"run", "--endpoint", "server5=" + relay.address, "--patience", "10", "--format", "json"}})
	all := results(t, got.stdout)
	if len(all) != 1 || got.stderr != "" {
		t.Fatalf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
	}
	failed := ids(all[0], grading.Failed)
	if got.status != 0 || all[0].Verdict != grading.Conformant || all[0].Assignment != "tcp-server" || len(failed) > 0 {
		t.Errorf("it ends with %d: %s; these rules failed: %v", got.status, all[0].Verdict, failed)
	}
	want := []string{"SERVER-2.1", "SERVER-2.10", "SERVER-3.1", "SERVER-3.2"}
	for _, rule := range all[0].Rules {
		if aboutChat5.MatchString(rule.ID) {
			want = append(want, rule.ID)
		}
	}
	unverified := ids(all[0], grading.Unverified)
	slices.Sort(want)
	slices.Sort(unverified)
	if !slices.Equal(unverified, want) {
		t.Errorf("these cannot be seen: %v; these should not be: %v", unverified, want)
	}
	checkReasons(t, all[0])
	if want := []grading.Program{{Name: "server5", Command: []string{relay.address}, Why: "already running"}}; fmt.Sprint(all[0].Programs) != fmt.Sprint(want) {
		t.Errorf("the programs are %v", all[0].Programs)
	}
	relay.end()
	if len(relay.subscribed) > 0 || relay.ever == 0 {
		t.Errorf("of %d clients these are still subscribed: %v", relay.ever, relay.subscribed)
	}
	checkServerWorks(t, server)
}

// checkReasons looks at what is said of rules that cannot be seen.
func checkReasons(t *testing.T, result grading.Result) {
	t.Helper()
	for _, rule := range result.Rules {
		want := "only a running endpoint was given, and no chat5"
		if rule.ID == "SERVER-2.1" || rule.ID == "SERVER-2.10" {
			want = "the server runs already; nobody starts or stops it here"
		}
		if rule.Verdict == grading.Unverified && rule.Scenarios[0].Failure.Observed != want {
			t.Errorf("of %s it says %q", rule.ID, rule.Scenarios[0].Failure.Observed)
		}
	}
}

// checkServerWorks subscribes a client with a server5, and lets somebody else
// talk until the client hears it.
func checkServerWorks(t *testing.T, address string) {
	t.Helper()
	var conns [2]net.Conn
	for i := range conns {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("the server is gone: %v", err)
		}
		defer conn.Close()
		conns[i] = conn
	}
	client := listener(t)
	fmt.Fprintf(conns[0], `{"operation": "subscribe", "client": %q}`+"\n", client.Addr())
	defer fmt.Fprintf(conns[0], `{"operation": "unsubscribe", "client": %q}`+"\n", client.Addr())
	for begun := time.Now(); time.Since(begun) < tooLong; {
		fmt.Fprintln(conns[1], `{"seq": 0, "user": "tester", "message": "still there?"}`)
		client.SetDeadline(time.Now().Add(100 * time.Millisecond))
		conn, err := client.Accept()
		if err != nil {
			continue // the subscription may not have been served
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(tooLong))
		if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "still there?") {
			t.Errorf("the server delivers %q (%v)", line, err)
		}
		return
	}
	t.Error("the server delivers nothing")
}

func listener(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	l.SetDeadline(time.Now().Add(tooLong))
	return l
}

func TestAnEndpointWhereNobodyListensIsSaid(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	got := chatspec(t, call{args: []string{"run", "--endpoint", "server5=" + address}})
	if got.status != 2 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, address) {
		t.Errorf("it ends with %d, prints %q and says %q", got.status, got.stdout, got.stderr)
	}
}

// The reference's chat is one that a person can use.
func TestTheReferenceIsRunAsAPersonWould(t *testing.T) {
	t.Parallel()
	bob := listener(t)
	cmd, temp := call{args: []string{"reference", "chat", "ann", strings.Split(freeAddress(t), ":")[1], bob.Addr().String()}}.command(t)
	cmd.Stdin = strings.NewReader("hello\nexit\n")
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("it prints %q and ends with %v", out, err)
	}
	conn, err := bob.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	got, _ := io.ReadAll(conn)
	var message struct {
		Seq           *int
		User, Message string
	}
	if err := json.Unmarshal(got, &message); err != nil || message.Seq == nil || *message.Seq != 0 || message.User != "ann" || message.Message != "hello" {
		t.Errorf("it sends %q (%v)", got, err)
	}
	checkNothingLeft(t, temp)
}
