package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/fixtures/archive"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
	"github.com/chatspec/chatspec/grading/ledger"
)

// gradeOptions are the flags of `chatspec grade`.
type gradeOptions struct {
	runOptions
	out      string
	roster   string
	attempts string
	atATime  int
	longest  time.Duration
	forWhom  []string // the platforms that tables are written for
	column   string
	confirm  int
	unsteady string
	queue    queueOptions
}

func gradeCommand() *cobra.Command {
	var o gradeOptions
	c := &cobra.Command{
		Use:   "grade CLASS",
		Short: "Judge the submissions of a class: a folder of folders and archives, or an export of Canvas, Moodle, Gradescope",
		Long: `Judge all submissions of a class, several at a time, each as ` + "`chatspec run`" + ` does.

CLASS is a folder or an archive with a folder or an archive for each submission, an export of Canvas,
Moodle or Gradescope, or a folder of clones. Each result is kept as soon as it is there: started again, it
goes on where it was, and judges anew only what has changed.

The exit status is 0 where every submission has its result, whatever that is, and 2 otherwise.`,
		Args: atMost(1, "one class: a folder or an archive"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("a class is missing: a folder or an archive of submissions, as in `chatspec grade submissions.zip`")
			}
			return o.grade(c.Context(), args[0], c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	o.judgingFlags(c)
	c.Flags().StringVar(&o.out, "out", "", "the `DIR` for results, points and reports (default: the class's name and -grades, in this folder)")
	c.Flags().StringVar(&o.roster, "roster", "", "a `FILE` (CSV) that names the students: key,name, or as Canvas, Moodle, Gradescope and GitHub Classroom write it")
	c.Flags().StringVar(&o.attempts, "attempts", "last", "`WHICH` of several submissions of a student are judged: last or all")
	c.Flags().IntVar(&o.atATime, "jobs", runtime.NumCPU(), "submissions at a time")
	c.Flags().DurationVar(&o.longest, "longest", 15*time.Minute, "a submission is given up after so much `TIME`, as in 10m")
	c.Flags().StringSliceVar(&o.forWhom, "for", nil, "a `PLATFORM` that files are written for besides: canvas, moodle, gradescope or classroom50; several at once")
	c.Flags().StringVar(&o.column, "column", "chatspec", "the `TITLE` of the assignment's column in Canvas, as in \"Homework 2 (12345)\"")
	c.Flags().IntVar(&o.confirm, "confirm", 0, "judge a must-rule that has failed `N` times more, alone; one that does not fail each time is unsteady")
	c.Flags().StringVar(&o.unsteady, "unsteady", grading.CountReview, "`HOW` an unsteady rule counts: fail, pass, or review (neither way, until a person has looked)")
	o.queue.flags(c, "have workers judge (chatspec worker), by way of the RabbitMQ at this `URL`, and not this machine")
	return c
}

// platforms are those that files are written for.
func platforms() []string { return []string{"canvas", "moodle", "gradescope", "classroom50"} }

// grade grades the class in a folder or archive.
func (o gradeOptions) grade(ctx context.Context, name string, stdout, stderr io.Writer) (err error) {
	catalogue, err := o.catalogue()
	if err != nil {
		return err
	}
	g := grader{gradeOptions: o, catalogue: catalogue, stdout: stdout, stderr: stderr}
	if err := g.prepare(ctx); err != nil {
		return err
	}
	if g.out == "" {
		g.out = archive.WithoutSuffix(filepath.Base(filepath.Clean(name))) + "-grades"
	}
	if err := apart(name, g.out); err != nil {
		return err
	}
	g.ledger, err = ledger.Open(g.out)
	if errors.Is(err, ledger.ErrTaken) {
		return fmt.Errorf("another `chatspec grade` is at work in %s: wait for its end, or give another --out", g.out)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.ledger.Close()) }()
	g.workplace = g.ledger.Workplace
	of, err := g.read(ctx, name)
	if err != nil {
		return err
	}
	entries, err := g.all(ctx, of)
	if err != nil {
		return err
	}
	return g.report(ctx, of, entries)
}

// apart refuses a folder for the results that is one of the submissions.
func apart(name, out string) error {
	class, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	results, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if within, err := filepath.Rel(class, results); err == nil && filepath.IsLocal(within) {
		return fmt.Errorf("--out %s is in the class itself: give a folder beside it", out)
	}
	return nil
}

// read reads the class, and says what it is taken for.
func (g *grader) read(ctx context.Context, name string) (class.Class, error) {
	var roster []class.Student
	if g.roster != "" {
		file, err := os.Open(g.roster)
		if err != nil {
			return class.Class{}, fmt.Errorf("reading the roster: %w", err)
		}
		defer file.Close()
		if roster, err = class.ReadRoster(file); err != nil {
			return class.Class{}, fmt.Errorf("%s: %w", g.roster, err)
		}
	}
	dir, err := g.enter(ctx, name)
	if err != nil {
		return class.Class{}, err
	}
	of, err := class.Read(dir, class.Options{Roster: roster, All: g.attempts == "all"})
	if err != nil {
		return class.Class{}, errors.New(strings.ReplaceAll(err.Error(), dir, name))
	}
	fmt.Fprintf(g.stderr, "chatspec: %s (%s): %d submissions\n", name, of.Layout, len(of.Submissions))
	if len(of.Skipped) > 0 {
		fmt.Fprintf(g.stderr, "chatspec: these are no submissions: %s\n", strings.Join(of.Skipped, ", "))
	}
	return of, nil
}

// classLimits bound an archive that a whole class is in.
func classLimits() archive.Limits {
	return archive.Limits{Bytes: 8 << 30, Entries: 1_000_000, Depth: 40, Ratio: 200, Nested: 1, Closed: true}
}

// enter is the folder of a class, which is taken out of its archive.
func (g *grader) enter(ctx context.Context, name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", fmt.Errorf("there is no class %q: give a folder or an archive of submissions", name)
	}
	if info.IsDir() {
		return name, nil
	}
	if !archive.IsNamed(name) {
		return "", fmt.Errorf("%s is no folder and no archive of submissions", name)
	}
	dir, err := g.ledger.Workplace()
	if err != nil {
		return "", err
	}
	unpacked, err := archive.Unpack(ctx, name, dir, classLimits())
	for _, what := range unpacked.Mended {
		fmt.Fprintf(g.stderr, "chatspec: in %s, %s\n", name, what)
	}
	return unpacked.Folder, err
}

// prepare looks whether the flags can be followed.
func (g *grader) prepare(ctx context.Context) (err error) {
	if !slices.Contains([]string{"last", "all"}, g.attempts) {
		return fmt.Errorf("--attempts is last or all, not %q", g.attempts)
	}
	if g.longest <= 0 {
		return fmt.Errorf("--longest must be more than 0, not %v", g.longest)
	}
	if g.atATime < 1 {
		return fmt.Errorf("--jobs must be at least 1, not %d", g.atATime)
	}
	if g.confirm < 0 {
		return fmt.Errorf("--confirm must be at least 0, not %d", g.confirm)
	}
	if !slices.Contains([]string{grading.CountFail, grading.CountPass, grading.CountReview}, g.unsteady) {
		return fmt.Errorf("--unsteady is fail, pass or review, not %q", g.unsteady)
	}
	for _, platform := range g.forWhom {
		if !slices.Contains(platforms(), platform) {
			return fmt.Errorf("--for knows no %q; it knows %s", platform, strings.Join(platforms(), ", "))
		}
	}
	return g.prepareRuns(ctx)
}
