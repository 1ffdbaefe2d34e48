package chatroom

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// api answers requests. All are about /log.txt.
type api struct {
	room *room
	hall hall
}

// hall is told who comes in and who leaves.
type hall interface {
	Came(name string)
	Left(name string)
}

// ServeHTTP implements http.Handler.
func (a api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "only GET and POST are understood", http.StatusMethodNotAllowed)
	case r.URL.Path != "/"+logFile:
		http.Error(w, "there is nothing but /"+logFile, http.StatusNotFound)
	case r.Method == http.MethodGet:
		a.join(w, r)
	default:
		a.say(w, r)
	}
}

// join takes somebody into the room, and tells what the others say until one of both goes.
func (a api) join(w http.ResponseWriter, r *http.Request) {
	m, err := a.room.join(r.URL.Query().Get("name"))
	if err != nil {
		http.Error(w, err.Error(), status(err))
		return
	}
	defer a.hall.Left(m.name) // when another may have the place
	defer a.room.leave(m)
	a.hall.Came(m.name)
	a.tell(w, r, m)
}

// tell tells a member what the others say.
func (a api) tell(w http.ResponseWriter, r *http.Request, m *member) {
	answer := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	// A member who reads nothing is waited for as long as the mailbox takes what comes.
	stop := context.AfterFunc(m.mail.ended, func() { _ = answer.SetWriteDeadline(time.Now()) })
	defer stop()
	for {
		_, err := io.WriteString(w, strings.Join(append(m.mail.take(), ""), "\n"))
		if err = errors.Join(err, answer.Flush()); err != nil {
			return // the member has gone
		}
		select {
		case <-m.mail.wake:
		case <-m.mail.ended.Done():
			return
		case <-r.Context().Done():
			return
		}
	}
}

// say takes a message, which is the whole content of the request.
func (a api) say(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestText))
	if err != nil {
		http.Error(w, "this cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	if err := a.room.say(r.URL.Query().Get("name"), string(text)); err != nil {
		http.Error(w, err.Error(), status(err))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// status is that of an answer which says what is wrong.
func status(err error) int {
	switch {
	case errors.Is(err, errBadName):
		return http.StatusBadRequest
	case errors.Is(err, errTaken):
		return http.StatusConflict
	case errors.Is(err, errFull):
		return http.StatusServiceUnavailable
	case errors.Is(err, errStranger):
		return http.StatusForbidden
	}
	return http.StatusInternalServerError
}
