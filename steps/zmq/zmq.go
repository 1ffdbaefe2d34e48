// Package zmq is the vocabulary of chats over ZeroMQ, in which a submission's own
// clients and servers talk to each other, through taps.
//
// What crossed is read off the wire (wire.go), whatever the programs write into their
// messages.
package zmq

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps"
)

// sentences is the vocabulary of chats over ZeroMQ, in which a submission's own
// clients and servers talk to each other.
func sentences() []steps.Sentence {
	return []steps.Sentence{
		steps.Say(`^nobody answers but at the addresses that are given$`, (*world).answersOnlyAsTold),

		// the servers
		steps.Say(`^the (post|pub|chat|channel) server starts$`, (*world).startsServer),
		steps.Say(`^the (post|pub|chat|channel) server is running$`, (*world).isRunning),
		steps.Say(`^the (post|pub|chat|channel) server is not there yet$`, (*world).isNotThere),
		steps.Say(`^somebody connects to the server, and says nothing$`, (*world).isSilent),

		// those who post
		steps.Say(`^`+steps.Name+` posts `+steps.Line+`$`, (*world).posts),
		steps.Say(`^`+steps.Name+` posts (".*") in a row$`, (*world).postsInARow),
		steps.Say(`^`+steps.Name+` posts a message of (\d+) letters$`, (*world).postsLong),
		steps.Say(`^`+steps.Name+` has posted (".*")$`, (*world).hasPosted),
		steps.Say(`^(\d+) users post (\d+) messages each$`, (*world).manyPost),
		steps.Say(`^one more message is posted, and repeated (\d+) times$`, (*world).postsAgain),
		steps.Say(`^`+steps.Name+` is cut off while she posts$`, (*world).isCutOff),
		steps.Say(`^`+steps.Name+` speaks ZeroMQ with `+steps.Name+`$`, (*world).speaksZeroMQ),
		steps.Say(`^the server is sent `+steps.Line+` by `+steps.Name+`$`, (*world).getsFrom),
		steps.Say(`^the server is sent `+steps.Line+` by `+steps.Name+`, once$`, (*world).getsOnceFrom),
		steps.Say(`^the server is sent each of them once$`, (*world).getsEachOnce),
		steps.Say(`^the server keeps (?:them all|all the others) in its memory$`, (*world).keepsAll),
		steps.Say(`^what `+steps.Name+` posts names her$`, (*world).namesAuthor),
		steps.Say(`^`+steps.Line+` comes to `+steps.Name+` with the time of the post$`, (*world).comesWithTime),
		steps.Say(`^`+steps.Line+` comes to `+steps.Name+` with a time that is as much later than that of `+steps.Line+`$`, (*world).comesLater),
		steps.Say(`^a time goes with it, from the client or from the server$`, (*world).hasTime),

		// those who listen
		steps.Say(`^`+steps.Name+` starts to watch$`, (*world).startsToWatch),
		steps.Say(`^`+steps.Names+` watch(?:es)?$`, (*world).watch),
		steps.Say(`^`+steps.Names+` watch(?:es)? on$`, (*world).watchOn),
		steps.Say(`^`+steps.Name+` speaks ZeroMQ where (?:the server|it) publishes$`, (*world).speaksWherePublished),
		steps.Say(`^the server publishes to `+steps.Name+` through a PUB socket$`, (*world).publishes),
		steps.Say(`^`+steps.Name+` subscribes through a SUB socket$`, (*world).subscribes),
		steps.Say(`^(".*") are published to `+steps.Names+`, once each and in this order$`, (*world).arePublished),
		steps.Say(`^"([^"]*)" is published to `+steps.Name+` as that of `+steps.Name+`$`, (*world).isPublishedAs),
		steps.Say(`^`+steps.Name+` sees `+steps.Line+`, with something in brackets$`, (*world).seesWithBrackets),
		steps.Say(`^`+steps.Name+` sees `+steps.Line+`, with the time in brackets$`, (*world).seesWithTime),
		steps.Say(`^the times that `+steps.Name+` sees differ as the posts of `+steps.Name+` do, `+steps.Line+` and then `+steps.Line+`$`, (*world).timesDiffer),
		steps.Say(`^`+steps.Name+` sees it whole$`, (*steps.World).SeesIt),
		steps.Say(`^`+steps.Name+` sees `+steps.Line+` once$`, (*world).SeesOnce),
		steps.Say(`^`+steps.Name+` has not seen `+steps.Line+`$`, (*world).hasNotSeen),

		// those who do both
		steps.Say(`^`+steps.Name+` starts to chat$`, (*world).startsToChat),
		steps.Say(`^`+steps.Names+` chats?$`, (*world).chat),
		steps.Say(`^the name of the channel `+steps.Line+` begins with that of `+steps.Line+`$`, (*world).beginsWith),
		steps.Say(`^`+steps.Name+` joins the channel `+steps.Line+`$`, (*world).joins),
		steps.Say(`^`+steps.Names+` (?:is|are) on the channel `+steps.Line+`$`, (*world).areOn),
		steps.Say(`^`+steps.Name+` has typed `+steps.Line+`, if she can$`, (*world).typesIfPossible),
		steps.Say(`^`+steps.Name+` is connected to both addresses of the server$`, (*world).isConnectedToBoth),
		steps.Say(`^`+steps.Names+` each type (\d+) lines$`, (*world).eachType),
		steps.Say(`^`+steps.Names+` see all lines of the others$`, (*world).seeAllOthers),
		steps.Say(`^`+steps.Name+` is killed$`, (*world).isKilled),
		steps.Say(`^`+steps.Line+` has not crossed to `+steps.Name+`$`, (*world).hasNotCrossed),
		steps.Say(`^`+steps.Name+` has not asked for everything$`, (*world).hasNotAskedForAll),

		steps.Say(`^the submission has a text file called (\S+) of at least (\d+) words$`, (*world).hasText),
		steps.Say(`^it says how (.+)$`, (*world).cannotBeJudged),
	}
}

// The numbers of a server's addresses, in the order of its arguments.
const (
	postDoor = 0
	pubDoor  = 1
)

// word is the last word of a text, by which it is known on the wire: a
// serialisation may write what stands between words, and marks, in its own way.
func word(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
	if len(words) == 0 {
		return text
	}
	return words[len(words)-1]
}

// reserve chooses the addresses at which a server will listen.
func (w *world) reserve(program string) error {
	doors := 2
	if program == "post_server" {
		doors = 1
	}
	w.addrs = nil
	for range doors {
		addr, err := w.Stage.Loopback()
		if err != nil {
			return err
		}
		w.addrs = append(w.addrs, addr)
	}
	return nil
}

// serverOf is the program that is meant. Where a submission has no server for the
// third part of its own, that of the second does.
func (w *world) serverOf(kind string) string {
	switch kind {
	case "post", "pub":
		return kind + "_server"
	case "channel":
		return "mc_server"
	}
	for _, name := range []string{"interactive_server", target.InPart("pub_server", "3")} {
		if _, err := w.Run.Target.Program(name); err == nil {
			return name
		}
	}
	return "pub_server"
}

func (w *world) startsServer(kind string) error {
	w.server = w.serverOf(kind)
	if w.addrs == nil {
		if err := w.reserve(w.server); err != nil {
			return err
		}
	}
	return w.Start(startOfServer(w.server, w.addrs...))
}

func (w *world) isRunning(ctx context.Context, kind string) error {
	// Whoever is there already has looked for the server, and not found it.
	if w.IsActor(w.Actor) {
		if err := w.Stage.AwaitIdle(ctx, w.Actor); err != nil {
			return err
		}
	}
	if err := w.startsServer(kind); err != nil {
		return err
	}
	if err := w.Stage.AwaitReady(ctx, steps.Server); err != nil {
		return err
	}
	return w.Stage.AwaitIdle(ctx, steps.Server)
}

func (w *world) answersOnlyAsTold() error {
	w.Stage.AnswerOnlyAsTold()
	return nil
}

func (w *world) isNotThere(kind string) error { return w.reserve(w.serverOf(kind)) }

// isSilent connects to each address of the server.
func (w *world) isSilent(ctx context.Context) error {
	w.visited = true
	for door := range w.addrs {
		if err := w.Stage.Visit(ctx, steps.Server, door); err != nil {
			return err
		}
	}
	return w.Stage.AwaitIdle(ctx, steps.Server)
}

// door is where a user finds one of the server's addresses.
func (w *world) door(user string, number int) (netip.AddrPort, error) {
	key := fmt.Sprint(user, " ", number)
	if addr, ok := w.links[key]; ok {
		return addr, nil
	}
	addr, err := w.Stage.Link(user, steps.Server, w.addrs[number], number)
	if err == nil {
		w.links[key] = addr
	}
	return addr, err
}

// posts starts a post_client, and does not wait for its end.
func (w *world) posts(ctx context.Context, user, text string) error {
	start, err := w.posting(ctx, user, text)
	if err != nil {
		return err
	}
	return w.launch(ctx, start)
}

// posting is how a user posts a text.
func (w *world) posting(ctx context.Context, user, text string) (stage.Start, error) {
	w.Typed = text
	w.Remember(text)
	w.Actor = steps.Unquote(user)
	client, err := w.postClient(ctx)
	if err != nil {
		return stage.Start{}, err
	}
	if err := w.learn(ctx, client); err != nil {
		return stage.Start{}, err
	}
	addr, err := w.door(steps.Unquote(user), postDoor)
	return w.session.startOfClient(steps.Unquote(user), client, postClientValues(addr, steps.Unquote(user), text)), err
}

// start starts a client.
func (w *world) start(program, user string, values target.Values) error {
	return w.Start(w.session.startOfClient(user, program, values))
}

// learn finds out where a client looks for its server. What it has to say of the
// start, the start says again.
func (w *world) learn(ctx context.Context, program string) error {
	return stage.DropFailure(w.session.learn(ctx, program))
}

func (w *world) postsLong(ctx context.Context, user string, letters int) error {
	return w.posts(ctx, user, steps.Long(letters))
}

// hasPosted posts texts, each when the one before has been dealt with.
func (w *world) hasPosted(ctx context.Context, user, texts string) error {
	for _, text := range steps.List(texts) {
		if err := w.getsPost(ctx, user, text); err != nil {
			return err
		}
		if err := w.Stage.AwaitQuiet(ctx); err != nil {
			return err
		}
	}
	return nil
}

// postsInARow posts texts, each when the one before has reached the server.
func (w *world) postsInARow(ctx context.Context, user, texts string) error {
	for _, text := range steps.List(texts) {
		if err := w.getsPost(ctx, user, text); err != nil {
			return err
		}
	}
	return nil
}

// getsPost posts a text, and waits until it has reached the server.
func (w *world) getsPost(ctx context.Context, user, text string) error {
	if err := w.posts(ctx, user, text); err != nil {
		return err
	}
	return w.getsFrom(ctx, text, user)
}

// atOnce is how many programs are started at a time.
const atOnce = 4

// manyPost lets several users post at the same time, and each of them several messages: a
// server may not take what comes in the same moment for one message.
func (w *world) manyPost(ctx context.Context, users, count int) error {
	if err := w.learn(ctx, "post_client"); err != nil {
		return err
	}
	w.authors = map[string]string{}
	var posting sync.WaitGroup
	errs := make(chan error, users*count)
	places := make(chan struct{}, atOnce)
	for i := range users {
		user := userNumber(i + 1)
		for j := range count {
			text := fmt.Sprintf("kumquat-%s-%03d.", user, j)
			w.sent, w.authors[text] = append(w.sent, text), text // who is the program that posts it
			places <- struct{}{}
			posting.Go(func() {
				defer func() { <-places }()
				errs <- w.postOne(ctx, user, text)
			})
		}
	}
	posting.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return w.Stage.AwaitQuiet(ctx)
}

func userNumber(i int) string { return fmt.Sprintf("user-%d", i) }

// filler goes before each of many messages, so that they do not all fit into the buffers of a
// server that keeps none. Some servers print all that they keep with each message: it is short.
func filler() string { return strings.TrimSpace(strings.Repeat("and so on ", 8)) }

// postOne lets a user post a message by a program that is called as the message, until the
// program has nothing more to do.
func (w *world) postOne(ctx context.Context, user, text string) error {
	addr, err := w.Stage.Link(text, steps.Server, w.addrs[postDoor], postDoor)
	if err != nil {
		return err
	}
	start := w.session.startOfClient(text, "post_client", postClientValues(addr, user, filler()+" "+text))
	if err := w.launch(ctx, start); err != nil {
		return err
	}
	if err := w.awaitReceived(ctx, text, text); err != nil {
		return err
	}
	return w.Stage.AwaitIdle(ctx, text)
}

// isCutOff kills a post_client as soon as it has connected.
func (w *world) isCutOff(ctx context.Context, user string) error {
	start, err := w.posting(ctx, user, "half a message")
	if err != nil {
		return err
	}
	if err := w.Stage.Start(start); err != nil {
		return err
	}
	if err := w.Stage.AwaitConnection(ctx, steps.Unquote(user), steps.Server); err != nil {
		return err
	}
	return w.isKilled(ctx, user)
}

func (w *world) isKilled(ctx context.Context, user string) error {
	if err := w.Stage.Halt(ctx, steps.Unquote(user)); err != nil {
		return err
	}
	return w.Stage.AwaitNoticed(ctx, steps.Unquote(user), steps.Server)
}

func (w *world) speaksZeroMQ(ctx context.Context, one, other string) error {
	return w.awaitGreeting(ctx, steps.Unquote(one), steps.Unquote(other), postDoor)
}

// getsFrom waits until the server has received a text from somebody: it has crossed, and
// the server has taken it.
func (w *world) getsFrom(ctx context.Context, text, user string) error {
	return w.awaitReceived(ctx, steps.Unquote(user), word(text))
}

func (w *world) getsOnceFrom(ctx context.Context, text, user string) error {
	if err := w.getsFrom(ctx, text, user); err != nil {
		return err
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	return w.carriedOnce(steps.Unquote(user), steps.Server, text)
}

func (w *world) carriedOnce(from, to, text string) error {
	if count := carried(w.Stage.Journal(), from, to, word(text)); count != 1 {
		return &stage.Failure{
			Expected: fmt.Sprintf("%s receives %q from %s once", to, text, from),
			Observed: fmt.Sprintf("it comes %d times", count),
		}
	}
	return nil
}

func (w *world) getsEachOnce(ctx context.Context) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	for _, text := range w.sent {
		if err := w.carriedOnce(w.authors[text], steps.Server, text); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) keepsAll(ctx context.Context) error {
	return w.Stage.CheckMemory(ctx, steps.Server, w.sent)
}

// namesAuthor looks in all that the client has said: name and text may be messages
// of their own.
func (w *world) namesAuthor(ctx context.Context, user string) error {
	return w.awaitCarried(ctx, steps.Unquote(user), steps.Server, steps.Unquote(user))
}

// hasTime looks for a time in what was posted, then in what the server says of it, and
// then in what a server of the second part publishes of it.
func (w *world) hasTime(ctx context.Context) error {
	user, text := w.Actor, w.Typed
	err := w.awaitTime(ctx, user, steps.Server)
	var failure *stage.Failure
	if !errors.As(err, &failure) || serverTellsTime(w.Stage.Journal(), user, text) {
		return stage.DropFailure(err)
	}
	if _, missing := w.Run.Target.Program("pub_server"); missing != nil {
		return &stage.Unverified{Reason: "no time goes with the message; if the server adds one, it stands in its memory alone, where nobody can read it"}
	}
	return w.session.onStage(func(another *world) error { return another.isPublishedWithTime(ctx, user, text) })
}

// comesWithTime waits until a text has come to somebody, and looks for the time in what came.
func (w *world) comesWithTime(ctx context.Context, text, user string) error {
	if err := w.awaitCarried(ctx, steps.Server, steps.Unquote(user), word(text)); err != nil {
		return err
	}
	return w.awaitTime(ctx, steps.Server, steps.Unquote(user))
}

func (w *world) isPublishedWithTime(ctx context.Context, user, text string) error {
	if err := w.isRunning(ctx, "pub"); err != nil {
		return err
	}
	if err := w.watch(ctx, `"watcher"`); err != nil {
		return err
	}
	if err := w.hasPosted(ctx, user, fmt.Sprintf("%q", text)); err != nil {
		return err
	}
	if err := w.awaitCarried(ctx, steps.Server, "watcher", word(text)); err != nil {
		return err
	}
	return w.awaitTime(ctx, steps.Server, "watcher")
}

func (w *world) startsToWatch(ctx context.Context, user string) error {
	if err := w.learn(ctx, "pub_client"); err != nil {
		return err
	}
	addr, err := w.door(steps.Unquote(user), pubDoor)
	if err != nil {
		return err
	}
	values := target.Values{"ip": {addr.Addr().String()}, "pub_port": {fmt.Sprint(addr.Port())}}
	return w.start("pub_client", steps.Unquote(user), values)
}

// watch starts clients, and waits until the server knows of all of them.
func (w *world) watch(ctx context.Context, users string) error {
	return w.gather(ctx, users, w.startsToWatch)
}

// gather starts clients, and waits until each has subscribed and nothing more
// happens.
func (w *world) gather(ctx context.Context, users string, start func(ctx context.Context, user string) error) error {
	for _, user := range steps.List(users) {
		if err := start(ctx, user); err != nil {
			return err
		}
	}
	return w.watchOn(ctx, users)
}

func (w *world) watchOn(ctx context.Context, users string) error {
	for _, user := range steps.List(users) {
		if err := w.awaitSubscription(ctx, user, steps.Server); err != nil {
			return err
		}
	}
	return w.Stage.AwaitQuiet(ctx)
}

// speaksWherePublished looks at the connection of a reader to the server.
func (w *world) speaksWherePublished(ctx context.Context, one string) error {
	other := steps.Server
	if steps.Unquote(one) == steps.Server {
		other = w.Actor
	}
	return w.awaitGreeting(ctx, steps.Unquote(one), other, pubDoor)
}

func (w *world) publishes(ctx context.Context, user string) error {
	return w.awaitSocket(ctx, steps.Server, steps.Unquote(user), pubDoor, "PUB", "XPUB")
}

func (w *world) subscribes(ctx context.Context, user string) error {
	if err := w.awaitSocket(ctx, steps.Unquote(user), steps.Server, pubDoor, "SUB", "XSUB"); err != nil {
		return err
	}
	return w.awaitSubscription(ctx, steps.Unquote(user), steps.Server)
}

func (w *world) arePublished(ctx context.Context, texts, users string) error {
	for _, user := range steps.List(users) {
		for _, text := range steps.List(texts) {
			err := w.awaitCarried(ctx, steps.Server, user, word(text))
			if how := stage.Ended(w.Stage.Journal(), user); err != nil && how != "" {
				return &stage.Unverified{Reason: user + " has left before all was published (" + how + ")"}
			}
			if err != nil {
				return err
			}
		}
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	for _, user := range steps.List(users) {
		if err := w.arrivedInOrder(user, steps.List(texts)); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) arrivedInOrder(user string, texts []string) error {
	speech, before := speech(w.Stage.Journal(), steps.Server, user), -1
	for _, text := range texts {
		if err := w.carriedOnce(steps.Server, user, text); err != nil {
			return err
		}
		at := strings.Index(speech, word(text))
		if at < before {
			return &stage.Failure{
				Expected: fmt.Sprintf("%s receives %q in this order", user, texts),
				Observed: fmt.Sprintf("%q comes before the one that was posted before it", text),
			}
		}
		before = at
	}
	return nil
}

// isPublishedAs looks for the author's name in all that is published since a text was
// typed: name and text may be messages of their own.
func (w *world) isPublishedAs(ctx context.Context, text, reader, author string) error {
	reader, author = steps.Unquote(reader), steps.Unquote(author)
	if err := w.awaitCarried(ctx, steps.Server, reader, word(text)); err != nil {
		return err
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	published := messagesSince(w.Stage.Journal(), w.Since(text), steps.Server, reader)
	if names(published, author, w.Stage.Programs()) {
		return nil
	}
	return stage.Fail(fmt.Sprintf("%q is published with the name of %s", text, author), "it is published as "+journal.Quote(published))
}

func (w *world) seesWithBrackets(ctx context.Context, user, text string) error {
	_, err := w.awaitBrackets(ctx, steps.Unquote(user), text)
	return err
}

func (w *world) seesWithTime(ctx context.Context, user, text string) error {
	return w.awaitTimeShown(ctx, steps.Unquote(user), text)
}

func (w *world) hasNotSeen(ctx context.Context, user, text string) error {
	return w.SeesTimes(ctx, user, text, 0)
}

func (w *world) startsToChat(ctx context.Context, user string) error {
	return w.startsTalker(ctx, user, "interactive_client", "")
}

func (w *world) chat(ctx context.Context, users string) error {
	return w.gather(ctx, users, w.startsToChat)
}

func (w *world) startsTalker(ctx context.Context, user, program, channel string) error {
	if err := w.learn(ctx, program); err != nil {
		return err
	}
	post, err := w.door(steps.Unquote(user), postDoor)
	if err != nil {
		return err
	}
	pub, err := w.door(steps.Unquote(user), pubDoor)
	if err != nil {
		return err
	}
	return w.start(program, steps.Unquote(user), talkerValues(post, pub, channel, steps.Unquote(user)))
}

// beginsWith leaves open what hangs on two channels' names that begin alike, where a
// manifest has given them others that do not.
func (w *world) beginsWith(long, short string) error {
	longer, shorter := w.Run.Target.Channel(long), w.Run.Target.Channel(short)
	if longer != shorter && strings.HasPrefix(longer, shorter) {
		return nil
	}
	return &stage.Unverified{Reason: fmt.Sprintf(
		"chatspec.yaml calls the channels %s and %s %q and %q, which do not begin alike; it is seen with names such as %s: %s, %s: %s2",
		short, long, shorter, longer, short, shorter, long, shorter)}
}

func (w *world) joins(ctx context.Context, user, channel string) error {
	return w.startsTalker(ctx, user, "mc_client", w.Run.Target.Channel(channel))
}

func (w *world) areOn(ctx context.Context, users, channel string) error {
	return w.gather(ctx, users, func(ctx context.Context, user string) error { return w.joins(ctx, user, channel) })
}

// typesIfPossible types where the program may take no lines, or may have ended.
func (w *world) typesIfPossible(ctx context.Context, user, text string) error {
	if err := stage.DropFailure(w.Types(ctx, user, text)); err != nil {
		return err
	}
	return w.Stage.AwaitQuiet(ctx)
}

func (w *world) isConnectedToBoth(ctx context.Context, user string) error {
	for number, what := range []string{"takes messages", "publishes"} {
		err := w.Stage.Await(ctx, stage.Wait{
			Expected: fmt.Sprintf("%s connects to the port where the server %s", steps.Unquote(user), what),
			By:       []string{steps.Unquote(user)},
			Met: func(events []journal.Event) bool {
				return slices.ContainsFunc(events, func(e journal.Event) bool {
					return e.Kind == journal.Connected && e.From == steps.Unquote(user) && e.To == steps.Server && e.Door == number
				})
			},
			Observed: func(events []journal.Event) string { return carriedInstead(events, steps.Unquote(user), steps.Server) },
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eachType lets users type at the same time, each line when the program has taken
// the one before.
func (w *world) eachType(ctx context.Context, users string, count int) error {
	w.authors = map[string]string{}
	w.Mark = w.Stage.Mark()
	errs := make(chan error, len(steps.List(users)))
	var typing sync.WaitGroup
	for _, user := range steps.List(users) {
		var lines []string
		for i := range count {
			text := fmt.Sprintf("papaya-%s-%03d.", user, i)
			lines, w.sent = append(lines, text), append(w.sent, text)
			w.authors[text] = user
		}
		typing.Go(func() {
			for _, text := range lines {
				if err := w.Stage.Type(ctx, user, text); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	typing.Wait()
	close(errs)
	return <-errs
}

func (w *world) seeAllOthers(ctx context.Context, users string) error {
	for _, user := range steps.List(users) {
		for _, text := range w.sent {
			if w.authors[text] == user {
				continue
			}
			if err := w.Stage.AwaitShown(ctx, user, text, w.Mark); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) hasNotCrossed(ctx context.Context, text, user string) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	if carried(w.Stage.Journal(), steps.Server, steps.Unquote(user), word(text)) == 0 {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("%q stays away from %s, who is on another channel", text, steps.Unquote(user)),
		Observed: "the server sends it, and the client drops it",
	}
}

func (w *world) hasNotAskedForAll(ctx context.Context, user string) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	topics := subscriptions(w.Stage.Journal(), steps.Unquote(user), steps.Server)
	if !slices.Contains(topics, "") {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("%s subscribes to one channel", steps.Unquote(user)),
		Observed: "it subscribes to everything",
	}
}

func (w *world) hasText(name string, words int) error {
	count, err := w.Run.Target.Words(name)
	switch {
	case errors.Is(err, target.ErrNoFolder):
		return &stage.Unverified{Reason: err.Error()}
	case err != nil:
		return err
	case count < words:
		return &stage.Failure{
			Expected: fmt.Sprintf("%s of at least %d words", name, words),
			Observed: fmt.Sprintf("it has %d", count),
		}
	}
	return nil
}

func (w *world) cannotBeJudged(what string) error {
	return &stage.Unverified{Reason: "only a reader can judge whether it says how " + what}
}
