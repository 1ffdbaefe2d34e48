// Command bench measures what the harness adds to the programs that it runs:
// it judges a target, and then starts and stops the same programs bare.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/program"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// A sample is a submission that stands for those of its kind.
type sample struct{ kind, folder string }

// A measured assignment is measured by its reference, and by samples.
type measured struct {
	id      string
	samples []sample
}

func assignments() []measured {
	return []measured{
		{"tcp-peer", []sample{{"Python", "fixtures/submissions/tcp-peer/python-threads"}}},
		{"zmq", []sample{{"Python", "fixtures/submissions/zmq/python-reqrep-json"}}},
		{"rabbitmq", []sample{{"Python", "fixtures/submissions/rabbitmq/python-fastapi-connection-per-request"}}},
		{"rooms", []sample{{"Python", "fixtures/submissions/rooms/python-fastapi-dataclasses"}}},
		{"http", []sample{{"Python", "fixtures/submissions/http/python-loose-lines"}, {"PyQt5", "fixtures/submissions/http/python-pyqt5-windows"}}},
	}
}

func main() {
	rounds := flag.Int("rounds", 5, "how often each is measured; the median is shown")
	jobs := flag.Int("jobs", runtime.NumCPU(), "scenarios, and bare programs, at a time")
	every := flag.Int("every", 10, "every so manyth mutant is also proved with waits to the deadlines, which takes long")
	only := flag.String("only", "", "what alone is measured: an assignment, brokers, mutants, or class")
	class := flag.Int("class", 100, "submissions of the class that is graded")
	flag.Parse()
	if *rounds < 1 || *jobs < 1 || *every < 1 || *class < 1 {
		fmt.Fprintln(os.Stderr, "bench: -rounds, -jobs, -every and -class must be at least 1")
		os.Exit(2)
	}
	if err := bench(context.Background(), *only, *rounds, *jobs, *every, *class); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

// A part is something that can be measured by itself.
type part struct {
	name    string
	measure func() error
}

func bench(ctx context.Context, only string, rounds, jobs, every, class int) error {
	catalogue, err := features.Read(features.Files)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "chatspec-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "reference")
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./reference/main").CombinedOutput(); err != nil {
		return fmt.Errorf("building the reference: %w: %s", err, output)
	}
	var parts []part
	for _, a := range assignments() {
		parts = append(parts, part{a.id, func() error { return compareAll(ctx, catalogue, binary, a, rounds, jobs) }})
	}
	parts = append(parts,
		part{"brokers", func() error { return compareBrokers(ctx, rounds) }},
		part{"mutants", func() error { return compareMutants(ctx, catalogue, jobs, every) }},
		part{"class", func() error { return compareClass(ctx, catalogue, class) }},
	)
	if only != "" {
		parts = slices.DeleteFunc(parts, func(p part) bool { return p.name != only })
	}
	if len(parts) == 0 {
		return fmt.Errorf("there is no %q to be measured", only)
	}
	fmt.Printf("%d rounds, %d at a time; wall and processor time a scenario\n\n", rounds, jobs)
	fmt.Printf("%-9s %-10s %-9s %9s %8s %12s %10s %10s %10s %10s %7s %7s\n",
		"", "target", "isolation", "scenarios", "in all", "scenarios/s", "wall", "bare wall", "CPU", "bare CPU", "wall ×", "CPU ×")
	for _, part := range parts {
		if err := part.measure(); err != nil {
			return fmt.Errorf("measuring %s: %w", part.name, err)
		}
	}
	fmt.Printf("\nmemory of the harness at its peak: %d MiB\n", peakMemory()>>20)
	return nil
}

// compareAll measures the reference of an assignment, and its samples.
func compareAll(ctx context.Context, catalogue features.Catalogue, binary string, a measured, rounds, jobs int) error {
	known, _ := catalogue.Assignment(a.id)
	if err := compare(ctx, known, "reference", target.Reference(catalogue.HandedIn(), binary).For(a.id), rounds, jobs); err != nil {
		return err
	}
	for _, s := range a.samples {
		submission, err := target.Open(ctx, s.folder, target.Request{Asker: target.Here{}, Known: catalogue.HandedIn(), Assignments: []string{a.id}})
		if err != nil {
			return err
		}
		if err := compare(ctx, known, s.kind, submission, rounds, jobs); err != nil {
			return err
		}
	}
	return nil
}

// A cost is what something took.
type cost struct{ wall, cpu time.Duration }

// ways are the ways of isolation that are measured.
func ways() []sandbox.Isolation {
	if err := sandbox.Check(); err != nil {
		fmt.Println("left out:", err)
		return []sandbox.Isolation{sandbox.Shared}
	}
	return []sandbox.Isolation{sandbox.Shared, sandbox.OwnHost}
}

// compare prints the costs of judging in each way, and of the same programs
// bare. All are measured in turn, so that a machine that is slow for a while is
// slow for all.
func compare(ctx context.Context, known features.Assignment, name string, t *target.Target, rounds, jobs int) error {
	judged := map[sandbox.Isolation][]cost{}
	var bare []cost
	var scenarios int
	all := ways()
	for range rounds {
		var starts [][]string
		for _, way := range all {
			c, err := measure(func() error {
				count, started, err := judge(ctx, known, t, jobs, way)
				if way == sandbox.Shared {
					scenarios, starts = count, started
				}
				return err
			})
			if err != nil {
				return err
			}
			judged[way] = append(judged[way], c)
		}
		c, err := measure(func() error { return runBare(t, starts, jobs) })
		if err != nil {
			return err
		}
		bare = append(bare, c)
	}
	for _, way := range all {
		row(known.ID, name, way, scenarios, median(judged[way]), median(bare))
	}
	return nil
}

func row(assignment, name string, way sandbox.Isolation, scenarios int, with, without cost) {
	each := func(d time.Duration) time.Duration {
		return (d / time.Duration(scenarios)).Round(10 * time.Microsecond)
	}
	fmt.Printf("%-9s %-10s %-9s %9d %8v %12.1f %10v %10v %10v %10v %7.2f %7.2f\n",
		assignment, name, way, scenarios, with.wall.Round(100*time.Millisecond), float64(scenarios)/with.wall.Seconds(),
		each(with.wall), each(without.wall), each(with.cpu), each(without.cpu),
		with.wall.Seconds()/without.wall.Seconds(), with.cpu.Seconds()/without.cpu.Seconds())
}

// measure takes the time of do, and the processor time of this process and of
// its children.
func measure(do func() error) (cost, error) {
	begun, before := time.Now(), processorTime()
	err := do()
	return cost{time.Since(begun), processorTime() - before}, err
}

func processorTime() time.Duration {
	var total time.Duration
	for _, whose := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if syscall.Getrusage(whose, &usage) == nil {
			total += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
		}
	}
	return total
}

// peakMemory is the resident memory of this process at its peak, in bytes.
func peakMemory() int64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return usage.Maxrss << 10
}

func median(costs []cost) cost {
	return cost{
		wall: middle(costs, func(c cost) time.Duration { return c.wall }),
		cpu:  middle(costs, func(c cost) time.Duration { return c.cpu }),
	}
}

// judge runs all scenarios and lists the programs that they started.
func judge(ctx context.Context, known features.Assignment, t *target.Target, jobs int, way sandbox.Isolation) (scenarios int, starts [][]string, err error) {
	run, err := stage.NewRun(ctx, t, stage.Options{Isolate: way})
	if err != nil {
		return 0, nil, err
	}
	defer run.Close()
	outcomes, err := vocabularies.Run(ctx, run, known, steps.Options{Features: features.Files, Jobs: jobs})
	if err != nil {
		return 0, nil, err
	}
	for _, outcome := range outcomes {
		if outcome.Verdict != grading.Passed && outcome.Verdict != grading.Unverified {
			return 0, nil, fmt.Errorf("%s %s: %s", outcome.Rule, outcome.Scenario, outcome.Failure.Observed)
		}
	}
	return len(outcomes), run.Starts(), nil
}

// runBare starts each program, waits until it is at rest or has ended, and kills it.
func runBare(t *target.Target, starts [][]string, jobs int) error {
	places := make(chan struct{}, jobs)
	errs := make(chan error, len(starts))
	var running sync.WaitGroup
	for _, argv := range starts {
		running.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			errs <- startAndStop(t, argv)
		})
	}
	running.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func startAndStop(t *target.Target, argv []string) error {
	p, err := program.Start(program.Spec{
		Argv: argv, Dir: filepath.Join(t.Folder, folderOf(t, argv)), Env: os.Environ(), Input: program.Terminal, Mark: "bench",
	}, deaf{})
	if err != nil {
		return err
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for before := ""; ; {
		doing, blocked := p.Activity()
		if blocked && doing == before {
			break
		}
		before = doing
		select {
		case <-tick.C:
			continue
		case <-p.Exited():
		}
		break
	}
	p.Kill()
	<-p.Exited()
	return nil
}

// folderOf is the folder of the program that a command line starts.
func folderOf(t *target.Target, argv []string) string {
	for _, spec := range t.Programs {
		if n := len(spec.Launch); n <= len(argv) && slices.Equal(argv[:n], spec.Launch) {
			return spec.Dir
		}
	}
	return "."
}

// deaf watches a program and keeps nothing.
type deaf struct{}

// Printed implements program.Watcher.
func (deaf) Printed(program.Output) {}

// Flooded implements program.Watcher.
func (deaf) Flooded() {}

// Clogged implements program.Watcher.
func (deaf) Clogged() {}

// Exited implements program.Watcher.
func (deaf) Exited(string) {}

func middle(costs []cost, of func(cost) time.Duration) time.Duration {
	sorted := slices.SortedFunc(slices.Values(costs), func(a, b cost) int { return cmp.Compare(of(a), of(b)) })
	return of(sorted[len(sorted)/2])
}
