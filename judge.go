package chatspec

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/archive"
	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/judging"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

// check looks whether the options can be followed.
func (o options) check(catalogue features.Catalogue) error {
	ids := assignment.IDs(catalogue.HandedIn())
	for _, id := range o.assignments {
		if !slices.Contains(ids, id) {
			return fmt.Errorf("there is no assignment %q; there are %s", id, strings.Join(ids, ", "))
		}
	}
	switch {
	case !slices.Contains(sandbox.Isolations(), o.isolate):
		return fmt.Errorf("programs are isolated in the way auto, host, container or none, not %q", o.isolate)
	case !(o.patience > 0 && o.patience <= judging.MaxPatience):
		return fmt.Errorf("patience must be more than 0 and at most %v, not %v", judging.MaxPatience, o.patience)
	case len(o.rules) > 0 && o.tags != "":
		return errors.New("what is judged is chosen by Rules or by Tags, not by both")
	case o.jobs < 1:
		return fmt.Errorf("at least one scenario runs at a time, not %d", o.jobs)
	}
	return judging.CheckTags(o.selection())
}

// selection is the tag expression of what is judged.
func (o options) selection() string {
	if len(o.rules) == 0 {
		return o.tags
	}
	return "@" + strings.Join(o.rules, ",@")
}

// judge judges a target and grades it.
func judge(ctx context.Context, t *testing.T, name string, o options) ([]grading.Result, error) {
	t.Helper()
	catalogue, err := features.Read(features.Files)
	if err != nil {
		return nil, err
	}
	if err := o.check(catalogue); err != nil {
		return nil, err
	}
	found, err := open(ctx, t, name, o, catalogue.HandedIn())
	if err != nil {
		return nil, err
	}
	chosen, err := judging.Select(o.selection(), catalogue, found.Assignments)
	if err != nil {
		return nil, err
	}
	var results []grading.Result
	for _, id := range found.Assignments {
		known, _ := catalogue.Assignment(id)
		result, err := o.one(ctx, found.For(id), known, chosen.Tags)
		if err != nil {
			return nil, err
		}
		if len(result.Rules) > 0 {
			results = append(results, result)
		}
	}
	return results, nil
}

// open finds a target, which may be in an archive.
func open(ctx context.Context, t *testing.T, name string, o options, known []assignment.Assignment) (*target.Target, error) {
	t.Helper()
	way, why, err := sandbox.Decide(ctx, o.isolate)
	if err != nil {
		return nil, err
	}
	if why != "" {
		t.Logf("programs run on this machine itself: %s", why)
	}
	request := target.Request{Name: name, Known: known, Assignments: o.assignments, Manifest: o.manifest, Endpoints: o.endpoints, Asker: sandbox.AskerIn(way)}
	folder := name
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && archive.IsNamed(name) {
		unpacked, err := archive.Unpack(ctx, name, t.TempDir(), archive.DefaultLimits())
		if err != nil {
			return nil, err
		}
		folder, request.Mended = unpacked.Folder, unpacked.Mended
	}
	return target.Open(ctx, folder, request)
}

// one judges a target by what tags select of one assignment.
func (o options) one(ctx context.Context, of *target.Target, known features.Assignment, tags string) (result grading.Result, err error) {
	run, err := stage.NewRun(ctx, of, stage.Options{Patience: o.patience, Isolate: o.isolate})
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, run.Close()) }()
	begun := time.Now()
	outcomes, err := vocabularies.Run(ctx, run, known, steps.Options{Features: features.Files, Tags: tags, Jobs: o.jobs})
	if err != nil {
		return result, err
	}
	sheet := judging.Sheet(run, known, outcomes)
	sheet.Seconds = time.Since(begun).Seconds()
	if sheet.Suite, err = judging.Suite(""); err != nil {
		return result, err
	}
	return grading.Grade(known, sheet), nil
}
