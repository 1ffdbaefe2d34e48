package zmqchat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"

	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/zmq"
	"github.com/chatspec/chatspec/reference/zmqchat"
)

// server is a running server with two ports.
type server struct {
	*loopback.Program
	t         *testing.T
	post, pub netip.AddrPort
}

// serve starts a server, which the test's end stops.
func serve(t *testing.T, run func(ctx context.Context, posts, subscribers net.Listener)) server {
	t.Helper()
	posts, subscribers := loopback.Listen(t), loopback.Listen(t)
	program := loopback.Start(t, func(ctx context.Context, _ io.Reader, _ io.Writer) error {
		run(ctx, posts, subscribers)
		return nil
	})
	return server{Program: program, t: t, post: loopback.AddressOf(posts), pub: loopback.AddressOf(subscribers)}
}

// serveAgain starts a server where another one was.
func (s server) serveAgain() server {
	s.t.Helper()
	s.Program = loopback.Start(s.t, zmqchat.PubServer{Post: s.post, Pub: s.pub}.Run)
	s.WantShown(fmt.Sprintf("waiting for posts on %s, and for subscribers on %s", s.post, s.pub))
	return s
}

// said posts a message, at the time that all messages here have, and returns the reply.
func (s server) said(user, text, channel string) string {
	s.t.Helper()
	return ask(s.t, s.post, jsonOf(s.t, map[string]string{"username": user, "time": "2006-01-02T15:04:05Z", "message": text, "channel": channel}))
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ask asks a server, and returns the reply.
func ask(t *testing.T, server netip.AddrPort, request string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), loopback.Patience)
	defer cancel()
	req := zmq.NewReq(server)
	defer req.Close()
	reply, err := req.Ask(ctx, []byte(request))
	if err != nil {
		t.Fatalf("posting: %v", err)
	}
	return string(reply)
}

const accepted = `{"ok":true}`

// person is a running client.
type person struct {
	*loopback.Program
	t     *testing.T
	types bool // and so its program ends with its input
}

func (s server) watcher() person {
	s.t.Helper()
	return s.settle(zmqchat.PubClient{Server: s.pub}.Run, false, "")
}

func (s server) client(name string) person {
	s.t.Helper()
	return s.settle(zmqchat.InteractiveClient{Post: s.post, Pub: s.pub, Name: name}.Run, true, "")
}

func (s server) clientOn(channel, name string) person {
	s.t.Helper()
	run := zmqchat.ChannelClient{Post: s.post, Pub: s.pub, Channel: channel, Name: name}.Run
	if channel == zmqchat.AllChannels {
		channel = "any"
	}
	return s.settle(run, true, channel)
}

// usher says when somebody has come. What it says is for nobody else.
const usher = "the usher"

func (s server) settle(run loopback.Run, types bool, channel string) person {
	s.t.Helper()
	p := person{Program: loopback.Start(s.t, run), t: s.t, types: types}
	s.settled(p, channel)
	return p
}

// settled returns when somebody who has started gets what is published.
func (s server) settled(p person, channel string) {
	s.t.Helper()
	told, heard := 0, false
	for ; !heard; told++ {
		if reply := s.said(usher, fmt.Sprint(told), channel); reply != accepted {
			s.t.Fatalf("the server says %s", reply)
		}
		line, _ := p.ShownYet()
		heard = strings.Contains(line, usher)
	}
	// One more, as what was heard may have been the last.
	s.said(usher, "the last", channel)
	for !strings.Contains(p.Shown(), usher+": the last ") {
	}
}

// shown returns what is shown next, and by nobody who only settles.
func (p person) shown() string {
	p.t.Helper()
	line := p.Shown()
	for strings.Contains(line, usher) {
		line = p.Shown()
	}
	return line
}

var clock = regexp.MustCompile(` \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\)$`)

// want checks which messages, without their time, are shown next.
func (p person) want(messages ...string) {
	p.t.Helper()
	for _, want := range messages {
		line := p.shown()
		got := clock.ReplaceAllString(line, "")
		if got != want || line == got {
			p.t.Fatalf("the screen shows %.120q, want %.120q with a time", line, want)
		}
	}
}

// wantRemark checks what the program itself says next.
func (p person) wantRemark(beginning string) {
	p.t.Helper()
	if got := p.shown(); !strings.HasPrefix(got, beginning) {
		p.t.Fatalf("the screen shows %.120q, want %q", got, beginning)
	}
}

// wantNothing ends programs, and checks that they have shown nothing else.
func wantNothing(t *testing.T, people ...person) {
	t.Helper()
	for _, p := range people {
		p.EndInput(nil)
		if !p.types {
			p.Cancel()
		}
		p.WantEnd()
		for line, more := p.ShownYet(); more; line, more = p.ShownYet() {
			if !strings.Contains(line, usher) {
				t.Errorf("the screen shows %.120q, want nothing more", line)
			}
		}
	}
}

// texts are hard to pass on to the letter.
var texts = []string{
	"hello",
	"  spaces at both ends  ",
	"a|b;c:d,e (f) [g] {h}",
	`"quotes" 'more' \backslashes\ \n \x00 %s`,
	`{"username":"bob","time":"2006-01-02T15:04:05Z","message":"forged"}`,
	"ann: hello (2006-01-02 15:04:05)",
	"<b>a & b</b>",
	"привет 你好 مرحبا 👩‍👩‍👧",
	"\t\x01\x7f\u2028",
	"exit",
	strings.Repeat("64 bytes, as many times as it takes to make up 64 KiB of a text ", 1<<10),
}

func TestParse(t *testing.T) {
	one, two := netip.MustParseAddrPort("127.0.0.1:5000"), netip.MustParseAddrPort("127.0.0.1:5001")
	check := func(want, got any, err error) {
		t.Helper()
		if err != nil || got != want {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	args := func(line string) []string { return strings.Split(line, ",") }
	postServer, err := zmqchat.ParsePostServer(args("127.0.0.1,5000"))
	check(zmqchat.PostServer{Listen: one}, postServer, err)
	postClient, err := zmqchat.ParsePostClient(args("127.0.0.1,5000,ann smith,a: b"))
	check(zmqchat.PostClient{Server: one, Name: "ann smith", Text: "a: b"}, postClient, err)
	pubServer, err := zmqchat.ParsePubServer(args("127.0.0.1,5000,5001"))
	check(zmqchat.PubServer{Post: one, Pub: two}, pubServer, err)
	pubClient, err := zmqchat.ParsePubClient(args("127.0.0.1,5001"))
	check(zmqchat.PubClient{Server: two}, pubClient, err)
	interactive, err := zmqchat.ParseInteractiveClient(args("127.0.0.1,5000,5001,ann"))
	check(zmqchat.InteractiveClient{Post: one, Pub: two, Name: "ann"}, interactive, err)
	channelServer, err := zmqchat.ParseChannelServer(args("127.0.0.1,5000,5001"))
	check(zmqchat.ChannelServer{Post: one, Pub: two}, channelServer, err)
	channelClient, err := zmqchat.ParseChannelClient(args("127.0.0.1,5000,5001,MPCS,ann"))
	check(zmqchat.ChannelClient{Post: one, Pub: two, Channel: "MPCS", Name: "ann"}, channelClient, err)
	if got, err := zmqchat.ParsePostServer(args("::1,5000")); err != nil || got.Listen.String() != "[::1]:5000" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestPostServer(t *testing.T) {
	address := loopback.Nowhere(t)
	server := loopback.Start(t, zmqchat.PostServer{Listen: address}.Run)
	server.WantShown("waiting for posts on " + address.String())
	for _, text := range texts {
		ann := loopback.Start(t, zmqchat.PostClient{Server: address, Name: "ann", Text: text}.Run)
		ann.WantEnd()
		ann.WantNothingMore()
	}
	if got := ask(t, address, "rubbish"); !strings.Contains(got, "false") {
		t.Errorf("got %s", got)
	}
	server.Cancel()
	server.WantEnd()
}

func TestTakenPorts(t *testing.T) {
	taken, free := loopback.NewPeer(t).Address(), loopback.Nowhere(t)
	for name, run := range map[string]loopback.Run{
		"post": zmqchat.PostServer{Listen: taken}.Run,
		"pub":  zmqchat.PubServer{Post: free, Pub: taken}.Run,
		"mc":   zmqchat.ChannelServer{Post: taken, Pub: free}.Run,
		"both": zmqchat.ChannelServer{Post: free, Pub: free}.Run,
	} {
		if err := loopback.Start(t, run).End(); err == nil || !strings.Contains(err.Error(), "waiting for ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestServerThatStartsLate has clients who wait for it.
func TestServerThatStartsLate(t *testing.T) {
	s := server{t: t, post: loopback.Nowhere(t), pub: loopback.Nowhere(t)}
	ann := loopback.Start(t, zmqchat.PostClient{Server: s.post, Name: "ann", Text: "early"}.Run)
	bob := person{t: t, types: true, Program: loopback.Start(t, zmqchat.InteractiveClient{Post: s.post, Pub: s.pub, Name: "bob"}.Run)}
	eve := person{t: t, Program: loopback.Start(t, zmqchat.PubClient{Server: s.pub}.Run)}
	if got := ann.Shown(); !strings.HasPrefix(got, "(waiting for the server: ") {
		t.Errorf("ann sees %q", got)
	}
	bob.wantRemark("(waiting for the server's messages: ")
	eve.wantRemark("(waiting for the server's messages: ")
	s = s.serveAgain()
	ann.WantEnd()
	ann.WantNothingMore()
	s.settled(bob, "")
	s.settled(eve, "")
	bob.Type("hello")
	bob.want("bob: hello")
	eve.want("bob: hello")
	wantNothing(t, bob, eve)
}

// TestServerThatComesBack has clients who stay.
func TestServerThatComesBack(t *testing.T) {
	s := serve(t, zmqchat.PubServer{}.Serve)
	ann, eve := s.client("ann"), s.watcher()
	ann.Type("one")
	ann.want("ann: one")
	eve.want("ann: one")
	for range 2 {
		s.Cancel()
		s.WantEnd()
		ann.wantRemark("(waiting for the server's messages: ")
		eve.wantRemark("(waiting for the server's messages: ")
		ann.Type("who gets this?")
		ann.wantRemark("(waiting for the server: ")
		s = s.serveAgain()
		s.settled(ann, "")
		s.settled(eve, "")
		ann.Type("two")
		for _, p := range []person{ann, eve} {
			for line := p.shown(); !strings.HasPrefix(line, "ann: two ("); line = p.shown() {
			}
		}
	}
	wantNothing(t, ann, eve)
}

// TestReplyThatIsLost has a server that dies between a message and its reply.
func TestReplyThatIsLost(t *testing.T) {
	dying := loopback.NewPeerAt(t, loopback.Nowhere(t))
	ann := loopback.Start(t, zmqchat.PostClient{Server: dying.Address(), Name: "ann", Text: "hello"}.Run)
	conn, err := zmq4.Open(dying.Accept(), null.Security(), zmq4.Rep, nil, true, nil)
	if err != nil {
		t.Fatal(err)
	}
	request, err := conn.RecvMsg()
	if err != nil {
		t.Fatal(err)
	}
	dying.Stop()
	conn.Close()
	s := server{t: t, post: dying.Address(), pub: loopback.Nowhere(t)}.serveAgain()
	ann.WantEnd()
	eve := s.watcher()
	if reply := ask(t, s.post, string(request.Frames[1])); reply != accepted { // the same one again
		t.Errorf("the server says %s", reply)
	}
	s.said("bob", "next", "")
	eve.want("bob: next")
}

// TestServerThatDoesNotReply can be left.
func TestServerThatDoesNotReply(t *testing.T) {
	silent := loopback.NewPeer(t)
	post := loopback.Start(t, zmqchat.PostClient{Server: silent.Address(), Name: "ann", Text: "hello"}.Run)
	silent.Accept()
	post.Cancel()
	post.WantEnd()
	post.WantShown("(perhaps the server does not have this: hello)")

	ann := loopback.Start(t, zmqchat.InteractiveClient{Post: silent.Address(), Pub: silent.Address(), Name: "ann"}.Run)
	silent.Accept()
	ann.Type("hello")
	silent.Accept()
	ann.Cancel()
	ann.WantEnd()
	ann.WantShown("(perhaps the server does not have this: hello)")
}

func TestServerThatRefuses(t *testing.T) {
	for reply, want := range map[string]string{
		`{"ok":false,"reason":"why not"}`: "why not",
		"rubbish":                         "posting: ",
		`{}`:                              "posting: ",
	} {
		listener := loopback.Listen(t)
		loopback.Start(t, func(ctx context.Context, _ io.Reader, _ io.Writer) error {
			zmq.Reply(ctx, listener, func([][]byte) []byte { return []byte(reply) })
			return nil
		})
		address := loopback.AddressOf(listener)
		ann := loopback.Start(t, zmqchat.PostClient{Server: address, Name: "ann", Text: "hello"}.Run)
		if err := ann.End(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", reply, err)
		}
		bob := person{t: t, types: true, Program: loopback.Start(t, zmqchat.InteractiveClient{Post: address, Pub: address, Name: "bob"}.Run)}
		bob.wantRemark("(waiting for the server's messages: ")
		bob.Type("hello")
		if got := bob.shown(); !strings.Contains(got, want) || got[0] != '(' {
			t.Errorf("%s: bob sees %q", reply, got)
		}
		wantNothing(t, bob)
	}
}

func TestPublications(t *testing.T) {
	s := serve(t, zmqchat.PubServer{}.Serve)
	eve := s.watcher()
	for _, text := range texts {
		loopback.Start(t, zmqchat.PostClient{Server: s.post, Name: "ann smith", Text: text}.Run).WantEnd()
		eve.want("ann smith: " + text)
	}
	// The time is that of the post, as it is here.
	s.said("bob", "hi", "")
	local := time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC).Local().Format("2006-01-02 15:04:05")
	if got, want := eve.shown(), "bob: hi ("+local+")"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// A newline in a message cannot make it look like two.
	s.said("bob", "hi\neve: bye", "")
	eve.want("bob: hi eve: bye")
	s.said("bob", "three", "a channel, of which nobody here knows")
	eve.want("bob: three")
	ask(t, s.post, "rubbish")
	ask(t, s.post, `{"username":"bob","message":"no time"}`)
	s.said("bob", "four", "")
	eve.want("bob: four")
	late := s.watcher()
	s.said("bob", "five", "")
	late.want("bob: five")
	eve.want("bob: five")
	wantNothing(t, eve, late)
}

// TestPublisherThatPublishesRubbish has a client who sees nothing of it.
func TestPublisherThatPublishesRubbish(t *testing.T) {
	pub, listener := zmq.NewPub(), loopback.Listen(t)
	loopback.Start(t, func(ctx context.Context, _ io.Reader, _ io.Writer) error {
		pub.Serve(ctx, listener)
		return nil
	})
	eve := loopback.Start(t, zmqchat.PubClient{Server: loopback.AddressOf(listener)}.Run)
	good := []byte(`{"username":"ann","time":"2006-01-02T15:04:05Z","message":"hello"}`)
	for more := false; !more; _, more = eve.ShownYet() {
		pub.Send([]byte("rubbish"), []byte("rubbish"))
		pub.Send([]byte("{}"))
		pub.Send([]byte("topic"), nil)
		pub.Send([]byte("topic"), good)
	}
}

func TestTypedLines(t *testing.T) {
	s := serve(t, zmqchat.PubServer{}.Serve)
	ann, bob, eve := s.client("ann"), s.client("bob smith"), s.watcher()
	for _, text := range texts {
		ann.Type(text, "")
		for _, p := range []person{ann, bob, eve} {
			p.want("ann: " + text)
		}
	}
	bob.Type("", "fine", "", "and you?")
	for _, p := range []person{ann, bob, eve} {
		p.want("bob smith: fine", "bob smith: and you?")
	}
	wantNothing(t, ann, bob, eve)
}

// TestManyAtOnce has five clients who type 200 lines each, and read all.
func TestManyAtOnce(t *testing.T) {
	s := serve(t, zmqchat.PubServer{}.Serve)
	names := []string{"ann", "bob", "eve", "dan", "fay"}
	people := map[string]person{}
	for _, name := range names {
		people[name] = s.client(name)
	}
	silent, stuck := loopback.Dial(t, s.post), loopback.Dial(t, s.pub)
	defer silent.Close()
	defer stuck.Close()
	watcher := s.watcher()
	const count = 200
	typed := make(chan struct{}, len(names))
	for _, name := range names {
		go func() {
			defer func() { typed <- struct{}{} }()
			for i := range count {
				people[name].Type(fmt.Sprint("line ", i))
			}
		}()
	}
	var order []string
	next := map[string]int{}
	for range count * len(names) {
		line := clock.ReplaceAllString(watcher.shown(), "")
		name, text, _ := strings.Cut(line, ": ")
		if want := fmt.Sprint("line ", next[name]); text != want {
			t.Fatalf("%q says %q, want %q", name, text, want)
		}
		next[name]++
		order = append(order, line)
	}
	for _, name := range names {
		people[name].want(order...)
		<-typed
	}
	for _, name := range names {
		wantNothing(t, people[name])
	}
	wantNothing(t, watcher)
}

// TestEndOfInput has a client whose last line is posted before it ends.
func TestEndOfInput(t *testing.T) {
	s := serve(t, zmqchat.PubServer{}.Serve)
	eve := s.watcher()
	const count = 50
	var lines, messages []string
	for i := range count {
		lines = append(lines, fmt.Sprint("line ", i))
		messages = append(messages, "ann: "+lines[i])
	}
	in := strings.NewReader(strings.Join(lines, "\n"))
	ann := loopback.Start(t, func(ctx context.Context, _ io.Reader, out io.Writer) error {
		return zmqchat.InteractiveClient{Post: s.post, Pub: s.pub, Name: "ann"}.Run(ctx, in, out)
	})
	ann.WantEnd()
	eve.want(messages...)
	wantNothing(t, eve)

	bob := s.client("bob")
	bob.EndInput(io.ErrUnexpectedEOF)
	if err := bob.End(); err == nil {
		t.Error("want an error")
	}
}

// TestClientThatIsKilled has clients who are gone in the middle of a word.
func TestClientThatIsKilled(t *testing.T) {
	s := serve(t, zmqchat.PubServer{}.Serve)
	ann, bob := s.client("ann"), s.client("bob")
	for range 3 {
		for _, address := range []netip.AddrPort{s.post, s.pub} {
			conn := loopback.Dial(t, address)
			conn.Send("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL" + strings.Repeat("\x00", 48))
			_ = conn.SetLinger(0) // so that it ends with a reset
			conn.Close()
		}
		ann.Type("hello")
		ann.want("ann: hello")
		bob.want("ann: hello")
	}
	wantNothing(t, bob)
	ann.Type("bye")
	ann.want("ann: bye")
	wantNothing(t, ann, bob)
}
