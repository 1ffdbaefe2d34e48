package steps

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
)

// shared are the sentences about programs, whatever they are for.
func shared() []Sentence {
	return []Sentence{
		Say(`^`+Name+` starts the program (\S+)$`, (*World).startsProgram),
		Say(`^`+Name+` listens on (?:her|its) ports?$`, (*World).Listens),
		Say(`^`+Name+` has typed nothing yet$`, (*World).HasTypedNothing),
		Say(`^`+Name+` has connected to nobody$`, (*World).hasConnectedToNobody),
		Say(`^`+Name+` connects to the server$`, (*World).ConnectsToServer),
		Say(`^`+Name+` types `+Line+`$`, (*World).Types),
		Say(`^`+Name+` types `+Line+`, after all is at rest$`, (*World).typesAtRest),
		Say(`^`+Name+` types `+Line+` and `+Line+` at once$`, (*World).typesBoth),
		Say(`^the input of `+Name+` ends$`, (*World).inputEnds),
		Say(`^`+Name+` types a line of (\d+) letters$`, (*World).typesLong),
		Say(`^`+Name+` sees it to the letter$`, (*World).SeesIt),
		Say(`^`+Name+` sees "([^"]*)" from `+Name+`$`, (*World).Sees),
		Say(`^`+Name+` sees "([^"]*)"$`, (*World).SeesText),
		Say(`^`+Names+` (?:is|are) held up$`, (*World).AreHeldUp),
		Say(`^`+Names+` may go on$`, (*World).mayGoOn),
		Say(`^a good second passes$`, (*World).aSecondPasses),
		Say(`^a few seconds pass$`, (*World).aFewSecondsPass),
		Say(`^`+Name+` has ended$`, (*World).ends),
		Say(`^`+Name+` goes on$`, (*World).goesOn),
	}
}

// startsProgram starts a program by what every placeholder may stand for: a name, and
// an address of its own where it should listen.
func (w *World) startsProgram(user, program string) error {
	spec, err := w.Run.Target.Program(program)
	if err != nil {
		return err
	}
	addr, err := w.Stage.Loopback()
	if err != nil {
		return err
	}
	start := stage.Start{Name: Unquote(user), Program: program, Values: target.Values{
		"name": {Unquote(user)}, "ip": {addr.Addr().String()}, "port": {fmt.Sprint(addr.Port())}, "address": {addr.String()},
	}}
	for _, word := range w.Run.Arguments(spec) {
		for _, name := range assignment.Placeholders(word) {
			if name == "port" || name == "address" {
				start.Listens = []netip.AddrPort{addr}
			}
		}
	}
	return w.Start(start)
}

// Listens waits until a program listens where it should.
func (w *World) Listens(ctx context.Context, user string) error {
	return w.Stage.AwaitListening(ctx, Unquote(user))
}

// HasTypedNothing waits until the program waits for its user.
func (w *World) HasTypedNothing(ctx context.Context, user string) error {
	if err := w.Stage.AwaitPrompt(ctx, Unquote(user)); err != nil {
		return err
	}
	return w.Stage.CheckAlive(Unquote(user))
}

// hasConnectedToNobody outlasts whoever connects after a while of its own.
func (w *World) hasConnectedToNobody(ctx context.Context, user string) error {
	if err := w.Stage.Outlast(ctx, 0, Unquote(user)); err != nil {
		return err
	}
	return w.Stage.Unconnected(ctx, Unquote(user))
}

// ConnectsToServer waits until a program connects to the server.
func (w *World) ConnectsToServer(ctx context.Context, user string) error {
	return w.Stage.AwaitConnection(ctx, Unquote(user), Server)
}

// typesAtRest types a line when what was said before has been dealt with.
func (w *World) typesAtRest(ctx context.Context, user, line string) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	return w.Types(ctx, user, line)
}

// typesBoth types a line, and another one right after it. What is looked for is the first.
func (w *World) typesBoth(ctx context.Context, user, line, next string) error {
	return w.TypesAll(ctx, user, line, next)
}

func (w *World) inputEnds(ctx context.Context, user string) error {
	return w.Stage.EndInput(ctx, Unquote(user))
}

func (w *World) typesLong(ctx context.Context, user string, letters int) error {
	return w.Types(ctx, user, Long(letters))
}

// Long makes a line whose every part can be told from every other.
func Long(letters int) string {
	var text strings.Builder
	for i := 0; text.Len() < letters; i++ {
		fmt.Fprintf(&text, "%d and ", i)
	}
	return text.String()[:letters-1] + "."
}

// LongWord makes the same in letters and digits alone: nothing but its length is special.
func LongWord(letters int) string {
	return strings.NewReplacer(" ", "", ".", "").Replace(Long(2 * letters))[:letters]
}

// Sees waits until the user of a program sees what another has written, and
// who it was.
func (w *World) Sees(ctx context.Context, user, text, author string) error {
	from := w.shown[Unquote(author)]
	if err := w.Stage.AwaitShown(ctx, Unquote(user), text, from); err != nil {
		return err
	}
	return w.awaitNamed(ctx, Unquote(user), Unquote(author), from)
}

// awaitNamed waits until a user sees somebody's name, after the mark: it may be part of a
// name that is another's, whom one sees then and not him.
func (w *World) awaitNamed(ctx context.Context, user, author string, mark int) error {
	seen := journal.SeenBy(user, author, mark)
	var longer []*journal.Sight
	for other := range w.shown {
		if other != author && strings.Contains(other, author) {
			longer = append(longer, journal.SeenBy(user, other, mark))
		}
	}
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s shows %s", user, journal.Quote(author)),
		By:       []string{user},
		Look:     []string{user},
		Met: func(events []journal.Event) bool {
			count := seen.Count(events)
			for _, other := range longer {
				count -= other.Count(events)
			}
			return count > 0
		},
		Observed: func(events []journal.Event) string { return stage.ShownInstead(events, user, mark) },
	})
}

// SeesIt waits until a user sees what was typed or sent last.
func (w *World) SeesIt(ctx context.Context, user string) error { return w.SeesText(ctx, user, w.Typed) }

// SeesText waits until a user sees a text that was typed or sent.
func (w *World) SeesText(ctx context.Context, user, text string) error {
	return w.Stage.AwaitShown(ctx, Unquote(user), text, w.said[text])
}

// SeesOnce waits until a user sees a text that was typed or sent, and looks whether that
// is so once.
func (w *World) SeesOnce(ctx context.Context, user, text string) error {
	if err := w.SeesText(ctx, user, text); err != nil {
		return err
	}
	return w.SeesTimes(ctx, user, text, 1)
}

// SeesTimes looks back, when nothing more happens, how often a user has seen a text since
// it was typed or sent.
func (w *World) SeesTimes(ctx context.Context, user, text string, times int) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	if count := journal.SeenBy(Unquote(user), text, w.Since(text)).Count(w.Stage.Journal()); count != times {
		return &stage.Failure{
			Expected: fmt.Sprintf("%s sees %q %d times", Unquote(user), text, times),
			Observed: fmt.Sprintf("%s sees it %d times", Unquote(user), count),
		}
	}
	return nil
}

// goesOn looks whether a program lives when nothing more can happen: what it was done may
// show a while after it has done what was asked for. It finds out, too, whether it leaves
// when it hears nothing for a while.
func (w *World) goesOn(ctx context.Context, user string) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	if err := w.Stage.Outlast(ctx, w.Longest, Unquote(user)); err != nil {
		return err
	}
	return w.Stage.CheckOn(Unquote(user))
}

// AreHeldUp has programs do nothing, until they may go on.
func (w *World) AreHeldUp(ctx context.Context, names string) error {
	// What begins after a pause at a program's start has begun by then.
	if err := w.Stage.Outlast(ctx, longestPause, List(names)...); err != nil {
		return err
	}
	for _, name := range List(names) {
		if err := w.Stage.Hold(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) mayGoOn(_ context.Context, names string) error {
	for _, name := range List(names) {
		if err := w.Stage.LetGo(name); err != nil {
			return err
		}
	}
	return nil
}

// longestPause is how long programs pause, mostly, before they are ready for their users.
const longestPause = time.Second

// What passes where a rule is about times: more than a second, so that times in whole
// seconds differ by one at least; and so much more that they differ clearly.
const (
	aSecond     = 1100 * time.Millisecond
	clearlyMore = 3300 * time.Millisecond
)

func (w *World) aSecondPasses(ctx context.Context) error { return w.Stage.LetPass(ctx, aSecond) }

func (w *World) aFewSecondsPass(ctx context.Context) error {
	return w.Stage.LetPass(ctx, clearlyMore)
}

// ends waits for a program's end, which is no crash, and until a server beside it has
// noticed.
func (w *World) ends(ctx context.Context, user string) error {
	if err := w.Stage.AwaitEnd(ctx, Unquote(user)); err != nil {
		return err
	}
	if err := w.Stage.CheckOrderly(Unquote(user)); err != nil {
		return err
	}
	if !w.IsActor(Server) {
		return nil
	}
	return w.Stage.AwaitNoticed(ctx, Unquote(user), Server)
}
