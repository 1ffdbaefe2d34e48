package pages_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/chatspec/chatspec/fixtures/browsertest"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/pages"
)

// open opens a page in a browser of the test's own.
func open(t *testing.T, html string) *browsertest.Visit {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	return browsertest.Open(t, browsertest.Start(t), "file://"+file, "file://")
}

func TestABrowserShowsAClass(t *testing.T) {
	v := open(t, teacher(t, class(hostile)))
	const ids = `[...document.querySelectorAll(".mx tbody tr:not([hidden]) th bdi")].map(e=>e.textContent.slice(0,2))`
	v.Expect("at first", map[string]string{
		ids: "s1,s2,s3,s4", `document.querySelector("#count").value`: "4 of 4 shown",
		// What is hostile is text.
		`document.querySelector(".mx tbody th bdi").textContent`: "s1" + grading.Visible(hostile),
		`document.querySelectorAll("img").length`:                "0",
	})

	v.Do(chromedp.Click(`.mx thead [data-k=n] .sort`, chromedp.ByQuery))
	v.Expect("sorted by points", map[string]string{ids: "s1,s2,s3,s4", `document.querySelector("[aria-sort]").getAttribute("aria-sort")`: "ascending"})
	v.Do(chromedp.Click(`.mx thead [data-k=n] .sort`, chromedp.ByQuery))
	v.Expect("sorted by points once more", map[string]string{ids: "s3,s1,s2,s4", `document.querySelector("[aria-sort]").getAttribute("aria-sort")`: "descending"})

	v.Do(chromedp.SetValue(`#fr`, "TALK-1.5", chromedp.ByQuery), chromedp.Evaluate(`document.querySelector("#fr").dispatchEvent(new Event("input"))`, nil))
	v.Expect("with a failed rule", map[string]string{ids: "s1,s2"})
	v.Do(chromedp.SetValue(`#fr`, "", chromedp.ByQuery), chromedp.SetValue(`#fs`, "late", chromedp.ByQuery), chromedp.Evaluate(`document.querySelector("#fs").dispatchEvent(new Event("input"))`, nil))
	v.Expect("the late", map[string]string{ids: "s2"})
	v.Do(chromedp.SetValue(`#fs`, "", chromedp.ByQuery), chromedp.SendKeys(`#q`, "S3", chromedp.ByQuery))
	v.Expect("the third", map[string]string{ids: "s3"})
	v.Check()
}

func TestAClassIsReadWithTheKeyboardAlone(t *testing.T) {
	v := open(t, teacher(t, class("x")))
	const focused = `document.activeElement.textContent`
	v.Do(chromedp.Focus(`.mx tbody th a`, chromedp.ByQuery), chromedp.KeyEvent(kb.ArrowRight+kb.ArrowRight+kb.ArrowRight))
	v.Expect("at the first rule", map[string]string{focused: "✗", `document.querySelectorAll(".mx [tabindex='0']").length`: "1"})
	v.Do(chromedp.KeyEvent(kb.Enter))
	v.Expect("after Enter", map[string]string{
		`document.querySelector("dialog").open`: "true", `document.querySelector("#pt").textContent`: "Title of TALK-1.5",
		`document.querySelector("#panel .o dd").textContent`: "it is 7", `document.querySelector("#panel .x dd").textContent`: "the seq is 0",
		`document.querySelector("#panel .others").textContent`: "s2", `document.querySelector("#panel .btn").getAttribute("href")`: "reports/s1.html#TALK-1.5",
	})
	v.Do(chromedp.KeyEvent(kb.Escape))
	v.Expect("after Escape", map[string]string{`document.querySelector("dialog").open`: "false", focused: "✗"})
	v.Do(chromedp.KeyEvent(kb.ArrowDown + kb.ArrowDown))
	v.Expect("two rows below", map[string]string{`document.activeElement.getAttribute("aria-label")`: "s3, TALK-1.5: passed"})
	v.Check()
}

func TestABrowserShowsASubmission(t *testing.T) {
	v := open(t, whole(t))
	const unfolded = `document.querySelectorAll("main details[open]").length`
	v.Expect("at first", map[string]string{
		`document.querySelector("h1").textContent`: grading.Visible(hostile), unfolded: "0",
		`document.querySelectorAll("img").length`:          "0",
		`document.querySelectorAll("svg.sq").length`:       "4", // two of one rule, and one each of two without the reference
		`document.querySelectorAll("h4 .r").length`:        "1",
		`document.documentElement.scrollWidth <= 1200`:     "true",
		`document.querySelector("svg.sq .dx").textContent`: "1",
	})
	light := v.Text(`getComputedStyle(document.body).backgroundColor`)
	v.Do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	if dark := v.Text(`getComputedStyle(document.body).backgroundColor`); dark == light {
		t.Errorf("by day and by night it is %s", dark)
	}
	v.Do(chromedp.Click(`[data-open="1"]`, chromedp.ByQuery))
	v.Expect("unfolded", map[string]string{unfolded: v.Text(`document.querySelectorAll("main details").length`)})
	v.Do(chromedp.Click(`[data-open="0"]`, chromedp.ByQuery), chromedp.Evaluate(`location.hash = "#TALK-1.4"`, nil), chromedp.WaitVisible(`#TALK-1\.4 .body`, chromedp.ByQuery))
	v.Expect("after a link", map[string]string{unfolded: "1"})
	v.Do(chromedp.EmulateViewport(360, 700))
	v.Expect("on a phone", map[string]string{`document.documentElement.scrollWidth <= 360`: "true"})
	v.Check()
}

// TestALargeClassIsOpenedByABrowser: what 500 submissions come to is there, and sorts.
func TestALargeClassIsOpenedByABrowser(t *testing.T) {
	of := class("x")
	for len(of.Submissions) < 500 {
		of.Submissions = append(of.Submissions, pages.Submission{ID: "more", Report: "reports/more.html", Result: of.Submissions[0].Result})
	}
	v := open(t, teacher(t, of))
	v.Expect("at first", map[string]string{`document.querySelector("#count").value`: "500 of 500 shown"})
	v.Do(chromedp.Click(`.mx thead [data-r="TALK-1.5"] .sort`, chromedp.ByQuery))
	v.Expect("sorted", map[string]string{`document.querySelector("#count").value`: "sorted by TALK-1.5"})
	v.Check()
}

func TestABrowserSearchesASite(t *testing.T) {
	v := open(t, front(t, documents("marzipan")))
	const (
		found  = `[...document.querySelectorAll(".hit:not([hidden]) .id")].map(e=>e.textContent)`
		count  = `document.querySelector("#count").value`
		shown  = `document.querySelectorAll("main section:not([hidden])").length`
		nobody = `document.querySelector(".none").hidden`
	)
	v.Expect("at first", map[string]string{found: "TALK-1.1,TALK-1.2,TALK-2.1,LIST-1.1", count: "", shown: "2", nobody: "true"})
	v.Do(chromedp.KeyEvent("/"), chromedp.KeyEvent("MARZI"))
	v.Expect("with a word of a scenario", map[string]string{found: "TALK-1.2", count: "1 of 4 rules", shown: "1"})
	v.Do(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("list-1"))
	v.Expect("with an id", map[string]string{found: "LIST-1.1"})
	v.Do(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("from counted"))
	v.Expect("with words of a title", map[string]string{found: "TALK-1.1"})
	v.Do(chromedp.KeyEvent(" nothing"))
	v.Expect("with too many words", map[string]string{found: "", nobody: "false", count: "0 of 4 rules"})
	v.Do(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent(kb.ArrowDown+kb.ArrowDown))
	v.Expect("two below", map[string]string{`document.activeElement.hash`: "#TALK-1.2", found: "TALK-1.1,TALK-1.2,TALK-2.1,LIST-1.1"})
	v.Do(chromedp.KeyEvent(kb.ArrowUp + kb.ArrowUp))
	v.Expect("above again", map[string]string{`document.activeElement.id`: "q"})
	v.Do(chromedp.Evaluate(`location.hash = "#q=a%20word"`, nil), chromedp.WaitNotVisible(`#talk`, chromedp.ByQuery))
	v.Expect("after a link that searches", map[string]string{found: "LIST-1.1", `document.querySelector("#q").value`: "a word"})
	v.Check()
}

func TestABrowserShowsTheRulesOfAnAssignment(t *testing.T) {
	v := open(t, rules(t, documents(hostile), "talk"))
	const (
		unfolded = `document.querySelectorAll(".dia[open]").length`
		cards    = `[...document.querySelectorAll(".card:not([hidden])")].map(e=>e.id)`
	)
	v.Expect("at first", map[string]string{
		cards: "TALK-1.1,TALK-1.2,TALK-2.1", unfolded: "0", `document.querySelectorAll("img").length`: "0", `document.querySelectorAll("svg.sq").length`: "2",
		`document.querySelector(".side details").open`: "true", `document.documentElement.scrollWidth <= 1200`: "true",
	})
	light := v.Text(`getComputedStyle(document.body).backgroundColor`)
	v.Do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	if dark := v.Text(`getComputedStyle(document.body).backgroundColor`); dark == light {
		t.Errorf("by day and by night it is %s", dark)
	}
	v.Do(chromedp.Click(`[data-open="1"]`, chromedp.ByQuery))
	v.Expect("unfolded", map[string]string{unfolded: "2"})
	v.Do(chromedp.KeyEvent("/"), chromedp.KeyEvent("marmalade"))
	v.Expect("after a search", map[string]string{cards: "TALK-1.1", `document.querySelector("#everywhere").hash`: "#q=marmalade", `document.querySelector(".prose").hidden`: "true"})
	v.Do(chromedp.KeyEvent(kb.Enter))
	v.Expect("after Enter", map[string]string{`location.hash`: "#TALK-1.1"})
	v.Do(chromedp.Evaluate(`location.hash = "#TALK-2.1"`, nil), chromedp.WaitVisible(`#TALK-2\.1`, chromedp.ByQuery))
	v.Expect("after a link to what was not found", map[string]string{cards: "TALK-1.1,TALK-1.2,TALK-2.1", `document.querySelector("#q").value`: ""})
	v.Do(chromedp.EmulateViewport(360, 700), chromedp.Reload())
	v.Expect("on a phone", map[string]string{`document.documentElement.scrollWidth <= 360`: "true", `document.querySelector(".side details").open`: "false"})
	v.Check()
}
