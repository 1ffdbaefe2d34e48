package rooms_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chatspec/chatspec/reference/rooms"
)

func wantTexts(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("there are %q, and should be %q", got, want)
	}
}

func TestWhatIsSentIsInTheRoomAndInItsQueueOnce(t *testing.T) {
	w := newWorld(t)
	r := room(t, w.servers(), "kitchen", false)
	send(t, r, "apple", "pear")
	wantTexts(t, texts(t, r), "apple", "pear")
	wantTexts(t, texts(t, r), "apple", "pear")
	wantTexts(t, w.take("kitchen"))
	for i, m := range r.Messages() {
		props := m.MessProps()
		if props.MessType != rooms.Received || props.RecTime.Before(props.SentTime) || props.SequenceNumber != int64(2-i) || props.RoomName != "kitchen" {
			t.Errorf("%s has %+v", m.Message(), props)
		}
	}
}

func TestWhatOthersPutIntoTheQueueIsInTheRoom(t *testing.T) {
	w := newWorld(t)
	r := room(t, w.servers(), "kitchen", false)
	send(t, r, "apple")
	w.put("kitchen", "pe\xffar")
	wantTexts(t, texts(t, r), "apple", "pe\ufffdar")
	latest, err := r.GetMessages(1)
	must(t, err)
	wantTexts(t, rooms.Texts(latest), "pe\ufffdar")
	if props := latest[0].MessProps(); props.SequenceNumber != 2 || props.ID == r.Messages()[1].MessProps().ID {
		t.Errorf("its properties are %+v", props)
	}
}

func TestAGroupReachesItsMembersAsLongAsTheyAre(t *testing.T) {
	w := newWorld(t)
	r := room(t, w.servers(), "garden", true)
	must(t, r.AddGroupMember("carla"))
	send(t, r, "apple")
	must(t, r.RemoveGroupMember("carla"))
	must(t, r.AddGroupMember("dora"))
	send(t, r, "pear")
	wantTexts(t, texts(t, r), "apple", "pear")
	for queue, want := range map[string][]string{"annika": {"apple", "pear"}, "bruno": {"apple", "pear"}, "carla": {"apple"}, "dora": {"pear"}} {
		wantTexts(t, w.take(queue), want...)
	}
	wantTexts(t, r.Metadata().MemberList, "annika", "bruno", "dora")
	for alias, want := range map[string]error{"carla": rooms.ErrNoMember, "annika": rooms.ErrOwner} {
		if err := r.RemoveGroupMember(alias); !errors.Is(err, want) {
			t.Errorf("removing %s: %v", alias, err)
		}
	}
}

func TestAPrivateRoomIsFull(t *testing.T) {
	w := newWorld(t)
	s := w.servers()
	r := room(t, s, "kitchen", false)
	if err := r.AddGroupMember("carla"); !errors.Is(err, rooms.ErrFull) {
		t.Errorf("a third: %v", err)
	}
	must(t, r.AddGroupMember("bruno"))
	if _, err := rooms.NewChatRoom(s, "cellar", false, "annika", "bruno", "carla"); !errors.Is(err, rooms.ErrFull) {
		t.Errorf("three: %v", err)
	}
}

func TestNamesThatNobodyCanHaveAreRefused(t *testing.T) {
	w := newWorld(t)
	s := w.servers()
	for _, name := range []string{"", "amq.topic", "a$b", ".a", "a.", "a..b", "system.users", strings.Repeat("ä", 101), "a\x00b", "\xff"} {
		var bad *rooms.BadName
		if _, err := rooms.NewChatRoom(s, name, false, "annika"); !errors.As(err, &bad) {
			t.Errorf("a room called %q: %v", name, err)
		}
	}
	for _, name := range []string{"a b", "a.b", "a/b", "Καλημέρα", strings.Repeat("a", 200)} {
		if _, err := rooms.NewChatRoom(s, name, true, "annika"); err != nil {
			t.Errorf("a room called %q: %v", name, err)
		}
	}
}

func TestTheDequeHasTwoEnds(t *testing.T) {
	w := newWorld(t)
	r := room(t, w.servers(), "kitchen", false)
	if m := r.Get(); m != nil {
		t.Errorf("an empty room gives %q", m.Message())
	}
	for _, text := range []string{"apple", "pear", "pineapple"} {
		r.Put(rooms.NewChatMessage(text, rooms.MessageProperties{}))
	}
	wantTexts(t, rooms.Texts(r.Messages()), "pineapple", "pear", "apple")
	if m := r.FindMessage("apple"); m == nil || m.Message() != "apple" {
		t.Errorf("apple is %v", m)
	}
	if m := r.FindMessage("app"); m != nil {
		t.Errorf("app is %q", m.Message())
	}
	if m := r.Get(); m.Message() != "apple" {
		t.Errorf("the first is %q", m.Message())
	}
	wantTexts(t, rooms.Texts(r.Messages()), "pineapple", "pear")
}

func TestARoomIsSavedAndRestored(t *testing.T) {
	w := newWorld(t)
	r := room(t, w.servers(), "garden", true)
	must(t, r.AddGroupMember("carla"))
	send(t, r, "apple", "pear")
	if !r.Dirty() || !r.Messages()[0].Dirty() {
		t.Error("a new room is not dirty, or its message")
	}
	must(t, r.Persist(t.Context()))
	if r.Dirty() || r.Messages()[0].Dirty() {
		t.Error("a saved room is dirty, or its message")
	}
	if got := w.documents("garden"); got != 3 {
		t.Errorf("there are %d documents", got)
	}

	again, err := rooms.NewChatRoom(w.servers(), "garden", true, "somebody else")
	must(t, err)
	must(t, again.Restore(t.Context()))
	must(t, again.Restore(t.Context()))
	// The queue still has both messages.
	wantTexts(t, texts(t, again), "apple", "pear")
	got, want := again.Metadata(), r.Metadata()
	if !slices.Equal(got.MemberList, want.MemberList) || got.OwnerAlias != want.OwnerAlias || !got.CreateTime.Equal(want.CreateTime) {
		t.Errorf("it is %+v, and was %+v", got, want)
	}
	send(t, again, "plum")
	if got := again.Messages()[0].MessProps().SequenceNumber; got != 3 {
		t.Errorf("its next message has the number %d", got)
	}
	must(t, again.Persist(t.Context()))
	if got := w.documents("garden"); got != 4 {
		t.Errorf("there are %d documents then", got)
	}
}

func TestWhatIsNotSavedYetOutlastsARestore(t *testing.T) {
	w := newWorld(t)
	r := room(t, w.servers(), "kitchen", false)
	send(t, r, "apple")
	must(t, r.Persist(t.Context()))
	send(t, r, "pear")
	must(t, r.Restore(t.Context()))
	wantTexts(t, texts(t, r), "apple", "pear")
	if !r.Dirty() {
		t.Error("pear will not be saved")
	}
	r.Get()
	taken := r.Get()
	must(t, r.Persist(t.Context()))
	if taken.Dirty() || w.documents("kitchen") != 3 {
		t.Error("a message that was taken off the deque is not saved")
	}
}

func TestModifyTimeMovesWithChangesOnly(t *testing.T) {
	w := newWorld(t)
	r := room(t, w.servers(), "garden", true)
	before := r.Metadata().ModifyTime
	r.FindMessage("apple")
	must(t, r.Persist(t.Context()))
	if got := r.Metadata().ModifyTime; !got.Equal(before) {
		t.Errorf("it is %v, and was %v", got, before)
	}
	for _, change := range []func() error{
		func() error { return r.AddGroupMember("carla") },
		func() error { return r.RemoveGroupMember("carla") },
		func() error { r.Put(rooms.NewChatMessage("apple", rooms.MessageProperties{})); return nil },
	} {
		must(t, change())
		if got := r.Metadata().ModifyTime; !got.After(before) || !r.Dirty() {
			t.Errorf("it is %v, and was %v", got, before)
		}
		before = r.Metadata().ModifyTime
		must(t, r.Persist(t.Context()))
	}
}

func TestAListKeepsItsRooms(t *testing.T) {
	w := newWorld(t)
	list := rooms.NewRoomList(w.servers(), "house")
	kitchen, err := list.Open("kitchen", false, "annika", "bruno")
	must(t, err)
	cellar, err := list.Open("cellar", true, "annika")
	must(t, err)
	if again, err := list.Open("kitchen", false, "carla"); err != nil || again != kitchen {
		t.Errorf("the kitchen is another: %v", err)
	}
	list.Add(cellar)
	attic := room(t, w.servers(), "attic", false)
	list.Add(attic)
	list.Remove(attic)
	if list.Find("attic") != nil || list.Find("cellar") != cellar || len(list.Rooms()) != 2 {
		t.Errorf("there are %d rooms", len(list.Rooms()))
	}
	send(t, kitchen, "apple")
	must(t, list.Persist(t.Context()))

	again := rooms.NewRoomList(w.servers(), "house")
	must(t, again.Restore(t.Context()))
	if again.Find("cellar") == nil || again.Find("attic") != nil {
		t.Errorf("there are %d rooms again", len(again.Rooms()))
	}
	wantTexts(t, texts(t, again.Find("kitchen")), "apple")
	must(t, rooms.NewRoomList(w.servers(), "another house").Restore(t.Context()))
}

func TestAListIsKeptSaved(t *testing.T) {
	w := newWorld(t)
	list := rooms.NewRoomList(w.servers(), "house")
	ctx, cancel := context.WithCancel(t.Context())
	var keeping sync.WaitGroup
	defer keeping.Wait()
	defer cancel()
	failed := make(chan error, 100)
	keeping.Go(func() {
		if err := list.KeepSaved(ctx, func(err error) { failed <- err }); err != nil {
			t.Error(err)
		}
	})
	kitchen, err := list.Open("kitchen", false, "annika", "bruno")
	must(t, err)
	send(t, kitchen, "apple")
	awaitClean(t, kitchen)

	w.lease.GoAway()
	send(t, kitchen, "pear")
	select {
	case <-failed:
	case <-time.After(patience):
		t.Fatal("nobody has noticed that MongoDB is away")
	}
	w.lease.ComeBack()
	awaitClean(t, kitchen)
	if got := w.documents("kitchen"); got != 3 {
		t.Errorf("there are %d documents", got)
	}
	send(t, kitchen, "plum")
	cancel()
	keeping.Wait()
	if got := w.documents("kitchen"); got != 4 {
		t.Errorf("there are %d documents at the end", got)
	}
}

// patience bounds what a test waits for.
const patience = 30 * time.Second

// awaitClean waits until a room is saved.
func awaitClean(t *testing.T, r *rooms.ChatRoom) {
	t.Helper()
	for end := time.Now().Add(patience); r.Dirty(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the room is never saved")
		}
	}
}

func TestURLsThatAreNoneAreRefused(t *testing.T) {
	for amqp, mongo := range map[string]string{"http://127.0.0.1": "mongodb://127.0.0.1", "amqp://127.0.0.1": "127.0.0.1"} {
		if s, err := rooms.Connect(amqp, mongo); err == nil {
			s.Close()
			t.Errorf("%s and %s are taken", amqp, mongo)
		}
	}
}
