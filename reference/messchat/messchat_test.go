package messchat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/messchat"
)

// chat is a running mess_chat, and somebody who asks it for things.
type chat struct {
	*loopback.Program
	t    *testing.T
	url  string
	http *http.Client
}

// start starts the program of a client of its own.
func start(t *testing.T, broker string) *chat {
	t.Helper()
	return startAs(t, broker, client(t, broker))
}

func startAs(t *testing.T, broker, name string) *chat {
	t.Helper()
	listener := loopback.Listen(t)
	rmq := join(t, broker, name)
	program := loopback.Start(t, func(ctx context.Context, _ io.Reader, _ io.Writer) error {
		return messchat.Serve(ctx, listener, rmq)
	})
	return newChat(t, program, listener.Addr().String())
}

func newChat(t *testing.T, program *loopback.Program, address string) *chat {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &chat{Program: program, t: t, url: "http://" + address, http: &http.Client{Transport: transport, Timeout: loopback.Patience}}
}

// ask sends a request and returns the answer's status and text.
func (c *chat) ask(method, target, form string) (status int, text string) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.url+target, strings.NewReader(form))
	if err != nil {
		c.t.Fatal(err)
	}
	if form != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := c.http.Do(request)
	if err != nil {
		c.t.Fatalf("asking for %.80s: %v", target, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatalf("reading the answer to %.80s: %v", target, err)
	}
	return response.StatusCode, string(body)
}

// wantStatus checks how a request is answered.
func (c *chat) wantStatus(want int, method, target, form string) {
	c.t.Helper()
	if status, text := c.ask(method, target, form); status != want {
		c.t.Errorf("%s %.80s is answered with %d %.200q, want %d", method, target, status, text, want)
	}
}

func (c *chat) send(text string) {
	c.t.Helper()
	c.wantStatus(http.StatusOK, http.MethodGet, "/send/?message="+url.QueryEscape(text), "")
}

// list returns what /messages/ lists.
func (c *chat) list() []string {
	c.t.Helper()
	status, text := c.ask(http.MethodGet, "/messages/", "")
	var list []string
	if err := json.Unmarshal([]byte(text), &list); err != nil || status != http.StatusOK || list == nil {
		c.t.Fatalf("the list is %d %.200q (%v)", status, text, err)
	}
	return list
}

func (c *chat) wantList(want ...string) {
	c.t.Helper()
	if got := c.list(); !slices.Equal(got, want) {
		c.t.Fatalf("the list is %.200q, want %.200q", got, want)
	}
}

func TestParse(t *testing.T) {
	t.Setenv("AMQP_URL", "")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"8000", "ann"}, "127.0.0.1:8000 ann amqp://guest:guest@127.0.0.1:5672/"},
		{[]string{"127.0.0.2:80", "ann", "amqp://u:p@127.0.0.3:5671/v"}, "127.0.0.2:80 ann amqp://u:p@127.0.0.3:5671/v"},
		{[]string{"[::1]:80", "Zoë 2"}, "[::1]:80 Zoë 2 amqp://guest:guest@127.0.0.1:5672/"},
	} {
		got, err := messchat.Parse(c.args)
		if said := fmt.Sprintf("%s %s %s", got.Listen, got.Name, got.Broker); err != nil || said != c.want {
			t.Errorf("%q is read as %s (%v), want %s", c.args, said, err, c.want)
		}
	}
	for _, args := range [][]string{
		nil, {"8000"}, {"8000", ""}, {"0", "ann"}, {"x", "ann"}, {"host:8000", "ann"}, {"8000", "a\xff"}, {"8000", strings.Repeat("a", 201)},
		{"8000", "ann", "http://127.0.0.1"}, {"8000", "ann", "127.0.0.1:5672"}, {"8000", "ann", "amqp://127.0.0.1", "x"},
	} {
		if got, err := messchat.Parse(args); err == nil {
			t.Errorf("%q is read as %v", args, got)
		}
	}
}

func TestTheBrokerOfTheEnvironment(t *testing.T) {
	t.Setenv("AMQP_URL", "amqp://127.0.0.9/")
	if got, err := messchat.Parse([]string{"8000", "ann"}); err != nil || got.Broker != "amqp://127.0.0.9/" {
		t.Errorf("it is read as %v (%v)", got, err)
	}
	if got, err := messchat.Parse([]string{"8000", "ann", "amqp://127.0.0.8/"}); err != nil || got.Broker != "amqp://127.0.0.8/" {
		t.Errorf("the argument does not count: %v (%v)", got, err)
	}
}

func TestRun(t *testing.T) {
	at, listen := broker(t), loopback.Nowhere(t)
	ann := messchat.Chat{Listen: listen, Name: client(t, at), Broker: at}
	chat := newChat(t, loopback.Start(t, ann.Run), listen.String())
	chat.WantShown("waiting for requests on http://" + listen.String())
	put(t, at, "general", "", "apple") // it takes part before it is asked for anything
	chat.send("pear")
	chat.wantList("apple", "pear")
	chat.Cancel()
	chat.WantEnd()
}

func TestRunWhereTheBrokerIsLate(t *testing.T) {
	at, listen := broker(t), loopback.Nowhere(t)
	between := newRelay(t, at)
	between.goAway()
	ann := messchat.Chat{Listen: listen, Name: client(t, at), Broker: between.url}
	chat := newChat(t, loopback.Start(t, ann.Run), listen.String())
	if shown := chat.Shown(); !strings.HasPrefix(shown, "connecting to RabbitMQ: ") {
		t.Errorf("the screen shows %q", shown)
	}
	chat.WantShown("waiting for requests on http://" + listen.String())
	chat.wantStatus(http.StatusServiceUnavailable, http.MethodGet, "/messages/", "")
	between.comeBack()
	chat.wantList()
}

func TestRunOnATakenPort(t *testing.T) {
	taken := loopback.NewPeer(t).Address()
	program := loopback.Start(t, messchat.Chat{Listen: taken, Name: "ann", Broker: "amqp://" + taken.String()}.Run)
	if err := program.End(); err == nil || !strings.Contains(err.Error(), taken.String()) {
		t.Errorf("got %v", err)
	}
}

func TestServeEndsWithItsListener(t *testing.T) {
	listener := loopback.Listen(t)
	listener.Close()
	if err := messchat.Serve(t.Context(), listener, messchat.NewRMQ("", "ann")); err == nil {
		t.Error("it serves nobody")
	}
}

func TestWhatOneSendsAllList(t *testing.T) {
	at := broker(t)
	ann, bob := start(t, at), start(t, at)
	ann.wantList()
	ann.send("apple")
	bob.send("pear")
	ann.wantList("apple", "pear")
	bob.wantList("apple", "pear")
	ann.wantList("apple", "pear")
}

func TestTheAnswers(t *testing.T) {
	ann := start(t, broker(t))
	for _, c := range []struct {
		method, target, form string
		want                 int
	}{
		{"GET", "/send/?message=apple", "", 200},
		{"GET", "/send?message=apple", "", 200}, // after being sent on to /send/
		{"POST", "/send/?message=apple", "", 200},
		{"POST", "/send/", "message=apple", 200},
		{"GET", "/send/?message=", "", 200},
		{"GET", "/send/", "", 400},
		{"GET", "/send/?massage=apple", "", 400},
		{"POST", "/send/", "text=apple", 400},
		{"GET", "/send/?message=%zz", "", 400},
		{"GET", "/send/?message=%ff%fe", "", 400},
		{"POST", "/send/", "message=" + strings.Repeat("a", 5<<20), 400},
		{"DELETE", "/send/?message=apple", "", 405},
		{"GET", "/send/more/?message=apple", "", 404},
		{"GET", "/messages", "", 200},
		{"POST", "/messages/", "", 405},
		{"GET", "/", "", 404},
	} {
		ann.wantStatus(c.want, c.method, c.target, c.form)
	}
	ann.wantList("apple", "apple", "apple", "apple", "")
}

// The list is JSON to the letter: not null, and no text written as HTML would need it.
func TestTheListIsJSON(t *testing.T) {
	ann := start(t, broker(t))
	if _, text := ann.ask(http.MethodGet, "/messages/", ""); text != "[]\n" {
		t.Errorf("the empty list is %q", text)
	}
	ann.send(`<a> & "b"`)
	if _, text := ann.ask(http.MethodGet, "/messages/", ""); text != `["<a> & \"b\""]`+"\n" {
		t.Errorf("the list is %q", text)
	}
}

func TestTextsCrossTheURLAsTheyAre(t *testing.T) {
	ann := start(t, broker(t))
	texts := []string{" a  b ", "a+b&message=c%20d#e?f/g;h", "Καλημέρα 👋", "one\ntwo", strings.Repeat("64 KiB. ", 8<<10)}
	for _, text := range texts {
		ann.send(text)
	}
	ann.wantList(texts...)
}

func TestFiftyRequestsAtOnce(t *testing.T) {
	ann := start(t, broker(t))
	var want []string
	var asking sync.WaitGroup
	for i := range 50 {
		text := fmt.Sprintf("message %02d", i)
		want = append(want, text)
		asking.Go(func() {
			if status, said := ann.ask(http.MethodGet, "/send/?message="+url.QueryEscape(text), ""); status != http.StatusOK {
				t.Errorf("sending %q is answered with %d %q", text, status, said)
			}
		})
	}
	asking.Wait()
	got := ann.list()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the list is %q", got)
	}
}

func TestTheBrokerGoesAwayAndComesBack(t *testing.T) {
	at := broker(t)
	between := newRelay(t, at)
	ann := startAs(t, between.url, client(t, at))
	ann.send("apple")
	between.goAway()
	ann.wantStatus(http.StatusServiceUnavailable, http.MethodGet, "/send/?message=lost", "")
	ann.wantStatus(http.StatusServiceUnavailable, http.MethodGet, "/messages/", "")
	between.comeBack()
	ann.send("pear")
	ann.wantList("apple", "pear")
}
