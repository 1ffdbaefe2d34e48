package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/saves"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/judging"
)

func watchCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "watch [FOLDER]",
		Short: "Judge a submission's folder, and again whenever a file of it is saved, until Ctrl-C",
		Long: `Judge a submission's folder (the present one, where none is given), and again whenever a file of it is saved:
what has failed first, and then the rest. Who saves a file while it is judged has it judged anew.
What is hidden, libraries and what compilers make are not looked at. Ctrl-C ends it.`,
		Args: atMost(1, "one folder"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(c *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return o.watch(c.Context(), dir, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	o.judgingFlags(c)
	c.Flags().StringSliceVar(&o.rules, "rule", nil, "judge only the rule called `ID`, such as PEER-3.2, and those that it needs; several at once")
	c.Flags().IntVar(&o.jobs, "jobs", 2*runtime.NumCPU(), "scenarios at a time")
	return c
}

// watch judges the folder again and again, until the context ends.
func (o runOptions) watch(ctx context.Context, dir string, stdout, stderr io.Writer) (err error) {
	catalogue, err := o.catalogue()
	if err != nil {
		return err
	}
	if err := o.chooseRules(catalogue); err != nil {
		return err
	}
	staged, err := o.check(catalogue)
	if err != nil {
		return err
	}
	folder, err := saves.Watch(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	w := watcher{runOptions: o, dir: dir, catalogue: catalogue, staged: staged, out: stdout, stderr: stderr}
	for {
		names, err := w.untilSaved(ctx, folder.Saved())
		if err != nil || names == nil { // the folder can be watched no longer
			return err
		}
		w.begin(names)
	}
}

// A watcher judges a folder again and again.
type watcher struct {
	runOptions
	dir       string
	catalogue features.Catalogue
	staged    stage.Options
	// told is set when it was said how programs live, and what the folder is taken for.
	told bool
	// failed are the rules that have failed when they were last judged.
	failed []string

	out, stderr io.Writer
}

// untilSaved judges the folder, and waits until something is saved, which ends the judging. It returns the names of what
// was saved.
func (w *watcher) untilSaved(ctx context.Context, saved <-chan []string) ([]string, error) {
	judging, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := w.judge(judging); err != nil && judging.Err() == nil {
			fmt.Fprint(w.stderr, complaint(err, false))
		}
	}()
	select {
	case names := <-saved:
		stop()
		<-done
		return names, nil
	case <-ctx.Done():
		<-done
		return nil, ctx.Err()
	}
}

// mostNames is how many names of saved files are told.
const mostNames = 3

// begin says why it is judged again.
func (w *watcher) begin(names []string) {
	told := strings.Join(names[:min(mostNames, len(names))], ", ")
	if more := len(names) - mostNames; more > 0 {
		told += fmt.Sprintf(" and %d others", more)
	}
	fmt.Fprintf(w.out, "\n%s %s: judged again", time.Now().Format(time.TimeOnly), grading.Printable(told))
	if len(w.failed) > 0 {
		fmt.Fprintf(w.out, ", what failed first: %s", strings.Join(w.failed, ", "))
	}
	fmt.Fprintln(w.out)
}

// judge judges the folder as it is now, and says what failed.
func (w *watcher) judge(ctx context.Context) error {
	stderr := w.stderr
	if w.told {
		stderr = io.Discard
	}
	w.told = true
	t, err := w.target(ctx, handedIn{name: w.dir, folder: w.dir}, w.catalogue.HandedIn(), stderr)
	if err != nil {
		return err
	}
	if t.Choice != "" {
		fmt.Fprintf(stderr, "chatspec: %s\n", t.Choice)
	}
	chosen, err := judging.Select(w.tags, w.catalogue, t.Assignments)
	if err != nil {
		return err
	}
	j := judge{runOptions: w.runOptions, catalogue: w.catalogue, stage: w.staged, stderr: w.stderr, first: w.failed, toldFirst: w.tellFirst}
	j.tags = chosen.Tags
	results, err := j.all(ctx, t, silence{})
	if err != nil {
		return err
	}
	w.failed = nil
	for _, id := range assignmentsOf(results) {
		w.failed = append(w.failed, failedIn(results, id)...)
	}
	return grading.WriteFailed(w.out, results)
}

// tellFirst says what the rules that had failed come to now, before the others are judged.
func (w *watcher) tellFirst(outcomes []grading.Outcome) {
	for _, id := range w.failed {
		of := slices.DeleteFunc(slices.Clone(outcomes), func(o grading.Outcome) bool { return o.Rule != id })
		switch {
		case len(of) == 0:
		case slices.ContainsFunc(of, func(o grading.Outcome) bool { return o.Verdict != grading.Passed }):
			fmt.Fprintf(w.out, "  ✗ %s does not pass yet\n", id)
		default:
			fmt.Fprintf(w.out, "  ✓ %s passes now\n", id)
		}
	}
}
