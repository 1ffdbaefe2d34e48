package steps_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/fixtures/window"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/stepstest"
	"github.com/chatspec/chatspec/steps/tcp"
)

// The tiny assignment is one that only the tests know: a program that answers each
// typed line. It is added as every assignment is: by a folder of features with its
// assignment.yaml, and by a vocabulary, which is all of the following.

func echo() steps.Vocabulary {
	return steps.Vocabulary{
		Name: "echo",
		Sentences: []steps.Sentence{
			steps.Say(`^`+steps.Name+` has been answered `+steps.Line+` once$`, (*echoWorld).isAnsweredOnce),
			// tcp words one alike, and means something else by it.
			steps.Say(`^`+steps.Name+` has received the numbers ([\d, ]+)$`, (*echoWorld).hasNumbers),
		},
		Begin: func(run *stage.Run, _ steps.Services) steps.Session { return echoSession{run} },
	}
}

type echoSession struct{ run *stage.Run }

// Calibrate implements steps.Session: the program has started when it reads.
func (s echoSession) Calibrate(ctx context.Context, program string) error {
	return s.run.WithStage(nil, func(on *stage.Stage) error {
		start := stage.Start{Name: "ann", Program: program, Values: target.Values{"name": {"ann"}}}
		if err := on.Start(start); err != nil {
			return err
		}
		if err := on.AwaitPrompt(ctx, "ann"); err != nil {
			return err
		}
		return on.CheckAlive("ann")
	})
}

// Open implements steps.Session.
func (s echoSession) Open(w *steps.World) any { return &echoWorld{w} }

type echoWorld struct{ *steps.World }

func (w *echoWorld) isAnsweredOnce(ctx context.Context, user, text string) error {
	if err := w.Stage.Conclude(ctx, steps.Unquote(user)); err != nil {
		return err
	}
	output := journal.Output(w.Stage.Journal(), steps.Unquote(user))
	if count := strings.Count(output, text); count != 1 {
		return stage.Fail(fmt.Sprintf("%s is answered %q once", user, text), fmt.Sprintf("it is answered %d times", count))
	}
	return nil
}

var number = regexp.MustCompile(`(?m)^\d+`)

func (w *echoWorld) hasNumbers(ctx context.Context, user, want string) error {
	if err := w.SeesText(ctx, user, w.Typed); err != nil {
		return err
	}
	output := journal.Output(w.Stage.Journal(), steps.Unquote(user))
	if got := strings.Join(number.FindAllString(output, -1), ", "); got != want {
		return stage.Fail("the answers are numbered "+want, "they are numbered "+got)
	}
	return nil
}

const tiny = "testdata/tiny"

// withTiny are the features that there are, and those of the tiny assignment.
func withTiny(t *testing.T) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	for _, files := range []fs.FS{features.Files, os.DirFS(filepath.Join(tiny, "features"))} {
		err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := fs.ReadFile(files, name)
			all[name] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// openTiny opens one of the two programs that were handed in: of which assignment
// they are, their names tell.
func openTiny(t *testing.T, folder string) (*target.Target, features.Assignment) {
	t.Helper()
	catalogue, err := features.Read(withTiny(t))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := target.Open(t.Context(), filepath.Join(tiny, folder), target.Request{Asker: target.Here{}, Known: catalogue.HandedIn()})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(subject.Assignments, []string{"echo"}) {
		t.Fatalf("it is taken for one of %q", subject.Assignments)
	}
	known, _ := catalogue.Assignment("echo")
	return subject, known
}

// judgeTiny judges one of the programs in the sentences of a vocabulary.
func judgeTiny(t *testing.T, folder string, way sandbox.Isolation, vocabulary steps.Vocabulary) (grading.Result, error) {
	t.Helper()
	subject, known := openTiny(t, folder)
	run := stagetest.RunOf(t, subject, stage.Options{Isolate: way})
	outcomes, err := steps.Run(t.Context(), run, vocabulary, steps.Options{
		Features: withTiny(t), Assignment: known.ID, Jobs: 4, Shuffle: true,
	})
	return grading.Grade(known, grading.Sheet{Target: folder, Outcomes: outcomes}), err
}

func TestATinyAssignmentIsAdded(t *testing.T) {
	all := []string{"ECHO-1.1", "ECHO-1.2", "ECHO-1.3", "ECHO-1.4"}
	for _, c := range []struct {
		folder  string
		verdict string
		failed  []string
	}{
		{"right", "conformant", nil},
		{"mutant", "nonconformant", []string{"ECHO-1.2"}},
	} {
		t.Run(c.folder, func(t *testing.T) {
			stepstest.EachIsolation(t, []sandbox.Isolation{sandbox.OwnHost, sandbox.Shared}, func(t *testing.T, way sandbox.Isolation) {
				result, err := judgeTiny(t, c.folder, way, echo())
				if err != nil {
					t.Fatal(err)
				}
				if string(result.Verdict) != c.verdict {
					t.Errorf("it is %s", result.Verdict)
				}
				var judged, failed []string
				for _, rule := range result.Rules {
					judged = append(judged, rule.ID)
					if rule.Verdict != grading.Passed {
						failed = append(failed, rule.ID)
					}
				}
				if !slices.Equal(judged, all) || !slices.Equal(failed, c.failed) {
					t.Errorf("of %q it fails %q, want %q", judged, failed, c.failed)
				}
			})
		})
	}
}

func TestWhatIsWrongWithATinyProgramIsSaid(t *testing.T) {
	result, err := judgeTiny(t, "mutant", sandbox.Auto, echo())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(result.Rules, func(r grading.Rule) bool { return r.ID == "ECHO-1.2" })
	if i < 0 {
		t.Fatal("the rule was not judged")
	}
	failure := result.Rules[i].Scenarios[0].Failure
	if failure == nil || failure.Expected != "the answers are numbered 0, 1, 2" || failure.Observed != "they are numbered 0, 0, 0" || failure.Hint != "add one after each answer." {
		t.Errorf("it says %+v", failure)
	}
}

// doctor asks each vocabulary whether a program starts.
func TestATinyProgramIsCalibrated(t *testing.T) {
	subject, _ := openTiny(t, "right")
	if err := echo().Begin(stagetest.RunOf(t, subject, stage.Options{}), steps.Services{}).Calibrate(t.Context(), "echo"); err != nil {
		t.Error(err)
	}
}

// Each assignment is judged with its own sentences only. The wording is really the
// same: in one suite the two would be ambiguous.
func TestSentencesThatTwoWordAlikeAreNoAmbiguity(t *testing.T) {
	alone, err := judgeTiny(t, "right", sandbox.Auto, echo())
	if err != nil || alone.Verdict != "conformant" {
		t.Errorf("with its own sentences it is %s: %v", alone.Verdict, err)
	}
	both := echo()
	both.Sentences = slices.Concat(both.Sentences, tcp.Vocabulary().Sentences)
	_, err = judgeTiny(t, "right", sandbox.Auto, both)
	if err == nil || !strings.Contains(err.Error(), `the sentence "\"ann\" has received the numbers 0, 1, 2" cannot be checked`) {
		t.Errorf("with those of tcp besides: %v", err)
	}
}

// TestADisplayThatIsLostCostsItsScenario: the run goes on, and nothing is said against the program, unless it is the
// program that keeps the display from everybody.
func TestADisplayThatIsLostCostsItsScenario(t *testing.T) {
	for lost, want := range map[error]grading.Verdict{window.ErrLost: grading.Unverified, window.ErrKept: grading.Failed} {
		vocabulary := echo()
		vocabulary.Sentences[0] = steps.Say(`^`+steps.Name+` has been answered `+steps.Line+` once$`, func(*echoWorld, context.Context, string, string) error {
			return fmt.Errorf("looking for windows: %w", lost)
		})
		result, err := judgeTiny(t, "right", sandbox.Shared, vocabulary)
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		for _, rule := range result.Rules {
			if rule.Verdict == want && strings.Contains(rule.Scenarios[0].Failure.Observed, lost.Error()) {
				told++
			}
		}
		if told == 0 {
			t.Errorf("where %q the rules are %+v", lost, result.Rules)
		}
	}
}

// EchoWorld has the name by which a world is embedded whose methods are called.
type EchoWorld = echoWorld

// An excused world is one in which what its programs stand on cannot do all that they ask of it.
type excused struct{ *EchoWorld }

func (excused) Excuse() error { return &stage.Unverified{Reason: "the oven is cold"} }

type excusing struct{ steps.Session }

func (e excusing) Open(w *steps.World) any { return &excused{e.Session.Open(w).(*echoWorld)} }

// TestWhatSomethingElseIsToBlameForIsLeftOpen: neither failed nor blocked; and what passes has passed.
func TestWhatSomethingElseIsToBlameForIsLeftOpen(t *testing.T) {
	vocabulary := echo()
	begin := vocabulary.Begin
	vocabulary.Begin = func(run *stage.Run, services steps.Services) steps.Session { return excusing{begin(run, services)} }
	result, err := judgeTiny(t, "mutant", sandbox.Shared, vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[grading.Verdict]int{}
	for _, rule := range result.Rules {
		verdicts[rule.Verdict]++
		if failure := rule.Scenarios[0].Failure; rule.Verdict == grading.Unverified && failure.Observed != "the oven is cold" {
			t.Errorf("of %s it is said %q", rule.ID, failure.Observed)
		}
	}
	if verdicts[grading.Passed] == 0 || verdicts[grading.Unverified] == 0 || verdicts[grading.Failed]+verdicts[grading.Blocked] > 0 {
		t.Errorf("the verdicts are %v", verdicts)
	}
}
