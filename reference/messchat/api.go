package messchat

import (
	"encoding/json"
	"net/http"
	"unicode/utf8"
)

// longestForm is the length in bytes of the longest body of a request that is read.
const longestForm = 4 << 20

// api answers requests. What it knows of messages, it knows from RabbitMQ.
type api struct {
	rmq *RMQ
}

// newAPI returns what answers /send/?message=… and /messages/. The assignment shows a URL for each
// and no method: sending is also taken by POST, as it changes something.
func newAPI(rmq *RMQ) http.Handler {
	a := api{rmq: rmq}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /send/{$}", a.send)
	mux.HandleFunc("POST /send/{$}", a.send)
	mux.HandleFunc("GET /messages/{$}", a.messages)
	return mux
}

// send sends the message that is in the URL or in a form.
func (a api) send(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "this cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	if !r.Form.Has("message") {
		http.Error(w, "a message is needed: /send/?message=...", http.StatusBadRequest)
		return
	}
	text := r.Form.Get("message")
	if !utf8.ValidString(text) {
		http.Error(w, "the message is no text in UTF-8", http.StatusBadRequest)
		return
	}
	if err := a.rmq.Send(text); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answer(w, "sent")
}

// messages lists what is in RabbitMQ for this client.
func (a api) messages(w http.ResponseWriter, _ *http.Request) {
	texts, err := a.rmq.Messages()
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answer(w, texts)
}

// answer answers in JSON.
func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // whoever has asked may have gone
}
