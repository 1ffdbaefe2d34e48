package messchat

import (
	"encoding/json"
	"testing"
)

func TestABodyIsWrittenAsTheSubmissionWritesIts(t *testing.T) {
	const nasty = `she said "yes"`
	for _, c := range []struct{ name, sample, text, want string }{
		{"the text itself", "kumquat", nasty, nasty},
		{"with a name before it", "annika: kumquat", nasty, `otto: she said "yes"`},
		{"in JSON", `{"from": "annika", "text": "kumquat"}`, nasty, `{"from": "otto", "text": "she said \"yes\""}`},
		{"a string of JSON", `"kumquat"`, `a\b`, `"a\\b"`},
		{"as Python shows it", `{'user': 'annika', 'text': 'kumquat'}`, "plum", `{'user': 'otto', 'text': 'plum'}`},
		{"the text is not in it", "a3VtcXVhdA==", "plum", "plum"},
		{"none is known", "", "plum", "plum"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Sample{Publication: Publication{By: "annika", Body: []byte(c.sample)}}
			if c.sample != "" {
				s.Text = "kumquat"
			}
			got := string(s.Write(c.text, "otto"))
			if got != c.want || json.Valid([]byte(c.sample)) && !json.Valid([]byte(got)) {
				t.Errorf("as %s, %s becomes %s, want %s", c.sample, c.text, got, c.want)
			}
		})
	}
}
