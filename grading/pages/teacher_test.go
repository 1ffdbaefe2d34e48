package pages_test

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/pages"
)

// class is a class of three who were judged, of whom one is unsteady and late, and one who was not; said is what is
// foreign in it.
func class(said string) pages.Teacher {
	steady, unsteady, right := result(said), result(said), result(said)
	unsteady.Unsteady = []grading.Unsteady{{
		Rule: "TALK-1.1", Verdicts: []grading.Verdict{grading.Failed, grading.Passed, grading.Failed}, Counted: grading.Failed,
		Failure: &grading.Failure{Observed: said},
	}}
	right.Verdict, right.Score.Earned = grading.Conformant, 4
	for i := range right.Rules {
		right.Rules[i].Verdict = grading.Passed
	}
	return pages.Teacher{
		Assignment: "talk", Title: "A talk", Judged: time.Date(2026, 5, 12, 14, 32, 0, 0, time.UTC), Missing: []string{said},
		Submissions: []pages.Submission{
			{ID: "s1" + said, Report: "reports/s1.html", Result: steady, Seconds: 3},
			{ID: "s2", Report: "reports/s2.html", Result: unsteady, Late: true, Seconds: 12},
			{ID: "s3", Report: "reports/s3.html", Result: right, Seconds: 1},
			{ID: "s4", Report: "reports/s4.html", Problem: said},
		},
	}
}

func teacher(t *testing.T, of pages.Teacher) string {
	t.Helper()
	var text bytes.Buffer
	if err := pages.WriteTeacher(&text, of); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestATeachersPageNeedsNothingAndTakesNoOrders(t *testing.T) {
	checkPage(t, teacher(t, class(hostile)), "reports/")
}

func TestATeachersPageSaysHowTheClassDid(t *testing.T) {
	page := html.UnescapeString(teacher(t, class("x")))
	for _, part := range []string{
		"<b>3 <small>of 4</small></b>judged", "<b>1</b>conform", "<b>1.5 <small>of 4</small></b>median", "<b>2.3 <small>of 4</small></b>mean", "<b>1</b>late",
		"from 1.5 points on: 2; from 3.8 points on: 1. Median 1.5.",
		`<td class="g0 f"><a href="#f0-TALK-1.5"><i>✗</i></a></td>`, `<td class="s"><a href="#u1-TALK-1.1"><i>≈</i></a></td>`, `<td class="x r"><a href="#f0-TALK-1.4"><i>△</i></a></td>`,
		`<td class="b"><a href="#f0-TALK-1.2"><i>–</i></a></td>`, `<td class="u"><a href="#cTALK-1.3"><i>?</i></a></td>`,
		`aria-label="failed, passed, failed" role="img">✗✓✗</span> counted as failed`,
		`<b id="f0-TALK-1.1"><a href="reports/s1.html#TALK-1.1"><bdi>s1x</bdi></a></b> <b id="f1-TALK-1.1"><a href="reports/s2.html#TALK-1.1"><bdi>s2</bdi></a></b> </p>`,
		"<em>blocked:</em>", `</svg> 12 s</dd>`, "has handed in nothing",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("it does not hold %q", part)
		}
	}
	if t.Failed() {
		t.Log(page[strings.Index(page, "<body>"):])
	}
}

func TestAPageOfNobodyIsAPage(t *testing.T) {
	if page := teacher(t, pages.Teacher{Assignment: "talk", Submissions: []pages.Submission{{ID: "s1", Problem: "x"}}}); !strings.Contains(page, "<b>0 <small>of 1</small></b>judged") {
		t.Error(page)
	}
}

// TestALargeClassIsASmallPage: 500 submissions, each of which fails what can be failed.
func TestALargeClassIsASmallPage(t *testing.T) {
	of := pages.Teacher{Assignment: "talk"}
	r := result("it has received nothing")
	for i := range 40 {
		rule := r.Rules[i%5]
		rule.ID, rule.Line = fmt.Sprintf("TALK-1.%d", 10+i), i
		r.Rules = append(r.Rules, rule)
	}
	for i := range 500 {
		of.Submissions = append(of.Submissions, pages.Submission{ID: fmt.Sprintf("s%d", i), Report: fmt.Sprintf("reports/s%d.html", i), Result: r})
	}
	if page := teacher(t, of); len(page) > 5<<20 {
		t.Errorf("it has %d bytes", len(page))
	}
}
