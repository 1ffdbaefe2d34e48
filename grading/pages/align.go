package pages

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/grading"
)

// A pair is what happened on both sides: with the program under test, and with the reference. One of them is nil,
// where it happened on one side only.
type pair struct{ mine, theirs *grading.Event }

// How many events of a side are shown beside those of another, and alone: beyond that, a diagram is no picture any more.
const (
	maxAligned = 60
	maxAlone   = 120
)

// shownEvents are the last so many that a diagram shows: all but prompts, in an order that does not depend on chance.
func shownEvents(events []grading.Event, limit int) (shown []grading.Event, left int) {
	for _, e := range events {
		if !isPrompt(e) {
			shown = append(shown, e)
		}
	}
	for begin := 0; begin < len(shown); {
		end := begin + 1
		for end < len(shown) && isTogether(shown[begin], shown[end]) {
			end++
		}
		slices.SortStableFunc(shown[begin:end], func(a, b grading.Event) int { return cmp.Compare(a.To, b.To) })
		begin = end
	}
	if len(shown) > limit {
		left = len(shown) - limit
		shown = shown[left:]
	}
	return shown, left
}

// shortest is the length of what is no prompt, in characters.
const shortest = 3

// isPrompt reports whether somebody printed what only asks for a line.
func isPrompt(e grading.Event) bool {
	if e.Kind != "shown" && e.Kind != "complained" {
		return false
	}
	text := strings.TrimSpace(e.Text)
	return len(text) < shortest || strings.HasSuffix(text, ">") && len(text) < 12
}

// isTogether reports whether two calls were made at the same time, so that their order says nothing.
func isTogether(a, b grading.Event) bool {
	return a.Kind == b.Kind && a.From == b.From && a.To != b.To && slices.Contains([]string{"connected", "sent", "closed"}, a.Kind)
}

// key is by what events of both sides are taken for the same.
func key(e grading.Event) string {
	text := ""
	if e.Kind == "typed" || e.Kind == "shown" {
		text = strings.TrimSpace(e.Text)
	}
	return strings.Join([]string{e.Kind, e.From, e.To, text}, "\x00")
}

// align puts what happened on both sides beside each other, by their longest common subsequence.
func align(mine, theirs []grading.Event) []pair {
	// longest[i][j] is how many of mine from i on are also in theirs from j on.
	longest := make([][]int, len(mine)+1)
	for i := range longest {
		longest[i] = make([]int, len(theirs)+1)
	}
	for i := len(mine) - 1; i >= 0; i-- {
		for j := len(theirs) - 1; j >= 0; j-- {
			if key(mine[i]) == key(theirs[j]) {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var pairs []pair
	i, j := 0, 0
	for i < len(mine) || j < len(theirs) {
		switch {
		case i < len(mine) && j < len(theirs) && key(mine[i]) == key(theirs[j]):
			pairs = append(pairs, pair{&mine[i], &theirs[j]})
			i, j = i+1, j+1
		case j == len(theirs) || i < len(mine) && longest[i+1][j] >= longest[i][j+1]:
			pairs = append(pairs, pair{&mine[i], nil})
			i++
		default:
			pairs = append(pairs, pair{nil, &theirs[j]})
			j++
		}
	}
	return pairs
}

// until are the events up to the end of the step that failed on the other side.
func until(s grading.Scenario, step int) []grading.Event {
	if step < 0 || step >= len(s.Steps) || s.Steps[step].Until == 0 {
		return s.Events
	}
	end := slices.IndexFunc(s.Events, func(e grading.Event) bool { return e.At > s.Steps[step].Until })
	if end < 0 {
		return s.Events
	}
	return s.Events[:end]
}

// A member is a part of a message: what stands between, or the value of a member of its object.
type member struct {
	text string
	name string // of the member, where it is a value
}

// members takes a message that is a JSON object apart, without the blanks between its members; anything else is
// one part without a name.
func members(text string) []member {
	decoder := json.NewDecoder(strings.NewReader(text))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return []member{{text: text}}
	}
	parts := []member{{text: "{"}}
	for n := 0; decoder.More(); n++ {
		name, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			return []member{{text: text}}
		}
		title, _ := name.(string)
		before := quoted(title) + ":"
		if n > 0 {
			before = "," + before
		}
		parts = append(parts, member{text: before}, member{text: string(value), name: title})
	}
	if _, err := decoder.Token(); err != nil {
		return []member{{text: text}}
	}
	return append(parts, member{text: "}"})
}

func quoted(text string) string {
	var w strings.Builder
	encoder := json.NewEncoder(&w)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(text) != nil {
		return `""`
	}
	return strings.TrimSpace(w.String())
}

// values are the values of a message's members, by their names.
func values(parts []member) map[string]string {
	all := map[string]string{}
	for _, part := range parts {
		if part.name != "" {
			all[part.name] = part.text
		}
	}
	return all
}

// A difference is how much a message differs from the other side's.
type difference int

const (
	same   difference = iota
	weak              // in what the step does not ask for
	strong            // in what it asks for
)

// differences says of each member whether it differs from that of the other side: strongly, where the
// expectation names it, or names none that differs.
func differences(mine, theirs []member, expected string) map[string]difference {
	other, own := values(theirs), values(mine)
	all := map[string]difference{}
	named := false
	for name, value := range own {
		if there, ok := other[name]; !ok || there != value {
			all[name] = weak
			if strings.Contains(expected, name) {
				all[name] = strong
				named = true
			}
		}
	}
	for name := range other {
		if _, ok := own[name]; !ok {
			named = named || strings.Contains(expected, name)
		}
	}
	if !named {
		for name := range all {
			all[name] = strong
		}
	}
	return all
}
