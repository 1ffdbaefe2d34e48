package main_test

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// completions are what is offered for the last of some arguments, without what is said of it.
func completions(t *testing.T, args ...string) []string {
	t.Helper()
	got := chatspec(t, call{args: append([]string{"__complete"}, args...)})
	if got.status != 0 {
		t.Fatalf("it ends with %d and says %q", got.status, got.stderr)
	}
	var words []string
	for line := range strings.Lines(got.stdout) {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		words = append(words, word)
	}
	return words
}

func TestAShellIsToldWhatMayFollow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed  string
		offers []string
	}{
		{"run --assignment tcp-", []string{"tcp-peer", "tcp-server"}},
		{"run --rule PEER-3.", []string{"PEER-3.1", "PEER-3.2"}},
		{"run --rule PEER-3.1,PEER-3.", []string{"PEER-3.1,PEER-3.2"}},
		{"run --format cl", []string{"classroom50"}},
		{"run --isolate ", []string{"auto", "host", "container", "none"}},
		{"run re", []string{"reference"}},
		{"grade --unsteady r", []string{"review"}},
		{"grade --for m", []string{"moodle"}},
		{"explain ROOM-1.", []string{"ROOM-1.1"}},
		{"list z", []string{"zmq"}},
		{"reference post_", []string{"post_server", "post_client"}},
		{"reference rooms/", []string{"rooms/mess_chat"}},
		{"ver", []string{"version"}},
		{"completion f", []string{"fish"}},
	} {
		t.Run(c.typed, func(t *testing.T) {
			t.Parallel()
			offered := completions(t, strings.Split(c.typed, " ")...)
			for _, want := range c.offers {
				if !slices.Contains(offered, want) {
					t.Errorf("%q is not among %q", want, offered)
				}
			}
		})
	}
	if offered := completions(t, "explain", "PEER-1.1", "P"); slices.ContainsFunc(offered, func(word string) bool { return strings.HasPrefix(word, "PEER") }) {
		t.Errorf("a second rule is offered: %q", offered)
	}
}

func TestThereIsAScriptForEachShell(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		got := chatspec(t, call{args: []string{"completion", shell}})
		if got.status != 0 || !strings.Contains(got.stdout, "__complete") {
			t.Errorf("%s: it ends with %d and writes %q", shell, got.status, got.stdout)
		}
		if shell != "bash" {
			continue
		}
		reads := exec.Command("bash", "-n")
		reads.Stdin = bytes.NewBufferString(got.stdout)
		if said, err := reads.CombinedOutput(); err != nil {
			t.Errorf("bash does not read it: %v\n%s", err, said)
		}
	}
}
