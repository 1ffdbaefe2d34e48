package steps_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/stepstest"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// top is the checkout, seen from this folder.
const top = ".."

// targetVariable names the folder that TestFeatures judges.
const targetVariable = "CHATSPEC_TARGET"

func TestMain(m *testing.M) {
	os.Exit(m.Run())
}

// TestFeatures runs each scenario as a subtest: against the reference, or
// against the folder that CHATSPEC_TARGET names. Of somebody else's programs
// it leaves out what goes beyond the text.
func TestFeatures(t *testing.T) {
	folder := os.Getenv(targetVariable)
	if folder == "" {
		outcomes := stepstest.Judge(t, stepstest.Reference(t, top), stage.Options{Isolate: sandbox.Shared}, steps.Options{TestingT: t, Jobs: 4, Shuffle: true, Tags: "~@windows"})
		stepstest.ReferencePasses(t, outcomes)
		return
	}
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(top, folder)
	}
	way, _, err := sandbox.Decide(t.Context(), sandbox.Auto)
	if err != nil {
		t.Fatal(err)
	}
	subject, err := target.Open(t.Context(), folder, target.Request{Asker: sandbox.AskerIn(way), Known: stepstest.Catalogue(t).HandedIn()})
	if err != nil {
		t.Fatal(err)
	}
	stepstest.Judge(t, subject, stage.Options{Isolate: sandbox.Auto}, steps.Options{TestingT: t, Jobs: 4, Tags: "~@robust"})
}

func TestAnInterruptedRunLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	run := stagetest.RunOf(t, stepstest.Reference(t, top).For("zmq"), stage.Options{Isolate: sandbox.Auto})
	zmq, _ := stepstest.Catalogue(t).Assignment("zmq")
	_, err := vocabularies.Run(ctx, run, zmq, steps.Options{
		Features: features.Files, Jobs: 4,
		Progress: func(grading.Outcome) { cancel() },
	})
	if err != context.Canceled {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestTheRulesOfARunAreThoseOfItsTags(t *testing.T) {
	for tags, want := range map[string]int{"@PEER-3.2": 1, "@PEER-2.1": 3, "@nothing": 0} {
		got, err := steps.Rules(features.Files, []string{"tcp-peer"}, tags)
		if err != nil || len(got) != want {
			t.Errorf("%s: got %v, %v, want %d", tags, got, err, want)
		}
	}
}
