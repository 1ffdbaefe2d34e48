package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// A link is what one has with a broker until it is cut: a connection on which messages are taken, and one on which
// they are sent. A broker that has too much to keep reads no more from those who send, and must still hear what
// others have settled.
type link struct {
	taking, sending *amqp.Connection

	failed chan error // what went wrong with it in one of those who use it

	mu      sync.Mutex // held while a message is sent and confirmed
	out     *amqp.Channel
	returns chan amqp.Return
}

// open opens a link.
func (p Place) open(ctx context.Context, name string) (*link, error) {
	taking, err := p.dial(ctx, name)
	if err != nil {
		return nil, err
	}
	sending, err := p.dial(ctx, name+", sending")
	if err != nil {
		return nil, errors.Join(err, taking.Close())
	}
	l := &link{taking: taking, sending: sending, failed: make(chan error, 1)}
	if err := l.prepare(); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// prepare opens the channel for sending.
func (l *link) prepare() (err error) {
	if l.out, err = l.sending.Channel(); err != nil {
		return err
	}
	l.returns = l.out.NotifyReturn(make(chan amqp.Return, 8))
	return l.out.Confirm(false)
}

// goodbye bounds how long a broker is waited for that is to hear that we go.
const goodbye = 2 * time.Second

// close ends the link. What was not settled goes back to its queue.
func (l *link) close() {
	l.taking.CloseDeadline(time.Now().Add(goodbye))
	l.sending.CloseDeadline(time.Now().Add(goodbye))
}

// fail tells whoever works on the link that it is good for nothing.
func (l *link) fail(err error) {
	select {
	case l.failed <- err:
	default: // it was told
	}
}

// errGone says that there is no queue of that name.
var errGone = errors.New("there is no such queue")

// confirming bounds what a broker takes to confirm a message. One that has just been started may forget to: what was
// sent to a quorum queue without a leader is neither confirmed nor refused.
const confirming = 30 * time.Second

var errUnconfirmed = fmt.Errorf("RabbitMQ has not confirmed a message within %v", confirming)

// send puts a message into a queue, and returns when the broker has confirmed that it keeps it. It fails with errGone
// where there is no such queue.
func (l *link) send(ctx context.Context, queue string, body []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := token()
	confirmed, err := l.out.PublishWithDeferredConfirmWithContext(ctx, "", queue, true, false, amqp.Publishing{
		DeliveryMode: amqp.Persistent, ContentType: "application/octet-stream", MessageId: id, Body: body,
	})
	if err != nil {
		return err
	}
	patient, stop := context.WithTimeout(ctx, confirming)
	defer stop()
	ok, err := confirmed.WaitContext(patient)
	if err != nil && ctx.Err() == nil {
		return errUnconfirmed
	}
	if err != nil {
		return err
	}
	// A message that comes back does so before it is confirmed; of others that did nobody has waited for the end.
	for came := true; came; {
		select {
		case back, open := <-l.returns:
			if open && back.MessageId == id {
				return errGone
			}
			came = open
		default:
			came = false
		}
	}
	if !ok && l.sending.IsClosed() {
		return errCut
	}
	if !ok {
		return errors.New("the broker could not keep a message")
	}
	return nil
}

// on does something on a channel of its own: a broker closes one on which anything was refused.
func (l *link) on(do func(*amqp.Channel) error) error {
	channel, err := l.taking.Channel()
	if err != nil {
		return err
	}
	err = do(channel)
	if err == nil {
		return channel.Close()
	}
	channel.Close()
	return err
}

// isCode reports whether a broker has answered with a code.
func isCode(err error, code int) bool {
	var said *amqp.Error
	return errors.As(err, &said) && said.Code == code
}

// look finds a queue, or fails with errGone.
func (l *link) look(name string) (q amqp.Queue, err error) {
	err = l.on(func(c *amqp.Channel) error {
		q, err = c.QueueDeclarePassive(name, true, false, false, false, nil)
		return err
	})
	if isCode(err, amqp.NotFound) {
		return q, errGone
	}
	return q, err
}

// The lives of queues that nobody uses any more: what is in them is lost with them.
const (
	weeks = 14 * 24 * time.Hour
	days  = 3 * 24 * time.Hour
)

// manifold is how often a message may come back, which is as often as it likes: who has killed whom is counted elsewhere.
const manifold = 1 << 30

// declare makes a durable queue, unless there is one: a quorum queue, where the broker has such.
func (l *link) declare(name string) error {
	expires := amqp.Table{"x-expires": weeks.Milliseconds()}
	quorum := amqp.Table{"x-queue-type": "quorum", "x-expires": weeks.Milliseconds(), "x-delivery-limit": int64(manifold)}
	return l.declareAs(name, quorum, expires, nil)
}

// declareResults makes the durable queue of a run's results: a classic one. It lives as long as one start of a grader
// does, who begins anew where it is lost; and a quorum queue that has just been made may be found dumb after its node
// was killed: it is there, and confirms nothing (seen of RabbitMQ 3.10.8).
func (l *link) declareResults(name string) error {
	return l.declareAs(name, amqp.Table{"x-expires": weeks.Milliseconds()}, nil)
}

// declareAs makes a durable queue as the first of these that the broker takes.
func (l *link) declareAs(name string, ways ...amqp.Table) error {
	_, err := l.look(name)
	if !errors.Is(err, errGone) {
		return err
	}
	for _, way := range ways {
		err = l.on(func(c *amqp.Channel) error {
			_, err := c.QueueDeclare(name, true, false, false, false, way)
			return err
		})
		if err == nil {
			return nil
		}
		if !isCode(err, amqp.PreconditionFailed) && !isCode(err, amqp.NotImplemented) {
			break
		}
	}
	return fmt.Errorf("making the queue %s: %w", name, err)
}

// remove deletes a queue and all that is in it.
func (l *link) remove(name string) error {
	return l.on(func(c *amqp.Channel) error {
		_, err := c.QueueDelete(name, false, false, false)
		return err
	})
}

// lost hears when the link is cut.
func (l *link) lost() <-chan *amqp.Error {
	either := make(chan *amqp.Error, 2)
	for _, c := range []*amqp.Connection{l.taking, l.sending} {
		closed := c.NotifyClose(make(chan *amqp.Error, 1))
		go func() { either <- <-closed }()
	}
	return either
}

// The pauses between attempts to come back to a broker.
const (
	shortPause = 500 * time.Millisecond
	longPause  = 15 * time.Second
)

// keepUp works on one link after the other until the work is done, ctx ends, or nobody lets us in at the first time.
// Say is told when a link was cut, and when there is one again.
func keepUp(ctx context.Context, p Place, name string, say func(string), work func(*link) error) error {
	pause, was, said := shortPause, false, ""
	for {
		l, err := p.open(ctx, name)
		if err == nil {
			if said != "" {
				say(fmt.Sprintf("RabbitMQ at %s is there again", p))
			}
			first := !was
			was, said = true, ""
			begun := time.Now()
			err = work(l)
			l.close()
			var final *finalError
			if err == nil || errors.As(err, &final) {
				return err
			}
			if first && isCode(err, amqp.AccessRefused) {
				return fmt.Errorf("RabbitMQ at %s does not let %q do what is needed: %w", p, p.uri.Username, err)
			}
			if time.Since(begun) > longPause {
				pause = shortPause
			}
		} else {
			err = p.explain(err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !was {
			return err
		}
		if err.Error() != said {
			said = err.Error()
			say(fmt.Sprintf("%v; it is tried again until it works", err))
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, longPause)
	}
}

// A finalError ends all attempts.
type finalError struct{ error }

// Unwrap is what has happened.
func (f *finalError) Unwrap() error { return f.error }

// wait waits for a while, or for ctx to end.
func wait(ctx context.Context, pause time.Duration) error {
	clock := time.NewTimer(pause)
	defer clock.Stop()
	select {
	case <-clock.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
