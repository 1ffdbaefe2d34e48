package reference_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/reference"
	"github.com/chatspec/chatspec/reference/internal/loopback"
)

// start runs a program as the command line does.
func start(t *testing.T, program string, args ...string) *loopback.Program {
	t.Helper()
	return loopback.Start(t, func(ctx context.Context, in io.Reader, out io.Writer) error {
		return reference.Run(ctx, program, args, in, out)
	})
}

func TestPrograms(t *testing.T) {
	got := reference.Programs()
	if !slices.IsSorted(got) {
		t.Errorf("%q is not sorted", got)
	}
	for _, program := range []string{
		"chat", "chat5", "server5",
		"post_server", "post_client", "pub_server", "pub_client",
		"interactive_server", "interactive_client", "mc_server", "mc_client",
		"mess_chat", "server", "client",
	} {
		if !slices.Contains(got, program) {
			t.Errorf("%q does not have %s", got, program)
		}
	}
}

func TestUsage(t *testing.T) {
	tests := []struct {
		program string
		args    []string
		usage   string
		problem string
	}{
		{"", nil, "PROGRAM ARG ...", "chat, chat5, "},
		{"chta", []string{"ann"}, "PROGRAM ARG ...", `"chta"`},
		{"chat", nil, "chat NAME PORT [IP:PORT ...]", "chat: a name"},
		{"chat", []string{"ann", "port"}, "chat NAME PORT [IP:PORT ...]", `"port"`},
		{"chat5", []string{"ann", "5001"}, "chat5 NAME PORT IP:PORT", "server's address"},
		{"server5", []string{"5000"}, "server5 IP:PORT", `"5000"`},
		{"post_server", []string{"127.0.0.1"}, "post_server IP PORT", "a port"},
		{"post_server", []string{"host", "5000"}, "post_server IP PORT", "host:5000"},
		{"post_client", []string{"127.0.0.1", "5000", "ann"}, `post_client IP PORT NAME "MESSAGE"`, "a message"},
		{"post_client", []string{"127.0.0.1", "0", "ann", "hi"}, `post_client IP PORT NAME "MESSAGE"`, "127.0.0.1:0"},
		{"post_client", []string{"127.0.0.1", "5000", "ann", ""}, `post_client IP PORT NAME "MESSAGE"`, "empty"},
		{"pub_server", []string{"127.0.0.1", "5000"}, "pub_server IP POST_PORT PUB_PORT", "subscribers"},
		{"pub_server", []string{"127.0.0.1", "5000", "x"}, "pub_server IP POST_PORT PUB_PORT", "127.0.0.1:x"},
		{"pub_client", []string{"127.0.0.1"}, "pub_client IP PUB_PORT", "its port"},
		{"pub_client", []string{"127.0.0.1", "x"}, "pub_client IP PUB_PORT", "127.0.0.1:x"},
		{"interactive_server", nil, "interactive_server IP POST_PORT PUB_PORT", "subscribers"},
		{"interactive_client", []string{"127.0.0.1", "5000", "5001"}, "interactive_client IP POST_PORT PUB_PORT NAME", "a name"},
		{"interactive_client", []string{"127.0.0.1", "5000", "x", "ann"}, "interactive_client IP POST_PORT PUB_PORT NAME", "127.0.0.1:x"},
		{"interactive_client", []string{"127.0.0.1", "5000", "5001", ""}, "interactive_client IP POST_PORT PUB_PORT NAME", "empty"},
		{"mc_server", []string{"127.0.0.1", "x", "5001"}, "mc_server IP POST_PORT PUB_PORT", "127.0.0.1:x"},
		{"mc_client", []string{"127.0.0.1", "5000", "5001", "a"}, "mc_client IP POST_PORT PUB_PORT CHANNEL NAME", "a channel and a name"},
		{"mc_client", []string{"127.0.0.1", "5000", "x", "a", "ann"}, "mc_client IP POST_PORT PUB_PORT CHANNEL NAME", "127.0.0.1:x"},
		{"mc_client", []string{"127.0.0.1", "5000", "5001", "", "ann"}, "mc_client IP POST_PORT PUB_PORT CHANNEL NAME", "empty"},
		{"server", []string{"127.0.0.1"}, "server IP PORT [--window [IP:PORT]]", "its port"},
		{"server", []string{"127.0.0.1", "5000", "--window", "0.0.0.0:80"}, "server IP PORT [--window [IP:PORT]]", "from elsewhere"},
		{"client", []string{"127.0.0.1", "5000", "ann"}, "client IP PORT [--window [IP:PORT]]", "its port"},
		{"client", []string{"127.0.0.1", "5000", "--window", "x"}, "client IP PORT [--window [IP:PORT]]", `"x"`},
		{"mess_chat", []string{"8000"}, "mess_chat [IP:]PORT NAME [AMQP_URL]", "a name"},
		{"mess_chat", []string{"x", "ann"}, "mess_chat [IP:]PORT NAME [AMQP_URL]", `"x"`},
		{"mess_chat", []string{"8000", "ann", "x"}, "mess_chat [IP:]PORT NAME [AMQP_URL]", `"x"`},
	}
	for _, test := range tests {
		err := reference.Run(t.Context(), test.program, test.args, strings.NewReader(""), io.Discard)
		var usage *reference.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%s %q: got %v, want a usage error", test.program, test.args, err)
			continue
		}
		if usage.Usage != test.usage || !strings.Contains(usage.Problem, test.problem) {
			t.Errorf("%s %q: got %v", test.program, test.args, err)
		}
		if text := err.Error(); !strings.Contains(text, usage.Usage) || !strings.Contains(text, usage.Problem) {
			t.Errorf("%q leaves something out", text)
		}
	}
}

func TestFailure(t *testing.T) {
	nowhere := loopback.Nowhere(t).String()
	err := start(t, "chat5", "ann", loopback.Port(t), nowhere).End()
	var usage *reference.UsageError
	if err == nil || errors.As(err, &usage) || !strings.HasPrefix(err.Error(), "chat5: ") {
		t.Errorf("got %v", err)
	}
}

func TestPeersTalk(t *testing.T) {
	annPort, bobPort := loopback.Port(t), loopback.Port(t)
	ann := start(t, "chat", "ann", annPort, "127.0.0.1:"+bobPort)
	bob := start(t, "chat", "bob", bobPort, "127.0.0.1:"+annPort)
	// Neither port need be open yet: who is early tries again.
	for shown := ""; shown != "ann: are you there?"; shown, _ = bob.ShownYet() {
		ann.Type("are you there?")
	}
	bob.Type("yes")
	for shown := ""; shown != "bob: yes"; shown = ann.Shown() {
	}
	ann.Type("exit")
	ann.WantEnd()
	bob.Type("exit")
	bob.WantEnd()
}

func TestClientsTalk(t *testing.T) {
	address := loopback.Nowhere(t).String()
	server := start(t, "server5", address)
	server.WantShown("waiting for clients on " + address)
	clients := map[string]*loopback.Program{}
	for _, name := range []string{"ann", "bob", "eve"} {
		at := loopback.Port(t)
		clients[name] = start(t, "chat5", name, at, address)
		server.WantShown("127.0.0.1:" + at + " subscribed")
	}
	clients["ann"].Type("hello")
	clients["bob"].WantShown("ann: hello")
	clients["eve"].WantShown("ann: hello")
	clients["bob"].Type("exit")
	clients["bob"].WantEnd()
	if shown := server.Shown(); !strings.HasSuffix(shown, " unsubscribed") {
		t.Errorf("the server shows %q", shown)
	}
	clients["eve"].Type("bye")
	clients["ann"].WantShown("eve: bye")
	for _, name := range []string{"ann", "eve"} {
		clients[name].Type("exit")
		clients[name].WantEnd()
		clients[name].WantNothingMore()
	}
	clients["bob"].WantNothingMore()
	server.Cancel()
	server.WantEnd()
}

// TestZeroMQ runs each client with each server that serves it.
func TestZeroMQ(t *testing.T) {
	for _, name := range []string{"post_server", "pub_server", "interactive_server", "mc_server"} {
		t.Run(name, func(t *testing.T) {
			address := loopback.Nowhere(t)
			ip, post, pub := address.Addr().String(), fmt.Sprint(address.Port()), fmt.Sprint(loopback.Nowhere(t).Port())
			args := []string{ip, post, pub}
			if name == "post_server" {
				args = args[:2]
			}
			server := start(t, name, args...)
			if shown := server.Shown(); !strings.HasPrefix(shown, "waiting for posts on "+address.String()) {
				t.Errorf("the server shows %q", shown)
			}
			switch name {
			case "post_server":
				start(t, "post_client", ip, post, "ann", "hello").WantEnd()
			case "mc_server":
				testTalk(t, start(t, "mc_client", ip, post, pub, "a", "ann"), start(t, "mc_client", ip, post, pub, "a", "bob"))
			default:
				testTalk(t, start(t, "interactive_client", ip, post, pub, "ann"), start(t, "interactive_client", ip, post, pub, "bob"))
				testTalk(t, start(t, "interactive_client", ip, post, pub, "ann"), start(t, "pub_client", ip, pub))
			}
			server.Cancel()
			server.WantEnd()
		})
	}
}

// testTalk has ann say something until bob, who may have just come, sees it.
func testTalk(t *testing.T, ann, bob *loopback.Program) {
	t.Helper()
	for shown := ""; !strings.HasPrefix(shown, "ann: hello ("); shown, _ = bob.ShownYet() {
		ann.Type("hello")
	}
	ann.EndInput(nil)
	ann.WantEnd()
	bob.Cancel()
	bob.WantEnd()
}
