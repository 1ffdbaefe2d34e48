package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/archive"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
	"github.com/chatspec/chatspec/grading/ledger"
	"github.com/chatspec/chatspec/grading/scores"
	"github.com/chatspec/chatspec/judging"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// A grader grades a class as the flags say.
type grader struct {
	gradeOptions
	catalogue features.Catalogue
	staged    stage.Options
	services  steps.Services
	// made tells of what results are made, besides the submission: the suite and the options.
	made   string
	ledger *ledger.Ledger
	// workplace makes an empty folder, for one submission.
	workplace func() (string, error)

	stdout, stderr io.Writer
}

// prepareRuns looks whether the flags that runs have can be followed. Where programs live on the machine itself,
// one submission is judged at a time: there nothing keeps them apart.
func (g *grader) prepareRuns(ctx context.Context) (err error) {
	if g.queue.url != "" {
		return g.prepareOrders()
	}
	if g.queue != (queueOptions{}) {
		return errors.New("--shared-key, --share, --ca, --cert and --key are for workers at a --queue: give its URL, too")
	}
	way, why, err := sandbox.Decide(ctx, sandbox.Isolation(g.isolate))
	if err == nil && way == sandbox.Shared {
		g.atATime = 1
		fmt.Fprintf(g.stderr, "chatspec: programs run on this machine itself, one submission at a time: %s\n", cmp.Or(why, "--isolate none gives them all that you may do here"))
	}
	g.jobs = max(1, 2*runtime.NumCPU()/g.atATime)
	if g.staged, err = g.check(g.catalogue); err != nil {
		return err
	}
	// That programs run on this machine has been said, once for all.
	return g.note()
}

// note notes of what results are made: wherever a submission is judged, they are made of the same.
func (g *grader) note() error {
	suite, err := executableHash()
	if err != nil {
		return err
	}
	rubric, err := g.rubricText()
	if err != nil {
		return err
	}
	g.made = rubric + fmt.Sprintf("%s %q %q %v %q %q %q %q %q %v %d %s %d", suite, g.assignments, g.tags, g.patience, g.isolate, g.limits, g.amqp, g.mongo, g.mounts, g.longest, g.confirm, g.unsteady, g.seed)
	return nil
}

// rubricText is the grader's own rubric, or nothing.
func (g *grader) rubricText() (string, error) {
	if g.rubric == "" {
		return "", nil
	}
	text, err := os.ReadFile(g.rubric)
	return string(text), err
}

// executableHash tells this chatspec from all others: the features are in it.
func executableHash() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding this program: %w", err)
	}
	file, err := os.Open(self)
	if err != nil {
		return "", fmt.Errorf("reading this program: %w", err)
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", fmt.Errorf("reading this program: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// fingerprint tells texts apart.
func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// all judges the submissions that have no result yet, and returns what all came to.
func (g *grader) all(ctx context.Context, of class.Class) ([]ledger.Entry, error) {
	entries := make([]ledger.Entry, len(of.Submissions))
	todo, err := g.find(ctx, of.Submissions, entries)
	if err != nil {
		return nil, err
	}
	progress := newClassProgress(g.stderr, len(entries), len(entries)-len(todo), g.atATime)
	defer progress.end()
	if g.queue.url != "" {
		return entries, g.order(ctx, of, todo, entries, progress)
	}
	return entries, g.here(ctx, of, todo, entries, progress)
}

// here judges submissions on this machine, several at a time.
func (g *grader) here(ctx context.Context, of class.Class, todo []int, entries []ledger.Entry, progress *classProgress) (err error) {
	services, closeServices, err := vocabularies.OpenServices(ctx, g.wanted(), vocabularies.Kinds{Broker: g.amqp, Database: g.mongo})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeServices()) }()
	g.services = services
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	work := make(chan int)
	var workers sync.WaitGroup
	for range min(g.atATime, len(todo)) {
		workers.Go(func() {
			for i := range work {
				if err := g.one(ctx, of.Submissions[i], &entries[i], progress); err != nil {
					stop(err)
					return
				}
			}
		})
	}
	for _, i := range todo {
		select {
		case work <- i:
		case <-ctx.Done():
		}
	}
	close(work)
	workers.Wait()
	return context.Cause(ctx)
}

// wanted lists the assignments that submissions may be of.
func (g *grader) wanted() []features.Assignment {
	if len(g.assignments) == 0 {
		return g.catalogue.Assignments
	}
	var wanted []features.Assignment
	for _, id := range g.assignments {
		a, _ := g.catalogue.Assignment(id)
		wanted = append(wanted, a)
	}
	return wanted
}

// find fills in what was kept of the same submissions, and lists the indexes of the others.
func (g *grader) find(ctx context.Context, submissions []class.Submission, entries []ledger.Entry) (todo []int, err error) {
	for i, s := range submissions {
		hash, err := s.Hash(ctx)
		if err != nil {
			return nil, err
		}
		made := fingerprint(hash + " " + g.made)
		kept, ok, err := g.ledger.Find(s.ID)
		if err != nil {
			return nil, err
		}
		entries[i] = ledger.Entry{Fingerprint: made}
		if ok && kept.Settled && kept.Fingerprint == made {
			entries[i] = kept.Light()
		} else {
			todo = append(todo, i)
		}
		// Whose it is, and what is said of that, may have changed without it.
		e := &entries[i]
		e.ID, e.Key, e.Attempt, e.Students, e.Late, e.Remarks = s.ID, s.Key, s.Attempt, s.Students, s.Late, s.Remarks
	}
	return todo, nil
}

// one judges a submission and keeps what it came to. An error ends the grading of the class.
func (g *grader) one(ctx context.Context, s class.Submission, e *ledger.Entry, progress *classProgress) error {
	progress.begin(s.ID)
	begun := time.Now()
	results, err := g.judge(ctx, s)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e.Judged, e.Seconds, e.Results = begun.UTC().Truncate(time.Second), time.Since(begun).Seconds(), results
	e.Settled = true
	if err != nil {
		e.Problem, e.Settled, e.Results = err.Error(), isSettled(err), nil
	}
	return g.keep(e, progress)
}

// keep keeps what a submission came to, and tells of it.
func (g *grader) keep(e *ledger.Entry, progress *classProgress) error {
	if err := g.ledger.Keep(*e); err != nil {
		return err
	}
	*e = e.Light()
	progress.done(*e)
	return nil
}

// errTooLong says that a submission was given up.
var errTooLong = errors.New("it was given up: it took too long")

// isSettled reports whether a submission could not be judged by its own fault, and would not be if it were tried
// again.
func isSettled(err error) bool {
	var bad *target.BadTarget
	var refused *archive.Refused
	return errors.As(err, &bad) || errors.As(err, &refused) || errors.Is(err, errTooLong)
}

// judge judges a submission as `chatspec run` does.
func (g *grader) judge(ctx context.Context, s class.Submission) (results []grading.Result, err error) {
	limited, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	clock := time.AfterFunc(g.longest, func() { stop(fmt.Errorf("%w (%v)", errTooLong, g.longest)) })
	defer clock.Stop()
	defer func() {
		if cause := context.Cause(limited); errors.Is(cause, errTooLong) {
			results, err = nil, cause
		}
	}()
	in, discard, err := g.handIn(limited, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, discard()) }()
	t, err := g.target(limited, in, g.catalogue.HandedIn(), io.Discard)
	if err != nil {
		return nil, err
	}
	chosen, err := judging.Select(g.tags, g.catalogue, t.Assignments)
	if err != nil {
		return nil, err
	}
	j := judge{runOptions: g.runOptions, catalogue: g.catalogue, stderr: io.Discard, stage: g.staged, services: g.services, confirm: g.confirm, counts: g.unsteady, blames: true}
	j.tags = chosen.Tags
	return j.each(limited, t, silence{})
}

// handIn makes a folder of what a submission is made of: its own, where that is all; otherwise one in which its
// files and archives are taken together.
func (g *grader) handIn(ctx context.Context, s class.Submission) (in handedIn, discard func() error, err error) {
	if folder, ok := g.asItIs(s); ok {
		return handedIn{name: s.ID, folder: folder}, func() error { return nil }, nil
	}
	dir, err := g.workplace()
	if err != nil {
		return handedIn{}, nil, fmt.Errorf("making a folder for %s: %w", s.ID, err)
	}
	discard = func() error { return os.RemoveAll(dir) }
	gathered, err := archive.Gather(ctx, s.Items, dir, archive.DefaultLimits())
	if err != nil {
		return handedIn{}, nil, errors.Join(err, discard())
	}
	return handedIn{name: s.ID, folder: gathered.Folder, mended: gathered.Mended}, discard, nil
}

// asItIs is the folder that a submission is, unless there is an archive in it.
func (g *grader) asItIs(s class.Submission) (string, bool) {
	if len(s.Items) != 1 {
		return "", false
	}
	path := s.Items[0].Path
	entries, err := os.ReadDir(path)
	if err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool { return archive.IsNamed(e.Name()) }) {
		return "", false
	}
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	return path, true
}

// conclude says how the class did, and which files tell more; it fails where a submission must be tried again.
func (g *grader) conclude(of class.Class, entries []ledger.Entry, written []string) error {
	counts := map[string]int{}
	var open []string
	for _, e := range entries {
		verdict := scores.Verdict(e)
		counts[verdict]++
		if verdict == scores.Unjudged {
			fmt.Fprintf(g.stdout, "%s could not be judged: %s\n", grading.Printable(e.ID), grading.Printable(e.Problem))
		}
		if !e.Settled {
			open = append(open, e.ID)
		}
	}
	fmt.Fprintf(g.stdout, "%d submissions: %d conformant, %d nonconformant, %d could not be judged", len(entries),
		counts[grading.Conformant], counts[grading.Nonconformant], counts[scores.Unjudged])
	if len(of.Missing) > 0 {
		fmt.Fprintf(g.stdout, "; nothing handed in by %d of the roster", len(of.Missing))
	}
	fmt.Fprintln(g.stdout)
	for _, name := range written {
		fmt.Fprintln(g.stdout, g.ledger.Path(name))
	}
	if len(open) > 0 {
		return fmt.Errorf("%d submissions could not be judged on this machine now; started again, it tries them again", len(open))
	}
	return nil
}
