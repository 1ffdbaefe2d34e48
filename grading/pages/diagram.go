package pages

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chatspec/chatspec/grading"
)

// A duo is a scenario as two diagrams: of the program that was judged, and of the reference.
type duo struct{ Mine, Theirs *diagram }

// A diagram is a sequence of what happened, in units of an SVG.
type diagram struct {
	ID            string // by which its title is found
	Title, Desc   string
	Width, Height int
	Mine          bool // it is of the program that was judged
	User          int  // where the user's line is, or 0
	Lines         []lifeline
	Bottom        int // of the lines
	Rows          []row
	End           []string // what is said at the end
}

// A lifeline is somebody's.
type lifeline struct {
	X         int
	Name, Sub string
	Judged    bool // it is a program, and no peer of the harness
}

// A row is one event. Its shapes are where they are not 0 or "".
type row struct {
	Y, Height int
	Time      string
	Tint      bool // it differs
	Gap       string
	GapY      int
	Label     string // words at X, before Quoted
	X, TextY  int
	Quoted    string
	Lines     []messageLine // a message, above its arrow
	From, To  int           // of an arrow, which leads from one to the other
	Dashed    bool
	Ghost     bool // it is missing here
	Ring      int  // where somebody listens
	Cross     int  // where something ends
	Box       bool // the label is a complaint
}

// A messageLine is a line of a message, in pieces.
type messageLine struct {
	X, Y   int
	Pieces []piece
}

// A piece is a part of a message; its class says how it differs.
type piece struct{ Text, Class string }

// Back reports whether the row's arrow leads to the left.
func (r row) Back() bool { return r.To < r.From }

// Points are the points of its arrow's head.
func (r row) Points() string {
	y := r.Y + r.Height - 10
	if r.Back() {
		return fmt.Sprintf("M%d %dl7.8-3.6v7.2z", r.To, y)
	}
	return fmt.Sprintf("M%d %dl-7.8-3.6v7.2z", r.To, y)
}

// ArrowY is where its arrow is.
func (r row) ArrowY() int { return r.Y + r.Height - 10 }

// Class is how its arrow is drawn.
func (d *diagram) Class(r row) string {
	switch {
	case r.Ghost:
		return "ar gh"
	case r.Dashed:
		return "cn"
	case r.Tint && d.Mine:
		return "ar bad"
	case r.Tint:
		return "ar ok"
	}
	return "ar"
}

// A cell is a row in its diagram, as the template asks for it.
type cell struct {
	Row   row
	Arrow string // its class
}

// Cell is a row of the diagram.
func (d *diagram) Cell(r row) cell { return cell{r, d.Class(r)} }

// EndY is where a line of what is said at the end stands.
func (d *diagram) EndY(i int) int { return d.Bottom + 16 + 13*i }

// GapY is where it is said how much time passes.
func (c cell) GapY() int { return c.Row.GapY + 10 }

// RingY is where the ring of somebody who listens is.
func (c cell) RingY() int { return c.Row.TextY - 4 }

// CrossY is where the cross of what ends is: on its arrow, or beside its words.
func (c cell) CrossY() int {
	if c.Row.From != 0 || c.Row.To != 0 {
		return c.Row.ArrowY()
	}
	return c.Row.TextY - 4
}

// TimeY is where the time stands.
func (r row) TimeY() int { return r.Y + r.Height - 10 }

// The measures of a diagram, in units.
const (
	narrow      = 400 // its width with three lines
	userX       = 62
	firstX      = 134
	lineStep    = 172
	firstY      = 58
	pieceWidth  = 40  // of a message's line, in characters
	charWidth   = 6.4 // of the fixed-width font
	gapSeconds  = 0.05
	maxMessage  = 120 // in characters
	longestText = 46  // of what is typed, printed or noted, in characters
)

// draw draws a failed scenario beside that of the reference, if there is one. The id must be the page's only one.
func draw(id string, failed grading.Scenario, reference *grading.Scenario) *duo {
	failure := failed.Failure
	if failure == nil || len(failure.Events) == 0 {
		return nil
	}
	mine, left := shownEvents(failure.Events, maxAligned)
	var theirs []grading.Event
	if reference != nil {
		step := slices.IndexFunc(failed.Steps, func(s grading.Step) bool { return s.Verdict == failed.Verdict })
		theirs, _ = shownEvents(until(*reference, step), maxAligned)
	}
	d := drawing{
		pairs: align(mine, theirs), compared: len(theirs) > 0, expected: failure.Expected,
		aboutOutput: isAboutOutput(failure.Step), failed: failed,
	}
	d.lines, d.user = lifelines(mine, theirs)
	own := d.side(true, left)
	own.ID, own.Title = id+"a", "Sequence diagram of your program, scenario: "+grading.Visible(failed.Name)
	both := &duo{Mine: own}
	if d.compared {
		both.Theirs = d.side(false, 0)
		both.Theirs.ID, both.Theirs.Title = id+"b", "Sequence diagram of the reference, scenario: "+grading.Visible(failed.Name)
		d.level(both)
	}
	d.finish(both)
	return both
}

// drawAlone draws a scenario that has passed with the reference, up to the end of its last step. It tells no times, which
// are the machine's, so that it is the same each time. The id must be the page's only one.
func drawAlone(id string, played grading.Scenario) *diagram {
	all := until(played, len(played.Steps)-1)
	events, left := shownEvents(all, maxAlone)
	d := drawing{timeless: true}
	for i := range events {
		d.pairs = append(d.pairs, pair{theirs: &events[i]})
	}
	d.lines, d.user = lifelines(all)
	side := d.side(false, left)
	side.ID, side.Title, side.Desc = id, "Sequence diagram of the reference, scenario: "+grading.Visible(played.Name), inWords(events)
	side.End = []string{"Here the rule holds."}
	place(side)
	return side
}

// inWords tells events in a sentence.
func inWords(events []grading.Event) string {
	var said []string
	for _, e := range events {
		text := grading.Visible(e.From + " " + e.Kind)
		if e.To != "" {
			text += grading.Visible(" to " + e.To)
		}
		if e.Text != "" && e.Kind != "listening" && e.Kind != "started" {
			text += ": " + cut(grading.Visible(strings.TrimSpace(e.Text)), longestText)
		}
		said = append(said, strings.TrimSpace(text))
	}
	return strings.Join(said, "; ") + "."
}

// isAboutOutput reports whether a step is about what a program prints.
func isAboutOutput(step string) bool {
	return slices.ContainsFunc([]string{" sees ", " see ", "shows", "shown", "prints", "printed", "displays"}, func(word string) bool { return strings.Contains(step, word) })
}

// lifelines places whoever took part: the user, where one program alone is typed to, then the programs, then the
// harness's peers, in the order in which they appear.
func lifelines(sides ...[]grading.Event) (lines []lifeline, user int) {
	var programs, all, typedTo []string
	add := func(list *[]string, name string) {
		if name != "" && !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	for _, events := range sides {
		for _, e := range events {
			switch e.Kind {
			case "started":
				add(&programs, e.From)
			case "typed":
				add(&typedTo, e.From)
			}
		}
	}
	all = slices.Clone(programs)
	for _, events := range sides {
		for _, e := range events {
			if e.Kind != "noted" {
				add(&all, e.From)
				add(&all, e.To)
			}
		}
	}
	x := 90
	if len(typedTo) == 1 {
		user, x = userX, firstX
	}
	for _, name := range all {
		lines = append(lines, lifeline{X: x, Name: name, Judged: slices.Contains(programs, name)})
		x += lineStep
	}
	return lines, user
}

// A drawing is what both diagrams of a scenario have in common.
type drawing struct {
	pairs       []pair
	compared    bool // there is a reference
	expected    string
	aboutOutput bool
	failed      grading.Scenario
	lines       []lifeline
	user        int
	timeless    bool     // it is not told when anything happened
	differ      []string // what differs, in words
}

func (d *drawing) x(name string) int {
	i := slices.IndexFunc(d.lines, func(l lifeline) bool { return l.Name == name })
	if i < 0 {
		return firstX
	}
	return d.lines[i].X
}

func (d *drawing) width() int {
	last := narrow
	if n := len(d.lines); n > 0 {
		last = d.lines[n-1].X + 94
	}
	return max(narrow, last)
}

// side draws one side. Rows have their heights, and no place yet.
func (d *drawing) side(mine bool, left int) *diagram {
	side := &diagram{Width: d.width(), Mine: mine, User: d.user}
	for _, line := range d.lines {
		if line.Sub = "peer"; line.Judged {
			line.Sub = "reference"
			if mine {
				line.Sub = "your program"
			}
		}
		line.Name = cut(grading.Visible(line.Name), 14)
		side.Lines = append(side.Lines, line)
	}
	before := 0.0
	for i, p := range d.pairs {
		here, there := p.mine, p.theirs
		if !mine {
			here, there = there, here
		}
		r := d.row(here, there, mine)
		switch {
		case d.timeless:
			r.Time = ""
		case here != nil:
			if here.At-before > gapSeconds && i > 0 {
				r.Gap = fmt.Sprintf("%.2f s pass", here.At-before)
			}
			before = here.At
		}
		side.Rows = append(side.Rows, r)
	}
	if left > 0 && len(side.Rows) > 0 {
		side.Rows[0].Gap = counted(left, "event") + " before are left out"
	}
	return side
}

// row draws what happened here, beside what happened there.
func (d *drawing) row(here, there *grading.Event, mine bool) row {
	switch {
	case here == nil && !mine:
		return row{Height: 14}
	case here == nil:
		return d.missing(*there)
	}
	r := row{Height: 26, Time: fmt.Sprintf("%.3f", here.At), X: d.x(here.From) + 10}
	r.Tint = d.compared && d.isDifferent(*here, there, mine)
	text := grading.Visible(here.Text)
	switch here.Kind {
	case "started":
		r.Label = "starts"
	case "listening":
		r.Label, r.Ring = "listens on "+cut(text, 30), d.x(here.From)
	case "typed":
		d.told(&r, "types ", text, here.From, true)
	case "shown":
		d.told(&r, "prints ", lastLine(text), here.From, false)
	case "complained":
		r.Box = strings.Contains(text, "\n") && strings.Contains(strings.TrimSpace(text), "\n")
		r.Label = "standard error: "
		if r.Box {
			r.Label = ""
		}
		r.Label += cut(lastLine(text), longestText)
	case "connected":
		r.Label, r.Dashed, r.Height = fmt.Sprintf("connects (connection %d)", here.Connection), true, 34
		d.arrow(&r, here.From, here.To)
	case "sent", "wrote":
		d.message(&r, *here, there, mine)
	case "closed", "deafened":
		r.Label, r.Dashed, r.Height = "ends the connection", true, 34
		if text != "" {
			r.Label += ": " + cut(text, 24)
		}
		d.arrow(&r, here.From, here.To)
		r.Cross = r.To
	case "exited":
		r.Label, r.Cross = "ends: "+cut(text, 34), d.x(here.From)
	default:
		r.Label, r.X = cut(text, longestText+10), 46
	}
	return r
}

// lastLine is the last line of a text that says something.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// told draws what is typed or printed: between the user and the program, or beside it.
func (d *drawing) told(r *row, verb, text, program string, typed bool) {
	r.Label, r.Quoted = verb, "“"+cut(text, longestText)+"”"
	if d.user == 0 {
		return
	}
	r.X, r.Height = 46, 34
	r.From, r.To = d.x(program), d.user
	if typed {
		r.From, r.To = d.user, d.x(program)
	}
}

func (d *drawing) arrow(r *row, from, to string) {
	r.From, r.To = d.x(from), d.x(to)
	r.X = min(r.From, r.To) + 10
}

// missing draws what the reference does and the program does not.
func (d *drawing) missing(there grading.Event) row {
	r := row{Height: 34}
	if isOutput(there) && !d.aboutOutput || there.To == "" && !isOutput(there) {
		return row{Height: 14}
	}
	what := "a message is missing"
	switch {
	case isOutput(there):
		what = "nothing is printed here"
		r.From, r.To = d.x(there.From), d.user
		if d.user == 0 {
			r.From, r.To = 0, 0
		}
		r.X = 46
	case there.Kind == "connected":
		what = "a connection is missing"
	case there.Kind == "closed" || there.Kind == "deafened":
		what = "the connection does not end"
	}
	if there.To != "" {
		d.arrow(&r, there.From, there.To)
	}
	r.Ghost, r.Tint, r.Label = true, true, what
	d.differ = append(d.differ, fmt.Sprintf("%s: %s", there.From, what))
	return r
}

func isOutput(e grading.Event) bool { return e.Kind == "shown" || e.Kind == "complained" }

// isDifferent reports whether a row is tinted. What starts and listens does so at addresses of chance; more output than
// the reference's is no fault.
func (d *drawing) isDifferent(here grading.Event, there *grading.Event, mine bool) bool {
	switch {
	case slices.Contains([]string{"started", "listening", "noted", "typed"}, here.Kind):
		return false
	case isOutput(here):
		if there != nil {
			return false
		}
		return mine && isTraceback(here) || !mine && d.aboutOutput
	case here.Kind == "exited":
		return mine && there == nil
	case there == nil:
		return here.To != ""
	case here.Kind != "sent":
		return false
	}
	own, other := members(here.Text), members(there.Text)
	if len(own) == 1 || len(other) == 1 {
		return here.Text != there.Text
	}
	for _, how := range []map[string]difference{differences(own, other, d.expected), differences(other, own, d.expected)} {
		for _, much := range how {
			if much == strong {
				return true
			}
		}
	}
	return false
}

func isTraceback(e grading.Event) bool {
	return e.Kind == "complained" && strings.Contains(strings.TrimSpace(e.Text), "\n")
}

// message draws a message above its arrow, with what differs marked.
func (d *drawing) message(r *row, here grading.Event, there *grading.Event, mine bool) {
	d.arrow(r, here.From, here.To)
	parts := members(here.Text)
	how := map[string]difference{}
	if there != nil {
		how = differences(parts, members(there.Text), d.expected)
		if mine && r.Tint {
			d.differ = append(d.differ, fmt.Sprintf("%s sends %s, the reference sends %s", here.From, cut(here.Text, maxMessage), cut(there.Text, maxMessage)))
		}
	} else if mine && r.Tint {
		d.differ = append(d.differ, fmt.Sprintf("%s sends %s, which the reference does not", here.From, cut(here.Text, maxMessage)))
	}
	pieces := pieces(parts, how, mine)
	if here.Size > 0 {
		pieces = append(pieces, piece{Text: fmt.Sprintf(" (%d bytes)", here.Size)})
	}
	for _, line := range lines(pieces) {
		length := 0
		for _, p := range line {
			length += utf8.RuneCountInString(p.Text)
		}
		x := max(46, min(r.X, d.width()-4-int(float64(length)*charWidth)))
		r.Lines = append(r.Lines, messageLine{X: x, Pieces: line})
	}
	r.Height = 22 + 13*len(r.Lines)
}

// pieces are the parts of a message, cut, with the classes of those that differ.
func pieces(parts []member, how map[string]difference, mine bool) []piece {
	class := map[difference]string{weak: "dm", strong: "dy"}
	if mine {
		class[strong] = "dx"
	}
	var all []piece
	left := maxMessage
	for _, part := range parts {
		text := strings.ReplaceAll(grading.Visible(part.text), "\n", `\n`)
		if n := utf8.RuneCountInString(text); n > left {
			return append(all, piece{cut(text, max(1, left)), class[how[part.name]]})
		} else {
			left -= n
		}
		all = append(all, piece{text, class[how[part.name]]})
	}
	return all
}

// lines breaks pieces into lines.
func lines(pieces []piece) [][]piece {
	var all [][]piece
	var line []piece
	left := pieceWidth
	for _, p := range pieces {
		rest := []rune(p.Text)
		for len(rest) > left {
			if left > 0 {
				line = append(line, piece{string(rest[:left]), p.Class})
			}
			rest = rest[left:]
			all, line, left = append(all, line), nil, pieceWidth
		}
		line = append(line, piece{string(rest), p.Class})
		left -= len(rest)
	}
	return append(all, line)
}

// level gives the rows of both sides the same heights, and so the same places.
func (d *drawing) level(both *duo) {
	for i := range both.Mine.Rows {
		a, b := &both.Mine.Rows[i], &both.Theirs.Rows[i]
		a.Height = max(a.Height, b.Height)
		b.Height = a.Height
		a.Tint, b.Tint = a.Tint || b.Tint, a.Tint || b.Tint
	}
}

// finish gives all rows their places, and says how it ends.
func (d *drawing) finish(both *duo) {
	both.Mine.End = append([]string{"Here the rule fails."}, wrap("expected: "+strings.ReplaceAll(grading.Visible(d.failed.Failure.Expected), "`", ""), 54, 4)...)
	both.Mine.Desc = "All events stand in the journal below."
	if len(d.differ) > 0 {
		both.Mine.Desc = "What differs from the reference: " + grading.Visible(strings.Join(d.differ, "; ")) + ". " + both.Mine.Desc
	}
	if both.Theirs == nil {
		place(both.Mine)
		return
	}
	both.Theirs.End = []string{"Here the rule holds."}
	both.Theirs.Desc = "The same scenario with a right program: tinted rows are those in which your program differs."
	place(both.Mine, both.Theirs)
}

// place gives all rows of diagrams that stand side by side their places.
func place(sides ...*diagram) {
	for _, side := range sides {
		y := firstY
		for i := range side.Rows {
			r := &side.Rows[i]
			// Time passes there on either side.
			if slices.ContainsFunc(sides, func(d *diagram) bool { return d.Rows[i].Gap != "" }) {
				r.GapY = y
				y += 16
			}
			r.Y, r.TextY = y, y+r.Height-10
			if r.From != 0 || r.To != 0 {
				r.TextY = r.ArrowY() - 8
			}
			for n := range r.Lines {
				r.Lines[n].Y = r.ArrowY() - 8 - 13*(len(r.Lines)-1-n)
			}
			y += r.Height
		}
		side.Bottom = y + 14
		side.Height = side.Bottom + 18 + 13*len(side.End)
	}
}
