package tcp

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
)

func TestChatMessagesAreNumbered(t *testing.T) {
	s := open(t, newRun(t, forEver))
	bob, err := s.LoopbackPeer(`bo"b`)
	must(t, err)
	for i, want := range []string{`{"seq": 0, "user": "bo\"b", "message": "<hi> & \"ho\""}`, `{"seq": 1, "user": "bo\"b", "message": "<hi> & \"ho\""}`} {
		if got := string(s.encode(bob, jsonstream.Encoding{}, s.chatMessage(bob, `<hi> & "ho"`)...)); got != want {
			t.Errorf("message %d is %s", i, got)
		}
	}
	if n := s.number(bob); n != 2 {
		t.Errorf("the next is %d", n)
	}
}

func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		"":                    `""`,
		`say "hi" \ {}`:       `"say \"hi\" \\ {}"`,
		"<&>'/ünï 漢字 🙂":       `"<&>'/ünï 漢字 🙂"`,
		"line\nend\tand \x01": `"line\nend\tand \u0001"`,
	} {
		if got := quote(text); got != want {
			t.Errorf("%q is quoted as %s, want %s", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		var back string
		if err := json.Unmarshal([]byte(quote(text)), &back); err != nil || back != text {
			t.Errorf("%q has become %q, %v", text, back, err)
		}
	})
}
