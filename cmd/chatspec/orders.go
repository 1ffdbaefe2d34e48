package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
	"github.com/chatspec/chatspec/grading/ledger"
	"github.com/chatspec/chatspec/grading/queue"
)

// queueOptions are the flags of those who meet at a queue.
type queueOptions struct {
	url       string
	sharedKey string
	share     string
	files     queue.Certificates
}

// flags adds them to a command, which says what the queue is to it.
func (o *queueOptions) flags(c *cobra.Command, what string) {
	c.Flags().StringVar(&o.url, "queue", "", what+": amqp://USER@HOST/VHOST or amqps://…; without a password there, $"+queue.PasswordVariable+" is it")
	c.Flags().StringVar(&o.sharedKey, "shared-key", "", "a `FILE` with the key by which tasks and results are signed, the same for `grade` and every `worker` (default: $"+queue.KeyVariable+")")
	c.Flags().StringVar(&o.share, "share", "", fmt.Sprintf("a `DIR` that all machines share, for submissions larger than the %d MiB that a message takes", queue.MaxMessage>>20))
	c.Flags().StringVar(&o.files.CA, "ca", "", "with amqps: a `FILE` (PEM) with whom to trust (default: whom this machine trusts)")
	c.Flags().StringVar(&o.files.Cert, "cert", "", "with amqps: a `FILE` (PEM) with this client's certificate")
	c.Flags().StringVar(&o.files.Key, "key", "", "with amqps: a `FILE` (PEM) with the key of --cert")
}

// read reads what the flags name.
func (o queueOptions) read() (place queue.Place, key queue.Key, err error) {
	if place, err = queue.NewPlace(o.url, o.files); err != nil {
		return place, key, err
	}
	if key, err = queue.ReadKey(o.sharedKey); err != nil {
		return place, key, err
	}
	if o.share == "" {
		return place, key, nil
	}
	if info, err := os.Stat(o.share); err != nil || !info.IsDir() {
		return place, key, fmt.Errorf("--share: there is no folder %q", o.share)
	}
	return place, key, nil
}

// prepareOrders looks whether the flags can be followed where workers judge.
func (g *grader) prepareOrders() (err error) {
	for _, of := range []struct {
		flag  string
		given bool
	}{{"--mount", len(g.mounts) > 0}, {"--amqp", g.amqp != broker.Embedded}, {"--mongo", g.mongo != database.Embedded}} {
		if of.given {
			return fmt.Errorf("%s is about the machine where programs run: give it to the workers", of.flag)
		}
	}
	if _, _, err := g.queue.read(); err != nil {
		return err
	}
	g.jobs = 2 * runtime.NumCPU() // for the reference, which is judged here
	if g.staged, err = g.check(g.catalogue); err != nil {
		return err
	}
	return g.note()
}

// runFile keeps the name of the run whose results are waited for.
const runFile = "queue-run"

// order has submissions judged by workers.
func (g *grader) order(ctx context.Context, of class.Class, todo []int, entries []ledger.Entry, progress *classProgress) error {
	if len(todo) == 0 {
		return nil
	}
	c, err := g.handingOut(progress)
	if err != nil {
		return err
	}
	var orders []queue.Order
	for _, i := range todo {
		orders = append(orders, queue.Order{Submission: of.Submissions[i], Fingerprint: entries[i].Fingerprint})
	}
	c.Begun = func(order int, _ string) { progress.begin(of.Submissions[todo[order]].ID) }
	c.Keep = func(order int, r queue.Result) error {
		e := &entries[todo[order]]
		e.Judged, e.Seconds, e.Problem, e.Settled, e.Results = r.Judged, r.Seconds, r.Problem, r.Settled, r.Results
		return g.keep(e, progress)
	}
	if err := c.Judge(ctx, orders); err != nil {
		return err
	}
	return os.Remove(g.ledger.Path(runFile))
}

// handingOut is the class as it is handed out.
func (g *grader) handingOut(progress *classProgress) (queue.Class, error) {
	place, key, err := g.queue.read()
	if err != nil {
		return queue.Class{}, err
	}
	executable, err := executableHash()
	if err != nil {
		return queue.Class{}, err
	}
	rubric, err := g.rubricText()
	if err != nil {
		return queue.Class{}, err
	}
	before, err := os.ReadFile(g.ledger.Path(runFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return queue.Class{}, err
	}
	return queue.Class{
		Place: place, Key: key, Version: executable, Share: g.queue.share, Before: strings.TrimSpace(string(before)),
		Options: queue.Options{
			Assignments: distinct(g.assignments), Tags: g.tags, Patience: g.patience, Isolate: isolationOfTasks(g.isolate), Limits: g.limits,
			Longest: g.longest, Confirm: g.confirm, Unsteady: g.unsteady, Rubric: rubric, Seed: g.seed,
		},
		NoteRun: func(run string) error { return g.ledger.Write(runFile, []byte(run+"\n")) },
		Say:     progress.say,
	}, nil
}

// isolationOfTasks is where programs live on the machines of workers: on hosts, unless that is not wanted. One class is
// judged in one way.
func isolationOfTasks(asked string) string {
	if asked != string(sandbox.Auto) {
		return asked
	}
	return string(sandbox.OwnHost)
}

// say tells a person something beside the progress.
func (p *classProgress) say(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	fmt.Fprintf(p.out, "chatspec: %s\n", grading.Printable(text))
	p.below()
}
