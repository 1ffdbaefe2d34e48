package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
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

// members finds the list of a room's members, whatever it is called, and reads it. As says
// what it is called; nothing, where there is none.
func (w *world) members(ctx context.Context, room *object) (aliases []string, as string, err error) {
	names, err := ask[probe.Names](ctx, w, "the names of what a room has can be listed", probe.NamesOf(room.number))
	if err != nil {
		return nil, "", err
	}
	for _, name := range slices.Concat(names.Public, names.Private) {
		if !strings.Contains(strings.ToLower(name), "member") || strings.Contains(name, "add") || strings.Contains(name, "remove") {
			continue
		}
		done, err := ask[probe.Done](ctx, w, "the list of members can be read", probe.Read(room.number, name))
		if stage.DropFailure(err) != nil {
			return nil, "", err
		}
		if err == nil && (done.Value.IsList() || done.Value.Kind == probe.Dict) {
			return textsIn(done.Value), name, nil
		}
	}
	return nil, "", stage.Fail("a room has a list of its members", "it has nothing of that name that is a list")
}

// textsIn lists the texts in a value.
func textsIn(value probe.Value) []string {
	if value.Kind == probe.Text {
		return []string{value.Text}
	}
	var all []string
	for _, item := range value.Items {
		all = append(all, textsIn(item)...)
	}
	return all
}

func (w *world) membersHold(ctx context.Context, aliases string) error {
	members, as, err := w.members(ctx, w.model.it)
	if err != nil {
		return err
	}
	for _, alias := range steps.List(aliases) {
		if !slices.Contains(members, alias) {
			return stage.Fail("its list of members holds "+aliases, fmt.Sprintf("its %s is %q", as, members))
		}
	}
	w.Run.Observe(answering, "calls a room's members "+as)
	return nil
}

func (w *world) membersDoNotHold(ctx context.Context, alias string) error {
	members, as, err := w.members(ctx, w.model.it)
	if err != nil || !slices.Contains(members, alias) {
		return err
	}
	return stage.Fail(fmt.Sprintf("its list of members does not hold %q", alias), fmt.Sprintf("its %s is %q", as, members))
}

func (w *world) isAdded(ctx context.Context, alias string) error {
	_, err := w.call(ctx, w.model.it, "add_group_member", argument("alias", alias))
	return err
}

func (w *world) isAddedIfAllowed(ctx context.Context, alias string) error {
	return stage.DropFailure(w.isAdded(ctx, alias))
}

func (w *world) isRemoved(ctx context.Context, alias string) error {
	_, err := w.call(ctx, w.model.it, "remove_group_member", argument("alias", alias))
	return err
}

func (w *world) isCalled(ctx context.Context, name string) error {
	_, err := w.call(ctx, w.model.it, name)
	return err
}

// nameOf is the name of a room.
func (m *model) nameOf(room *object) string {
	for name, r := range m.rooms {
		if r == room {
			return name
		}
	}
	return ""
}

func (w *world) areSent(ctx context.Context, texts string) error {
	room := w.model.it
	for _, text := range steps.List(texts) {
		props, err := w.newProperties(ctx, w.model.nameOf(room))
		if err != nil {
			return err
		}
		w.model.it = room
		_, err = w.call(ctx, room, "send_message", argument("message", text), argument("mess_props", probe.Ref(props.number)))
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *world) areGot(ctx context.Context, count int, as string) error {
	err := w.getMessages(ctx, count, as == "objects")
	w.model.lists = append(w.model.lists, w.model.done.Value)
	return err
}

func (w *world) getMessages(ctx context.Context, count int, asObjects bool) error {
	_, err := w.call(ctx, w.model.it, "get_messages", argument("num_messages", count), argument("return_objects", asObjects))
	return err
}

func (w *world) areGotWhatever(ctx context.Context, count int) error {
	err := w.getMessages(ctx, count, true)
	if _, isNone := w.given(); isNone == nil {
		w.model.lists = append(w.model.lists, w.model.done.Value)
	}
	return w.observeWhatever(err, fmt.Sprintf("where %d are asked for", count))
}

// observeWhatever tells what came of a call of which the text says nothing: something that it gives, or an
// exception. One that comes to no end is a finding.
func (w *world) observeWhatever(err error, where string) error {
	var exception *raised
	switch {
	case errors.As(err, &exception):
		w.Run.Observe(answering, fmt.Sprintf("%s raises an exception %s: %s", w.model.called, where, exception.text))
	case err == nil && w.model.done.Value.IsList():
		w.Run.Observe(answering, fmt.Sprintf("%s gives %d messages %s", w.model.called, len(w.model.done.Value.Items), where))
	case err == nil:
		w.Run.Observe(answering, fmt.Sprintf("%s gives %s %s", w.model.called, w.model.done.Value, where))
	default:
		return err
	}
	return nil
}

func (w *world) isLookedFor(ctx context.Context, text string) error {
	_, err := w.call(ctx, w.model.it, "find_message", argument("message_text", text))
	return w.unlessThereIsNone(err, text)
}

// unlessThereIsNone takes an exception for the answer that there is no message of a text,
// where nobody has made one. A call that comes to no end is none.
func (w *world) unlessThereIsNone(err error, text string) error {
	var exception *raised
	if !errors.As(err, &exception) || w.model.messages[text] != nil {
		return err
	}
	w.model.done = probe.Done{}
	w.Run.Observe(answering, w.model.called+" raises an exception where there is none")
	return nil
}

func (w *world) isPut(ctx context.Context, text string) error {
	room := w.model.it
	_, err := w.putIntoRoom(ctx, room, w.model.nameOf(room), text)
	w.model.it = room
	return err
}

func (w *world) getIsCalled(ctx context.Context) error {
	held, err := w.held(ctx, w.model.it)
	if err != nil {
		return err
	}
	w.model.before = held
	_, err = w.call(ctx, w.model.it, "get")
	return err
}

func (w *world) getIsCalledWhatever(ctx context.Context) error {
	_, err := w.call(ctx, w.model.it, "get")
	return w.observeWhatever(err, "on an empty room")
}

// isCalledAsTold fails where the last call was possible only by another name than the
// text's, or with more than the text gives.
func (w *world) isCalledAsTold() error {
	expected := fmt.Sprintf("%s is called as the text has it", w.model.called)
	if as := w.model.done.As; as != "" && as != w.model.called {
		return stage.Fail(expected, "it is called "+as)
	}
	for _, note := range w.model.done.Notes {
		if strings.Contains(note, "is demanded") {
			return stage.Fail(expected, note)
		}
	}
	return nil
}

func (w *world) trueIsGiven() error {
	if value := w.model.done.Value; value.Kind != probe.Bool || !value.Bool {
		return stage.Fail(w.model.called+" gives True", "it gives "+value.String())
	}
	return nil
}

// given is the list that was given.
func (w *world) given() (probe.Value, error) { return w.listIn(w.model.done.Value) }

// listIn is the list that was given with a value: it may be one of several things.
func (w *world) listIn(value probe.Value) (probe.Value, error) {
	if value.Kind == probe.Tuple {
		for _, item := range value.Items {
			if item.IsList() {
				return item, nil
			}
		}
	}
	if value.IsList() {
		return value, nil
	}
	return value, stage.Fail(w.model.called+" gives a list", "it gives "+value.String())
}

func (w *world) messagesAreGiven() error {
	if w.model.done.Value.Kind == probe.Tuple {
		return stage.Fail(w.model.called+" gives a list of ChatMessage", "it gives a tuple: "+w.model.done.Value.String())
	}
	list, err := w.given()
	if err != nil {
		return err
	}
	for _, item := range list.Items {
		if !w.isMessage(item) {
			return stage.Fail(w.model.called+" gives a list of ChatMessage", "there is "+item.String()+" in it")
		}
	}
	if len(list.Items) == 0 {
		return stage.Fail(w.model.called+" gives a list of ChatMessage", "it is empty")
	}
	return nil
}

func (w *world) isMessage(value probe.Value) bool {
	return value.Kind == probe.Object && value.Class == w.model.loaded.Classes[chatMessage].Name
}

func (w *world) countIsGiven(ctx context.Context, count int) error {
	list, err := w.given()
	if err != nil {
		return err
	}
	if len(list.Items) == count {
		texts, err := w.textsIn(ctx, list)
		w.Run.Observe(answering, fmt.Sprintf("%s gives %q where %d are asked for of those that were sent one after the other", w.model.called, texts, count))
		return stage.DropFailure(err)
	}
	return stage.Fail(fmt.Sprintf("%s gives %d messages", w.model.called, count), fmt.Sprintf("it gives %d", len(list.Items)))
}

// haveBeenGiven looks for texts in all lists that were given.
func (w *world) haveBeenGiven(ctx context.Context, texts string) error {
	called := w.model.called
	var given []string
	for _, value := range w.model.lists {
		list, err := w.listIn(value)
		if err != nil {
			return err
		}
		found, err := w.textsIn(ctx, list)
		if err != nil {
			return err
		}
		given = append(given, found...)
	}
	for _, text := range steps.List(texts) {
		if countOf(given, text) == 0 {
			return stage.Fail(fmt.Sprintf("%s, called again, gives what it has not given", called), fmt.Sprintf("all that it has given is %q", given))
		}
	}
	return nil
}

func (w *world) textIsGiven(text string) error {
	list, err := w.given()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list.Items, func(item probe.Value) bool { return item.Kind == probe.Text && strings.Contains(item.Text, text) }) {
		return nil
	}
	return stage.Fail(fmt.Sprintf("%s gives a list with the text %q", w.model.called, text), "it gives "+list.String())
}

func (w *world) messageIsGiven(ctx context.Context, text string) error {
	expected := fmt.Sprintf("%s gives the message %q", w.model.called, text)
	value := w.model.done.Value
	if !w.isMessage(value) {
		return stage.Fail(expected, "it gives "+value.String())
	}
	got, err := w.textOf(ctx, value)
	if err != nil {
		return err
	}
	if got == text {
		return nil
	}
	return stage.Fail(expected, fmt.Sprintf("it gives the message %q", got))
}

func (w *world) noMessageIsGiven(ctx context.Context) error {
	value := w.model.done.Value
	if value.Kind == "" {
		return nil // it has raised an exception
	}
	if !w.isMessage(value) {
		w.Run.Observe(answering, fmt.Sprintf("%s gives %s where there is none", w.model.called, value))
		return nil
	}
	got, err := w.textOf(ctx, value)
	if err != nil {
		return err
	}
	return stage.Fail(w.model.called+" gives no message", fmt.Sprintf("it gives the message %q", got))
}

// textOf is the text of a message.
func (w *world) textOf(ctx context.Context, message probe.Value) (string, error) {
	done, err := w.read(ctx, &object{number: message.Object, class: chatMessage}, "message")
	return done.Value.Text, err
}

// held lists the texts of the messages in a room, from its left to its right.
func (w *world) held(ctx context.Context, room *object) ([]string, error) {
	value, err := ask[probe.Value](ctx, w, "what a room holds can be listed", probe.Items(room.number))
	if err != nil {
		return nil, err
	}
	return w.textsIn(ctx, value)
}

// textsIn lists the texts of the messages in a list.
func (w *world) textsIn(ctx context.Context, list probe.Value) ([]string, error) {
	var texts []string
	for _, item := range list.Items {
		if item.Kind == probe.Text {
			texts = append(texts, item.Text)
			continue
		}
		if !w.isMessage(item) {
			continue
		}
		text, err := w.textOf(ctx, item)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func (w *world) isLeftOf(ctx context.Context, left, right string) error {
	held, err := w.held(ctx, w.model.it)
	if err != nil {
		return err
	}
	at, beside := slices.Index(held, left), slices.Index(held, right)
	if at >= 0 && beside >= 0 && at < beside {
		return nil
	}
	return stage.Fail(fmt.Sprintf("%q is left of %q", left, right), fmt.Sprintf("the room holds, from the left: %q", held))
}

func (w *world) rightmostIsGiven(ctx context.Context) error {
	if len(w.model.before) == 0 {
		return stage.Fail("the room holds messages", "it holds none")
	}
	if err := w.messageIsGiven(ctx, w.model.before[len(w.model.before)-1]); err != nil {
		return err
	}
	now, err := w.held(ctx, w.model.it)
	if err == nil && len(now) == len(w.model.before) {
		w.Run.Observe(answering, "get looks at a message, and leaves it in the room")
	}
	return stage.DropFailure(err)
}

func (w *world) hasNotReached(ctx context.Context, text, queue string) error {
	there, err := w.isIn(ctx, text, queue)
	if err != nil || !there {
		return err
	}
	return stage.Fail(fmt.Sprintf("%q does not reach the queue %q", text, queue), "it does")
}

// isDirtyOrSaved looks at a room that was changed: some save it at once.
func (w *world) isDirtyOrSaved(ctx context.Context, word string) error {
	done, err := w.read(ctx, w.model.it, "dirty")
	if err != nil || done.Value.IsTrue() {
		return err
	}
	saved, err := w.isStored(ctx, w.model.nameOf(w.model.it), word)
	if err != nil {
		return err
	}
	if saved {
		w.Run.Observe(answering, "saves a room as soon as it changes")
		return nil
	}
	return stage.Fail("a room that was changed is dirty", "its dirty is "+done.Value.String())
}

// isDirtyOrSavedWithout is about a room that somebody has left.
func (w *world) isDirtyOrSavedWithout(ctx context.Context, member string) error {
	done, err := w.read(ctx, w.model.it, "dirty")
	if err != nil || done.Value.IsTrue() {
		return err
	}
	all, _, err := w.documents(ctx, w.model.nameOf(w.model.it))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(d document) bool { return d.isOfRoom() && d.says("members", member) }) {
		w.Run.Observe(answering, "saves a room as soon as it changes")
		return nil
	}
	return stage.Fail("a room that was changed is dirty", "its dirty is "+done.Value.String())
}

func (w *world) itHoldsOnce(ctx context.Context, text string) error {
	held, err := w.held(ctx, w.model.it)
	if err != nil || countOf(held, text) == 1 {
		return err
	}
	return stage.Fail(fmt.Sprintf("it holds %q once", text), fmt.Sprintf("it holds %q", held))
}

func (w *world) membersHoldOnce(ctx context.Context, alias string) error {
	members, name, err := w.members(ctx, w.model.it)
	if err != nil {
		return err
	}
	count := 0
	for _, member := range members {
		if member == alias {
			count++
		}
	}
	if count == 1 {
		return nil
	}
	return stage.Fail(fmt.Sprintf("its %s holds %q once", name, alias), fmt.Sprintf("it holds %q", members))
}

func (w *world) isNotDirty(ctx context.Context) error {
	done, err := w.read(ctx, w.model.it, "dirty")
	if err != nil || !done.Value.IsTrue() {
		return err
	}
	return stage.Fail("a room that was saved is not dirty", "its dirty is "+done.Value.String())
}

func (w *world) isPrivate(ctx context.Context, name string) error {
	if err := w.looksFor(ctx); err != nil {
		return err
	}
	room := w.model.loaded.Classes[chatRoom]
	expected := fmt.Sprintf("ChatRoom has a private method __%s", name)
	switch {
	case slices.Contains(room.Private, name):
		return nil
	case slices.Contains(room.Public, name):
		return stage.Fail(expected, name+" is public")
	}
	return stage.Fail(expected, "it has none of that name")
}

func (w *world) propertiesAreMade(ctx context.Context) error {
	_, err := w.newProperties(ctx, "kitchen")
	return err
}

func (w *world) isAsGiven(ctx context.Context, name string) error {
	value, err := w.readAsTold(ctx, name)
	if err != nil {
		return err
	}
	for _, p := range w.model.propertiesOf("kitchen", w.model.sent) {
		if p.name == name && !isSame(value, p.value) {
			return stage.Fail(fmt.Sprintf("its %s is the one that was given", name), "it is "+value.String())
		}
	}
	return nil
}

// isSame compares a value with the one that was given. (A time may have been given a zone,
// and a number may have become a text: that is for another rule.)
func isSame(value probe.Value, given any) bool {
	switch given := given.(type) {
	case map[string]int: // an object
		return value.Object == given["object"] || value.Kind == probe.Number
	case map[string]string: // a time
		return value.Kind != probe.Nothing
	default:
		return value.Text == fmt.Sprint(given)
	}
}

func (w *world) isOfKind(ctx context.Context, name, kind string) error {
	done, err := w.read(ctx, w.model.it, name)
	if err != nil {
		return err
	}
	value := done.Value
	if value.Kind == probe.Enum && value.Of != nil {
		value = *value.Of
	}
	want := map[string]probe.Kind{"number": probe.Number, "text": probe.Text, "time": probe.Moment}[kind]
	if value.Kind == want {
		return nil
	}
	return stage.Fail(fmt.Sprintf("its %s is a %s", name, kind), "it is "+done.Value.String())
}

func (w *world) hasConstants(ctx context.Context) error {
	if err := w.looksFor(ctx); err != nil {
		return err
	}
	sent, isSent := w.model.constant(hasWord(ofSent))
	received, isReceived := w.model.constant(hasWord(ofReceived))
	const expected = "there are constants for the two types of messages, with sent and received in their names"
	switch {
	case !isSent && !isReceived:
		return stage.Fail(expected, "there is none"+w.constantsInstead())
	case !isSent || !isReceived:
		return stage.Fail(expected, "there is one only"+w.constantsInstead())
	case fmt.Sprint(sent) == fmt.Sprint(received):
		return stage.Fail(expected, fmt.Sprintf("both are %v", sent))
	}
	return nil
}

func (w *world) constantsInstead() string {
	var names []string
	for _, c := range w.model.constants {
		names = append(names, c.Name)
	}
	if len(names) == 0 {
		return ""
	}
	return "; there are " + journal.Shorten(strings.Join(names, ", "))
}

func (w *world) messageIsMade(ctx context.Context, text string) error {
	message, err := w.newMessage(ctx, "kitchen", text)
	w.model.it = message
	return err
}

func (w *world) hasProps(ctx context.Context) error {
	value, err := w.readAsTold(ctx, "mess_props")
	if err != nil {
		return err
	}
	expected := "its mess_props are those that it was made with"
	if value.Kind != probe.Object || value.Class != w.model.loaded.Classes[messageProperties].Name {
		return stage.Fail(expected, "they are "+value.String())
	}
	from, err := w.read(ctx, &object{number: value.Object, class: messageProperties}, "from_user")
	if err != nil {
		return stage.DropFailure(err)
	}
	if from.Value.Text != w.model.owner {
		return stage.Fail(expected, fmt.Sprintf("their from_user is %s, and not %q", from.Value, w.model.owner))
	}
	return nil
}

func (w *world) messageIsDirty(ctx context.Context, text, how string) error {
	message := w.model.messages[text]
	if message == nil {
		return fmt.Errorf("the scenario has no message %q", text)
	}
	done, err := w.read(ctx, message, "dirty")
	if err != nil {
		return err
	}
	if done.Value.IsTrue() == (how == "dirty") {
		return nil
	}
	return stage.Fail(fmt.Sprintf("the message %q is %s", text, how), "its dirty is "+done.Value.String())
}

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
