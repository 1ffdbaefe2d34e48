package queue

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/fixtures/archive"
	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
)

// asWorker makes of this program a worker, which works for the RabbitMQ at that URL.
const asWorker = "CHATSPEC_TEST_WORKER"

func TestMain(m *testing.M) {
	if url := os.Getenv(asWorker); url != "" {
		if err := workAt(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// workAt works until standard input ends.
func workAt(url string) error {
	ctx, stop := context.WithCancel(context.Background())
	go func() { io.Copy(io.Discard, os.Stdin); stop() }()
	place, err := NewPlace(url, Certificates{})
	if err != nil {
		return err
	}
	key, err := NewKey([]byte(ours))
	if err != nil {
		return err
	}
	w := Worker{
		Place: place, Key: key, Version: "v", Isolation: "host", Name: fmt.Sprint("worker ", os.Getpid()), Jobs: 2, Judge: readNote,
		Say: func(text string) { fmt.Println(text) },
	}
	if err := w.Run(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// readNote judges a submission by what is in its note: it is of one rule, called so. A note may also say that whoever
// judges it is killed.
func readNote(_ context.Context, t Task, items []archive.Item) Result {
	note, err := os.ReadFile(filepath.Join(items[0].Path, "note"))
	if err != nil {
		return Result{Problem: err.Error()}
	}
	if string(note) == "kill" {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	return Result{Settled: true, Results: []grading.Result{{Target: t.Submission, Rules: []grading.Rule{{ID: string(note)}}}}}
}

// orders are submissions with these notes.
func orders(t *testing.T, notes ...string) []Order {
	t.Helper()
	dir := t.TempDir()
	var all []Order
	for i, note := range notes {
		id := fmt.Sprint("s", i)
		if err := errors.Join(os.Mkdir(filepath.Join(dir, id), 0o755), os.WriteFile(filepath.Join(dir, id, "note"), []byte(note), 0o644)); err != nil {
			t.Fatal(err)
		}
		all = append(all, Order{Submission: class.Submission{ID: id, Key: id, Items: []archive.Item{{Path: filepath.Join(dir, id)}}}, Fingerprint: "of " + note})
	}
	return all
}

func numbered(count int) []string {
	var notes []string
	for i := range count {
		notes = append(notes, fmt.Sprint("note ", i))
	}
	return notes
}

// A desk is where a class is graded: what it has kept, and what was said.
type desk struct {
	t    *testing.T
	mu   sync.Mutex
	kept map[int][]Result
	said []string
	run  string
}

// class is the grader's end.
func (d *desk) class(url string) Class {
	place, err := NewPlace(url, Certificates{})
	if err != nil {
		d.t.Fatal(err)
	}
	d.kept = map[int][]Result{}
	return Class{
		Place: place, Key: keyOf(d.t, ours), Version: "v", Options: Options{Isolate: "host", Longest: time.Minute},
		NoteRun: func(run string) error { d.run = run; return nil },
		Begun:   func(int, string) {},
		Keep: func(i int, r Result) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.kept[i] = append(d.kept[i], r)
			return nil
		},
		Say: func(text string) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.said = append(d.said, text)
		},
	}
}

// check looks whether each order has its own result, once.
func (d *desk) check(notes []string) {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, note := range notes {
		if got := d.kept[i]; len(got) != 1 || len(got[0].Results) != 1 || got[0].Results[0].Rules[0].ID != note || got[0].Results[0].Target != fmt.Sprint("s", i) {
			text, _ := json.Marshal(got)
			d.t.Errorf("kept of s%d is %s", i, text)
		}
	}
	if len(d.kept) != len(notes) {
		d.t.Errorf("%d of %d are kept", len(d.kept), len(notes))
	}
}

// embedded is the URL of an embedded broker of the test's own.
func embedded(t *testing.T) string {
	t.Helper()
	b := broker.New(broker.Options{})
	listener, err := b.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close(); b.Close() })
	return "amqp://ann:geheim@" + listener.Addr().String() + "/"
}

// installed is a RabbitMQ of the test's own, which only `make test-long` installs.
func installed(t *testing.T) (*broker.Local, string) {
	t.Helper()
	longtest.Only(t)
	_, err := broker.FindServer()
	longtest.Missing(t, err)
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
	defer stop()
	local, err := broker.StartLocal(ctx, broker.LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { local.Close() })
	return local, "amqp://" + local.Addr().String() + "/"
}

// A process of a worker's.
type process struct {
	cmd  *exec.Cmd
	dead chan struct{} // closed when it has ended
}

// kill kills it, and waits for its end.
func (p process) kill() {
	p.cmd.Process.Kill()
	<-p.dead
}

// worker starts a process that works, and waits until it takes tasks.
func worker(t *testing.T, url string) process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), asWorker+"="+url, "TMPDIR="+t.TempDir()) // one that is killed cannot clear up
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // with the test it ends
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := process{cmd: cmd, dead: make(chan struct{})}
	t.Cleanup(p.kill)
	lines := bufio.NewScanner(out)
	takes := false
	for !takes && lines.Scan() { // RabbitMQ may break off one of two that make a quorum queue at once (541, seen of 3.10.8); it tries again
		t.Log(lines.Text())
		takes = strings.Contains(lines.Text(), "takes tasks")
	}
	go func() {
		io.Copy(io.Discard, out)
		cmd.Wait()
		close(p.dead)
	}()
	if !takes {
		t.Fatalf("a worker has ended before it took tasks: %v", lines.Err())
	}
	return p
}

// inProcess has a worker work in this process until the test ends.
func inProcess(t *testing.T, url, name string, change func(*Worker)) {
	t.Helper()
	place, err := NewPlace(url, Certificates{})
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	w := Worker{Place: place, Key: keyOf(t, ours), Version: "v", Isolation: "host", Name: name, Jobs: 1, Judge: readNote, Say: func(text string) {
		if strings.Contains(text, "takes tasks") {
			close(ready)
		}
	}}
	if change != nil {
		change(&w)
	}
	ctx, stop := context.WithCancel(t.Context())
	var over sync.WaitGroup
	over.Go(func() { w.Run(ctx) })
	t.Cleanup(func() { stop(); over.Wait() })
	<-ready
}

// TestTwoWorkersShareAClassEvenly where each submission takes as long: each judges one, and waits for the other.
func TestTwoWorkersShareAClassEvenly(t *testing.T) {
	url := embedded(t)
	d := &desk{t: t}
	meet := make(chan struct{})
	together := func(ctx context.Context, task Task, items []archive.Item) Result {
		select { // one is here already, or will be
		case meet <- struct{}{}:
		case <-meet:
		case <-ctx.Done():
		}
		return readNote(ctx, task, items)
	}
	for _, name := range []string{"one", "two"} {
		inProcess(t, url, name, func(w *Worker) { w.Judge = together })
	}
	notes := numbered(20)
	if err := d.class(url).Judge(t.Context(), orders(t, notes...)); err != nil {
		t.Fatal(err)
	}
	d.check(notes)
	by := map[string]int{}
	for _, results := range d.kept {
		by[results[0].Worker]++
	}
	if by["one"] != 10 || by["two"] != 10 {
		t.Errorf("they share a class by %v", by)
	}
}

// TestATaskThatEndsItsWorkersIsSetAside at each kind of broker, and the others are not.
func TestATaskThatEndsItsWorkersIsSetAside(t *testing.T) {
	for _, c := range []struct {
		name string
		url  func(*testing.T) string
	}{{"embedded", embedded}, {"RabbitMQ", func(t *testing.T) string { _, url := installed(t); return url }}} {
		t.Run(c.name, func(t *testing.T) {
			url := c.url(t)
			d := &desk{t: t}
			over := make(chan error, 1)
			notes := []string{"a", "kill", "b", "c"}
			go func() { over <- d.class(url).Judge(t.Context(), orders(t, notes...)) }()
			killed := 0
			for done := false; !done; {
				w := worker(t, url)
				select {
				case <-w.dead:
					killed++
				case err := <-over:
					if done = true; err != nil {
						t.Error(err)
					}
				}
			}
			aside := d.kept[1]
			if len(aside) != 1 || !aside[0].Settled || aside[0].Problem != "it was set aside: 3 workers ended while they judged it" || killed != MaxDeaths {
				t.Errorf("after %d workers have ended, kept is %+v", killed, aside)
			}
			delete(d.kept, 1)
			for i, note := range map[int]string{0: "a", 2: "b", 3: "c"} {
				if got := d.kept[i]; len(got) != 1 || len(got[0].Results) != 1 || got[0].Results[0].Rules[0].ID != note {
					t.Errorf("kept of %q is %+v", note, got)
				}
			}
		})
	}
}

// TestWhatIsForgedIsNeitherJudgedNorKept: a task and a result that somebody else has put into the queues.
func TestWhatIsForgedIsNeitherJudgedNorKept(t *testing.T) {
	url := embedded(t)
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	channel, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	put := func(queue string, body []byte, err error) {
		if err == nil {
			err = channel.PublishWithContext(t.Context(), "", queue, false, false, amqp.Publishing{Body: body})
		}
		if err != nil {
			t.Error(err)
		}
	}
	d := &desk{t: t}
	c := d.class(url)
	notes := []string{"a"}
	of := orders(t, notes...)
	refused := make(chan string, 10)
	judged := make(chan string, 10)
	c.NoteRun = func(run string) error {
		if _, err := channel.QueueDeclare(resultsQueue(run), true, false, false, false, nil); err != nil {
			return err
		}
		theirKey := keyOf(t, theirs)
		id := taskID(run, of[0].Submission.ID, of[0].Fingerprint)
		forged, err := sealResult(theirKey, Result{Task: id, Fingerprint: of[0].Fingerprint, Version: "v", Settled: true})
		put(resultsQueue(run), forged, err)
		other, err := sealResult(c.Key, Result{Task: "another", Fingerprint: of[0].Fingerprint, Version: "v", Settled: true})
		put(resultsQueue(run), other, err)
		return nil
	}
	name := aTask().asks(c.Key)
	name.assignment = everyAssignment
	inProcess(t, url, "one", func(w *Worker) {
		say := w.Say
		w.Say = func(text string) { say(text); refused <- text }
		w.Judge = func(ctx context.Context, task Task, items []archive.Item) Result {
			judged <- task.Submission
			return readNote(ctx, task, items)
		}
	})
	forged, err := sealTask(keyOf(t, theirs), aTask(), nil)
	put(name.queue(), forged, err)
	<-refused // that it takes tasks
	if said := <-refused; said != "a task was refused: it is not signed with the shared key" {
		t.Errorf("of a forged task it is said %q", said)
	}
	if err := c.Judge(t.Context(), of); err != nil {
		t.Fatal(err)
	}
	d.check(notes)
	if len(judged) != 1 || len(d.said) != 1 || d.said[0] != "a result was refused: it is not signed with the shared key" {
		t.Errorf("judged are %d, and it is said %q", len(judged), d.said)
	}
}

// TestGradingGoesOnWhereItWas: what was judged while nobody waited counts, and nothing is judged for who went away.
func TestGradingGoesOnWhereItWas(t *testing.T) {
	url := embedded(t)
	d := &desk{t: t}
	c := d.class(url)
	notes := []string{"a", "b"}
	of := orders(t, notes...)
	failed := errors.New("the disk is full")
	keep := c.Keep
	c.Keep = func(int, Result) error { return failed }
	inProcess(t, url, "one", nil)
	if err := c.Judge(t.Context(), of); !errors.Is(err, failed) {
		t.Fatalf("with a full disk it says %v", err)
	}
	c.Keep, c.Before = keep, d.run
	if err := c.Judge(t.Context(), of); err != nil {
		t.Fatal(err)
	}
	d.check(notes)
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, run := range []string{c.Before, d.run} {
		channel, err := conn.Channel()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := channel.QueueDeclarePassive(resultsQueue(run), true, false, false, false, nil); !isCode(err, amqp.NotFound) {
			t.Errorf("the results' queue is left: %v", err)
		}
	}
}

// TestWhoIsNotThereIsSaid in a sentence, and without a password.
func TestWhoIsNotThereIsSaid(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := nobody.Addr().String()
	nobody.Close()
	d := &desk{t: t}
	err = d.class("amqp://ann:geheim@"+addr+"/").Judge(t.Context(), orders(t, "a"))
	if err == nil || err.Error() != "nobody listens at amqp://"+addr+"/: is RabbitMQ started there?" {
		t.Errorf("it says %v", err)
	}
}

// TestNothingIsLostAndNothingCountsTwice while workers are killed, connections cut and RabbitMQ is restarted at random
// moments, again and again.
func TestNothingIsLostAndNothingCountsTwice(t *testing.T) {
	longtest.Only(t)
	local, url := installed(t)
	const rounds, submissions = 20, 50
	for round := range rounds {
		chance := rand.New(rand.NewPCG(1, uint64(round)))
		d := &desk{t: t}
		notes := numbered(submissions)
		c := d.class(url)
		moments := make(chan int, submissions)
		keep := c.Keep
		c.Keep = func(i int, r Result) error { moments <- i; return keep(i, r) }
		first := worker(t, url)
		second := worker(t, url)
		over := make(chan error, 1)
		go func() { over <- c.Judge(t.Context(), orders(t, notes...)) }()
		at := 1 + chance.IntN(submissions/2)
		for range at {
			<-moments
		}
		first.kill()
		if round%5 == 4 {
			if err := local.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		third := worker(t, url)
		if err := <-over; err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		d.check(notes)
		t.Logf("round %d: a worker was killed after %d results", round+1, at)
		second.kill()
		third.kill()
	}
}
