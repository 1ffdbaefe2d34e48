package features_test

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	messages "github.com/cucumber/messages/go/v21"
	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
)

// whole is a feature to which nothing can be objected.
const whole = `@talk @part-1
Feature: Talking, part 1
  Source: the text, question 1

  @must @TALK-1.1
  Rule: A message is sent
    Why: this is what it is for,
      and nothing else.
    Hint: send it.

    Scenario: One message
      Given "ann" is there
      And "bob" is there
      When "ann" types "a: b"
      Then "bob" sees "a: b"
      When "ann" leaves
      Then nothing is left

    Scenario Outline: <count> messages
      When "ann" types <count>
      Then "bob" sees <count>

      Examples:
        | count |
        | two   |
        | three |

  @robust @TALK-1.10
  Rule: A message is sent twice
    Source: the text, question 2
    Why: it may be lost.
    Hint: send it again.
    Needs: TALK-1.1

    Scenario: One message
      Then "bob" sees it:
        | it    | when |
        | hello | now  |
`

// handIn is what is handed in for an assignment of which a test says nothing else.
const handIn = `title: Talking
course: a course
vocabulary: words
programs:
  - {name: talk, arguments: ["{name}"], placeholders: {name: who talks}}
`

func read(t *testing.T, files map[string]string) (features.Catalogue, error) {
	t.Helper()
	system := fstest.MapFS{}
	for name, text := range files {
		system[name] = &fstest.MapFile{Data: []byte(text)}
		beside := path.Join(path.Dir(name), "assignment.yaml")
		if _, given := files[beside]; !given && path.Ext(name) == ".feature" {
			system[beside] = &fstest.MapFile{Data: []byte(handIn)}
		}
	}
	return features.Read(system)
}

func TestTheCatalogueSaysWhatTheFeaturesSay(t *testing.T) {
	got, err := read(t, map[string]string{
		"talk/1-talk.feature": whole, "talk/README.md": "no feature", "other/notes.txt": "no feature", "top.feature": "no assignment",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := features.Catalogue{Assignments: []features.Assignment{{
		Assignment: assignment.Assignment{
			ID: "talk", Title: "Talking", Course: "a course", Vocabulary: "words",
			Programs: []assignment.Program{{
				Name: "talk", Arguments: [][]string{{"{name}"}}, Placeholders: []assignment.Placeholder{{Name: "name", Meaning: "who talks"}},
			}},
		},
		Features: []features.Feature{{
			Path: "talk/1-talk.feature", Title: "Talking, part 1", Source: "the text, question 1", Line: 2,
			Rules: []features.Rule{{
				ID: "TALK-1.1", Title: "A message is sent", Source: "the text, question 1",
				Why: "this is what it is for, and nothing else.", Hint: "send it.", Level: features.Must, Line: 6, Needs: []string{},
				Scenarios: []features.Scenario{
					{Name: "One message", Line: 11, Steps: []features.Step{
						{Text: `Given "ann" is there`, Line: 12}, {Text: `And "bob" is there`, Line: 13},
						{Text: `When "ann" types "a: b"`, Line: 14}, {Text: `Then "bob" sees "a: b"`, Line: 15},
						{Text: `When "ann" leaves`, Line: 16}, {Text: `Then nothing is left`, Line: 17},
					}},
					{Name: "two messages", Line: 25, Steps: []features.Step{{Text: `When "ann" types two`, Line: 20}, {Text: `Then "bob" sees two`, Line: 21}}},
					{Name: "three messages", Line: 26, Steps: []features.Step{{Text: `When "ann" types three`, Line: 20}, {Text: `Then "bob" sees three`, Line: 21}}},
				},
			}, {
				ID: "TALK-1.10", Title: "A message is sent twice", Source: "the text, question 2",
				Why: "it may be lost.", Hint: "send it again.", Level: features.Robust, Line: 29, Needs: []string{"TALK-1.1"},
				Scenarios: []features.Scenario{{Name: "One message", Line: 35, Steps: []features.Step{{Text: `Then "bob" sees it:`, Line: 36, Rows: []string{"| it | when |", "| hello | now |"}}}}},
			}},
		}},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it differs (- wanted, + got):\n%s", diff)
	}
}

func TestTheFeaturesOfAnAssignmentStandInTheOrderOfTheirFiles(t *testing.T) {
	second := strings.NewReplacer("TALK-1.", "TALK-2.", "part 1", "part 2").Replace(whole)
	got, err := read(t, map[string]string{
		"talk/2.feature": second, "talk/1.feature": whole,
		"call/1.feature": strings.ReplaceAll(whole, "TALK-", "CALL-"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"CALL-1.1", "CALL-1.10", "TALK-1.1", "TALK-1.10", "TALK-2.1", "TALK-2.10"}
	if ids := got.RuleIDs(); !slices.Equal(ids, want) {
		t.Errorf("the rules are %v, and should be %v", ids, want)
	}
}

// TestABrokenFeatureIsRefused breaks the whole feature in one place at a time.
func TestABrokenFeatureIsRefused(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"no Gherkin", "Feature:", "Fixture:", "talk/1.feature: Parser errors:"},
		{"nothing in it", whole, "", "talk/1.feature: it holds no feature"},
		{"a rule without an id", "@must @TALK-1.1", "@must", `talk/1.feature: line 6: the rule "A message is sent" has no id`},
		{"an id of another form", "@TALK-1.1\n", "@Talk-1\n", `talk/1.feature: line 6: the rule "A message is sent" has no id`},
		{"two ids", "@must @TALK-1.1\n", "@must @TALK-1.1 @TALK-1.2\n", "talk/1.feature: line 6: the rule \"A message is sent\" has two ids, TALK-1.1 and TALK-1.2"},
		{"an id twice", "TALK-1.10", "TALK-1.1", "two rules are called TALK-1.1"},
		{"no level", "@must ", "", "talk/1.feature: line 6: TALK-1.1 has no level"},
		{"an unknown level", "@must", "@may", "talk/1.feature: line 6: TALK-1.1 has no level"},
		{"two levels", "@must @TALK-1.1", "@must @TALK-1.1 @robust", "talk/1.feature: line 6: TALK-1.1 has two levels, must and robust"},
		{"no source", "  Source: the text, question 1\n", "", "talk/1.feature: line 5: TALK-1.1 lacks its Source, Why or Hint"},
		{"no reason", "    Why: it may be lost.\n", "", "talk/1.feature: line 29: TALK-1.10 lacks its Source, Why or Hint"},
		{"no hint", "    Hint: send it.\n", "", "talk/1.feature: line 6: TALK-1.1 lacks its Source, Why or Hint"},
		{"an empty hint", "Hint: send it.", "Hint:", "talk/1.feature: line 6: TALK-1.1 lacks its Source, Why or Hint"},
		{"no scenario", "    Scenario: One message\n      Then \"bob\" sees it:\n        | it    | when |\n        | hello | now  |\n", "", "talk/1.feature: line 29: TALK-1.10 has no scenario"},
		{"no example", "        | two   |\n        | three |\n", "", `talk/1.feature: line 6: TALK-1.1 has the scenario "<count> messages", which has no example`},
		{"two scenarios of one name", "Outline: <count> messages", "Outline: One message", `talk/1.feature: line 6: TALK-1.1 has two scenarios called "One message"`},
		{"a scenario outside every rule", "  @must @TALK-1.1\n  Rule: A message is sent\n", "  Scenario: Lost\n    Given it\n\n  @must @TALK-1.1\n  Rule: A message is sent\n",
			"talk/1.feature: line 5: a scenario stands outside every rule"},
		{"a background outside every rule", "  @must @TALK-1.1\n", "  Background:\n    Given it\n\n  @must @TALK-1.1\n",
			"talk/1.feature: line 5: a scenario stands outside every rule"},
		{"a need that does not exist", "Needs: TALK-1.1", "Needs: TALK-9.9", "TALK-1.10 needs TALK-9.9, which does not exist"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(whole, c.before) {
				t.Fatalf("the feature does not hold %q", c.before)
			}
			_, err := read(t, map[string]string{"talk/1.feature": strings.Replace(whole, c.before, c.after, 1)})
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("it says\n%v\nand should say\n%s", err, c.want)
			}
		})
	}
}

func TestAnIDIsUniqueInAllAssignments(t *testing.T) {
	_, err := read(t, map[string]string{"talk/1.feature": whole, "walk/1.feature": whole})
	if err == nil || err.Error() != "two rules are called TALK-1.1" {
		t.Errorf("it says %v", err)
	}
}

func TestTheRuleOfAScenarioStandsInItsTags(t *testing.T) {
	for tags, want := range map[string]string{
		"@talk @part-1 @must @TALK-1.1": "TALK-1.1",
		"@TALK2-10.12":                  "TALK2-10.12",
		"@talk @must":                   "",
		"":                              "",
		"@talk-1.1 @TALK-1 @TALK-1.1a":  "",
	} {
		var given []*messages.PickleTag
		for tag := range strings.FieldsSeq(tags) {
			given = append(given, &messages.PickleTag{Name: tag})
		}
		if got := features.RuleOf(given); got != want {
			t.Errorf("of %q it is %q, and should be %q", tags, got, want)
		}
	}
}

// real is the catalogue of the features in the binary.
func real(t *testing.T) features.Catalogue {
	t.Helper()
	catalogue, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	return catalogue
}

func TestAnAssignmentThatDoesNotSayWhatIsHandedInIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"": "talk/assignment.yaml: it is empty: name the programs that are handed in",
		strings.Replace(handIn, "title", "tittle", 1): `talk/assignment.yaml:1: there is no key "tittle"; did you mean "title"?`,
		strings.Replace(handIn, "{name}", "{nam}", 1): `talk/assignment.yaml:5: there is no placeholder "nam"; did you mean "name"?`,
	} {
		_, err := read(t, map[string]string{"talk/1.feature": whole, "talk/assignment.yaml": text})
		if err == nil || err.Error() != want {
			t.Errorf("it says\n%v\nand should say\n%s", err, want)
		}
	}
	_, err := features.Read(fstest.MapFS{"talk/1.feature": {Data: []byte(whole)}})
	if err == nil || !strings.Contains(err.Error(), "the assignment talk does not say what is handed in") {
		t.Errorf("it says %v", err)
	}
}

// Each text that a rule cites is one that a reader is told of.
func TestEverySourceIsKnown(t *testing.T) {
	for _, a := range real(t).Assignments {
		for _, rule := range a.Rules() {
			file, _, _ := strings.Cut(rule.Source, ",")
			if a.Sources[file] == "" {
				t.Errorf("%s cites %s, of which %s does not say what it is", rule.ID, file, a.ID)
			}
		}
	}
}

func TestEveryFeatureFileIsInTheBinary(t *testing.T) {
	embedded, err := fs.Glob(features.Files, "*/*.feature")
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, assignment := range real(t).Assignments {
		for _, feature := range assignment.Features {
			read = append(read, feature.Path)
		}
	}
	slices.Sort(read)
	if len(read) == 0 || !slices.Equal(embedded, read) {
		t.Errorf("the files are %v, and read were %v", embedded, read)
	}
}

func TestEveryRuleCanBeFoundByItsID(t *testing.T) {
	catalogue := real(t)
	for _, id := range catalogue.RuleIDs() {
		for _, spelling := range []string{id, strings.ToLower(id)} {
			if rule, ok := catalogue.Rule(spelling); !ok || rule.ID != id {
				t.Errorf("%s is found as %q", spelling, rule.ID)
			}
		}
	}
	if _, ok := catalogue.Rule("NOPE-1.1"); ok {
		t.Error("a rule is found that there is not")
	}
	if _, ok := catalogue.Assignment("nope"); ok {
		t.Error("an assignment is found that there is not")
	}
}

// TestEveryRuleIsComplete checks what Read cannot: that texts are sentences,
// and that numbers go up with the places of the rules.
func TestEveryRuleIsComplete(t *testing.T) {
	for _, assignment := range real(t).Assignments {
		for part, feature := range assignment.Features {
			prefix := ""
			for i, rule := range feature.Rules {
				word, number, _ := strings.Cut(rule.ID, "-")
				if prefix == "" {
					prefix = word
				}
				if want := prefix + "-" + number; rule.ID != want || !strings.HasPrefix(number, strconv.Itoa(part+1)+".") || !strings.HasSuffix(number, "."+strconv.Itoa(i+1)) {
					t.Errorf("%s stands as rule %d of part %d in %s", rule.ID, i+1, part+1, feature.Path)
				}
				checkWords(t, rule)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`<[a-z]{2,}>`)

func checkWords(t *testing.T, rule features.Rule) {
	t.Helper()
	if strings.HasSuffix(rule.Title, ".") || rule.Title == "" {
		t.Errorf("%s: the title is %q", rule.ID, rule.Title)
	}
	for label, text := range map[string]string{"Why": rule.Why, "Hint": rule.Hint} {
		if !strings.HasSuffix(text, ".") {
			t.Errorf("%s: its %s is no sentence: %q", rule.ID, label, text)
		}
	}
	for _, scenario := range rule.Scenarios {
		if len(scenario.Steps) == 0 {
			t.Errorf("%s: the scenario %q has no step", rule.ID, scenario.Name)
			continue
		}
		if last := scenario.Steps[len(scenario.Steps)-1].Text; !strings.HasPrefix(last, "Then ") && !strings.HasPrefix(last, "And ") {
			t.Errorf("%s: the scenario %q ends with %q", rule.ID, scenario.Name, last)
		}
		texts := scenario.Name
		for _, step := range scenario.Steps {
			texts += step.Text
		}
		if placeholder.MatchString(texts) {
			t.Errorf("%s: the scenario %q has a placeholder that no example fills", rule.ID, scenario.Name)
		}
	}
}

func TestAllRulesWithTheirNeedsAreThereOnce(t *testing.T) {
	catalogue, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	all := catalogue.RuleIDs()
	if got := catalogue.WithNeeds(append(slices.Clone(all), all...)); !slices.Equal(got, all) {
		t.Errorf("they are %v", got)
	}
}

// Of rules that need each other in a circle, all would be blocked and none
// would have failed.
func TestRulesNeedEachOtherWithoutACircleWithinTheirAssignment(t *testing.T) {
	for _, assignment := range real(t).Assignments {
		needs := map[string][]string{}
		for _, rule := range assignment.Rules() {
			needs[rule.ID] = rule.Needs
		}
		for _, rule := range assignment.Rules() {
			for _, need := range rule.Needs {
				if _, ok := needs[need]; !ok {
					t.Errorf("%s needs %s of another assignment", rule.ID, need)
				}
				if reaches(needs, need, rule.ID) {
					t.Errorf("%s needs %s, which needs %s", rule.ID, need, rule.ID)
				}
			}
		}
	}
}

// reaches reports whether a rule needs another, directly or by those that it
// needs.
func reaches(needs map[string][]string, from, to string) bool {
	seen := map[string]bool{}
	for next := []string{from}; len(next) > 0; next = next[1:] {
		id := next[0]
		if id == to {
			return true
		}
		if !seen[id] {
			seen[id] = true
			next = append(next, needs[id]...)
		}
	}
	return false
}

// A robust rule is never demanded, and must not keep one that is from being
// judged.
func TestNoRuleNeedsARuleOfALowerLevel(t *testing.T) {
	rank := map[features.Level]int{features.Must: 0, features.Should: 1, features.Robust: 2}
	catalogue := real(t)
	for _, id := range catalogue.RuleIDs() {
		rule, _ := catalogue.Rule(id)
		for _, need := range rule.Needs {
			if needed, _ := catalogue.Rule(need); rank[needed.Level] > rank[rule.Level] {
				t.Errorf("%s (%s) needs %s (%s)", id, rule.Level, need, needed.Level)
			}
		}
	}
}

func TestASourceIsNamedAsAReaderKnowsIt(t *testing.T) {
	named := features.Assignment{Assignment: assignment.Assignment{Sources: map[string]string{"003.txt": "Computer Networks, assignment 3"}}}
	for _, c := range []struct {
		known        features.Assignment
		source, want string
	}{
		{named, "003.txt, question 1", "Computer Networks, assignment 3, question 1"},
		{named, "003.txt", "Computer Networks, assignment 3"},
		{named, "004.txt, question 1", "004.txt, question 1"},
		{features.Assignment{}, "003.txt, question 1", "003.txt, question 1"},
	} {
		if got := c.known.SourceName(c.source); got != c.want {
			t.Errorf("%q is called %q, and should be %q", c.source, got, c.want)
		}
	}
}
