package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/ledger"
	"github.com/chatspec/chatspec/grading/scores"
)

// A classProgress says how far the grading of a class is: a line for each submission, and, on a terminal, one
// below them that says who is being judged.
type classProgress struct {
	out      io.Writer
	terminal bool
	all      int
	before   int // that were judged before this start
	atATime  int
	begun    time.Time

	mu    sync.Mutex
	ready int
	now   []string // who is being judged
}

func newClassProgress(out io.Writer, all, before, atATime int) *classProgress {
	p := &classProgress{out: out, terminal: isTerminal(out) && os.Getenv("NO_COLOR") == "", all: all, before: before, atATime: atATime, begun: time.Now()}
	if before > 0 {
		fmt.Fprintf(out, "chatspec: %d of %d were judged before\n", before, all)
	}
	return p
}

// begin notes that a submission is being judged.
func (p *classProgress) begin(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = append(p.now, id)
	p.below()
}

// done tells of a submission that has been judged.
func (p *classProgress) done(e ledger.Entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready++
	p.now = slices.DeleteFunc(p.now, func(id string) bool { return id == e.ID })
	what := e.Problem
	if scores.Verdict(e) != scores.Unjudged {
		earned, possible := scores.Total(e)
		what = fmt.Sprintf("%s of %s points", earned, possible)
	}
	p.wipe()
	fmt.Fprintf(p.out, "%d of %d: %s: %s (%.0f s)%s\n", p.before+p.ready, p.all, grading.Printable(e.ID), grading.Printable(what), e.Seconds, p.left())
	p.below()
}

// left says how long the others will take, as long as those before them did.
func (p *classProgress) left() string {
	others := p.all - p.before - p.ready
	if others == 0 {
		return ""
	}
	each := time.Since(p.begun) / time.Duration(p.ready)
	minutes := math.Ceil((time.Duration(others) * each).Minutes())
	if minutes <= 1 {
		return "; a minute at most is left"
	}
	return fmt.Sprintf("; about %.0f minutes are left", minutes)
}

// below writes who is being judged, on a terminal.
func (p *classProgress) below() {
	if !p.terminal || len(p.now) == 0 {
		return
	}
	p.wipe()
	fmt.Fprintf(p.out, "judging %s", grading.Printable(strings.Join(p.now, ", ")))
}

// wipe takes that line away.
func (p *classProgress) wipe() {
	if p.terminal {
		io.WriteString(p.out, "\r\x1b[K")
	}
}

// end leaves the terminal as it was.
func (p *classProgress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
}
