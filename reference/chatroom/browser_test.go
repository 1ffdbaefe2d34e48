package chatroom_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/chatspec/chatspec/fixtures/browsertest"
	"github.com/chatspec/chatspec/reference/chatroom"
	"github.com/chatspec/chatspec/reference/internal/loopback"
)

// A visit is a window that is open in a browser.
type visit struct {
	*browsertest.Visit
	window string // where it is
}

// openTab opens a window in a tab of the browser's.
func openTab(t *testing.T, browser context.Context, window string) visit {
	t.Helper()
	return visit{browsertest.Open(t, browser, window, window), window}
}

// press presses the keys of a text.
func (v visit) press(keys string) {
	v.Do(chromedp.KeyEvent(keys))
}

// await waits until an expression is true.
func (v visit) await(expression string) { v.Await(expression, loopback.Patience) }

// awaitLine waits until a line is shown to the letter.
func (v visit) awaitLine(line string) {
	v.await(`[...document.querySelectorAll("#said p")].some(p => p.textContent === ` + quote(line) + `)`)
}

// awaitMessage waits until a message of somebody's is shown to the letter, at whatever time.
func (v visit) awaitMessage(author, text string) {
	v.await(`[...document.querySelectorAll("#said .said")].some(p => /^:\(0:\d\d\)-$/.test(p.children[1].textContent) &&
		p.textContent === ` + quote(author) + ` + p.children[1].textContent + ` + quote(text) + `)`)
}

// named lists the things that a screen reader finds by their roles and names, but for texts.
func (v visit) named() string {
	// The library does not know all that a newer browser tells of its tree.
	type value struct {
		Value string `json:"value"`
	}
	var tree struct {
		Nodes []struct {
			Ignored bool  `json:"ignored"`
			Role    value `json:"role"`
			Name    value `json:"name"`
		} `json:"nodes"`
	}
	v.Do(chromedp.ActionFunc(func(ctx context.Context) error {
		return cdp.Execute(ctx, "Accessibility.getFullAXTree", nil, &tree)
	}))
	var all []string
	for _, n := range tree.Nodes {
		if !n.Ignored && n.Name.Value != "" && !slices.Contains([]string{"StaticText", "InlineTextBox"}, n.Role.Value) {
			all = append(all, n.Role.Value+" "+n.Name.Value)
		}
	}
	return strings.Join(all, ", ")
}

// quote writes a text in JavaScript.
func quote(text string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`", "${", "\\${").Replace(text) + "`"
}

// withWindow starts a client with a window, and opens that.
func (r *room) withWindow(browser context.Context) (*loopback.Program, visit) {
	r.t.Helper()
	p := loopback.Start(r.t, chatroom.Client{Server: r.address, Window: anyPort()}.Run)
	return p, openTab(r.t, browser, windowOf(r.t, p))
}

// TestPeopleTalkInABrowser: two people talk by the keyboard alone, one of them with a name that is
// no friend of pages; the server's window shows it.
func TestPeopleTalkInABrowser(t *testing.T) {
	const (
		hostile = `<img src=x onerror=alert(1)>`
		focused = `document.activeElement.id || document.activeElement.textContent`
		field   = `document.querySelector("#field").value`
		label   = `document.querySelector("#label").textContent`
		people  = `[...document.querySelectorAll("#people li")].map(e=>e.textContent)`
		images  = `document.querySelectorAll("img").length`
	)
	browser := browsertest.Start(t)
	r, window := openWithWindow(t)
	server := openTab(t, browser, window)
	server.Expect("at first", map[string]string{people: "", `document.title`: "Chatroom: the server", `document.querySelectorAll("input").length`: "0"})

	ann, annSees := r.withWindow(browser)
	bob, bobSees := r.withWindow(browser)
	annSees.awaitLine("your name?")
	annSees.Expect("at first", map[string]string{focused: "field", label: "Your name"})
	annSees.press(hostile + kb.Enter)
	annSees.await(`document.querySelector("#label").textContent === "Message"`)
	annSees.awaitLine("you are in the room; :quit leaves it")
	annSees.Expect("in the room", map[string]string{focused: "field", field: "", `document.title`: "Chatroom: " + hostile, `document.querySelector("h1").textContent`: "Chatroom: " + hostile})
	bobSees.press(hostile + kb.Enter)
	bobSees.awaitLine("this name is taken: choose another")
	bobSees.press("שלום" + kb.Enter)
	bobSees.awaitLine("you are in the room; :quit leaves it")
	server.await(`document.querySelectorAll("#people li").length === 2`)
	server.Expect("with two", map[string]string{people: hostile + ",שלום"})

	// What is typed arrives, to the letter and in order.
	said := []string{"Hello, how is everyone?", `<script>alert("2")</script> &amp;`, `  two  spaces; "quotes"`, "one", "two", "three"}
	for _, text := range said {
		annSees.press(text + kb.Enter)
	}
	for _, text := range said {
		bobSees.awaitMessage(hostile, text)
		annSees.awaitLine("you: " + text)
	}
	if got, want := bobSees.Text(`[...document.querySelectorAll("#said .said .text")].map(e=>e.textContent).join("|")`), strings.Join(said, "|"); got != want {
		t.Errorf("bob is shown %q", got)
	}
	bobSees.Do(input.InsertText("مرحبا بالعالم! 👩🏽‍🚀 😀")) // as a method of input does
	bobSees.press(kb.Enter)
	annSees.awaitMessage("שלום", "مرحبا بالعالم! 👩🏽‍🚀 😀")
	server.awaitMessage("שלום", "مرحبا بالعالم! 👩🏽‍🚀 😀")
	annSees.Expect("with letters from right to left", map[string]string{
		`getComputedStyle(document.querySelector("#said .said .text")).direction`: "rtl",
		`getComputedStyle(document.querySelector("#said .said .who")).direction`:  "rtl",
		`getComputedStyle(document.querySelector("#said .said")).direction`:       "ltr",
	})

	// The button is reached and pressed by keys, and the log is read by them.
	server.press(kb.Tab)
	server.Expect("after a Tab", map[string]string{focused: "said"})
	server.press(kb.Tab)
	server.Expect("after two", map[string]string{focused: "Append to log.txt", `document.querySelector("#kept").textContent`: "7 messages are not in log.txt yet."})
	server.press(kb.Enter)
	server.awaitLine("7 messages are appended to log.txt")
	server.await(`document.querySelector("#kept").textContent === "All that was said is in log.txt."`)
	if kept, err := os.ReadFile("log.txt"); err != nil || strings.Count(string(kept), "\n") != 7 || !strings.HasPrefix(string(kept), hostile+":(0:") || !strings.Contains(string(kept), ")-Hello, how is everyone?\n") {
		t.Errorf("log.txt holds %q (%v)", kept, err)
	}

	// Who comes later sees what was said.
	later := openTab(t, browser, annSees.window)
	later.awaitLine("you: three")
	later.Expect("later", map[string]string{images: "0", label: "Message", `document.querySelectorAll("#said p").length`: annSees.Text(`document.querySelectorAll("#said p").length`)})

	annSees.press(":quit" + kb.Enter)
	ann.WantEnd()
	for _, v := range []visit{annSees, later} {
		v.await(`document.querySelector("fieldset").disabled`)
		v.Expect("at the end", map[string]string{
			focused: "status", images: "0",
			`document.querySelector("#status").textContent`: "The program has ended. Nothing more can be typed here; this page can be closed.",
		})
	}
	server.awaitLine(hostile + " leaves")
	server.await(`document.querySelectorAll("#people li").length === 1`)
	bobSees.Expect("after ann has left", map[string]string{`document.querySelector("fieldset").disabled`: "false", images: "0"})

	r.Cancel()
	r.End()
	bobSees.awaitLine("the server has gone")
	bob.WantEnd()
	server.await(`document.querySelector("fieldset").disabled`)
	server.Expect("at the end", map[string]string{images: "0"})
	for _, v := range []visit{server, annSees, bobSees, later} {
		v.Check()
	}
}

// TestAWindowIsReadOnAPhoneAndInTheDark, by its roles and names, and with a text without a space.
func TestAWindowIsReadOnAPhoneAndInTheDark(t *testing.T) {
	browser := browsertest.Start(t)
	r := open(t)
	bob := r.join("bob")
	_, ann := r.withWindow(browser)
	ann.press("ann" + kb.Enter)
	ann.awaitLine("you are in the room; :quit leaves it")
	bob.Type(strings.Repeat("long", 500), strings.Repeat("ل", 500))
	ann.awaitMessage("bob", strings.Repeat("ل", 500))
	light := ann.Text(`getComputedStyle(document.body).backgroundColor`)
	ann.Do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	if dark := ann.Text(`getComputedStyle(document.body).backgroundColor`); dark == light {
		t.Errorf("by day and by night it is %s", dark)
	}
	ann.Do(chromedp.EmulateViewport(360, 640), chromedp.Poll(`said.scrollTop > 0 && Math.ceil(said.scrollTop + said.clientHeight) >= said.scrollHeight`, nil, chromedp.WithPollingTimeout(loopback.Patience)))
	ann.Expect("on a phone", map[string]string{
		`document.documentElement.scrollWidth <= 360`:                            "true",
		`document.documentElement.scrollHeight <= 640`:                           "true",
		`document.querySelector("#said").scrollWidth <= 360`:                     "true",
		`document.querySelector("button").getBoundingClientRect().bottom <= 640`: "true",
		`document.querySelector("button").getBoundingClientRect().height >= 44`:  "true",
	})
	if got, want := ann.named(), "RootWebArea Chatroom: ann, heading Chatroom: ann, heading What is said, log What is said, textbox Message, button Send"; got != want {
		t.Errorf("a screen reader finds %s", got)
	}
	ann.Check()
}

// TestAPageFromElsewhereCannotType: not even one that knows the window's address.
func TestAPageFromElsewhereCannotType(t *testing.T) {
	browser := browsertest.Start(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<!DOCTYPE html><title>elsewhere</title>")
	}))
	t.Cleanup(elsewhere.Close)
	r := open(t)
	_, ann := r.withWindow(browser)
	ann.awaitLine("your name?")
	eve := openTab(t, browser, elsewhere.URL)
	for _, mode := range []string{"no-cors", "cors"} {
		var got string
		post := `fetch("` + ann.window + `line", {method: "POST", mode: "` + mode + `", body: "eve"}).then(answer => answer.type, () => "refused")`
		eve.Do(chromedp.Evaluate(post, &got, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
		if got != "refused" {
			t.Errorf("with %s, it is shown an answer: %q", mode, got)
		}
	}
	ann.press("ann" + kb.Enter)
	ann.awaitLine("you are in the room; :quit leaves it")
	ann.Expect("after all", map[string]string{`[...document.querySelectorAll("#said .own .text")].map(e=>e.textContent)`: "ann"})
	ann.Check()
}
