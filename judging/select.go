package judging

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/steps"
)

// tagExpression is what godog understands; it panics at some of the rest.
var tagExpression = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*$|^\s*~?@?\w[\w.-]*\s*((&&|,)\s*~?@?\w[\w.-]*\s*)*$`)
})

// MaxPatience bounds by what deadlines are multiplied: with more, they would be no numbers.
const MaxPatience = 1000.0

// CheckTags refuses what is no expression of godog's.
func CheckTags(tags string) error {
	if !tagExpression().MatchString(tags) {
		return fmt.Errorf("%q is no tag expression: @a && @b are both, @a,@b is either, ~@a is all others", tags)
	}
	return nil
}

// Both is an expression that selects what both of two select; nothing selects all.
func Both(tags, others string) string {
	if strings.TrimSpace(tags) == "" {
		return others
	}
	return tags + " && " + others // in godog's expressions a comma, which is «or», binds more
}

// A Selection is what a run judges.
type Selection struct {
	// Tags is an expression of godog's.
	Tags string
	// Scenarios is how many there are.
	Scenarios int
	// Lacking are rules that are not judged, and needed by some that are.
	Lacking []string
}

// Select finds what the tags select of the assignments. Where they are nothing but
// rules, what these need is selected, too: without it, nobody could tell whether a
// rule fails or only what it stands on.
func Select(tags string, catalogue features.Catalogue, assignments []string) (Selection, error) {
	s := Selection{Tags: tags}
	if asked, ok := rulesIn(tags, catalogue); ok {
		s.Tags = "@" + strings.Join(catalogue.WithNeeds(asked), ",@") // which is «or» to godog
	}
	rules, err := steps.Rules(features.Files, assignments, s.Tags)
	if err != nil {
		return s, err
	}
	if len(rules) == 0 {
		return s, fmt.Errorf("no scenario has the tags %q: `chatspec list` shows the rules, whose ids are tags", tags)
	}
	s.Scenarios = len(rules)
	s.Lacking = slices.DeleteFunc(catalogue.WithNeeds(rules), func(id string) bool { return slices.Contains(rules, id) })
	return s, nil
}

// rulesIn lists the rules of an expression that names rules and nothing else, as in
// "@PEER-1.4,@PEER-3.2".
func rulesIn(tags string, catalogue features.Catalogue) ([]string, bool) {
	known := catalogue.RuleIDs()
	var rules []string
	for tag := range strings.SplitSeq(tags, ",") {
		id := strings.TrimPrefix(strings.TrimSpace(tag), "@")
		if !slices.Contains(known, id) {
			return nil, false
		}
		rules = append(rules, id)
	}
	return rules, true
}

// Warning says what a selection lacks, or nothing.
func (s Selection) Warning() string {
	if len(s.Lacking) == 0 {
		return ""
	}
	return fmt.Sprintf("--tags leaves out %s, which rules that are judged need: where one of those is broken, these fail and are not blocked", strings.Join(s.Lacking, ", "))
}
