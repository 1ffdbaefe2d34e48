package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/mutants"
	"github.com/chatspec/chatspec/grading"
)

// tried is a mutant that breaks rules, separated by spaces, and what its run
// came to, as in `PEER-1.1 failed`.
func tried(name, breaks string, verdicts ...string) trial {
	t := trial{mutant: mutants.Mutant{Name: name, Breaks: strings.Fields(breaks), Fault: "fault of " + name}}
	for _, text := range verdicts {
		id, verdict, _ := strings.Cut(text, " ")
		scenarios := []grading.Scenario{{Name: "first", Verdict: grading.Passed}}
		if grading.Verdict(verdict) != grading.Passed {
			scenarios = append(scenarios, grading.Scenario{Name: "second", Verdict: grading.Verdict(verdict), Failure: &grading.Failure{Expected: "this", Observed: "that"}})
		}
		t.result.Rules = append(t.result.Rules, grading.Rule{ID: id, Verdict: grading.Verdict(verdict), Scenarios: scenarios})
	}
	return t
}

func TestWhatAProofLacks(t *testing.T) {
	rules := []string{"PEER-1.1", "PEER-1.2"}
	one := tried("one", "PEER-1.1", "PEER-1.1 failed", "PEER-1.2 passed")
	two := tried("two", "PEER-1.2", "PEER-1.1 passed", "PEER-1.2 failed")
	for _, c := range []struct {
		name  string
		proof proof
		want  []string
	}{
		{"nothing", proof{rules: rules, whole: true, trials: []trial{one, two}}, nil},
		{"what it needs is blocked with it", proof{rules: rules, whole: true, trials: []trial{
			tried("one", "PEER-1.1", "PEER-1.1 failed", "PEER-1.2 blocked"), two,
		}}, nil},
		{"a mutant is missed", proof{rules: rules, whole: true, trials: []trial{
			tried("one", "PEER-1.1", "PEER-1.1 passed", "PEER-1.2 passed"), two,
		}}, []string{"one breaks PEER-1.1 and is missed by it: its scenarios passed"}},
		{"a mutant is missed since its rule is blocked", proof{rules: rules, whole: true, trials: []trial{
			one, tried("two", "PEER-1.2", "PEER-1.1 passed", "PEER-1.2 blocked"),
		}}, []string{"two breaks PEER-1.2 and is missed by it: second is blocked: expected this, observed that"}},
		{"a mutant is missed since its rule was not run", proof{rules: rules, whole: true, trials: []trial{
			one, tried("two", "PEER-1.2", "PEER-1.1 passed"),
		}}, []string{"two breaks PEER-1.2 and is missed by it: it was not run"}},
		{"a mutant is caught elsewhere, too", proof{rules: rules, whole: true, trials: []trial{
			tried("one", "PEER-1.1", "PEER-1.1 failed", "PEER-1.2 failed"), two,
		}}, []string{"one does not break PEER-1.2, which fails on it: second is failed: expected this, observed that"}},
		{"a mutant is caught elsewhere only", proof{rules: rules, whole: true, trials: []trial{
			tried("one", "PEER-1.1", "PEER-1.1 passed", "PEER-1.2 failed"), two,
		}}, []string{
			"one breaks PEER-1.1 and is missed by it: its scenarios passed",
			"one does not break PEER-1.2, which fails on it: second is failed: expected this, observed that",
		}},
		{"a rule has no mutant", proof{rules: rules, whole: true, trials: []trial{one}},
			[]string{"PEER-1.2 has no mutant that breaks it alone"}},
		{"a rule has only mutants that break others as well", proof{rules: rules, whole: true, trials: []trial{
			one, tried("both", "PEER-1.1 PEER-1.2", "PEER-1.1 failed", "PEER-1.2 failed"),
		}}, []string{"PEER-1.2 has no mutant that breaks it alone"}},
		{"one of two rules misses its mutant", proof{rules: rules, whole: true, trials: []trial{
			one, two, tried("both", "PEER-1.1 PEER-1.2", "PEER-1.1 failed", "PEER-1.2 passed"),
		}}, []string{"both breaks PEER-1.2 and is missed by it: its scenarios passed"}},
		{"only some mutants were run", proof{rules: rules, trials: []trial{one}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.proof.wrongs()); diff != "" {
				t.Errorf("they differ (- wanted, + got):\n%s", diff)
			}
			var out strings.Builder
			if diff := cmp.Diff(c.want, c.proof.write(&out)); diff != "" {
				t.Errorf("what is written and returned differs (- wanted, + got):\n%s", diff)
			}
			for _, wrong := range c.want {
				if !strings.Contains(out.String(), "\n✗ "+wrong+"\n") {
					t.Errorf("%q is not written:\n%s", wrong, out.String())
				}
			}
		})
	}
}

func TestTheMatrixShowsEachRuleWithEachMutant(t *testing.T) {
	p := proof{rules: []string{"PEER-1.1", "PEER-1.2", "SERVER-1.10"}, whole: true}
	for range 9 {
		p.trials = append(p.trials, tried("right", "", "PEER-1.1 passed", "PEER-1.2 passed"))
	}
	p.trials = append(p.trials,
		tried("caught", "PEER-1.1", "PEER-1.1 failed", "PEER-1.2 blocked"),
		tried("missed", "PEER-1.2", "PEER-1.1 failed", "PEER-1.2 unverified"),
		tried("server", "SERVER-1.10", "SERVER-1.10 failed"),
	)
	var out strings.Builder
	p.write(&out)
	_, matrix, _ := strings.Cut(out.String(), "\n\n")
	want := `● caught by its rule   ○ missed   ✗ caught elsewhere   – not judged, since it needs what failed
             000000000111
             123456789012
PEER-1.1     ·········●✗ 
PEER-1.2     ·········–○ 
SERVER-1.10             ●

✗ missed breaks PEER-1.2 and is missed by it: second is unverified: expected this, observed that
✗ missed does not break PEER-1.1, which fails on it: second is failed: expected this, observed that
12 mutants, 3 rules: 2 wrong
`
	if diff := cmp.Diff(want, matrix); diff != "" {
		t.Errorf("it differs (- wanted, + got):\n%s", diff)
	}
	if list := strings.Split(out.String(), "\n")[9:12]; !slices.Equal(list, []string{" 10  caught: fault of caught", " 11  missed: fault of missed", " 12  server: fault of server"}) {
		t.Errorf("the mutants are %q", list)
	}
}

// A pattern that fits no mutant would prove nothing.
func TestNothingIsNotAProof(t *testing.T) {
	t.Chdir("../..")
	if _, err := load(options{only: "no such mutant", atOnce: 1, jobs: 1}); err == nil || err.Error() != `no mutant is called like "no such mutant": their names are those of the patches in fixtures/mutants` {
		t.Errorf("the error is %v", err)
	}
	t.Chdir(t.TempDir())
	if _, err := load(options{only: "", atOnce: 1, jobs: 1}); err == nil || err.Error() != "there are no mutants in fixtures/mutants: it is run at the top of a checkout of chatspec" {
		t.Errorf("elsewhere the error is %v", err)
	}
}

func TestAPatternThatIsNoneIsRefused(t *testing.T) {
	if _, err := load(options{only: "(", atOnce: 1, jobs: 1}); err == nil || !strings.HasPrefix(err.Error(), "reading --only: ") {
		t.Errorf("the error is %v", err)
	}
}

func TestNobodyAtOnceIsRefused(t *testing.T) {
	for _, numbers := range [][2]int{{0, 1}, {1, 0}, {-1, 1}} {
		if _, err := load(options{only: "", atOnce: numbers[0], jobs: numbers[1]}); err == nil || !strings.HasPrefix(err.Error(), "--at-once and --jobs must be at least 1, not ") {
			t.Errorf("of %v the error is %v", numbers, err)
		}
	}
}

func TestAProofCanBeGivenUp(t *testing.T) {
	t.Chdir("../..")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := proveIn(ctx, "none", options{only: "^seq-from-one$", atOnce: 1, jobs: 1}); err == nil {
		t.Error("it goes on")
	}
}

func TestTheFirstErrorIsTold(t *testing.T) {
	first := errors.New("first")
	if got := firstOf([]error{nil, first, errors.New("second"), nil}); got != first {
		t.Errorf("it is %v", got)
	}
	if got := firstOf([]error{nil, nil}); got != nil {
		t.Errorf("it is %v", got)
	}
}

// TestOneMutantIsCaught runs a whole proof of one mutant, and one by its own rules.
func TestOneMutantIsCaught(t *testing.T) {
	t.Run("by all rules", func(t *testing.T) {
		if judged := provesOne(t, options{only: "^seq-from-one$", atOnce: 1, jobs: 4}); len(judged) < 20 {
			t.Errorf("it is judged by %v only", judged)
		}
	})
	t.Run("by its own", func(t *testing.T) {
		judged := provesOne(t, options{only: "^seq-from-one$", own: true, atOnce: 1, jobs: 4})
		if want := []string{"PEER-2.1", "PEER-2.3", "PEER-3.2"}; !slices.Equal(judged, want) {
			t.Errorf("it is judged by %v, want %v", judged, want)
		}
	})
}

// provesOne proves that seq-from-one is caught by PEER-3.2, and returns the rules by which it was judged.
func provesOne(t *testing.T, o options) (judged []string) {
	t.Helper()
	t.Chdir("../..")
	all, err := load(o)
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	workshop, err := mutants.Open(t.Context(), ".", t.TempDir(), catalogue.HandedIn(), all)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	p, err := prove(t.Context(), &out, catalogue, workshop, all, o)
	if err != nil {
		t.Fatal(err)
	}
	if want := "● seq-from-one is caught by PEER-3.2\n"; out.String() != want {
		t.Errorf("it is told as %q, want %q", out.String(), want)
	}
	if wrongs := p.wrongs(); len(p.trials) != 1 || len(wrongs) > 0 || !slices.Equal(p.trials[0].failed(), []string{"PEER-3.2"}) {
		t.Errorf("of %d mutants these fail: %v; wrong is %q", len(p.trials), p.trials[0].failed(), wrongs)
	}
	for _, rule := range p.trials[0].result.Rules {
		judged = append(judged, rule.ID)
	}
	return judged
}

// A teller gives a proof up as soon as something is told.
type teller struct {
	strings.Builder
	giveUp func()
}

func (t *teller) Write(p []byte) (int, error) {
	t.giveUp()
	return t.Builder.Write(p)
}

func TestAProofThatIsBrokenOffHasToldWhatWasDone(t *testing.T) {
	t.Chdir("../..")
	o := options{only: "^(seq-from-one|prints-raw-json)$", atOnce: 1, jobs: 4}
	all, err := load(o)
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := features.Read(features.Files)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	workshop, err := mutants.Open(ctx, ".", t.TempDir(), catalogue.HandedIn(), all)
	if err != nil {
		t.Fatal(err)
	}
	out := &teller{giveUp: cancel}
	if _, err := prove(ctx, out, catalogue, workshop, all, o); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if told := strings.Count(out.String(), "\n"); len(all) != 2 || told != 1 {
		t.Errorf("of %d mutants %d are told:\n%s", len(all), told, out.String())
	}
}

func TestAMutantIsToldAsWhatItCameTo(t *testing.T) {
	for _, c := range []struct {
		trial trial
		want  string
	}{
		{tried("one", "PEER-1.1", "PEER-1.1 failed", "PEER-1.2 blocked"), "● one is caught by PEER-1.1\n"},
		{tried("both", "PEER-1.1 PEER-1.2", "PEER-1.1 failed", "PEER-1.2 failed"), "● both is caught by PEER-1.1 PEER-1.2\n"},
		{tried("two", "PEER-1.1", "PEER-1.1 passed", "PEER-1.2 failed"), "✗ two breaks PEER-1.1 and is missed by it: its scenarios passed\n" +
			"✗ two does not break PEER-1.2, which fails on it: second is failed: expected this, observed that\n"},
	} {
		var out strings.Builder
		c.trial.write(&out)
		if out.String() != c.want {
			t.Errorf("%s is told as %q, want %q", c.trial.mutant.Name, out.String(), c.want)
		}
	}
}

func TestPartsAreSelectedByTheirTags(t *testing.T) {
	for want, parts := range map[string][]string{"": nil, "@part-3": {"3"}, "@part-1,@part-2": {"1", "2"}} {
		if got := tagsOf(parts, true); got != want {
			t.Errorf("of %q they are %q, want %q", parts, got, want)
		}
	}
}

func TestAProgramOnATerminalIsAskedForNoWindows(t *testing.T) {
	for want, parts := range map[string][]string{"~@windows": nil, "@part-1,@part-2 && ~@windows": {"1", "2"}} {
		if got := tagsOf(parts, false); got != want {
			t.Errorf("of %q they are %q, want %q", parts, got, want)
		}
	}
}

func TestAnAssignmentCanBeLeftOut(t *testing.T) {
	t.Chdir("../..")
	all, err := load(options{atOnce: 1, jobs: 1, leaveOut: "zmq,tcp-peer"})
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]bool{}
	for _, m := range all {
		of[m.Assignment] = true
	}
	if of["zmq"] || of["tcp-peer"] || !of["tcp-server"] || !of["rabbitmq"] {
		t.Errorf("there are mutants of %v", of)
	}
}
