package tcp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
	"github.com/chatspec/chatspec/steps"
)

// serverSentences is the vocabulary of chats through a server.
func serverSentences() []steps.Sentence {
	return []steps.Sentence{
		// chat5 beside the harness's server
		steps.Say(`^`+steps.Name+` starts chat5$`, (*world).startsClient),
		steps.Say(`^`+steps.Name+` has joined the server$`, (*world).hasJoined),
		steps.Say(`^the server is told that somebody subscribes$`, (*world).isToldOfSubscription),
		steps.Say(`^`+steps.Name+` has subscribed with the server$`, (*world).hasSubscribedWith),
		steps.Say(`^the subscription gives the address of `+steps.Name+`$`, (*world).subscriptionGivesAddress),
		steps.Say(`^the server is told that `+steps.Name+` unsubscribes the address that she has subscribed$`, (*world).isToldOfLeaving),
		steps.Say(`^the server has received no message `+steps.Line+`$`, (*world).noMessage),
		steps.Say(`^`+steps.Name+` has sent `+steps.Line+` to (the server)$`, (*world).hasSentToServer),
		steps.Say(`^`+steps.Name+` can be reached by the server$`, (*world).canBeReached),
		steps.Say(`^the server delivers `+steps.Line+` from `+steps.Name+` to `+steps.Name+`$`, (*world).delivers),
		steps.Say(`^the server delivers a message of (\d+) letters from `+steps.Name+` to `+steps.Name+`$`, (*world).deliversLong),
		steps.Say(`^the server delivers (".*") from `+steps.Name+` to `+steps.Name+` in one piece$`, (*world).deliversGlued),
		steps.Say(`^the server delivers `+steps.Line+` from `+steps.Name+` to `+steps.Name+` in several pieces$`, (*world).deliversInPieces),
		steps.Say(`^the server delivers `+steps.Line+` from `+steps.Name+` to `+steps.Name+` with its members reversed and one more$`, (*world).deliversReversed),

		// server5 beside the harness's clients
		steps.Say(`^the server starts$`, (*world).serverStarts),
		steps.Say(`^the server listens$`, (*world).serverListens),
		steps.Say(`^the server is running$`, (*world).serverIsRunning),
		steps.Say(`^`+steps.Names+` have asked to subscribe$`, (*world).askToSubscribe),
		steps.Say(`^`+steps.Name+` has asked to subscribe$`, (*world).askToSubscribe),
		steps.Say(`^(\d+) clients have asked to subscribe$`, (*world).manyAskToSubscribe),
		steps.Say(`^`+steps.Names+` have subscribed$`, (*world).haveSubscribed),
		steps.Say(`^`+steps.Name+` subscribes again$`, (*world).askToSubscribe),
		steps.Say(`^`+steps.Name+` unsubscribes$`, (*world).unsubscribes),
		steps.Say(`^`+steps.Name+` has connected to the server$`, (*world).hasConnected),
		steps.Say(`^`+steps.Name+` does not read what it is sent$`, (*world).doesNotRead),
		steps.Say(`^`+steps.Name+` has sent `+steps.Line+` to the server, and `+steps.Names+` (?:has|have) received it$`, (*world).hasSentThrough),
		steps.Say(`^the first of them sends `+steps.Line+` to the server$`, (*world).firstSends),
		steps.Say(`^`+steps.Name+` sends (\d+) messages of (\d+) letters to the server$`, (*world).sendsMany),
		steps.Say(`^`+steps.Name+` sends (\d+) messages of (\d+) letters to the server, one right after the other$`, (*world).sendsManyInOrder),
		steps.Say(`^all the others receive `+steps.Line+`$`, (*world).othersReceive),
		steps.Say(`^`+steps.Name+` receives them all$`, (*world).receivesAll),
		steps.Say(`^`+steps.Name+` receives it unchanged$`, (*world).receivesUnchanged),
		steps.Say(`^it came to the address that `+steps.Name+` has subscribed$`, (*world).cameToAddress),

		// both together
		steps.Say(`^`+steps.Names+` use the submission's own server$`, (*world).useOwnServer),
		steps.Say(`^`+steps.Name+` has seen `+steps.Line+` from `+steps.Name+`$`, (*world).hasSeenFrom),
	}
}

// encodingOf is how to speak to a program so that it understands.
func (w *world) encodingOf(ctx context.Context, name string) (jsonstream.Encoding, error) {
	learn := func(ctx context.Context) (Dialect, error) { return w.talk.learn(ctx, "chat") }
	switch {
	case name == theServer:
		learn = w.talk.clientDialect
	case w.atClients[name]:
		learn = w.serverDialect
	}
	dialect, err := learn(ctx)
	return dialect.Chat, err
}

// startsClient starts a chat5 beside a server that the harness plays.
func (w *world) startsClient(ctx context.Context, user string) error {
	// Only where it looks for its server is wanted of the calibration: what it has to
	// say of the start, this start says again.
	var failure *stage.Failure
	dialect, err := w.talk.learn(ctx, "chat5")
	if err != nil && !errors.As(err, &failure) {
		return err
	}
	server, err := w.peer(theServer)
	if err != nil {
		return err
	}
	dialect.answering(server)
	if err := server.Listen(); err != nil {
		return err
	}
	return w.startClientAt(steps.Unquote(user), server.Addr)
}

func (w *world) startClientAt(user string, server netip.AddrPort) error {
	w.atClients[user] = true
	addr, err := w.Stage.Loopback()
	if err != nil {
		return err
	}
	return w.Start(startOfClient(user, addr, server))
}

// hasJoined starts a chat5 that is needed for something else.
func (w *world) hasJoined(ctx context.Context, user string) error {
	if _, err := w.talk.learn(ctx, "chat5"); err != nil {
		return err
	}
	if err := w.startsClient(ctx, user); err != nil {
		return err
	}
	if err := w.ConnectsToServer(ctx, user); err != nil {
		return err
	}
	// A line that is typed before could overtake the subscription.
	return w.HasTypedNothing(ctx, user)
}

func (w *world) isToldOfSubscription(ctx context.Context) error {
	_, err := w.talk.awaitOperation(ctx, theServer, "subscribe")
	return err
}

func (w *world) hasSubscribedWith(ctx context.Context, user string) error {
	if err := w.hasJoined(ctx, user); err != nil {
		return err
	}
	return w.isToldOfSubscription(ctx)
}

// subscriptionGivesAddress checks that the server could reach the client at the
// address that it has subscribed.
func (w *world) subscriptionGivesAddress(ctx context.Context, user string) error {
	operation, err := w.talk.awaitOperation(ctx, theServer, "subscribe")
	if err != nil {
		return err
	}
	client, _ := messageOf(operation).Text("client")
	return w.talk.checkAddress(steps.Unquote(user), client)
}

func (w *world) isToldOfLeaving(ctx context.Context, _ string) error {
	subscription, err := w.talk.awaitOperation(ctx, theServer, "subscribe")
	if err != nil {
		return err
	}
	leaving, err := w.talk.awaitOperation(ctx, theServer, "unsubscribe")
	if err != nil {
		return err
	}
	joined, _ := messageOf(subscription).Text("client")
	left, ok := messageOf(leaving).Text("client")
	if ok && joined == left {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("the unsubscription gives the `client` %q", joined),
		Observed: string(messageOf(leaving).Raw),
	}
}

// noMessage looks back when nothing more can come from who typed last.
func (w *world) noMessage(ctx context.Context, text string) error {
	if err := w.Stage.Conclude(ctx, w.Actor); err != nil {
		return err
	}
	for _, e := range journal.Messages(w.Stage.Journal(), theServer) {
		if said, _ := messageOf(e).Text("message"); said == text {
			return &stage.Failure{
				Expected: fmt.Sprintf("the server receives no message %q", text),
				Observed: string(messageOf(e).Raw),
			}
		}
	}
	return nil
}

func (w *world) hasSentToServer(ctx context.Context, user, text, _ string) error {
	if err := w.Types(ctx, user, text); err != nil {
		return err
	}
	return w.receives(ctx, "the server", text)
}

// canBeReached waits until the client listens, where the submission's server
// delivers to its address.
func (w *world) canBeReached(ctx context.Context, user string) error {
	dialect, err := w.serverDialect(ctx)
	if err != nil || dialect.OnConnection {
		return err
	}
	return w.Stage.AwaitReady(ctx, steps.Unquote(user))
}

func (w *world) delivers(ctx context.Context, text, author, user string) error {
	return w.deliversBy(ctx, w.talk.deliver, text, author, user)
}

func (w *world) deliversInPieces(ctx context.Context, text, author, user string) error {
	return w.deliversBy(ctx, w.talk.deliverInPieces, text, author, user)
}

// A deliverer brings the bytes of a message from a server to a chat5.
type deliverer func(ctx context.Context, server, name string, data []byte, dialect Dialect) error

func (w *world) deliversBy(ctx context.Context, deliver deliverer, text, author, user string) error {
	dialect, err := w.serverDialect(ctx)
	if err != nil {
		return err
	}
	data, err := w.delivery(dialect, author, text)
	if err != nil {
		return err
	}
	return deliver(ctx, theServer, steps.Unquote(user), data, dialect)
}

func (w *world) deliversLong(ctx context.Context, letters int, author, user string) error {
	return w.delivers(ctx, steps.Long(letters), author, user)
}

// deliversGlued delivers several messages in one write.
func (w *world) deliversGlued(ctx context.Context, texts, author, user string) error {
	dialect, err := w.serverDialect(ctx)
	if err != nil {
		return err
	}
	if dialect.Chat.PerMessage {
		return &stage.Unverified{Reason: "the server opens a connection for each message, so that none arrive together"}
	}
	var all []byte
	for _, text := range steps.List(texts) {
		data, err := w.delivery(dialect, author, text)
		if err != nil {
			return err
		}
		all = append(all, data...)
	}
	return w.talk.deliver(ctx, theServer, steps.Unquote(user), all, dialect)
}

func (w *world) deliversReversed(ctx context.Context, text, author, user string) error {
	dialect, err := w.serverDialect(ctx)
	if err != nil {
		return err
	}
	peer, err := w.writes(author, text)
	if err != nil {
		return err
	}
	return w.talk.deliver(ctx, theServer, steps.Unquote(user), w.talk.encodeReversed(peer, dialect.Chat, text), dialect)
}

// delivery is a message of an author's as the server passes it on.
func (w *world) delivery(dialect Dialect, author, text string) ([]byte, error) {
	peer, err := w.writes(author, text)
	if err != nil {
		return nil, err
	}
	return w.talk.encode(peer, dialect.Chat, w.talk.chatMessage(peer, text)...), nil
}

// writes remembers that an author says a text, and returns the author.
func (w *world) writes(author, text string) (*stage.Peer, error) {
	w.Typed = text
	w.Sends(steps.Unquote(author), text)
	return w.talk.LoopbackPeer(steps.Unquote(author))
}

// serverDialect is how the submission's own server delivers; where it has none
// that starts, its chat5 is spoken to as it speaks itself.
func (w *world) serverDialect(ctx context.Context) (Dialect, error) {
	dialect, err := w.talk.learn(ctx, "server5")
	if err != nil && ctx.Err() == nil {
		return w.talk.clientDialect(ctx)
	}
	return dialect, err
}

func (w *world) serverStarts(ctx context.Context) error {
	if _, runs := w.Stage.Endpoint("server5"); runs {
		return &stage.Unverified{Reason: "the server runs already; nobody starts or stops it here"}
	}
	// Only the command line is wanted of the calibration: what it has to say of the
	// start, this start says again.
	if _, err := w.talk.learn(ctx, "server5"); err != nil {
		return err
	}
	return w.launchServer()
}

// serverListens waits until the server listens, wherever that is.
func (w *world) serverListens(ctx context.Context) error {
	err := w.Stage.AwaitListening(ctx, theServer)
	if dropMissing(err) == nil && w.Stage.ListensElsewhere(theServer) {
		return nil
	}
	return err
}

func (w *world) launchServer() error {
	addr, err := w.Stage.Loopback()
	if err != nil {
		return err
	}
	return w.Start(startOfServer(theServer, addr))
}

// serverIsRunning starts a server, or joins the one that is already up.
func (w *world) serverIsRunning(ctx context.Context) error {
	if _, err := w.talk.learn(ctx, "server5"); err != nil {
		return err
	}
	if addr, runs := w.Stage.Endpoint("server5"); runs {
		w.Actor = theServer
		return w.Stage.Join(theServer, "server5", addr)
	}
	if err := w.launchServer(); err != nil {
		return err
	}
	return w.Stage.AwaitReady(ctx, theServer)
}

// askToSubscribe sends subscriptions, each when the server has come to rest
// after the one before, so that they are served in this order; it does not look
// whether the server delivers.
func (w *world) askToSubscribe(ctx context.Context, clients string) error {
	dialect, err := w.talk.clientDialect(ctx)
	if err != nil {
		return err
	}
	delivering, err := w.serverDialect(ctx)
	if err != nil {
		return err
	}
	for _, client := range steps.List(clients) {
		peer, err := w.peer(client) // on its host, if it has one
		if err != nil {
			return err
		}
		delivering.answering(peer)
		if err := w.talk.subscribe(ctx, client, theServer, dialect); err != nil {
			return err
		}
		if err := w.Stage.AwaitIdle(ctx, theServer); err != nil {
			return err
		}
		w.clients = append(without(w.clients, client), client)
	}
	return w.talk.awaitServed(ctx, theServer, w.clients[0], w.clients[1:], dialect.Chat)
}

func (w *world) manyAskToSubscribe(ctx context.Context, count int) error {
	clients := make([]string, count)
	for i := range clients {
		clients[i] = fmt.Sprintf(`"client-%d."`, i+1)
	}
	return w.askToSubscribe(ctx, strings.Join(clients, ", "))
}

func without(names []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name })
}

// haveSubscribed subscribes clients, and waits until the server delivers to
// each of them.
func (w *world) haveSubscribed(ctx context.Context, clients string) error {
	if err := w.askToSubscribe(ctx, clients); err != nil {
		return err
	}
	encoding, err := w.encodingOf(ctx, theServer)
	if err != nil {
		return err
	}
	return w.talk.awaitSubscribed(ctx, steps.List(clients), theServer, encoding)
}

func (w *world) unsubscribes(ctx context.Context, client string) error {
	dialect, err := w.talk.clientDialect(ctx)
	if err != nil {
		return err
	}
	if err := w.talk.unsubscribe(ctx, steps.Unquote(client), theServer, dialect); err != nil {
		return err
	}
	w.clients = without(w.clients, steps.Unquote(client))
	return w.talk.awaitServed(ctx, theServer, steps.Unquote(client), w.clients, dialect.Chat)
}

func (w *world) hasConnected(ctx context.Context, client string) error {
	peer, err := w.peer(steps.Unquote(client))
	if err != nil {
		return err
	}
	if err := peer.Listen(); err != nil {
		return err
	}
	encoding, err := w.encodingOf(ctx, theServer)
	if err != nil {
		return err
	}
	conn, err := peer.Connection(ctx, theServer)
	if err == nil && encoding.PerMessage {
		conn.Close()
	}
	return err
}

func (w *world) doesNotRead(client string) error {
	peer, err := w.peer(steps.Unquote(client))
	if err != nil {
		return err
	}
	peer.Deafen()
	return nil
}

func (w *world) hasSentThrough(ctx context.Context, author, text, readers string) error {
	if err := w.says(ctx, steps.Unquote(author), text, theServer); err != nil {
		return err
	}
	return w.receives(ctx, readers, text)
}

func (w *world) firstSends(ctx context.Context, text string) error {
	return w.says(ctx, w.clients[0], text, theServer)
}

func (w *world) othersReceive(ctx context.Context, text string) error {
	for _, client := range w.clients[1:] {
		if err := w.Stage.AwaitReceived(ctx, client, text); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) sendsMany(ctx context.Context, author string, count, letters int) error {
	w.sent = nil
	for i := range count {
		w.sent = append(w.sent, fmt.Sprintf("number %d.", i))
		if err := w.says(ctx, steps.Unquote(author), w.sent[i]+steps.Long(letters), theServer); err != nil {
			return err
		}
	}
	return nil
}

// sendsManyInOrder is for what depends on the order in which a server takes messages.
func (w *world) sendsManyInOrder(ctx context.Context, author string, count, letters int) error {
	encoding, err := w.encodingOf(ctx, theServer)
	if err != nil {
		return err
	}
	if encoding.PerMessage {
		return &stage.Unverified{Reason: "the server is sent each message on a connection of its own: nothing tells which of two is the first"}
	}
	return w.sendsMany(ctx, author, count, letters)
}

// receivesAll waits for the last, which comes after the others: what is not there
// by then is missing.
func (w *world) receivesAll(ctx context.Context, client string) error {
	if err := w.Stage.AwaitReceived(ctx, steps.Unquote(client), w.sent[len(w.sent)-1]); err != nil {
		return err
	}
	arrived := strings.Join(journal.Streams(w.Stage.Journal(), steps.Unquote(client)), "")
	read := 0
	for _, text := range w.sent {
		at := strings.Index(arrived[read:], text)
		if at < 0 { // it may have come before another, or come yet on a connection of its own
			if err := w.Stage.AwaitReceived(ctx, steps.Unquote(client), text); err != nil {
				return err
			}
			continue
		}
		read += at
	}
	return nil
}

func (w *world) cameToAddress(ctx context.Context, client string) error {
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("the server connects to the address that %s has subscribed, and delivers there", steps.Unquote(client)),
		By:       []string{theServer},
		Met: func(events []journal.Event) bool {
			others := slices.DeleteFunc(slices.Clone(events), func(e journal.Event) bool {
				return e.Kind == journal.Wrote && opener(events, e.Conn) == steps.Unquote(client)
			})
			return journal.Received(others, steps.Unquote(client), w.Typed) > 0
		},
		Observed: func([]journal.Event) string {
			return "it delivers on the connection that the client has opened to it"
		},
	})
}

// useOwnServer starts the submission's server, and a chat5 for each user, who
// reaches it through a tap.
func (w *world) useOwnServer(ctx context.Context, users string) error {
	if _, err := w.talk.learn(ctx, "chat5"); err != nil {
		return err
	}
	if err := w.serverIsRunning(ctx); err != nil {
		return err
	}
	server, err := w.Stage.Actor(theServer)
	if err != nil {
		return err
	}
	for _, user := range steps.List(users) {
		addr, err := w.Stage.Link(user, theServer, server.Addr(), 0)
		if err != nil {
			return err
		}
		if err := w.startClientAt(user, addr); err != nil {
			return err
		}
	}
	for _, user := range steps.List(users) {
		if _, err := w.talk.awaitOperationOf(ctx, user, theServer, "subscribe"); err != nil {
			return err
		}
		if err := w.canBeReached(ctx, user); err != nil {
			return err
		}
		// What it has begun to say may end with its connection.
		if err := w.Stage.AwaitIdle(ctx, user); err != nil {
			return err
		}
	}
	return w.Stage.AwaitIdle(ctx, theServer)
}

func (w *world) hasSeenFrom(ctx context.Context, user, text, author string) error {
	if err := w.Types(ctx, author, text); err != nil {
		return err
	}
	return w.SeesText(ctx, user, text)
}
