package judging

import (
	"strings"
	"testing"

	"github.com/chatspec/chatspec/features"
)

func TestARuleIsJudgedWithWhatItNeeds(t *testing.T) {
	catalogue, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	assignments := []string{"tcp-peer", "tcp-server"}
	for _, c := range []struct{ tags, want, lacking string }{
		{"@PEER-1.1", "@PEER-1.1", ""},
		{"PEER-1.4", "@PEER-1.1,@PEER-1.4,@PEER-2.1,@PEER-4.1", ""},
		{"@PEER-3.4", "@PEER-2.1,@PEER-2.3,@PEER-3.2,@PEER-3.4", ""}, // needs of needs
		{" @PEER-3.4 , @PEER-1.4", "@PEER-1.1,@PEER-1.4,@PEER-2.1,@PEER-2.3,@PEER-3.2,@PEER-3.4,@PEER-4.1", ""},
		{"@PEER-1.4,@SERVER-1.6", "@PEER-1.1,@PEER-1.4,@PEER-2.1,@PEER-4.1,@SERVER-1.4,@SERVER-1.6", ""},
		// Whoever says more than rules gets that, and is told what is missing.
		{"@PEER-3.4 && @must", "@PEER-3.4 && @must", "PEER-2.1, PEER-2.3, PEER-3.2"},
		{"@PEER-1.4,@part-2", "@PEER-1.4,@part-2", "PEER-1.1, PEER-1.2, PEER-4.1"},
		{"@must && ~@PEER-2.1", "@must && ~@PEER-2.1", "PEER-2.1"},
		{"~@robust", "~@robust", ""},
		{"@must", "@must", ""},
		{"", "", ""},
	} {
		got, err := Select(c.tags, catalogue, assignments)
		if err != nil {
			t.Errorf("%q: %v", c.tags, err)
			continue
		}
		if got.Tags != c.want {
			t.Errorf("%q becomes %q, and should become %q", c.tags, got.Tags, c.want)
		}
		if lacking := strings.Join(got.Lacking, ", "); lacking != c.lacking {
			t.Errorf("%q lacks %s, and should lack %s", c.tags, lacking, c.lacking)
		}
		if (got.Warning() == "") != (c.lacking == "") || !strings.Contains(got.Warning(), c.lacking) {
			t.Errorf("of %q it is said %q", c.tags, got.Warning())
		}
	}
}

func TestBothSelectsWhatTwoExpressionsSelect(t *testing.T) {
	for _, c := range []struct{ tags, others, want string }{
		{"", "@a,@b", "@a,@b"},
		{"@a,@b", "~@a && ~@c", "@a,@b && ~@a && ~@c"},
	} {
		if got := Both(c.tags, c.others); got != c.want || CheckTags(got) != nil {
			t.Errorf("%q and %q are %q", c.tags, c.others, got)
		}
	}
}
