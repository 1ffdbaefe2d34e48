package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// MaxDeaths is how many workers a task may end. Then it is set aside.
const MaxDeaths = 3

// deaths counts how many workers a task has ended, so that each kind of queue will do: those count in different ways,
// or not at all, how often a message came back, and a message comes back for many reasons. A task that comes back has
// ended a worker, perhaps, perhaps beside others. It is judged alone from then on, and before each time a message is
// put into a queue of the task's own.
type deaths struct {
	link  *link
	queue string
	noted bool // this worker has noted that it begins
}

// count is how many workers the task has ended.
func (d *deaths) count() (int, error) {
	q, err := d.link.look(d.queue)
	if errors.Is(err, errGone) {
		return 1, nil
	}
	return 1 + q.Messages, err
}

// note notes that a worker begins.
func (d *deaths) note(ctx context.Context) error {
	expires := amqp.Table{"x-expires": days.Milliseconds()}
	if err := d.link.declareAs(d.queue, expires, nil); err != nil {
		return err
	}
	err := d.link.send(ctx, d.queue, nil)
	d.noted = err == nil
	return err
}

// takeBack takes back that a worker has begun: it gives the task back, and lives.
func (d *deaths) takeBack() error {
	if !d.noted {
		return nil
	}
	return d.link.on(func(c *amqp.Channel) error {
		_, _, err := c.Get(d.queue, true)
		return err
	})
}

// forget forgets the task.
func (d *deaths) forget() error { return d.link.remove(d.queue) }

// setAside is the result of a task that has ended too many workers.
func (m *working) setAside(t Task) *Result {
	return m.signedBy(t, Result{
		Judged: time.Now().UTC().Truncate(time.Second), Settled: true,
		Problem: fmt.Sprintf("it was set aside: %d workers ended while they judged it", MaxDeaths),
	})
}
