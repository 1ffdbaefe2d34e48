package tcp

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"

	"github.com/cucumber/godog"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
	"github.com/chatspec/chatspec/steps"
)

// chatSentences is the vocabulary of chats between peers.
func chatSentences() []steps.Sentence {
	return []steps.Sentence{
		steps.Say(`^`+steps.Name+` is not there yet$`, (*world).isAbsent),
		steps.Say(`^`+steps.Name+` is on the host (\S+)$`, (*world).isOnHost),
		steps.Say(`^`+steps.Name+` starts a chat that names (.+)$`, (*world).startsChat),
		steps.Say(`^`+steps.Name+` has started a chat that names (.+)$`, (*world).hasStartedChat),
		steps.Say(`^`+steps.Name+` comes$`, (*world).comes),
		steps.Say(`^`+steps.Name+` (?:goes|has gone) away$`, (*world).goesAway),
		steps.Say(`^`+steps.Name+` has sent `+steps.Line+` to `+steps.Names+`$`, (*world).hasSent),
		steps.Say(`^`+steps.Name+` has sent `+steps.Line+` to `+steps.Name+` as JSON$`, (*world).sentAsJSON),
		steps.Say(`^`+steps.Names+` have `+steps.Line+` as well$`, (*world).haveAsJSON),
		steps.Say(`^`+steps.Names+` receives? `+steps.Line+`$`, (*world).receives),
		steps.Say(`^(the server) receives `+steps.Line+`$`, (*world).receives),
		steps.Say(`^`+steps.Name+` never receives `+steps.Line+`$`, (*world).neverReceives),
		steps.Say(`^`+steps.Name+` has received (".*"), once each$`, (*world).onceEach),
		steps.Say(`^it came as one JSON object$`, (*world).cameAsOneObject),
		steps.Say(`^`+steps.Name+` has received the numbers ([\d, ]+)$`, (*world).hasNumbers),
		steps.Say(`^`+steps.Names+` have received the same numbers$`, (*world).sameNumbers),
		steps.Say(`^`+steps.Name+` has received `+steps.Line+` with the number that `+steps.Name+` has, if at all$`, (*world).sameNumberIfAny),
		steps.Say(`^the second number that `+steps.Name+` has received is the first and one$`, (*world).nextNumber),
		steps.Say(`^its user is `+steps.Name+`$`, (*world).hasUser),
		steps.Say(`^`+steps.Name+` receives it to the letter$`, (*world).receivesToTheLetter),
		steps.Say(`^`+steps.Name+` sends `+steps.Line+` to `+steps.Name+`$`, (*world).sends),
		steps.Say(`^`+steps.Name+` sends a message of (\d+) letters to `+steps.Name+`$`, (*world).sendsLong),
		steps.Say(`^`+steps.Name+` sends (".*") to `+steps.Name+` in one piece$`, (*world).sendsGlued),
		steps.Say(`^`+steps.Name+` sends `+steps.Line+` to `+steps.Name+` in several pieces$`, (*world).sendsInPieces),
		steps.Say(`^`+steps.Name+` sends `+steps.Line+` to `+steps.Name+` with its members reversed and one more$`, (*world).sendsReversed),
		steps.Say(`^`+steps.Name+` sends rubbish to `+steps.Name+`: (.+)$`, (*world).sendsRubbish),
		steps.Say(`^`+steps.Names+` each send (\d+) messages to `+steps.Name+` at once$`, (*world).sendAtOnce),
		steps.Say(`^`+steps.Name+` sees them all$`, (*world).seesAll),
		steps.Say(`^`+steps.Name+` sees `+steps.Line+` once$`, (*world).SeesOnce),
		steps.Say(`^`+steps.Name+` has not received "([^"]*)"$`, (*world).hasNotReceived),
		steps.Say(`^`+steps.Names+` see the end of every connection$`, (*world).seeTheEnd),
		steps.Say(`^`+steps.Name+` types (\d+) lines at once$`, (*world).typesMany),
		steps.Say(`^`+steps.Name+` receives them all, once each and in their order$`, (*world).receivesInOrder),
		steps.Say(`^`+steps.Name+` breaks off (?:her|his) connection to `+steps.Name+`$`, (*world).breaksOff),
		steps.Say(`^these chats are running:$`, (*world).chatsAreRunning),
	}
}

func (w *world) isAbsent(peer string) error {
	w.absent[steps.Unquote(peer)] = true
	return nil
}

func (w *world) isOnHost(peer, host string) error {
	addr, err := netip.ParseAddr(host)
	w.hosts[steps.Unquote(peer)] = addr
	// Who knows another host looks for nobody on this one.
	w.Stage.AnswerOnlyAsTold()
	return err
}

// startsChat starts a chat that names peers of the harness.
func (w *world) startsChat(ctx context.Context, user, peers string) error {
	// Only how it is answered is wanted of the calibration: what it has to say of the start,
	// this start says again.
	dialect, err := w.talk.learn(ctx, "chat")
	if dropMissing(err) != nil {
		return err
	}
	addr, err := w.Stage.Loopback()
	if err != nil {
		return err
	}
	var named []netip.AddrPort
	for _, name := range steps.List(peers) {
		peer, err := w.peer(name)
		if err != nil {
			return err
		}
		named = append(named, peer.Addr)
		dialect.answering(peer)
		if w.absent[name] {
			continue
		}
		if err := peer.Listen(); err != nil {
			return err
		}
	}
	return w.Start(startOfChat(steps.Unquote(user), addr, named...))
}

// hasStartedChat starts a chat that is needed for something else.
func (w *world) hasStartedChat(ctx context.Context, user, peers string) error {
	if _, err := w.talk.learn(ctx, "chat"); err != nil {
		return err
	}
	if err := w.startsChat(ctx, user, peers); err != nil {
		return err
	}
	return w.Stage.AwaitReady(ctx, steps.Unquote(user))
}

// comes lets somebody come whom the others have missed by then: what was for her has been tried.
func (w *world) comes(ctx context.Context, name string) error {
	peer, err := w.peer(steps.Unquote(name))
	if err != nil {
		return err
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	return peer.Listen()
}

func (w *world) goesAway(name string) error {
	peer, err := w.peer(steps.Unquote(name))
	if err != nil {
		return err
	}
	peer.Vanish()
	return nil
}

// hasSent lets somebody send text, and waits until it has arrived.
func (w *world) hasSent(ctx context.Context, from, text, to string) error {
	if w.IsActor(steps.Unquote(from)) {
		if err := w.Types(ctx, from, text); err != nil {
			return err
		}
		return w.receives(ctx, to, text)
	}
	for _, name := range steps.List(to) {
		if err := w.says(ctx, steps.Unquote(from), text, name); err != nil {
			return err
		}
		if err := w.SeesText(ctx, name, text); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) haveAsJSON(ctx context.Context, peers, text string) error {
	for _, peer := range steps.List(peers) {
		if err := w.hasAsJSON(ctx, peer, text); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) sends(ctx context.Context, peer, text, to string) error {
	return w.says(ctx, steps.Unquote(peer), text, steps.Unquote(to))
}

func (w *world) sendsLong(ctx context.Context, peer string, letters int, to string) error {
	return w.says(ctx, steps.Unquote(peer), steps.Long(letters), steps.Unquote(to))
}

// voice is a peer, and how it must speak to a program to be understood.
func (w *world) voice(ctx context.Context, name, to string) (*stage.Peer, jsonstream.Encoding, error) {
	encoding, err := w.encodingOf(ctx, steps.Unquote(to))
	if err != nil {
		return nil, encoding, err
	}
	peer, err := w.peer(steps.Unquote(name))
	return peer, encoding, err
}

// sendsGlued sends several messages in one write.
func (w *world) sendsGlued(ctx context.Context, name, texts, to string) error {
	peer, encoding, err := w.voice(ctx, name, to)
	if err != nil {
		return err
	}
	if encoding.PerMessage {
		return &stage.Unverified{Reason: "the program opens a connection for each message, so that none arrive together"}
	}
	var all []byte
	for _, text := range steps.List(texts) {
		w.Remember(text)
		all = append(all, w.talk.encode(peer, encoding, w.talk.chatMessage(peer, text)...)...)
	}
	return peer.Send(ctx, steps.Unquote(to), all, encoding.PerMessage)
}

// sendsInPieces cuts a message in several places, and waits after each piece until the
// program has taken it.
func (w *world) sendsInPieces(ctx context.Context, name, text, to string) error {
	peer, encoding, err := w.voice(ctx, name, to)
	if err != nil {
		return err
	}
	w.Typed = text
	w.Remember(text)
	data := w.talk.encode(peer, encoding, w.talk.chatMessage(peer, text)...)
	return peer.SendInPieces(ctx, steps.Unquote(to), data, encoding.PerMessage, cutsOf(data)...)
}

func (w *world) sendsReversed(ctx context.Context, name, text, to string) error {
	peer, encoding, err := w.voice(ctx, name, to)
	if err != nil {
		return err
	}
	w.Typed = text
	w.Remember(text)
	return peer.Send(ctx, steps.Unquote(to), w.talk.encodeReversed(peer, encoding, text), encoding.PerMessage)
}

func (w *world) sendsRubbish(ctx context.Context, name, to, what string) error {
	data, ok := rubbish()[what]
	if !ok {
		return fmt.Errorf("no such rubbish is known: %s", what)
	}
	peer, encoding, err := w.voice(ctx, name, to)
	if err != nil {
		return err
	}
	if err := peer.Throw(ctx, steps.Unquote(to), []byte(data), encoding.PerMessage); err != nil {
		return err
	}
	return w.Stage.AwaitIdle(ctx, steps.Unquote(to)) // it has swallowed it, or has died of it
}

// rubbish is what somebody may send who does not speak the protocol.
func rubbish() map[string]string {
	return map[string]string{
		"no JSON":                  "GET / HTTP/1.0\r\n\r\n",
		"members of wrong types":   `{"seq": "first", "user": ["eve"], "message": {"text": null}}` + "\n",
		"a list":                   `[1, 2, "three", null]` + "\n",
		"bytes that are no text":   "\xff\xfe\x00\x80{\"\xc3\x28\": \xff}\n",
		"an object without an end": `{"seq": 0, "user": "eve", "message": "` + strings.Repeat("x", 1<<20),
		"an unknown operation":     `{"operation": "dance", "client": "127.0.0.1:1"}` + "\n",
	}
}

// sendAtOnce lets all peers talk at the same time, each waiting for its own
// message to be shown before it sends the next.
func (w *world) sendAtOnce(ctx context.Context, peers string, count int, to string) error {
	encoding, err := w.encodingOf(ctx, steps.Unquote(to))
	if err != nil {
		return err
	}
	errs := make(chan error, len(steps.List(peers)))
	mark := w.Stage.Mark()
	var talking sync.WaitGroup
	for _, name := range steps.List(peers) {
		peer, err := w.peer(name)
		if err != nil {
			return err
		}
		for i := range count {
			w.sent = append(w.sent, fmt.Sprintf("%s-%d.", name, i))
		}
		talking.Go(func() {
			for i := range count {
				text := fmt.Sprintf("%s-%d.", name, i)
				err := peer.Send(ctx, steps.Unquote(to), w.talk.encode(peer, encoding, w.talk.chatMessage(peer, text)...), encoding.PerMessage)
				if err == nil {
					err = w.Stage.AwaitShown(ctx, steps.Unquote(to), text, mark)
				}
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	talking.Wait()
	close(errs)
	return <-errs
}

func (w *world) seesAll(ctx context.Context, user string) error {
	for _, text := range w.sent {
		if err := w.Stage.AwaitShown(ctx, steps.Unquote(user), text, 0); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) hasNotReceived(ctx context.Context, user, text string) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	events := w.Stage.Journal()
	if journal.Received(events, steps.Unquote(user), text) == 0 {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("%s does not receive %q", steps.Unquote(user), text),
		Observed: stage.ReceivedInstead(events, steps.Unquote(user)),
	}
}

func (w *world) seeTheEnd(ctx context.Context, peers string) error {
	for _, peer := range steps.List(peers) {
		if err := w.Stage.AwaitDisconnected(ctx, w.Actor, peer); err != nil {
			return err
		}
	}
	return nil
}

// typesMany types lines without waiting for what comes of them.
func (w *world) typesMany(ctx context.Context, user string, count int) error {
	w.sent = nil
	for i := range count {
		w.sent = append(w.sent, fmt.Sprintf("number %d.", i))
	}
	return w.TypesAll(ctx, user, w.sent...)
}

// receivesInOrder waits until somebody has received all that was sent, and looks at its order when nothing more
// comes. Connections are taken in the order in which they were made: who makes one for each message is
// judged by that.
func (w *world) receivesInOrder(ctx context.Context, name string) error {
	for _, text := range w.sent {
		if err := w.Stage.AwaitReceived(ctx, steps.Unquote(name), text); err != nil {
			return err
		}
	}
	if err := w.Stage.Conclude(ctx, w.Actor); err != nil {
		return err
	}
	wrong := outOfOrder(strings.Join(journal.Streams(w.Stage.Journal(), steps.Unquote(name)), ""), w.sent)
	if wrong == "" {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("%s receives %d messages, once each and in their order", steps.Unquote(name), len(w.sent)),
		Observed: wrong,
	}
}

// outOfOrder says for a person which of several texts has not come once, or before the one that was sent before it.
func outOfOrder(arrived string, texts []string) string {
	last := -1
	for i, text := range texts {
		at := strings.Index(arrived, text)
		switch {
		case strings.Count(arrived, text) != 1:
			return fmt.Sprintf("%q has come %d times", text, strings.Count(arrived, text))
		case at < last:
			return fmt.Sprintf("%q has come before %q", texts[i], texts[i-1])
		}
		last = at
	}
	return ""
}

// breaksOff breaks off a peer's connection to a program: the one that it keeps, or a new one, which the program
// has taken.
func (w *world) breaksOff(ctx context.Context, name, to string) error {
	peer, err := w.peer(steps.Unquote(name))
	if err != nil {
		return err
	}
	conn, err := peer.Connection(ctx, steps.Unquote(to))
	if err != nil {
		return err
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	return conn.BreakOff()
}

// chatsAreRunning starts several chats that name each other, through taps.
func (w *world) chatsAreRunning(ctx context.Context, table *godog.Table) error {
	if _, err := w.talk.learn(ctx, "chat"); err != nil {
		return err
	}
	addresses := map[string]netip.AddrPort{}
	for _, row := range table.Rows[1:] {
		addr, err := w.Stage.Loopback()
		if err != nil {
			return err
		}
		addresses[row.Cells[0].Value] = addr
	}
	for _, row := range table.Rows[1:] {
		if err := w.startLinked(ctx, row.Cells[0].Value, row.Cells[1].Value, addresses); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) startLinked(ctx context.Context, user, named string, addresses map[string]netip.AddrPort) error {
	var peers []netip.AddrPort
	for name := range strings.SplitSeq(named, ", ") {
		addr, err := w.Stage.Link(user, name, addresses[name], 0)
		if err != nil {
			return err
		}
		peers = append(peers, addr)
	}
	addr := addresses[user]
	if err := w.Start(startOfChat(user, addr, peers...)); err != nil {
		return err
	}
	return w.Stage.AwaitReady(ctx, user)
}
