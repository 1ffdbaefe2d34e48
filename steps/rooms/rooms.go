// Package rooms is the vocabulary of chat rooms over RabbitMQ and MongoDB, behind an HTTP
// API that one mess_chat serves to all.
//
// What such a chat has in common with others is in the package messchat. Here is what this
// assignment asks besides: rooms in the API (api.go), and what they are in RabbitMQ
// (broker.go). What a submission does where the text leaves that open is found out before
// it is judged (calibration.go, question.go).
package rooms

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/messchat"
)

// Vocabulary is the sentences of chat rooms.
func Vocabulary() steps.Vocabulary {
	return steps.Vocabulary{
		Name:      "rooms",
		Protocol:  httpwire.Protocol,
		Sentences: slices.Concat(messchat.Sentences(), sentences(), persistenceSentences(), classSentences(), robustSentences()),
		Begin:     func(run *stage.Run, services steps.Services) steps.Session { return begin(run, services) },
	}
}

// chat is who mess_chat is in a scenario.
const chat = messchat.Program

// A world is what one scenario's sentences share.
type world struct {
	*messchat.World
	session *session

	api     *messchat.API
	readers map[string]*reader // by the URLs that they ask for
	room    string             // the one that was sent to last

	sent      []string // of many messages
	envelopes []envelope

	consumers int // that mess_chat had when RabbitMQ went away

	model *model // what was asked about the classes
}

// Open implements steps.Session.
func (s *session) Open(w *steps.World) any { return s.open(w) }

func (s *session) open(w *steps.World) *world {
	return &world{World: messchat.NewWorld(w, s.Submission), session: s, readers: map[string]*reader{}, model: newModel(w.Draw)}
}

func sentences() []steps.Sentence {
	const (
		somebody = `"([^"]+)"`
		texts    = `("[^"]*"(?:, "[^"]*")*(?: and "[^"]*")?)`
		to       = ` to ` + somebody + ` in the (room|group) ` + somebody
		in       = ` in the (?:room|group) ` + somebody
	)
	return []steps.Sentence{
		// mess_chat
		steps.Say(`^mess_chat is started$`, (*world).starts),
		steps.Say(`^mess_chat is answered over HTTP$`, (*world).isAnswered),
		steps.Say(`^mess_chat runs$`, (*world).runs),
		steps.Say(`^mess_chat runs where mess_chat_test asks for it$`, (*world).runsWhereTestsAsk),
		steps.Say(`^mess_chat lists the messages of one room$`, (*world).listsOneRoom),

		// what is sent
		steps.Say(`^`+somebody+` sends `+steps.Line+to+`$`, (*world).sends),
		steps.Say(`^`+somebody+` has sent `+steps.Line+to+`$`, (*world).hasSent),
		steps.Say(`^`+somebody+` has sent `+somebody+to+`, if she can$`, (*world).sends),
		steps.Say(`^`+somebody+` sends `+texts+to+` at once$`, (*world).sendsAtOnce),
		steps.Say(`^somebody asks for "(/[^"]*)"$`, (*world).asksFor),

		// what is listed
		steps.Say(`^`+somebody+` asks for the messages`+in+`$`, (*world).asks),
		steps.Say(`^`+somebody+` asks for the messages`+in+`, after all is at rest$`, (*world).asksAtRest),
		steps.Say(`^`+somebody+` has been given the messages`+in+`$`, (*world).hasBeenGiven),
		steps.Say(`^`+somebody+` is given messages$`, (*world).isGiven),
		steps.Say(`^the list is empty$`, (*world).listIsEmpty),
		steps.Say(`^that list holds `+texts+`$`, (*world).listHolds),
		steps.Say(`^each answer that listed a message was a JSON list of strings$`, (*world).listsAreOfStrings),
		steps.Say(`^`+somebody+` lists it to the letter$`, (*world).listsIt),
		steps.Say(`^`+somebody+` (?:lists|has listed) `+texts+in+`$`, (*world).lists),
		steps.Say(`^`+somebody+` lists `+texts+in+`, in this order$`, (*world).listsInOrder),
		steps.Say(`^`+somebody+` lists `+somebody+` once`+in+`$`, (*world).listsOnce),
		steps.Say(`^`+somebody+` has not listed `+somebody+in+`$`, (*world).hasNotListed),
		steps.Say(`^`+somebody+` does not list `+somebody+` twice`+in+`$`, (*world).doesNotListTwice),

		// what rooms are in RabbitMQ
		steps.Say(`^mess_chat speaks AMQP with RabbitMQ$`, (*world).speaksAMQP),
		steps.Say(`^mess_chat publishes a message to RabbitMQ$`, (*world).publishes),
		steps.Say(`^nobody asks mess_chat for anything until RabbitMQ has missed its heartbeats, or has had three$`, (*world).nobodyAsks),
		steps.Say(`^mess_chat calls itself a client by pika$`, (*world).usesPika),
		steps.Say(`^RabbitMQ has a queue `+somebody+`$`, (*world).hasQueue),
		steps.Say(`^RabbitMQ has an exchange `+somebody+`$`, (*world).hasExchange),
		steps.Say(`^RabbitMQ has no exchange `+somebody+`, or MongoDB says that `+somebody+` is no group$`, (*world).isNoGroup),
		steps.Say(`^mess_chat publishes `+somebody+` to the exchange `+somebody+`$`, (*world).publishesTo),
		steps.Say(`^`+somebody+`, who is another client, puts `+somebody+` into the exchange `+somebody+`$`, (*world).putInto),
		steps.Say(`^`+somebody+` reaches the queue `+somebody+`$`, (*world).reaches),
		steps.Say(`^each of `+somebody+` and `+somebody+` whom MongoDB calls a member of `+somebody+` has a queue, and the addressee has `+somebody+` in it$`, (*world).membersHaveQueues),
		steps.Say(`^mess_chat has read `+somebody+` from the queue `+somebody+`$`, (*world).hasRead),
	}
}

// starts starts mess_chat, and does not wait.
func (w *world) starts(ctx context.Context) error {
	if err := w.session.learn(ctx); err != nil {
		return err
	}
	return w.launch(ctx, w.session.Way, netip.AddrPort{})
}

// launch starts mess_chat in a way, at an address, or at one of the stage's.
func (w *world) launch(ctx context.Context, how messchat.Way, at netip.AddrPort) error {
	api, err := w.Launch(ctx, chat, how, at)
	w.api = api
	return err
}

func (w *world) isAnswered(ctx context.Context) error {
	if err := w.Listens(ctx, chat); err != nil {
		return err
	}
	_, err := w.api.Get(ctx, "/messages/")
	return err
}

// runs starts mess_chat, and waits until it listens.
func (w *world) runs(ctx context.Context) error {
	if err := w.starts(ctx); err != nil {
		return err
	}
	return w.isReady(ctx)
}

// runsWhereTestsAsk starts mess_chat at the port at which the tests ask for it.
func (w *world) runsWhereTestsAsk(ctx context.Context) error {
	at, err := w.session.WhereTestsAsk()
	if err != nil {
		return err
	}
	if err := w.session.learn(ctx); err != nil {
		return err
	}
	if err := w.launch(ctx, w.session.Way, at); err != nil {
		return err
	}
	return w.isReady(ctx)
}

func (w *world) isReady(ctx context.Context) error {
	if err := w.Listens(ctx, chat); err != nil {
		return err
	}
	return w.Stage.AwaitQuiet(ctx)
}

// listsOneRoom says why nobody can ask for one room's messages; nothing, if they can.
func (w *world) listsOneRoom(ctx context.Context) error {
	if err := w.session.learn(ctx); err != nil {
		return err
	}
	if w.session.question.ofOneRoom {
		return nil
	}
	return &stage.Unverified{Reason: fmt.Sprintf("%s lists the messages of all rooms: the text gives it no parameter that would name one", messchat.Target("/messages/"))}
}
