package chatspec

import (
	"strings"
	"testing"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/sandbox"
)

func TestOptionsThatCannotBeFollowedAreRefused(t *testing.T) {
	catalogue, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	for want, with := range map[string][]Option{
		"": {Assignment("tcp-peer"), Rules("PEER-3.2"), Rules("PEER-3.3")},
		"patience must be more than 0 and at most 1000, not 1e+10":        {Patience(1e10)},
		"patience must be more than 0 and at most 1000, not 0":            {Patience(0)},
		"at least one scenario runs at a time, not 0":                     {Jobs(0)},
		`there is no assignment "chess"; there are`:                       {Assignment("chess")},
		"what is judged is chosen by Rules or by Tags, not by both":       {Tags("@must && ~@part-5"), Rules("PEER-3.2")},
		`"(" is no tag expression`:                                        {Tags("(")},
		"programs are isolated in the way auto, host, container or none,": {Isolate("twice")},
	} {
		o := options{isolate: sandbox.Auto, patience: 1, jobs: 1}
		for _, option := range with {
			option(&o)
		}
		if err := o.check(catalogue); (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("it says %v, and should say %q", err, want)
		}
		if want == "" && o.selection() != "@PEER-3.2,@PEER-3.3" {
			t.Errorf("selected is %q", o.selection())
		}
	}
}
