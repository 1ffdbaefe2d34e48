package messchat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap"
)

// An API is that of a mess_chat, as its user sees it.
type API struct {
	stage *stage.Stage
	user  string
	http  *http.Client
	form  *form
}

// newAPI is the API of the program that plays user, asked by the user's own browser.
func (w *World) newAPI(user string) (*API, error) {
	browser, err := w.Stage.LoopbackPeer(user + "'s browser")
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return browser.Open(ctx, user) },
	}
	w.Stage.OnClose(transport.CloseIdleConnections)
	return &API{stage: w.Stage, user: user, http: &http.Client{Transport: transport}, form: &w.Submission.form}, nil
}

// A form is how an API takes requests where the text leaves that open. It is found out
// by the first request.
type form struct {
	mu    sync.Mutex
	known habits
}

type habits struct {
	// method is that of /send/: "" as long as GET does, or POST.
	method string
	// body is set where the message is taken from a body only: "json" or "form"; fromURL, where it
	// was taken from the URL.
	body    string
	fromURL bool
	// bare is set where the URLs have no slash at the end.
	bare bool
}

func (f *form) get() habits {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known
}

func (f *form) set(method, body string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known.method, f.known.body = method, body
}

func (f *form) setFromURL() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known.fromURL = true
}

func (f *form) setBare() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known.bare = true
}

// An Answer is what an API has answered.
type Answer struct {
	Target string
	Status int
	Body   []byte
	// Server is what the program that answers calls itself.
	Server string
}

// Worked reports whether the status says so: 200 to 299.
func (a Answer) Worked() bool { return a.Status >= 200 && a.Status < 300 }

// String says what was answered, for a person.
func (a Answer) String() string {
	said := fmt.Sprintf("%s is answered with the status %d", a.Target, a.Status)
	if len(a.Body) > 0 {
		said += ": " + journal.Shorten(string(a.Body))
	}
	return said
}

// isUnknown reports whether the method, or the URL, is none that the API has.
func (a Answer) isUnknown() bool {
	return a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed || a.Status == http.StatusNotImplemented
}

// maxBody bounds, in bytes, what is read of an answer.
const maxBody = 8 << 20

// do makes one request.
func (a *API) do(ctx context.Context, method, target, contentType string, body []byte) (Answer, error) {
	got := Answer{Target: target}
	expected := fmt.Sprintf("%s answers %s %s", a.user, method, journal.Shorten(target))
	err := a.stage.AwaitDone(ctx, expected, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, method, "http://"+"127.0.0.1"+target, bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("asking for %s: %w", target, err)
		}
		if contentType != "" {
			request.Header.Set("Content-Type", contentType)
		}
		response, err := a.http.Do(request)
		if err != nil {
			return notAnswered(expected, err)
		}
		defer response.Body.Close()
		got.Status, got.Server = response.StatusCode, response.Header.Get("Server")
		got.Body, err = io.ReadAll(io.LimitReader(response.Body, maxBody))
		if err != nil {
			return notAnswered(expected, err)
		}
		return nil
	})
	return got, err
}

// notAnswered is a finding about the program, unless somebody has given up.
func notAnswered(expected string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return stage.Fail(expected, "it does not: "+tap.Trouble(err))
}

// Get asks for a URL as it is shown.
func (a *API) Get(ctx context.Context, target string) (Answer, error) {
	return a.do(ctx, http.MethodGet, target, "", nil)
}

// Ask asks for a URL as it is shown, by GET; where that is not known, by POST, and
// without the slash at its end.
func (a *API) Ask(ctx context.Context, target string) (Answer, error) {
	known := a.form.get()
	if known.bare {
		target = withoutSlash(target)
	}
	if known.method == http.MethodPost && strings.HasPrefix(target, "/send") {
		return a.do(ctx, http.MethodPost, target, "", nil)
	}
	got, err := a.Get(ctx, target)
	if err != nil || !got.isUnknown() {
		return got, err
	}
	if strings.HasPrefix(target, "/send") {
		posted, err := a.do(ctx, http.MethodPost, target, "", nil)
		if err != nil {
			return posted, err
		}
		if !posted.isUnknown() {
			a.form.set(http.MethodPost, "")
			return posted, nil
		}
	}
	if known.bare || got.Status != http.StatusNotFound {
		return got, nil
	}
	bare, err := a.Get(ctx, withoutSlash(target))
	if err != nil {
		return bare, err
	}
	if bare.isUnknown() {
		return got, nil
	}
	a.form.setBare()
	return bare, nil
}

// withoutSlash takes the slash off the end of a URL's path.
func withoutSlash(target string) string {
	path, query, asks := strings.Cut(target, "?")
	path = strings.TrimSuffix(path, "/")
	if asks {
		return path + "?" + query
	}
	return path
}

// A Parameter is one of those that a URL has in its query.
type Parameter struct{ Name, Value string }

// Target is a URL with parameters in its query, in their order.
func Target(path string, parameters ...Parameter) string {
	separator := "?"
	for _, p := range parameters {
		path += separator + p.Name + "=" + strings.ReplaceAll(url.QueryEscape(p.Value), "+", "%20")
		separator = "&"
	}
	return path
}

// Send sends a message, from the URL, or, where none was ever taken from there, in a body.
func (a *API) Send(ctx context.Context, message ...Parameter) (Answer, error) {
	if known := a.form.get(); known.body != "" {
		return a.post(ctx, message, known)
	}
	got, err := a.Ask(ctx, Target("/send/", message...))
	if err == nil && got.Worked() {
		a.form.setFromURL()
	}
	known := a.form.get()
	if known.fromURL || stage.DropFailure(err) != nil {
		return got, err
	}
	// Who takes only POST may fail for want of a body; who takes GET fails by itself.
	if err == nil && got.Status >= 500 && known.method != http.MethodPost {
		return got, nil
	}
	for _, kind := range []string{"json", "form"} {
		inBody, failed := a.post(ctx, message, habits{body: kind, bare: known.bare})
		if stage.DropFailure(failed) != nil {
			return got, failed
		}
		if failed == nil && inBody.Worked() {
			a.form.set(http.MethodPost, kind)
			return inBody, nil
		}
	}
	return got, err
}

// post sends a message in a body.
func (a *API) post(ctx context.Context, message []Parameter, how habits) (Answer, error) {
	target := "/send/"
	if how.bare {
		target = "/send"
	}
	if how.body == "form" {
		fields := url.Values{}
		for _, p := range message {
			fields.Set(p.Name, p.Value)
		}
		return a.do(ctx, http.MethodPost, target, "application/x-www-form-urlencoded", []byte(fields.Encode()))
	}
	members := map[string]string{}
	for _, p := range message {
		members[p.Name] = p.Value
	}
	body, err := json.Marshal(members)
	if err != nil {
		return Answer{}, fmt.Errorf("writing a message: %w", err)
	}
	return a.do(ctx, http.MethodPost, target, "application/json", body)
}

// A List is an answer to the question for messages.
type List struct {
	Answer
	Texts []string
	// Right is set where it is a JSON list of strings.
	Right bool
}

// Holds reports how many of its texts hold a text.
func (l List) Holds(text string) int {
	count := 0
	for _, t := range l.Texts {
		if strings.Contains(t, text) {
			count++
		}
	}
	return count
}

// Messages asks for messages, with parameters, if any.
func (a *API) Messages(ctx context.Context, parameters ...Parameter) (List, error) {
	got, err := a.Ask(ctx, Target("/messages/", parameters...))
	l := List{Answer: got}
	if err != nil || !got.Worked() {
		return l, err
	}
	l.Texts, l.Right = readList(got.Body)
	return l, nil
}

// readList finds the texts of an answer: those of a JSON list of strings, or, in another
// shape, wherever they are.
func readList(body []byte) (texts []string, right bool) {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return quotedTexts(string(body)), false
	}
	items, ok := value.([]any)
	if !ok {
		return collect(value), false
	}
	for _, item := range items {
		text, ok := item.(string)
		if !ok {
			return collect(value), false
		}
		texts = append(texts, text)
	}
	return texts, true
}

// collect lists the texts in a JSON value, but the names of members, by whose order those
// of an object are listed: what is read twice is the same. A text that holds JSON is
// looked into.
func collect(value any) []string {
	switch value := value.(type) {
	case string:
		var within []any
		if json.Unmarshal([]byte(value), &within) == nil {
			return collect(within)
		}
		return quotedOrWhole(value)
	case []any:
		var all []string
		for _, v := range value {
			all = append(all, collect(v)...)
		}
		return all
	case map[string]any:
		var all []string
		for _, name := range slices.Sorted(maps.Keys(value)) {
			all = append(all, collect(value[name])...)
		}
		return all
	}
	return nil
}

// listOfPython looks like a list that Python has written.
var listOfPython = regexp.MustCompile(`^\s*[\[(].*[\])]\s*$`)

func quotedOrWhole(text string) []string {
	if listOfPython.MatchString(text) {
		return quotedTexts(text)
	}
	return []string{text}
}

var quoted = regexp.MustCompile(`'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"`)

// quotedTexts lists what stands in quotes; where nothing does, the lines.
func quotedTexts(text string) []string {
	var texts []string
	for _, match := range quoted.FindAllStringSubmatch(text, -1) {
		texts = append(texts, unescaped(match[1], '\'')+unescaped(match[2], '"'))
	}
	if len(texts) > 0 {
		return texts
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line != "[]" {
			texts = append(texts, line)
		}
	}
	return texts
}

// unescaped is a text as it was before it was put in quotes, if that was done as Python does.
func unescaped(text string, quote byte) string {
	var plain strings.Builder
	for rest := text; rest != ""; {
		var letter rune
		var err error
		if letter, _, rest, err = strconv.UnquoteChar(rest, quote); err != nil {
			return text
		}
		plain.WriteRune(letter)
	}
	return plain.String()
}
