package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/probe"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/steps"
)

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
