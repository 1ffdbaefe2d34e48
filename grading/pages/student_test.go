package pages_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/pages"
)

// hostile is what a program may say in order to be more than text.
const hostile = `</title></style></script><script>alert(1)</script><img src=x onerror=alert(2)> {{.}} ` + "\u202e\x1b[31m مرحبا"

// event is one of a scenario, at a moment.
func event(at float64, kind, from, to, text string) grading.Event {
	return grading.Event{At: at, Kind: kind, From: from, To: to, Text: text, Connection: 1}
}

// counts is a scenario in which ann sends three messages, with numbers from first on; the last is sent after the step
// that fails.
func counts(verdict grading.Verdict, first string) grading.Scenario {
	events := []grading.Event{
		event(0.01, "started", "ann", "", "python3 chat.py"), event(0.2, "listening", "ann", "", "127.0.0.1:24101"),
		event(0.2, "complained", "ann", "", "> "),
		event(0.21, "typed", "ann", "", "one"), event(0.22, "connected", "ann", "bob", ""), event(0.23, "sent", "ann", "bob", `{"seq": `+first+`, "at": "`+first+`:00", "message": "one"}`),
	}
	s := grading.Scenario{
		Name: "Messages", Verdict: verdict,
		Steps: []grading.Step{{Text: `Given "ann" is there`, Verdict: grading.Passed, Until: 0.2}, {Text: `Then the numbers are right`, Verdict: verdict, Until: 0.23}},
	}
	if verdict == grading.Passed {
		s.Events = append(events, event(0.3, "sent", "ann", "bob", "after the step"))
		return s
	}
	s.Failure = &grading.Failure{Step: "the numbers are right", Expected: "the `seq` is 0", Observed: "it is " + first, Hint: "begin with 0.", Events: events, Journal: []string{"0.23s ann → bob"}}
	return s
}

// result is a result in which a rule has failed, another is blocked by it, one cannot be seen, and one beyond the text
// has failed with whatever a program said.
func result(said string) grading.Result {
	rule := func(id, level string, verdict grading.Verdict, s grading.Scenario) grading.Rule {
		return grading.Rule{ID: id, Title: "Title of " + id, Level: level, Verdict: verdict, Why: "why.", Feature: "talk/1.feature", Scenarios: []grading.Scenario{s}}
	}
	why := &grading.Failure{Step: said, Expected: said, Observed: said, Hint: "hint.", Journal: []string{said}, Stderr: said + "\n" + said, Events: []grading.Event{
		event(0, "started", "ann", "", said), event(0, "shown", "ann", "", said), event(0, "sent", "ann", "bob", said), event(0, "sent", "ann", "bob", `{"a": "`+strings.ReplaceAll(said, "\x1b", "")+`"}`),
		event(0, "complained", "ann", "", said+"\n"+said), event(0, "noted", "ann", "", said), event(0, "exited", "ann", "", said),
	}}
	blocked := rule("TALK-1.2", "must", grading.Blocked, grading.Scenario{Name: "b", Verdict: grading.Blocked, Failure: why})
	blocked.Needs = []string{"TALK-1.1"}
	return grading.Result{
		Assignment: "talk", Verdict: grading.Nonconformant, Target: said, Isolation: "host", Mended: []string{said}, Unisolated: []string{said}, Observations: []string{said},
		Programs: []grading.Program{{Name: "chat", Command: []string{"python3", said}, Why: said}},
		Features: []grading.Feature{{Path: "talk/1.feature", Title: "Talking"}},
		Rules: []grading.Rule{
			rule("TALK-1.5", "must", grading.Failed, counts(grading.Failed, "7")),
			rule("TALK-1.1", "must", grading.Failed, counts(grading.Failed, "1")),
			blocked,
			rule("TALK-1.3", "must", grading.Unverified, grading.Scenario{Name: "u", Verdict: grading.Unverified, Failure: why}),
			rule("TALK-1.4", "robust", grading.Failed, grading.Scenario{Name: "r", Verdict: grading.Failed, Failure: why}),
			rule("TALK-1.6", "must", grading.Passed, counts(grading.Passed, "0")),
		},
		Score: grading.Score{Earned: 1.5, Possible: 4, Items: []grading.Item{{Title: "Talking", Earned: 1.5, Possible: 4, Note: "not run: 1 of 4 scenarios"}}},
	}
}

// theReference is the reference's result for the rule that fails.
func theReference() grading.Result {
	passed := counts(grading.Passed, "0")
	return grading.Result{Assignment: "talk", Rules: []grading.Rule{{ID: "TALK-1.1", Verdict: grading.Passed, Scenarios: []grading.Scenario{passed}}}}
}

// The windows of a scenario that failed are in the page itself; a hidden rule's are not.
func TestPicturesOfWindowsAreInThePage(t *testing.T) {
	r := result("x")
	r.Rules[0].Scenarios[0].Pictures = []grading.Picture{{Program: "<ann>", File: "ann.png"}, {Program: "bob", File: "lost.png"}}
	s := pages.Student{Name: "s1", Results: []grading.Result{r}, Pictures: map[string][]byte{"ann.png": []byte("a picture")}}
	want := `<img src="data:image/png;base64,` + base64.StdEncoding.EncodeToString([]byte("a picture")) + `" alt="What the windows of &lt;ann&gt; showed then">`
	page := student(t, s)
	if !strings.Contains(page, want) || strings.Count(page, "<img") != 1 {
		t.Errorf("the page has not the one picture %s", want)
	}
	s.Results[0].Rules[0].Hidden = true
	if page := student(t, s); strings.Contains(page, "<img") {
		t.Error("the page shows what belongs to a hidden rule")
	}
}

func student(t *testing.T, s pages.Student) string {
	t.Helper()
	var text bytes.Buffer
	if err := pages.WriteStudent(&text, s); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// whole is the page of a submission of which everything is to be told, and in which all that is foreign is hostile.
func whole(t *testing.T) string {
	t.Helper()
	return student(t, pages.Student{
		Name: hostile, Titles: map[string]string{"talk": "A talk"}, Results: []grading.Result{result(hostile)}, Reference: []grading.Result{theReference()},
		Judged: time.Date(2026, 5, 12, 14, 32, 0, 0, time.UTC), Problem: hostile, Remarks: []string{hostile},
	})
}

// checkPage checks what holds of each page: nothing is loaded, nothing but its own script runs, and no id is there
// twice. Links lead to what is on the page, or to what begins with one of others.
func checkPage(t *testing.T, page string, others ...string) {
	t.Helper()
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	for _, element := range []string{"style", "script"} {
		found := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("there are %d elements %s", len(found), element)
		}
		sum := sha256.Sum256([]byte(found[0][1]))
		if want := element + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("the policy %s does not allow the page's own %s: %s", policy, element, want)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; ") {
		t.Errorf("the policy is %s", policy)
	}
	for _, part := range []string{`<img`, ` style="`, ` onerror=alert(2)>`, `ZgotmplZ`, "\u202e", "\x1b", `javascript:`} {
		if strings.Contains(page, part) {
			t.Errorf("the page holds %q", part)
		}
	}
	var ids, links []string
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if slices.Contains(ids, id[1]) {
			t.Errorf("the id %s is there twice", id[1])
		}
		ids = append(ids, id[1])
	}
	for _, link := range regexp.MustCompile(` (?:href|src)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		links = append(links, link[1])
		if to, ok := strings.CutPrefix(link[1], "#"); ok && !slices.Contains(ids, to) {
			t.Errorf("a link leads to %s, which is not there", to)
		}
		leads := func(to string) bool { return strings.HasPrefix(link[1], to) }
		if !leads("#") && link[1] != "data:," && !slices.ContainsFunc(others, leads) {
			t.Errorf("a link leads to %s", link[1])
		}
	}
	if len(links) < 3 {
		t.Errorf("there are no links but %v", links)
	}
}

func TestAStudentsPageNeedsNothingAndTakesNoOrders(t *testing.T) {
	page := whole(t)
	checkPage(t, page)
	if !strings.Contains(page, `\u202e\u001b[31m مرحبا`) {
		t.Error("what is not seen is not written out")
	}
}

func TestAStudentsPageSaysWhatIsToBeRepaired(t *testing.T) {
	page := html.UnescapeString(whole(t))
	for _, part := range []string{
		"<strong>✗ Does not conform yet</strong><span>Of 5 required rules 1 passed, 2 failed, 1 blocked by what failed, 1 not to be seen here.",
		"<b>1.5</b><span>of 4 points</span>", "<small>? not run: 1 of 4 scenarios</small>",
		`<article class="card long" id="TALK-1.1"`, `waits for this`, "<dd><bdi>the <code>seq</code> is 0</bdi></dd>", "<dd><bdi>it is 1</bdi></dd>", "Begin with 0.",
		"chatspec run --rule TALK-1.1 .", "– Blocked", "? Unverified", "△ Not yet", "What you have chosen", "12 May 2026, 14:32 UTC",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("it does not hold %q", part)
		}
	}
	if first, second := strings.Index(page, `id="TALK-1.1"`), strings.Index(page, `id="TALK-1.5"`); first > second || !strings.Contains(page, "Start here") {
		t.Error("what others wait for does not come first")
	}
}

func TestADiagramShowsTheDifferenceToTheReference(t *testing.T) {
	page := html.UnescapeString(student(t, pages.Student{Name: "s1", Results: []grading.Result{result("x")}, Reference: []grading.Result{theReference()}}))
	card := page[strings.Index(page, `id="TALK-1.1"`):strings.Index(page, `id="TALK-1.5"`)]
	for _, part := range []string{
		`"seq":<tspan class="dx">1</tspan>`, `"seq":<tspan class="dy">0</tspan>`, // what is expected
		`"at":<tspan class="dm">"1:00"</tspan>`, // what differs, and was not asked for
		"What differs from the reference: ann sends ", "Here the rule fails.", "expected: the seq is 0", "Here the rule holds.",
		`types <tspan class="q">“one”</tspan>`, ">0.19 s pass<", "connects (connection 1)",
	} {
		if !strings.Contains(card, part) {
			t.Errorf("it does not hold %q", part)
		}
	}
	for _, part := range []string{"after the step", "> ”"} {
		if strings.Contains(card, part) {
			t.Errorf("it holds %q", part)
		}
	}
	if without := page[strings.Index(page, `id="TALK-1.5"`):]; strings.Contains(without, "✓ The reference") {
		t.Error("there is a reference where there is none")
	}
}

func TestWhatIsMissingIsShownAsMissing(t *testing.T) {
	r := result("x")
	s := &r.Rules[1].Scenarios[0]
	s.Failure.Events = s.Failure.Events[:4] // it has not connected
	page := student(t, pages.Student{Name: "s1", Results: []grading.Result{r}, Reference: []grading.Result{theReference()}})
	// Each is said in the diagram and in its description; and two arrows are drawn.
	for _, part := range []string{"a connection is missing", "a message is missing", `class="ar gh"`} {
		if strings.Count(page, part) != 2 {
			t.Errorf("it holds %q %d times", part, strings.Count(page, part))
		}
	}
}

func TestAHiddenRuleIsOnlyCounted(t *testing.T) {
	r := result("x")
	r.Rules[1].Hidden, r.Rules[1].Title = true, "a secret"
	page := student(t, pages.Student{Name: "s1", Results: []grading.Result{r}})
	checkPage(t, page)
	if strings.Contains(page, "a secret") || strings.Contains(page, `id="TALK-1.1"`) || !strings.Contains(page, "Of 1 further rules, which are not shown, 1 did not pass.") {
		t.Error("a hidden rule is shown, or not counted")
	}
}

func TestWhatCouldNotBeJudgedHasAPageThatSaysWhy(t *testing.T) {
	page := student(t, pages.Student{Name: "s1", Problem: "s1 holds no `chat`"})
	if !strings.Contains(page, "It could not be judged") || !strings.Contains(page, "s1 holds no <code>chat</code>") {
		t.Error(page)
	}
}
