// Command prove runs every mutant and shows that each is caught by the rules
// that it breaks, and by no other.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/mutants"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "a regular expression of the mutants to run")
	flag.IntVar(&o.atOnce, "at-once", min(runtime.NumCPU(), 8), "mutants at a time")
	flag.StringVar(&o.leaveOut, "leave-out", "", "the assignments whose mutants are not run, with commas between")
	flag.BoolVar(&o.own, "own", false, "judge each mutant by the rules that it breaks only, and what these need: it is not shown that no other catches it")
	flag.IntVar(&o.jobs, "jobs", 3, "scenarios of a mutant at a time")
	isolate := flag.String("isolate", "both", "where the mutants live: host, none, or both, one after the other")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	wrongs, err := proveIn(ctx, *isolate, o)
	for _, wrong := range wrongs {
		fmt.Fprintln(os.Stderr, "prove:", wrong)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "prove:", err)
		os.Exit(2)
	}
	if len(wrongs) > 0 {
		os.Exit(1)
	}
}

// Options say what is proved.
type options struct {
	only         string
	leaveOut     string
	own          bool
	atOnce, jobs int
	isolate      sandbox.Isolation
}

// proveIn proves in one way of isolation, or in both, and lists what is wrong in
// all, since a log may show its end only. Where there is one only, the other is
// left out, but not in CI.
func proveIn(ctx context.Context, isolate string, o options) (wrongs []string, err error) {
	ways := []sandbox.Isolation{sandbox.Isolation(isolate)}
	if isolate == "both" {
		ways = []sandbox.Isolation{sandbox.Shared, sandbox.OwnHost}
		if err := sandbox.Check(); err != nil && os.Getenv("CI") != "true" {
			fmt.Println("left out:", err)
			ways = ways[:1]
		}
	}
	dir, err := os.MkdirTemp("", "chatspec-mutants-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	all, err := load(o)
	if err != nil {
		return nil, err
	}
	catalogue, err := features.Read(features.Files)
	if err != nil {
		return nil, err
	}
	workshop, err := mutants.Open(ctx, ".", dir, catalogue.HandedIn(), all)
	if err != nil {
		return nil, err
	}
	for _, way := range ways {
		o.isolate = way
		fmt.Printf("isolation: %s\n", way)
		proof, err := prove(ctx, os.Stdout, catalogue, workshop, all, o)
		if err != nil {
			return wrongs, err
		}
		fmt.Println()
		for _, wrong := range proof.write(os.Stdout) {
			wrongs = append(wrongs, fmt.Sprintf("%s: %s", way, wrong))
		}
	}
	return wrongs, nil
}

// A proof is what the mutants came to.
type proof struct {
	rules  []string
	trials []trial
	// whole is set where all mutants were run.
	whole bool
}

// A trial is one mutant and the verdicts on its rules.
type trial struct {
	mutant mutants.Mutant
	result grading.Result
}

// failed lists the rules that failed.
func (t trial) failed() []string {
	var ids []string
	for _, rule := range t.result.Rules {
		if rule.Verdict == grading.Failed {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}

// load reads the mutants that are to be run.
func load(o options) ([]mutants.Mutant, error) {
	if o.atOnce < 1 || o.jobs < 1 {
		return nil, fmt.Errorf("--at-once and --jobs must be at least 1, not %d and %d", o.atOnce, o.jobs)
	}
	pattern, err := regexp.Compile(o.only)
	if err != nil {
		return nil, fmt.Errorf("reading --only: %w", err)
	}
	all, err := mutants.Load(".")
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there are no mutants in %s: it is run at the top of a checkout of chatspec", mutants.Folder)
	}
	all = slices.DeleteFunc(all, func(m mutants.Mutant) bool {
		return !pattern.MatchString(m.Name) || slices.Contains(strings.Split(o.leaveOut, ","), m.Assignment)
	})
	if len(all) == 0 {
		return nil, fmt.Errorf("no mutant is called like %q: their names are those of the patches in %s", o.only, mutants.Folder)
	}
	return all, nil
}

// prove runs the mutants, and writes what each came to as soon as it has: a proof takes
// long, and one that is broken off has shown something, too.
func prove(ctx context.Context, w io.Writer, catalogue features.Catalogue, workshop *mutants.Workshop, all []mutants.Mutant, o options) (proof, error) {
	p := proof{rules: rulesOf(catalogue, all), trials: make([]trial, len(all)), whole: o.only == ""}
	errs := make([]error, len(all))
	places := make(chan struct{}, o.atOnce)
	var telling sync.Mutex
	var running sync.WaitGroup
	for i, m := range all {
		running.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			result, err := try(ctx, catalogue, workshop, m, o)
			p.trials[i], errs[i] = trial{m, result}, err
			if err != nil {
				return
			}
			telling.Lock()
			defer telling.Unlock()
			p.trials[i].write(w)
		})
	}
	running.Wait()
	return p, firstOf(errs)
}

// write writes what a mutant came to: a line for it, or for each thing that is wrong with it.
func (t trial) write(w io.Writer) {
	wrongs := t.wrongs()
	for _, wrong := range wrongs {
		fmt.Fprintln(w, "✗", wrong)
	}
	if len(wrongs) == 0 {
		fmt.Fprintf(w, "● %s is caught by %s\n", t.mutant.Name, strings.Join(t.mutant.Breaks, " "))
	}
}

// rulesOf lists the rules of the assignments that mutants are of.
func rulesOf(catalogue features.Catalogue, all []mutants.Mutant) []string {
	var ids []string
	for _, assignment := range catalogue.Assignments {
		if !slices.ContainsFunc(all, func(m mutants.Mutant) bool { return m.Assignment == assignment.ID }) {
			continue
		}
		for _, rule := range assignment.Rules() {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}

func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// try builds one mutant and judges it.
func try(ctx context.Context, catalogue features.Catalogue, workshop *mutants.Workshop, m mutants.Mutant, o options) (grading.Result, error) {
	t, err := workshop.Build(ctx, m)
	if err != nil {
		return grading.Result{}, err
	}
	run, err := stage.NewRun(ctx, t, stage.Options{Isolate: o.isolate})
	if err != nil {
		return grading.Result{}, err
	}
	defer run.Close()
	tags, err := selection(catalogue, workshop, m, t, o.own)
	if err != nil {
		return grading.Result{}, err
	}
	assignment, _ := catalogue.Assignment(m.Assignment)
	outcomes, err := vocabularies.Run(ctx, run, assignment, steps.Options{
		Features: features.Files,
		Tags:     tags,
		Jobs:     o.jobs,
	})
	if err != nil {
		return grading.Result{}, fmt.Errorf("judging the mutant %s: %w", m.Name, err)
	}
	return grading.Grade(assignment, grading.Sheet{Target: m.Name, Outcomes: outcomes}), nil
}

// selection is what a mutant is judged by.
func selection(catalogue features.Catalogue, workshop *mutants.Workshop, m mutants.Mutant, t *target.Target, own bool) (tags string, err error) {
	if own {
		return "@" + strings.Join(catalogue.WithNeeds(m.Breaks), ",@"), nil // which is «or» to godog
	}
	parts, err := workshop.Parts(m, t)
	return tagsOf(parts, m.HasWindows()), err
}

// tagsOf selects the parts that a mutant can behave differently in: what it does
// in the others is what the sample does. Of a program on a terminal nothing is asked about
// windows, of which it has none.
func tagsOf(parts []string, windows bool) string {
	var tags []string
	for _, part := range parts {
		tags = append(tags, "@part-"+part)
	}
	either := strings.Join(tags, ",") // which is «or» to godog
	switch {
	case windows:
		return either
	case either == "":
		return "~@windows"
	}
	return either + " && ~@windows"
}

// write writes the matrix and what is wrong with it, and returns the wrongs.
func (p proof) write(w io.Writer) []string {
	p.matrix(w)
	wrongs := p.wrongs()
	for _, wrong := range wrongs {
		fmt.Fprintln(w, "✗", wrong)
	}
	fmt.Fprintf(w, "%d mutants, %d rules: %d wrong\n", len(p.trials), len(p.rules), len(wrongs))
	return wrongs
}

// matrix writes a row for each rule, and a column for each mutant.
func (p proof) matrix(w io.Writer) {
	for i, t := range p.trials {
		fmt.Fprintf(w, "%3d  %s: %s\n", i+1, t.mutant.Name, t.mutant.Fault)
	}
	fmt.Fprintln(w, "\n● caught by its rule   ○ missed   ✗ caught elsewhere   – not judged, since it needs what failed")
	for _, digit := range []int{10, 1} {
		fmt.Fprintf(w, "%-13s", "")
		for i := range p.trials {
			fmt.Fprintf(w, "%d", (i+1)/digit%10)
		}
		fmt.Fprintln(w)
	}
	for _, id := range p.rules {
		fmt.Fprintf(w, "%-13s", id)
		for _, t := range p.trials {
			fmt.Fprint(w, mark(t, id))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
}

func mark(t trial, id string) string {
	i := slices.IndexFunc(t.result.Rules, func(r grading.Rule) bool { return r.ID == id })
	breaks := slices.Contains(t.mutant.Breaks, id)
	switch {
	case i < 0:
		return " "
	case t.result.Rules[i].Verdict == grading.Failed && breaks:
		return "●"
	case t.result.Rules[i].Verdict == grading.Failed:
		return "✗"
	case breaks:
		return "○"
	case t.result.Rules[i].Verdict == grading.Passed:
		return "·"
	}
	return "–"
}

// wrongs lists what the proof lacks.
func (p proof) wrongs() []string {
	var wrongs []string
	for _, t := range p.trials {
		wrongs = append(wrongs, t.wrongs()...)
	}
	if !p.whole {
		return wrongs
	}
	for _, id := range p.rules {
		if !slices.ContainsFunc(p.trials, func(t trial) bool { return slices.Equal(t.mutant.Breaks, []string{id}) }) {
			wrongs = append(wrongs, id+" has no mutant that breaks it alone")
		}
	}
	return wrongs
}

// wrongs lists where a mutant is missed, and where it is caught elsewhere.
func (t trial) wrongs() []string {
	var wrongs []string
	failed := t.failed()
	for _, id := range t.mutant.Breaks {
		if !slices.Contains(failed, id) {
			wrongs = append(wrongs, fmt.Sprintf("%s breaks %s and is missed by it: %s", t.mutant.Name, id, observed(t.result, id)))
		}
	}
	for _, id := range failed {
		if !slices.Contains(t.mutant.Breaks, id) {
			wrongs = append(wrongs, fmt.Sprintf("%s does not break %s, which fails on it: %s", t.mutant.Name, id, observed(t.result, id)))
		}
	}
	return wrongs
}

// observed quotes the first scenario of a rule that did not pass.
func observed(result grading.Result, id string) string {
	i := slices.IndexFunc(result.Rules, func(r grading.Rule) bool { return r.ID == id })
	if i < 0 {
		return "it was not run"
	}
	for _, scenario := range result.Rules[i].Scenarios {
		switch failure := scenario.Failure; {
		case scenario.Verdict == grading.Passed:
		case failure == nil:
			return fmt.Sprintf("%s is %s", scenario.Name, scenario.Verdict)
		default:
			return fmt.Sprintf("%s is %s: expected %s, observed %s", scenario.Name, scenario.Verdict, failure.Expected, failure.Observed)
		}
	}
	return "its scenarios passed"
}
