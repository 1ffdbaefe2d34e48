package zmq

import (
	"errors"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/stage"
)

// TestRenamedChannels: a rule about names that begin alike is left open where those of the
// submission do not, and it is said how they would.
func TestRenamedChannels(t *testing.T) {
	for name, test := range map[string]struct {
		channels map[string]string
		open     string
	}{
		"none":                {nil, ""},
		"both, alike":         {map[string]string{"MPCS": "sports", "MPCS2": "sports-today"}, ""},
		"the longer one":      {map[string]string{"MPCS2": "news"}, "MPCS: MPCS, MPCS2: MPCS2"},
		"the shorter one":     {map[string]string{"MPCS": "sports"}, "MPCS: sports, MPCS2: sports2"},
		"both, not alike":     {map[string]string{"MPCS": "sports", "MPCS2": "news"}, "MPCS: sports, MPCS2: sports2"},
		"both to one name":    {map[string]string{"MPCS": "news", "MPCS2": "news"}, "MPCS: news, MPCS2: news2"},
		"the wrong way about": {map[string]string{"MPCS": "news2", "MPCS2": "news"}, "MPCS: news2, MPCS2: news22"},
	} {
		t.Run(name, func(t *testing.T) {
			of := targetOf(t)
			of.Channels = test.channels
			err := open(t, runOf(t, of, stage.Options{})).beginsWith("MPCS2", "MPCS")
			var open *stage.Unverified
			switch {
			case test.open == "" && err != nil:
				t.Errorf("it is judged, and not: %v", err)
			case test.open != "" && (!errors.As(err, &open) || !strings.HasSuffix(open.Reason, test.open)):
				t.Errorf("it comes to %v, and the names would be %s", err, test.open)
			}
		})
	}
}
