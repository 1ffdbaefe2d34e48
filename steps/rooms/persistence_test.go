package rooms

import (
	"strconv"
	"strings"
	"testing"
	"time"

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

func TestWhoSentAMessageIsFoundUnderItsName(t *testing.T) {
	props := func(to, from string) bson.D {
		return bson.D{{Key: "message", Value: "plum"}, {Key: "mess_props", Value: bson.D{{Key: "_MessageProperties__to_user", Value: to}, {Key: "from_user", Value: from}}}}
	}
	for name, c := range map[string]struct {
		document bson.D
		right    bool
	}{
		"properties":       {props("bruno", "annika"), true},
		"swapped":          {props("annika", "bruno"), false},
		"nobody":           {props("", ""), false},
		"other names":      {bson.D{{Key: "sender", Value: "annika"}, {Key: "recipient", Value: "bruno"}}, true},
		"one text of all":  {bson.D{{Key: "mess_props", Value: `{"from_user": "annika", "to_user": "bruno"}`}}, true},
		"nothing of it":    {bson.D{{Key: "message", Value: "plum"}}, false},
		"a part of a name": {props("bruno", "annikas"), false},
	} {
		raw, err := bson.Marshal(c.document)
		if err != nil {
			t.Fatal(err)
		}
		d := document{raw, fieldsOf(raw, "")}
		if got := d.saysUnder(senders(), "annika") && d.saysUnder(addressees(), "bruno"); got != c.right {
			t.Errorf("%s: it is from annika and to bruno: %t", name, got)
		}
	}
}

func TestATimeIsReadHoweverItIsKept(t *testing.T) {
	want := time.Date(2022, 3, 4, 5, 6, 7, 0, time.UTC)
	for name, value := range map[string]any{
		"a time":              want,
		"seconds":             want.Unix(),
		"seconds with a part": float64(want.Unix()),
		"milliseconds":        want.UnixMilli(),
		"RFC 3339":            "2022-03-04T05:06:07Z",
		"Python's isoformat":  "2022-03-04T05:06:07",
		"Python's str":        "2022-03-04 05:06:07",
		"ctime":               "Fri Mar  4 05:06:07 2022",
	} {
		raw, err := bson.Marshal(bson.D{{Key: "sent_time", Value: value}})
		if err != nil {
			t.Fatal(err)
		}
		if got, read := fieldsOf(raw, "")[0].time(); !read || !got.Equal(want) {
			t.Errorf("%s is read as %v: %t", name, got, read)
		}
	}
}

// TestATimeIsFoundBesideWhatIsCalledNearlyAsIt: a recipient begins as rec_time does.
func TestATimeIsFoundBesideWhatIsCalledNearlyAsIt(t *testing.T) {
	want := time.Date(2022, 3, 4, 5, 6, 7, 0, time.UTC)
	raw, err := bson.Marshal(bson.D{{Key: "recipient", Value: "bruno"}, {Key: "sent_by", Value: "annika"}, {Key: "rec_time", Value: want}, {Key: "sent_time", Value: want}})
	if err != nil {
		t.Fatal(err)
	}
	d := document{raw, fieldsOf(raw, "")}
	for _, name := range []string{"rec", "sent"} {
		for _, isTime := range []func(field) bool{field.isTime, field.isDateTime} {
			f, found := d.findTime(name, isTime)
			if at, _ := f.time(); !found || !at.Equal(want) {
				t.Errorf("%s is %v (%t)", name, at, found)
			}
		}
	}
	if f, found := d.findTime("modif", field.isTime); found {
		t.Errorf("there is a time of changes: %s", f.path)
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

// TestAFieldOfFieldsDoesNotHaveItsNameInEachOfThem: a long name would fill the harness, once
// for each field below it.
func TestAFieldOfFieldsDoesNotHaveItsNameInEachOfThem(t *testing.T) {
	inner := bson.D{}
	for i := range 1000 {
		inner = append(inner, bson.E{Key: strconv.Itoa(i), Value: nil})
	}
	raw, err := bson.Marshal(bson.D{{Key: strings.Repeat("x", 100_000), Value: append(inner, bson.E{Key: "owner", Value: "ann"})}})
	if err != nil {
		t.Fatal(err)
	}
	d := document{raw, fieldsOf(raw, "")}
	total := 0
	for _, f := range d.fields {
		total += len(f.path)
	}
	if total > 1<<20 {
		t.Errorf("the paths have %d bytes", total)
	}
	if f, found := d.find("owner"); !found || f.text() != "ann" {
		t.Errorf("the owner is %q", f.text())
	}
}

func TestADocumentOfARoomSaysWhetherThatIsAGroup(t *testing.T) {
	for name, c := range map[string]struct {
		document bson.D
		none     bool
	}{
		"no group":           {bson.D{{Key: "owner_alias", Value: "annika"}, {Key: "group_room", Value: false}}, true},
		"a group":            {bson.D{{Key: "owner_alias", Value: "annika"}, {Key: "group_room", Value: true}}, false},
		"private":            {bson.D{{Key: "members", Value: bson.A{"annika"}}, {Key: "is_private", Value: true}}, true},
		"not private":        {bson.D{{Key: "members", Value: bson.A{"annika"}}, {Key: "is_private", Value: false}}, false},
		"nothing of it":      {bson.D{{Key: "members", Value: bson.A{"annika"}}, {Key: "dirty", Value: false}}, false},
		"another's document": {bson.D{{Key: "message", Value: "plum"}, {Key: "group_room", Value: false}}, false},
	} {
		raw, err := bson.Marshal(c.document)
		if err != nil {
			t.Fatal(err)
		}
		if got := (document{raw, fieldsOf(raw, "")}).isNoGroup(); got != c.none {
			t.Errorf("%s: it is no group: %t", name, got)
		}
	}
}

func TestWhatChangesNothingIsNotWritten(t *testing.T) {
	indexes := func(before, after int32) bson.D {
		return bson.D{{Key: "numIndexesBefore", Value: before}, {Key: "numIndexesAfter", Value: after}}
	}
	for name, c := range map[string]struct {
		command string
		conn    int
		body    bson.D
		code    int
		nothing bool
	}{
		"nothing to be deleted":        {"delete", 1, bson.D{{Key: "n", Value: int32(0)}}, 0, true},
		"something to be deleted":      {"delete", 1, bson.D{{Key: "n", Value: int32(1)}}, 0, false},
		"the answer to somebody else":  {"delete", 2, bson.D{{Key: "n", Value: int32(0)}}, 0, false},
		"an index that is there":       {"createIndexes", 1, indexes(2, 2), 0, true},
		"a new index":                  {"createIndexes", 1, indexes(1, 2), 0, false},
		"a collection that is there":   {"create", 1, bson.D{}, 48, true},
		"a new collection":             {"create", 1, bson.D{}, 0, false},
		"what was saved, written anew": {"update", 1, bson.D{{Key: "n", Value: int32(1)}, {Key: "nModified", Value: int32(0)}}, 0, false},
	} {
		body, err := bson.Marshal(c.body)
		if err != nil {
			t.Fatal(err)
		}
		command := mongo.Command{ID: 7, Name: c.command}
		answer := journal.Event{Conn: c.conn, Message: mongo.Reply{To: 7, Body: body, Code: c.code}}
		if got := changesNothing(journal.Event{Conn: 1, Message: command}, command, []journal.Event{answer}); got != c.nothing {
			t.Errorf("%s: it changes nothing: %t", name, got)
		}
	}
}
