package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/fixtures/archive"
)

// A Worker judges what others hand out.
type Worker struct {
	Place Place
	Key   Key
	// What it can judge: by the suite of this version, with programs living on hosts or none, these assignments (all of
	// the known, where there are none here), and files in the shared folder, if there is one.
	Version     string
	Isolation   string
	Assignments []string
	Known       []string
	Share       string

	Name string // by which graders know it
	Jobs int    // tasks at a time
	// Judge judges a submission. An error of ctx's gives the task back; every other stands in the result.
	Judge func(ctx context.Context, t Task, items []archive.Item) Result
	// Say tells a person what is going on.
	Say func(string)
}

// Run works until ctx ends: then it gives back what it has begun. A broker that goes away is waited for, unless it was
// not there to begin with.
func (w Worker) Run(ctx context.Context) error {
	m := &working{Worker: w, slots: make(chan struct{}, w.Jobs), runs: map[string]*run{}, sent: map[string]bool{}}
	defer m.judging.Wait()
	return keepUp(ctx, w.Place, w.Name, w.Say, func(l *link) error { return m.work(ctx, l) })
}

// A working worker.
type working struct {
	Worker
	slots   chan struct{} // has one for each task that is being judged
	judging sync.WaitGroup
	// alone is held by who judges a task that may have killed a worker, and read-held by who judges another.
	alone sync.RWMutex

	mu   sync.Mutex
	link *link           // the present one
	runs map[string]*run // tasks that are being judged, or whose results are not sent, by ID
	sent map[string]bool // tasks whose results a broker has confirmed
}

// A run is a task being judged.
type run struct {
	task   Task
	over   chan struct{} // closed when it has ended
	result *Result       // nil, where it was given up; to be read when over is closed
}

// work goes on with one link.
func (m *working) work(ctx context.Context, l *link) error {
	m.mu.Lock()
	m.link = l
	m.mu.Unlock()
	if err := m.sendLeft(ctx, l); err != nil {
		return err
	}
	// Deliveries are taken no more where this ends, and judged on.
	deliveries := make(chan amqp.Delivery)
	lost := l.lost()
	channel, err := l.taking.Channel()
	if err != nil {
		return err
	}
	// No more than can be judged at once: what else there is, others take.
	if err := channel.Qos(m.Jobs, 0, false); err != nil {
		return err
	}
	over := make(chan struct{})
	defer close(over)
	cancelled := channel.NotifyCancel(make(chan string, 1))
	for _, name := range m.takes() {
		if err := l.declare(name); err != nil {
			return err
		}
		from, err := channel.Consume(name, "", false, false, false, false, nil)
		if err != nil {
			return err
		}
		go func() {
			for d := range from {
				select {
				case deliveries <- d:
				case <-over:
				}
			}
		}()
	}
	m.Say(fmt.Sprintf("%s takes tasks from RabbitMQ at %s, %d at a time", m.Name, m.Place, m.Jobs))
	for {
		select {
		case d := <-deliveries:
			m.judging.Go(func() { m.handle(ctx, l, d) })
		case <-lost:
			return errCut
		case err := <-l.failed:
			return err
		case name := <-cancelled:
			return fmt.Errorf("the queue %s is gone", name)
		case <-ctx.Done():
			m.judging.Wait()
			return ctx.Err()
		}
	}
}

// sendLeft sends the results that could not be sent on the link before.
func (m *working) sendLeft(ctx context.Context, l *link) error {
	m.mu.Lock()
	var left []*run
	for _, r := range m.runs {
		select {
		case <-r.over:
			left = append(left, r)
		default:
		}
	}
	m.mu.Unlock()
	for _, r := range left {
		if err := m.send(ctx, l, r); err != nil && !errors.Is(err, errGone) {
			return err
		}
	}
	return nil
}

// handle does what is to be done with a delivery. What cannot be settled, since the link is cut, comes back by itself.
func (m *working) handle(ctx context.Context, l *link, d amqp.Delivery) {
	t, files, err := openTask(m.Key, d.Body)
	if err == nil && t.Version != m.Version {
		err = errors.New("it is of another version of the suite")
	}
	if err != nil {
		m.Say(fmt.Sprintf("a task was refused: %v", err))
		d.Reject(false)
		return
	}
	err = m.answer(ctx, l, d.Redelivered, t, files)
	switch {
	case ctx.Err() != nil:
		d.Nack(false, true)
	case err == nil, errors.Is(err, errGone):
		d.Ack(false)
	default:
		l.fail(err)
	}
}

// answer judges a task, unless that was done, and sends its result. It fails with errGone where nobody wants it.
func (m *working) answer(ctx context.Context, l *link, again bool, t Task, files []byte) error {
	r, mine, done := m.enter(t)
	if done {
		return nil
	}
	if mine {
		err := m.judgeOnce(ctx, l, again, r, files)
		if err != nil {
			m.leave(t.ID, false) // before it is over: who looks then sends what it has come to
		}
		close(r.over)
		if err != nil {
			return err
		}
	}
	select {
	case <-r.over:
	case <-ctx.Done():
		return ctx.Err()
	}
	if r.result == nil {
		return errCut // who has judged it tells why
	}
	m.mu.Lock()
	present := m.link
	m.mu.Unlock()
	return m.send(ctx, present, r)
}

// enter is the run of a task, which is the caller's to judge, or somebody's; or its result was sent.
func (m *working) enter(t Task) (r *run, mine, done bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sent[t.ID] {
		return nil, false, true
	}
	if r := m.runs[t.ID]; r != nil {
		return r, false, false
	}
	r = &run{task: t, over: make(chan struct{})}
	m.runs[t.ID] = r
	return r, true, false
}

// leave forgets a run.
func (m *working) leave(id string, sent bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.runs, id)
	if sent {
		m.sent[id] = true
	}
}

// send sends a run's result.
func (m *working) send(ctx context.Context, l *link, r *run) error {
	message, err := sealResult(m.Key, *r.result)
	if errors.Is(err, errTooLarge) {
		light := *r.result
		light.Results = nil
		light.Problem, light.Settled = fmt.Sprintf("its results are larger than the %d MiB that a message takes", MaxMessage>>20), false
		message, err = sealResult(m.Key, light)
	}
	if err != nil {
		return err
	}
	err = l.send(ctx, resultsQueue(r.task.Run), message)
	if err == nil || errors.Is(err, errGone) {
		m.leave(r.task.ID, true)
	}
	return err
}

// judgeOnce judges a task when there is room for it: alone, where a worker may have died of it. It fails with errGone
// where its result is wanted no more.
func (m *working) judgeOnce(ctx context.Context, l *link, again bool, r *run, files []byte) (err error) {
	select {
	case m.slots <- struct{}{}:
		defer func() { <-m.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if !again {
		m.alone.RLock()
		defer m.alone.RUnlock()
		return m.judge(ctx, l, r, files, func() error { return nil })
	}
	m.alone.Lock()
	defer m.alone.Unlock()
	d := &deaths{link: l, queue: deathsQueue(r.task.ID)}
	count, err := d.count()
	if err != nil {
		return err
	}
	if count >= MaxDeaths {
		r.result = m.setAside(r.task)
		d.forget()
		return nil
	}
	err = m.judge(ctx, l, r, files, func() error { return d.note(ctx) })
	if ctx.Err() != nil {
		return errors.Join(err, d.takeBack())
	}
	if err == nil || errors.Is(err, errGone) {
		d.forget() // a note that is left over is forgotten by the broker
	}
	return err
}

// judge judges a task. When nothing but that is left to be done, note is called.
func (m *working) judge(ctx context.Context, l *link, r *run, files []byte, note func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	begun, err := sealBegun(m.Key, Begun{Task: r.task.ID, Worker: m.Name})
	if err != nil {
		return err
	}
	if err := l.send(ctx, resultsQueue(r.task.Run), begun); err != nil {
		return err
	}
	if err := note(); err != nil {
		return err
	}
	at := time.Now()
	result := m.judged(ctx, r.task, files)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	result.Judged, result.Seconds = at.UTC().Truncate(time.Second), time.Since(at).Seconds()
	r.result = m.signedBy(r.task, result)
	return nil
}

// signedBy says of what a result is.
func (m *working) signedBy(t Task, r Result) *Result {
	r.Task, r.Fingerprint, r.Version, r.Worker = t.ID, t.Fingerprint, t.Version, m.Name
	return &r
}

// judged is what comes of a task whose files are taken out first.
func (m *working) judged(ctx context.Context, t Task, files []byte) Result {
	dir, err := os.MkdirTemp("", "chatspec-task-")
	if err != nil {
		return Result{Problem: fmt.Sprintf("making a folder for it: %v", err)}
	}
	defer os.RemoveAll(dir)
	var items []archive.Item
	if t.Shared != nil {
		items, err = unpackShared(ctx, m.Share, *t.Shared, t.Items, dir)
	} else {
		items, err = unpack(ctx, bytes.NewReader(files), t.Items, dir)
	}
	if err != nil {
		return Result{Problem: fmt.Sprintf("its files cannot be taken out: %v", err)}
	}
	return m.Judge(ctx, t, items)
}
