package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/grading"
)

// TestItIsSaidWhatIsShownWithoutTheReference, and known to who would keep it.
func TestItIsSaidWhatIsShownWithoutTheReference(t *testing.T) {
	t.Parallel()
	catalogue, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	j := judge{runOptions: runOptions{jobs: 1}, catalogue: catalogue, stderr: &said}
	if all, complete := j.reference(t.Context(), nil); len(all) > 0 || !complete || said.Len() > 0 {
		t.Errorf("where nothing has failed it is %v, complete: %t, and it is said %q", all, complete, said.String())
	}
	ended, end := context.WithCancel(t.Context())
	end()
	failed := []grading.Result{{Assignment: "tcp-peer", Rules: []grading.Rule{{ID: "PEER-1.1", Verdict: grading.Failed}}}}
	all, complete := j.reference(ended, failed)
	if want := "chatspec: tcp-peer is shown without the reference beside it: "; len(all) > 0 || complete || !strings.HasPrefix(said.String(), want) {
		t.Errorf("it is %v, complete: %t, and it is said %q", all, complete, said.String())
	}
}
