package chatroom

import (
	"context"
	"errors"
	"fmt"

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
	c.name = o.name
	for _, p := range pieces {
		conn, err := o.conn(ctx, p.conn)
		if err != nil {
			return err
		}
		if err := conn.Write(ctx, []byte(o.world.session.script.repeat(p, c))); err != nil {
			return err
		}
		if err := o.world.Stage.AwaitIdle(ctx, steps.Server); err != nil {
			return err
		}
	}
	return nil
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
	if script.fresh {
		defer o.hangUp(script.say)
	}
	return o.send(ctx, script.say, change{text: text, method: method})
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
	err := dropFailure(o.send(ctx, o.world.session.script.quit, change{text: o.world.session.script.text}))
	for number, conn := range o.conns {
		conn.Close()
		delete(o.conns, number)
	}
	return errors.Join(err, o.world.Stage.AwaitIdle(ctx, steps.Server))
}

// otherJoins has somebody come in who may be refused, in any way.
func (w *world) otherJoins(ctx context.Context, name string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	return dropFailure(o.join(ctx))
}

func (w *world) otherLeaves(ctx context.Context, name string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	if err := o.leave(ctx); err != nil {
		return err
	}
	return w.settle(ctx)
}

func (w *world) otherSays(ctx context.Context, name, text string) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	w.Remember(text)
	if err := dropFailure(o.say(ctx, text, "")); err != nil {
		return err
	}
	return w.Stage.AwaitQuiet(ctx)
}

// manyComeAndGo has others come in and leave.
func (w *world) manyComeAndGo(ctx context.Context, count int) error {
	for i := range count {
		o, err := w.another(ctx, fmt.Sprintf("guest%d", i+1))
		if err != nil {
			return err
		}
		if err := dropFailure(o.join(ctx)); err != nil {
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
