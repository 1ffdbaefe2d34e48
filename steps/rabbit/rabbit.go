// Package rabbit is the vocabulary of chats over RabbitMQ behind an HTTP API.
//
// The harness is the user of each instance of mess_chat, over HTTP (api.go), and another
// client of RabbitMQ (other.go). What an instance says to RabbitMQ is read off the wire
// (wire.go). How a submission is started, and how it speaks where the text leaves that
// open, is found out before it is judged (starting.go, calibration.go). What is handed
// in besides is looked at and run in handin.go.
package rabbit

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
	"github.com/chatspec/chatspec/steps"
)

// Vocabulary is the sentences of chats over RabbitMQ.
func Vocabulary() steps.Vocabulary {
	return steps.Vocabulary{
		Name:      "rabbit",
		Protocol:  httpwire.Protocol,
		Sentences: sentences(),
		Begin:     func(run *stage.Run, services steps.Services) steps.Session { return begin(run, services.Broker) },
	}
}

// program is the assignment's name for what is judged.
const program = "mess_chat"

// rabbitMQ is who the broker is in a scenario.
const rabbitMQ = "RabbitMQ"

// A world is what one scenario's sentences share.
type world struct {
	*steps.World
	session *session

	heartbeat time.Duration
	lease     *broker.Lease
	instances map[string]*instance
	others    map[string]*other

	answer answer   // the last
	all    []answer // of what was asked at once
	sent   []string // at once

	backSince int    // where RabbitMQ came back
	tests     string // the name of those that were run last
}

// Open implements steps.Session.
func (s *session) Open(w *steps.World) any { return s.open(w) }

// moment is what is given to a mess_chat to end. Its longer waits are for clients of HTTP that
// say nothing, and mean nothing.
const moment = time.Second

func (s *session) open(w *steps.World) *world {
	w.Longest = moment
	return &world{World: w, session: s, instances: map[string]*instance{}, others: map[string]*other{}}
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
		steps.Say(`^`+client+` is answered over HTTP$`, (*world).isAnswered),
		steps.Say(`^`+steps.Names+` uses? mess_chat$`, (*world).use),
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

		// what they answer
		steps.Say(`^the answer says that it worked$`, (*world).itWorked),
		steps.Say(`^the answer does not say that it worked$`, (*world).itDidNotWork),
		steps.Say(`^the answer is no error of the server$`, (*world).isNoServerError),
		steps.Say(`^the answer blames the request$`, (*world).blamesTheRequest),
		steps.Say(`^all the answers say that it worked$`, (*world).allWorked),
		steps.Say(`^the list is empty$`, (*world).listIsEmpty),
		steps.Say(`^that list holds `+texts+`$`, (*world).listHolds),
		steps.Say(`^each answer that listed a message was a JSON list of strings$`, (*world).listsAreOfStrings),
		steps.Say(`^`+client+` (?:lists|has listed) `+texts+`$`, (*world).lists),
		steps.Say(`^`+client+` lists `+texts+`, in this order$`, (*world).listsInOrder),
		steps.Say(`^`+client+` (?:lists|has listed) "([^"]*)" once$`, (*world).listsOnce),
		steps.Say(`^`+client+` lists each of them once$`, (*world).listsEachOnce),
		steps.Say(`^`+client+` has not listed "([^"]*)"$`, (*world).hasNotListed),
		steps.Say(`^`+client+` lists it to the letter$`, (*world).listsIt),
		steps.Say(`^`+client+` or `+client+` lists it to the letter$`, (*world).eitherListsIt),

		// what they say to RabbitMQ
		steps.Say(`^`+client+` speaks AMQP with RabbitMQ$`, (*world).speaksAMQP),
		steps.Say(`^`+client+` publishes a message to RabbitMQ$`, (*world).publishes),
		steps.Say(`^`+client+` has published (\d+) messages to RabbitMQ$`, (*world).hasPublished),
		steps.Say(`^`+client+` publishes a message to general$`, (*world).publishesToGeneral),
		steps.Say(`^`+client+` has a private queue in RabbitMQ$`, (*world).hasPrivateQueue),
		steps.Say(`^`+client+` is known to have a private queue$`, (*world).hasPrivateQueue),
		steps.Say(`^`+client+` calls herself a client by pika$`, (*world).usesPika),

		// another client, and RabbitMQ itself
		steps.Say(`^`+another+texts+` into general$`, (*world).putIntoGeneral),
		steps.Say(`^`+another+`an empty message into general$`, (*world).putNothing),
		steps.Say(`^`+another+`bytes that are no text into general$`, (*world).putBytes),
		steps.Say(`^`+another+`a message of (\d+) letters into general$`, (*world).putLong),
		steps.Say(`^`+another+`"([^"]*)" into the private queue of `+client+`$`, (*world).putIntoPrivate),
		steps.Say(`^RabbitMQ (?:goes away|has gone away)$`, (*world).goesAway),
		steps.Say(`^RabbitMQ is back$`, (*world).isBack),
		steps.Say(`^RabbitMQ is not there$`, (*world).isNotThere),
		steps.Say(`^`+client+` has found RabbitMQ again$`, (*world).hasFoundAgain),
		steps.Say(`^RabbitMQ asks for a heartbeat every second$`, (*world).asksForHeartbeats),
		steps.Say(`^nobody asks `+client+` for anything until RabbitMQ has missed her heartbeats, or has had three$`, (*world).nobodyAsks),

		// what is handed in besides
		steps.Say(`^the submission has a program file called "(\w+)"$`, (*world).hasProgramFile),
		steps.Say(`^rmq uses a library for RabbitMQ, and mess_chat does not$`, (*world).rmqUsesLibrary),
		steps.Say(`^rmq defines a class$`, (*world).rmqDefinesClass),
		steps.Say(`^`+client+` uses mess_chat, where mess_chat_test asks for it$`, (*world).usesWhereTestsAsk),
		steps.Say(`^an API that loses every message is where mess_chat_test asks for one$`, (*world).losingAPI),
		steps.Say(`^(mess_chat_test|rmq_test) is run$`, (*world).testsAreRun),
		steps.Say(`^it passes$`, (*world).testsPass),
		steps.Say(`^it fails$`, (*world).testsFail),
	}
}

// rabbit sets RabbitMQ up for the scenario, once.
func (w *world) rabbit(ctx context.Context) error {
	if w.lease != nil {
		return nil
	}
	lease, err := w.session.brokers.Lease(ctx, w.heartbeat)
	if err != nil {
		return err
	}
	w.lease = lease
	w.Stage.OnClose(func() {
		for _, o := range w.others {
			o.leave()
		}
		lease.Release()
	})
	_, err = w.Stage.Serve(rabbitMQ, lease, amqp.Protocol, w.session.habitual()...)
	return err
}

// habitual are the addresses at which programs expect RabbitMQ, besides those that they
// are told: where the text says that it is, and on their own machine.
func (s *session) habitual() []string {
	hosts := []string{"localhost:5672"}
	for _, service := range s.run.Target.Assignment(s.id()).Services {
		hosts = append(hosts, service.Hosts...)
	}
	return hosts
}

// id is the assignment that is judged.
func (s *session) id() string { return s.run.Target.Assignments[0] }

// asksForHeartbeats has RabbitMQ offer a heartbeat, from its start.
func (w *world) asksForHeartbeats() error {
	w.heartbeat = time.Second
	return w.isUnseen()
}

// An instance is a mess_chat that somebody uses. Where constant names would make two of
// them share a queue, only one is started; the harness is the others.
type instance struct {
	api   *api
	lists []list // that were given
	// before is what an instance that runs already listed from other scenarios.
	before []string
	other  *other // the harness, which plays this client

	consumers int // that it had when RabbitMQ went away
}

// starts starts mess_chat, and does not wait.
func (w *world) starts(ctx context.Context, user string) error {
	if err := w.session.learn(ctx); err != nil {
		return err
	}
	_, err := w.launch(ctx, user, w.session.way, netip.AddrPort{})
	return err
}

// use starts mess_chat for several users, each of whom asks for her messages once: some
// clients are known to RabbitMQ from then on only.
func (w *world) use(ctx context.Context, users string) error {
	if err := w.session.learn(ctx); err != nil {
		return err
	}
	for i, user := range steps.List(users) {
		if i > 0 && (w.session.oneOnly || w.runs()) {
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

// isReady waits until an instance listens, and asks for its messages once.
func (w *world) isReady(ctx context.Context, user string) error {
	if err := w.listens(ctx, user); err != nil {
		return err
	}
	i := w.instances[user]
	l, err := i.api.messages(ctx)
	if err == nil && w.runs() {
		// The first list may take away what is left, so the second tells what stays.
		if l, err = i.api.messages(ctx); err == nil {
			i.before = l.texts
		}
	}
	return dropFailure(err)
}

// runs reports whether mess_chat runs already, and is the same in all scenarios.
func (w *world) runs() bool {
	_, runs := w.Stage.Endpoint(program)
	return runs
}

// listens waits until an instance listens, somewhere.
func (w *world) listens(ctx context.Context, user string) error {
	a, err := w.Stage.Actor(user)
	if err == nil && a.IsEndpoint() {
		return nil
	}
	return w.Stage.AwaitReady(ctx, user)
}

func (w *world) isAnswered(ctx context.Context, user string) error {
	if err := w.listens(ctx, user); err != nil {
		return err
	}
	_, err := w.instances[user].api.get(ctx, "/messages/")
	return err
}

// plays has the harness be a client.
func (w *world) plays(ctx context.Context, user string) error {
	if unreached := w.isUnreached(); unreached != nil {
		return unreached
	}
	o, err := w.another(ctx, user)
	if err != nil {
		return err
	}
	w.instances[user] = &instance{other: o}
	err = o.listen(ctx)
	if !isMissing(err) {
		return err
	}
	// No instance has got so far as to declare general.
	if err := o.declare(w.howToPublish(), w.session.topology); err != nil {
		return err
	}
	return o.listen(ctx)
}

// one is the instance of a user.
func (w *world) one(user string) (*instance, error) {
	if i := w.instances[user]; i != nil {
		return i, nil
	}
	return nil, fmt.Errorf("the scenario has no mess_chat of %q", user)
}
