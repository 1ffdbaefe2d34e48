package tcp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
)

// TestANumberIsReadAsItIsMeant, and one with a million digits is not written out.
func TestANumberIsReadAsItIsMeant(t *testing.T) {
	long := strings.Repeat("1", 200)
	for written, want := range map[string]string{
		"1": "1", "1.0": "1", "10e-1": "1", "1e3": "1000", "-2": "-2", "1.5": "1.5", `"1"`: `"1"`, "null": "null",
		"1e1000000": "1e1000000", "1E-999999": "1E-999999", "1e99999999999999999999": "1e99999999999999999999",
	} {
		if got := number(jsonstream.Message{Fields: []jsonstream.Field{{Name: "seq", Value: json.RawMessage(written)}}}); got != want {
			t.Errorf("%s is read as %s, and should be as %s", written, got, want)
		}
	}
	if got := number(jsonstream.Message{Fields: []jsonstream.Field{{Name: "seq", Value: json.RawMessage(long)}}}); got == "" || !strings.HasPrefix(long, got[:20]) {
		t.Errorf("a long one is read as %q", got)
	}
	if got := number(jsonstream.Message{}); got != "(no seq)" {
		t.Errorf("none is read as %q", got)
	}
}
