package chatroom

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// join gives people seats.
func join(t *testing.T, r *room, names ...string) []*member {
	t.Helper()
	var all []*member
	for _, name := range names {
		m, err := r.join(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, m)
	}
	return all
}

func say(t *testing.T, r *room, name, text string) {
	t.Helper()
	if err := r.say(name, text); err != nil {
		t.Fatalf("%s says %.40q: %v", name, text, err)
	}
}

func TestWhoComesInAndWhoDoesNot(t *testing.T) {
	var log strings.Builder
	r := newRoom(&log)
	for _, bad := range []string{"", "  ", "\t", strings.Repeat("x", longestName+1), "a\nb", "\xff"} {
		if _, err := r.join(bad); !errors.Is(err, errBadName) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	members := join(t, r, "ann", "bob", "eve")
	if _, err := r.join("ann"); !errors.Is(err, errTaken) {
		t.Errorf("a second ann: %v", err)
	}
	join(t, r, "Ann")
	if _, err := r.join("joe"); !errors.Is(err, errFull) {
		t.Errorf("a fifth: %v", err)
	}
	if err := r.say("joe", "hello"); !errors.Is(err, errStranger) {
		t.Errorf("a stranger speaks: %v", err)
	}
	r.leave(members[0])
	join(t, r, "ann")
	if log.String() != "" {
		t.Errorf("the log holds %q", log.String())
	}
}

func TestTheTimeIsThatSinceTheAuthorsMessageBefore(t *testing.T) {
	var log strings.Builder
	r := newRoom(&log)
	now := time.Now()
	r.now = func() time.Time { return now }
	members := join(t, r, "ann", "bob")
	for _, said := range []struct {
		after        time.Duration
		author, text string
	}{
		{12 * time.Second, "ann", "Hello, how is everyone?"},
		{0, "ann", "well?"},
		{62999 * time.Millisecond, "bob", "fine"},
		{time.Hour, "ann", "two\r\nlines"},
	} {
		now = now.Add(said.after)
		say(t, r, said.author, said.text)
	}
	want := []string{"ann:(0:12)-Hello, how is everyone?", "ann:(0:00)-well?", "bob:(1:14)-fine", "ann:(61:02)-two  lines"}
	if got := strings.Split(strings.TrimSpace(log.String()), "\n"); !slices.Equal(got, want) {
		t.Errorf("the log holds %q", got)
	}
	if got := members[0].mail.take(); !slices.Equal(got, want[2:3]) {
		t.Errorf("ann is told %q", got)
	}
	if got := members[1].mail.take(); !slices.Equal(got, []string{want[0], want[1], want[3]}) {
		t.Errorf("bob is told %q", got)
	}
}

func TestWhoIsTooFarBehindIsToldNoMore(t *testing.T) {
	var log strings.Builder
	r := newRoom(&log)
	members := join(t, r, "ann", "bob")
	text := strings.Repeat("x", longestText)
	for range most / longestText {
		if members[1].mail.ended.Err() != nil {
			t.Fatal("bob's mail has ended too early")
		}
		say(t, r, "ann", text)
	}
	if members[1].mail.ended.Err() == nil {
		t.Error("bob's mail has no end")
	}
}

// full is a disk on which nothing can be written.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestWhatCannotBeKeptIsSaid(t *testing.T) {
	r := newRoom(full{})
	join(t, r, "ann")
	if err := r.say("ann", "hello"); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("it says %v", err)
	}
}
