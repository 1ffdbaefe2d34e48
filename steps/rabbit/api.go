package rabbit

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
	"strings"
	"sync"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
)

// An api is the HTTP API of an instance, as its user sees it.
type api struct {
	stage *stage.Stage
	user  string
	http  *http.Client
	form  *form
}

// newAPI is the API of the program that plays user, asked by the user's own browser.
func (w *world) newAPI(user string) (*api, error) {
	browser, err := w.Stage.LoopbackPeer(user + "'s browser")
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return browser.Open(ctx, user) },
	}
	w.Stage.OnClose(transport.CloseIdleConnections)
	return &api{stage: w.Stage, user: user, http: &http.Client{Transport: transport}, form: &w.session.form}, nil
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
	// body is set where the message is taken from a body only: "json" or "form".
	body string
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

func (f *form) setBare() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known.bare = true
}

// An answer is what an API has answered.
type answer struct {
	target string
	status int
	body   []byte
}

func (a answer) worked() bool { return a.status >= 200 && a.status < 300 }

// String says what was answered, for a person.
func (a answer) String() string {
	said := fmt.Sprintf("%s is answered with the status %d", a.target, a.status)
	if len(a.body) > 0 {
		said += ": " + journal.Shorten(string(a.body))
	}
	return said
}

// isUnknown reports whether the method, or the URL, is none that the API has.
func (a answer) isUnknown() bool {
	return a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed || a.status == http.StatusNotImplemented
}

// maxBody bounds, in bytes, what is read of an answer.
const maxBody = 8 << 20

// do makes one request.
func (a *api) do(ctx context.Context, method, target, contentType string, body []byte) (answer, error) {
	got := answer{target: target}
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
		got.status = response.StatusCode
		got.body, err = io.ReadAll(io.LimitReader(response.Body, maxBody))
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
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	return stage.Fail(expected, "it does not: "+err.Error())
}

// get asks for a URL as it is shown.
func (a *api) get(ctx context.Context, target string) (answer, error) {
	return a.do(ctx, http.MethodGet, target, "", nil)
}

// ask asks for a URL as it is shown, by GET; where that is not known, by POST, and
// without the slash at its end.
func (a *api) ask(ctx context.Context, target string) (answer, error) {
	known := a.form.get()
	if known.bare {
		target = withoutSlash(target)
	}
	if known.method == http.MethodPost && strings.HasPrefix(target, "/send") {
		return a.do(ctx, http.MethodPost, target, "", nil)
	}
	got, err := a.get(ctx, target)
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
	if known.bare || got.status != http.StatusNotFound {
		return got, nil
	}
	bare, err := a.get(ctx, withoutSlash(target))
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

// sendTarget is the URL by which a message is sent.
func sendTarget(text string) string {
	return "/send/?message=" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// send sends a message, from the URL, or, where it is not taken from there, in a body.
func (a *api) send(ctx context.Context, text string) (answer, error) {
	if known := a.form.get(); known.body != "" {
		return a.post(ctx, text, known)
	}
	got, err := a.ask(ctx, sendTarget(text))
	if err != nil || got.worked() || got.status >= 500 {
		return got, err
	}
	for _, kind := range []string{"json", "form"} {
		inBody, err := a.post(ctx, text, habits{body: kind, bare: a.form.get().bare})
		if err != nil {
			return got, err
		}
		if inBody.worked() {
			a.form.set(http.MethodPost, kind)
			return inBody, nil
		}
	}
	return got, nil
}

// post sends a message in a body.
func (a *api) post(ctx context.Context, text string, how habits) (answer, error) {
	target := "/send/"
	if how.bare {
		target = "/send"
	}
	if how.body == "form" {
		return a.do(ctx, http.MethodPost, target, "application/x-www-form-urlencoded", []byte(url.Values{"message": {text}}.Encode()))
	}
	body, err := json.Marshal(map[string]string{"message": text})
	if err != nil {
		return answer{}, fmt.Errorf("writing a message: %w", err)
	}
	return a.do(ctx, http.MethodPost, target, "application/json", body)
}

// A list is an answer to the question for messages.
type list struct {
	answer
	texts []string
	// right is set where it is a JSON list of strings.
	right bool
}

// holds reports how many of its texts hold a text.
func (l list) holds(text string) int {
	count := 0
	for _, t := range l.texts {
		if strings.Contains(t, text) {
			count++
		}
	}
	return count
}

// messages asks for the messages.
func (a *api) messages(ctx context.Context) (list, error) {
	got, err := a.ask(ctx, "/messages/")
	if err != nil {
		return list{answer: got}, err
	}
	l := list{answer: got}
	if !got.worked() {
		return l, nil
	}
	l.texts, l.right = readList(got.body)
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
		texts = append(texts, match[1]+match[2])
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
