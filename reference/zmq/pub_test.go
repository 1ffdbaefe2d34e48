package zmq_test

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/zmq"
)

func send(pub *zmq.Pub, frames ...string) {
	pub.Send(zmq4.NewMsgFromString(frames).Frames...)
}

func TestPublish(t *testing.T) {
	pub, s := publisher(t)
	send(pub, "nobody is there")
	all, some, none := join(t, s, zmq4.Sub), join(t, s, zmq4.Sub), join(t, s, zmq4.Sub)
	all.subscribe("")
	some.subscribe("a.", "b")
	none.ping()

	send(pub, "a", "1")
	send(pub, "a.", "2")
	send(pub, "b")
	send(pub, "", "")
	send(pub, "ab", "4", strings.Repeat("x", 70000))
	send(pub, "bb", "", "5")

	all.want("a", "1")
	all.want("a.", "2")
	all.want("b")
	all.want("", "")
	all.want("ab", "4", strings.Repeat("x", 70000))
	all.want("bb", "", "5")
	some.want("a.", "2")
	some.want("b")
	some.want("bb", "", "5")
	none.ping() // and nothing came before the PONG
}

func TestSubscriptions(t *testing.T) {
	pub, s := publisher(t)
	p := join(t, s, zmq4.Sub)
	want := func(topics ...string) {
		t.Helper()
		for _, topic := range []string{"a", "ab", "b", "end"} {
			send(pub, topic)
		}
		for _, topic := range append(topics, "end") {
			p.want(topic)
		}
	}
	p.subscribe("end")
	want()
	p.subscribe("a", "ab", "a") // overlapping ones do not make two messages of one
	want("a", "ab")
	p.send("\x00a")
	p.send("\x00b") // was never subscribed to
	p.ping()
	want("a", "ab")
	p.send("\x00a")
	p.ping()
	want("ab")
	// What is no subscription changes nothing.
	p.send("")
	p.send("\x02b")
	p.send("\x01b", "")
	p.ping()
	want("ab")
}

// TestComeAndGo has a subscriber who stays while others come and go in many ways.
func TestComeAndGo(t *testing.T) {
	pub, s := publisher(t)
	stays := join(t, s, zmq4.Sub)
	stays.subscribe("")
	const count = 500
	story := ready("SUB") + "\x00\x01\x01" // and each visitor tells more of it
	var others sync.WaitGroup
	defer others.Wait()
	for visitor := range 4 {
		others.Go(func() {
			for visit := range 10 {
				conn := loopback.Dial(t, s.address)
				conn.Send(story[:len(story)*(4*visit+visitor)/39])
				conn.Close()
			}
		})
	}
	for i := range count {
		send(pub, strconv.Itoa(i))
	}
	for i := range count {
		stays.want(strconv.Itoa(i))
	}
	others.Wait()
	spin(t, "those who are gone still count", func() bool { return pub.Audience("") == 1 })
}

// TestSlowSubscriber has a subscriber who reads nothing, and one who gets everything all the same.
func TestSlowSubscriber(t *testing.T) {
	pub, s := publisher(t)
	slow, fast := join(t, s, zmq4.Sub), join(t, s, zmq4.Sub)
	slow.subscribe("")
	fast.subscribe("")
	const count, rest = 64, 1 << 20
	padding := strings.Repeat("x", rest)
	for i := range count { // more than is kept for one, together with what is on the way
		send(pub, strconv.Itoa(i), padding)
		fast.want(strconv.Itoa(i), padding)
	}
	// It gets what was kept, in order and from the first on, and is not forgotten.
	got := 0
	for ; ; got++ {
		send(pub, "last")
		message := slow.receive()
		if message[0] == "last" {
			break
		}
		if message[0] != strconv.Itoa(got) {
			t.Fatalf("message %s comes, want %d", message[0], got)
		}
	}
	if least := zmq.MaxBacklog/rest - 1; got < least || got == count {
		t.Errorf("%d messages were kept, want at least %d, and not %d", got, least, count)
	}
}

// TestPingsWhileMessagesCome has PONGs and messages of two frames on one connection.
func TestPingsWhileMessagesCome(t *testing.T) {
	pub, s := publisher(t)
	p := join(t, s, zmq4.Sub)
	p.subscribe("")
	const count = 200
	var sending sync.WaitGroup
	defer sending.Wait()
	sending.Go(func() {
		for range count {
			send(pub, "topic", "message")
		}
	})
	sending.Go(func() {
		for range count {
			if err := p.SendCmd(zmq4.CmdPing, []byte("\x00\x00pong")); err != nil {
				t.Errorf("sending: %v", err)
			}
		}
	})
	for messages, pongs := 0, 0; messages < count || pongs < count; {
		switch got := fmt.Sprintf("%q", p.receive()); got {
		case `["topic" "message"]`:
			messages++
		case `["pong"]`:
			pongs++
		default:
			t.Fatalf("what comes is %s", got)
		}
	}
}

// follow lets a Sub receive, and returns what, with a space between the frames.
func follow(t *testing.T, s service, prefix string) <-chan string {
	t.Helper()
	sub, err := zmq.Subscribe(t.Context(), s.address, prefix)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	messages := make(chan string, 1000)
	go func() {
		defer close(messages)
		defer sub.Close()
		for {
			frames, err := sub.Receive(ctx)
			if err != nil {
				return
			}
			messages <- strings.TrimSpace(fmt.Sprintf("%s", frames))
		}
	}()
	t.Cleanup(func() {
		cancel()
		for range messages {
		}
	})
	return messages
}

func TestSubscribe(t *testing.T) {
	pub, s := publisher(t)
	all, some := follow(t, s, ""), follow(t, s, "a.")
	spin(t, "nobody has subscribed", func() bool { return pub.Audience("a.") == 2 })
	send(pub, "a", "one")
	send(pub, "a.", "two")
	for _, want := range []string{"[a one]", "[a. two]"} {
		if got := <-all; got != want {
			t.Errorf("all get %q, want %q", got, want)
		}
	}
	if got := <-some; got != "[a. two]" {
		t.Errorf("some get %q", got)
	}
	s.stop()
	if got, open := <-all; open {
		t.Errorf("then %q comes", got)
	}
	if _, err := zmq.Subscribe(t.Context(), s.address, ""); err == nil {
		t.Error("one can subscribe where nobody publishes")
	}
}

func TestSubscribeCanBeCancelled(t *testing.T) {
	publisher := loopback.NewPeer(t)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := zmq.Subscribe(ctx, publisher.Address(), "")
		failed <- err
	}()
	conn := publisher.Accept()
	cancel()
	conn.WantClosed()
	if err := <-failed; err == nil {
		t.Error("want an error")
	}
}

func spin(t *testing.T, otherwise string, done func() bool) {
	t.Helper()
	for start := time.Now(); !done(); runtime.Gosched() {
		if time.Since(start) > loopback.Patience {
			t.Fatal(otherwise)
		}
	}
}
