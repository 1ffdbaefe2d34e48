// Package messchat is what chats over RabbitMQ behind an HTTP API have in common, the
// program mess_chat of several assignments. Their vocabularies are made of it.
//
// How a submission is started, and how it takes requests where its text leaves that open,
// is found out before it is judged (starting.go, launch.go, api.go). The harness is the
// user of a mess_chat, over HTTP (api.go, lists.go, answers.go), and another client of
// RabbitMQ (client.go). What a program says to RabbitMQ is read off the wire (wire.go).
// What is handed in besides is looked at and run in handin.go.
package messchat

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
	"github.com/chatspec/chatspec/fixtures/tap/mongo"
	"github.com/chatspec/chatspec/steps"
)

// Program is the assignments' name for what is judged.
const Program = "mess_chat"

// Who the services are in a scenario.
const (
	RabbitMQ = "RabbitMQ"
	MongoDB  = "MongoDB"
)

// A Submission is what is found out about one: how it is started, and how it takes
// requests.
type Submission struct {
	Run     *stage.Run
	Brokers *broker.Supply
	// Databases is nil where the assignment needs none.
	Databases *database.Supply

	// Way is how it is started: the one that has been found, after Learn.
	Way      Way
	form     form
	services services

	learned sync.Once
	err     error // why it did not start
}

// NewSubmission begins to judge one, which stands on services.
func NewSubmission(run *stage.Run, on steps.Services) *Submission {
	s := &Submission{Run: run, Brokers: on.Broker}
	if s.standsOn("database") {
		s.Databases, s.services.database = on.Database, true
	}
	s.Way.services = s.services
	return s
}

// standsOn reports whether the assignment needs a kind of service.
func (s *Submission) standsOn(kind string) bool {
	return slices.ContainsFunc(s.Run.Target.Assignment(s.assignment()).Services, func(service assignment.Service) bool { return service.Kind == kind })
}

// Learn finds out, once, what find does: how the submission is started and what it does.
// The error says why it does not start.
func (s *Submission) Learn(find func() error) error {
	s.learned.Do(func() { s.err = find() })
	return s.err
}

// assignment is the id of the assignment that is judged.
func (s *Submission) assignment() string {
	if len(s.Run.Target.Assignments) == 0 {
		return ""
	}
	return s.Run.Target.Assignments[0]
}

// habitual are the addresses at which programs expect a kind of service, besides those
// that they are told: where the text says that it is, and on their own machine.
func (s *Submission) habitual(kind, local string) []string {
	hosts := []string{local}
	for _, service := range s.Run.Target.Assignment(s.assignment()).Services {
		if service.Kind == kind {
			hosts = append(hosts, service.Hosts...)
		}
	}
	return hosts
}

// Sentences are those that have the same meaning in all assignments.
func Sentences() []steps.Sentence {
	return []steps.Sentence{
		// what a mess_chat answers
		steps.Say(`^the answer says that it worked$`, (*World).ItWorked),
		steps.Say(`^the answer does not say that it worked$`, (*World).ItDidNotWork),
		steps.Say(`^the answer is no error of the server$`, (*World).IsNoServerError),
		steps.Say(`^the answer blames the request$`, (*World).BlamesTheRequest),
		steps.Say(`^all the answers say that it worked$`, (*World).AllWorked),

		// RabbitMQ itself
		steps.Say(`^RabbitMQ is not there$`, (*World).IsNotThere),
		steps.Say(`^RabbitMQ is back$`, (*World).IsBack),
		steps.Say(`^RabbitMQ asks for a heartbeat every second$`, (*World).AsksForHeartbeats),

		// what is handed in besides
		steps.Say(`^the submission has a program file called "(\w+)"$`, (*World).hasProgramFile),
		steps.Say(`^rmq uses a library for RabbitMQ, and mess_chat does not$`, (*World).rmqUsesLibrary),
		steps.Say(`^rmq defines a class$`, (*World).rmqDefinesClass),
		steps.Say(`^an API that loses every message is where mess_chat_test asks for one$`, (*World).losingAPI),
		steps.Say(`^(mess_chat_test|rmq_test) is run$`, (*World).testsAreRun),
		steps.Say(`^it passes$`, (*World).testsPass),
		steps.Say(`^it fails$`, (*World).testsFail),
		steps.Say(`^it fails, or skips tests$`, (*World).testsNotice),
	}
}

// A World is what one scenario's sentences share, whatever the assignment.
type World struct {
	*steps.World
	Submission *Submission

	// Lease is the scenario's RabbitMQ, and Database its MongoDB, once they have been set up.
	Lease    *broker.Lease
	Database *database.Lease
	// Answer is the last, and All are those of what was asked at once.
	Answer Answer
	All    []Answer

	heartbeat time.Duration
	clients   map[string]*Client
	copies    int    // that the harness has made of a submission's messages
	backSince int    // where RabbitMQ came back
	tests     string // the name of those that were run last
}

// moment is what is given to a mess_chat to end. Its longer waits are for clients of HTTP that
// say nothing, and mean nothing.
const moment = time.Second

// NewWorld is the world of a scenario in which a submission is judged.
func NewWorld(w *steps.World, s *Submission) *World {
	w.Longest = moment
	return &World{World: w, Submission: s, clients: map[string]*Client{}}
}

// Copy is a message like one of a submission's, with a number and an id of its own: whoever
// leaves out what has come already leaves it in.
func (w *World) Copy(s Sample) Sample {
	w.copies++
	return s.Numbered(w.copies)
}

// Rabbit sets RabbitMQ up for the scenario, once.
func (w *World) Rabbit(ctx context.Context) error {
	if w.Lease != nil {
		return nil
	}
	lease, err := w.Submission.Brokers.Lease(ctx, w.heartbeat)
	if err != nil {
		return err
	}
	w.Lease = lease
	w.Run.Observe(RabbitMQ, "is "+w.Submission.Brokers.Server)
	w.Stage.OnClose(func() {
		for _, client := range w.clients {
			client.leave()
		}
		lease.Release()
	})
	_, err = w.Stage.Serve(RabbitMQ, lease, amqp.Protocol, w.Submission.habitual("broker", "localhost:5672")...)
	return err
}

// Mongo sets MongoDB up for the scenario, once, where the assignment needs one.
func (w *World) Mongo(ctx context.Context) error {
	if w.Database != nil || w.Submission.Databases == nil {
		return nil
	}
	lease, err := w.Submission.Databases.Lease(ctx, database.Options{Passwords: w.Submission.passwords(), Time: askingTime})
	if err != nil {
		return err
	}
	w.Database = lease
	w.Run.Observe(MongoDB, "is "+w.Submission.Databases.Server)
	w.Stage.OnClose(lease.Release)
	_, err = w.Stage.Serve(MongoDB, lease, mongo.Protocol, w.Submission.habitual("database", "localhost:27017")...)
	return err
}

// askingTime is how long all that a scenario asks of MongoDB may take: it is asked for what takes
// milliseconds.
const askingTime = 30 * time.Second

// Services sets up what the assignment stands on, for the scenario, once.
func (w *World) Services(ctx context.Context) error {
	if err := w.Rabbit(ctx); err != nil {
		return err
	}
	return w.Mongo(ctx)
}

// AsksForHeartbeats has RabbitMQ offer a heartbeat, from its start.
func (w *World) AsksForHeartbeats() error {
	w.heartbeat = time.Second
	return w.IsUnseen()
}

// Runs reports whether mess_chat runs already, and is the same in all scenarios.
func (w *World) Runs() bool {
	_, runs := w.Stage.Endpoint(Program)
	return runs
}

// IsUnseen says why what a program says to RabbitMQ cannot be seen; nothing, where it
// can.
func (w *World) IsUnseen() error {
	if w.Runs() {
		return &stage.Unverified{Reason: "mess_chat runs already: what it says to RabbitMQ is not seen; have it started from its folder to have this judged"}
	}
	return nil
}

// IsUnreached says why another client cannot reach a mess_chat through RabbitMQ; nothing,
// where it can.
func (w *World) IsUnreached() error {
	if w.Runs() && !w.Submission.Brokers.Given {
		return &stage.Unverified{Reason: "mess_chat runs already, with a RabbitMQ that chatspec does not know: say which with --amqp amqp://…"}
	}
	return nil
}

// GoesAway has RabbitMQ go away.
func (w *World) GoesAway() error {
	if unseen := w.IsUnseen(); unseen != nil {
		return unseen
	}
	if err := w.Stage.TakeAway(RabbitMQ); err != nil {
		return err
	}
	w.Lease.GoAway()
	w.Mark = w.Stage.Mark()
	return nil
}

// IsNotThere has RabbitMQ not be there from the beginning.
func (w *World) IsNotThere(ctx context.Context) error {
	if err := w.Services(ctx); err != nil {
		return err
	}
	return w.GoesAway()
}

// IsBack has RabbitMQ be there again.
func (w *World) IsBack() error {
	w.backSince = w.Stage.Mark()
	w.Lease.ComeBack()
	w.clients = map[string]*Client{} // whose connections are gone
	return w.Stage.BringBack(RabbitMQ)
}
