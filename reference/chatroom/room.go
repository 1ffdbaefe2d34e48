package chatroom

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// What is wrong with somebody who wants to come in, or to say something.
var (
	errFull     = fmt.Errorf("the room is full: %d are in it", seats)
	errTaken    = errors.New("this name is taken: choose another")
	errBadName  = fmt.Errorf("a name has 1 to %d bytes, and is no white space", longestName)
	errStranger = errors.New("you are not in the room")
)

// room is who takes part, and what they have said.
type room struct {
	now func() time.Time

	mu      sync.Mutex
	log     io.Writer
	members map[string]*member
}

// member is somebody in the room.
type member struct {
	name string
	last time.Time // when the member has come, or said something last
	mail *mailbox
}

func newRoom(log io.Writer) *room {
	return &room{now: time.Now, log: log, members: map[string]*member{}}
}

// join gives somebody a seat.
func (r *room) join(name string) (*member, error) {
	if strings.TrimSpace(name) == "" || len(name) > longestName || !utf8.ValidString(name) || strings.ContainsAny(name, "\r\n") {
		return nil, errBadName
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.members[name] != nil:
		return nil, errTaken
	case len(r.members) >= seats:
		return nil, errFull
	}
	m := &member{name: name, last: r.now(), mail: newMailbox()}
	r.members[name] = m
	return m, nil
}

// leave frees the member's seat and name.
func (r *room) leave(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members, m.name)
	m.mail.end()
}

// say tells all others what somebody says, in the order in which it is said, and keeps it.
func (r *room) say(name, text string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	author := r.members[name]
	if author == nil {
		return errStranger
	}
	now := r.now()
	line := message{author: name, since: now.Sub(author.last), text: oneLine(text)}.String()
	author.last = now
	for _, m := range r.members {
		if m != author {
			m.mail.put(line)
		}
	}
	if _, err := io.WriteString(r.log, line+"\n"); err != nil {
		return fmt.Errorf("keeping what is said: %w", err)
	}
	return nil
}

// oneLine keeps a message from passing for two, the second from anybody.
func oneLine(text string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(text) }
