package chatroom

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

// numberedText finds the texts of many messages, each of which can be told from all others.
var numberedText = regexp.MustCompile(`papaya-(\w+)-(\d+)\.`)

func textOf(author string, number int) string { return fmt.Sprintf("papaya-%s-%03d.", author, number) }

// eachTypes lets users type at the same time, each line when the program has taken the one before.
func (w *world) eachTypes(ctx context.Context, users string, count int) error {
	var typing sync.WaitGroup
	errs := make(chan error, len(steps.List(users)))
	for _, user := range steps.List(users) {
		for i := range count {
			w.sent[user] = append(w.sent[user], textOf(user, i))
		}
		lines := w.sent[user]
		typing.Go(func() {
			for _, text := range lines {
				if err := w.Stage.Type(ctx, user, text); err != nil {
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

// A roll lists the numbered texts that have come to somebody, in order, in a journal that grows.
type roll struct {
	user   string
	looked int
	held   map[int]string // of each connection what may go on
	order  []string
	known  map[string]bool
}

func newRoll(user string) *roll {
	return &roll{user: user, held: map[int]string{}, known: map[string]bool{}}
}

// chunkEnd is what stands between two chunks of a content (RFC 9112, section 7.1), and so
// perhaps within a text.
var chunkEnd = regexp.MustCompile(`\r\n[0-9a-fA-F]+\r\n`)

// longestText is longer than any numbered text, with the end of a chunk in it.
const longestText = 64

// read reads what has happened since.
func (r *roll) read(events []journal.Event) {
	for _, e := range events[r.looked:] {
		if e.Kind != journal.Wrote || e.To != r.user {
			continue
		}
		said := r.held[e.Conn] + e.Data
		for _, text := range numberedText.FindAllString(chunkEnd.ReplaceAllString(said, ""), -1) {
			if !r.known[text] {
				r.known[text] = true
				r.order = append(r.order, text)
			}
		}
		r.held[e.Conn] = said[max(0, len(said)-longestText):]
	}
	r.looked = len(events)
}

// missing is the first text that has not come of those that others have said; "", where all have.
func (r *roll) missing(sent map[string][]string) string {
	for author, texts := range sent {
		if author == r.user {
			continue
		}
		for _, text := range texts {
			if !r.known[text] {
				return text
			}
		}
	}
	return ""
}

// longestAll bounds how long many messages take on a busy machine.
const longestAll = 2 * time.Minute

// allReach waits until all of many messages have come to all but their authors.
func (w *world) allReach(ctx context.Context, users string) error {
	for _, user := range steps.List(users) {
		roll := newRoll(user)
		err := w.Stage.Await(ctx, stage.Wait{
			Expected: user + " is sent all messages of the others",
			By:       []string{steps.Server},
			Within:   longestAll,
			Met: func(events []journal.Event) bool {
				before := len(roll.order)
				roll.read(events)
				return (len(roll.order) > before || before == 0) && roll.missing(w.sent) == ""
			},
			Observed: func(events []journal.Event) string {
				return fmt.Sprintf("%d have come, and %q is not among them; %s", len(roll.order), roll.missing(w.sent), saidInstead(events, steps.Server, user))
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// inSameOrder compares in what order the messages have come to users, each without their own.
func (w *world) inSameOrder(users string) error {
	names := steps.List(users)
	orders := map[string][]string{}
	for _, user := range names {
		roll := newRoll(user)
		roll.read(w.Stage.Journal())
		orders[user] = roll.order
	}
	for i, one := range names {
		for _, other := range names[i+1:] {
			a, b := without(orders[one], one, other), without(orders[other], one, other)
			for k := range min(len(a), len(b)) {
				if a[k] != b[k] {
					return stage.Fail(fmt.Sprintf("%s and %s are sent the messages in the same order", one, other),
						fmt.Sprintf("where %s is sent %q, %s is sent %q", one, a[k], other, b[k]))
				}
			}
		}
	}
	return nil
}

// without leaves out the messages of two authors.
func without(order []string, one, other string) []string {
	return slices.DeleteFunc(slices.Clone(order), func(text string) bool {
		author := numberedText.FindStringSubmatch(text)[1]
		return author == one || author == other
	})
}

func (w *world) logHoldsAll(ctx context.Context) error {
	var texts []string
	for _, some := range w.sent {
		texts = append(texts, some...)
	}
	slices.Sort(texts)
	_, err := w.awaitLogged(ctx, texts)
	return err
}

// farBehind is, in bytes, what who reads nothing is behind at least: more than servers keep by habit.
const farBehind = 3 << 20

// saysTooMuch has somebody say half as much again as the kernel keeps for who does not read.
func (w *world) saysTooMuch(ctx context.Context, name string, letters int) error {
	o, err := w.another(ctx, name)
	if err != nil {
		return err
	}
	kept, err := w.Stage.MostKept(steps.Server)
	if err != nil {
		return err
	}
	for i := range 1 + max(kept*3/2, farBehind)/letters {
		text := textOf(name, i)
		w.sent[name] = append(w.sent[name], text)
		if err := o.say(ctx, text+strings.Repeat("x", letters-len(text)), ""); err != nil {
			return err
		}
	}
	return nil
}
