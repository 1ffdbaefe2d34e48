package chatroom

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

// quit is what is typed to leave.
const quit = ":quit"

// launchServer starts the server in a way, at an address of the stage's.
func (w *world) launchServer(how way) error {
	if !w.addr.IsValid() {
		addr, err := w.Stage.Loopback()
		if err != nil {
			return err
		}
		w.addr = addr
	}
	return w.Start(stage.Start{
		Name: steps.Server, Program: serverProgram, Arguments: arguments(how), Values: valuesOf(w.addr, steps.Server),
		Listens: []netip.AddrPort{w.addr}, AnyPort: !how.holds("{port}"),
		Desk: w.session.server.needsDesk(), ByTerminal: w.session.server.byTerminal,
	})
}

// arguments are those of a way, also where there are none.
func arguments(how way) []string { return append([]string{}, how...) }

// runsServer starts the server, and waits until it is at rest.
func (w *world) runsServer(ctx context.Context) error {
	if err := w.launchServer(w.session.server.way); err != nil {
		return err
	}
	if err := w.Stage.AwaitReady(ctx, steps.Server); err != nil {
		return err
	}
	return w.Stage.AwaitIdle(ctx, steps.Server)
}

func (w *world) serverStarts(ctx context.Context) error {
	if err := w.session.learnServer(ctx); err != nil {
		return err
	}
	return w.launchServer(w.session.server.way)
}

func (w *world) listensForClients(ctx context.Context) error {
	return w.Stage.AwaitReady(ctx, steps.Server)
}

// isRunning starts the server. Why a client does not start is said where one should.
func (w *world) isRunning(ctx context.Context) error {
	if err := w.session.learnServer(ctx); err != nil {
		return err
	}
	if err := stage.DropFailure(w.session.learnClient(ctx)); err != nil {
		return err
	}
	return w.runsServer(ctx)
}

// isStartedAgain starts the server on the machine where it was: what it has written is there.
func (w *world) isStartedAgain(ctx context.Context) error {
	if err := w.Stage.Halt(ctx, steps.Server); err != nil {
		return err
	}
	return w.runsServer(ctx)
}

func (w *world) isSilent(ctx context.Context) error {
	if err := w.Stage.Visit(ctx, steps.Server, 0); err != nil {
		return err
	}
	return w.Stage.AwaitIdle(ctx, steps.Server)
}

// link is where a user finds the server.
func (w *world) link(user string) (netip.AddrPort, error) {
	if addr, ok := w.links[user]; ok {
		return addr, nil
	}
	server, err := w.Stage.Actor(steps.Server)
	if err != nil {
		return netip.AddrPort{}, err
	}
	far := w.addr
	if w.session.isShared() {
		far = server.Addr()
	}
	addr, err := w.Stage.Link(user, steps.Server, far, 0)
	if err == nil {
		w.links[user] = addr
	}
	return addr, err
}

// launchClient starts a client for a user.
func (w *world) launchClient(user, name string) error {
	at, err := w.link(user)
	if err != nil {
		return err
	}
	client := &w.session.client
	return w.Start(stage.Start{
		Name: user, Program: clientProgram, Arguments: arguments(client.way), Values: valuesOf(at, name), Calls: []netip.AddrPort{at},
		Desk: client.needsDesk(), ByTerminal: client.byTerminal,
	})
}

// mostPrompts is how many questions a client may ask before it takes messages.
const mostPrompts = 6

// answer answers what a client asks, until it has been given the name.
func (w *world) answer(ctx context.Context, user, name string) error {
	how, at := w.session.client.way, w.links[user]
	if how.holds("{name}") {
		return w.Stage.AwaitQuiet(ctx)
	}
	for range mostPrompts {
		if err := w.awaitQuestion(ctx, user); err != nil {
			return err
		}
		// What it has printed may still be on its way, and it says what is asked.
		if err := w.Stage.AwaitQuiet(ctx); err != nil {
			return err
		}
		if stage.Ended(w.Stage.Journal(), user) != "" {
			return nil
		}
		byWindow, err := w.isByWindow(ctx, user)
		if err != nil {
			return err
		}
		if byWindow {
			isName, err := w.answerInWindow(ctx, user, name)
			if err != nil || isName {
				return err
			}
			continue
		}
		text, isName := reply(promptOf(w.Stage.Journal(), user), how, at, name)
		if err := w.Stage.Type(ctx, user, text); err != nil {
			return err
		}
		if isName {
			return w.Stage.AwaitQuiet(ctx)
		}
	}
	return nil
}

// awaitQuestion waits until a client waits for its user, or has ended.
func (w *world) awaitQuestion(ctx context.Context, user string) error {
	return w.Stage.Await(ctx, stage.Wait{
		Expected: user + "'s client asks for something",
		By:       []string{user},
		Met: func(events []journal.Event) bool {
			return stage.Ended(events, user) != "" || w.Stage.AwaitsInput(user)
		},
		Observed: func(events []journal.Event) string { return stage.ShownInstead(events, user, 0) },
	})
}

// promptOf is what a program has printed since something was typed to it, on its last line.
func promptOf(events []journal.Event, user string) string {
	printed := ""
	for _, e := range events {
		switch {
		case e.From != user:
		case e.Kind == journal.Typed:
			printed = ""
		case e.Kind == journal.Shown, e.Kind == journal.Complained:
			printed += e.Text
		}
	}
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	return lines[len(lines)-1]
}

// comesIn starts a client, gives it a name, and waits until it has connected.
func (w *world) comesIn(ctx context.Context, user, name string) error {
	if err := w.tries(ctx, user, name); err != nil {
		return err
	}
	return w.Stage.AwaitConnection(ctx, user, steps.Server)
}

// tries starts a client, and gives it a name, if it asks for one.
func (w *world) tries(ctx context.Context, user, name string) error {
	if err := w.launchClient(user, name); err != nil {
		return err
	}
	return w.answer(ctx, user, name)
}

func (w *world) joins(ctx context.Context, user string) error { return w.joinsAs(ctx, user, user) }

// joinsWithoutMessage has a user come in of whom another is told nothing in the form of a message.
func (w *world) joinsWithoutMessage(ctx context.Context, user, other string) error {
	return w.withoutMessage(ctx, other, func() error { return w.joins(ctx, user) })
}

// quitsWithoutMessage has a user leave of whom another is told nothing in the form of a message.
func (w *world) quitsWithoutMessage(ctx context.Context, user, other string) error {
	return w.withoutMessage(ctx, other, func() error { return w.quits(ctx, user) })
}

// withoutMessage does something. Where somebody is told of it in the form of a message, the time
// between messages cannot be judged.
func (w *world) withoutMessage(ctx context.Context, other string, do func() error) error {
	mark := w.Stage.Mark()
	if err := do(); err != nil {
		return err
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	for _, e := range w.Stage.Journal()[mark:] {
		if e.Kind == journal.Shown && e.From == other && form("", "").MatchString(e.Text) {
			return &stage.Unverified{Reason: "the server tells who comes and who leaves as if somebody had said it"}
		}
	}
	return nil
}

func (w *world) joinsAs(ctx context.Context, user, name string) error {
	if err := w.session.learnClient(ctx); err != nil {
		return err
	}
	return w.comesIn(ctx, user, name)
}

// areIn has users come in, one after the other.
func (w *world) areIn(ctx context.Context, users string) error {
	for _, user := range steps.List(users) {
		if err := w.joins(ctx, user); err != nil {
			return err
		}
		if how := stage.Ended(w.Stage.Journal(), user); how != "" {
			return stage.Fail(user+" is in the room", "the client has ended ("+how+")"+stage.LastWords(w.Stage.Journal(), user))
		}
	}
	w.all = w.Stage.Mark()
	return nil
}

// triesToJoin has a user come in who may find no place.
func (w *world) triesToJoin(ctx context.Context, user string) error {
	if err := w.triesToJoinAs(ctx, user, user); err != nil {
		return err
	}
	w.fifth = "when it connects"
	if slices.ContainsFunc(w.Stage.Journal(), func(e journal.Event) bool { return e.Kind == journal.Typed && e.From == user }) {
		w.fifth = "when it gives its name"
	}
	return nil
}

// triesToJoinAs has a user come in who may be refused, at any time and in any way.
func (w *world) triesToJoinAs(ctx context.Context, user, name string) error {
	if err := w.session.learnClient(ctx); err != nil {
		return err
	}
	return stage.DropFinding(w.tries(ctx, user, name))
}

// comeAndGiveNames has users come of whom some may find no place, one after the other. Each has come
// before the first says a name, where clients ask for it.
func (w *world) comeAndGiveNames(ctx context.Context, users string) error {
	if err := w.session.learnClient(ctx); err != nil {
		return err
	}
	for _, user := range steps.List(users) {
		if err := w.launchClient(user, user); err != nil {
			return err
		}
		if err := stage.DropFinding(w.awaitQuestion(ctx, user)); err != nil {
			return err
		}
		if err := w.Stage.AwaitQuiet(ctx); err != nil {
			return err
		}
	}
	for _, user := range steps.List(users) {
		if err := stage.DropFinding(w.answer(ctx, user, user)); err != nil {
			return err
		}
	}
	return nil
}

// givesName types a name to a client that should ask for another.
func (w *world) givesName(ctx context.Context, user, name string) error {
	byWindow, err := w.isByWindow(ctx, user)
	if err != nil {
		return err
	}
	if byWindow {
		_, err := w.answerInWindow(ctx, user, name)
		return stage.DropFinding(err)
	}
	return w.typesIfPossible(ctx, user, name)
}

// typesIfPossible types where the client may take nothing, or may have ended.
func (w *world) typesIfPossible(ctx context.Context, user, text string) error {
	if err := stage.DropFinding(w.Types(ctx, user, text)); err != nil {
		return err
	}
	return w.Stage.AwaitQuiet(ctx)
}

func (w *world) isKilled(ctx context.Context, user string) error {
	if err := w.Stage.Halt(ctx, user); err != nil {
		return err
	}
	if w.session.script.polls() {
		if err := w.Stage.LetPass(ctx, silence); err != nil {
			return err
		}
	}
	if err := w.Stage.AwaitNoticed(ctx, user, steps.Server); err != nil {
		return err
	}
	return w.settle(ctx)
}

// silence is after what time somebody is taken to have gone who asks no more what is new: a server
// may go by that alone, whatever becomes of connections. The text names no time; people write 5 to 15 s.
const silence = 20 * time.Second

// isConnected reports whether a client keeps a connection to the server.
func (w *world) isConnected(user string) bool {
	open := map[int]bool{}
	for _, e := range w.Stage.Journal() {
		switch {
		case e.Kind == journal.Connected && e.From == user:
			open[e.Conn] = true
		case e.Kind == journal.Closed:
			delete(open, e.Conn)
		}
	}
	return len(open) > 0
}

// quits has a user leave as the text says.
func (w *world) quits(ctx context.Context, user string) error {
	if err := w.Types(ctx, user, quit); err != nil {
		return err
	}
	if err := w.hasLeft(ctx, user); err != nil {
		return err
	}
	return w.settle(ctx)
}

// hasLeft waits until a client's program has ended, and the server has noticed. One that has hung up,
// and leaves nothing but its window, has left the room all the same: another rule is about that.
func (w *world) hasLeft(ctx context.Context, user string) error {
	var failure *stage.Failure
	switch err := w.Stage.AwaitEnd(ctx, user); {
	case errors.As(err, &failure) && !w.isConnected(user):
		if stays, looked := w.isByWindow(ctx, user); looked != nil || stays {
			return looked
		}
		return err
	case err != nil:
		return err
	}
	if err := w.Stage.CheckOrderly(user); err != nil {
		return err
	}
	return w.Stage.AwaitNoticed(ctx, user, steps.Server)
}

// longestPoll is how long a client that asks again and again is taken to wait in between, at most.
const longestPoll = 2500 * time.Millisecond

// settle waits until nothing more can happen. Where clients ask again and again what is new, each
// has asked once more by then.
func (w *world) settle(ctx context.Context) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil || !w.session.script.polls() {
		return err
	}
	for range 2 {
		if err := w.Stage.Outlast(ctx, longestPoll, w.Stage.Programs()...); err != nil {
			return err
		}
	}
	return w.Stage.AwaitQuiet(ctx)
}

// saidInstead says, for a person, what has come from somebody.
func saidInstead(events []journal.Event, from, to string) string {
	var all strings.Builder
	for _, e := range events {
		if e.Kind == journal.Wrote && e.From == from && e.To == to {
			all.WriteString(e.Data)
		}
	}
	instead := fmt.Sprintf("%s has said nothing to %s", from, to)
	if all.Len() > 0 {
		instead = fmt.Sprintf("%s has said %s", from, journal.Quote(lastOf(all.String())))
	}
	for _, name := range []string{from, to} {
		if how := stage.Ended(events, name); how != "" {
			instead += fmt.Sprintf("; %s has ended (%s)%s", name, how, stage.LastWords(events, name))
		}
	}
	return instead
}

// longestSaid bounds what is shown of what was said: its end tells most.
const longestSaid = 140

func lastOf(text string) string {
	if len(text) <= longestSaid {
		return text
	}
	return "…" + strings.ToValidUTF8(text[len(text)-longestSaid:], "")
}
