package zmq

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
)

// A program may have several addresses. On a host of its own it is reached at
// each, also where it listens elsewhere than it should.
func TestAProgramWithTwoAddresses(t *testing.T) {
	for _, c := range []struct {
		name   string
		way    sandbox.Isolation
		listen func(told []netip.AddrPort) []netip.AddrPort
	}{
		{"on the machine", sandbox.Shared, func(told []netip.AddrPort) []netip.AddrPort { return told }},
		{"on a host", sandbox.OwnHost, func(told []netip.AddrPort) []netip.AddrPort { return told }},
		{"one elsewhere", sandbox.OwnHost, func(told []netip.AddrPort) []netip.AddrPort {
			return []netip.AddrPort{told[0], netip.MustParseAddrPort("127.0.0.1:5556")}
		}},
		{"both elsewhere", sandbox.OwnHost, func([]netip.AddrPort) []netip.AddrPort {
			return []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:5555"), netip.MustParseAddrPort("127.0.0.1:5556")}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			stagetest.NeedsIsolation(t, c.way)
			w := open(t, runOf(t, targetOf(t), stage.Options{Patience: 0.2, Isolate: c.way}))
			var told []netip.AddrPort
			for range 2 {
				addr, err := w.Stage.Loopback()
				must(t, err)
				told = append(told, addr)
			}
			server := stagetest.PerformAs(t, w.Stage, stage.Start{Name: "server", Program: "puppet", Listens: told})
			for _, at := range c.listen(told) {
				server.Do("listen %s", at)
			}
			must(t, w.Stage.AwaitReady(bounded(t), "server"))
			ann := perform(t, w.Stage, "ann")
			for door, far := range told {
				near, err := w.Stage.Link("ann", "server", far, door)
				must(t, err)
				ann.Do("connect %s", near)
				ann.Do("send at door %d", door)
				must(t, w.awaitCarried(bounded(t), "ann", "server", fmt.Sprintf("at door %d", door)))
			}
			var doors []int
			for _, e := range w.Stage.Journal() {
				if e.Kind == journal.Connected && e.From == "ann" {
					doors = append(doors, e.Door)
				}
			}
			if len(doors) != 2 || doors[0] != 0 || doors[1] != 1 {
				t.Errorf("ann has come to the doors %v", doors)
			}
		})
	}
}

func TestWhatStandsInBracketsIsFoundOnTheScreen(t *testing.T) {
	for output, want := range map[string]string{
		`ann: a word (12:00)`:                        "12:00",
		`  | ann : a word  ( Fri Nov 20 ) | 7`:       " Fri Nov 20 ",
		`\x1b[1mann\x1b[0m:\x1b[3m a word (now)`:     "now",
		`> \rann: a word (datetime(2026, 11, (20)))`: "datetime(2026, 11, (20))",
	} {
		w := open(t, newRun(t, forEver))
		ann := perform(t, w.Stage, "ann")
		ann.Do("show %s", "ann: something else (1)")
		ann.Do("print %s", output)
		got, err := w.awaitBrackets(bounded(t), "ann", "ann: a word")
		if err != nil || got != want {
			t.Errorf("of %s it is %q (%v), want %q", output, got, err, want)
		}
	}
	w := open(t, newRun(t, forEver))
	perform(t, w.Stage, "ann").Do("show ann: a word, and (12:00)")
	_, err := w.awaitBrackets(bounded(t), "ann", "ann: a word")
	wantFailure(t, err, "ann shows ann: a word (…)", "a word, and")
}
