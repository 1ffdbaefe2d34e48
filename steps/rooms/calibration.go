package rooms

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/messchat"
)

// A session is what is found out about one submission: how it is started, and what it
// does where the text leaves that open.
type session struct {
	*messchat.Submission

	// question is how a room's messages are asked for.
	question question
	// takes is set where what was in one list is in no later one.
	takes bool
}

func begin(run *stage.Run, services steps.Services) *session {
	return &session{Submission: messchat.NewSubmission(run, services)}
}

// Calibrate implements steps.Session.
func (s *session) Calibrate(ctx context.Context, _ string) error { return s.learn(ctx) }

// onStage does something in a world of its own.
func (s *session) onStage(do func(*world) error) error {
	return s.Run.WithStage(httpwire.Protocol, func(on *stage.Stage) error { return do(s.open(steps.NewWorld(s.Run, on))) })
}

// learn finds out, once, how the submission is started and what it does. The error says
// why it does not start.
func (s *session) learn(ctx context.Context) error {
	return s.Learn(func() error { return s.calibrate(ctx) })
}

func (s *session) calibrate(ctx context.Context) error {
	if _, runs := s.Run.Target.Endpoints[messchat.Program]; runs {
		return s.onStage(func(w *world) error {
			if err := w.launch(ctx, messchat.Way{}, netip.AddrPort{}); err != nil {
				return err
			}
			if err := w.IsThere(ctx, w.api); err != nil {
				return err
			}
			return w.listenTo(ctx)
		})
	}
	return s.FindWay(func(way messchat.Way) error {
		return s.onStage(func(w *world) error { return w.try(ctx, way) })
	})
}

// try starts the program in a way, and, where that does, finds out what it does.
func (w *world) try(ctx context.Context, how messchat.Way) error {
	if err := w.launch(ctx, how, netip.AddrPort{}); err != nil {
		return err
	}
	if err := w.Listens(ctx, chat); err != nil {
		return err
	}
	return w.listenTo(ctx)
}

// The names in a calibration, which are reported like the rest.
const (
	sender, addressee = "annika", "bruno"
	oneRoom, another  = "attic", "balcony"
	theText           = "kumquat"
)

// listenTo finds out how the API is asked. What goes wrong the rules will say.
func (w *world) listenTo(ctx context.Context) error {
	found, err := w.findQuestion(ctx)
	if err := stage.DropFinding(err); err != nil {
		return err
	}
	w.session.question = found
	w.ObserveForm(w.Answer)
	if err := stage.DropFinding(w.findHowItReads(ctx)); err != nil {
		return err
	}
	return stage.DropFinding(w.findSpellings(ctx))
}

// findSpellings finds out which other spellings of true make a group.
func (w *world) findSpellings(ctx context.Context) error {
	if w.IsUnseen() != nil {
		return nil
	}
	var taken []string
	for _, spelling := range []string{"True", "TRUE", "1", "yes"} {
		room := oneRoom + "-" + spelling
		message := messageOf(sender, theText, addressee, room, true)
		message[len(message)-1].Value = spelling
		if _, err := w.api.Send(ctx, message...); err != nil {
			return err
		}
		if err := w.Stage.AwaitQuiet(ctx); err != nil {
			return err
		}
		if messchat.TopologyOf(w.Stage.Journal(), chat).Exchanges[room] != nil {
			taken = append(taken, spelling)
		}
	}
	if len(taken) > 0 {
		w.Run.Observe(chat, "makes a group by group_room="+strings.Join(taken, ", ")+", too")
	}
	return nil
}

// findQuestion tries questions until one gives the messages of one room and no other. Where
// none does it is the first that gives those of a room; if none does that, the first that is
// answered, and the text's own where none is.
func (w *world) findQuestion(ctx context.Context) (question, error) {
	best, works, answered := question{}, false, false
	asked := questions()
	for i := 0; i < len(asked); i++ {
		q := asked[i]
		found, err := w.tryQuestion(ctx, q, fmt.Sprintf("%s-%d.", theText, i))
		if err != nil {
			return best, err
		}
		if found.apart {
			q.ofOneRoom = true
			return q, nil
		}
		if found.works && !works || found.answer.Worked() && !answered && !works {
			best, works, answered = q, found.works, true
			best.ofOneRoom = q.namesRoom() && works
		}
		if next, ok := wanted(found.answer, q); ok && !slices.ContainsFunc(asked, next.isSame) {
			asked = append(asked, next)
		}
	}
	return best, nil
}

func (q question) isSame(other question) bool { return slices.Equal(q.names, other.names) }

// A finding is what a question came to.
type finding struct {
	answer messchat.Answer
	works  bool // it gives the messages of a room
	apart  bool // and those of no other
}

// tryQuestion sends a text to two rooms, and asks for each.
func (w *world) tryQuestion(ctx context.Context, q question, text string) (finding, error) {
	var lists []messchat.List
	for _, room := range []string{another, oneRoom} {
		sent, err := w.api.Send(ctx, messageOf(sender, text+room, addressee, room, false)...)
		if err != nil {
			return finding{}, err
		}
		w.Answer = sent
	}
	for _, room := range []string{oneRoom, another} {
		if err := w.Stage.AwaitQuiet(ctx); err != nil {
			return finding{}, err
		}
		l, err := w.api.Messages(ctx, q.ask(addressee, room)...)
		if err != nil {
			return finding{}, err
		}
		lists = append(lists, l)
		if l.Holds(text+oneRoom) == 0 || l.Holds(text+another) > 0 || len(q.names) == 0 {
			break
		}
	}
	first, last := lists[0], lists[len(lists)-1]
	return finding{
		answer: first.Answer,
		works:  first.Holds(text+oneRoom) > 0,
		apart:  len(lists) == 2 && last.Holds(text+another) > 0 && last.Holds(text+oneRoom) == 0,
	}, nil
}

// findHowItReads asks for a message twice.
func (w *world) findHowItReads(ctx context.Context) error {
	const text = "kumquat-pip"
	if len(w.session.question.names) > 0 {
		w.Run.Observe(chat, "is asked for a room's messages by "+w.session.question.String())
	} else {
		w.Run.Observe(chat, "lists the messages of all rooms")
	}
	if err := w.sends(ctx, sender, text, addressee, private, oneRoom); err != nil {
		return err
	}
	begun := time.Now()
	if err := w.lists(ctx, addressee, `"`+text+`"`, oneRoom); err != nil {
		return err
	}
	if took := time.Since(begun); took > time.Second {
		w.Run.Observe(chat, fmt.Sprintf("takes %.1f s to list a message", took.Seconds()))
	}
	received := messchat.Receptions(w.Stage.Journal(), chat, text)
	again, err := w.api.Messages(ctx, w.session.question.ask(addressee, oneRoom)...)
	if err != nil {
		return err
	}
	w.session.takes = again.Holds(text) == 0
	w.ObserveReading(chat, text, received, !w.session.takes)
	return nil
}
