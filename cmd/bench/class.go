package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/mutants"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/ledger"
	"github.com/chatspec/chatspec/grading/pages"
)

// courseOf is the assignment of the class that is measured, and fullClass how many the teacher's page is measured with.
const (
	courseOf  = "zmq"
	fullClass = 500
)

// compareClass measures a class of so many against the same submissions one after the other, and the page of a full class.
func compareClass(ctx context.Context, catalogue features.Catalogue, count int) (err error) {
	dir, err := os.MkdirTemp("", "chatspec-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary := filepath.Join(dir, "chatspec")
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/chatspec").CombinedOutput(); err != nil {
		return fmt.Errorf("building chatspec: %w: %s", err, output)
	}
	ids, err := makeClass(ctx, catalogue, dir, count)
	if err != nil {
		return err
	}
	var single cost
	for _, id := range ids {
		// One after the other, each with all cores, as who judges by hand would.
		c, _, err := callOf(ctx, dir, binary, "run", filepath.Join("class", id), "--assignment", courseOf, "--format", "json")
		if err != nil {
			return fmt.Errorf("judging %s: %w", id, err)
		}
		single.wall, single.cpu = single.wall+c.wall, single.cpu+c.cpu
	}
	class, peak, err := callOf(ctx, dir, binary, "grade", "class", "--assignment", courseOf, "--out", "grades")
	if err != nil {
		return fmt.Errorf("grading the class: %w", err)
	}
	fmt.Printf("\na class of %d %s submissions, samples and mutants\n", count, courseOf)
	fmt.Printf("%-8s %10s %10s\n", "", "wall", "CPU")
	fmt.Printf("%-8s %10v %10v\n", "singly", single.wall.Round(100*time.Millisecond), single.cpu.Round(100*time.Millisecond))
	fmt.Printf("%-8s %10v %10v\n", "graded", class.wall.Round(100*time.Millisecond), class.cpu.Round(100*time.Millisecond))
	fmt.Printf("grading adds %.1f %% (CPU); of the cores %.0f %% are busy with it; memory of the harness at its peak: %d MiB\n",
		100*(class.cpu.Seconds()/single.cpu.Seconds()-1), 100*class.cpu.Seconds()/class.wall.Seconds()/float64(runtime.NumCPU()), peak>>20)
	return openFullClass(ctx, filepath.Join(dir, "grades"), ids)
}

// makeClass makes a class of the samples in Python and of their mutants, from the first again where there are not as
// many, and lists its submissions.
func makeClass(ctx context.Context, catalogue features.Catalogue, dir string, count int) (ids []string, err error) {
	all, err := mutants.Load(".")
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m mutants.Mutant) bool { return m.Of == reference || m.Assignment != courseOf })
	workshop, err := mutants.Open(ctx, ".", dir, catalogue.HandedIn(), all)
	if err != nil {
		return nil, err
	}
	samples, err := filepath.Glob(filepath.Join("fixtures/submissions", courseOf, "*"))
	if err != nil {
		return nil, err
	}
	for i := range count {
		id := fmt.Sprintf("s%03d", i+1)
		into := filepath.Join(dir, "class", id)
		if of := i % (len(samples) + len(all)); of < len(samples) {
			err = os.CopyFS(into, os.DirFS(samples[of]))
		} else {
			err = copyMutant(ctx, workshop, all[of-len(samples)], into)
		}
		if err != nil {
			return nil, fmt.Errorf("making a class: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// copyMutant makes a mutant, in a folder that is not there yet.
func copyMutant(ctx context.Context, workshop *mutants.Workshop, m mutants.Mutant, into string) error {
	t, err := workshop.Build(ctx, m)
	if err != nil {
		return err
	}
	return os.CopyFS(into, os.DirFS(t.Folder))
}

// callOf calls chatspec, and returns what it and its children took, and its own memory at its peak, in bytes. That some
// do not conform is no error.
func callOf(ctx context.Context, dir, binary string, args ...string) (c cost, peak int64, err error) {
	command := exec.CommandContext(ctx, binary, args...)
	var said bytes.Buffer
	command.Dir, command.Stderr = dir, &said
	begun := time.Now()
	if err := command.Start(); err != nil {
		return c, 0, err
	}
	done := make(chan struct{})
	highest := make(chan int64)
	go func() { highest <- watchMemory(command.Process.Pid, done) }()
	err = command.Wait()
	close(done)
	peak = <-highest
	c = cost{time.Since(begun), command.ProcessState.UserTime() + command.ProcessState.SystemTime()}
	if status := command.ProcessState.ExitCode(); status != 0 && status != 1 {
		return c, peak, fmt.Errorf("%w: %s", err, said.String())
	}
	return c, peak, nil
}

// watchMemory looks at the memory of a process until it is told to stop, and returns its peak, in bytes. (What the
// kernel says at its end would be that of the greatest of its children.)
func watchMemory(pid int, done <-chan struct{}) (peak int64) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		peak = max(peak, highWater(pid))
		select {
		case <-tick.C:
		case <-done:
			return peak
		}
	}
}

// highWater is the peak of a process so far, in bytes (proc(5)).
func highWater(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	amount, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	kilobytes, _ := strconv.ParseInt(amount, 10, 64)
	return kilobytes << 10
}

// openFullClass draws the page of a full class from the results of a smaller one, and opens it in a browser.
func openFullClass(ctx context.Context, grades string, ids []string) (err error) {
	results, err := resultsIn(grades, ids)
	if err != nil {
		return err
	}
	of := pages.Teacher{Assignment: courseOf}
	for i := range fullClass {
		id := fmt.Sprintf("s%d", i+1)
		of.Submissions = append(of.Submissions, pages.Submission{ID: id, Name: id, Report: "reports/" + id + ".html", Result: results[i%len(results)]})
	}
	var page bytes.Buffer
	if err := pages.WriteTeacher(&page, of); err != nil {
		return err
	}
	fmt.Printf("the page of %d submissions has %.1f MB", fullClass, float64(page.Len())/1e6)
	browser, err := exec.LookPath("chromium")
	if err != nil {
		fmt.Println("; there is no browser here to open it")
		return nil
	}
	file := filepath.Join(grades, "full.html")
	if err := os.WriteFile(file, page.Bytes(), 0o600); err != nil {
		return err
	}
	took, err := opened(ctx, browser, file)
	if err != nil {
		return fmt.Errorf("opening the page of a class: %w", err)
	}
	fmt.Printf("; a browser opens it in %v\n", took.Round(10*time.Millisecond))
	return nil
}

// resultsIn reads what the submissions of a class came to, those that were judged.
func resultsIn(grades string, ids []string) (results []grading.Result, err error) {
	l, err := ledger.Open(grades)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	for _, id := range ids {
		e, ok, err := l.Find(id)
		if err != nil {
			return nil, err
		}
		if ok {
			results = append(results, e.Results...)
		}
	}
	if len(results) == 0 {
		return nil, errors.New("none of the class was judged")
	}
	return results, nil
}

// opened is how long a browser that runs already takes to open a page, until its scripts have run.
func opened(ctx context.Context, browser, file string) (time.Duration, error) {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(browser), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Navigate("about:blank")); err != nil {
		return 0, err
	}
	begun := time.Now()
	err := chromedp.Run(ctx, chromedp.Navigate("file://"+file))
	return time.Since(begun), err
}
