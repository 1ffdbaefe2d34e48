package wire_test

import (
	"strings"
	"testing"

	"github.com/chatspec/chatspec/reference/wire"
)

func TestLines(t *testing.T) {
	tests := []struct {
		name string
		line []byte
		want string
	}{
		{"message", wire.Message{Seq: 3, User: "ann", Text: "hello"}.Line(), `{"seq":3,"user":"ann","message":"hello"}`},
		{"web page", wire.Message{Text: "<b> & \"c\" \\"}.Line(), `{"seq":0,"user":"","message":"<b> & \"c\" \\"}`},
		{"other alphabets", wire.Message{Text: "привет 👋"}.Line(), `{"seq":0,"user":"","message":"привет 👋"}`},
		{"operation", wire.Operation{Operation: wire.Subscribe, Client: "127.0.0.1:5000"}.Line(), `{"operation":"subscribe","client":"127.0.0.1:5000"}`},
		{"object", wire.Object(`{"a":1}`).Line(), `{"a":1}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := string(test.line); got != test.want+"\n" {
				t.Errorf("got %q, want %q and a newline", got, test.want)
			}
		})
	}
}

func TestMessage(t *testing.T) {
	got, err := wire.Object(`{"message":"hello","mood":"good","user":"ann","seq":7}`).Message()
	if want := (wire.Message{Seq: 7, User: "ann", Text: "hello"}); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestNoMessage(t *testing.T) {
	for _, object := range []wire.Object{
		wire.Object(`{}`),
		wire.Object(`{"seq":0,"user":"ann"}`),
		wire.Object(`{"seq":0,"message":"hello"}`),
		wire.Object(`{"user":"ann","message":"hello"}`),
		wire.Object(`{"seq":"0","user":"ann","message":"hello"}`),
		wire.Object(`{"seq":0.5,"user":"ann","message":"hello"}`),
		wire.Object(`{"seq":0,"user":["ann"],"message":"hello"}`),
		wire.Object(`{"seq":0,"user":"ann","message":7}`),
		wire.Object(`{"seq":0,"user":"ann","message":null}`),
		wire.Object(`{"operation":"subscribe","client":"127.0.0.1:5000"}`),
	} {
		if got, err := object.Message(); err == nil {
			t.Errorf("%s is taken for the message %v", object, got)
		}
	}
}

func TestOperation(t *testing.T) {
	got, err := wire.Object(`{"client":"127.0.0.1:5000","operation":"dance","x":{}}`).Operation()
	if want := (wire.Operation{Operation: "dance", Client: "127.0.0.1:5000"}); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestNoOperation(t *testing.T) {
	for _, object := range []wire.Object{
		wire.Object(`{}`),
		wire.Object(`{"operation":"subscribe"}`),
		wire.Object(`{"client":"127.0.0.1:5000"}`),
		wire.Object(`{"operation":"subscribe","client":5000}`),
		wire.Object(`{"operation":null,"client":"127.0.0.1:5000"}`),
		wire.Object(`{"seq":0,"user":"ann","message":"hello"}`),
	} {
		if got, err := object.Operation(); err == nil {
			t.Errorf("%s is taken for the operation %v", object, got)
		}
	}
}

func TestMessagesSkipsTheRest(t *testing.T) {
	stream := `{"seq":0,"user":"ann","message":"one"} 17 null "x" [{"seq":1}] {"seq":"1"}
		{"seq":1,"user":"ann","message":"two"}{"operation":"dance"}{"seq":2,"user":"ann","message":"three"}
		that was it {"seq":3,"user":"ann","message":"never"}`
	var got []string
	for message := range wire.Messages(strings.NewReader(stream)) {
		got = append(got, message.Text)
	}
	if want := "one two three"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMessagesCanBeLeft(t *testing.T) {
	stream := strings.Repeat(`{"seq":0,"user":"ann","message":"again"}`, 3)
	for message := range wire.Messages(strings.NewReader(stream)) {
		if message.Text == "again" {
			return
		}
	}
	t.Error("no message came")
}
