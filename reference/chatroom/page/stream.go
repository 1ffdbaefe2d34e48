package page

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// tell tells a browser what changes, each time in one event, until the program ends or the browser
// goes. An event's id is how many lines have been told by then.
func (w *window) tell(answer http.ResponseWriter, r *http.Request) {
	answer.Header().Set("Content-Type", "text/event-stream")
	seen := seenBy(r)
	for {
		now := w.story.after(seen)
		if err := write(answer, now); err != nil || now.Ended {
			return
		}
		seen = now.Told
		select {
		case <-now.changed:
		case <-r.Context().Done():
			return
		}
	}
}

// seenBy is how many lines a browser has seen: it says so itself when it comes again.
func seenBy(r *http.Request) int {
	seen, err := strconv.Atoi(cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")))
	if err != nil {
		return 0
	}
	return seen
}

// write writes an event.
func write(answer http.ResponseWriter, now part) error {
	data, err := json.Marshal(now)
	if err != nil {
		return fmt.Errorf("telling what is new: %w", err)
	}
	if _, err := fmt.Fprintf(answer, "id: %d\ndata: %s\n\n", now.Told, data); err != nil {
		return fmt.Errorf("telling what is new: %w", err)
	}
	return http.NewResponseController(answer).Flush()
}
