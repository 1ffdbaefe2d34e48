// Command bench measures what the harness adds to the programs that it runs:
// it judges a target, and then starts and stops the same programs bare.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/host"
	"github.com/chatspec/chatspec/fixtures/program"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
)

// assignment is what is measured: each of its programs listens by itself, so
// that bare ones do what judged ones do until they are ready.
const assignment = "tcp-peer"

// sample is the submission that stands for those in Python.
const sample = "fixtures/submissions/tcp-peer/python-threads"

func main() {
	host.TakeOver()
	rounds := flag.Int("rounds", 5, "how often each is measured; the median is shown")
	jobs := flag.Int("jobs", runtime.NumCPU(), "scenarios, and bare programs, at a time")
	flag.Parse()
	if err := bench(context.Background(), *rounds, *jobs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

func bench(ctx context.Context, rounds, jobs int) error {
	dir, err := os.MkdirTemp("", "chatspec-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "reference")
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./reference/main").CombinedOutput(); err != nil {
		return fmt.Errorf("building the reference: %w: %s", err, output)
	}
	reference := target.Reference(binary)
	reference.Assignments = []string{assignment}
	python, err := target.Open(ctx, sample, []string{assignment})
	if err != nil {
		return err
	}
	fmt.Printf("%d rounds, %d at a time; wall and processor time a scenario\n\n", rounds, jobs)
	fmt.Printf("%-10s %-9s %9s %12s %10s %10s %10s %10s %7s %7s\n",
		"target", "isolation", "scenarios", "scenarios/s", "wall", "bare wall", "CPU", "bare CPU", "wall ×", "CPU ×")
	for _, subject := range []struct {
		name   string
		target *target.Target
	}{{"reference", reference}, {"Python", python}} {
		if err := compare(ctx, subject.name, subject.target, rounds, jobs); err != nil {
			return fmt.Errorf("measuring %s: %w", subject.name, err)
		}
	}
	if err := compareFailing(ctx, jobs); err != nil {
		return fmt.Errorf("measuring what fails: %w", err)
	}
	fmt.Printf("\nmemory of the harness at its peak: %d MiB\n", peakMemory()>>20)
	return nil
}

// A cost is what something took.
type cost struct{ wall, cpu time.Duration }

// ways are the ways of isolation that are measured.
func ways() []stage.Isolation {
	if err := stage.CheckHosts(); err != nil {
		fmt.Println("left out:", err)
		return []stage.Isolation{stage.Shared}
	}
	return []stage.Isolation{stage.Shared, stage.OwnHost}
}

// compare prints the costs of judging in each way, and of the same programs
// bare. All are measured in turn, so that a machine that is slow for a while is
// slow for all.
func compare(ctx context.Context, name string, t *target.Target, rounds, jobs int) error {
	judged := map[stage.Isolation][]cost{}
	var bare []cost
	var scenarios int
	all := ways()
	for range rounds {
		var starts [][]string
		for _, way := range all {
			c, err := measure(func() error {
				count, started, err := judge(ctx, t, jobs, way)
				if way == stage.Shared {
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
		row(name, way, scenarios, median(judged[way]), median(bare))
	}
	return nil
}

func row(name string, way stage.Isolation, scenarios int, with, without cost) {
	each := func(d time.Duration) time.Duration {
		return (d / time.Duration(scenarios)).Round(10 * time.Microsecond)
	}
	fmt.Printf("%-10s %-9s %9d %12.1f %10v %10v %10v %10v %7.2f %7.2f\n",
		name, way, scenarios, float64(scenarios)/with.wall.Seconds(),
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
func judge(ctx context.Context, t *target.Target, jobs int, way stage.Isolation) (scenarios int, starts [][]string, err error) {
	run, err := stage.NewRun(t, stage.Options{Isolate: way})
	if err != nil {
		return 0, nil, err
	}
	defer run.Close()
	outcomes, err := steps.Run(ctx, run, steps.Options{Features: features.Files, Assignments: []string{assignment}, Jobs: jobs})
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

// runBare starts each program, waits until it listens, and kills it.
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
	spec, err := t.Program("chat")
	if err != nil {
		return err
	}
	port, err := strconv.ParseUint(argv[len(spec.Launch)+1], 10, 16)
	if err != nil {
		return err
	}
	at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
	p, err := program.Start(program.Spec{
		Argv: argv, Dir: filepath.Join(t.Folder, spec.Dir), Env: os.Environ(), Input: program.Terminal, Mark: "bench",
	}, deaf{})
	if err != nil {
		return err
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	lookout := p.Lookout(at)
	defer lookout.Close()
	for len(lookout.Listening()) == 0 {
		select {
		case <-tick.C:
		case <-p.Exited():
			return fmt.Errorf("%v ended before it listened", argv)
		}
	}
	p.Kill()
	<-p.Exited()
	return nil
}

// deaf watches a program and keeps nothing.
type deaf struct{}

// Printed implements program.Watcher.
func (deaf) Printed(string, bool) {}

// Flooded implements program.Watcher.
func (deaf) Flooded() {}

// Exited implements program.Watcher.
func (deaf) Exited(string) {}

func middle(costs []cost, of func(cost) time.Duration) time.Duration {
	sorted := slices.SortedFunc(slices.Values(costs), func(a, b cost) int { return cmp.Compare(of(a), of(b)) })
	return of(sorted[len(sorted)/2])
}
