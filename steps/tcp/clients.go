package tcp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
)

// say sends a chat message of a peer to the program that plays name.
func (t *talk) say(ctx context.Context, peer, name, text string, encoding jsonstream.Encoding) error {
	p, err := t.LoopbackPeer(peer)
	if err != nil {
		return err
	}
	return p.Send(ctx, name, t.encode(p, encoding, t.chatMessage(p, text)...), encoding.PerMessage)
}

// subscribe makes a peer listen and subscribe its address with the server.
func (t *talk) subscribe(ctx context.Context, peer, server string, dialect Dialect) error {
	p, err := t.LoopbackPeer(peer)
	if err != nil {
		return err
	}
	if err := p.Listen(); err != nil {
		return err
	}
	if a, err := t.Actor(server); err == nil && a.IsEndpoint() {
		p.OnLeave(func() { t.sayGoodbye(p, server, dialect) })
	}
	return t.operation(ctx, p, server, "subscribe", dialect)
}

// sayGoodbye takes a peer off the list of an endpoint, which goes on. Where the
// connection that the peer has kept takes nothing more, another may: a server
// can have closed it, or be behind with what was sent there.
func (t *talk) sayGoodbye(p *stage.Peer, server string, dialect Dialect) {
	for range 2 {
		p.DropBroken()
		if t.operation(context.Background(), p, server, "unsubscribe", dialect) == nil {
			return
		}
	}
}

// Unsubscribe takes a peer's address off the server's list.
func (t *talk) unsubscribe(ctx context.Context, peer, server string, dialect Dialect) error {
	p, err := t.LoopbackPeer(peer)
	if err != nil {
		return err
	}
	if err := t.operation(ctx, p, server, "unsubscribe", dialect); err != nil {
		return err
	}
	p.OnLeave(nil)
	return nil
}

func (t *talk) operation(ctx context.Context, p *stage.Peer, server, operation string, dialect Dialect) error {
	data := t.encode(p, dialect.Operation,
		jsonstream.Value{Name: "operation", Raw: quote(operation)},
		jsonstream.Value{Name: "client", Raw: quote(p.Addr.String())},
	)
	return p.Send(ctx, server, data, dialect.Operation.PerMessage)
}

// probes is how many probes are sent before a server is said not to deliver. To an endpoint,
// whose rest is not seen, more are sent, each after twice the time: together some seconds.
const (
	probes         = 3
	endpointProbes = 7
)

// AwaitSubscribed waits until the server delivers to each of the peers, of
// whom there are two at least. It shows that by probes: one from the first
// peer, which all others receive, and one from the second, which the first
// receives.
func (t *talk) awaitSubscribed(ctx context.Context, peers []string, server string, encoding jsonstream.Encoding) error {
	if err := t.AwaitIdle(ctx, server); err != nil {
		return err
	}
	if err := t.probe(ctx, peers[0], peers[1:], server, encoding); err != nil {
		return err
	}
	return t.probe(ctx, peers[1], peers[:1], server, encoding)
}

// probe sends messages from one peer until the others have received one.
// Another is sent when the server has come to rest and one did not arrive: it
// came before a subscription.
func (t *talk) probe(ctx context.Context, sender string, others []string, server string, encoding jsonstream.Encoding) error {
	a, err := t.Actor(server)
	if err != nil {
		return err
	}
	rounds := probes
	if a.IsEndpoint() {
		rounds = endpointProbes
	}
	var text string
	for round := range rounds {
		text = fmt.Sprintf("probe %d.", t.nextProbe())
		if err := t.say(ctx, sender, server, text, encoding); err != nil {
			return err
		}
		if round < rounds-1 && t.arrivesBeforeRest(ctx, others, text, server, 1<<round) {
			return nil
		}
	}
	for _, other := range others {
		if err := t.AwaitReceived(ctx, other, text); err != nil {
			return err
		}
	}
	return nil
}

// arrivesBeforeRest reports whether all peers receive text before the server has come to
// rest, which is looked at several times: an endpoint is taken to rest after a moment.
func (t *talk) arrivesBeforeRest(ctx context.Context, peers []string, text, server string, looks int) bool {
	var arriving []*journal.Tally
	for _, peer := range peers {
		arriving = append(arriving, journal.ArrivingAt(peer, text))
	}
	arrived := func(events []journal.Event) bool {
		return !slices.ContainsFunc(arriving, func(tally *journal.Tally) bool { return tally.Count(events) == 0 })
	}
	for range looks {
		if t.MetBeforeIdle(ctx, server, arrived) {
			return true
		}
	}
	return false
}

// deliver brings messages of another user to a chat5, in one piece, as the submission's
// own server5 would: to the address of the chat5, or on the connection that it has
// opened.
func (t *talk) deliver(ctx context.Context, server, name string, data []byte, dialect Dialect) error {
	p, err := t.LoopbackPeer(server)
	if err != nil {
		return err
	}
	if !dialect.OnConnection {
		return p.Send(ctx, name, data, dialect.Chat.PerMessage)
	}
	conn, err := p.Accepted(name)
	if err != nil {
		return err
	}
	return conn.Write(ctx, data)
}

// deliverInPieces is deliver with the message cut in several places.
func (t *talk) deliverInPieces(ctx context.Context, server, name string, data []byte, dialect Dialect) error {
	p, err := t.LoopbackPeer(server)
	if err != nil {
		return err
	}
	if !dialect.OnConnection {
		return p.SendInPieces(ctx, name, data, dialect.Chat.PerMessage, cutsOf(data)...)
	}
	conn, err := p.Accepted(name)
	if err != nil {
		return err
	}
	return conn.WriteInPieces(ctx, data, cutsOf(data)...)
}

// cutsOf says where a message is cut: in several places, a letter of two bytes among
// them, where it has one.
func cutsOf(data []byte) []int {
	within := bytes.IndexFunc(data, func(r rune) bool { return r > unicode.MaxASCII }) + 1
	return []int{1, len(data) / 3, within, len(data) - 1}
}

// awaitServed waits until the server has come to rest, and so has served what
// it was sent. Of an endpoint that cannot be seen: there a message of the
// sender's, on the same connection, has to reach the others. Where it does not,
// the rules about deliveries will say so.
func (t *talk) awaitServed(ctx context.Context, server, sender string, others []string, encoding jsonstream.Encoding) error {
	a, err := t.Actor(server)
	if err != nil {
		return err
	}
	if !a.IsEndpoint() {
		return t.AwaitIdle(ctx, server)
	}
	if len(others) == 0 {
		return nil
	}
	err = t.probe(ctx, sender, others, server, encoding)
	var failure *stage.Failure
	if errors.As(err, &failure) {
		return nil
	}
	return err
}
