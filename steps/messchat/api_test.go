package messchat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps"
)

func TestTheTextsOfAnAnswerAreFoundInEveryShape(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []string
		right      bool
	}{
		{"a list of strings", `["plum", "she said \"yes\"", "['a']", "C:\\new"]` + "\n", []string{"plum", `she said "yes"`, "['a']", `C:\new`}, true},
		{"an empty list", `[]`, nil, true},
		{"an object", `{"messages": ["plum", "apple"], "count": 2}`, []string{"plum", "apple"}, false},
		{"an object of two lists", `{"general": ["plum"], "annika": ["pear"], "bruno": ["apple"]}`, []string{"pear", "apple", "plum"}, false},
		{"a list of objects", `[{"message": "plum", "id": 1}, {"message": "apple"}]`, []string{"plum", "apple"}, false},
		{"a list with something else in it", `["plum", null, 1, ["apple"]]`, []string{"plum", "apple"}, false},
		{"a string that holds JSON", `"[\"plum\", \"an \\\"apple\\\"\"]"`, []string{"plum", `an "apple"`}, false},
		{"a string that holds what Python writes", `"['plum', \"it's apple\"]"`, []string{"plum", "it's apple"}, false},
		{"what Python writes with both quotes", `["she said \"yes\"", 'and \'no\' to "C:\\new"\n\xe9']`, []string{`she said "yes"`, "and 'no' to \"C:\\new\"\né"}, false},
		{"what is no escape", `['C:\q']`, []string{`C:\q`}, false},
		{"a tuple of Python's", `{"list": "('plum', 'apple')"}`, []string{"plum", "apple"}, false},
		{"another string", `"plum"`, []string{"plum"}, false},
		{"what Python writes", `['plum', 'apple']`, []string{"plum", "apple"}, false},
		{"a line and an empty list", "messages:\n []\n", []string{"messages:"}, false},
		{"lines", "plum\n\n  apple and pear\r\n", []string{"plum", "apple and pear"}, false},
		{"bad JSON", `["plum", "apple"`, []string{"plum", "apple"}, false},
		{"null", `null`, nil, false},
		{"a number", `7`, nil, false},
		{"nothing", ``, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, right := readList([]byte(c.body))
			if !slices.Equal(got, c.want) || right != c.right {
				t.Errorf("%s holds %q, right: %v; want %q, %v", c.body, got, right, c.want, c.right)
			}
		})
	}
}

func TestTheSlashIsTakenOff(t *testing.T) {
	for target, want := range map[string]string{
		"/messages/":          "/messages",
		"/send/?message=a/b/": "/send?message=a/b/",
		"/send?message=":      "/send?message=",
		"/send/?":             "/send?",
		"/":                   "",
	} {
		if got := withoutSlash(target); got != want {
			t.Errorf("%s without it is %s, want %s", target, got, want)
		}
	}
}

func TestAMessageIsEscapedInItsURL(t *testing.T) {
	for text, want := range map[string]string{
		"marzipan":       "/send/?message=marzipan",
		"a piece":        "/send/?message=a%20piece",
		"1+1 = 2":        "/send/?message=1%2B1%20%3D%202",
		"one&two#%20?/":  "/send/?message=one%26two%23%2520%3F%2F",
		"ñ":              "/send/?message=%C3%B1",
		`"yes" \ {"a":}`: "/send/?message=%22yes%22%20%5C%20%7B%22a%22%3A%7D",
	} {
		got := Target("/send/", Parameter{"message", text})
		parsed, err := url.Parse(got)
		if err != nil || got != want || parsed.Query().Get("message") != text {
			t.Errorf("%q is sent by %s (%v), want %s", text, got, err, want)
		}
	}
}

// apiOf is an API that runs already, as annika asks it.
func apiOf(t *testing.T, handler http.Handler) *API {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	addr := netip.MustParseAddrPort(server.Listener.Addr().String())
	of := &target.Target{Name: "a test", Assignments: []string{"rabbitmq"}, Endpoints: map[string]netip.AddrPort{Program: addr}}
	run := stagetest.RunOf(t, of, stage.Options{Patience: 10})
	on := stagetest.Open(t, run, httpwire.Protocol)
	must(t, on.Join("annika", Program, addr))
	a, err := NewWorld(steps.NewWorld(run, on), NewSubmission(run, steps.Services{})).newAPI("annika")
	must(t, err)
	return a
}

// hangsUp stands for a connection that ends without an answer.
const hangsUp = -1

// A chat is an API that takes messages in one form, and knows no other.
type chat struct {
	method, path string
	text         func(*http.Request) string
	missing      int // the status where there is no text, or hangsUp

	mu   sync.Mutex
	sent []string
}

func (c *chat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	slash, text := strings.TrimPrefix(c.path, "/send"), c.text(r)
	switch {
	case r.URL.Path == "/messages"+slash && r.Method == http.MethodGet:
		fmt.Fprint(w, `["kumquat"]`)
	case r.URL.Path != c.path:
		w.WriteHeader(http.StatusNotFound)
	case r.Method != c.method:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case text == "" && c.missing == hangsUp:
		panic(http.ErrAbortHandler)
	case text == "":
		w.WriteHeader(c.missing)
	default:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sent = append(c.sent, text)
	}
}

func inQuery(r *http.Request) string { return r.URL.Query().Get("message") }
func inForm(r *http.Request) string  { return r.PostFormValue("message") }

func inJSON(r *http.Request) string {
	var body struct{ Message string }
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		return ""
	}
	return body.Message
}

func TestTheFormOfAnAPIIsFound(t *testing.T) {
	for _, c := range []struct {
		name string
		chat *chat
		want habits
	}{
		{"from the URL, as it is shown", &chat{method: "GET", path: "/send/", text: inQuery}, habits{fromURL: true}},
		{"without a slash", &chat{method: "GET", path: "/send", text: inQuery}, habits{fromURL: true, bare: true}},
		{"by POST", &chat{method: "POST", path: "/send/", text: inQuery}, habits{fromURL: true, method: "POST"}},
		{"by POST, without a slash", &chat{method: "POST", path: "/send", text: inQuery}, habits{fromURL: true, method: "POST", bare: true}},
		{"from a body in JSON", &chat{method: "POST", path: "/send/", text: inJSON, missing: 422}, habits{method: "POST", body: "json"}},
		{"from a form", &chat{method: "POST", path: "/send/", text: inForm, missing: 400}, habits{method: "POST", body: "form"}},
		{"from a body, without which it fails", &chat{method: "POST", path: "/send/", text: inJSON, missing: 500}, habits{method: "POST", body: "json"}},
		{"from a body, without which it hangs up", &chat{method: "POST", path: "/send/", text: inForm, missing: hangsUp}, habits{method: "POST", body: "form"}},
		{"from a body, without a slash", &chat{method: "POST", path: "/send", text: inJSON, missing: 400}, habits{method: "POST", body: "json", bare: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, ctx := apiOf(t, c.chat), bounded(t)
			l, err := a.Messages(ctx)
			must(t, err)
			if !l.Right || !slices.Equal(l.Texts, []string{"kumquat"}) {
				t.Errorf("it lists %q: %s", l.Texts, l)
			}
			texts := []string{`100% & "more"`, "1+1 = 2"}
			for _, text := range texts {
				sent, err := a.Send(ctx, Parameter{"message", text})
				must(t, err)
				if !sent.Worked() {
					t.Error(sent)
				}
			}
			c.chat.mu.Lock()
			defer c.chat.mu.Unlock()
			if got := a.form.get(); got != c.want || !slices.Equal(c.chat.sent, texts) {
				t.Errorf("its form is %+v, want %+v; it takes %q", got, c.want, c.chat.sent)
			}
		})
	}
}

// A URL that is refused once others were taken is refused for what it is: it is too long, say.
func TestWhoTakesURLsIsNotAskedByABody(t *testing.T) {
	a := apiOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && len(r.RequestURI) > 40 {
			w.WriteHeader(http.StatusRequestURITooLong)
		}
	}))
	for _, c := range []struct {
		text   string
		status int
	}{
		{"plum", http.StatusOK},
		{strings.Repeat("plum", 20), http.StatusRequestURITooLong},
	} {
		sent, err := a.Send(bounded(t), Parameter{"message", c.text})
		must(t, err)
		if sent.Status != c.status {
			t.Error(sent)
		}
	}
}

func TestAnAPIThatTakesNothingHasNoForm(t *testing.T) {
	for name, status := range map[string]int{"an error of the server": 500, "a refusal": 400, "an unknown URL": 404} {
		t.Run(name, func(t *testing.T) {
			a := apiOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
			sent, err := a.Send(bounded(t), Parameter{"message", "plum"})
			must(t, err)
			if got := a.form.get(); got != (habits{}) || sent.Status != status {
				t.Errorf("its form is %+v: %s", got, sent)
			}
		})
	}
}

// What is not answered tells nothing of what an API knows.
func TestAnAPIThatHangsUpHasNoForm(t *testing.T) {
	for name, known := range map[string]string{"to a POST": http.MethodPost, "to a URL without a slash": "/messages"} {
		t.Run("it hangs up "+name, func(t *testing.T) {
			a := apiOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == known || r.URL.Path == known {
					panic(http.ErrAbortHandler)
				}
				w.WriteHeader(http.StatusNotFound)
			}))
			for _, target := range []string{"/send/?message=plum", "/messages/"} {
				if _, err := a.Ask(bounded(t), target); err != nil {
					wantFailure(t, err, "annika answers", "it does not")
				}
			}
			if got := a.form.get(); got != (habits{}) {
				t.Errorf("its form is %+v", got)
			}
		})
	}
}
