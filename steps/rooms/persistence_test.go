package rooms

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/tap/mongo"
)

func TestAMessagesIdIsOneThatTheProgramHasChosen(t *testing.T) {
	for name, c := range map[string]struct {
		document bson.D
		found    bool
	}{
		"an id":                     {bson.D{{Key: "_id", Value: bson.NewObjectID()}, {Key: "mess_props", Value: bson.D{{Key: "id", Value: 7}}}}, true},
		"the key, which is chosen":  {bson.D{{Key: "_id", Value: 7}, {Key: "message", Value: "plum"}}, true},
		"the key of the database's": {bson.D{{Key: "_id", Value: bson.NewObjectID()}, {Key: "message", Value: "plum"}}, false},
	} {
		raw, err := bson.Marshal(c.document)
		if err != nil {
			t.Fatal(err)
		}
		if id, found := idOf(document{raw, fieldsOf(raw, "")}); found != c.found {
			t.Errorf("%s: the id is %q, found: %t", name, id, found)
		}
	}
}

func TestACollectionIsReadByWhoWasStartedLast(t *testing.T) {
	asks := func(command, collection string) journal.Event {
		return journal.Event{Kind: journal.Sent, From: chat, Message: mongo.Command{Name: command, Collection: collection}}
	}
	started := journal.Event{Kind: journal.Started, From: chat}
	for name, c := range map[string]struct {
		events []journal.Event
		want   bool
	}{
		"since it was started": {[]journal.Event{started, asks("find", "kitchen")}, true},
		"only before":          {[]journal.Event{started, asks("find", "kitchen"), started}, false},
		"another collection":   {[]journal.Event{started, asks("find", "cellar")}, false},
		"only written":         {[]journal.Event{started, asks("insert", "kitchen")}, false},
		"read, and more":       {[]journal.Event{started, asks("aggregate", "kitchen"), asks("insert", "kitchen")}, true},
		"nothing of any kind":  {nil, false},
	} {
		if got := hasReadCollection(c.events, "kitchen"); got != c.want {
			t.Errorf("%s: it is %t, want %t", name, got, c.want)
		}
	}
}
