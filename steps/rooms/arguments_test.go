package rooms

import (
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/probe"
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
