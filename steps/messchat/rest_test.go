package messchat

import (
	"context"
	"testing"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/steps"
)

// short is a patience with which something happens before each deadline, if anything does.
const short = 0.1

// worldOf is one in which annika is a puppet.
func worldOf(t *testing.T) (*World, *stagetest.Puppet) {
	t.Helper()
	run := stagetest.NewRun(t, short)
	on := stagetest.Open(t, run, nil)
	return NewWorld(steps.NewWorld(run, on), NewSubmission(run, steps.Services{})), stagetest.Perform(t, on, "annika")
}

// polling is a world in which annika looks for something for ever.
func polling(t *testing.T) *World {
	t.Helper()
	w, annika := worldOf(t)
	annika.Do("connect %s", stagetest.Peer(t, w.Stage, RabbitMQ).Addr)
	annika.Do("poll 0.02")
	return w
}

// Where a program looks for something for ever, something happens for ever.
func TestWhoAsksForMessagesGivesUpThoughSomethingHappensForEver(t *testing.T) {
	w := polling(t)
	asked := 0
	reader := &Reader{Name: "annika", Role: "annika", Ask: func(context.Context) error {
		asked++
		return nil
	}}
	wantFailure(t, w.AwaitListed(bounded(t), reader, "apple"), `annika lists "apple"`, "it lists nothing")
	if asked < 3 {
		t.Errorf("she was asked %d times", asked)
	}
}

func TestWhoHasLostRabbitMQIsGivenUpThoughSomethingHappensForEver(t *testing.T) {
	w := polling(t)
	for status, want := range map[int]string{200: "annika reads the queues again", 503: "annika is given the messages again"} {
		asked, ctx := 0, bounded(t)
		err := w.HasFoundAgain(ctx, "annika", 1, func(context.Context) (List, error) {
			asked++
			return List{Answer: Answer{Target: "/messages/", Status: status}}, nil
		})
		wantFailure(t, err, want, "")
		if asked < 2 || ctx.Err() != nil {
			t.Errorf("she was asked %d times, until the test was over: %v", asked, ctx.Err())
		}
	}
}

// Whoever looks now and then has not looked when all are blocked.
func TestWhoDoesSomethingAfterAWhileHasDoneItAtRest(t *testing.T) {
	w, annika := worldOf(t)
	annika.Tell("give-up 0.2")
	must(t, w.ComeToRest(bounded(t)))
	if stage.Ended(w.Stage.Journal(), "annika") == "" {
		t.Error("annika has not given up")
	}
}

func TestWhatAProgramWouldDoMuchLaterIsNotWaitedFor(t *testing.T) {
	w, annika := worldOf(t)
	annika.Tell("give-up 60")
	must(t, w.ComeToRest(bounded(t)))
	if how := stage.Ended(w.Stage.Journal(), "annika"); how != "" {
		t.Errorf("annika has ended: %s", how)
	}
}
