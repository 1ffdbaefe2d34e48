package rooms

import (
	"slices"
	"testing"

	"github.com/chatspec/chatspec/steps/messchat"
)

func TestAParameterIsGivenWhatItsNameTells(t *testing.T) {
	for name, want := range map[string]string{
		"room_name": "kitchen", "room": "kitchen", "queue": "kitchen", "channel_name": "kitchen",
		"alias": "bruno", "user_alias": "bruno", "name": "bruno", "who": "bruno",
		"num_messages": plenty, "messages_to_get": plenty, "limit": plenty, "n": plenty,
		"return_objects": "false", "group_room": "false",
	} {
		if got := valueOf(name, "bruno", "kitchen"); got != want {
			t.Errorf("%s is given %q, want %q", name, got, want)
		}
	}
}

func TestAQuestionIsAURL(t *testing.T) {
	for _, c := range []struct {
		names       []string
		url, report string
		namesRoom   bool
	}{
		{nil, "/messages/", "/messages/", false},
		{[]string{"room_name"}, "/messages/?room_name=the%20kitchen", "/messages/?room_name=…", true},
		{[]string{"alias", "room"}, "/messages/?alias=bruno&room=the%20kitchen", "/messages/?alias=…&room=…", true},
		{[]string{"alias"}, "/messages/?alias=bruno", "/messages/?alias=…", false},
	} {
		q := question{names: c.names}
		url := messchat.Target("/messages/", q.ask("bruno", "the kitchen")...)
		if url != c.url || q.String() != c.report || q.namesRoom() != c.namesRoom {
			t.Errorf("%q asks for %s, is reported as %s, and names a room: %v; want %v", c.names, url, q, q.namesRoom(), c)
		}
	}
}

func TestARefusalNamesWhatIsWanted(t *testing.T) {
	for _, c := range []struct {
		name, body string
		asked      []string
		want       []string
	}{
		{"two parameters", `{"detail":[{"loc":["query","room_name"],"msg":"field required"},{"loc":["query","user"],"msg":"field required"}]}`, nil, []string{"room_name", "user"}},
		{"one more", `{"detail":[{"loc":["query","num"]}]}`, []string{"room_name"}, []string{"room_name", "num"}},
		{"nothing new", `{"detail":[{"loc":["query","alias"]}]}`, []string{"alias"}, nil},
		{"a body", `{"detail":[{"loc":["body"]}]}`, nil, nil},
		{"what cannot be queried", `{"detail":[{"loc":["query","a",1]},{"loc":[]}]}`, nil, nil},
		{"another detail", `{"detail":"Not Found"}`, nil, nil},
		{"no JSON", `missing: room_name`, nil, nil},
		{"nothing", ``, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := wanted(messchat.Answer{Status: 422, Body: []byte(c.body)}, question{names: c.asked})
			if ok != (c.want != nil) || ok && !slices.Equal(got.names, c.want) {
				t.Errorf("wanted is %q (%v), want %q", got.names, ok, c.want)
			}
		})
	}
}
