// Package chatspec judges chat programs in Go's own tests: each rule is a subtest, and each of its scenarios one of that.
//
//	func TestChat(t *testing.T) {
//		chatspec.Run(t, "path/to/my-chat")
//	}
//
// A target is a folder or an archive of programs in any language, which are found and started as `chatspec run` does; paths
// are seen from the test's own folder. Nothing else is needed: no TestMain, and no chatspec on the PATH. On Linux each program
// lives on a host of its own, where that can be had (see Isolate).
//
// A rule that the text demands or implies fails its subtest; what was expected, what was observed, a hint and the last things
// that happened are told. What is blocked or cannot be seen is skipped, with its reason, and so is what fails beyond the text.
//
// All is judged before the first subtest begins, since one rule may explain another: to have it quick, say which rules
// (Rules), rather than by -run.
package chatspec

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"testing"

	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/grading"
)

// An Option says what of a target is judged, and how.
type Option func(*options)

type options struct {
	assignments []string
	rules       []string
	tags        string
	isolate     sandbox.Isolation
	patience    float64
	jobs        int
	manifest    string
	endpoints   []string
}

// Assignment judges only these assignments, by their ids. Without it they are those whose programs are there.
func Assignment(ids ...string) Option {
	return func(o *options) { o.assignments = append(o.assignments, ids...) }
}

// Rules judges only these rules, such as PEER-3.2, and those that they need.
func Rules(ids ...string) Option {
	return func(o *options) { o.rules = append(o.rules, ids...) }
}

// Tags judges only what a tag expression selects, such as "@must && ~@part-5". It does not go with Rules.
func Tags(expression string) Option { return func(o *options) { o.tags = expression } }

// Isolate says where programs live: "host" is each on a host of its own, "none" on this machine, and "auto" (the default) on
// hosts, where these can be had. Where they cannot, the test's log says why.
func Isolate(way string) Option { return func(o *options) { o.isolate = sandbox.Isolation(way) } }

// Patience multiplies every deadline, for slow machines: by 1000 at most.
func Patience(times float64) Option { return func(o *options) { o.patience = times } }

// Jobs is how many scenarios run at a time; twice the processors, without it.
func Jobs(count int) Option { return func(o *options) { o.jobs = count } }

// Manifest reads this file instead of the target's own chatspec.yaml.
func Manifest(file string) Option { return func(o *options) { o.manifest = file } }

// Endpoint says where a program runs already on this machine, as in Endpoint("server5", "127.0.0.1:5000"). With it, or a
// Manifest that says so, the target may be "": nothing but what runs.
func Endpoint(program, address string) Option {
	return func(o *options) { o.endpoints = append(o.endpoints, program+"="+address) }
}

// exitInterrupted is how tests end after Ctrl-C.
const exitInterrupted = 130

// Run judges a target: a folder, or an archive. It ends the test where that cannot be done, and returns what the target came
// to, an assignment each, for tests that want to know more: the points, say. Ctrl-C ends all that it has started, and then the tests.
func Run(t *testing.T, target string, with ...Option) []grading.Result {
	t.Helper()
	o := options{isolate: sandbox.Auto, patience: 1, jobs: 2 * runtime.NumCPU()}
	for _, option := range with {
		option(&o)
	}
	interrupted := false
	t.Cleanup(func() { // after all that is registered from here on
		if interrupted {
			fmt.Fprintln(os.Stderr, "chatspec: interrupted; nothing is left running")
			os.Exit(exitInterrupted)
		}
	})
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	results, err := judge(ctx, t, target, o)
	interrupted = ctx.Err() != nil
	stop()
	switch {
	case interrupted:
		t.FailNow()
	case err != nil:
		t.Fatalf("%s could not be judged: %v", target, err)
	}
	for _, result := range results {
		tell(t, result)
	}
	return results
}
