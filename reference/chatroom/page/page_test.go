package page_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/reference/chatroom/page"
	"github.com/chatspec/chatspec/reference/internal/loopback"
)

func anyPort() netip.AddrPort { return netip.MustParseAddrPort("127.0.0.1:0") }

// openClient opens a client's window, which is closed with the test.
func openClient(t *testing.T) *page.Client {
	t.Helper()
	c, err := page.OpenClient(anyPort())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// A request is one to a window.
type request struct {
	method, url, host, origin, content string
}

// ask sends a request; the answer's body is closed with the test.
func ask(t *testing.T, r request) *http.Response {
	t.Helper()
	asked, err := http.NewRequestWithContext(t.Context(), r.method, r.url, strings.NewReader(r.content))
	if err != nil {
		t.Fatal(err)
	}
	asked.Host = r.host
	if r.origin != "" {
		asked.Header.Set("Origin", r.origin)
	}
	return do(t, asked)
}

func do(t *testing.T, asked *http.Request) *http.Response {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: loopback.Patience}
	answer, err := client.Do(asked)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// originOf is that of a window's page.
func originOf(t *testing.T, window string) string {
	t.Helper()
	u, err := url.Parse(window)
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + u.Host
}

// post sends what the page itself would.
func post(t *testing.T, window, path, content string) *http.Response {
	t.Helper()
	return ask(t, request{method: http.MethodPost, url: window + path, origin: originOf(t, window), content: content})
}

func read(t *testing.T, answer *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// An event is what a window tells.
type event struct {
	Lines []struct{ Kind, Who, When, Text string }
	Name  string
	Label string
	Kept  string
	Ended bool

	People []string
}

// A stream is what a window tells a browser.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
	id    string // the last
}

// listen opens a stream after what a browser has seen.
func listen(t *testing.T, window, seen string) *stream {
	t.Helper()
	asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, window+"events?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	if seen != "" {
		asked.Header.Set("Last-Event-ID", seen)
	}
	answer := do(t, asked)
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("the stream is %q", kind)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 64<<20)
	return &stream{t: t, lines: lines}
}

// next is the next event, and whether there is one.
func (s *stream) next() (e event, more bool) {
	s.t.Helper()
	for s.lines.Scan() {
		field, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch field {
		case "id":
			s.id = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e); err != nil {
				s.t.Fatalf("%.80q: %v", value, err)
			}
		case "":
			return e, true
		default:
			s.t.Fatalf("there is a field %q", field)
		}
	}
	if err := s.lines.Err(); err != nil {
		s.t.Fatal(err)
	}
	return e, false
}

// until reads events until one fits, and returns the lines of all, and that one.
func (s *stream) until(fits func(event) bool) (lines []string, last event) {
	s.t.Helper()
	for {
		e, more := s.next()
		if !more {
			s.t.Fatalf("the stream ends after %q", lines)
		}
		for _, l := range e.Lines {
			lines = append(lines, l.Kind+" "+l.Who+l.When+l.Text)
		}
		if fits(e) {
			return lines, e
		}
	}
}

// hasText finds an event with a text.
func hasText(text string) func(event) bool {
	return func(e event) bool { return len(e.Lines) > 0 && e.Lines[len(e.Lines)-1].Text == text }
}

func TestOnlyTheWindowItselfIsAnswered(t *testing.T) {
	c := openClient(t)
	window, own := c.URL(), originOf(t, c.URL())
	host := strings.TrimPrefix(own, "http://")
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		request
		want int
	}{
		{"the page", request{method: "GET", url: window}, http.StatusOK},
		{"its script", request{method: "GET", url: window + "page.js"}, http.StatusOK},
		{"its style", request{method: "GET", url: window + "page.css"}, http.StatusOK},
		{"its template", request{method: "GET", url: window + "page.html"}, http.StatusNotFound},
		{"what is above it", request{method: "GET", url: window + "%2e%2e/page.go"}, http.StatusNotFound},
		{"another method", request{method: "PUT", url: window + "line", origin: own}, http.StatusMethodNotAllowed},
		{"a line that is asked for", request{method: "GET", url: window + "line"}, http.StatusMethodNotAllowed},

		{"no token", request{method: "GET", url: own + "/"}, http.StatusForbidden},
		{"no token, but the script", request{method: "GET", url: own + "/page.js"}, http.StatusForbidden},
		{"another token", request{method: "GET", url: own + "/AAAAAAAAAAAAAAAAAAAAAAAAAA/"}, http.StatusForbidden},
		{"a part of the token", request{method: "GET", url: window[:len(window)-2] + "/"}, http.StatusForbidden},
		{"a line with another token", request{method: "POST", url: own + "/AAAAAAAAAAAAAAAAAAAAAAAAAA/line", origin: own, content: "x"}, http.StatusForbidden},

		{"another host's name", request{method: "GET", url: window, host: "chat.example:" + port}, http.StatusMisdirectedRequest},
		{"this host's name", request{method: "GET", url: window, host: "localhost:" + port}, http.StatusMisdirectedRequest},
		{"no port", request{method: "GET", url: window, host: "127.0.0.1"}, http.StatusMisdirectedRequest},
		{"a line to another host", request{method: "POST", url: window + "line", host: "chat.example:" + port, origin: own, content: "x"}, http.StatusMisdirectedRequest},

		{"a line from nowhere", request{method: "POST", url: window + "line", content: "x"}, http.StatusForbidden},
		{"a line from a file", request{method: "POST", url: window + "line", origin: "null", content: "x"}, http.StatusForbidden},
		{"a line from elsewhere", request{method: "POST", url: window + "line", origin: "http://chat.example", content: "x"}, http.StatusForbidden},
		{"a line from another port", request{method: "POST", url: window + "line", origin: own + "1", content: "x"}, http.StatusForbidden},
		{"a line from a name that begins like it", request{method: "POST", url: window + "line", origin: own + ".example", content: "x"}, http.StatusForbidden},
		{"a line from a page with TLS", request{method: "POST", url: window + "line", origin: "https://" + host, content: "x"}, http.StatusForbidden},
	} {
		answer := ask(t, test.request)
		if answer.StatusCode != test.want {
			t.Errorf("%s is answered with %s", test.name, answer.Status)
		}
		if said := read(t, answer); test.want == http.StatusForbidden && strings.Contains(said, strings.Split(window, "/")[3]) {
			t.Errorf("%s is told the token: %s", test.name, said)
		}
		if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s may do %q", test.name, policy)
		}
	}
	c.Show("the end")
	if lines, _ := listen(t, window, "").until(hasText("the end")); len(lines) != 1 {
		t.Errorf("somebody has typed: %q", lines)
	}
}

func TestEachWindowHasATokenOfItsOwn(t *testing.T) {
	one, other := openClient(t), openClient(t)
	token := strings.Split(one.URL(), "/")[3]
	if len(token) < 26 || token == strings.Split(other.URL(), "/")[3] {
		t.Errorf("the windows are %s and %s", one.URL(), other.URL())
	}
	answer := ask(t, request{method: "GET", url: originOf(t, other.URL()) + "/" + token + "/"})
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("the other's token is answered with %s", answer.Status)
	}
}

func TestWhatOthersSayIsText(t *testing.T) {
	const hostile = `</script><img src=x onerror="alert(1)">'&amp;` + "\u202e"
	c := openClient(t)
	c.Show(hostile + ":(0:12)-" + hostile + "\nid: 7")
	c.Show(hostile)
	c.Enter(hostile)
	content := read(t, ask(t, request{method: "GET", url: c.URL()}))
	if strings.Contains(content, "<img") || strings.Contains(content, "alert(1)\"") || strings.Count(content, "&lt;img") != 5 {
		t.Errorf("the page holds %s", content)
	}
	lines, e := listen(t, c.URL(), "").until(func(e event) bool { return e.Name != "" })
	want := []string{"said " + hostile + ":(0:12)-" + hostile + "\nid: 7", "told " + hostile}
	if fmt.Sprint(lines) != fmt.Sprint(want) || e.Name != hostile || e.Label != "Message" {
		t.Errorf("it tells %q, and %+v", lines, e)
	}
}

func TestALineIsTakenApart(t *testing.T) {
	c := openClient(t)
	for _, said := range []string{"A:(0:12)-Hello, how is everyone?", "a b:(61:02)-", "ann:(0:00)-eve:(0:01)-hi", "your name?", ":(0:00)-x", "ann:(0:0)-x", "x)-:(:(0:07)-y", "שלום:(0:03)-مرحبا 👋"} {
		c.Show(said)
	}
	e, _ := listen(t, c.URL(), "").next()
	var got []string
	for _, l := range e.Lines {
		got = append(got, strings.Join([]string{l.Kind, l.Who, l.When, l.Text}, "|"))
	}
	want := []string{
		"said|A|:(0:12)-|Hello, how is everyone?", "said|a b|:(61:02)-|", "said|ann|:(0:00)-|eve:(0:01)-hi",
		"told|||your name?", "told|||:(0:00)-x", "told|||ann:(0:0)-x", "said|x)-:(|:(0:07)-|y", "said|שלום|:(0:03)-|مرحبا 👋",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("it tells\n%s", strings.Join(got, "\n"))
	}
}

func TestWhatIsTypedIsReadAndShown(t *testing.T) {
	c := openClient(t)
	typed := bufio.NewScanner(c)
	typed.Buffer(nil, 2<<20)
	for text, want := range map[string]string{
		"  hello; \"you\" 👋 ": "  hello; \"you\" 👋 ", "": "",
		"two\r\nlines\n":           "two  lines ",
		strings.Repeat("x", 1<<20): strings.Repeat("x", 1<<20),
	} {
		answers := make(chan *http.Response)
		go func() { answers <- post(t, c.URL(), "line", text) }()
		if !typed.Scan() || typed.Text() != want {
			t.Errorf("the program reads %.40q, and should %.40q", typed.Text(), want)
		}
		if answer := <-answers; answer.StatusCode != http.StatusNoContent {
			t.Errorf("%.40q is answered with %s", text, answer.Status)
		}
		listen(t, c.URL(), "").until(hasText(want))
	}
	if answer := post(t, c.URL(), "line", strings.Repeat("x", 1<<20+1)); answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a line that is too long is answered with %s", answer.Status)
	}
}

func TestWhoComesAgainIsToldTheRest(t *testing.T) {
	c := openClient(t)
	c.Show("one")
	first := listen(t, c.URL(), "")
	first.until(hasText("one"))
	c.Show("two")
	c.Show("three")
	for seen, want := range map[string]string{first.id: "[told two told three]", "3": "[]", "4711": "[]", "-1": "[told one told two told three]", "x": "[told one told two told three]"} {
		lines, _ := listen(t, c.URL(), seen).until(func(event) bool { return true })
		if fmt.Sprint(lines) != want {
			t.Errorf("who has seen %s is told %s", seen, lines)
		}
	}
}

func TestTheLastLinesAreKept(t *testing.T) {
	c := openClient(t)
	for i := range 1500 {
		c.Show(fmt.Sprint(i))
	}
	lines, _ := listen(t, c.URL(), "").until(hasText("1499"))
	if len(lines) != 1000 || lines[0] != "told 500" {
		t.Errorf("%d are kept, from %q", len(lines), lines[0])
	}
	for range 6 {
		c.Show(strings.Repeat("x", 1<<20))
	}
	c.Show("the end")
	if lines, _ = listen(t, c.URL(), "").until(hasText("the end")); len(lines) != 4 {
		t.Errorf("%d long lines are kept", len(lines))
	}
}

// TestAStreamEndsInOrder, its last chunk included (RFC 9112, section 7.1), however soon the program
// ends after it.
func TestAStreamEndsInOrder(t *testing.T) {
	for range 300 {
		c := openClient(t)
		var streams []*http.Response
		for range 4 {
			streams = append(streams, ask(t, request{method: "GET", url: c.URL() + "events"}))
		}
		c.Close()
		for _, s := range streams {
			if _, err := io.ReadAll(s.Body); err != nil {
				t.Fatalf("a browser is told of an error: %v", err)
			}
		}
	}
}

// TestAllStreamsEndWithTheProgram: also that of a browser which reads nothing, and a line that the
// program does not read any more.
func TestAllStreamsEndWithTheProgram(t *testing.T) {
	c := openClient(t)
	streams := []*stream{listen(t, c.URL(), ""), listen(t, c.URL(), "")}
	listen(t, c.URL(), "")
	for range 4 {
		c.Show(strings.Repeat("x", 1<<20-1))
	}
	answers := make(chan *http.Response)
	go func() { answers <- post(t, c.URL(), "line", "hello") }()
	for _, s := range streams {
		s.until(hasText("hello"))
	}
	c.Close()
	if answer := <-answers; answer.StatusCode != http.StatusGone {
		t.Errorf("a line at the end is answered with %s", answer.Status)
	}
	for _, s := range streams {
		s.until(func(e event) bool { return e.Ended })
		if e, more := s.next(); more {
			t.Errorf("after the end there is %+v", e)
		}
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("something can be read from a window that is closed")
	}
	_, err := http.Get(c.URL())
	if refused := new(net.OpError); !errors.As(err, &refused) {
		t.Errorf("the window is served still: %v", err)
	}
}

func TestAnAddressThatIsTakenIsSaid(t *testing.T) {
	taken := loopback.AddressOf(loopback.Listen(t))
	if _, err := page.OpenClient(taken); err == nil || !strings.Contains(err.Error(), "opening the window") {
		t.Errorf("the client's ends with %v", err)
	}
	if _, err := page.OpenServer(taken, io.Discard); err == nil || !strings.Contains(err.Error(), "opening the window") {
		t.Errorf("the server's ends with %v", err)
	}
}
