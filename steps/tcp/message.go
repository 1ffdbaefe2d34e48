package tcp

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
	"github.com/chatspec/chatspec/steps"
)

// sentAsJSON types a line and waits until it has arrived as one JSON object.
func (w *world) sentAsJSON(ctx context.Context, user, text, peer string) error {
	if err := w.Types(ctx, user, text); err != nil {
		return err
	}
	return w.hasAsJSON(ctx, peer, text)
}

// hasAsJSON waits until text has arrived at a peer within a JSON object.
func (w *world) hasAsJSON(ctx context.Context, peer, text string) error {
	peer = steps.Unquote(peer)
	err := w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s receives %q in a JSON object", peer, text),
		By:       []string{w.Actor},
		Met: func(events []journal.Event) bool {
			got := steps.Received(events, peer, text)
			return got.Kind == journal.Sent && messageOf(got).Err == nil
		},
		Observed: func(events []journal.Event) string {
			if got := steps.Received(events, peer, text); messageOf(got).Err != nil {
				return fmt.Sprintf("%s, and %v", messageOf(got).Raw, messageOf(got).Err)
			}
			return stage.ReceivedInstead(events, peer)
		},
	})
	w.got = steps.Received(w.Stage.Journal(), peer, text)
	return err
}

// cameAsOneObject checks that «it» came as one whole JSON object, with nothing
// but framing before it.
func (w *world) cameAsOneObject(ctx context.Context) error {
	if err := w.hasAsJSON(ctx, w.got.To, w.Typed); err != nil {
		return err
	}
	if m := messageOf(w.got); !jsonstream.IsFraming(m.Gap, len(m.Raw)) {
		return &stage.Failure{
			Expected: "a message is one JSON object",
			Observed: fmt.Sprintf("something else stands before the object: %s", journal.Quote(string(m.Gap))),
		}
	}
	return nil
}

// hasUser checks who wrote «it».
func (w *world) hasUser(_ context.Context, user string) error {
	if said, ok := messageOf(w.got).Text("user"); ok && said == steps.Unquote(user) {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("the member `user` is %s", user),
		Observed: string(messageOf(w.got).Raw),
	}
}

// receivesToTheLetter waits for the message that follows the last line, and
// compares its text with the line.
func (w *world) receivesToTheLetter(ctx context.Context, peer string) error {
	peer = steps.Unquote(peer)
	err := w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s receives a JSON object whose `message` is %s", peer, journal.Quote(w.Typed)),
		By:       []string{w.Actor},
		Met:      func(events []journal.Event) bool { return len(w.newMessages(events, peer)) > 0 },
		Observed: func(events []journal.Event) string { return stage.ReceivedSince(events, w.Mark, peer) },
	})
	if err != nil {
		return err
	}
	got := messageOf(w.newMessages(w.Stage.Journal(), peer)[0])
	if said, ok := got.Text("message"); ok && said == w.Typed {
		return w.isFramed(ctx, got, peer)
	}
	observed := fmt.Sprintf("%s receives %s", peer, journal.Shorten(string(got.Raw)))
	if got.Err != nil {
		observed += ": " + got.Err.Error()
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("the member `message` is %s", journal.Quote(w.Typed)),
		Observed: observed,
	}
}

// isFramed checks that the length stands before a message, where its author writes one: a length
// that does not count bytes has whoever reads by it wait for more, or lose some.
func (w *world) isFramed(ctx context.Context, m jsonstream.Message, peer string) error {
	encoding, err := w.encodingOf(ctx, peer)
	if err != nil || encoding.Frames(m) {
		return err
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("before a message of %d bytes stands its length", len(m.Raw)),
		Observed: fmt.Sprintf("%s stands before it, which is not its length in bytes", journal.Quote(string(m.Gap))),
	}
}

// newMessages lists the messages that have arrived at a peer since the last
// line was typed. A message that is sent again, and an operation, are not new.
func (w *world) newMessages(events []journal.Event, peer string) []journal.Event {
	before := map[string]bool{}
	for _, e := range journal.Messages(events[:w.Mark], peer) {
		text, _ := messageOf(e).Text("message")
		before[text] = true
	}
	return slices.DeleteFunc(journal.Messages(events[w.Mark:], peer), func(e journal.Event) bool {
		text, ok := messageOf(e).Text("message")
		return isOperation(messageOf(e)) || ok && before[text]
	})
}

// receivesUnchanged waits until «it» has arrived with the members that its
// author gave it.
func (w *world) receivesUnchanged(ctx context.Context, peer string) error {
	peer = steps.Unquote(peer)
	want := w.sentMessage()
	same := func(e journal.Event) bool { return sameMembers(messageOf(e), want) }
	return w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s receives %s", peer, want.Raw),
		By:       []string{w.Actor},
		Met: func(events []journal.Event) bool {
			return slices.ContainsFunc(journal.Messages(events, peer), same)
		},
		Observed: func(events []journal.Event) string { return stage.ReceivedSince(events, w.Mark, peer) },
	})
}

// sentMessage is the last message that a peer has sent to the program.
func (w *world) sentMessage() jsonstream.Message {
	for _, e := range slices.Backward(journal.Messages(w.Stage.Journal(), w.Actor)) {
		if said, _ := messageOf(e).Text("message"); said == w.Typed {
			return messageOf(e)
		}
	}
	return jsonstream.Message{}
}

func sameMembers(a, b jsonstream.Message) bool {
	for _, member := range []string{"seq", "user", "message"} {
		mine, ok := a.Field(member)
		theirs, also := b.Field(member)
		if !ok || !also || !sameJSON(mine.Value, theirs.Value) {
			return false
		}
	}
	return true
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return x == y
}

// numbers lists the seq of the chat messages that have arrived at a peer, as
// they were written where they are no whole numbers. What the program has only
// passed on is not counted.
func (w *world) numbers(events []journal.Event, peer string) []string {
	var found []string
	messages := journal.Messages(events, steps.Unquote(peer))
	// Connections are read side by side: their numbers keep the order in which
	// they were opened.
	slices.SortStableFunc(messages, func(a, b journal.Event) int { return a.Conn - b.Conn })
	for _, e := range messages {
		text, _ := messageOf(e).Text("message")
		if !isOperation(messageOf(e)) && !w.heard[text] {
			found = append(found, number(messageOf(e)))
		}
	}
	return found
}

// awaitNumbers waits until a peer has received so many messages.
func (w *world) awaitNumbers(ctx context.Context, peer string, count int) ([]string, error) {
	err := w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s receives %d messages", steps.Unquote(peer), count),
		By:       []string{w.Actor},
		Met:      func(events []journal.Event) bool { return len(w.numbers(events, peer)) >= count },
		Observed: func(events []journal.Event) string { return stage.ReceivedInstead(events, steps.Unquote(peer)) },
	})
	return w.numbers(w.Stage.Journal(), peer), err
}

// isOperation tells a subscription or its end from a chat message, which may
// have a member `operation`, too.
func isOperation(m jsonstream.Message) bool {
	_, operation := m.Field("operation")
	_, message := m.Field("message")
	return operation && !message
}

// number reads the seq of a message. A whole number is one whose value is
// whole, as in JSON Schema: 1.0 is 1.
func number(m jsonstream.Message) string {
	field, ok := m.Field("seq")
	if !ok {
		return "(no seq)"
	}
	if isVast(string(field.Value)) {
		return journal.Shorten(string(field.Value))
	}
	value, ok := new(big.Rat).SetString(string(field.Value))
	if !ok || !value.IsInt() {
		return string(field.Value)
	}
	return value.Num().String()
}

// isVast reports whether a number has more digits than anybody reads, or would have: 1e1000000.
func isVast(number string) bool {
	const most = 40
	at := strings.IndexAny(number, "eE")
	if at < 0 || len(number) > most {
		return len(number) > most
	}
	exponent, err := strconv.Atoi(number[at+1:])
	return err != nil || exponent > most || exponent < -most
}

// hasNumbers checks the numbers that a peer has received.
func (w *world) hasNumbers(ctx context.Context, peer, want string) error {
	got, err := w.awaitNumbers(ctx, peer, strings.Count(want, ",")+1)
	if err != nil || strings.Join(got, ", ") == want {
		return err
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("the messages to %s carry the `seq` %s", steps.Unquote(peer), want),
		Observed: "they carry " + strings.Join(got, ", "),
	}
}

// sameNumbers checks that all peers have received the same numbers as the first.
func (w *world) sameNumbers(ctx context.Context, peers string) error {
	first := steps.List(peers)[0]
	a := w.numbers(w.Stage.Journal(), first)
	for _, other := range steps.List(peers)[1:] {
		b, err := w.awaitNumbers(ctx, other, len(a))
		if err != nil {
			return err
		}
		if !slices.Equal(a, b) {
			return &stage.Failure{
				Expected: "the same messages carry the same `seq` for every peer",
				Observed: fmt.Sprintf("%s receives %s, and %s receives %s", first, strings.Join(a, ", "), other, strings.Join(b, ", ")),
			}
		}
	}
	return nil
}

// sameNumberIfAny checks that a message has one number for two peers, where it has come to both.
func (w *world) sameNumberIfAny(ctx context.Context, peer, text, other string) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	events := w.Stage.Journal()
	one := steps.Received(events, steps.Unquote(peer), text)
	another := steps.Received(events, steps.Unquote(other), text)
	if one.Kind != journal.Sent || another.Kind != journal.Sent || number(messageOf(one)) == number(messageOf(another)) {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("%q carries the same `seq` for %s and %s", text, steps.Unquote(other), steps.Unquote(peer)),
		Observed: fmt.Sprintf("it carries %s and %s", number(messageOf(another)), number(messageOf(one))),
	}
}

// nextNumber checks that the second number is the first and one.
func (w *world) nextNumber(ctx context.Context, peer string) error {
	got, err := w.awaitNumbers(ctx, peer, 2)
	if err != nil {
		return err
	}
	first, ok := new(big.Int).SetString(got[0], 10)
	if !ok {
		return &stage.Failure{Expected: "messages carry a whole number as `seq`", Observed: "they carry " + strings.Join(got, ", ")}
	}
	want := new(big.Int).Add(first, big.NewInt(1)).String()
	if got[1] == want {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("the `seq` after %s is %s", got[0], want),
		Observed: "it is " + got[1],
	}
}

// messageOf is the JSON object that was sent; an empty one, where none was.
func messageOf(e journal.Event) jsonstream.Message {
	m, _ := e.Message.(jsonstream.Message)
	return m
}
