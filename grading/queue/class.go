package queue

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/grading/class"
)

// A Class is a class that is judged by workers: the grader's end.
type Class struct {
	Place   Place
	Key     Key
	Version string // of chatspec: what its executable is told from others by
	Options Options
	// Share is a folder that all machines share, for what is too large for a message; "" is none.
	Share string
	// Before is the run of an earlier start that was not ended, or "": what its workers have sent counts.
	Before string
	// NoteRun is called with the name of a run before its first task is handed out, and must keep it.
	NoteRun func(run string) error
	// Begun is called when a worker has begun with an order.
	Begun func(order int, worker string)
	// Keep is called once with the result of each order, and must keep it: only then is it gone from the queue.
	Keep func(order int, r Result) error
	// Say tells a person what is the matter.
	Say func(string)
}

// An Order is a submission that is to be judged.
type Order struct {
	Submission  class.Submission
	Fingerprint string // of what its results are made
}

// Judge hands out the orders, and returns when all results are kept. Where ctx ends before, the tasks that are left are
// withdrawn; where NoteRun or Keep fails, they are judged on, and the next start finds their results. A broker that goes
// away is waited for, unless it was not there to begin with.
func (c Class) Judge(ctx context.Context, orders []Order) error {
	g := &judging{Class: c, orders: orders, kept: make([]bool, len(orders)), left: len(orders), begun: map[string]bool{}, unserved: map[string]bool{}}
	return keepUp(ctx, c.Place, "chatspec grade", c.Say, func(l *link) error { return g.work(ctx, l) })
}

// A judging is a class while it is being judged.
type judging struct {
	Class
	orders []Order
	kept   []bool // by order
	left   int

	run      string
	draining bool            // what an earlier run has left is taken
	byTask   map[string]int  // the orders, by their tasks' IDs in this run and in the one before
	queueOf  []string        // where each order was handed out; "" where it was not
	begun    map[string]bool // tasks of which it was told
	refused  int             // messages that nobody of ours has signed

	unserved map[string]bool // queues from which nobody takes tasks, as it was said
	news     time.Time       // when something came last
}

// work goes on with one link.
func (g *judging) work(ctx context.Context, l *link) error {
	err := errAnew
	for errors.Is(err, errAnew) {
		err = g.start(l)
		if err == nil && g.left > 0 {
			err = g.carryOn(ctx, l)
		}
	}
	if err != nil && ctx.Err() == nil {
		return err
	}
	// Nothing more is wanted: by this, workers are told.
	if g.run != "" {
		l.remove(resultsQueue(g.run))
		g.clear(g.run)
	}
	return err
}

// start takes what an earlier start has left, and sees to it that there are queues.
func (g *judging) start(l *link) error {
	if g.run != "" {
		_, err := l.look(resultsQueue(g.run))
		if !errors.Is(err, errGone) {
			return err
		}
		g.Say("RabbitMQ has lost its queues: what is open is handed out anew")
		return g.begin(l)
	}
	if g.Before != "" {
		if err := g.drain(l, g.Before); err != nil {
			return err
		}
	}
	if g.left == 0 {
		return nil
	}
	return g.begin(l)
}

// begin begins a run: with other tasks than any before.
func (g *judging) begin(l *link) error {
	old := g.run
	run := token()
	if err := g.NoteRun(run); err != nil {
		return &finalError{err}
	}
	if err := l.declareResults(resultsQueue(run)); err != nil {
		return err
	}
	g.clear(old)
	g.run, g.queueOf, g.byTask, g.news = run, make([]string, len(g.orders)), g.tasksIn(run), time.Now()
	return nil
}

// tasksIn are the orders by the IDs of their tasks in a run.
func (g *judging) tasksIn(run string) map[string]int {
	by := map[string]int{}
	for i, o := range g.orders {
		by[taskID(run, o.Submission.ID, o.Fingerprint)] = i
	}
	return by
}

// drain keeps the results that are left of an earlier run, or of this, and ends it.
func (g *judging) drain(l *link, run string) error {
	g.byTask, g.draining = g.tasksIn(run), true
	defer func() { g.draining = false }()
	err := l.on(func(channel *amqp.Channel) error {
		for {
			d, ok, err := channel.Get(resultsQueue(run), false)
			if err != nil || !ok {
				return err
			}
			if err := g.take(d); err != nil {
				return err
			}
		}
	})
	if err != nil && !isCode(err, amqp.NotFound) {
		return err
	}
	if err := l.remove(resultsQueue(run)); err != nil {
		return err
	}
	g.clear(run)
	return nil
}

// clear takes away what a run has put into the shared folder.
func (g *judging) clear(run string) {
	if g.Share == "" || run == "" {
		return
	}
	if err := os.RemoveAll(filepath.Join(g.Share, shareName(run))); err != nil {
		g.Say(fmt.Sprintf("the shared folder cannot be cleared: %v", err))
	}
}

// shareName is the folder of a run in the shared one.
func shareName(run string) string { return "chatspec-" + run }

// lookEvery is how often it is looked whether anybody takes tasks.
const lookEvery = 5 * time.Second

// carryOn hands out what is to be handed out, and takes results, until all are there.
func (g *judging) carryOn(ctx context.Context, l *link) error {
	// What nobody waits for ends with this link.
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	channel, err := l.taking.Channel()
	if err != nil {
		return err
	}
	answers, err := channel.ConsumeWithContext(ctx, resultsQueue(g.run), "", false, false, false, false, nil)
	if err != nil {
		return err
	}
	out := g.handOut(ctx, l)
	lost := l.lost()
	looks := time.NewTicker(lookEvery)
	defer looks.Stop()
	for g.left > 0 {
		select {
		case d, ok := <-answers:
			if !ok {
				return errCut
			}
			if err := g.take(d); err != nil {
				return err
			}
		case done, ok := <-out:
			if !ok {
				out = nil
				continue
			}
			if err := g.noteHandedOut(done); err != nil {
				return err
			}
		case <-looks.C:
			if err := g.look(l, out == nil); err != nil {
				return err
			}
		case <-lost:
			return errCut
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// errCut says that a link was cut.
var errCut = errors.New("the connection to RabbitMQ was cut")

// A handedOut order is in a queue, or cannot be.
type handedOut struct {
	order   int
	queue   string
	problem error // of the submission
	err     error // of the link
}

// handOut hands out what is open and was not handed out, and tells of each. It ends when all are, or with a link's error.
func (g *judging) handOut(ctx context.Context, l *link) <-chan handedOut {
	var open []int
	for i := range g.orders {
		if !g.kept[i] && g.queueOf[i] == "" {
			open = append(open, i)
		}
	}
	out := make(chan handedOut)
	run := g.run
	go func() {
		defer close(out)
		declared := map[string]bool{}
		for _, i := range open {
			done := handedOut{order: i}
			done.queue, done.problem, done.err = g.handOutOne(ctx, l, run, g.orders[i], declared)
			select {
			case out <- done:
			case <-ctx.Done():
				return
			}
			if done.err != nil {
				return
			}
		}
	}()
	return out
}

// handOutOne puts a task into its queue, which it returns.
func (g *judging) handOutOne(ctx context.Context, l *link, run string, o Order, declared map[string]bool) (queue string, problem, err error) {
	t := g.task(run, o)
	files, err := packTask(ctx, o.Submission, g.Share, filepath.Join(shareName(run), t.ID+".tar.gz"))
	if err != nil {
		return "", err, nil
	}
	t.Shared = files.shared
	message, err := sealTask(g.Key, t, files.files)
	if err != nil {
		return "", err, nil
	}
	queue = t.asks(g.Key).queue()
	if !declared[queue] {
		if err := l.declare(queue); err != nil {
			return "", nil, err
		}
		declared[queue] = true
	}
	return queue, nil, l.send(ctx, queue, message)
}

// task is what is told of an order to workers.
func (g *judging) task(run string, o Order) Task {
	return Task{
		ID: taskID(run, o.Submission.ID, o.Fingerprint), Run: run, Submission: o.Submission.ID, Fingerprint: o.Fingerprint,
		Version: g.Version, Options: g.Options, Items: itemsOf(o.Submission),
	}
}

// noteHandedOut notes that an order was handed out. A submission that could not be is not judged.
func (g *judging) noteHandedOut(done handedOut) error {
	if done.err != nil {
		return done.err
	}
	g.queueOf[done.order] = done.queue
	if done.problem == nil {
		return nil
	}
	return g.keep(done.order, Result{Problem: done.problem.Error(), Judged: time.Now().UTC()})
}

// take takes an answer: it is kept first, and then it is gone from the queue.
func (g *judging) take(d amqp.Delivery) error {
	g.news = time.Now()
	begun, result, err := openAnswer(g.Key, d.Body)
	switch {
	case err != nil:
		if g.refused++; g.refused == 1 {
			g.Say(fmt.Sprintf("a result was refused: %v", err))
		}
	case begun != nil:
		g.noteBegun(*begun)
	default:
		if i, ok := g.byTask[result.Task]; ok && !g.kept[i] && result.Fingerprint == g.orders[i].Fingerprint && result.Version == g.Version {
			if err := g.keep(i, *result); err != nil {
				return err
			}
		}
	}
	return d.Ack(false)
}

func (g *judging) noteBegun(b Begun) {
	if i, ok := g.byTask[b.Task]; ok && !g.kept[i] && !g.begun[b.Task] && !g.draining {
		g.begun[b.Task] = true
		g.Begun(i, b.Worker)
	}
}

// keep keeps a result.
func (g *judging) keep(i int, r Result) error {
	if err := g.Keep(i, r); err != nil {
		return &finalError{err}
	}
	g.kept[i] = true
	g.left--
	return nil
}

// look looks whether tasks are taken, and tells where nobody takes them.
func (g *judging) look(l *link, allOut bool) error {
	if !allOut {
		return nil
	}
	queues := map[string]bool{}
	for i, queue := range g.queueOf {
		if queue != "" && !g.kept[i] {
			queues[queue] = true
		}
	}
	waiting := 0
	for name := range queues {
		q, err := l.look(name)
		if errors.Is(err, errGone) {
			return g.renew(l, "a queue of tasks is gone")
		}
		if err != nil {
			return err
		}
		waiting += q.Messages
		g.sayUnserved(name, q)
	}
	// What is being judged is given up by workers themselves. Where still nothing has come, somebody has emptied a queue.
	if silence := 3*g.Options.Longest + 5*time.Minute; waiting == 0 && time.Since(g.news) > silence {
		return g.renew(l, fmt.Sprintf("nothing was heard for %v of tasks that were taken", silence))
	}
	return nil
}

// renew hands out anew what is open: the old tasks' results are wanted no more.
func (g *judging) renew(l *link, why string) error {
	g.Say(why + ": what is open is handed out anew")
	old := g.run
	if err := g.drain(l, old); err != nil {
		return err
	}
	if g.left == 0 {
		return nil
	}
	if err := g.begin(l); err != nil {
		return err
	}
	return errAnew
}

// errAnew has a link opened anew.
var errAnew = errors.New("tasks are handed out anew")

// sayUnserved says once of a queue that nobody takes tasks from it.
func (g *judging) sayUnserved(name string, q amqp.Queue) {
	nobody := q.Consumers == 0 && q.Messages > 0
	if nobody && !g.unserved[name] {
		g.Say(fmt.Sprintf("nobody takes the %d tasks that wait in %s: start `chatspec worker` of this very version, with the same key, where programs are isolated in the same way (%s)", q.Messages, name, g.Options.Isolate))
	}
	g.unserved[name] = nobody
}
