package reference_test

import (
	"context"
	"errors"
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
	for _, program := range []string{"chat", "chat5", "server5"} {
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
		{"", nil, "PROGRAM ARG ...", "chat, chat5, server5"},
		{"chta", []string{"ann"}, "PROGRAM ARG ...", `"chta"`},
		{"chat", nil, "chat NAME PORT [IP:PORT ...]", "chat: a name"},
		{"chat", []string{"ann", "port"}, "chat NAME PORT [IP:PORT ...]", `"port"`},
		{"chat5", []string{"ann", "5001"}, "chat5 NAME PORT IP:PORT", "server's address"},
		{"server5", []string{"5000"}, "server5 IP:PORT", `"5000"`},
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
