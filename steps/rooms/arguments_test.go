package rooms

import (
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/probe"
	"github.com/chatspec/chatspec/steps"
)

func TestAConstantIsANumberWhereThereIsOne(t *testing.T) {
	text := probe.Constant{Name: "SENT", Value: probe.Value{Kind: probe.Text, Text: "sent"}}
	number := probe.Constant{Name: "MESSAGE_SENT", Value: probe.Value{Kind: probe.Number, Text: "100"}}
	isSent := func(name string) bool { return strings.Contains(name, "sent") }
	for name, c := range map[string]struct {
		constants []probe.Constant
		want      any
		found     bool
	}{
		"none":                  {nil, nil, false},
		"a text":                {[]probe.Constant{text}, "sent", true},
		"a number":              {[]probe.Constant{number}, 100, true},
		"a text, then a number": {[]probe.Constant{text, number}, 100, true},
	} {
		if got, found := (&model{constants: c.constants}).constant(isSent); got != c.want || found != c.found {
			t.Errorf("%s: it is %v, %t; want %v, %t", name, got, found, c.want, c.found)
		}
	}
}

// TestWhatIsForAGroupIsForAllOfIt: to_user «can be group exchange», and a member's name may mean that one alone.
func TestWhatIsForAGroupIsForAllOfIt(t *testing.T) {
	m := newModel(steps.Draw{})
	m.groups["garden"] = true
	for room, want := range map[string]any{"kitchen": m.other, "garden": "garden"} {
		for _, p := range m.propertiesOf(room, 1) {
			if p.name == "to_user" && p.value != want {
				t.Errorf("a message in %s is to %v, and should be to %v", room, p.value, want)
			}
		}
	}
}
