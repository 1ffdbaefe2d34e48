package zmqchat

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/chatspec/chatspec/reference/zmq"
)

// record returns a board that takes everything but what bob says, and what it has published.
func record() (*board, *[]Message) {
	published := new([]Message)
	accept := func(m Message) error {
		if m.User == "bob" {
			return errors.New("not bob")
		}
		return nil
	}
	return newBoard(accept, func(m Message, _ []byte) { *published = append(*published, m) }), published
}

func (b *board) texts() []string {
	var texts []string
	for _, message := range b.messages {
		texts = append(texts, message.Text)
	}
	return texts
}

func TestRecord(t *testing.T) {
	board, published := record()
	const ok = `{"ok":true}`
	for _, step := range []struct{ request, want string }{
		{`{"username":"ann","time":"2006-01-02T15:04:05Z","message":"one"}`, ok},
		{`{"id":"1","username":"ann","time":"2006-01-02T15:04:05.9+07:00","message":"two","x":[]}`, ok},
		{`{"id":"1","username":"ann","time":"2006-01-02T15:04:05.9+07:00","message":"two"}`, ok}, // posted again
		{`{"username":"ann","time":"2006-01-02T15:04:05Z","message":"one"}`, ok},                 // said again
		{`{"username":"bob","time":"2006-01-02T15:04:05Z","message":"three"}`, `{"ok":false,"reason":"not bob"}`},
		{`{"id":"2","username":"ann","time":"2006-01-02T15:04:05Z","message":"two","channel":"a"}`, ok},
	} {
		if got := string(board.answer([][]byte{[]byte(step.request)})); got != step.want {
			t.Errorf("%s: got %s, want %s", step.request, got, step.want)
		}
	}
	if got, want := board.texts(), []string{"one", "two", "one", "two"}; !slices.Equal(got, want) {
		t.Errorf("recorded are %q, want %q", got, want)
	}
	if !slices.Equal(*published, board.messages) {
		t.Errorf("published are %v, recorded %v", *published, board.messages)
	}
	want := Message{User: "ann", Time: time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC), Text: "two", Channel: "a"}
	if got := board.messages[3]; got != want {
		t.Errorf("recorded is %v, want %v", got, want)
	}
}

func TestRefusals(t *testing.T) {
	long := strings.Repeat("x", zmq.MaxMessage/2)
	for _, request := range [][]string{
		{""}, {"hello"}, {"null"}, {"{}"}, {"[]"}, {`"text"`}, {"7"}, {"\xff\x00"}, {strings.Repeat("[", 20000)},
		{`{"username":"ann","message":"no time"}`},
		{`{"username":"ann","time":"2006-01-02T15:04:05Z"}`},
		{`{"time":"2006-01-02T15:04:05Z","message":"no name"}`},
		{`{"username":"","time":"2006-01-02T15:04:05Z","message":"no name"}`},
		{`{"username":"ann","time":"2006-01-02T15:04:05Z","message":""}`},
		{`{"username":null,"time":null,"message":null}`},
		{`{"username":7,"time":"2006-01-02T15:04:05Z","message":"a number for a name"}`},
		{`{"username":"ann","time":"noon","message":"no time"}`},
		{`{"username":"ann","time":"2006-01-02T15:04:05Z","message":["hello"]}`},
		{`{"username":"ann","time":"2006-01-02T15:04:05Z","message":"hello","channel":1}`},
		{`{"username":"ann","time":"2006-01-02T15:04:05Z","message":"hello","id":1}`},
		{`{"username":"ann","time":"2006-01-02T15:04:05Z","message":"hello"} and more`},
		{`{"username":"ann","time":"2006-01-02T15:04:05Z","message":"` + long + `"}`},
		{"", `{"username":"ann","time":"2006-01-02T15:04:05Z","message":"two frames"}`},
	} {
		board, published := record()
		var frames [][]byte
		for _, frame := range request {
			frames = append(frames, []byte(frame))
		}
		answer, err := parseReply(board.answer(frames))
		if err != nil || answer.OK || answer.Reason == "" {
			t.Errorf("%.80q: got %v, %v", request, answer, err)
		}
		if len(board.messages) > 0 || len(*published) > 0 {
			t.Errorf("%.80q is recorded or published", request)
		}
	}
}

// TestRecordAtOnce posts each message twice, from many at once.
func TestRecordAtOnce(t *testing.T) {
	board, published := record()
	const people, count = 5, 40
	var all sync.WaitGroup
	for person := range people {
		all.Go(func() {
			for i := range 2 * count {
				message := Message{User: fmt.Sprint(person), Text: fmt.Sprint(i / 2)}
				request, _ := encode(post{ID: message.User + "-" + message.Text, Message: message})
				board.answer([][]byte{request})
			}
		})
	}
	all.Wait()
	if !slices.Equal(*published, board.messages) {
		t.Error("the order is not the same")
	}
	next := map[string]int{}
	for _, message := range board.messages {
		if want := fmt.Sprint(next[message.User]); message.Text != want {
			t.Fatalf("%s says %s, want %s", message.User, message.Text, want)
		}
		next[message.User]++
	}
	if len(board.messages) != people*count {
		t.Errorf("%d messages are recorded, want %d", len(board.messages), people*count)
	}
}

func TestPostIsParsed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(1, -1, -1)
		want := post{ID: rapid.String().Draw(t, "id"), Message: Message{
			User:    text.Draw(t, "user"),
			Time:    time.Unix(rapid.Int64Range(0, 1<<37).Draw(t, "time"), 0).UTC(),
			Text:    text.Draw(t, "text"),
			Channel: rapid.String().Draw(t, "channel"),
		}}
		frame, err := encode(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parsePost([][]byte{frame}); err != nil || got != want {
			t.Fatalf("%s is read as %v, %v", frame, got, err)
		}
	})
}

func TestParseReply(t *testing.T) {
	for text, want := range map[string]reply{
		`{"ok":true}`:                         {OK: true},
		`{"ok":false,"reason":"why","x":{}}`:  {Reason: "why"},
		` {"reason" : "why", "ok" : false } `: {Reason: "why"},
	} {
		if got, err := parseReply([]byte(text)); err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "ok", "{}", `{"ok":"yes"}`, `{"reason":"why"}`, "null"} {
		if got, err := parseReply([]byte(text)); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
