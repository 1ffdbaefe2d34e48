package steps

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/journal"
	"github.com/chatspec/chatspec/fixtures/target"
)

// zmqSentences is the vocabulary of chats over ZeroMQ, in which a submission's own
// clients and servers talk to each other.
func zmqSentences() []sentence {
	return []sentence{
		say(`^nobody answers but at the addresses that are given$`, (*world).answersStrictly),

		// the servers
		say(`^the (post|pub|chat|channel) server starts$`, (*world).startsServer),
		say(`^the (post|pub|chat|channel) server is running$`, (*world).isRunning),
		say(`^the (post|pub|chat|channel) server is not there yet$`, (*world).isNotThere),
		say(`^somebody connects to the server, and says nothing$`, (*world).isSilent),

		// those who post
		say(`^`+name+` posts `+line+`$`, (*world).posts),
		say(`^`+name+` posts (".*") in a row$`, (*world).postsInARow),
		say(`^`+name+` posts a message of (\d+) letters$`, (*world).postsLong),
		say(`^`+name+` has posted (".*")$`, (*world).hasPosted),
		say(`^(\d+) users post (\d+) messages each$`, (*world).manyPost),
		say(`^`+name+` is cut off while she posts$`, (*world).isCutOff),
		say(`^`+name+` speaks ZeroMQ with `+name+`$`, (*world).speaksZeroMQ),
		say(`^the server is sent `+line+` by `+name+`$`, (*world).getsFrom),
		say(`^the server is sent `+line+` by `+name+`, once$`, (*world).getsOnceFrom),
		say(`^the server is sent each of them once$`, (*world).getsEachOnce),
		say(`^the server keeps them all in its memory$`, (*world).keepsAll),
		say(`^what `+name+` posts names her$`, (*world).namesAuthor),
		say(`^a time goes with it, from the client or from the server$`, (*world).hasTime),

		// those who listen
		say(`^`+name+` starts to watch$`, (*world).startsToWatch),
		say(`^`+names+` watch(?:es)?$`, (*world).watch),
		say(`^`+names+` watch(?:es)? on$`, (*world).watchOn),
		say(`^`+name+` speaks ZeroMQ where (?:the server|it) publishes$`, (*world).speaksWherePublished),
		say(`^the server publishes to `+name+` through a PUB socket$`, (*world).publishes),
		say(`^`+name+` subscribes through a SUB socket$`, (*world).subscribes),
		say(`^(".*") are published to `+names+`, once each and in this order$`, (*world).arePublished),
		say(`^`+name+` sees `+line+`, with something in brackets$`, (*world).seesWithBrackets),
		say(`^`+name+` sees `+line+`, with the time in brackets$`, (*world).seesWithTime),
		say(`^`+name+` sees it whole$`, (*world).seesIt),
		say(`^`+name+` sees `+line+` once$`, (*world).seesOnce),
		say(`^`+name+` has not seen `+line+`$`, (*world).hasNotSeen),
		say(`^`+name+` goes on$`, (*world).goesOn),

		// those who do both
		say(`^`+name+` starts to chat$`, (*world).startsToChat),
		say(`^`+names+` chats?$`, (*world).chat),
		say(`^`+name+` joins the channel `+line+`$`, (*world).joins),
		say(`^`+names+` (?:is|are) on the channel `+line+`$`, (*world).areOn),
		say(`^`+name+` has typed `+line+`, if she can$`, (*world).typesIfPossible),
		say(`^`+name+` is connected to both addresses of the server$`, (*world).isConnectedToBoth),
		say(`^`+names+` each type (\d+) lines$`, (*world).eachType),
		say(`^`+names+` see all lines of the others$`, (*world).seeAllOthers),
		say(`^`+name+` is killed$`, (*world).isKilled),
		say(`^`+line+` has not crossed to `+name+`$`, (*world).hasNotCrossed),
		say(`^`+name+` has not asked for everything$`, (*world).hasNotAskedForAll),

		say(`^the submission has a text file called (\S+) of at least (\d+) words$`, (*world).hasText),
		say(`^it says how (.+)$`, (*world).cannotBeJudged),
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
func (w *world) reserve(kind string) error {
	doors := 2
	if kind == "post" {
		doors = 1
	}
	w.addrs = nil
	for range doors {
		addr, err := w.stage.Loopback()
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
	if _, err := w.run.Target.Program("interactive_server"); err != nil {
		return "pub_server"
	}
	return "interactive_server"
}

func (w *world) startsServer(kind string) error {
	if w.addrs == nil {
		if err := w.reserve(kind); err != nil {
			return err
		}
	}
	values := stage.PostServerValues(w.addrs[postDoor])
	if kind != "post" {
		values = stage.PubServerValues(w.addrs[postDoor], w.addrs[pubDoor])
	}
	return w.launch(theServer, w.serverOf(kind), values, w.addrs...)
}

func (w *world) isRunning(ctx context.Context, kind string) error {
	// Whoever is there already has looked for the server, and not found it.
	if w.isActor(w.actor) {
		if err := w.stage.AwaitIdle(ctx, w.actor); err != nil {
			return err
		}
	}
	if err := w.startsServer(kind); err != nil {
		return err
	}
	if err := w.stage.AwaitReady(ctx, theServer); err != nil {
		return err
	}
	return w.stage.AwaitIdle(ctx, theServer)
}

func (w *world) answersStrictly() error {
	w.stage.Strictly()
	return nil
}

func (w *world) isNotThere(kind string) error { return w.reserve(kind) }

// goesOn finds out, too, whether somebody leaves who hears nothing for a while.
func (w *world) goesOn(ctx context.Context, user string) error {
	if err := w.stage.Settle(ctx); err != nil {
		return err
	}
	if err := w.stage.Outlast(ctx, who(user)); err != nil {
		return err
	}
	return w.stage.CheckAlive(who(user))
}

// isSilent connects to each address of the server.
func (w *world) isSilent(ctx context.Context) error {
	for door := range w.addrs {
		if err := w.stage.Visit(ctx, theServer, door); err != nil {
			return err
		}
	}
	return w.stage.AwaitIdle(ctx, theServer)
}

// door is where a user finds one of the server's addresses.
func (w *world) door(user string, number int) (netip.AddrPort, error) {
	key := fmt.Sprint(user, " ", number)
	if addr, ok := w.links[key]; ok {
		return addr, nil
	}
	addr, err := w.stage.Link(user, theServer, w.addrs[number], number)
	if err == nil {
		w.links[key] = addr
	}
	return addr, err
}

// posts starts a post_client, and does not wait for it.
func (w *world) posts(ctx context.Context, user, text string) error {
	w.typed = text
	w.remember(text)
	if err := w.learn(ctx, "post_client"); err != nil {
		return err
	}
	addr, err := w.door(who(user), postDoor)
	if err != nil {
		return err
	}
	return w.launch(who(user), "post_client", stage.PostClientValues(addr, who(user), text))
}

// learn lets the stage find out where a client looks for its server. What it has
// to say of the start, the start says again.
func (w *world) learn(ctx context.Context, program string) error {
	_, err := w.run.Trial(ctx, program)
	var failure *stage.Failure
	if errors.As(err, &failure) {
		return nil
	}
	return err
}

func (w *world) postsLong(ctx context.Context, user string, letters int) error {
	return w.posts(ctx, user, long(letters))
}

// hasPosted posts texts, each when the one before has been dealt with.
func (w *world) hasPosted(ctx context.Context, user, texts string) error {
	for _, text := range list(texts) {
		if err := w.getsPost(ctx, user, text); err != nil {
			return err
		}
		if err := w.stage.Settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// postsInARow posts texts, each when the one before has reached the server.
func (w *world) postsInARow(ctx context.Context, user, texts string) error {
	for _, text := range list(texts) {
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

// manyPost lets several users post at the same time, each one message after the
// other.
func (w *world) manyPost(ctx context.Context, users, count int) error {
	if err := w.learn(ctx, "post_client"); err != nil {
		return err
	}
	w.authors = map[string]string{}
	var posting sync.WaitGroup
	errs := make(chan error, users)
	places := make(chan struct{}, atOnce)
	for i := range users {
		user := fmt.Sprintf("user-%d", i+1)
		var texts []string
		for j := range count {
			text := fmt.Sprintf("kumquat-%s-%03d.", user, j)
			texts, w.sent = append(texts, text), append(w.sent, text)
			w.authors[text] = text // who is the program that posts it
		}
		posting.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			errs <- w.postAll(ctx, user, texts)
		})
	}
	posting.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return w.stage.Settle(ctx)
}

// filler goes before each of many messages, so that they do not all fit into the
// buffers of a server that keeps none.
func filler() string { return strings.TrimSpace(strings.Repeat("and so on ", 40)) }

func (w *world) postAll(ctx context.Context, user string, texts []string) error {
	for _, text := range texts {
		addr, err := w.stage.Link(text, theServer, w.addrs[postDoor], postDoor)
		if err != nil {
			return err
		}
		values := stage.PostClientValues(addr, user, filler()+" "+text)
		if err := w.stage.Start(text, "post_client", values); err != nil {
			return err
		}
		if err := w.stage.AwaitCarried(ctx, text, theServer, text); err != nil {
			return err
		}
		if err := w.stage.AwaitIdle(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// isCutOff kills a post_client as soon as it has connected.
func (w *world) isCutOff(ctx context.Context, user string) error {
	if err := w.posts(ctx, user, "half a message"); err != nil {
		return err
	}
	if err := w.stage.AwaitConnection(ctx, who(user), theServer); err != nil {
		return err
	}
	return w.isKilled(ctx, user)
}

func (w *world) isKilled(ctx context.Context, user string) error {
	if err := w.stage.Halt(ctx, who(user)); err != nil {
		return err
	}
	return w.stage.AwaitNoticed(ctx, who(user), theServer)
}

func (w *world) speaksZeroMQ(ctx context.Context, one, other string) error {
	return w.stage.AwaitGreeting(ctx, who(one), who(other), postDoor)
}

func (w *world) getsFrom(ctx context.Context, text, user string) error {
	return w.stage.AwaitCarried(ctx, who(user), theServer, word(text))
}

func (w *world) getsOnceFrom(ctx context.Context, text, user string) error {
	if err := w.getsFrom(ctx, text, user); err != nil {
		return err
	}
	if err := w.stage.Settle(ctx); err != nil {
		return err
	}
	return w.carriedOnce(who(user), theServer, text)
}

func (w *world) carriedOnce(from, to, text string) error {
	if count := journal.Carried(w.stage.Journal(), from, to, word(text)); count != 1 {
		return &stage.Failure{
			Expected: fmt.Sprintf("%s receives %q from %s once", to, text, from),
			Observed: fmt.Sprintf("it comes %d times", count),
		}
	}
	return nil
}

func (w *world) getsEachOnce(ctx context.Context) error {
	if err := w.stage.Settle(ctx); err != nil {
		return err
	}
	for _, text := range w.sent {
		if err := w.carriedOnce(w.authors[text], theServer, text); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) keepsAll(ctx context.Context) error {
	return w.stage.CheckKept(ctx, theServer, w.sent)
}

// namesAuthor looks in all that the client has said: name and text may be messages
// of their own.
func (w *world) namesAuthor(ctx context.Context, user string) error {
	return w.stage.AwaitCarried(ctx, who(user), theServer, who(user))
}

// hasTime looks for a time in what was posted, and then in what a server of the
// second part publishes of it.
func (w *world) hasTime(ctx context.Context) error {
	user, text := w.actor, w.typed
	err := w.stage.AwaitTime(ctx, user, theServer)
	var failure *stage.Failure
	if !errors.As(err, &failure) {
		return err
	}
	if _, missing := w.run.Target.Program("pub_server"); missing != nil {
		return err
	}
	another := newWorld(w.run)
	return w.stage.Beside(func(s *stage.Stage) error {
		another.stage = s
		return another.isPublishedWithTime(ctx, user, text)
	})
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
	if err := w.stage.AwaitCarried(ctx, theServer, "watcher", word(text)); err != nil {
		return err
	}
	return w.stage.AwaitTime(ctx, theServer, "watcher")
}

func (w *world) startsToWatch(ctx context.Context, user string) error {
	if err := w.learn(ctx, "pub_client"); err != nil {
		return err
	}
	addr, err := w.door(who(user), pubDoor)
	if err != nil {
		return err
	}
	values := target.Values{"ip": {addr.Addr().String()}, "pub_port": {fmt.Sprint(addr.Port())}}
	return w.launch(who(user), "pub_client", values)
}

// watch starts clients, and waits until the server knows of all of them.
func (w *world) watch(ctx context.Context, users string) error {
	return w.gather(ctx, users, w.startsToWatch)
}

// gather starts clients, and waits until each has subscribed and nothing more
// happens.
func (w *world) gather(ctx context.Context, users string, start func(ctx context.Context, user string) error) error {
	for _, user := range list(users) {
		if err := start(ctx, user); err != nil {
			return err
		}
	}
	return w.watchOn(ctx, users)
}

func (w *world) watchOn(ctx context.Context, users string) error {
	for _, user := range list(users) {
		if err := w.stage.AwaitSubscription(ctx, user, theServer); err != nil {
			return err
		}
	}
	return w.stage.Settle(ctx)
}

// speaksWherePublished looks at the connection of a reader to the server.
func (w *world) speaksWherePublished(ctx context.Context, one string) error {
	other := theServer
	if who(one) == theServer {
		other = w.actor
	}
	return w.stage.AwaitGreeting(ctx, who(one), other, pubDoor)
}

func (w *world) publishes(ctx context.Context, user string) error {
	return w.stage.AwaitSocket(ctx, theServer, who(user), pubDoor, "PUB", "XPUB")
}

func (w *world) subscribes(ctx context.Context, user string) error {
	if err := w.stage.AwaitSocket(ctx, who(user), theServer, pubDoor, "SUB", "XSUB"); err != nil {
		return err
	}
	return w.stage.AwaitSubscription(ctx, who(user), theServer)
}

func (w *world) arePublished(ctx context.Context, texts, users string) error {
	for _, user := range list(users) {
		for _, text := range list(texts) {
			err := w.stage.AwaitCarried(ctx, theServer, user, word(text))
			if how := stage.Ended(w.stage.Journal(), user); err != nil && how != "" {
				return &stage.Unverified{Reason: user + " has left before all was published (" + how + ")"}
			}
			if err != nil {
				return err
			}
		}
	}
	if err := w.stage.Settle(ctx); err != nil {
		return err
	}
	for _, user := range list(users) {
		if err := w.arrivedInOrder(user, list(texts)); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) arrivedInOrder(user string, texts []string) error {
	speech, before := journal.Speech(w.stage.Journal(), theServer, user), -1
	for _, text := range texts {
		if err := w.carriedOnce(theServer, user, text); err != nil {
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

func (w *world) seesWithBrackets(ctx context.Context, user, text string) error {
	_, err := w.stage.AwaitBrackets(ctx, who(user), text)
	return err
}

func (w *world) seesWithTime(ctx context.Context, user, text string) error {
	return w.stage.AwaitTimeShown(ctx, who(user), text)
}

func (w *world) seesOnce(ctx context.Context, user, text string) error {
	if err := w.seesText(ctx, user, text); err != nil {
		return err
	}
	return w.seenTimes(ctx, user, text, 1)
}

func (w *world) hasNotSeen(ctx context.Context, user, text string) error {
	return w.seenTimes(ctx, user, text, 0)
}

// seenTimes looks back, when nothing more happens, how often a user has seen a
// text since it was posted.
func (w *world) seenTimes(ctx context.Context, user, text string, times int) error {
	if err := w.stage.Settle(ctx); err != nil {
		return err
	}
	if count := journal.SeenBy(who(user), text, w.said[text]).Count(w.stage.Journal()); count != times {
		return &stage.Failure{
			Expected: fmt.Sprintf("%s sees %q %d times", who(user), text, times),
			Observed: fmt.Sprintf("%s sees it %d times", who(user), count),
		}
	}
	return nil
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
	post, err := w.door(who(user), postDoor)
	if err != nil {
		return err
	}
	pub, err := w.door(who(user), pubDoor)
	if err != nil {
		return err
	}
	return w.launch(who(user), program, stage.TalkerValues(post, pub, channel, who(user)))
}

func (w *world) joins(ctx context.Context, user, channel string) error {
	return w.startsTalker(ctx, user, "mc_client", w.run.Target.Channel(channel))
}

func (w *world) areOn(ctx context.Context, users, channel string) error {
	return w.gather(ctx, users, func(ctx context.Context, user string) error { return w.joins(ctx, user, channel) })
}

// typesIfPossible types where the program may take no lines, or may have ended.
func (w *world) typesIfPossible(ctx context.Context, user, text string) error {
	err := w.types(ctx, user, text)
	var failure *stage.Failure
	if err != nil && !errors.As(err, &failure) {
		return err
	}
	return w.stage.Settle(ctx)
}

func (w *world) isConnectedToBoth(ctx context.Context, user string) error {
	for number, what := range []string{"takes messages", "publishes"} {
		err := w.stage.Await(ctx, stage.Wait{
			Expected: fmt.Sprintf("%s connects to the port where the server %s", who(user), what),
			By:       []string{who(user)},
			Met: func(events []journal.Event) bool {
				return slices.ContainsFunc(events, func(e journal.Event) bool {
					return e.Kind == journal.Connected && e.From == who(user) && e.To == theServer && e.Door == number
				})
			},
			Observed: func(events []journal.Event) string { return stage.CarriedInstead(events, who(user), theServer) },
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
	w.mark = w.stage.Mark()
	errs := make(chan error, len(list(users)))
	var typing sync.WaitGroup
	for _, user := range list(users) {
		var lines []string
		for i := range count {
			text := fmt.Sprintf("papaya-%s-%03d.", user, i)
			lines, w.sent = append(lines, text), append(w.sent, text)
			w.authors[text] = user
		}
		typing.Go(func() {
			for _, text := range lines {
				if err := w.stage.Type(ctx, user, text); err != nil {
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
	for _, user := range list(users) {
		for _, text := range w.sent {
			if w.authors[text] == user {
				continue
			}
			if err := w.stage.AwaitShown(ctx, user, text, w.mark); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) hasNotCrossed(ctx context.Context, text, user string) error {
	if err := w.stage.Settle(ctx); err != nil {
		return err
	}
	if journal.Carried(w.stage.Journal(), theServer, who(user), word(text)) == 0 {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("%q stays away from %s, who is on another channel", text, who(user)),
		Observed: "the server sends it to her, and her program drops it",
	}
}

func (w *world) hasNotAskedForAll(ctx context.Context, user string) error {
	if err := w.stage.Settle(ctx); err != nil {
		return err
	}
	topics := journal.Subscriptions(w.stage.Journal(), who(user), theServer)
	if !slices.Contains(topics, "") {
		return nil
	}
	return &stage.Failure{
		Expected: fmt.Sprintf("%s subscribes to her channel", who(user)),
		Observed: "she subscribes to everything",
	}
}

func (w *world) hasText(name string, words int) error {
	count, err := w.run.Target.Words(name)
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
