package rooms

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/probe"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

// classSentences are those about the classes that the text describes.
func classSentences() []steps.Sentence {
	const (
		somebody = `"([^"]+)"`
		texts    = `("[^"]*"(?:, "[^"]*")*(?: and "[^"]*")?)`
		word     = `"(\w+)"`
	)
	return []steps.Sentence{
		steps.Say(`^the classes are looked for$`, (*world).looksFor),
		steps.Say(`^no module fails to be imported$`, (*world).noneFails),

		// rooms
		steps.Say(`^the (room|group) `+somebody+` is made$`, (*world).isMade),
		steps.Say(`^the (room|group) `+somebody+`$`, (*world).isMade),
		steps.Say(`^the (room|group) `+somebody+` with `+texts+`$`, (*world).isMadeWith),
		steps.Say(`^its class is called `+word+`$`, (*world).classIsCalled),
		steps.Say(`^it inherits from deque$`, (*world).inheritsDeque),
		steps.Say(`^its `+word+` is (True|False)$`, (*world).isFlag),
		steps.Say(`^its `+word+` is `+somebody+`$`, (*world).isText),
		steps.Say(`^its `+word+` is either True or False$`, (*world).isEitherFlag),
		steps.Say(`^it is not dirty$`, (*world).isNotDirty),
		steps.Say(`^its `+word+` is set$`, (*world).isSet),
		steps.Say(`^its list of members holds `+texts+`$`, (*world).membersHold),
		steps.Say(`^its list of members does not hold `+somebody+`$`, (*world).membersDoNotHold),
		steps.Say(`^its list of members holds `+somebody+` once$`, (*world).membersHoldOnce),
		steps.Say(`^`+somebody+` (?:is|has been) added to it$`, (*world).isAdded),
		steps.Say(`^`+somebody+` (?:is|has been) removed from it$`, (*world).isRemoved),
		steps.Say(`^`+somebody+` is added to it, if that is allowed$`, (*world).isAddedIfAllowed),
		steps.Say(`^its (persist|restore) (?:is|has been) called$`, (*world).isCalled),
		steps.Say(`^`+texts+` (?:is|has been|have been) sent to it$`, (*world).areSent),
		steps.Say(`^(\d+) messages? (?:is|are) got from it as (objects|texts)$`, (*world).areGot),
		steps.Say(`^(-?\d+) messages are got from it, whatever it gives$`, (*world).areGotWhatever),
		steps.Say(`^`+somebody+` (?:is|has been) looked for in it$`, (*world).isLookedFor),
		steps.Say(`^`+somebody+` is put into it$`, (*world).isPut),
		steps.Say(`^its get is called$`, (*world).getIsCalled),
		steps.Say(`^its get is called, whatever it gives$`, (*world).getIsCalledWhatever),
		steps.Say(`^that is called as the text has it$`, (*world).isCalledAsTold),
		steps.Say(`^True is given$`, (*world).trueIsGiven),
		steps.Say(`^a list of messages is given$`, (*world).messagesAreGiven),
		steps.Say(`^(\d+) messages are given$`, (*world).countIsGiven),
		steps.Say(`^each of `+texts+` has been given$`, (*world).haveBeenGiven),
		steps.Say(`^a list with the text `+somebody+` is given$`, (*world).textIsGiven),
		steps.Say(`^the message `+somebody+` is given$`, (*world).messageIsGiven),
		steps.Say(`^no message is given$`, (*world).noMessageIsGiven),
		steps.Say(`^`+somebody+` is at its left, and `+somebody+` at its right$`, (*world).isLeftOf),
		steps.Say(`^the message is given that was at its right$`, (*world).rightmostIsGiven),
		steps.Say(`^what it holds is remembered$`, (*world).remembersWhatItHolds),
		steps.Say(`^it holds the same, in the same order$`, (*world).holdsTheSame),
		steps.Say(`^`+somebody+` has not reached the queue `+somebody+`$`, (*world).hasNotReached),
		steps.Say(`^it is dirty, or saved with `+somebody+`$`, (*world).isDirtyOrSaved),
		steps.Say(`^it is dirty, or saved without `+somebody+`$`, (*world).isDirtyOrSavedWithout),
		steps.Say(`^it holds `+somebody+` once$`, (*world).itHoldsOnce),
		steps.Say(`^`+somebody+` is a private method of ChatRoom$`, (*world).isPrivate),

		// messages and their properties
		steps.Say(`^properties (?:of a message )?(?:are made|that were made)$`, (*world).propertiesAreMade),
		steps.Say(`^its `+word+` is the one that was given$`, (*world).isAsGiven),
		steps.Say(`^its `+word+` is a (number|text|time)$`, (*world).isOfKind),
		steps.Say(`^there are constants for sent and for received messages$`, (*world).hasConstants),
		steps.Say(`^the message `+somebody+` is made$`, (*world).messageIsMade),
		steps.Say(`^the message `+somebody+`$`, (*world).messageIsMade),
		steps.Say(`^its mess_props are those that it was made with$`, (*world).hasProps),
		steps.Say(`^the message `+somebody+` in it is (dirty|not dirty)$`, (*world).messageIsDirty),

		// lists of rooms
		steps.Say(`^the list of rooms `+somebody+` is made$`, (*world).listIsMade),
		steps.Say(`^the list of rooms `+somebody+`$`, (*world).listIsMade),
		steps.Say(`^the list of rooms `+somebody+` with `+texts+`$`, (*world).listIsMadeWith),
		steps.Say(`^the room `+somebody+` (?:is|has been) added to the list$`, (*world).roomIsAdded),
		steps.Say(`^the group `+somebody+` has been added to the list$`, (*world).groupIsAdded),
		steps.Say(`^the room that was given is for a group$`, (*world).givenIsForGroup),
		steps.Say(`^the room that was given has its owner$`, (*world).givenHasOwner),
		steps.Say(`^the create_time of the room `+somebody+` is remembered$`, (*world).remembersCreateTime),
		steps.Say(`^the room that was given has the same create_time$`, (*world).givenHasCreateTime),
		steps.Say(`^the room `+somebody+` (?:is|has been) removed from the list$`, (*world).roomIsRemoved),
		steps.Say(`^the room `+somebody+` is looked for in the list$`, (*world).roomIsLookedFor),
		steps.Say(`^the room `+somebody+` is given$`, (*world).roomIsGiven),
		steps.Say(`^no room is given$`, (*world).noRoomIsGiven),
		steps.Say(`^the room `+somebody+` of the list holds `+somebody+`$`, (*world).roomHolds),
		steps.Say(`^the list (?:is|has been) saved, and restored as a new one$`, (*world).listIsRestored),
		steps.Say(`^the room `+somebody+` in the list holds `+texts+`$`, (*world).roomInListHolds),
	}
}

// make makes an object of a class.
func (w *world) make(ctx context.Context, class string, args ...probe.Argument) (*object, error) {
	if err := w.looksFor(ctx); err != nil {
		return nil, err
	}
	if _, found := w.model.loaded.Classes[class]; !found {
		return nil, stage.Fail(fmt.Sprintf("there is a class %s", class), "none of the modules has it"+w.insteadOfClass())
	}
	done, err := ask[probe.Done](ctx, w, fmt.Sprintf("%s can be made", class), probe.Make(class, args...))
	if err != nil {
		return nil, err
	}
	w.note(class, done)
	w.model.it = &object{number: done.Value.Object, class: class, made: done}
	return w.model.it, nil
}

// insteadOfClass says which modules could not be looked into.
func (w *world) insteadOfClass() string {
	if err := w.noneFails(); err != nil {
		return "; " + err.Error()
	}
	return ""
}

// note keeps what was needed besides what the text gives.
func (w *world) note(what string, done probe.Done) {
	for _, note := range done.Notes {
		w.Run.Observe(answering, what+": "+note)
	}
}

// isMade makes a room: with what its constructor takes, and the rest of what the text says
// of it afterwards.
func (w *world) isMade(ctx context.Context, kind, name string) error {
	isGroup := kind == group
	if err := w.looksFor(ctx); err != nil {
		return err
	}
	room, err := w.make(ctx, chatRoom, w.model.argumentsOfRoom(name, isGroup)...)
	if err != nil {
		return err
	}
	w.model.rooms[name], w.model.groups[name] = room, isGroup
	return w.complete(ctx, room, isGroup)
}

// complete gives a room what its constructor did not take. What it has no place for, the
// rules will say.
func (w *world) complete(ctx context.Context, room *object, isGroup bool) error {
	left := room.made.Left
	asType := len(left) > 0 && slices.Contains(left, "group_room") && !slices.Contains(left, "room_type") && w.hasTypeOfRoom(isGroup)
	if slices.Contains(left, "group_room") && !asType {
		if err := w.trySet(ctx, room, "group_room", isGroup); err != nil {
			return err
		}
	}
	if slices.Contains(left, "owner_alias") {
		if err := w.trySet(ctx, room, "owner_alias", w.model.owner); err != nil {
			return err
		}
	}
	if !slices.Contains(left, "member_list") || !slices.Contains(left, "other_alias") {
		return nil
	}
	members, _, err := w.members(ctx, room)
	if err != nil {
		return stage.DropFailure(err)
	}
	for _, alias := range []string{w.model.owner, w.model.other} {
		if slices.Contains(members, alias) {
			continue
		}
		if _, err := w.call(ctx, room, "add_group_member", argument("alias", alias)); stage.DropFailure(err) != nil {
			return err
		}
	}
	return nil
}

func (w *world) hasTypeOfRoom(isGroup bool) bool {
	_, found := w.model.typeOfRoom(isGroup)
	return found
}

// trySet sets a property, if there is one that can be set.
func (w *world) trySet(ctx context.Context, of *object, name string, value any) error {
	_, err := ask[probe.Done](ctx, w, "its "+name+" can be set", probe.Write(of.number, name, value))
	return stage.DropFailure(err)
}

func (w *world) isMadeWith(ctx context.Context, kind, name, texts string) error {
	if err := w.isMade(ctx, kind, name); err != nil {
		return err
	}
	room := w.model.it
	for _, text := range steps.List(texts) {
		if _, err := w.putIntoRoom(ctx, room, name, text); err != nil {
			return err
		}
	}
	w.model.it = room
	return nil
}

// putInto puts a new message into a room.
func (w *world) putIntoRoom(ctx context.Context, room *object, name, text string) (probe.Done, error) {
	message, err := w.newMessage(ctx, name, text)
	if err != nil {
		return probe.Done{}, err
	}
	return w.call(ctx, room, "put", argument("message", probe.Ref(message.number)))
}

// newMessage makes a message that goes to a room.
func (w *world) newMessage(ctx context.Context, room, text string) (*object, error) {
	// Without properties a message is still one.
	props, err := w.newProperties(ctx, room)
	if err := stage.DropFailure(err); err != nil {
		return nil, err
	}
	var given any
	if props != nil {
		given = probe.Ref(props.number)
	}
	message, err := w.make(ctx, chatMessage, argument("message", text), argument("mess_props", given))
	if err != nil {
		return nil, err
	}
	w.model.messages[text] = message
	return message, nil
}

// newProperties makes the properties of a message that goes to a room.
func (w *world) newProperties(ctx context.Context, room string) (*object, error) {
	if err := w.looksFor(ctx); err != nil {
		return nil, err
	}
	w.model.sent++
	given := w.model.propertiesOf(room, w.model.sent)
	var args []probe.Argument
	for _, p := range given {
		args = append(args, placed(p.name, p.value))
	}
	props, err := w.make(ctx, messageProperties, args...)
	if err != nil {
		return nil, err
	}
	for _, p := range given {
		if slices.Contains(props.made.Left, p.name) {
			if err := w.trySet(ctx, props, p.name, p.value); err != nil {
				return nil, err
			}
		}
	}
	return props, nil
}

// call calls a method, whatever it is called instead.
func (w *world) call(ctx context.Context, of *object, name string, args ...probe.Argument) (probe.Done, error) {
	done, err := ask[probe.Done](ctx, w, fmt.Sprintf("%s can be called", name), probe.Call(of.number, name, args...))
	if err == nil {
		w.note(name, done)
	}
	w.model.done, w.model.called = done, name
	return done, err
}

// read reads a property, whatever it is called instead.
func (w *world) read(ctx context.Context, of *object, name string) (probe.Done, error) {
	done, err := ask[probe.Done](ctx, w, fmt.Sprintf("%s has %s", of.class, name), probe.Read(of.number, name))
	if err == nil {
		w.note(of.class, done)
	}
	return done, err
}

// readAsTold reads a property that the text spells: under another name it fails.
func (w *world) readAsTold(ctx context.Context, name string) (probe.Value, error) {
	done, err := w.read(ctx, w.model.it, name)
	if err != nil {
		return probe.Value{}, err
	}
	if done.As != "" && done.As != name {
		return done.Value, stage.Fail(fmt.Sprintf("%s has %s", w.model.it.class, name), "it is called "+done.As)
	}
	if len(done.Notes) > 0 {
		return done.Value, stage.Fail(fmt.Sprintf("%s has %s", w.model.it.class, name), strings.Join(done.Notes, ", "))
	}
	return done.Value, nil
}

func (w *world) classIsCalled(name string) error {
	found := w.model.loaded.Classes[w.model.it.class].Name
	if found == name {
		return nil
	}
	return stage.Fail("there is a class "+name, "it is called "+found)
}

func (w *world) inheritsDeque() error {
	bases := w.model.loaded.Classes[chatRoom].Bases
	if slices.Contains(bases, "collections.deque") {
		return nil
	}
	return stage.Fail("ChatRoom inherits from collections.deque", "it inherits from "+strings.Join(bases, ", "))
}

func (w *world) isFlag(ctx context.Context, name, want string) error {
	value, err := w.readAsTold(ctx, name)
	if err != nil {
		return err
	}
	if value.Kind == probe.Bool && value.String() == want {
		return nil
	}
	return stage.Fail(fmt.Sprintf("its %s is %s", name, want), "it is "+value.String())
}

func (w *world) isText(ctx context.Context, name, want string) error {
	value, err := w.readAsTold(ctx, name)
	if err != nil {
		return err
	}
	if value.Kind == probe.Text && value.Text == want {
		return nil
	}
	return stage.Fail(fmt.Sprintf("its %s is %q", name, want), "it is "+value.String())
}

func (w *world) isEitherFlag(ctx context.Context, name string) error {
	value, err := w.readAsTold(ctx, name)
	if err != nil || value.Kind == probe.Bool {
		return err
	}
	return stage.Fail(fmt.Sprintf("its %s is True or False", name), "it is "+value.String())
}

func (w *world) isSet(ctx context.Context, name string) error {
	value, err := w.readAsTold(ctx, name)
	if err != nil || value.Kind != probe.Nothing {
		return err
	}
	return stage.Fail(fmt.Sprintf("its %s is set", name), "it is None")
}
