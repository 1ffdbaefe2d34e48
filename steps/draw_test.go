package steps

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatspec/chatspec/features"
)

// TestWhatIsDrawnFitsWhatItReplaces: as long as that is, and alone among all.
func TestWhatIsDrawnFitsWhatItReplaces(t *testing.T) {
	var all, plain []string
	for _, lot := range lots() {
		if len(lot.others) <= len(lot.families) {
			t.Errorf("of %v nothing is left to chance", lot.families)
		}
		for _, family := range lot.families {
			plain = append(plain, family...)
			for _, other := range lot.others {
				for i, word := range family {
					if len(other[i]) != len(word) || strings.Contains(other[i], other[0]) != strings.Contains(word, family[0]) {
						t.Errorf("%s is not to %v as %s is to %v", other[i], other, word, family)
					}
				}
			}
		}
		for _, other := range lot.others {
			for _, word := range other {
				for _, known := range all {
					if strings.Contains(word, known) || strings.Contains(known, word) {
						t.Errorf("%s and %s hold each other", word, known)
					}
				}
			}
			all = append(all, other...)
		}
	}
	for _, word := range all {
		if slices.Contains(plain, word) {
			t.Errorf("%s stands in the features", word)
		}
	}
}

func TestADrawReplacesWholeWordsInQuotes(t *testing.T) {
	d := Draw{words: map[string]string{"ann": "ben", "annika": "benita", "apple": "lemon", "types": "sings"}}
	for _, c := range []struct{ step, want string }{
		{`"ann" types "apple"`, `"ben" sings "lemon"`}, // words of sentences are none that are drawn
		{`"annika" and "ann" are there`, `"benita" and "ben" are there`},
		{`ann apple`, `ann apple`},
		{`"bob" sees "ann: an apple, and pineapple"`, `"bob" sees "ben: an lemon, and pineapple"`},
		{`"a" types "Annika, ann2, 2ann, annñ, ANN"`, `"a" sings "Annika, ann2, 2ann, annñ, ANN"`},
		{`"x" sends "/send/?from_alias=annika&message=apple"`, `"x" sends "/send/?from_alias=benita&message=lemon"`},
		{`"x" says "she said "ann" and 'apple'"`, `"x" says "she said "ben" and 'lemon'"`},
		{`"`, `"`},
	} {
		if got := d.sentence(c.step); got != c.want {
			t.Errorf("%s is played as %s, and should be as %s", c.step, got, c.want)
		}
	}
}

func TestADrawIsTheSameForASeedAndAnotherForOthers(t *testing.T) {
	if diff := cmp.Diff(NewDraw(7).words, NewDraw(7).words); diff != "" {
		t.Errorf("it differs from itself: %s", diff)
	}
	names := map[string]bool{}
	for seed := range uint64(20) {
		d := NewDraw(seed)
		names[d.words["annika"]] = true
		taken := map[string]string{}
		for word, other := range d.words {
			if taken[other] != "" {
				t.Errorf("with %d, %s and %s are both %s", seed, word, taken[other], other)
			}
			taken[other] = word
		}
	}
	if len(names) < 4 {
		t.Errorf("of 20 seeds come only %v", names)
	}
}

// TestADrawLeavesTheSentencesOfTheFeatures: only what stands in quotes is another, and everything that is drawn stands in
// some feature.
func TestADrawLeavesTheSentencesOfTheFeatures(t *testing.T) {
	catalogue, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile(`".*"`)
	d := NewDraw(3)
	said := ""
	for _, a := range catalogue.Assignments {
		for _, rule := range a.Rules() {
			for _, scenario := range rule.Scenarios {
				for _, step := range scenario.Steps {
					said += step.Text + "\n"
					drawn := d.sentence(step.Text)
					if got, want := quoted.ReplaceAllString(drawn, ""), quoted.ReplaceAllString(step.Text, ""); got != want || len(drawn) != len(step.Text) {
						t.Errorf("%s is played as %s", step.Text, drawn)
					}
					if ownWords(drawn) != ownWords(step.Text) {
						t.Errorf("between quotes, %s is played as %s", step.Text, drawn)
					}
				}
			}
		}
	}
	for word := range d.words {
		if !regexp.MustCompile(`\b` + word + `\b`).MatchString(said) {
			t.Errorf("%s is drawn, and stands in no feature", word)
		}
	}
}

// ownWords is a step without what stands in its quotes; nothing, where these are no pairs.
func ownWords(step string) string {
	parts := strings.Split(step, `"`)
	if len(parts)%2 == 0 || strings.Contains(step, `said "`) {
		return ""
	}
	var own []string
	for i := 0; i < len(parts); i += 2 {
		own = append(own, parts[i])
	}
	return strings.Join(own, "…")
}

func TestTheTablesOfAStepAreDrawnToo(t *testing.T) {
	d := Draw{words: map[string]string{"ann": "ben"}}
	table := &messages.PickleTable{Rows: []*messages.PickleTableRow{{Cells: []*messages.PickleTableCell{{Value: "ann"}, {Value: "joann"}}}}}
	pickle := &messages.Pickle{Name: `"ann"`, Steps: []*messages.PickleStep{{Text: "these are there:", Argument: &messages.PickleStepArgument{DataTable: table}}}}
	d.play(pickle)
	if cells := table.Rows[0].Cells; cells[0].Value != "ben" || cells[1].Value != "joann" || pickle.Name != `"ann"` {
		t.Errorf("it is %q, %q in %s", cells[0].Value, cells[1].Value, pickle.Name)
	}
}
