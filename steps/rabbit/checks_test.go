package rabbit

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
		if got := without(texts, off); !slices.Equal(got, c.want) {
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
		if got := listOf(text); !slices.Equal(got, want) {
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
	i := &instance{lists: []list{
		{texts: []string{"annika: apple", "pear", "apple, apple"}},
		{texts: nil},
		{texts: []string{"apple"}},
	}}
	for text, want := range map[string]struct{ first, listed, most int }{
		"apple": {2, 3, 2}, // one text is counted once
		"pear":  {1, 1, 1},
		"plum":  {0, 0, 0},
	} {
		if first, listed, most := i.lists[0].holds(text), i.listed(text), i.most(text); first != want.first || listed != want.listed || most != want.most {
			t.Errorf("%s is held %d times by the first list, and listed %d times, at most %d times at once; want %v", text, first, listed, most, want)
		}
	}
}

func TestWhatWasListedInsteadIsSaid(t *testing.T) {
	worked, broken := answer{status: 200}, answer{target: "/messages/", status: 500, body: []byte("oh")}
	for _, c := range []struct {
		name  string
		lists []list
		want  string
	}{
		{"nothing", []list{{answer: worked}}, "she lists nothing"},
		{"each once", []list{{answer: worked, texts: []string{"a", "b"}}, {answer: worked, texts: []string{"a"}}}, `she lists ["a" "b"]`},
		{"an error", []list{{answer: worked, texts: []string{"a"}}, {answer: broken}}, "/messages/ is answered with the status 500: oh"},
	} {
		if got := (&instance{lists: c.lists}).listedInstead(); got != c.want {
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
		w := &world{answer: answer{target: "/send/", status: status}}
		got := ""
		for _, says := range []struct {
			text  string
			check func() error
		}{{"worked", w.itWorked}, {"no server error", w.isNoServerError}, {"blames", w.blamesTheRequest}} {
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
		if (w.itDidNotWork() == nil) == (w.itWorked() == nil) {
			t.Errorf("%d says both, or neither", status)
		}
	}
}

func TestAllAnswersHaveToSayThatItWorked(t *testing.T) {
	w := &world{all: []answer{{status: 200}, {status: 201}}}
	must(t, w.allWorked())
	w.all = append(w.all, answer{target: "/send/", status: 503})
	wantFailure(t, w.allWorked(), "all the answers say that it worked", "/send/ is answered with the status 503")
}

func TestListsOfAnotherShapeAreFound(t *testing.T) {
	w := &world{instances: map[string]*instance{"annika": {lists: []list{
		{answer: answer{status: 200}, right: false},
		{answer: answer{status: 200}, texts: []string{"a"}, right: true},
	}}}}
	must(t, w.listsAreOfStrings()) // one that holds nothing is another rule's
	annika := w.instances["annika"]
	annika.lists = append(annika.lists, list{answer: answer{target: "/messages/", status: 200, body: []byte(`{"list": ["a"]}`)}, texts: []string{"a"}})
	wantFailure(t, w.listsAreOfStrings(), "a JSON list of strings", `{"list": ["a"]}`)
}
