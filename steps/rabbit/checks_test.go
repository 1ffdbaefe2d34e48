package rabbit

import (
	"testing"

	"github.com/chatspec/chatspec/steps/messchat"
)

func TestListsOfAnotherShapeAreFound(t *testing.T) {
	w := &world{instances: map[string]*instance{"annika": {Reader: messchat.Reader{Lists: []messchat.List{
		{Answer: messchat.Answer{Status: 200}, Right: false},
		{Answer: messchat.Answer{Status: 200}, Texts: []string{"a"}, Right: true},
	}}}}}
	must(t, w.listsAreOfStrings()) // one that holds nothing is another rule's
	annika := w.instances["annika"]
	annika.Lists = append(annika.Lists, messchat.List{Answer: messchat.Answer{Target: "/messages/", Status: 200, Body: []byte(`{"list": ["a"]}`)}, Texts: []string{"a"}})
	wantFailure(t, w.listsAreOfStrings(), "a JSON list of strings", `{"list": ["a"]}`)
}
