package main

import (
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/chatspec/chatspec/grading"
)

// A progress shows how far a run is.
type progress interface {
	step(grading.Outcome)
	end()
}

// progress chooses what is shown while the run goes on: a bar on a terminal that
// is not to be plain, dots for the format of that name, otherwise nothing.
func (o outputs) progress(stdout io.Writer, count int) progress {
	for _, out := range o {
		switch {
		case out.file != "":
			continue
		case out.format == "progress":
			return dots{stdout}
		case out.format == "pretty" && isTerminal(stdout) && os.Getenv("NO_COLOR") == "":
			return newBar(stdout, count)
		}
	}
	return silence{}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd()) && os.Getenv("TERM") != "dumb"
}

type silence struct{}

func (silence) step(grading.Outcome) {}
func (silence) end()                 {}

// dots writes a letter for each scenario.
type dots struct{ out io.Writer }

func (d dots) step(o grading.Outcome) {
	letter := map[grading.Verdict]string{
		grading.Passed: ".", grading.Failed: "F", grading.Blocked: "B", grading.Unverified: "U",
	}[o.Verdict]
	io.WriteString(d.out, letter)
}

func (d dots) end() { io.WriteString(d.out, "\n") }

// A bar is a line that grows, and goes away at the end.
type bar struct {
	all *mpb.Progress
	bar *mpb.Bar
}

func newBar(out io.Writer, count int) bar {
	all := mpb.New(mpb.WithOutput(out), mpb.WithWidth(40))
	return bar{all, all.AddBar(int64(count),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersNoUnit("%d of %d scenarios ")),
	)}
}

func (b bar) step(grading.Outcome) { b.bar.Increment() }

func (b bar) end() {
	b.bar.Abort(true)
	b.all.Wait()
}
