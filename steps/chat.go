package steps

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"

	"github.com/cucumber/godog"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/journal"
	"github.com/chatspec/chatspec/fixtures/tap"
)

// chatSentences is the vocabulary of chats between peers.
func chatSentences() []sentence {
	return []sentence{
		say(`^`+name+` is not there yet$`, (*world).isAbsent),
		say(`^`+name+` is on the host (\S+)$`, (*world).isOnHost),
		say(`^`+name+` starts a chat that names (.+)$`, (*world).startsChat),
		say(`^`+name+` has started a chat that names (.+)$`, (*world).hasStartedChat),
		say(`^`+name+` listens on (?:her|its) ports?$`, (*world).listens),
		say(`^`+name+` has typed nothing yet$`, (*world).hasTypedNothing),
		say(`^`+name+` has connected to nobody$`, (*world).hasConnectedToNobody),
		say(`^`+name+` comes$`, (*world).comes),
		say(`^`+name+` (?:goes|has gone) away$`, (*world).goesAway),
		say(`^`+name+` types `+line+`$`, (*world).types),
		say(`^`+name+` types a line of (\d+) letters$`, (*world).typesLong),
		say(`^`+name+` has sent `+line+` to `+names+`$`, (*world).hasSent),
		say(`^`+name+` has sent `+line+` to `+name+` as JSON$`, (*world).sentAsJSON),
		say(`^`+names+` have `+line+` as well$`, (*world).haveAsJSON),
		say(`^`+names+` receives? `+line+`$`, (*world).receives),
		say(`^(the server) receives `+line+`$`, (*world).receives),
		say(`^`+name+` never receives `+line+`$`, (*world).neverReceives),
		say(`^`+name+` has received (".*"), once each$`, (*world).onceEach),
		say(`^it came as one JSON object$`, (*world).cameAsOneObject),
		say(`^`+name+` has received the numbers ([\d, ]+)$`, (*world).hasNumbers),
		say(`^`+names+` have received the same numbers$`, (*world).sameNumbers),
		say(`^the second number that `+name+` has received is the first and one$`, (*world).nextNumber),
		say(`^its user is `+name+`$`, (*world).hasUser),
		say(`^`+name+` receives it to the letter$`, (*world).receivesToTheLetter),
		say(`^`+name+` sends `+line+` to `+name+`$`, (*world).sends),
		say(`^`+name+` sends a message of (\d+) letters to `+name+`$`, (*world).sendsLong),
		say(`^`+name+` sends (".*") to `+name+` in one piece$`, (*world).sendsGlued),
		say(`^`+name+` sends `+line+` to `+name+` in several pieces$`, (*world).sendsInPieces),
		say(`^`+name+` sends `+line+` to `+name+` with its members reversed and one more$`, (*world).sendsReversed),
		say(`^`+name+` sends rubbish to `+name+`: (.+)$`, (*world).sendsRubbish),
		say(`^`+names+` each send (\d+) messages to `+name+` at once$`, (*world).sendAtOnce),
		say(`^`+name+` sees them all$`, (*world).seesAll),
		say(`^`+name+` sees it to the letter$`, (*world).seesIt),
		say(`^`+name+` sees "([^"]*)" from `+name+`$`, (*world).sees),
		say(`^`+name+` sees "([^"]*)"$`, (*world).seesText),
		say(`^`+name+` has not received "([^"]*)"$`, (*world).hasNotReceived),
		say(`^`+names+` see the end of every connection$`, (*world).seeTheEnd),
		say(`^`+name+` has ended$`, (*world).ends),
		say(`^these chats are running:$`, (*world).chatsAreRunning),
	}
}

func (w *world) isAbsent(peer string) error {
	w.absent[who(peer)] = true
	return nil
}

func (w *world) isOnHost(peer, host string) error {
	addr, err := netip.ParseAddr(host)
	w.hosts[who(peer)] = addr
	// Who knows another host looks for nobody on this one.
	w.stage.Strictly()
	return err
}

// startsChat starts a chat that names peers of the harness.
func (w *world) startsChat(_ context.Context, user, peers string) error {
	addr, err := w.stage.Loopback()
	if err != nil {
		return err
	}
	var addresses []string
	for _, name := range list(peers) {
		peer, err := w.peer(name)
		if err != nil {
			return err
		}
		addresses = append(addresses, peer.Addr.String())
		if w.absent[name] {
			continue
		}
		if err := peer.Listen(); err != nil {
			return err
		}
	}
	return w.launch(who(user), "chat", stage.ChatValues(who(user), addr, addresses...), addr)
}

// hasStartedChat starts a chat that is needed for something else.
func (w *world) hasStartedChat(ctx context.Context, user, peers string) error {
	if _, err := w.run.Trial(ctx, "chat"); err != nil {
		return err
	}
	if err := w.startsChat(ctx, user, peers); err != nil {
		return err
	}
	return w.stage.AwaitReady(ctx, who(user))
}

func (w *world) listens(ctx context.Context, user string) error {
	return w.stage.AwaitListening(ctx, who(user))
}

// hasTypedNothing waits until the program waits for its user.
func (w *world) hasTypedNothing(ctx context.Context, user string) error {
	if err := w.stage.AwaitPrompt(ctx, who(user)); err != nil {
		return err
	}
	return w.stage.CheckAlive(who(user))
}

// hasConnectedToNobody outlasts whoever connects after a while of its own.
func (w *world) hasConnectedToNobody(ctx context.Context, user string) error {
	if err := w.stage.Outlast(ctx, who(user)); err != nil {
		return err
	}
	return w.stage.Unconnected(ctx, who(user))
}

func (w *world) comes(name string) error {
	peer, err := w.peer(who(name))
	if err != nil {
		return err
	}
	return peer.Listen()
}

func (w *world) goesAway(name string) error {
	peer, err := w.peer(who(name))
	if err != nil {
		return err
	}
	peer.Vanish()
	return nil
}

func (w *world) typesLong(ctx context.Context, user string, letters int) error {
	return w.types(ctx, user, long(letters))
}

// long makes a line whose every part can be told from every other.
func long(letters int) string {
	var text strings.Builder
	for i := 0; text.Len() < letters; i++ {
		fmt.Fprintf(&text, "%d and ", i)
	}
	return text.String()[:letters-1] + "."
}

// hasSent lets somebody send text, and waits until it has arrived.
func (w *world) hasSent(ctx context.Context, from, text, to string) error {
	if w.isActor(who(from)) {
		if err := w.types(ctx, from, text); err != nil {
			return err
		}
		return w.receives(ctx, to, text)
	}
	for _, name := range list(to) {
		if err := w.says(ctx, who(from), text, name); err != nil {
			return err
		}
		if err := w.seesText(ctx, name, text); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) haveAsJSON(ctx context.Context, peers, text string) error {
	for _, peer := range list(peers) {
		if err := w.hasAsJSON(ctx, peer, text); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) sends(ctx context.Context, peer, text, to string) error {
	return w.says(ctx, who(peer), text, who(to))
}

func (w *world) sendsLong(ctx context.Context, peer string, letters int, to string) error {
	return w.says(ctx, who(peer), long(letters), who(to))
}

// voice is a peer, and how it must speak to a program to be understood.
func (w *world) voice(ctx context.Context, name, to string) (*stage.Peer, tap.Manner, error) {
	manner, err := w.mannerOf(ctx, who(to))
	if err != nil {
		return nil, manner, err
	}
	peer, err := w.peer(who(name))
	return peer, manner, err
}

// sendsGlued sends several messages in one write.
func (w *world) sendsGlued(ctx context.Context, name, texts, to string) error {
	peer, manner, err := w.voice(ctx, name, to)
	if err != nil {
		return err
	}
	if manner.PerMessage {
		return &stage.Unverified{Reason: "the program opens a connection for each message, so that none arrive together"}
	}
	var all []byte
	for _, text := range list(texts) {
		w.remember(text)
		all = append(all, peer.Encode(manner, peer.ChatMessage(text)...)...)
	}
	return peer.Send(ctx, who(to), manner, all)
}

// sendsInPieces cuts a message in several places, a letter of two bytes among
// them, and waits after each piece until the program has taken it.
func (w *world) sendsInPieces(ctx context.Context, name, text, to string) error {
	peer, manner, err := w.voice(ctx, name, to)
	if err != nil {
		return err
	}
	w.remember(text)
	data := peer.Encode(manner, peer.ChatMessage(text)...)
	within := strings.Index(string(data), "ï") + 1
	return peer.SendInPieces(ctx, who(to), manner, data, 1, len(data)/3, within, len(data)-1)
}

func (w *world) sendsReversed(ctx context.Context, name, text, to string) error {
	peer, manner, err := w.voice(ctx, name, to)
	if err != nil {
		return err
	}
	w.remember(text)
	values := peer.ChatMessage(text)
	reversed := []tap.Value{values[2], {Name: "colour", Raw: `"green"`}, values[1], values[0]}
	return peer.Send(ctx, who(to), manner, manner.EncodeAs(reversed...))
}

func (w *world) sendsRubbish(ctx context.Context, name, to, what string) error {
	data, ok := rubbish()[what]
	if !ok {
		return fmt.Errorf("no such rubbish is known: %s", what)
	}
	peer, manner, err := w.voice(ctx, name, to)
	if err != nil {
		return err
	}
	if err := peer.Throw(ctx, who(to), manner, []byte(data)); err != nil {
		return err
	}
	return w.stage.AwaitIdle(ctx, who(to)) // it has swallowed it, or has died of it
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
	manner, err := w.mannerOf(ctx, who(to))
	if err != nil {
		return err
	}
	errs := make(chan error, len(list(peers)))
	mark := w.stage.Mark()
	var talking sync.WaitGroup
	for _, name := range list(peers) {
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
				err := peer.Send(ctx, who(to), manner, peer.Encode(manner, peer.ChatMessage(text)...))
				if err == nil {
					err = w.stage.AwaitShown(ctx, who(to), text, mark)
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
		if err := w.stage.AwaitShown(ctx, who(user), text, 0); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) seesIt(ctx context.Context, user string) error {
	return w.stage.AwaitShown(ctx, who(user), w.typed, w.said[w.typed])
}

func (w *world) seesText(ctx context.Context, user, text string) error {
	return w.stage.AwaitShown(ctx, who(user), text, w.said[text])
}

func (w *world) hasNotReceived(ctx context.Context, user, text string) error {
	if err := w.stage.Settle(ctx); err != nil {
		return err
	}
	events := w.stage.Journal()
	if journal.Received(events, who(user), text) == 0 {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("%s does not receive %q", who(user), text),
		Observed: stage.ReceivedInstead(events, who(user)),
	}
}

func (w *world) seeTheEnd(ctx context.Context, peers string) error {
	for _, peer := range list(peers) {
		if err := w.stage.AwaitDisconnected(ctx, w.actor, peer); err != nil {
			return err
		}
	}
	return nil
}

// chatsAreRunning starts several chats that name each other, through taps.
func (w *world) chatsAreRunning(ctx context.Context, table *godog.Table) error {
	if _, err := w.run.Trial(ctx, "chat"); err != nil {
		return err
	}
	addresses := map[string]netip.AddrPort{}
	for _, row := range table.Rows[1:] {
		addr, err := w.stage.Loopback()
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
	var peers []string
	for name := range strings.SplitSeq(named, ", ") {
		addr, err := w.stage.Link(user, name, addresses[name], 0)
		if err != nil {
			return err
		}
		peers = append(peers, addr.String())
	}
	addr := addresses[user]
	if err := w.launch(user, "chat", stage.ChatValues(user, addr, peers...), addr); err != nil {
		return err
	}
	return w.stage.AwaitReady(ctx, user)
}
