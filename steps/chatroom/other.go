package chatroom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

// An other is somebody in the room whom the harness plays: it repeats what the submission's own
// client has sent.
type other struct {
	world *world
	name  string
	peer  *stage.Peer
	conns map[int]*stage.Conn // by the numbers of the client's own
	asked time.Duration       // when it asked last what is new, since the stage was opened
}

// another makes somebody whom the harness plays. Where the client's messages cannot be read,
// nothing can be repeated.
func (w *world) another(ctx context.Context, name string) (*other, error) {
	if err := w.session.learnClient(ctx); err != nil {
		return nil, err
	}
	if len(w.session.script.say) == 0 {
		return nil, &stage.Unverified{Reason: "what the client sends cannot be repeated: what is typed is not found in it"}
	}
	if o := w.others[name]; o != nil {
		return o, nil
	}
	peer, err := w.Stage.LoopbackPeer(name)
	if err != nil {
		return nil, err
	}
	o := &other{world: w, name: name, peer: peer, conns: map[int]*stage.Conn{}}
	w.others[name] = o
	return o, nil
}

// send sends pieces, each when the server is done with the one before.
func (o *other) send(ctx context.Context, pieces []piece, c change) error {
	for _, p := range pieces {
		conn, err := o.conn(ctx, p.conn)
		if err != nil {
			return err
		}
		if err := conn.Write(ctx, []byte(o.repeat(p, c))); err != nil {
			return err
		}
		if err := o.world.Stage.AwaitIdle(ctx, steps.Server); err != nil {
			return err
		}
	}
	return nil
}

// repeat is a piece as this one says it.
func (o *other) repeat(p piece, c change) string {
	script := o.world.session.script
	c.name = o.name
	if script.hasEcho(p) {
		c.told = toldTo(o.world.Stage.Journal(), o.name)
	}
	return script.repeat(p, c)
}

// conn is the connection that stands for one of the client's, which is opened where there is none.
func (o *other) conn(ctx context.Context, number int) (*stage.Conn, error) {
	if conn := o.conns[number]; conn != nil {
		return conn, nil
	}
	conn, err := o.peer.Dial(ctx, steps.Server)
	if err == nil {
		o.conns[number] = conn
	}
	return conn, err
}

// join comes in.
func (o *other) join(ctx context.Context) error {
	return o.send(ctx, o.world.session.script.join, change{text: o.world.session.script.text})
}

// say says something, by a method of its own where that is not "".
func (o *other) say(ctx context.Context, text, method string) error {
	script := o.world.session.script
	if err := o.ask(ctx); err != nil {
		return err
	}
	if script.fresh {
		defer o.hangUp(script.say)
	}
	return o.send(ctx, script.say, change{text: text, method: method})
}

// pace is how often somebody asks at most, since the answer may be all that was ever said.
const pace = time.Second

// ask asks what is new, as clients do that are taken to have gone when they ask no more. The
// answer is of no interest.
func (o *other) ask(ctx context.Context) error {
	script, events := o.world.session.script, o.world.Stage.Journal()
	now := events[len(events)-1].At
	if !script.polls() || now-o.asked < pace {
		return nil
	}
	o.asked = now
	asking, err := o.world.Stage.LoopbackPeer(o.name + ", who asks")
	if err != nil {
		return err
	}
	asking.Deafen()
	for _, p := range script.poll[:1] {
		conn, err := asking.Dial(ctx, steps.Server)
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := conn.Write(ctx, []byte(o.repeat(p, change{}))); err != nil {
			return err
		}
	}
	return o.world.Stage.AwaitIdle(ctx, steps.Server)
}

// hangUp closes the connections of some pieces.
func (o *other) hangUp(pieces []piece) {
	for _, p := range pieces {
		if conn := o.conns[p.conn]; conn != nil {
			conn.Close()
			delete(o.conns, p.conn)
		}
	}
}

// leave says goodbye as the client does, and closes everything.
func (o *other) leave(ctx context.Context) error {
	err := stage.DropFinding(o.send(ctx, o.world.session.script.quit, change{text: o.world.session.script.text}))
	for number, conn := range o.conns {
		conn.Close()
		delete(o.conns, number)
	}
	return errors.Join(err, o.world.Stage.AwaitIdle(ctx, steps.Server))
}

// breaksOff ends the connections of somebody whom the harness plays, as a network does that fails.
func (w *world) breaksOff(ctx context.Context, name string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	if len(o.conns) == 0 || w.session.script.polls() {
		return &stage.Unverified{Reason: "a client keeps no connection that could break off"}
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	for number, conn := range o.conns {
		if err := conn.BreakOff(); err != nil {
			return err
		}
		delete(o.conns, number)
	}
	return w.Stage.AwaitIdle(ctx, steps.Server)
}

// otherJoins has somebody come in who may be refused, in any way.
func (w *world) otherJoins(ctx context.Context, name string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	return stage.DropFinding(o.join(ctx))
}

// otherListens has somebody come in who hears what the others say: more than a program may show.
func (w *world) otherListens(ctx context.Context, name string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	if w.session.script.polls() {
		return &stage.Unverified{Reason: "clients ask again and again for what is new: nobody is sent anything, and so nobody held up"}
	}
	return o.join(ctx)
}

// otherIsHeard has somebody come in who speaks as the client does, and is heard by another. Where
// she is not, nothing can be judged that is done by repeating what a client has sent: it may hold
// what is good for one client only.
func (w *world) otherIsHeard(ctx context.Context, name, by string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	greeting := "kumquat-of-" + name
	w.Remember(greeting)
	err = o.join(ctx)
	if err == nil {
		err = o.say(ctx, greeting, "")
	}
	if err == nil {
		err = w.awaitReached(ctx, greeting, by)
	}
	var failure *stage.Failure
	if errors.As(err, &failure) {
		return &stage.Unverified{Reason: "what the client sends cannot be repeated under another name: " + failure.Observed}
	}
	return err
}

func (w *world) otherSays(ctx context.Context, name, text string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	w.Remember(text)
	if err := stage.DropFinding(o.say(ctx, text, "")); err != nil {
		return err
	}
	return w.Stage.AwaitQuiet(ctx)
}

// otherSaysBy has somebody say something by another method.
func (w *world) otherSaysBy(ctx context.Context, name, text, method string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	if err := stage.DropFinding(o.say(ctx, text, method)); err != nil {
		return err
	}
	return w.Stage.AwaitQuiet(ctx)
}

// otherReadsNothing has somebody come in who reads nothing.
func (w *world) otherReadsNothing(ctx context.Context, name string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	join := w.session.script.join
	first := slices.IndexFunc(join, w.session.script.hasEcho)
	if first < 0 {
		o.peer.Deafen()
		return o.join(ctx)
	}
	// What is said back must be read before.
	if slices.ContainsFunc(join[:first], func(p piece) bool { return p.conn == join[first].conn }) {
		return &stage.Unverified{Reason: "who reads nothing is not told what the client must say back on the same connection"}
	}
	text := change{text: w.session.script.text}
	if err := o.send(ctx, join[:first], text); err != nil {
		return err
	}
	o.peer.Deafen()
	return o.send(ctx, join[first:], text)
}

// sendsHalf sends half of the first request of somebody who comes.
func (w *world) sendsHalf(ctx context.Context, name string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	if len(w.session.script.join) == 0 {
		return nil // the client says nothing when it comes
	}
	first := w.session.script.join[0]
	conn, err := o.conn(ctx, first.conn)
	if err != nil {
		return err
	}
	whole := o.repeat(first, change{text: w.session.script.text})
	if err := conn.Write(ctx, []byte(whole[:len(whole)/2])); err != nil {
		return err
	}
	return w.Stage.AwaitIdle(ctx, steps.Server)
}

// cuts is in how many pieces a request is sent that is cut.
const cuts = 24

// saysInPieces says something in small pieces, each of which the server has taken before the next
// one comes.
func (w *world) saysInPieces(ctx context.Context, name, text string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	w.Remember(text)
	for _, p := range w.session.script.say {
		conn, err := o.conn(ctx, p.conn)
		if err != nil {
			return err
		}
		whole := []byte(o.repeat(p, change{text: text}))
		for small := range slices.Chunk(whole, max(1, len(whole)/cuts)) {
			if err := conn.Write(ctx, small); err != nil {
				return err
			}
			if err := w.Stage.AwaitIdle(ctx, steps.Server); err != nil {
				return err
			}
		}
	}
	return nil
}

// saysInOneGo says several things at once.
func (w *world) saysInOneGo(ctx context.Context, name, texts string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	script := w.session.script
	if script.fresh || len(script.say) != 1 {
		return &stage.Unverified{Reason: "the client sends one request on a connection, and no other server need take more"}
	}
	conn, err := o.conn(ctx, script.say[0].conn)
	if err != nil {
		return err
	}
	var all strings.Builder
	for _, text := range steps.List(texts) {
		w.Remember(text)
		all.WriteString(o.repeat(script.say[0], change{text: text}))
	}
	return conn.Write(ctx, []byte(all.String()))
}

// manyAtOnce has others come at the same time, and leave.
func (w *world) manyAtOnce(ctx context.Context, count int) error {
	var all []*other
	for i := range count {
		o, err := w.another(ctx, fmt.Sprintf("guest%d", i+1))
		if err != nil {
			return err
		}
		all = append(all, o)
	}
	var coming sync.WaitGroup
	errs := make([]error, count)
	for i, o := range all {
		coming.Go(func() { errs[i] = stage.DropFinding(o.join(ctx)) })
	}
	coming.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, o := range all {
		if err := o.leave(ctx); err != nil {
			return err
		}
	}
	return w.settle(ctx)
}

// sendsBadly sends the server something that is no right request, on a connection of its own.
func (w *world) sendsBadly(ctx context.Context, what string) error {
	data, err := w.bad(ctx, what)
	if err != nil {
		return err
	}
	stranger, err := w.Stage.LoopbackPeer("stranger")
	if err != nil {
		return err
	}
	conn, err := stranger.Dial(ctx, steps.Server)
	if err != nil {
		return err
	}
	if err := stage.DropFinding(conn.Write(ctx, []byte(data))); err != nil {
		return err
	}
	if err := w.Stage.AwaitIdle(ctx, steps.Server); err != nil {
		return err
	}
	conn.Close()
	return w.Stage.AwaitIdle(ctx, steps.Server)
}

// bad are the bytes that a sentence calls by a name.
func (w *world) bad(ctx context.Context, what string) (string, error) {
	if _, err := w.another(ctx, "stranger"); err != nil {
		return "", err
	}
	const head = "POST /log.txt HTTP/1.1\r\nHost: chat\r\n"
	switch what {
	case "a line that is no request":
		return "hello, is anybody there?\n", nil
	case "bytes that are no text":
		return "\xff\xfe\x00\x80\xc3\x28\xf0\x28\n\r\n\r\n", nil
	case "nothing but line ends":
		return strings.Repeat("\r\n", 20) + strings.Repeat("\n", 20), nil
	case "a request for another path":
		return "GET /index.html HTTP/1.1\r\nHost: chat\r\n\r\n", nil
	case "a length that is no number":
		return head + "Content-Length: many\r\n\r\nhello\n", nil
	case "a length below nothing":
		return head + "Content-Length: -5\r\n\r\nhello\n", nil
	case "a length and nothing more":
		return head + "Content-Length: 5000\r\n\r\n", nil
	case "half a header":
		return head[:len(head)-len("chat\r\n")], nil
	case "a message without a name":
		return w.repeated(w.session.script.say, change{text: "a message of nobody"}), nil
	case "a message without content":
		return w.repeated(w.session.script.say, change{name: "stranger"}), nil
	case "a line of a million bytes":
		return "GET /" + strings.Repeat("a", 1_000_000), nil
	case "ten thousand header fields":
		var all strings.Builder
		all.WriteString(head)
		for i := range 10_000 {
			fmt.Fprintf(&all, "X-Field-%d: %d\r\n", i, i)
		}
		return all.String() + "\r\n", nil
	}
	return "", fmt.Errorf("nobody knows what %q is", what)
}

// repeated joins pieces in which something is replaced.
func (w *world) repeated(pieces []piece, c change) string {
	var all strings.Builder
	for _, p := range pieces {
		all.WriteString(w.session.script.repeat(p, c))
	}
	return all.String()
}

// manyComeAndGo has others come in and leave.
func (w *world) manyComeAndGo(ctx context.Context, count int) error {
	for i := range count {
		o, err := w.another(ctx, fmt.Sprintf("guest%d", i+1))
		if err != nil {
			return err
		}
		if err := stage.DropFinding(o.join(ctx)); err != nil {
			return err
		}
		if err := o.leave(ctx); err != nil {
			return err
		}
		if how := stage.Ended(w.Stage.Journal(), steps.Server); how != "" {
			return stage.Fail(fmt.Sprintf("the server goes on while %d others come and go", count),
				fmt.Sprintf("it has ended after %d (%s)%s", i+1, how, stage.LastWords(w.Stage.Journal(), steps.Server)))
		}
	}
	return w.settle(ctx)
}
