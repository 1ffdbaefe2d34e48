package roomchat

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chatspec/chatspec/reference/rooms"
)

// longestForm is the length in bytes of the longest body of a request that is read.
const longestForm = 4 << 20

// api answers requests.
type api struct {
	keeper *keeper
}

// newAPI returns what answers /send/?… and /messages/. The assignment shows a URL for each and no
// method: sending is also taken by POST, as it changes something. Messages are those of the room that
// is asked for by room_name; of all rooms, where none is.
func newAPI(keeper *keeper) http.Handler {
	a := api{keeper: keeper}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /send/{$}", a.send)
	mux.HandleFunc("POST /send/{$}", a.send)
	mux.HandleFunc("GET /messages/{$}", a.messages)
	return mux
}

// A request is what is to be sent.
type request struct {
	room, message, from, to string
	group                   bool
}

// readRequest reads what is in a URL or in a form.
func readRequest(form url.Values) (request, error) {
	for _, name := range []string{"room_name", "message", "from_alias", "to_alias"} {
		if !form.Has(name) {
			return request{}, fmt.Errorf("%s is needed: /send/?room_name=...&message=...&from_alias=...&to_alias=...&group_room=true", name)
		}
	}
	group, err := readFlag(form.Get("group_room"))
	if err != nil {
		return request{}, err
	}
	if !utf8.ValidString(form.Get("message")) {
		return request{}, errors.New("the message is no text in UTF-8")
	}
	return request{form.Get("room_name"), form.Get("message"), form.Get("from_alias"), form.Get("to_alias"), group}, nil
}

// readFlag reads whether a room is one for a group. One of which nothing is said is none.
func readFlag(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on":
		return true, nil
	case "false", "0", "no", "off", "":
		return false, nil
	}
	return false, fmt.Errorf("group_room is true or false, not %.20q", text)
}

// send sends a message to a room, which is made if there is none.
func (a api) send(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "this cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	request, err := readRequest(r.Form)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	list, err := a.keeper.rooms(r.Context())
	if err == nil {
		err = request.send(list)
	}
	if err != nil {
		http.Error(w, err.Error(), statusOf(err))
		return
	}
	answer(w, "sent")
}

// send sends it, once those whom it names are members. A group takes in whoever speaks.
func (r request) send(list *rooms.RoomList) error {
	members := []string{r.to}
	if r.to == r.room { // all of them
		members = nil
	}
	room, err := list.Open(r.room, r.group, r.from, members...)
	if err != nil {
		return err
	}
	for _, alias := range append(members, r.from) {
		if err := room.AddGroupMember(alias); err != nil {
			return err
		}
	}
	return room.SendMessage(r.message, rooms.MessageProperties{FromUser: r.from, ToUser: r.to})
}

// statusOf says whose fault an error is.
func statusOf(err error) int {
	var badName *rooms.BadName
	switch {
	case errors.As(err, &badName):
		return http.StatusBadRequest
	case errors.Is(err, rooms.ErrFull):
		return http.StatusForbidden
	}
	return http.StatusServiceUnavailable
}

// messages lists what was said in a room, or in all.
func (a api) messages(w http.ResponseWriter, r *http.Request) {
	list, err := a.keeper.rooms(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	asked := list.Rooms()
	if name := r.FormValue("room_name"); name != "" {
		asked = slices.DeleteFunc(asked, func(room *rooms.ChatRoom) bool { return room.Name() != name })
	}
	texts := []string{}
	for _, room := range asked {
		messages, err := room.GetMessages(-1)
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		texts = append(texts, rooms.Texts(messages)...)
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
