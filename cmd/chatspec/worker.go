package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/fixtures/archive"
	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
	"github.com/chatspec/chatspec/grading/queue"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// workerOptions are the flags of `chatspec worker`.
type workerOptions struct {
	queue       queueOptions
	assignments []string
	isolate     string
	amqp, mongo string
	mounts      []string
	jobs        int
	name        string
}

func workerCommand() *cobra.Command {
	var o workerOptions
	c := &cobra.Command{
		Use:   "worker --queue URL",
		Short: "Judge the submissions that `chatspec grade --queue` hands out, until Ctrl-C",
		Long: `Judge the submissions that ` + "`chatspec grade --queue`" + ` hands out at a RabbitMQ, until Ctrl-C.

It takes tasks that are made by the very same version of chatspec, signed with the same key, and for programs
that are isolated as they are here. How they are judged, the tasks say. Whatever it has begun when it ends
goes back to the queue.`,
		Args: atMost(0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.queue.url == "" {
				return errors.New("a queue is missing: give --queue amqp://USER@HOST/, the same as to `chatspec grade`")
			}
			return o.work(c.Context(), c.ErrOrStderr())
		},
	}
	o.queue.flags(c, "the `URL` of the RabbitMQ where tasks wait")
	c.Flags().StringSliceVar(&o.assignments, "assignment", nil, "take only tasks of the assignment `ID`; several at once (default: any)")
	c.Flags().StringVar(&o.isolate, "isolate", string(sandbox.Auto), "where programs live: `WAY` is host (each on a host of its own), container (the same, by Docker), none (on this machine), or auto (host, where that can be had, and none elsewhere)")
	c.Flags().StringVar(&o.amqp, "amqp", broker.Embedded, "which RabbitMQ programs are given, where they need one: `KIND` is "+broker.Kinds)
	c.Flags().StringVar(&o.mongo, "mongo", database.Embedded, "which MongoDB programs are given, where they need one: `KIND` is "+database.Kinds)
	c.Flags().StringArrayVar(&o.mounts, "mount", nil, "a `DIR` of this machine that programs on hosts of their own may read besides; several at once")
	c.Flags().IntVar(&o.jobs, "jobs", runtime.NumCPU(), "submissions at a time")
	c.Flags().StringVar(&o.name, "name", "", "what this worker is called (default: this machine's name and the process's number)")
	return c
}

// work judges until ctx ends.
func (o workerOptions) work(ctx context.Context, stderr io.Writer) (err error) {
	w, services, err := o.prepare(ctx, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.close()) }()
	return w.Run(ctx)
}

// prepare looks whether the flags can be followed, and opens the services.
func (o workerOptions) prepare(ctx context.Context, stderr io.Writer) (w queue.Worker, s *opened, err error) {
	place, key, err := o.queue.read()
	if err != nil {
		return w, nil, err
	}
	if o.jobs < 1 {
		return w, nil, fmt.Errorf("--jobs must be at least 1, not %d", o.jobs)
	}
	asked := runOptions{assignments: distinct(o.assignments), isolate: o.isolate, amqp: o.amqp, mongo: o.mongo, mounts: o.mounts, jobs: 1, patience: 1}
	catalogue, err := asked.catalogue()
	if err != nil {
		return w, nil, err
	}
	if _, err := asked.check(catalogue); err != nil {
		return w, nil, err
	}
	if _, err := sandbox.CheckMounts(o.mounts); err != nil {
		return w, nil, err
	}
	isolation, why, err := sandbox.Decide(ctx, sandbox.Isolation(o.isolate))
	if err != nil {
		return w, nil, err
	}
	if isolation == sandbox.Shared {
		o.jobs = 1
		fmt.Fprintf(stderr, "chatspec: programs run on this machine itself, one submission at a time: %s\n", cmp.Or(why, "--isolate none gives them all that you may do here"))
	}
	executable, err := executableHash()
	if err != nil {
		return w, nil, err
	}
	s = &opened{}
	g := grader{gradeOptions: gradeOptions{runOptions: asked}, catalogue: catalogue}
	if s.services, s.close, err = vocabularies.OpenServices(ctx, g.wanted(), vocabularies.Kinds{Broker: o.amqp, Database: o.mongo}); err != nil {
		return w, nil, err
	}
	asked.isolate = string(isolation)
	asked.jobs = max(1, 2*runtime.NumCPU()/o.jobs)
	says := sayings{out: stderr}
	return queue.Worker{
		Place: place, Key: key, Version: executable, Isolation: string(isolation), Share: o.queue.share,
		Assignments: asked.assignments, Known: assignment.IDs(catalogue.HandedIn()), Name: o.called(), Jobs: o.jobs, Say: says.say,
		Judge: func(ctx context.Context, t queue.Task, items []archive.Item) queue.Result {
			r := judgeTask(ctx, asked, s.services, t, items)
			if ctx.Err() == nil {
				says.say(fmt.Sprintf("%s: %s", t.Submission, cmp.Or(r.Problem, "judged")))
			}
			return r
		},
	}, s, nil
}

// opened services.
type opened struct {
	services steps.Services
	close    func() error
}

// called is the worker's name.
func (o workerOptions) called() string {
	if o.name != "" {
		return o.name
	}
	machine, err := os.Hostname()
	if err != nil {
		machine = "worker"
	}
	return fmt.Sprintf("%s-%d", machine, os.Getpid())
}

// sayings are what a worker says, a line at a time.
type sayings struct {
	mu  sync.Mutex
	out io.Writer
}

func (s *sayings) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, "chatspec: %s\n", grading.Printable(text))
}

// judgeTask judges a submission as the task says, and as `chatspec grade` would here.
func judgeTask(ctx context.Context, here runOptions, services steps.Services, t queue.Task, items []archive.Item) queue.Result {
	begun := time.Now()
	results, err := judgeItems(ctx, here, services, t, items)
	r := queue.Result{Judged: begun, Settled: true, Results: results}
	if err != nil {
		r.Problem, r.Settled, r.Results = err.Error(), isSettled(err), nil
	}
	return r
}

func judgeItems(ctx context.Context, here runOptions, services steps.Services, t queue.Task, items []archive.Item) (results []grading.Result, err error) {
	dir, err := os.MkdirTemp("", "chatspec-judging-")
	if err != nil {
		return nil, fmt.Errorf("making a folder to work in: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	g := grader{workplace: func() (string, error) { return os.MkdirTemp(dir, "") }, services: services}
	g.runOptions, g.longest, g.confirm, g.unsteady = here, t.Options.Longest, t.Options.Confirm, t.Options.Unsteady
	g.assignments, g.tags, g.patience, g.limits, g.seed = t.Options.Assignments, t.Options.Tags, t.Options.Patience, t.Options.Limits, t.Options.Seed
	if g.rubric, err = writeRubric(dir, t.Options.Rubric); err != nil {
		return nil, err
	}
	if g.catalogue, err = g.runOptions.catalogue(); err != nil {
		return nil, err
	}
	if g.staged, err = g.check(g.catalogue); err != nil {
		return nil, err
	}
	return g.judge(ctx, class.Submission{ID: t.Submission, Key: t.Submission, Items: items})
}

// writeRubric writes a grader's own rubric into a file, if there is one.
func writeRubric(dir, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	path := filepath.Join(dir, "rubric.yaml")
	return path, os.WriteFile(path, []byte(text), 0o600)
}
