package rooms

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/steps/messchat"
)

// A question is how /messages/ is asked for the messages of a room. The text gives it no
// parameter; many programs want some.
type question struct {
	// names are those of its parameters.
	names []string
	// ofOneRoom is set where it is for the messages of one room: it names the room, and the
	// program is not to be asked as the text has it.
	ofOneRoom bool
}

// questions are those that are tried first, in this order.
func questions() []question {
	return []question{
		{},
		{names: []string{"room_name"}},
		{names: []string{"room_name", "alias"}},
		{names: []string{"alias"}},
	}
}

// ask fills in who asks, and for which room.
func (q question) ask(user, room string) []messchat.Parameter {
	var all []messchat.Parameter
	for _, name := range q.names {
		all = append(all, messchat.Parameter{Name: name, Value: valueOf(name, user, room)})
	}
	return all
}

// namesRoom reports whether a room is named in it.
func (q question) namesRoom() bool {
	const room = "room"
	return slices.ContainsFunc(q.names, func(name string) bool { return valueOf(name, "", room) == room })
}

// String is the URL, for a report.
func (q question) String() string {
	var words []string
	for _, name := range q.names {
		words = append(words, name+"=…")
	}
	if len(words) == 0 {
		return "/messages/"
	}
	return "/messages/?" + strings.Join(words, "&")
}

// plenty is the number of messages that is asked for where one is to be given.
const plenty = "1000"

// What the names of parameters are about.
var (
	aboutCount = regexp.MustCompile(`num|count|limit|max|messages|_n$|^n$|size|amount`)
	aboutFlag  = regexp.MustCompile(`objects|group|is_`)
	aboutRoom  = regexp.MustCompile(`room|queue|channel|chat`)
)

// valueOf is what is said for a parameter: what its name tells.
func valueOf(name, user, room string) string {
	name = strings.ToLower(name)
	switch {
	case aboutFlag.MatchString(name):
		return "false"
	case aboutCount.MatchString(name):
		return plenty
	case aboutRoom.MatchString(name):
		return room
	}
	return user
}

// wanted is the question that a refusal asks for: FastAPI names the parameters of the
// query that it misses. None, where it names none.
func wanted(refused messchat.Answer, asked question) (question, bool) {
	var said struct {
		Detail []struct {
			Loc []any `json:"loc"`
		} `json:"detail"`
	}
	if json.Unmarshal(refused.Body, &said) != nil {
		return question{}, false
	}
	names := slices.Clone(asked.names)
	for _, detail := range said.Detail {
		if len(detail.Loc) != 2 || fmt.Sprint(detail.Loc[0]) != "query" {
			continue
		}
		if name := fmt.Sprint(detail.Loc[1]); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return question{names: names}, len(names) > len(asked.names)
}
