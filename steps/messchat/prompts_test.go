package messchat

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/steps"
)

// typed lists what was typed to somebody.
func typed(events []journal.Event, name string) []string {
	var all []string
	for _, e := range events {
		if e.Kind == journal.Typed && e.From == name {
			all = append(all, e.Text)
		}
	}
	return all
}

// A program that waits for its user may say a moment later what for.
func TestWhatAProgramAsksForIsAnsweredWhenAllOfItHasBeenRead(t *testing.T) {
	for _, later := range []string{"0", "0.05", "0.3"} {
		t.Run(later, func(t *testing.T) {
			t.Parallel()
			run := stagetest.NewRun(t, 1, stagetest.Python("asks", "asks.py", later))
			on := stagetest.Open(t, run, nil)
			w := NewWorld(steps.NewWorld(run, on), NewSubmission(run, steps.Services{}))
			at, err := on.Loopback()
			must(t, err)
			values := valuesOf("annika", at, netip.AddrPort{})
			must(t, on.Start(stage.Start{Name: "annika", Program: "asks", Listens: []netip.AddrPort{at}}))
			must(t, w.answerPrompts(bounded(t), "annika", values))
			if got, want := typed(on.Journal(), "annika"), []string{fmt.Sprint(at.Port()), "annika"}; !slices.Equal(got, want) {
				t.Errorf("%q is typed, want %q", got, want)
			}
			must(t, on.AwaitShown(bounded(t), "annika", "hello, annika", 0))
		})
	}
}
