package tcp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
	"github.com/chatspec/chatspec/fixtures/target"
)

// A Dialect is how a program speaks where the text leaves it open. It is
// learned by listening to the program, before anybody speaks to it.
type Dialect struct {
	// Chat is how it writes chat messages.
	Chat jsonstream.Encoding
	// Operation is how it writes a subscription, if it writes any.
	Operation jsonstream.Encoding
	// OnConnection is set for a server that delivers on the connection which
	// the client has opened, and not to the client's own address.
	OnConnection bool
	// Answers are what the submission's own programs say to it in answer to what it sends, and
	// it waits for; nil for one that does not wait.
	Answers *answers
}

func plainDialect() Dialect {
	return Dialect{Chat: jsonstream.DefaultEncoding(), Operation: jsonstream.DefaultEncoding()}
}

// A calibration is one run of a program before all scenarios, to see whether it
// starts, and to learn how it speaks.
type calibration struct {
	done    sync.Once
	dialect Dialect
	heard   bool  // it has sent what was typed, or delivered what was said
	left    bool  // it has ended when it was told to
	found   bool  // the arguments with which it starts, where several were tried
	err     error // why the program did not start
}

// A session is what is found out about the programs of one run.
type session struct {
	run *stage.Run

	mu           sync.Mutex
	calibrations map[string]*calibration
}

func begin(run *stage.Run) *session {
	return &session{run: run, calibrations: map[string]*calibration{}}
}

// Calibrate implements steps.Session.
func (s *session) Calibrate(ctx context.Context, programName string) error {
	_, err := s.learn(ctx, programName)
	return err
}

// The names in a calibration. They are those of the features, since what happens in a
// calibration is reported like the rest.
const (
	theUser   = "ann"
	thePeer   = "bob"
	theServer = "server"
)

// The lines that are typed in a calibration. They differ in length, so that a length
// is told from a number that happens to stand there.
const (
	firstLine  = "one"
	secondLine = "two two"
)

// learn starts the program once, on a stage of its own, and learns how it
// speaks. It does so the first time that it is asked; the error says why the
// program did not start.
func (s *session) learn(ctx context.Context, programName string) (Dialect, error) {
	s.mu.Lock()
	c := s.calibrations[programName]
	if c == nil {
		c = &calibration{dialect: plainDialect()}
		s.calibrations[programName] = c
	}
	s.mu.Unlock()
	c.done.Do(func() { c.err = s.calibrate(ctx, programName, c) })
	return c.dialect, c.err
}

func (s *session) calibrate(ctx context.Context, programName string, c *calibration) error {
	if _, runs := s.run.Target.Endpoints[programName]; runs {
		return s.onStage(func(t *talk) error { return t.tryServer(ctx, c) })
	}
	spec, err := s.run.Target.Program(programName)
	if err != nil {
		return err
	}
	switch programName {
	case "chat":
		return s.calibrateAnswered(ctx, programName, c, func(t *talk, c *calibration) error { return t.tryChat(ctx, c) }, s.hearChat)
	case "chat5":
		return s.calibrateAnswered(ctx, programName, c, func(t *talk, c *calibration) error { return t.tryClient(ctx, c) }, s.hearServer)
	}
	if err := s.tryCommandLines(ctx, spec, c); err != nil || c.heard {
		return err
	}
	return s.calibrateUnheard(ctx, spec, c)
}

// maxTries bounds how often a program is tried because it has connected to
// places that nobody has told it.
const maxTries = 4

// tryAgain holds a calibration, and another one where the program has looked for its
// peers elsewhere: there they will be.
func (s *session) tryAgain(try func(*talk) error) error {
	var err error
	for again, left := true, maxTries; again && left > 0; left-- {
		err = s.onStage(func(t *talk) error {
			err := try(t)
			again = t.LearnAliases(theUser)
			return err
		})
	}
	return err
}

func (s *session) onStage(do func(*talk) error) error {
	return s.run.WithStage(jsonstream.Protocol, func(st *stage.Stage) error { return do(s.on(st)) })
}

// tryChat learns how a chat writes to the peer that its command line names.
func (t *talk) tryChat(ctx context.Context, c *calibration) error {
	peer, err := t.LoopbackPeer(thePeer)
	if err != nil {
		return err
	}
	addr, err := t.standIn(peer, c.dialect)
	if err != nil {
		return err
	}
	if err := t.Start(startOfChat(theUser, addr, peer.Addr)); err != nil {
		return err
	}
	if err := t.AwaitReady(ctx, theUser); err != nil {
		return err
	}
	encoding, ok := t.hearTyped(ctx, thePeer)
	if !ok {
		return ctx.Err()
	}
	c.heard = true
	encoding.Author = jsonstream.Identity{Name: theUser, Addr: addr}
	c.dialect.Chat = encoding
	t.run.Observe("chat", encoding.String())
	return t.leave(ctx, c)
}

// standIn makes a peer listen and answer in the place of one of the submission's programs, and
// finds an address for the program that will talk to it.
func (t *talk) standIn(p *stage.Peer, dialect Dialect) (netip.AddrPort, error) {
	dialect.answering(p)
	if err := p.Listen(); err != nil {
		return netip.AddrPort{}, err
	}
	return t.Loopback()
}

// hearTyped types two lines and learns from what arrives. It reports false
// where no two messages arrive: the rules about them will say so.
func (t *talk) hearTyped(ctx context.Context, listener string) (jsonstream.Encoding, bool) {
	for _, line := range []string{firstLine, secondLine} {
		if err := t.Type(ctx, theUser, line); err != nil {
			return jsonstream.Encoding{}, false
		}
		if err := t.awaitMessage(ctx, theUser, listener, line); err != nil {
			return jsonstream.Encoding{}, false
		}
	}
	return learn(t.Journal(), theUser, listener)
}

// awaitMessage waits for a whole message with the given text in it.
func (t *talk) awaitMessage(ctx context.Context, by, to, text string) error {
	return t.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("%s receives %q", to, text),
		By:       []string{by},
		Met: func(events []journal.Event) bool {
			_, found := findSent(events, to, text)
			return found
		},
		Observed: func([]journal.Event) string { return "it does not" },
	})
}

func findSent(events []journal.Event, to, text string) (journal.Event, bool) {
	for _, e := range events {
		if e.Kind == journal.Sent && e.To == to && strings.Contains(string(messageOf(e).Raw), text) {
			return e, true
		}
	}
	return journal.Event{}, false
}

// learn draws an encoding from the two messages of a calibration.
func learn(events []journal.Event, from, to string) (jsonstream.Encoding, bool) {
	first, ok := findSent(events, to, firstLine)
	second, also := findSent(events, to, secondLine)
	if !ok || !also || messageOf(first).Err != nil || messageOf(second).Err != nil {
		return jsonstream.Encoding{}, false
	}
	perMessage := first.Conn != second.Conn
	rest := after(events, first)
	return jsonstream.LearnEncoding(messageOf(first), messageOf(second), rest, perMessage), true
}

// after returns what crossed on a message's connection after the message.
func after(events []journal.Event, sent journal.Event) []byte {
	var all []byte
	for _, e := range events {
		if e.Kind == journal.Wrote && e.Conn == sent.Conn && e.From == sent.From {
			all = append(all, e.Data...)
		}
	}
	_, rest, _ := strings.Cut(string(all), string(messageOf(sent).Raw))
	return []byte(rest)
}

// tryClient learns how a chat5 subscribes and writes to its server.
func (t *talk) tryClient(ctx context.Context, c *calibration) error {
	server, err := t.LoopbackPeer(theServer)
	if err != nil {
		return err
	}
	addr, err := t.standIn(server, c.dialect)
	if err != nil {
		return err
	}
	if err := t.Start(startOfClient(theUser, addr, server.Addr)); err != nil {
		return err
	}
	if err := t.AwaitConnection(ctx, theUser, theServer); err != nil {
		return err
	}
	if err := t.AwaitPrompt(ctx, theUser); err != nil {
		return err
	}
	encoding, ok := t.hearTyped(ctx, theServer)
	if !ok {
		return ctx.Err()
	}
	c.heard = true
	encoding.Author = jsonstream.Identity{Name: theUser, Addr: addr}
	c.dialect.Chat, c.dialect.Operation = encoding, encoding
	c.dialect.Operation.Template = nil
	if subscription, ok := findOperation(t.Journal(), theServer, "subscribe"); ok {
		template := messageOf(subscription)
		c.dialect.Operation.Template = &template
	}
	t.run.Observe("chat5", c.dialect.Chat.String())
	return t.leave(ctx, c)
}

// leave has the program end, and learns whether it does.
func (t *talk) leave(ctx context.Context, c *calibration) error {
	if err := t.Type(ctx, theUser, "exit"); err != nil {
		return unlessInterrupted(ctx)
	}
	c.left = t.AwaitEnd(ctx, theUser) == nil
	return unlessInterrupted(ctx)
}

// findOperation finds the first message to somebody whose operation is name.
func findOperation(events []journal.Event, to, name string) (journal.Event, bool) {
	for _, e := range events {
		if e.Kind != journal.Sent || e.To != to {
			continue
		}
		if operation, _ := messageOf(e).Text("operation"); operation == name {
			return e, true
		}
	}
	return journal.Event{}, false
}

// tryCommandLines finds the arguments by which the server listens where it
// should, and learns how it delivers. A server that listens elsewhere, whatever
// it is told, is taken as it is; the rule about that will say so.
func (s *session) tryCommandLines(ctx context.Context, spec target.Program, c *calibration) error {
	var tried, elsewhere []string
	for _, arguments := range spec.Arguments {
		err := s.onStage(func(t *talk) error {
			err := t.tryStart(ctx, arguments)
			if err != nil && elsewhere == nil && t.ListensElsewhere(theServer) {
				elsewhere = arguments
			}
			if err != nil {
				return err
			}
			return t.adopt(ctx, spec, arguments, c)
		})
		if c.found || ctx.Err() != nil {
			return err
		}
		var failure *stage.Failure
		if !errors.As(err, &failure) {
			return err
		}
		tried = append(tried, fmt.Sprintf("started with %s, %s", strings.Join(arguments, " "), failure.Observed))
	}
	if elsewhere != nil {
		return s.onStage(func(t *talk) error { return t.tryElsewhere(ctx, spec, elsewhere, c) })
	}
	return &stage.Failure{
		Expected: "server5 listens on the port that it is given",
		Observed: strings.Join(tried, "\n"),
	}
}

// calibrateUnheard tries a server again that has not delivered what was said: it may wait for
// its clients to answer. They do as the submission's own chat5. Where it delivers nothing even
// so, chat5 is delivered to as it takes it.
func (s *session) calibrateUnheard(ctx context.Context, spec target.Program, c *calibration) error {
	client, err := s.learn(ctx, "chat5")
	if err != nil {
		return dropMissing(err)
	}
	given, shown, err := s.hearClient(ctx, client)
	if err != nil {
		return err
	}
	if shown {
		c.dialect.Chat = client.Chat
		c.dialect.Chat.PerMessage = true
	}
	if given == nil {
		return nil
	}
	answered := &calibration{dialect: plainDialect()}
	answered.dialect.Answers = given
	err = s.onStage(func(t *talk) error {
		if err := t.tryStart(ctx, s.run.Arguments(spec)); err != nil {
			return err
		}
		return t.tryServer(ctx, answered)
	})
	if err != nil || !answered.heard {
		return dropMissing(err)
	}
	c.dialect, c.heard = answered.dialect, true
	s.run.Observe("server5", "waits until what it delivers is answered")
	return nil
}

// tryElsewhere starts a server that listens where nobody has told it to.
func (t *talk) tryElsewhere(ctx context.Context, spec target.Program, arguments []string, c *calibration) error {
	t.run.NotePortOfItsOwn(spec.Name)
	if err := t.startServer(arguments); err != nil {
		return err
	}
	if err := t.AwaitReady(ctx, theServer); err != nil {
		return err
	}
	return t.adopt(ctx, spec, arguments, c)
}

// adopt keeps the arguments by which the server has started, and learns how it
// delivers.
func (t *talk) adopt(ctx context.Context, spec target.Program, arguments []string, c *calibration) error {
	c.found = true
	t.run.Choose(spec.Name, nil, arguments)
	if len(spec.Arguments) > 1 {
		t.run.Observe("server5", "is started with "+strings.Join(arguments, " "))
	}
	return t.tryServer(ctx, c)
}

// tryStart starts the server and waits until it listens where it should.
func (t *talk) tryStart(ctx context.Context, arguments []string) error {
	if err := t.startServer(arguments); err != nil {
		return err
	}
	return t.AwaitListening(ctx, theServer)
}

func (t *talk) startServer(arguments []string) error {
	addr, err := t.Loopback()
	if err != nil {
		return err
	}
	start := startOfServer(theServer, addr)
	start.Arguments = arguments
	return t.Start(start)
}

// tryServer learns how a server delivers, with two clients that speak as the
// submission's own chat5 does.
func (t *talk) tryServer(ctx context.Context, c *calibration) error {
	if addr, runs := t.Endpoint("server5"); runs {
		if err := t.Join(theServer, "server5", addr); err != nil {
			return err
		}
		if err := t.isThere(ctx, addr); err != nil {
			return err
		}
	}
	client, err := t.clientDialect(ctx)
	if err != nil {
		return err
	}
	for _, name := range []string{theUser, thePeer} {
		p, err := t.LoopbackPeer(name)
		if err != nil {
			return err
		}
		c.dialect.answering(p)
		if err := t.subscribe(ctx, name, theServer, client); err != nil {
			return unlessInterrupted(ctx)
		}
	}
	if err := t.awaitSubscribed(ctx, []string{theUser, thePeer}, theServer, client.Chat); err != nil {
		return unlessInterrupted(ctx)
	}
	for _, line := range []string{firstLine, secondLine} {
		if err := t.say(ctx, theUser, theServer, line, client.Chat); err != nil {
			return unlessInterrupted(ctx)
		}
		if err := t.awaitMessage(ctx, theServer, thePeer, line); err != nil {
			return unlessInterrupted(ctx)
		}
	}
	// An echo comes to its sender before what another says later.
	if err := t.probe(ctx, thePeer, []string{theUser}, theServer, client.Chat); err != nil {
		return unlessInterrupted(ctx)
	}
	c.heard = true
	events := t.Journal()
	if encoding, ok := learn(events, theServer, thePeer); ok {
		author, err := t.LoopbackPeer(theUser)
		if err != nil {
			return err
		}
		encoding.Author = jsonstream.Identity{Name: author.Name, Addr: author.Addr}
		c.dialect.Chat = encoding
		t.run.Observe("server5", encoding.String())
	}
	first, _ := findSent(events, thePeer, firstLine)
	c.dialect.OnConnection = opener(events, first.Conn) == thePeer
	t.observeEcho(events)
	return nil
}

// isThere fails the run where nobody serves an endpoint.
func (t *talk) isThere(ctx context.Context, addr netip.AddrPort) error {
	peer, err := t.LoopbackPeer(theUser)
	if err != nil {
		return err
	}
	if _, err := peer.Connection(ctx, theServer); err != nil {
		return fmt.Errorf("nobody takes connections at %s, where server5 should be running: start it first", addr)
	}
	return nil
}

// clientDialect is how the submission's own chat5 speaks, or the plain dialect
// where it has none that starts.
func (t *talk) clientDialect(ctx context.Context) (Dialect, error) {
	dialect, err := t.learn(ctx, "chat5")
	if err != nil && ctx.Err() == nil {
		return plainDialect(), nil
	}
	return dialect, err
}

// unlessInterrupted drops what goes wrong in a calibration after the start: the rules
// will say it. Only the user's own interruption goes on.
func unlessInterrupted(ctx context.Context) error { return ctx.Err() }

// opener names who opened a connection.
func opener(events []journal.Event, conn int) string {
	for _, e := range events {
		if e.Kind == journal.Connected && e.Conn == conn {
			return e.From
		}
	}
	return ""
}

func (t *talk) observeEcho(events []journal.Event) {
	if _, echoed := findSent(events, theUser, firstLine); echoed {
		t.run.Observe("server5", "echoes a message to its sender")
		return
	}
	t.run.Observe("server5", "does not echo a message to its sender")
}
