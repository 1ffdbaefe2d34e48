package steps

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/journal"
	"github.com/chatspec/chatspec/fixtures/tap"
)

// serverSentences is the vocabulary of chats through a server.
func serverSentences() []sentence {
	return []sentence{
		// chat5 beside the harness's server
		say(`^`+name+` starts chat5$`, (*world).startsClient),
		say(`^`+name+` has joined the server$`, (*world).hasJoined),
		say(`^`+name+` connects to the server$`, (*world).connectsToServer),
		say(`^the server is told that somebody subscribes$`, (*world).isToldOfSubscription),
		say(`^`+name+` has subscribed with the server$`, (*world).hasSubscribedWith),
		say(`^the subscription gives the address of `+name+`$`, (*world).subscriptionGivesAddress),
		say(`^the server is told that `+name+` unsubscribes the address that she has subscribed$`, (*world).isToldOfLeaving),
		say(`^the server has received no message `+line+`$`, (*world).noMessage),
		say(`^`+name+` has sent `+line+` to (the server)$`, (*world).hasSentToServer),
		say(`^`+name+` can be reached by the server$`, (*world).canBeReached),
		say(`^the server delivers `+line+` from `+name+` to `+name+`$`, (*world).delivers),

		// server5 beside the harness's clients
		say(`^the server starts$`, (*world).serverStarts),
		say(`^the server is running$`, (*world).serverIsRunning),
		say(`^`+names+` have asked to subscribe$`, (*world).askToSubscribe),
		say(`^`+name+` has asked to subscribe$`, (*world).askToSubscribe),
		say(`^(\d+) clients have asked to subscribe$`, (*world).manyAskToSubscribe),
		say(`^`+names+` have subscribed$`, (*world).haveSubscribed),
		say(`^`+name+` subscribes again$`, (*world).askToSubscribe),
		say(`^`+name+` unsubscribes$`, (*world).unsubscribes),
		say(`^`+name+` has connected to the server$`, (*world).hasConnected),
		say(`^`+name+` does not read what it is sent$`, (*world).doesNotRead),
		say(`^`+name+` has sent `+line+` to the server, and `+names+` (?:has|have) received it$`, (*world).hasSentThrough),
		say(`^the first of them sends `+line+` to the server$`, (*world).firstSends),
		say(`^`+name+` sends (\d+) messages of (\d+) letters to the server$`, (*world).sendsMany),
		say(`^all the others receive `+line+`$`, (*world).othersReceive),
		say(`^`+name+` receives them all$`, (*world).receivesAll),
		say(`^`+name+` receives it unchanged$`, (*world).receivesUnchanged),
		say(`^it came to the address that `+name+` has subscribed$`, (*world).cameToAddress),

		// both together
		say(`^`+names+` use the submission's own server$`, (*world).useOwnServer),
		say(`^`+name+` has seen `+line+` from `+name+`$`, (*world).hasSeenFrom),
	}
}

// mannerOf is how to speak to a program so that it understands.
func (w *world) mannerOf(ctx context.Context, name string) (tap.Manner, error) {
	if name == theServer {
		dialect, err := w.stage.ClientDialect(ctx)
		return dialect.Chat, err
	}
	dialect, err := w.run.Trial(ctx, "chat")
	return dialect.Chat, err
}

// startsClient starts a chat5 beside a server that the harness plays.
func (w *world) startsClient(ctx context.Context, user string) error {
	// Only where it looks for its server is wanted of the trial: what it has to
	// say of the start, this start says again.
	var failure *stage.Failure
	if _, err := w.run.Trial(ctx, "chat5"); err != nil && !errors.As(err, &failure) {
		return err
	}
	server, err := w.peer(theServer)
	if err != nil {
		return err
	}
	if err := server.Listen(); err != nil {
		return err
	}
	return w.startClientAt(who(user), server.Addr)
}

func (w *world) startClientAt(user string, server netip.AddrPort) error {
	addr, err := w.stage.Loopback()
	if err != nil {
		return err
	}
	return w.launch(user, "chat5", stage.ClientValues(user, addr, server), addr)
}

// hasJoined starts a chat5 that is needed for something else.
func (w *world) hasJoined(ctx context.Context, user string) error {
	if _, err := w.run.Trial(ctx, "chat5"); err != nil {
		return err
	}
	if err := w.startsClient(ctx, user); err != nil {
		return err
	}
	if err := w.connectsToServer(ctx, user); err != nil {
		return err
	}
	// A line that is typed before could overtake the subscription.
	return w.hasTypedNothing(ctx, user)
}

func (w *world) connectsToServer(ctx context.Context, user string) error {
	return w.stage.AwaitConnection(ctx, who(user), theServer)
}

func (w *world) isToldOfSubscription(ctx context.Context) error {
	_, err := w.stage.AwaitOperation(ctx, theServer, "subscribe")
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
	operation, err := w.stage.AwaitOperation(ctx, theServer, "subscribe")
	if err != nil {
		return err
	}
	client, _ := operation.Message.Text("client")
	return w.stage.CheckAddress(who(user), client)
}

func (w *world) isToldOfLeaving(ctx context.Context, _ string) error {
	subscription, err := w.stage.AwaitOperation(ctx, theServer, "subscribe")
	if err != nil {
		return err
	}
	leaving, err := w.stage.AwaitOperation(ctx, theServer, "unsubscribe")
	if err != nil {
		return err
	}
	joined, _ := subscription.Message.Text("client")
	left, ok := leaving.Message.Text("client")
	if ok && joined == left {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("the unsubscription gives the `client` %q", joined),
		Observed: string(leaving.Message.Raw),
	}
}

// noMessage looks back when nothing more can come from who typed last.
func (w *world) noMessage(ctx context.Context, text string) error {
	if err := w.stage.Conclude(ctx, w.actor); err != nil {
		return err
	}
	for _, e := range journal.Messages(w.stage.Journal(), theServer) {
		if said, _ := e.Message.Text("message"); said == text {
			return &stage.Failure{
				Expected: fmt.Sprintf("the server receives no message %q", text),
				Observed: string(e.Message.Raw),
			}
		}
	}
	return nil
}

func (w *world) hasSentToServer(ctx context.Context, user, text, _ string) error {
	if err := w.types(ctx, user, text); err != nil {
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
	return w.stage.AwaitReady(ctx, who(user))
}

func (w *world) delivers(ctx context.Context, text, author, user string) error {
	dialect, err := w.serverDialect(ctx)
	if err != nil {
		return err
	}
	w.shown[who(author)] = w.stage.Mark()
	w.remember(text)
	return w.stage.Deliver(ctx, theServer, who(author), who(user), text, dialect)
}

// serverDialect is how the submission's own server delivers; where it has none
// that starts, its chat5 is spoken to as it speaks itself.
func (w *world) serverDialect(ctx context.Context) (stage.Dialect, error) {
	dialect, err := w.run.Trial(ctx, "server5")
	if err != nil && ctx.Err() == nil {
		return w.stage.ClientDialect(ctx)
	}
	return dialect, err
}

func (w *world) serverStarts(ctx context.Context) error {
	if _, runs := w.stage.Endpoint("server5"); runs {
		return &stage.Unverified{Reason: "the server runs already; nobody starts or stops it here"}
	}
	// Only the command line is wanted of the trial: what it has to say of the
	// start, this start says again.
	if _, err := w.run.Trial(ctx, "server5"); err != nil {
		return err
	}
	return w.launchServer()
}

func (w *world) launchServer() error {
	addr, err := w.stage.Loopback()
	if err != nil {
		return err
	}
	return w.launch(theServer, "server5", stage.ServerValues(addr), addr)
}

// serverIsRunning starts a server, or joins the one that is already up.
func (w *world) serverIsRunning(ctx context.Context) error {
	if _, err := w.run.Trial(ctx, "server5"); err != nil {
		return err
	}
	if addr, runs := w.stage.Endpoint("server5"); runs {
		w.actor = theServer
		w.stage.Join(theServer, "server5", addr)
		return nil
	}
	if err := w.launchServer(); err != nil {
		return err
	}
	return w.stage.AwaitReady(ctx, theServer)
}

// askToSubscribe sends subscriptions, each when the server has come to rest
// after the one before, so that they are served in this order; it does not look
// whether the server delivers.
func (w *world) askToSubscribe(ctx context.Context, clients string) error {
	dialect, err := w.stage.ClientDialect(ctx)
	if err != nil {
		return err
	}
	for _, client := range list(clients) {
		if err := w.stage.Subscribe(ctx, client, theServer, dialect); err != nil {
			return err
		}
		if err := w.stage.AwaitIdle(ctx, theServer); err != nil {
			return err
		}
		w.clients = append(without(w.clients, client), client)
	}
	return w.stage.AwaitServed(ctx, theServer, w.clients[0], w.clients[1:], dialect.Chat)
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
	manner, err := w.mannerOf(ctx, theServer)
	if err != nil {
		return err
	}
	return w.stage.AwaitSubscribed(ctx, list(clients), theServer, manner)
}

func (w *world) unsubscribes(ctx context.Context, client string) error {
	dialect, err := w.stage.ClientDialect(ctx)
	if err != nil {
		return err
	}
	if err := w.stage.Unsubscribe(ctx, who(client), theServer, dialect); err != nil {
		return err
	}
	w.clients = without(w.clients, who(client))
	return w.stage.AwaitServed(ctx, theServer, who(client), w.clients, dialect.Chat)
}

func (w *world) hasConnected(ctx context.Context, client string) error {
	peer, err := w.peer(who(client))
	if err != nil {
		return err
	}
	if err := peer.Listen(); err != nil {
		return err
	}
	manner, err := w.mannerOf(ctx, theServer)
	if err != nil {
		return err
	}
	conn, err := peer.Line(ctx, theServer)
	if err == nil && manner.PerMessage {
		conn.Close()
	}
	return err
}

func (w *world) doesNotRead(client string) error {
	peer, err := w.peer(who(client))
	if err != nil {
		return err
	}
	peer.Deafen()
	return nil
}

func (w *world) hasSentThrough(ctx context.Context, author, text, readers string) error {
	if err := w.says(ctx, who(author), text, theServer); err != nil {
		return err
	}
	return w.receives(ctx, readers, text)
}

func (w *world) firstSends(ctx context.Context, text string) error {
	return w.says(ctx, w.clients[0], text, theServer)
}

func (w *world) othersReceive(ctx context.Context, text string) error {
	for _, client := range w.clients[1:] {
		if err := w.stage.AwaitReceived(ctx, client, text); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) sendsMany(ctx context.Context, author string, count, letters int) error {
	w.sent = nil
	for i := range count {
		w.sent = append(w.sent, fmt.Sprintf("number %d.", i))
		if err := w.says(ctx, who(author), w.sent[i]+long(letters), theServer); err != nil {
			return err
		}
	}
	return nil
}

// receivesAll waits for the last, which comes after the others: what is not there
// by then is missing.
func (w *world) receivesAll(ctx context.Context, client string) error {
	if err := w.stage.AwaitReceived(ctx, who(client), w.sent[len(w.sent)-1]); err != nil {
		return err
	}
	arrived := strings.Join(journal.Streams(w.stage.Journal(), who(client)), "")
	read := 0
	for _, text := range w.sent {
		at := strings.Index(arrived[read:], text)
		if at < 0 { // it may have come before another, or come yet on a connection of its own
			if err := w.stage.AwaitReceived(ctx, who(client), text); err != nil {
				return err
			}
			continue
		}
		read += at
	}
	return nil
}

func (w *world) cameToAddress(ctx context.Context, client string) error {
	return w.stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("the server connects to the address that %s has subscribed, and delivers there", who(client)),
		By:       []string{theServer},
		Met: func(events []journal.Event) bool {
			others := slices.DeleteFunc(slices.Clone(events), func(e journal.Event) bool {
				return e.Kind == journal.Wrote && stage.Opener(events, e.Conn) == who(client)
			})
			return journal.Received(others, who(client), w.typed) > 0
		},
		Observed: func([]journal.Event) string {
			return "it delivers on the connection that the client has opened to it"
		},
	})
}

// useOwnServer starts the submission's server, and a chat5 for each user, who
// reaches it through a tap.
func (w *world) useOwnServer(ctx context.Context, users string) error {
	if _, err := w.run.Trial(ctx, "chat5"); err != nil {
		return err
	}
	if err := w.serverIsRunning(ctx); err != nil {
		return err
	}
	server, err := w.stage.Actor(theServer)
	if err != nil {
		return err
	}
	for _, user := range list(users) {
		addr, err := w.stage.Link(user, theServer, server.Addr(), 0)
		if err != nil {
			return err
		}
		if err := w.startClientAt(user, addr); err != nil {
			return err
		}
	}
	for _, user := range list(users) {
		if _, err := w.stage.AwaitOperationOf(ctx, user, theServer, "subscribe"); err != nil {
			return err
		}
		if err := w.canBeReached(ctx, user); err != nil {
			return err
		}
		// What it has begun to say may end with its connection.
		if err := w.stage.AwaitIdle(ctx, user); err != nil {
			return err
		}
	}
	return w.stage.AwaitIdle(ctx, theServer)
}

func (w *world) hasSeenFrom(ctx context.Context, user, text, author string) error {
	if err := w.types(ctx, author, text); err != nil {
		return err
	}
	return w.sees(ctx, user, text, author)
}
