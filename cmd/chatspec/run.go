package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/host"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
)

// runOptions are the flags of `chatspec run`.
type runOptions struct {
	assignments []string
	tags        string
	formats     []string
	jobs        int
	patience    float64
	isolate     string
	limits      string
}

func runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [TARGET]",
		Short: "Judge a submission's folder, or the reference",
		Long: `Judge a target: a submission's folder, or ` + "`reference`" + ` (the default).

The exit status is 0 where every rule that the text demands has passed, 1 where
one has not, and 2 where the run itself could not be done.`,
		Args: atMost(1, "one target: a folder, or `reference`"),
		RunE: func(c *cobra.Command, args []string) error {
			name := "reference"
			if len(args) == 1 {
				name = args[0]
			}
			return o.run(c.Context(), name, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().StringSliceVar(&o.assignments, "assignment", nil, "`ID` of an assignment to judge; several at once (default: what the folder answers)")
	c.Flags().StringVar(&o.tags, "tags", "", "judge only what the tag `EXPR` selects: \"@PEER-3.2\", \"@must && ~@part-5\"")
	c.Flags().StringArrayVar(&o.formats, "format", []string{"pretty"}, "`F[:FILE]`: pretty, progress, junit, cucumber or json; several at once")
	c.Flags().IntVar(&o.jobs, "jobs", 2*runtime.NumCPU(), "scenarios at a time")
	c.Flags().StringVar(&o.isolate, "isolate", string(stage.Auto), "where programs live: `WAY` is host (each on a host of its own), none (on this machine), or auto (host, where that can be had)")
	c.Flags().StringVar(&o.limits, "limits", "", "what a program may use on its own host: `LIST` such as memory=2g,processes=200 (default: "+host.DefaultLimits().String()+")")
	c.Flags().Float64Var(&o.patience, "patience", 1, "multiplies every deadline")
	return c
}

// run judges the target called name.
func (o runOptions) run(ctx context.Context, name string, stdout, stderr io.Writer) (err error) {
	outputs, err := o.outputs()
	if err != nil {
		return err
	}
	catalogue, err := features.Read(features.Files)
	if err != nil {
		return err
	}
	limits, err := host.ParseLimits(o.limits)
	if err != nil {
		return fmt.Errorf("--limits: %w", err)
	}
	if !slices.Contains(stage.Isolations(), stage.Isolation(o.isolate)) {
		return fmt.Errorf("--isolate is auto, host or none, not %q", o.isolate)
	}
	if err := stage.CheckMachine(nil); err != nil {
		return err
	}
	t, err := o.target(ctx, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	run, err := stage.NewRun(t, stage.Options{Patience: o.patience, Isolate: stage.Isolation(o.isolate), Limits: limits})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, run.Close()) }()
	if _, why := run.Isolation(); why != "" {
		fmt.Fprintf(stderr, "chatspec: programs run on this machine itself: %s\n", why)
	}

	report, err := o.judge(ctx, run, catalogue, outputs, stdout)
	if err != nil {
		return err
	}
	if err := outputs.write(report, stdout); err != nil {
		return err
	}
	return conclude(report.results)
}

// maxPatience bounds --patience: with more, deadlines would be no numbers.
const maxPatience = 1000.0

// tagExpression is what godog understands; it panics at some of the rest.
var tagExpression = regexp.MustCompile(`^\s*$|^\s*~?@?\w[\w.-]*\s*((&&|,)\s*~?@?\w[\w.-]*\s*)*$`)

// distinct takes out what stands in the list twice.
func distinct(list []string) []string {
	var once []string
	for _, text := range list {
		if !slices.Contains(once, text) {
			once = append(once, text)
		}
	}
	return once
}

// target finds what is to be judged.
func (o runOptions) target(ctx context.Context, name string) (*target.Target, error) {
	for _, id := range o.assignments {
		if !slices.Contains(target.Assignments(), id) {
			return nil, fmt.Errorf("there is no assignment %q; there are %s", id, strings.Join(target.Assignments(), ", "))
		}
	}
	if o.jobs < 1 {
		return nil, fmt.Errorf("--jobs must be at least 1, not %d", o.jobs)
	}
	if !(o.patience > 0 && o.patience <= maxPatience) {
		return nil, fmt.Errorf("--patience must be more than 0 and at most %v, not %v", maxPatience, o.patience)
	}
	if !tagExpression.MatchString(o.tags) {
		return nil, fmt.Errorf("%q is no tag expression: @a && @b are both, @a,@b is either, ~@a is all others", o.tags)
	}
	o.assignments = distinct(o.assignments)
	if name != "reference" {
		return target.Open(ctx, name, o.assignments)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	t := target.Reference(self, "reference")
	if len(o.assignments) > 0 {
		t.Assignments = o.assignments
	}
	return t, nil
}

// A report is what a run has to say.
type report struct {
	results []grading.Result
	// godog holds, by format, what godog itself has written.
	godog map[string][]byte
}

// judge runs the features and grades each assignment.
func (o runOptions) judge(ctx context.Context, run *stage.Run, catalogue features.Catalogue, outputs outputs, stdout io.Writer) (report, error) {
	scratch, err := outputs.scratch()
	if err != nil {
		return report{}, fmt.Errorf("making a folder for the report: %w", err)
	}
	defer os.RemoveAll(scratch)

	count, err := steps.Count(features.Files, run.Target.Assignments, o.tags)
	if err != nil {
		return report{}, err
	}
	if count == 0 {
		return report{}, fmt.Errorf("no scenario has the tags %q: `chatspec list` shows the rules, whose ids are tags", o.tags)
	}
	progress := outputs.progress(stdout, count)
	begun := time.Now()
	outcomes, err := steps.Run(ctx, run, steps.Options{
		Features:    features.Files,
		Assignments: run.Target.Assignments,
		Tags:        o.tags,
		Jobs:        o.jobs,
		Format:      outputs.godogFormat(scratch),
		Output:      io.Discard,
		Progress:    progress.step,
	})
	progress.end()
	if err != nil {
		return report{}, err
	}
	r := report{godog: map[string][]byte{}}
	for _, id := range run.Target.Assignments {
		assignment, _ := catalogue.Assignment(id)
		if result := grading.Grade(assignment, sheet(run, id, outcomes, time.Since(begun))); len(result.Rules) > 0 {
			r.results = append(r.results, result)
		}
	}
	return r, outputs.collect(scratch, r.godog)
}

// sheet is what the grading of one assignment needs to know.
func sheet(run *stage.Run, assignment string, outcomes []grading.Outcome, took time.Duration) grading.Sheet {
	s := grading.Sheet{Target: run.Target.Name, Seconds: took.Seconds(), Outcomes: outcomes}
	isolation, _ := run.Isolation()
	s.Isolation = string(isolation)
	names := target.ProgramNames(assignment)
	for _, name := range names {
		if p, ok := run.Target.Programs[name]; ok {
			s.Programs = append(s.Programs, grading.Program{Name: name, Command: run.Command(p), Why: p.Why})
		} else if addr, ok := run.Target.Endpoints[name]; ok {
			s.Programs = append(s.Programs, grading.Program{Name: name, Command: []string{addr.String()}, Why: "already running"})
		}
	}
	for _, o := range run.Observations() {
		if slices.Contains(names, o.Program) {
			s.Observations = append(s.Observations, o.Program+" "+o.Text)
		}
	}
	return s
}

func conclude(results []grading.Result) error {
	for _, result := range results {
		if result.Verdict != grading.Conformant {
			return errNonconformant
		}
	}
	return nil
}

// An output is one format and where it goes.
type output struct{ format, file string }

type outputs []output

// ours are the formats that chatspec writes itself; godog writes the others.
func ours() []string { return []string{"pretty", "progress", "json"} }

func godogs() []string { return []string{"junit", "cucumber"} }

func (o runOptions) outputs() (outputs, error) {
	var all outputs
	toTerminal := 0
	for _, text := range o.formats {
		format, file, _ := strings.Cut(text, ":")
		if known := append(ours(), godogs()...); !slices.Contains(known, format) {
			return nil, fmt.Errorf("there is no format %q; there are %s", format, strings.Join(known, ", "))
		}
		if file == "" {
			toTerminal++
		} else if err := writable(file); err != nil {
			return nil, err
		}
		all = append(all, output{format, file})
	}
	if toTerminal > 1 {
		return nil, errors.New("only one format can go to the terminal: give the others a file, as in junit:report.xml")
	}
	return all, nil
}

// writable looks whether the file can be written, and leaves things as they
// were.
func writable(file string) error {
	_, err := os.Stat(file)
	isNew := os.IsNotExist(err)
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("a report cannot be written: %w", err)
	}
	if isNew {
		err = os.Remove(file)
	}
	return errors.Join(err, f.Close())
}

// scratch makes a folder for what godog writes, if it is to write anything: what
// is not made is not left by a run that is killed.
func (o outputs) scratch() (string, error) {
	if o.godogFormat("") == "" {
		return "", nil
	}
	return os.MkdirTemp("", "chatspec-report-")
}

// godogFormat is the list of formats for godog, each to a file in scratch.
func (o outputs) godogFormat(scratch string) string {
	var list []string
	for _, out := range o {
		if entry := out.format + ":" + filepath.Join(scratch, out.format); slices.Contains(godogs(), out.format) && !slices.Contains(list, entry) {
			list = append(list, entry)
		}
	}
	return strings.Join(list, ",")
}

func (o outputs) collect(scratch string, into map[string][]byte) error {
	for _, out := range o {
		if !slices.Contains(godogs(), out.format) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(scratch, out.format))
		if err != nil {
			return fmt.Errorf("reading what godog has written: %w", err)
		}
		if out.format == "junit" {
			if data, err = countSkipped(data); err != nil {
				return fmt.Errorf("understanding what godog has written: %w", err)
			}
		}
		into[out.format] = data
	}
	return nil
}

// write writes all formats.
func (o outputs) write(r report, stdout io.Writer) error {
	for _, out := range o {
		if err := out.write(r, stdout); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	return nil
}

func (out output) write(r report, stdout io.Writer) (err error) {
	w := stdout
	if out.file != "" {
		f, err := os.Create(out.file)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	switch out.format {
	case "pretty":
		return grading.WritePretty(w, r.results)
	case "progress":
		return grading.WriteProgress(w, r.results)
	case "json":
		return grading.WriteJSON(w, r.results)
	}
	_, err = w.Write(r.godog[out.format])
	return err
}
