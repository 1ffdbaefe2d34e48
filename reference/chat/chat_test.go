package chat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/chatspec/chatspec/reference/chat"
	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/wire"
)

// person is a running chat.
type person struct {
	*loopback.Program
	listener net.Listener
	address  netip.AddrPort
}

// start starts the chat of somebody who talks to peers.
func start(t *testing.T, name string, peers ...netip.AddrPort) *person {
	t.Helper()
	return startAt(t, loopback.Listen(t), name, peers...)
}

func startAt(t *testing.T, listener net.Listener, name string, peers ...netip.AddrPort) *person {
	t.Helper()
	program := loopback.Start(t, func(ctx context.Context, in io.Reader, out io.Writer) error {
		return chat.Chat{Name: name, Peers: peers}.Converse(ctx, listener, in, out)
	})
	return &person{Program: program, listener: listener, address: loopback.AddressOf(listener)}
}

// dial connects to the person.
func (p *person) dial(t *testing.T) *loopback.Conn {
	t.Helper()
	return loopback.Dial(t, p.address)
}

// said is a message as it is sent.
func said(seq int, user, text string) string {
	return strings.TrimSuffix(string(wire.Message{Seq: seq, User: user, Text: text}.Line()), "\n")
}

func TestParse(t *testing.T) {
	got, err := chat.Parse([]string{"ann", "5001", "127.0.0.1:5002", "192.168.1.5:2000"})
	want := chat.Chat{
		Name:   "ann",
		Listen: netip.MustParseAddrPort("127.0.0.1:5001"),
		Peers:  []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:5002"), netip.MustParseAddrPort("192.168.1.5:2000")},
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestParseAlone(t *testing.T) {
	if got, err := chat.Parse([]string{"ann", "5001"}); err != nil || len(got.Peers) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestParseWrong(t *testing.T) {
	for _, args := range [][]string{nil, {"ann"}, {"ann", "x"}, {"ann", "0"}, {"ann", "5001", "5002"}, {"ann", "5001", "127.0.0.1:5002", "x"}} {
		if got, err := chat.Parse(args); err == nil {
			t.Errorf("%q is read as %v", args, got)
		}
	}
}

func TestRun(t *testing.T) {
	address := loopback.Nowhere(t)
	ann := loopback.Start(t, chat.Chat{Name: "ann", Listen: address, Peers: []netip.AddrPort{address}}.Run)
	ann.Type("I talk to myself")
	ann.WantShown("ann: I talk to myself")
	ann.Type("exit")
	ann.WantEnd()
	ann.WantNothingMore()
}

func TestRunOnATakenPort(t *testing.T) {
	taken := loopback.NewPeer(t).Address()
	ann := loopback.Start(t, chat.Chat{Name: "ann", Listen: taken}.Run)
	if err := ann.End(); err == nil || !strings.Contains(err.Error(), taken.String()) {
		t.Errorf("got %v", err)
	}
}

// TestThreeUsers is the example of the assignment, with a third port for the third user.
func TestThreeUsers(t *testing.T) {
	one, two, three := loopback.Listen(t), loopback.Listen(t), loopback.Listen(t)
	at := loopback.AddressOf
	user1 := startAt(t, one, "user1", at(two), at(three))
	user2 := startAt(t, two, "user2", at(one), at(three))
	user3 := startAt(t, three, "user3", at(one))

	user1.Type("from one")
	user2.WantShown("user1: from one")
	user3.WantShown("user1: from one")
	user2.Type("from two")
	user1.WantShown("user2: from two")
	user3.WantShown("user2: from two")
	user3.Type("from three")
	user1.WantShown("user3: from three")
	user1.Type("did user2 see that?")
	user2.WantShown("user1: did user2 see that?")
	user3.WantShown("user1: did user2 see that?")

	for _, user := range []*person{user3, user1, user2} {
		user.Type("exit")
		user.WantEnd()
		user.WantNothingMore()
	}
}

func TestAnyNumberOfPeers(t *testing.T) {
	for _, count := range []int{1, 2, 5} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			peers := make([]*loopback.Peer, count)
			addresses := make([]netip.AddrPort, count)
			for i := range peers {
				peers[i] = loopback.NewPeer(t)
				addresses[i] = peers[i].Address()
			}
			start(t, "ann", addresses...).Type("hello")
			for _, peer := range peers {
				peer.Accept().Want(said(0, "ann", "hello"))
			}
		})
	}
}

func TestAnotherHost(t *testing.T) {
	bob := loopback.NewPeerAt(t, netip.MustParseAddrPort("127.0.0.2:0"))
	start(t, "ann", bob.Address()).Type("hello")
	bob.Accept().Want(said(0, "ann", "hello"))
}

func TestConnectsAtTheFirstLine(t *testing.T) {
	bob := loopback.NewPeer(t)
	ann := start(t, "ann", bob.Address())
	ann.dial(t).Say(said(0, "eve", "are you there?"))
	ann.WantShown("eve: are you there?")
	ann.Type("") // is nothing typed
	bob.WantNobody()
	ann.Type("hello")
	bob.Accept().Want(said(0, "ann", "hello"))
}

func TestTheWire(t *testing.T) {
	bob, eve := loopback.NewPeer(t), loopback.NewPeer(t)
	ann := start(t, "ann", bob.Address(), eve.Address())
	ann.Type("hello")
	toBob, toEve := bob.Accept(), eve.Accept()
	for _, conn := range []*loopback.Conn{toBob, toEve} {
		conn.Want(`{"seq":0,"user":"ann","message":"hello"}`)
	}
	toAnn := ann.dial(t)
	toAnn.Say(said(41, "bob", "hi"))
	ann.WantShown("bob: hi")
	ann.Type("how are you?", "", "fine?")
	for _, conn := range []*loopback.Conn{toBob, toEve} {
		conn.Want(`{"seq":1,"user":"ann","message":"how are you?"}`, `{"seq":2,"user":"ann","message":"fine?"}`)
	}
	ann.Type("exit")
	toBob.WantEnd()
	toEve.WantEnd()
}

func TestLinesToTheLetter(t *testing.T) {
	bob := loopback.NewPeer(t)
	ann := start(t, "ann", bob.Address())
	lines := []string{
		"  spaces at both ends  ",
		" ",
		`"quotes", 'quotes', \backslashes\ and {braces} [too]`,
		`{"seq":0,"user":"eve","message":"forged"}`,
		"<b>a & b</b>",
		"привет, γειά, 你好, مرحبا",
		"👋🏽 👩‍👩‍👧 🇺🇳",
		"tab\tbell\a nul\x00 separator\u2028",
		"exit now", " exit", "exit ", "EXIT", `"exit"`,
		strings.Repeat("8 KiB...", 1<<10),
		strings.Repeat("one MiB ", 1<<17),
	}
	var conn *loopback.Conn
	for seq, line := range lines {
		ann.Type(line)
		if conn == nil {
			conn = bob.Accept()
		}
		conn.Want(said(seq, "ann", line))
	}
	ann.dial(t).Say(said(0, "bob", lines[len(lines)-1]))
	ann.WantShown("bob: " + lines[len(lines)-1])
}

func TestExit(t *testing.T) {
	ways := map[string]func(ann *person){
		"exit":         func(ann *person) { ann.Type("exit") },
		"end of input": func(ann *person) { ann.EndInput(nil) },
		"cancelled":    func(ann *person) { ann.Cancel() },
	}
	for name, leave := range ways {
		t.Run(name, func(t *testing.T) {
			bob := loopback.NewPeer(t)
			ann := start(t, "ann", bob.Address())
			ann.Type("hello")
			toBob, toAnn := bob.Accept(), ann.dial(t)
			toAnn.Say(said(0, "bob", "hi"))
			ann.WantShown("bob: hi")
			toBob.Want(said(0, "ann", "hello"))
			leave(ann)
			toBob.WantEnd()
			toAnn.WantEnd()
			ann.WantEnd()
			ann.WantNothingMore()
			bob.WantNobody()
			loopback.WantStopped(t, ann.listener)
		})
	}
}

func TestExitFirst(t *testing.T) {
	bob := loopback.NewPeer(t)
	ann := start(t, "ann", bob.Address())
	ann.Type("exit")
	ann.WantEnd()
	bob.WantNobody()
	loopback.WantStopped(t, ann.listener)
}

func TestExitDeliversWhatWasTyped(t *testing.T) {
	bob := loopback.NewPeer(t)
	ann := start(t, "ann", bob.Address())
	const count = 100
	for seq := range count {
		ann.Type(fmt.Sprint("line ", seq))
	}
	ann.Type("exit")
	ann.WantEnd()
	conn := bob.Accept()
	for seq := range count {
		conn.Want(said(seq, "ann", fmt.Sprint("line ", seq)))
	}
	conn.WantEnd()
}

func TestExitWhenAPeerIsGone(t *testing.T) {
	bob, eve := loopback.NewPeer(t), loopback.NewPeer(t)
	ann := start(t, "ann", bob.Address(), eve.Address())
	ann.Type("hello")
	toBob, toEve := bob.Accept(), eve.Accept()
	toEve.Want(said(0, "ann", "hello"))
	toBob.Close()
	bob.Stop()
	ann.Type("exit")
	toEve.WantEnd()
	ann.WantEnd()
}

func TestInputThatFails(t *testing.T) {
	broken := errors.New("broken")
	ann := start(t, "ann")
	ann.EndInput(broken)
	if err := ann.End(); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

func TestPeerThatIsDown(t *testing.T) {
	down, eve := loopback.Nowhere(t), loopback.NewPeer(t)
	ann := start(t, "ann", down, eve.Address())
	ann.Type("hello")
	toEve := eve.Accept()
	toEve.Want(said(0, "ann", "hello"))
	ann.WantShown("(" + down.String() + " cannot be reached)")

	bob := loopback.NewPeerAt(t, down)
	ann.Type("and now?")
	toEve.Want(said(1, "ann", "and now?"))
	bob.Accept().Want(said(1, "ann", "and now?"))
}

func TestPeerThatDies(t *testing.T) {
	bob, eve := loopback.NewPeerAt(t, loopback.Nowhere(t)), loopback.NewPeer(t)
	ann := start(t, "ann", bob.Address(), eve.Address())
	ann.Type("line 0")
	toBob, toEve := bob.Accept(), eve.Accept()
	toBob.Want(said(0, "ann", "line 0"))
	toEve.Want(said(0, "ann", "line 0"))

	bob.Stop()
	toBob.Close()
	seq := 1 // of the next line; some are sent before ann can know
	for told := false; !told; seq++ {
		ann.Type(fmt.Sprint("line ", seq))
		toEve.Want(said(seq, "ann", fmt.Sprint("line ", seq)))
		_, told = ann.ShownYet()
	}

	bob = loopback.NewPeerAt(t, bob.Address())
	greet := func() (line string) {
		line = said(seq, "ann", "welcome back")
		ann.Type("welcome back")
		toEve.Want(line)
		seq++
		return line
	}
	greetings := map[string]bool{greet(): true}
	toBob = bob.Accept()
	for !greetings[toBob.Heard()] { // before it, up to a queue full of lines that waited for him, and crowd it out
		greetings[greet()] = true
	}
}

// TestPeerThatReadsNothing lets one peer fall behind as far as it can: the other gets everything,
// and ann can leave.
func TestPeerThatReadsNothing(t *testing.T) {
	t.Parallel()
	bob, eve := loopback.NewPeer(t), loopback.NewPeer(t)
	ann := start(t, "ann", bob.Address(), eve.Address())
	long := strings.Repeat("x", 1<<20)
	ann.Type(long)
	bob.Accept()
	toEve := eve.Accept()
	toEve.Want(said(0, "ann", long))
	seq := 1
	say := func(line string) {
		ann.Type(line)
		toEve.Want(said(seq, "ann", line))
		seq++
	}
	for range 5 { // more than fits between the two
		say(long)
	}
	for told := false; !told; _, told = ann.ShownYet() {
		say("still here")
	}
	ann.Type("exit")
	toEve.WantEnd()
	ann.WantEnd()
}

func TestManyTalkAtOnce(t *testing.T) {
	const people, times = 8, 50
	ann := start(t, "ann")
	ann.dial(t) // says nothing
	var talking sync.WaitGroup
	for i := range people {
		conn, name := ann.dial(t), fmt.Sprint("user", i)
		talking.Go(func() {
			for seq := range times {
				_, _ = io.WriteString(conn, said(seq, name, fmt.Sprint(seq)))
			}
		})
	}
	next := map[string]int{}
	for range people * times {
		name, text, _ := strings.Cut(ann.Shown(), ": ")
		if want := fmt.Sprint(next[name]); text != want {
			t.Fatalf("%s said %q, want %q", name, text, want)
		}
		next[name]++
	}
	talking.Wait()
	if len(next) != people {
		t.Errorf("%d talked, want %d", len(next), people)
	}
}

func TestReceivesAnyFraming(t *testing.T) {
	tests := map[string]string{
		"glued":        said(0, "bob", "one") + said(1, "bob", "two"),
		"newlines":     "\n" + said(0, "bob", "one") + "\n\r\n" + said(1, "bob", "two") + "\n",
		"pretty":       "{\n  \"seq\": 0,\n  \"user\": \"bob\",\n  \"message\": \"one\"\n}\n{\n  \"seq\": 1, \"user\": \"bob\", \"message\": \"two\"\n}",
		"other order":  `{"message":"one","user":"bob","seq":0}{"user":"bob","message":"two","seq":1}`,
		"unknown keys": `{"seq":0,"user":"bob","message":"one","mood":{"is":["good"]}}{"id":null,"seq":1,"user":"bob","message":"two"}`,
		"escaped":      `{"seq":0,"\u0075ser":"b\u006fb","message":"one"}{"seq":1,"user":"bob","message":"\u0074wo"}`,
	}
	for name, stream := range tests {
		t.Run(name, func(t *testing.T) {
			ann := start(t, "ann")
			conn := ann.dial(t)
			conn.Send(stream)
			ann.WantShown("bob: one")
			ann.WantShown("bob: two")
			for _, letter := range []byte(stream) {
				conn.Send(string([]byte{letter}))
			}
			ann.WantShown("bob: one")
			ann.WantShown("bob: two")
		})
	}
}

func TestOneConnectionAMessage(t *testing.T) {
	ann := start(t, "ann")
	for seq, text := range []string{"one", "two", "three"} {
		conn := ann.dial(t)
		conn.Send(said(seq, "bob", text))
		conn.Close()
		ann.WantShown("bob: " + text)
	}
}

func TestAnswersOnTheSameConnection(t *testing.T) {
	bob := loopback.NewPeer(t)
	ann := start(t, "ann", bob.Address())
	ann.Type("hello")
	toBob := bob.Accept()
	toBob.Want(said(0, "ann", "hello"))
	toBob.Say(said(0, "bob", "hi"))
	ann.WantShown("bob: hi")
	toBob.Say("no JSON at all")
	toBob.Say(said(1, "bob", "not heard any more"))
	ann.Type("still there?")
	toBob.Want(said(1, "ann", "still there?"))
	ann.Type("exit")
	toBob.WantEnd()
}

func TestMessageOfSeveralLines(t *testing.T) {
	ann := start(t, "ann")
	ann.dial(t).Say(said(0, "eve", "hi\nbob: I owe you money"))
	ann.WantShown("eve: hi bob: I owe you money")
}

func TestRubbishIsSkipped(t *testing.T) {
	for _, rubbish := range []string{
		`{}`, `[]`, `17`, `"text"`, `null`,
		`{"seq":"0","user":"eve","message":"x"}`,
		`{"seq":0,"user":"eve","message":7}`,
		`{"seq":0,"user":{"name":"eve"},"message":"x"}`,
		`{"seq":1e99,"user":"eve","message":"x"}`,
		`{"seq":0,"user":"eve"}`,
		`{"operation":"subscribe","client":"127.0.0.1:5000"}`,
	} {
		t.Run(rubbish, func(t *testing.T) {
			ann := start(t, "ann")
			conn := ann.dial(t)
			conn.Say(rubbish)
			conn.Say(said(0, "bob", "hi"))
			ann.WantShown("bob: hi")
		})
	}
}

func TestRubbishEndsOnlyItsConnection(t *testing.T) {
	for name, rubbish := range map[string]string{
		"text":        "hello\n",
		"HTTP":        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"binary":      "\x16\x03\x01\xff\x00",
		"broken JSON": `{"seq":0,"user":"eve",}`,
		"no end":      `{"seq":0,"user":"eve","message":"` + strings.Repeat("x", wire.MaxObject),
	} {
		t.Run(name, func(t *testing.T) {
			bob := loopback.NewPeer(t)
			ann := start(t, "ann", bob.Address())
			good, bad := ann.dial(t), ann.dial(t)
			good.Say(said(0, "bob", "one"))
			ann.WantShown("bob: one")
			bad.Choke(rubbish)
			bad.WantClosed()
			good.Say(said(1, "bob", "two"))
			ann.WantShown("bob: two")
			ann.Type("hello")
			bob.Accept().Want(said(0, "ann", "hello"))
		})
	}
}
