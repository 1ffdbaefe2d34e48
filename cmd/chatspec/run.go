package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/sandbox/host"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/judging"
	"github.com/chatspec/chatspec/steps"
)

// runOptions are the flags of `chatspec run`.
type runOptions struct {
	assignments []string
	tags        string
	rules       []string
	show        bool
	verbose     bool
	formats     []string
	jobs        int
	patience    float64
	isolate     string
	limits      string
	amqp        string
	mongo       string
	manifest    string
	endpoints   []string
	mounts      []string
	rubric      string
	docs        string
	pictures    string
	seed        uint64
}

func runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [TARGET]",
		Short: "Judge a submission's folder or archive, or the reference",
		Long: `Judge a target: a submission's folder or archive (.zip, .tar.gz, .tgz …), or ` + "`reference`" + ` (the default).

The exit status is 0 where no rule that the text demands failed or is blocked and
one at least has passed, 1 otherwise, and 2 where the run itself could not be done.`,
		Args:              atMost(1, "one target: a folder, an archive, or `reference`"),
		ValidArgsFunction: completeOne(true, theReferenceWord),
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), o.targetOf(args), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	o.judgingFlags(c)
	c.Flags().StringSliceVar(&o.rules, "rule", nil, "judge only the rule called `ID`, such as PEER-3.2, and those that it needs; several at once")
	c.Flags().BoolVar(&o.show, "show", false, "with --rule: show all that happens in its scenarios, and what the programs print, also where they pass")
	c.Flags().BoolVar(&o.verbose, "verbose", false, "say all that is known of failed rules beyond the text, too")
	c.Flags().StringArrayVar(&o.formats, "format", []string{"pretty"}, "`F[:FILE]`: pretty, progress, json, junit, cucumber, gradescope, classroom50, markdown, github or html; several at once")
	c.Flags().IntVar(&o.jobs, "jobs", 2*runtime.NumCPU(), "scenarios at a time")
	c.Flags().StringArrayVar(&o.endpoints, "endpoint", nil, "`PROGRAM=ADDRESS` where a program runs already on this machine, as in server5=127.0.0.1:5000; several at once")
	c.Flags().StringVar(&o.pictures, "evidence", "", "keep pictures of windows in `DIR`: of each scenario that does not pass, as it stood then, and of each rule about windows that passes")
	c.Flags().StringVar(&o.manifest, "manifest", "", "a `FILE` of your own that is read instead of the submission's chatspec.yaml")
	return c
}

// judgingFlags are those that say how a target is judged, be it one or one of many.
func (o *runOptions) judgingFlags(c *cobra.Command) {
	c.Flags().StringSliceVar(&o.assignments, "assignment", nil, "`ID` of an assignment to judge; several at once (default: what the folder answers)")
	c.Flags().StringVar(&o.tags, "tags", "", "judge only what the tag `EXPR` selects: \"@PEER-3.2,@PEER-4.1\" are these rules and those that they need; of what \"@must && ~@part-5\" selects, it is only said which needed rules are left out")
	c.Flags().StringArrayVar(&o.mounts, "mount", nil, "a `DIR` of this machine that programs on hosts of their own may read besides; several at once")
	c.Flags().StringVar(&o.rubric, "rubric", "", "a `FILE` of your own that says what the rules of --assignment are worth, and which are kept back from students")
	c.Flags().StringVar(&o.docs, "docs", "", "the `URL` of a site that `chatspec docs --html` has written: pages for students link each rule to it")
	c.Flags().Uint64Var(&o.seed, "seed", 0, "draw other names, rooms and plain texts for the scenarios: the same ones for the same `N`, from 1 on (default: as the features have them)")
	o.stagingFlags(c, 1)
}

// draw is what is drawn for the scenarios: nothing, unless that was asked for.
func (o runOptions) draw() steps.Draw {
	if o.seed == 0 {
		return steps.Draw{}
	}
	return steps.NewDraw(o.seed)
}

// stagingFlags are those that say where programs live, on what they stand, and how long they are waited for.
func (o *runOptions) stagingFlags(c *cobra.Command, patience float64) {
	c.Flags().StringVar(&o.isolate, "isolate", string(sandbox.Auto), "where programs live: `WAY` is host (each on a host of its own), container (the same, by Docker), none (on this machine), or auto (host, where that can be had, and none elsewhere)")
	c.Flags().StringVar(&o.limits, "limits", "", "what a program may use on its own host: `LIST` such as memory=2g,processes=200 (default: "+host.DefaultLimits().String()+")")
	c.Flags().StringVar(&o.amqp, "amqp", broker.Embedded, "which RabbitMQ programs are given, where they need one: `KIND` is "+broker.Kinds)
	c.Flags().StringVar(&o.mongo, "mongo", database.Embedded, "which MongoDB programs are given, where they need one: `KIND` is "+database.Kinds)
	c.Flags().Float64Var(&o.patience, "patience", patience, "multiplies every deadline")
}

// theReference is the name of the bundled reference.
const theReference = "reference"

// noFolder is the name of a target that has none: what runs already.
const noFolder = ""

// targetOf is the name of what is judged.
func (o runOptions) targetOf(args []string) string {
	switch {
	case len(args) == 1:
		return args[0]
	case len(o.endpoints) > 0 || o.manifest != "":
		return noFolder
	}
	return theReference
}

// run judges the target called name.
func (o runOptions) run(ctx context.Context, name string, stdout, stderr io.Writer) (err error) {
	outputs, err := o.outputs()
	if err != nil {
		return err
	}
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
	in, discard, err := handIn(ctx, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, discard()) }()
	t, err := o.target(ctx, in, catalogue.HandedIn(), stderr)
	if err != nil {
		return err
	}
	if t.Choice != "" {
		fmt.Fprintf(stderr, "chatspec: %s\n", t.Choice)
	}
	chosen, err := judging.Select(o.tags, catalogue, t.Assignments)
	if err != nil {
		return err
	}
	if warning := chosen.Warning(); warning != "" {
		fmt.Fprintf(stderr, "chatspec: %s\n", warning)
	}
	o.tags = chosen.Tags
	if err := o.makeRoomForPictures(); err != nil {
		return err
	}
	j := judge{
		runOptions: o, catalogue: catalogue, stderr: stderr, stage: staged,
	}
	results, err := j.all(ctx, t, outputs.progress(stdout, chosen.Scenarios))
	if err != nil {
		return err
	}
	o.tellPictures(results, stderr)
	all := report{name: t.Name, results: grading.Reveal(results, time.Now()), titles: titles(catalogue), verbose: o.verbose, docs: o.docs}
	if outputs.has("html") {
		all.reference, _ = j.reference(ctx, results)
		if all.pictures, err = readPictures(results); err != nil {
			return err
		}
	}
	if err := outputs.write(all, stdout); err != nil {
		return err
	}
	return conclude(results)
}

// catalogue is what is required, with the grader's own rubric, if there is one.
func (o runOptions) catalogue() (features.Catalogue, error) {
	catalogue, err := features.Read(features.Files)
	if err != nil || o.rubric == "" {
		return catalogue, err
	}
	i := slices.IndexFunc(catalogue.Assignments, func(a features.Assignment) bool { return slices.Equal(o.assignments, []string{a.ID}) })
	if i < 0 {
		return catalogue, errors.New("--rubric is for one assignment: say which with --assignment")
	}
	catalogue.Assignments[i].Rubric, err = features.ReadRubric(o.rubric, catalogue.Assignments[i])
	return catalogue, err
}

// chooseRules has the tags select the rules that are asked for.
func (o *runOptions) chooseRules(catalogue features.Catalogue) error {
	switch {
	case len(o.rules) == 0 && o.show:
		return errors.New("--show shows the scenarios of a rule: say which with --rule, as in --rule PEER-3.2 --show")
	case len(o.rules) == 0:
		return nil
	case o.tags != "":
		return errors.New("--rule and --tags both say what is judged: give one of them")
	}
	for i, id := range o.rules {
		rule, err := findRule(catalogue, id)
		if err != nil {
			return fmt.Errorf("--rule: %w", err)
		}
		o.rules[i] = rule.ID
	}
	o.tags = "@" + strings.Join(o.rules, ",@")
	return nil
}

// shown are the rules whose scenarios are shown whole.
func (o runOptions) shown() []string {
	if !o.show {
		return nil
	}
	return o.rules
}

// check looks whether the flags can be followed, before anything of a target is looked at, and
// says how its scenarios are staged.
func (o runOptions) check(catalogue features.Catalogue) (stage.Options, error) {
	limits, err := host.ParseLimits(o.limits)
	if err != nil {
		return stage.Options{}, fmt.Errorf("--limits: %w", err)
	}
	if err := broker.Check(o.amqp); err != nil {
		return stage.Options{}, err
	}
	if err := database.Check(o.mongo); err != nil {
		return stage.Options{}, err
	}
	if !slices.Contains(sandbox.Isolations(), sandbox.Isolation(o.isolate)) {
		return stage.Options{}, fmt.Errorf("--isolate is auto, host, container or none, not %q", o.isolate)
	}
	if err := sandbox.CheckMachine(nil); err != nil {
		return stage.Options{}, err
	}
	if err := checkDocs(o.docs); err != nil {
		return stage.Options{}, err
	}
	ids := assignment.IDs(catalogue.HandedIn())
	for _, id := range o.assignments {
		if !slices.Contains(ids, id) {
			return stage.Options{}, fmt.Errorf("there is no assignment %q; there are %s", id, strings.Join(ids, ", "))
		}
	}
	if o.jobs < 1 {
		return stage.Options{}, fmt.Errorf("--jobs must be at least 1, not %d", o.jobs)
	}
	if !(o.patience > 0 && o.patience <= judging.MaxPatience) {
		return stage.Options{}, fmt.Errorf("--patience must be more than 0 and at most %v, not %v", judging.MaxPatience, o.patience)
	}
	if err := judging.CheckTags(o.tags); err != nil {
		return stage.Options{}, err
	}
	return stage.Options{Patience: o.patience, Isolate: sandbox.Isolation(o.isolate), Limits: limits}, nil
}

// checkDocs looks whether a page can link to an address: one of the web, or of a folder as seen from the page.
func checkDocs(address string) error {
	at, err := url.Parse(address)
	if err != nil || !slices.Contains([]string{"", "http", "https", "file"}, at.Scheme) {
		return fmt.Errorf("--docs is where the site is, as in https://example.edu/chatspec or ../site, not %q", address)
	}
	return nil
}

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
func (o runOptions) target(ctx context.Context, in handedIn, known []assignment.Assignment, stderr io.Writer) (*target.Target, error) {
	mounts, err := sandbox.CheckMounts(o.mounts)
	if err != nil {
		return nil, err
	}
	if in.folder != theReference {
		asker, err := o.asker(ctx, in.name, stderr)
		if err != nil {
			return nil, err
		}
		t, err := target.Open(ctx, in.folder, target.Request{
			Name: in.name, Mended: in.mended,
			Known: known, Assignments: o.assignments, Manifest: o.manifest, Endpoints: o.endpoints, Mounts: mounts, Asker: asker,
		})
		return t, withMended(err, in.mended)
	}
	if len(o.endpoints) > 0 || o.manifest != "" {
		return nil, errors.New("the reference is judged as it is: --endpoint and --manifest are for other targets")
	}
	t, err := referenceOf(known)
	if err != nil {
		return nil, err
	}
	if len(o.assignments) > 0 {
		t.Assignments = distinct(o.assignments)
	}
	return t, nil
}

// withMended adds to why a submission cannot be judged what was mended of its archive, or left out: that may be why.
func withMended(err error, mended []string) error {
	bad := (*target.BadTarget)(nil)
	if !errors.As(err, &bad) || len(mended) == 0 {
		return err
	}
	return &target.BadTarget{Reason: bad.Reason + "; in its archive, " + strings.Join(mended, "; ")}
}

// asker is who looks at a submission: somebody in hosts, where its programs are to live
// there. That they are not is said before anything of it is run.
func (o runOptions) asker(ctx context.Context, name string, stderr io.Writer) (target.Asker, error) {
	way, why, err := sandbox.Decide(ctx, sandbox.Isolation(o.isolate))
	if err == nil && way == sandbox.Shared && name != noFolder {
		fmt.Fprintf(stderr, "chatspec: programs run on this machine itself: %s\n", cmp.Or(why, "--isolate none gives them all that you may do here"))
	}
	return sandbox.AskerIn(way), err
}

func conclude(results []grading.Result) error {
	for _, result := range results {
		if result.Verdict != grading.Conformant {
			return errNonconformant
		}
	}
	return nil
}
