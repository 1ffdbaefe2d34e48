package rooms

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/chatspec/chatspec/fixtures/probe"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

func (w *world) listIsMade(ctx context.Context, name string) error {
	_, err := w.make(ctx, roomList, placed("name", name))
	return err
}

func (w *world) listIsMadeWith(ctx context.Context, name, rooms string) error {
	if err := w.listIsMade(ctx, name); err != nil {
		return err
	}
	for _, room := range steps.List(rooms) {
		if err := w.roomIsAdded(ctx, room); err != nil {
			return err
		}
	}
	return nil
}

// roomOf makes a room, or takes the one that was made, without being about it.
func (w *world) roomOf(ctx context.Context, name string) (*object, error) {
	if room := w.model.rooms[name]; room != nil {
		return room, nil
	}
	it := w.model.it
	defer func() { w.model.it = it }()
	if err := w.isMade(ctx, private, name); err != nil {
		return nil, err
	}
	return w.model.rooms[name], nil
}

func (w *world) onList(ctx context.Context, method, name string) error {
	room, err := w.roomOf(ctx, name)
	if err != nil {
		return err
	}
	// Some want the room, and some its name.
	_, err = w.call(ctx, w.model.it, method, placed("room", probe.Ref(room.number)), optional("room_name", name))
	return err
}

func (w *world) roomIsAdded(ctx context.Context, name string) error {
	return w.onList(ctx, "add", name)
}

// groupIsAdded makes a group, and adds it to the list.
func (w *world) groupIsAdded(ctx context.Context, name string) error {
	list := w.model.it
	if err := w.isMade(ctx, group, name); err != nil {
		return err
	}
	w.model.it = list
	return w.roomIsAdded(ctx, name)
}

// givenIsForGroup looks at the room that was given last.
func (w *world) givenIsForGroup(ctx context.Context) error {
	room := &object{number: w.model.done.Value.Object, class: chatRoom}
	done, err := w.read(ctx, room, "group_room")
	if err != nil || done.Value.IsTrue() {
		return err
	}
	return stage.Fail("the room is for a group", "its group_room is "+done.Value.String())
}

// givenHasOwner looks whose the room is that was given last.
func (w *world) givenHasOwner(ctx context.Context) error {
	room := &object{number: w.model.done.Value.Object, class: chatRoom}
	done, err := w.read(ctx, room, "owner_alias")
	if err != nil || done.Value.Text == w.model.owner {
		return err
	}
	return stage.Fail(fmt.Sprintf("the room's owner_alias is %q", w.model.owner), "it is "+done.Value.String())
}

func (w *world) remembersCreateTime(ctx context.Context, name string) error {
	room, err := w.roomOf(ctx, name)
	if err != nil {
		return err
	}
	done, err := w.read(ctx, room, "create_time")
	w.model.created = done.Value
	return err
}

// givenHasCreateTime looks when the room was made that was given last. MongoDB keeps milliseconds.
func (w *world) givenHasCreateTime(ctx context.Context) error {
	room := &object{number: w.model.done.Value.Object, class: chatRoom}
	done, err := w.read(ctx, room, "create_time")
	if err != nil {
		return err
	}
	was, is := w.model.created, done.Value
	switch {
	case was.String() == is.String():
		return nil
	case was.Kind != is.Kind && is.Kind != probe.Nothing:
		return &stage.Unverified{Reason: fmt.Sprintf("its create_time was %s, and is %s, which cannot be compared", was, is)}
	case was.Kind == probe.Moment && is.Kind == probe.Moment && is.Time.Sub(was.Time).Abs() < time.Second:
		return nil
	}
	return stage.Fail(fmt.Sprintf("the room's create_time is %s", was), "it is "+is.String())
}

func (w *world) remembersWhatItHolds(ctx context.Context) (err error) {
	w.model.held, err = w.held(ctx, w.model.it)
	return err
}

func (w *world) holdsTheSame(ctx context.Context) error {
	now, err := w.held(ctx, w.model.it)
	if err != nil || slices.Equal(now, w.model.held) {
		return err
	}
	return stage.Fail(fmt.Sprintf("the room holds %q, from the left", w.model.held), fmt.Sprintf("it holds %q", now))
}

// roomHolds puts a message into a room, whatever list it is in.
func (w *world) roomHolds(ctx context.Context, name, text string) error {
	list := w.model.it
	defer func() { w.model.it = list }()
	room, err := w.roomOf(ctx, name)
	if err != nil {
		return err
	}
	_, err = w.putIntoRoom(ctx, room, name, text)
	return err
}

func (w *world) roomIsRemoved(ctx context.Context, name string) error {
	return w.onList(ctx, "remove", name)
}

func (w *world) roomIsLookedFor(ctx context.Context, name string) error {
	_, err := w.call(ctx, w.model.it, "find", argument("room_name", name))
	return err
}

func (w *world) isRoom(value probe.Value) bool {
	return value.Kind == probe.Object && value.Class == w.model.loaded.Classes[chatRoom].Name
}

func (w *world) roomIsGiven(name string) error {
	value := w.model.done.Value
	switch {
	case !w.isRoom(value):
		return stage.Fail(fmt.Sprintf("%s gives the room %q", w.model.called, name), "it gives "+value.String())
	case w.model.rooms[name] != nil && value.Object != w.model.rooms[name].number:
		return stage.Fail(fmt.Sprintf("%s gives the room %q", w.model.called, name), "it gives another")
	}
	return nil
}

func (w *world) noRoomIsGiven() error {
	value := w.model.done.Value
	if w.isRoom(value) {
		return stage.Fail(w.model.called+" gives no room", "it gives "+value.String())
	}
	w.Run.Observe(answering, fmt.Sprintf("%s gives %s where there is none", w.model.called, value))
	return nil
}

func (w *world) listIsRestored(ctx context.Context) error {
	list := w.model.it
	if _, err := w.call(ctx, list, "persist"); err != nil {
		return err
	}
	name, err := w.read(ctx, list, "name")
	if err != nil {
		return err
	}
	w.model.rooms = map[string]*object{}
	if err := w.listIsMade(ctx, name.Value.Text); err != nil {
		return err
	}
	_, err = w.call(ctx, w.model.it, "restore")
	return err
}

func (w *world) roomInListHolds(ctx context.Context, name, texts string) error {
	if err := w.roomIsLookedFor(ctx, name); err != nil {
		return err
	}
	if err := w.roomIsGiven(name); err != nil {
		return err
	}
	held, err := w.held(ctx, &object{number: w.model.done.Value.Object, class: chatRoom})
	if err != nil {
		return err
	}
	for _, text := range steps.List(texts) {
		if !slices.Contains(held, text) {
			return stage.Fail(fmt.Sprintf("the room %q holds %s", name, texts), fmt.Sprintf("it holds %q", held))
		}
	}
	return nil
}
