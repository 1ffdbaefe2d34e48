package messchat_test

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/messchat"
)

// wantMessages checks what a client reads.
func wantMessages(t *testing.T, rmq *messchat.RMQ, want ...string) {
	t.Helper()
	got, err := rmq.Messages()
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	if got == nil || !slices.Equal(got, want) {
		t.Fatalf("the list is %.200q, want %.200q", got, want)
	}
}

func send(t *testing.T, rmq *messchat.RMQ, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err := rmq.Send(text); err != nil {
			t.Fatalf("sending %.40q: %v", text, err)
		}
	}
}

func TestNothingIsThereAtFirst(t *testing.T) {
	at := broker(t)
	wantMessages(t, join(t, at, client(t, at)))
}

func TestAllClientsGetAMessage(t *testing.T) {
	at := broker(t)
	var all []*messchat.RMQ
	for range 3 {
		all = append(all, join(t, at, client(t, at)))
	}
	send(t, all[0], "apple", "pear")
	send(t, all[1], "plum")
	for _, rmq := range all {
		wantMessages(t, rmq, "apple", "pear", "plum")
	}
}

func TestReadingTakesNothingAway(t *testing.T) {
	at := broker(t)
	name := client(t, at)
	rmq := join(t, at, name)
	send(t, rmq, "apple", "pear")
	put(t, at, "", "private."+name, "plum")
	for range 3 {
		wantMessages(t, rmq, "apple", "pear", "plum")
	}
	send(t, rmq, "fig")
	wantMessages(t, rmq, "apple", "pear", "fig", "plum")
}

func TestOthersPutMessagesIntoGeneral(t *testing.T) {
	at := broker(t)
	rmq := join(t, at, client(t, at))
	put(t, at, "general", "", "apple")
	put(t, at, "general", "any key", "pear")
	wantMessages(t, rmq, "apple", "pear")
}

func TestAPrivateMessageReachesNobodyElse(t *testing.T) {
	at := broker(t)
	annsName := client(t, at)
	ann, bob := join(t, at, annsName), join(t, at, client(t, at))
	put(t, at, "", "private."+annsName, "apple")
	wantMessages(t, ann, "apple")
	wantMessages(t, bob)
}

// A client called «general.ann» is nobody else's queue.
func TestNamesOfQueuesAreNotMixedUp(t *testing.T) {
	at := broker(t)
	name := client(t, at)
	ann := join(t, at, name)
	for _, other := range []string{"general." + name, "private." + name} {
		rmq := join(t, at, other)
		t.Cleanup(func() {
			channel := visit(t, at)
			for _, queue := range []string{"general." + other, "private." + other} {
				_, _ = channel.QueueDelete(queue, false, false, false)
			}
		})
		put(t, at, "", "private."+other, "apple")
		wantMessages(t, rmq, "apple")
	}
	wantMessages(t, ann)
}

func TestTextsArriveAsTheyWereSent(t *testing.T) {
	at := broker(t)
	rmq := join(t, at, client(t, at))
	texts := []string{
		"", " ", "a piece of  marzipan ", "a&b=c%20d+e", `{"a": ["b"]}`, "Καλημέρα 👋 ñ", "one\ntwo\r\n\x00",
		strings.Repeat("64 KiB. ", 8<<10), strings.Repeat("👋", 100_000),
	}
	send(t, rmq, texts...)
	wantMessages(t, rmq, texts...)
}

func TestAMessageThatIsNoTextIsShownAsFarAsItGoes(t *testing.T) {
	at := broker(t)
	name := client(t, at)
	rmq := join(t, at, name)
	put(t, at, "general", "", "a\xff\xfe\x80z")
	put(t, at, "", "private."+name, "\xed\xa0\x80")
	send(t, rmq, "apple")
	wantMessages(t, rmq, "a\ufffdz", "apple", "\ufffd")
}

func TestFiftyAtOnce(t *testing.T) {
	at := broker(t)
	rmq := join(t, at, client(t, at))
	var want []string
	var sending sync.WaitGroup
	for i := range 50 {
		text := fmt.Sprintf("message %02d", i)
		want = append(want, text)
		sending.Go(func() {
			if err := rmq.Send(text); err != nil {
				t.Errorf("sending %q: %v", text, err)
			}
			list, err := rmq.Messages()
			if err != nil || !slices.Contains(list, text) {
				t.Errorf("after %q was sent the list is %q (%v)", text, list, err)
			}
		})
	}
	sending.Wait()
	got, err := rmq.Messages()
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("the list is %q (%v)", got, err)
	}
}

func TestMessagesWaitForAClientThatIsAway(t *testing.T) {
	at := broker(t)
	name := client(t, at)
	first := join(t, at, name)
	send(t, first, "apple")
	first.Close()
	put(t, at, "general", "", "pear")
	put(t, at, "", "private."+name, "plum")
	wantMessages(t, join(t, at, name), "apple", "pear", "plum")
}

func TestABrokerGoesAwayAndComesBack(t *testing.T) {
	at := broker(t)
	between := newRelay(t, at)
	rmq := join(t, between.url, client(t, at))
	send(t, rmq, "apple")
	for range 2 {
		between.goAway()
		if err := rmq.Send("lost"); err == nil {
			t.Error("a message is sent to nobody")
		}
		if list, err := rmq.Messages(); err == nil {
			t.Errorf("nobody has the list %q", list)
		}
		between.comeBack()
		wantMessages(t, rmq, "apple")
	}
	send(t, rmq, "pear")
	wantMessages(t, rmq, "apple", "pear")
}

// A connection can be lost without anybody having asked for something meanwhile.
func TestALostConnectionIsNoticedByTheNextList(t *testing.T) {
	at := broker(t)
	between := newRelay(t, at)
	rmq := join(t, between.url, client(t, at))
	send(t, rmq, "apple")
	between.goAway()
	between.comeBack()
	wantMessages(t, rmq, "apple")
}

// A broker that says nothing holds up nobody for good.
func TestABrokerThatFallsSilent(t *testing.T) {
	at := broker(t)
	for name, ask := range map[string]func(*messchat.RMQ) error{
		"sending": func(rmq *messchat.RMQ) error { return rmq.Send("apple") },
		"reading": func(rmq *messchat.RMQ) error { _, err := rmq.Messages(); return err },
	} {
		between := newRelay(t, at)
		rmq := messchat.NewRMQ(between.url, client(t, at))
		t.Cleanup(rmq.Close)
		rmq.SetPatience(time.Second)
		if err := rmq.Connect(); err != nil {
			t.Fatal(err)
		}
		between.silence.Lock()
		err := ask(rmq)
		between.silence.Unlock()
		if err == nil || !strings.HasSuffix(err.Error(), " RabbitMQ: it does not answer") {
			t.Errorf("%s says %v", name, err)
		}
		rmq.SetPatience(loopback.Patience)
		if err := ask(rmq); err != nil {
			t.Errorf("%s says %v of a broker that speaks again", name, err)
		}
	}
}

func TestAClientThatStartsBeforeItsBroker(t *testing.T) {
	at := broker(t)
	between := newRelay(t, at)
	between.goAway()
	rmq := messchat.NewRMQ(between.url, client(t, at))
	t.Cleanup(rmq.Close)
	if err := rmq.Connect(); err == nil || !strings.HasPrefix(err.Error(), "connecting to RabbitMQ: ") {
		t.Errorf("the error is %v", err)
	}
	between.comeBack()
	send(t, rmq, "apple")
	wantMessages(t, rmq, "apple")
}

func TestAQueueThatIsGoneIsMadeAgain(t *testing.T) {
	at := broker(t)
	name := client(t, at)
	rmq := join(t, at, name)
	send(t, rmq, "apple")
	channel := visit(t, at)
	if _, err := channel.QueueDelete("private."+name, false, false, false); err != nil {
		t.Fatal(err)
	}
	wantMessages(t, rmq, "apple")
	put(t, at, "", "private."+name, "pear")
	wantMessages(t, rmq, "apple", "pear")
}

// Somebody who was refused must be told why, and not that a connection was closed.
func TestWhatTheBrokerRefusesIsSaid(t *testing.T) {
	at := broker(t)
	name := client(t, at)
	rmq := messchat.NewRMQ(at, name)
	channel := visit(t, at)
	if _, err := channel.QueueDeclare("private."+name, false, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	var refused *amqp.Error
	if err := rmq.Connect(); !errors.As(err, &refused) || refused.Code != amqp.PreconditionFailed {
		t.Errorf("the error is %v", err)
	}
	// What was made before that is taken away by the test's end.
}

// What accepts a connection need not be a broker.
func TestAStrangerInTheBrokersPlace(t *testing.T) {
	stranger := loopback.NewPeer(t)
	rmq := messchat.NewRMQ("amqp://"+stranger.Address().String(), "ann")
	t.Cleanup(rmq.Close)
	ended := make(chan error, 1)
	go func() { ended <- rmq.Connect() }()
	connection := stranger.Accept()
	connection.Choke("HTTP/1.1 400 Bad Request\r\n\r\n")
	connection.Close()
	if err := <-ended; err == nil {
		t.Error("it takes part in something else")
	}
}

func TestClosingIsForGood(t *testing.T) {
	at := broker(t)
	rmq := join(t, at, client(t, at))
	rmq.Close()
	rmq.Close()
	if err := rmq.Send("apple"); err == nil || errors.Is(err, net.ErrClosed) {
		t.Errorf("sending says %v", err)
	}
	if _, err := rmq.Messages(); err == nil {
		t.Error("reading goes on")
	}
}
