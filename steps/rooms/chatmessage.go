package rooms

import (
	"context"
	"fmt"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/probe"
	"github.com/chatspec/chatspec/fixtures/stage"
)

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
