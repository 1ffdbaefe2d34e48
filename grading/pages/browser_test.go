package pages_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/pages"
)

// longVariable, set to 1, demands what only `make test-long` installs.
const longVariable = "CHATSPEC_LONG"

// tooLong is when a browser is given up. No test depends on its length.
const tooLong = 2 * time.Minute

// A visit is a page that is open in a browser.
type visit struct {
	ctx context.Context

	mu        sync.Mutex
	complaint []string // of the browser, and of scripts
	requests  []string
}

// open opens a page in a browser of the test's own.
func open(t *testing.T, html string) *visit {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv(longVariable) == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), tooLong)
	t.Cleanup(cancel)
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.WindowSize(1200, 900))
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	// The library does not know all events of a newer browser, and says so.
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(t.Logf))
	t.Cleanup(func() { chromedp.Cancel(ctx); cancel() })
	v := &visit{ctx: ctx}
	chromedp.ListenTarget(ctx, v.hear)
	v.do(t, network.Enable(), log.Enable(), page.Enable(), chromedp.Navigate("file://"+file))
	return v
}

// hear notes what the browser tells.
func (v *visit) hear(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		v.requests = append(v.requests, e.Request.URL)
	case *log.EventEntryAdded:
		v.complaint = append(v.complaint, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		v.complaint = append(v.complaint, e.ExceptionDetails.Error())
	case *page.EventJavascriptDialogOpening:
		v.complaint = append(v.complaint, "a dialog opens: "+e.Message)
	}
}

func (v *visit) do(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(v.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// text evaluates an expression that is a text.
func (v *visit) text(t *testing.T, expression string) string {
	t.Helper()
	var text string
	v.do(t, chromedp.Evaluate("String("+expression+")", &text))
	return text
}

// check checks that nobody has complained, and that nothing was asked for but the page itself.
func (v *visit) check(t *testing.T) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, what := range v.complaint {
		t.Errorf("the browser says: %s", what)
	}
	for _, url := range v.requests {
		if !strings.HasPrefix(url, "file://") && url != "data:," {
			t.Errorf("it asks for %s", url)
		}
	}
	if len(v.requests) == 0 {
		t.Error("nothing was asked for, not even the page")
	}
}

// expect compares what expressions give.
func (v *visit) expect(t *testing.T, when string, want map[string]string) {
	t.Helper()
	for expression, text := range want {
		if got := v.text(t, expression); got != text {
			t.Errorf("%s, %s is %q and should be %q", when, expression, got, text)
		}
	}
}

func TestABrowserShowsAClass(t *testing.T) {
	v := open(t, teacher(t, class(hostile)))
	const ids = `[...document.querySelectorAll(".mx tbody tr:not([hidden]) th bdi")].map(e=>e.textContent.slice(0,2))`
	v.expect(t, "at first", map[string]string{
		ids: "s1,s2,s3,s4", `document.querySelector("#count").value`: "4 of 4 shown",
		// What is hostile is text.
		`document.querySelector(".mx tbody th bdi").textContent`: "s1" + grading.Visible(hostile),
		`document.querySelectorAll("img").length`:                "0",
	})

	v.do(t, chromedp.Click(`.mx thead [data-k=n] .sort`, chromedp.ByQuery))
	v.expect(t, "sorted by points", map[string]string{ids: "s1,s2,s3,s4", `document.querySelector("[aria-sort]").getAttribute("aria-sort")`: "ascending"})
	v.do(t, chromedp.Click(`.mx thead [data-k=n] .sort`, chromedp.ByQuery))
	v.expect(t, "sorted by points once more", map[string]string{ids: "s3,s1,s2,s4", `document.querySelector("[aria-sort]").getAttribute("aria-sort")`: "descending"})

	v.do(t, chromedp.SetValue(`#fr`, "TALK-1.5", chromedp.ByQuery), chromedp.Evaluate(`document.querySelector("#fr").dispatchEvent(new Event("input"))`, nil))
	v.expect(t, "with a failed rule", map[string]string{ids: "s1,s2"})
	v.do(t, chromedp.SetValue(`#fr`, "", chromedp.ByQuery), chromedp.SetValue(`#fs`, "late", chromedp.ByQuery), chromedp.Evaluate(`document.querySelector("#fs").dispatchEvent(new Event("input"))`, nil))
	v.expect(t, "the late", map[string]string{ids: "s2"})
	v.do(t, chromedp.SetValue(`#fs`, "", chromedp.ByQuery), chromedp.SendKeys(`#q`, "S3", chromedp.ByQuery))
	v.expect(t, "the third", map[string]string{ids: "s3"})
	v.check(t)
}

func TestAClassIsReadWithTheKeyboardAlone(t *testing.T) {
	v := open(t, teacher(t, class("x")))
	const focused = `document.activeElement.textContent`
	v.do(t, chromedp.Focus(`.mx tbody th a`, chromedp.ByQuery), chromedp.KeyEvent(kb.ArrowRight+kb.ArrowRight+kb.ArrowRight))
	v.expect(t, "at the first rule", map[string]string{focused: "✗", `document.querySelectorAll(".mx [tabindex='0']").length`: "1"})
	v.do(t, chromedp.KeyEvent(kb.Enter))
	v.expect(t, "after Enter", map[string]string{
		`document.querySelector("dialog").open`: "true", `document.querySelector("#pt").textContent`: "Title of TALK-1.5",
		`document.querySelector("#panel .o dd").textContent`: "it is 7", `document.querySelector("#panel .x dd").textContent`: "the seq is 0",
		`document.querySelector("#panel .others").textContent`: "s2", `document.querySelector("#panel .btn").getAttribute("href")`: "reports/s1.html#TALK-1.5",
	})
	v.do(t, chromedp.KeyEvent(kb.Escape))
	v.expect(t, "after Escape", map[string]string{`document.querySelector("dialog").open`: "false", focused: "✗"})
	v.do(t, chromedp.KeyEvent(kb.ArrowDown+kb.ArrowDown))
	v.expect(t, "two rows below", map[string]string{`document.activeElement.getAttribute("aria-label")`: "s3, TALK-1.5: passed"})
	v.check(t)
}

func TestABrowserShowsASubmission(t *testing.T) {
	v := open(t, whole(t))
	const unfolded = `document.querySelectorAll("main details[open]").length`
	v.expect(t, "at first", map[string]string{
		`document.querySelector("h1").textContent`: grading.Visible(hostile), unfolded: "0",
		`document.querySelectorAll("img").length`:          "0",
		`document.querySelectorAll("svg.sq").length`:       "4", // two of one rule, and one each of two without the reference
		`document.querySelectorAll("h4 .r").length`:        "1",
		`document.documentElement.scrollWidth <= 1200`:     "true",
		`document.querySelector("svg.sq .dx").textContent`: "1",
	})
	light := v.text(t, `getComputedStyle(document.body).backgroundColor`)
	v.do(t, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	if dark := v.text(t, `getComputedStyle(document.body).backgroundColor`); dark == light {
		t.Errorf("by day and by night it is %s", dark)
	}
	v.do(t, chromedp.Click(`[data-open="1"]`, chromedp.ByQuery))
	v.expect(t, "unfolded", map[string]string{unfolded: v.text(t, `document.querySelectorAll("main details").length`)})
	v.do(t, chromedp.Click(`[data-open="0"]`, chromedp.ByQuery), chromedp.Evaluate(`location.hash = "#TALK-1.4"`, nil), chromedp.WaitVisible(`#TALK-1\.4 .body`, chromedp.ByQuery))
	v.expect(t, "after a link", map[string]string{unfolded: "1"})
	v.do(t, chromedp.EmulateViewport(360, 700))
	v.expect(t, "on a phone", map[string]string{`document.documentElement.scrollWidth <= 360`: "true"})
	v.check(t)
}

// TestALargeClassIsOpenedByABrowser: what 500 submissions come to is there, and sorts.
func TestALargeClassIsOpenedByABrowser(t *testing.T) {
	of := class("x")
	for len(of.Submissions) < 500 {
		of.Submissions = append(of.Submissions, pages.Submission{ID: "more", Report: "reports/more.html", Result: of.Submissions[0].Result})
	}
	v := open(t, teacher(t, of))
	v.expect(t, "at first", map[string]string{`document.querySelector("#count").value`: "500 of 500 shown"})
	v.do(t, chromedp.Click(`.mx thead [data-r="TALK-1.5"] .sort`, chromedp.ByQuery))
	v.expect(t, "sorted", map[string]string{`document.querySelector("#count").value`: "sorted by TALK-1.5"})
	v.check(t)
}
