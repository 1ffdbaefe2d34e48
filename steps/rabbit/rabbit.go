// Package rabbit is the vocabulary of chats over RabbitMQ behind an HTTP API, in which
// everybody has a mess_chat of their own.
//
// What such a chat has in common with others is in the package messchat. Here is what this
// assignment asks besides: a channel general, which distributes a message to all clients
// (general.go, checks.go), and a private queue. What a submission does where the text
// leaves that open is found out before it is judged (calibration.go).
package rabbit

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/messchat"
)

// Vocabulary is the sentences of chats over RabbitMQ.
func Vocabulary() steps.Vocabulary {
	return steps.Vocabulary{
		Name:      "rabbit",
		Protocol:  httpwire.Protocol,
		Sentences: append(messchat.Sentences(), sentences()...),
		Begin:     func(run *stage.Run, services steps.Services) steps.Session { return begin(run, services) },
	}
}

// A world is what one scenario's sentences share.
type world struct {
	*messchat.World
	session   *session
	instances map[string]*instance
	sent      []string // at once
}

// Open implements steps.Session.
func (s *session) Open(w *steps.World) any { return s.open(w) }

func (s *session) open(w *steps.World) *world {
	return &world{World: messchat.NewWorld(w, s.Submission), session: s, instances: map[string]*instance{}}
}

func sentences() []steps.Sentence {
	const (
		client  = `"([^"]+)"`
		texts   = `("[^"]*"(?:, "[^"]*")*(?: and "[^"]*")?)`
		another = `"([^"]+)", who is another client, (?:puts|has put) `
	)
	return []steps.Sentence{
		// instances of mess_chat
		steps.Say(`^`+client+` starts mess_chat$`, (*world).starts),
		steps.Say(`^`+client+` has started mess_chat$`, (*world).hasStarted),
		steps.Say(`^`+client+` is answered over HTTP$`, (*world).isAnswered),
		steps.Say(`^`+steps.Names+` uses? mess_chat$`, (*world).use),
		steps.Say(`^`+client+` uses mess_chat, where mess_chat_test asks for it$`, (*world).usesWhereTestsAsk),
		steps.Say(`^`+client+` sends `+steps.Line+`$`, (*world).sends),
		steps.Say(`^`+client+` has sent `+steps.Line+`$`, (*world).hasSent),
		steps.Say(`^`+client+` sends `+texts+` at once$`, (*world).sendsAtOnce),
		steps.Say(`^`+client+` sends (\d+) messages at once$`, (*world).sendsManyAtOnce),
		steps.Say(`^`+client+` sends a message of (\d+) letters$`, (*world).sendsLong),
		steps.Say(`^`+client+` asks for "(/[^"]*)"$`, (*world).asksFor),
		steps.Say(`^`+client+` asks for her messages$`, (*world).asksForMessages),
		steps.Say(`^`+client+` has been given her messages$`, (*world).hasBeenGiven),
		steps.Say(`^`+client+` is given her messages$`, (*world).isGiven),
		steps.Say(`^`+client+` asks for her messages, after all is at rest$`, (*world).asksAtRest),

		// what they list
		steps.Say(`^the list is empty$`, (*world).listIsEmpty),
		steps.Say(`^that list holds `+texts+`$`, (*world).listHolds),
		steps.Say(`^that list holds all of them$`, (*world).listHoldsAll),
		steps.Say(`^each answer that listed a message was a JSON list of strings$`, (*world).listsAreOfStrings),
		steps.Say(`^`+client+` (?:lists|has listed) `+texts+`$`, (*world).lists),
		steps.Say(`^`+client+` lists `+texts+`, in this order$`, (*world).listsInOrder),
		steps.Say(`^`+client+` (?:lists|has listed) "([^"]*)" once$`, (*world).listsOnce),
		steps.Say(`^`+client+` lists each of them once$`, (*world).listsEachOnce),
		steps.Say(`^`+client+` has not listed "([^"]*)"$`, (*world).hasNotListed),
		steps.Say(`^`+client+` does not list "([^"]*)" twice$`, (*world).doesNotListTwice),
		steps.Say(`^`+client+` lists it to the letter$`, (*world).listsIt),
		steps.Say(`^`+client+` or `+client+` lists it to the letter$`, (*world).eitherListsIt),

		// what they say to RabbitMQ
		steps.Say(`^`+client+` speaks AMQP with RabbitMQ$`, (*world).SpeaksAMQP),
		steps.Say(`^`+client+` publishes a message to RabbitMQ$`, (*world).Publishes),
		steps.Say(`^`+client+` has published (\d+) messages to RabbitMQ$`, (*world).HasPublished),
		steps.Say(`^`+client+` calls herself a client by pika$`, (*world).UsesPika),
		steps.Say(`^`+client+` publishes a message to general$`, (*world).publishesToGeneral),
		steps.Say(`^`+client+` has a private queue in RabbitMQ$`, (*world).hasPrivateQueue),
		steps.Say(`^`+client+` is known to have a private queue$`, (*world).hasPrivateQueue),

		// another client, and RabbitMQ itself
		steps.Say(`^`+another+texts+` into general$`, (*world).putIntoGeneral),
		steps.Say(`^`+another+`(\d+) messages into general$`, (*world).putManyIntoGeneral),
		steps.Say(`^`+another+`an empty message into general$`, (*world).putNothing),
		steps.Say(`^`+another+`bytes that are no text into general$`, (*world).putBytes),
		steps.Say(`^`+another+`a message of (\d+) letters into general$`, (*world).putLong),
		steps.Say(`^`+another+`"([^"]*)" into the private queue of `+client+`$`, (*world).putIntoPrivate),
		steps.Say(`^RabbitMQ (?:goes away|has gone away)$`, (*world).goesAway),
		steps.Say(`^`+client+` has found RabbitMQ again$`, (*world).hasFoundAgain),
		steps.Say(`^nobody asks `+client+` for anything until RabbitMQ has missed her heartbeats, or has had three$`, (*world).NobodyAsks),
	}
}

// An instance is a mess_chat that somebody uses. Where constant names would make two of
// them share a queue, only one is started; the harness is the others.
type instance struct {
	messchat.Reader
	api *messchat.API
	// before is what an instance that runs already listed from other scenarios.
	before []string
	played *messchat.Client // the harness, which plays this client

	consumers int // that it had when RabbitMQ went away
}

// starts starts mess_chat, and does not wait.
func (w *world) starts(ctx context.Context, user string) error {
	if err := w.session.learn(ctx); err != nil {
		return err
	}
	_, err := w.launch(ctx, user, w.session.Way, netip.AddrPort{})
	return err
}

// hasStarted starts an instance that is not asked for anything yet.
func (w *world) hasStarted(ctx context.Context, user string) error {
	if err := w.starts(ctx, user); err != nil {
		return err
	}
	if err := w.Listens(ctx, user); err != nil {
		return err
	}
	return w.Stage.AwaitQuiet(ctx)
}

// launch starts mess_chat for a user.
func (w *world) launch(ctx context.Context, user string, how messchat.Way, at netip.AddrPort) (*instance, error) {
	api, err := w.Launch(ctx, user, how, at)
	if api != nil {
		w.instances[user] = w.newInstance(user, api, nil)
	}
	return w.instances[user], err
}

// newInstance is one that is asked, or played.
func (w *world) newInstance(user string, api *messchat.API, played *messchat.Client) *instance {
	i := &instance{api: api, played: played}
	i.Name = user
	i.Ask = func(ctx context.Context) error { return w.asksForMessages(ctx, user) }
	i.Takes = func() bool { return false }
	if played == nil {
		i.Role = user
		i.Takes = func() bool { return w.session.takes }
	}
	return i
}

// use starts mess_chat for several users, each of whom asks for her messages once: some
// clients are known to RabbitMQ from then on only.
func (w *world) use(ctx context.Context, users string) error {
	if err := w.session.learn(ctx); err != nil {
		return err
	}
	for i, user := range steps.List(users) {
		if i > 0 && (w.session.oneOnly || w.Runs()) {
			if err := w.plays(ctx, user); err != nil {
				return err
			}
			continue
		}
		if err := w.starts(ctx, user); err != nil {
			return err
		}
		if err := w.isReady(ctx, user); err != nil {
			return err
		}
	}
	return w.Stage.AwaitQuiet(ctx)
}

// usesWhereTestsAsk starts an instance at the port at which the tests ask for it.
func (w *world) usesWhereTestsAsk(ctx context.Context, user string) error {
	at, err := w.session.WhereTestsAsk()
	if err != nil {
		return err
	}
	if err := w.session.learn(ctx); err != nil {
		return err
	}
	if _, err := w.launch(ctx, user, w.session.Way, at); err != nil {
		return err
	}
	if err := w.isReady(ctx, user); err != nil {
		return err
	}
	return w.Stage.AwaitQuiet(ctx)
}

// isReady waits until an instance listens, and asks for its messages once.
func (w *world) isReady(ctx context.Context, user string) error {
	if err := w.Listens(ctx, user); err != nil {
		return err
	}
	i := w.instances[user]
	l, err := i.api.Messages(ctx)
	if err == nil && w.Runs() {
		// The first list may take away what is left, so the second tells what stays.
		if l, err = i.api.Messages(ctx); err == nil {
			i.before = l.Texts
		}
	}
	return stage.DropFinding(err)
}

func (w *world) isAnswered(ctx context.Context, user string) error {
	if err := w.Listens(ctx, user); err != nil {
		return err
	}
	_, err := w.instances[user].api.Get(ctx, "/messages/")
	return err
}

// plays has the harness be a client.
func (w *world) plays(ctx context.Context, user string) error {
	if unreached := w.IsUnreached(); unreached != nil {
		return unreached
	}
	client, err := w.Client(ctx, user)
	if err != nil {
		return err
	}
	w.instances[user] = w.newInstance(user, nil, client)
	err = client.Listen(ctx, w.session.publication)
	if !messchat.IsMissing(err) {
		return messchat.Refused(err)
	}
	// No instance has got so far as to declare general.
	if err := client.Declare(w.howToPublish(), w.session.topology); err != nil {
		return messchat.Refused(err)
	}
	return messchat.Refused(client.Listen(ctx, w.session.publication))
}

// one is the instance of a user.
func (w *world) one(user string) (*instance, error) {
	if i := w.instances[user]; i != nil {
		return i, nil
	}
	return nil, fmt.Errorf("the scenario has no mess_chat of %q", user)
}
