package messchat

import (
	"slices"
	"testing"

	"github.com/chatspec/chatspec/fixtures/journal"
)

func TestTextsAreTakenOffAsOftenAsTheyAreToBe(t *testing.T) {
	for _, c := range []struct{ texts, off, want []string }{
		{[]string{"a", "b", "a"}, []string{"a"}, []string{"b", "a"}},
		{[]string{"a", "b", "a"}, []string{"a", "a"}, []string{"b"}},
		{[]string{"a", "b"}, []string{"b", "c", "a", "a"}, nil},
		{[]string{"a", "a b"}, []string{"b"}, []string{"a", "a b"}}, // which is another text
		{[]string{"a"}, nil, []string{"a"}},
		{nil, []string{"a"}, nil},
	} {
		texts, off := slices.Clone(c.texts), slices.Clone(c.off)
		if got := Without(texts, off); !slices.Equal(got, c.want) {
			t.Errorf("%q without %q is %q, want %q", c.texts, c.off, got, c.want)
		}
		if !slices.Equal(texts, c.texts) || !slices.Equal(off, c.off) {
			t.Errorf("%q and %q have become %q and %q", c.texts, c.off, texts, off)
		}
	}
}

func TestASentenceHoldsOneTextOrSeveral(t *testing.T) {
	for text, want := range map[string][]string{
		`apple`:                       {"apple"},
		`apple" and "pear`:            {"apple", "pear"},
		`plum", "apple" and "pear`:    {"plum", "apple", "pear"},
		`she said "yes" and 'no'`:     {`she said "yes" and 'no'`},
		`{"message": ["one", 2]}`:     {`{"message": ["one", 2]}`},
		`a piece of  marzipan, and b`: {`a piece of  marzipan, and b`},
		``:                            {""},
	} {
		if got := ListOf(text); !slices.Equal(got, want) {
			t.Errorf("%s holds %q, want %q", text, got, want)
		}
	}
}

func TestWhatOnlyEndsIsTrailing(t *testing.T) {
	for kind, want := range map[journal.Kind]int{
		journal.Closed: 2, journal.Shown: 2, journal.Complained: 2,
		journal.Sent: 1, journal.Connected: 1, journal.Exited: 1,
	} {
		if got := trailing([]journal.Event{{Kind: kind}, {Kind: journal.Connected}, {Kind: journal.Closed}}); got != want {
			t.Errorf("of one %s, one connected and one closed %d are trailing, want %d", kind, got, want)
		}
	}
}

func TestTextsAreCountedInLists(t *testing.T) {
	i := &Reader{Lists: []List{
		{Texts: []string{"annika: apple", "pear", "apple, apple"}},
		{Texts: nil},
		{Texts: []string{"apple"}},
	}}
	for text, want := range map[string]struct{ first, listed, most int }{
		"apple": {2, 3, 2}, // one text is counted once
		"pear":  {1, 1, 1},
		"plum":  {0, 0, 0},
	} {
		if first, listed, most := i.Lists[0].Holds(text), i.Listed(text), i.most(text); first != want.first || listed != want.listed || most != want.most {
			t.Errorf("%s is held %d times by the first list, and listed %d times, at most %d times at once; want %v", text, first, listed, most, want)
		}
	}
}

func TestWhatWasListedInsteadIsSaid(t *testing.T) {
	worked, broken := Answer{Status: 200}, Answer{Target: "/messages/", Status: 500, Body: []byte("oh")}
	for _, c := range []struct {
		name  string
		lists []List
		want  string
	}{
		{"nothing", []List{{Answer: worked}}, "it lists nothing"},
		{"each once", []List{{Answer: worked, Texts: []string{"a", "b"}}, {Answer: worked, Texts: []string{"a"}}}, `it lists ["a" "b"]`},
		{"an error", []List{{Answer: worked, Texts: []string{"a"}}, {Answer: broken}}, "/messages/ is answered with the status 500: oh"},
	} {
		if got := (&Reader{Role: "annika", Lists: c.lists}).ListedInstead(); got != c.want {
			t.Errorf("%s: it is said that %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAStatusSaysWhetherItWorked(t *testing.T) {
	for status, want := range map[int]string{
		200: "worked, no server error", 201: "worked, no server error", 204: "worked, no server error",
		302: "no server error",
		400: "no server error, blames", 404: "no server error, blames", 422: "no server error, blames",
		500: "", 503: "",
	} {
		w := &World{Answer: Answer{Target: "/send/", Status: status}}
		got := ""
		for _, says := range []struct {
			text  string
			check func() error
		}{{"worked", w.ItWorked}, {"no server error", w.IsNoServerError}, {"blames", w.BlamesTheRequest}} {
			if says.check() != nil {
				continue
			}
			if got != "" {
				got += ", "
			}
			got += says.text
		}
		if got != want {
			t.Errorf("%d: %q, want %q", status, got, want)
		}
		if (w.ItDidNotWork() == nil) == (w.ItWorked() == nil) {
			t.Errorf("%d says both, or neither", status)
		}
	}
}

func TestAllAnswersHaveToSayThatItWorked(t *testing.T) {
	w := &World{All: []Answer{{Status: 200}, {Status: 201}}}
	must(t, w.AllWorked())
	w.All = append(w.All, Answer{Target: "/send/", Status: 503})
	wantFailure(t, w.AllWorked(), "all the answers say that it worked", "/send/ is answered with the status 503")
}
