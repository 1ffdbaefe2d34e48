package tcp

import "testing"

func TestTheOrderOfWhatHasArrived(t *testing.T) {
	for _, c := range []struct{ arrived, wrong string }{
		{"one. two. three.", ""},
		{"before. one. and two. and three. after", ""},
		{"one. three. two.", `"three." has come before "two."`},
		{"one. two. three. two.", `"two." has come 2 times`},
		{"one. three.", `"two." has come 0 times`},
	} {
		if wrong := outOfOrder(c.arrived, []string{"one.", "two.", "three."}); wrong != c.wrong {
			t.Errorf("of %q is said %q", c.arrived, wrong)
		}
	}
}
