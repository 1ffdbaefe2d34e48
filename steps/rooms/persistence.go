package rooms

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/mongo"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps"
)

// persistenceSentences are those about what is kept in MongoDB.
func persistenceSentences() []steps.Sentence {
	const (
		somebody = `"([^"]+)"`
		texts    = `("[^"]*"(?:, "[^"]*")*(?: and "[^"]*")?)`
		room     = `the (?:room|group) ` + somebody
	)
	return []steps.Sentence{
		// rooms, by their class, or, where there is none, by the API
		steps.Say(`^the (room|group) `+somebody+` holds `+texts+`$`, (*world).holds),
		steps.Say(`^`+room+` holds `+somebody+`, too$`, (*world).holdsMore),
		steps.Say(`^`+room+` (?:is|has been) saved$`, (*world).isSaved),
		steps.Say(`^`+room+` (?:is|has been) restored$`, (*world).isRestored),
		steps.Say(`^`+room+` holds `+texts+` again$`, (*world).holdsAgain),
		steps.Say(`^`+room+` holds each of `+texts+` once$`, (*world).holdsOnce),
		steps.Say(`^`+room+` does not hold `+somebody+`$`, (*world).doesNotHold),
		steps.Say(`^`+room+` holds `+texts+`, in this order$`, (*world).holdsInOrder),

		// what is in MongoDB
		steps.Say(`^MongoDB has a collection `+somebody+`$`, (*world).hasCollection),
		steps.Say(`^the collection `+somebody+` has a document for the room itself$`, (*world).hasMetadata),
		steps.Say(`^the collection `+somebody+` has a document for each of `+texts+`$`, (*world).hasDocuments),
		steps.Say(`^in the collection `+somebody+` the document of the room says its (name|owner|members|flag|create time|modify time)$`, (*world).metadataSays),
		steps.Say(`^what was sent to `+room+` has been seen in MongoDB$`, (*world).isSeen),
		steps.Say(`^in the collection `+somebody+` the numbers of `+texts+` grow by one$`, (*world).numbersGrow),
		steps.Say(`^in the collection `+somebody+` `+texts+` have numbers of their own$`, (*world).numbersDiffer),
		steps.Say(`^in the collection `+somebody+` no two messages have the same id$`, (*world).idsDiffer),
		steps.Say(`^in the collection `+somebody+` no message was received before it was sent$`, (*world).receivedAfterSent),
		steps.Say(`^in the collection `+somebody+` the message `+somebody+` is from `+somebody+`, and to `+somebody+`$`, (*world).isFromAndTo),
		steps.Say(`^in the collection `+somebody+` `+somebody+` was sent a second after `+somebody+`, or later$`, (*world).wasSentLater),

		// changes
		steps.Say(`^its modify_time is remembered$`, (*world).remembersModifyTime),
		steps.Say(`^its modify_time is (the same|a later one)$`, (*world).modifyTimeIs),
		steps.Say(`^nothing is written to MongoDB since then$`, (*world).nothingWritten),
		steps.Say(`^its persist is called again$`, (*world).persistsAgain),
		steps.Say(`^mess_chat is killed, and started again$`, (*world).isKilledAndStarted),
		steps.Say(`^mess_chat has done what it does, and is killed, and started again$`, (*world).isKilledAtRestAndStarted),
		steps.Say(`^`+somebody+` has `+somebody+` again in the room `+somebody+`$`, (*world).hasAgain),
	}
}

// byClasses reports whether rooms are made by their class: where there is none, they are
// made through the API.
func (w *world) byClasses(ctx context.Context) (bool, error) {
	err := w.looksFor(ctx)
	var missing *target.Missing
	var unseen *stage.Unverified
	if errors.As(err, &missing) || errors.As(err, &unseen) || stage.DropFailure(err) == nil && err != nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, found := w.model.loaded.Classes[chatRoom]
	return found, nil
}

// holds makes a room, and gives it messages.
func (w *world) holds(ctx context.Context, kind, name, texts string) error {
	byClasses, err := w.byClasses(ctx)
	if err != nil {
		return err
	}
	if byClasses {
		w.model.kept[name] = append(w.model.kept[name], steps.List(texts)...)
		return w.isMadeWith(ctx, kind, name, texts)
	}
	if w.api == nil {
		if err := w.runs(ctx); err != nil {
			return err
		}
	}
	for _, text := range steps.List(texts) {
		if err := w.hasSent(ctx, w.model.owner, text, w.model.other, kind, name); err != nil {
			return err
		}
	}
	return w.reader(w.model.other, name).Ask(ctx)
}

// holdsMore gives a room that holds messages one more.
func (w *world) holdsMore(ctx context.Context, name, text string) error {
	if room := w.model.rooms[name]; room != nil {
		w.model.kept[name] = append(w.model.kept[name], text)
		_, err := w.putIntoRoom(ctx, room, name, text)
		return err
	}
	if !w.isRunning() { // it was ended so that it saves
		if err := w.isKilledAndStarted(ctx); err != nil {
			return err
		}
	}
	if err := w.hasSent(ctx, w.model.owner, text, w.model.other, private, name); err != nil {
		return err
	}
	return w.reader(w.model.other, name).Ask(ctx)
}

// isSaved has a room saved, and waits until what it holds is seen in the database, or
// nothing more happens.
func (w *world) isSaved(ctx context.Context, name string) error {
	if room := w.model.rooms[name]; room != nil {
		w.model.it = room
		if _, err := w.call(ctx, room, "persist"); err != nil {
			return err
		}
	}
	return stage.DropFailure(w.isSeen(ctx, name))
}

// isSeen waits until all that a room holds is in the database: programs may save it later,
// some when they end.
func (w *world) isSeen(ctx context.Context, name string) error {
	err := w.awaitSaved(ctx, name)
	var failure *stage.Failure
	if errors.As(err, &failure) && w.model.rooms[name] == nil && w.isRunning() {
		if err := w.Stage.Interrupt(ctx, chat); err != nil {
			return err
		}
		if err = w.awaitSaved(ctx, name); err == nil {
			w.Run.Observe(chat, "saves what it holds when it ends")
		}
	}
	if err != nil {
		return err
	}
	// What is written together with it may come a moment later.
	return w.Stage.AwaitQuiet(ctx)
}

// isRunning reports whether mess_chat was started, and has not ended.
func (w *world) isRunning() bool {
	return slices.Contains(w.Stage.Programs(), chat) && stage.Ended(w.Stage.Journal(), chat) == ""
}

// awaitSaved waits until all that a room holds is in the database, or nothing more happens.
func (w *world) awaitSaved(ctx context.Context, name string) error {
	var failed error
	err := w.Stage.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf("what the room %q holds is in MongoDB", name), By: w.Stage.Programs(),
		Met: func([]journal.Event) bool {
			for _, text := range w.model.kept[name] {
				stored, err := w.isStored(ctx, name, text)
				if failed = err; err != nil || !stored {
					return err != nil
				}
			}
			return true
		},
		Observed: func([]journal.Event) string { return w.storedInstead(ctx, name) },
	})
	return errors.Join(err, failed)
}

// Excuse says why nothing can be found against programs that have asked the database for what it
// cannot do, and MongoDB can, or that were refused since their password is not known here.
func (w *world) Excuse() error {
	if w.Database == nil {
		return nil
	}
	if lacks := w.Database.Lacks(); len(lacks) > 0 {
		return &stage.Unverified{Reason: fmt.Sprintf("the embedded database lacks %s; --mongo docker or a URL has it", strings.Join(lacks, ", "))}
	}
	for _, login := range w.Database.Logins() {
		if login.Unknown {
			return &stage.Unverified{Reason: fmt.Sprintf("it logs in to MongoDB as %q, with a password that chatspec does not know: let it take the one in MONGO_PASSWORD, or write it into a file of the program's", login.User)}
		}
	}
	return nil
}

// A document is one in MongoDB.
type document struct {
	raw    bson.Raw
	fields []field
}

// A field is a value in a document, however deep.
type field struct {
	path  string // the names that lead to it, in small letters, with dots between
	value bson.RawValue
}

// longestPath is how many bytes of a path are kept, from its end: a field of fields has its
// own in each of them.
const longestPath = 200

// fieldsOf lists the values in a document.
func fieldsOf(raw bson.Raw, before string) []field {
	elements, err := raw.Elements()
	if err != nil {
		return nil
	}
	var all []field
	for _, e := range elements {
		path := before + strings.ToLower(e.Key())
		path = path[max(0, len(path)-longestPath):]
		all = append(all, field{path, e.Value()})
		switch e.Value().Type {
		case bson.TypeEmbeddedDocument:
			all = append(all, fieldsOf(e.Value().Document(), path+".")...)
		case bson.TypeArray:
			all = append(all, fieldsOf(bson.Raw(e.Value().Array()), path+".")...)
		}
	}
	return all
}

// text is what a field says, if that is a text or bytes.
func (f field) text() string {
	if text, ok := f.value.StringValueOK(); ok {
		return text
	}
	if _, data, ok := f.value.BinaryOK(); ok {
		return string(data)
	}
	return ""
}

// time is what a field says, if that is a time, or a number or a text of one.
func (f field) time() (time.Time, bool) {
	switch f.value.Type {
	case bson.TypeDateTime:
		return time.UnixMilli(f.value.DateTime()), true
	case bson.TypeDouble:
		return timeOfNumber(f.value.Double()), true
	case bson.TypeInt32, bson.TypeInt64:
		return timeOfNumber(float64(f.value.AsInt64())), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.ANSIC} {
		if at, err := time.Parse(layout, f.text()); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

func (f field) isTime() bool {
	_, read := f.time()
	return read
}

// isDateTime reports whether a field is a time as MongoDB keeps it.
func (f field) isDateTime() bool { return f.value.Type == bson.TypeDateTime }

// timeOfNumber takes a number for seconds since 1970, or for milliseconds where it is large.
func timeOfNumber(number float64) time.Time {
	const secondsUntil5138 = 1e11
	if number > secondsUntil5138 {
		number /= 1000
	}
	return time.UnixMicro(int64(number * 1e6))
}

// holds reports whether a document has a text somewhere.
func (d document) holds(text string) bool {
	return slices.ContainsFunc(d.fields, func(f field) bool { return strings.Contains(f.text(), text) })
}

// find finds the first value under one of some names.
func (d document) find(names ...string) (field, bool) {
	for _, f := range d.fields {
		last := f.path[strings.LastIndex(f.path, ".")+1:]
		if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(last, name) }) {
			return f, true
		}
	}
	return field{}, false
}

// findTime finds the first value under a name that is a time: `rec` is the beginning of a recipient, too.
func (d document) findTime(name string, isTime func(field) bool) (field, bool) {
	for _, f := range d.fields {
		if strings.Contains(f.path[strings.LastIndex(f.path, ".")+1:], name) && isTime(f) {
			return f, true
		}
	}
	return field{}, false
}

// isOfRoom reports whether a document is about a room itself: nothing else has members or
// an owner.
func (d document) isOfRoom() bool {
	_, found := d.find("member", "owner")
	return found
}

// documents are those in the collections of a name, whatever database they are in.
func (w *world) documents(ctx context.Context, collection string) (all []document, found bool, err error) {
	if w.Database == nil {
		return nil, false, nil
	}
	collections, err := w.Database.Collections(ctx)
	if err != nil && ctx.Err() == nil { // it may have been filled with what cannot be read
		return nil, false, &stage.Unverified{Reason: err.Error()}
	}
	if err != nil {
		return nil, false, err
	}
	for _, c := range collections {
		if c.Name != collection {
			continue
		}
		found = true
		for _, raw := range c.Documents {
			all = append(all, document{raw, fieldsOf(raw, "")})
		}
	}
	return all, found, nil
}

// isStored reports whether the collection of a room holds a text.
func (w *world) isStored(ctx context.Context, room, text string) (bool, error) {
	all, _, err := w.documents(ctx, room)
	return slices.ContainsFunc(all, func(d document) bool { return d.holds(text) }), err
}

// storedInstead says what a collection holds, for a person; where there is none, which
// there are.
func (w *world) storedInstead(ctx context.Context, collection string) string {
	all, found, err := w.documents(ctx, collection)
	if err != nil {
		return err.Error()
	}
	if found {
		var shown []string
		for _, d := range all {
			shown = append(shown, mongo.Show(d.raw))
		}
		return fmt.Sprintf("the collection %q holds %d documents: %s", collection, len(all), journal.Shorten(strings.Join(shown, ", ")))
	}
	if w.Database == nil {
		return "nothing was started that would use MongoDB"
	}
	collections, err := w.Database.Collections(ctx)
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, c := range collections {
		names = append(names, c.Database+"."+c.Name)
	}
	if len(names) == 0 {
		return "MongoDB holds nothing"
	}
	return "there are the collections " + journal.Shorten(strings.Join(names, ", "))
}

func (w *world) hasCollection(ctx context.Context, name string) error {
	all, _, err := w.documents(ctx, name)
	if err != nil || len(all) > 0 {
		return err
	}
	return stage.Fail(fmt.Sprintf("MongoDB has a collection %q with something in it", name), w.storedInstead(ctx, name))
}

func (w *world) hasMetadata(ctx context.Context, name string) error {
	all, _, err := w.documents(ctx, name)
	if err != nil || slices.ContainsFunc(all, document.isOfRoom) {
		return err
	}
	expected := fmt.Sprintf("the collection %q has a document with the room's owner and members", name)
	return stage.Fail(expected, w.storedInstead(ctx, name))
}

// hasDocuments checks that each text has a document of its own.
func (w *world) hasDocuments(ctx context.Context, name, texts string) error {
	all, _, err := w.documents(ctx, name)
	if err != nil {
		return err
	}
	for _, text := range steps.List(texts) {
		alone := slices.ContainsFunc(all, func(d document) bool {
			return d.holds(text) && !slices.ContainsFunc(steps.List(texts), func(other string) bool { return other != text && d.holds(other) })
		})
		if !alone {
			return stage.Fail(fmt.Sprintf("the collection %q has a document for the message %q alone", name, text), w.storedInstead(ctx, name))
		}
	}
	return nil
}

// metadataSays looks into the document of a room that is called as its collection.
func (w *world) metadataSays(ctx context.Context, name, what string) error {
	all, _, err := w.documents(ctx, name)
	if err != nil {
		return err
	}
	wanted := map[string]string{"name": name, "owner": w.model.owner, "members": w.model.other}[what]
	for _, d := range all {
		if d.isOfRoom() && d.says(what, wanted) {
			return nil
		}
	}
	return stage.Fail(fmt.Sprintf("the document of the room %q says its %s", name, what), w.storedInstead(ctx, name))
}

// savedDocuments are those of a room once all that it holds is saved, or nothing more happens.
func (w *world) savedDocuments(ctx context.Context, name string) ([]document, error) {
	if err := stage.DropFailure(w.awaitSaved(ctx, name)); err != nil {
		return nil, err
	}
	if err := w.Stage.AwaitQuiet(ctx); err != nil { // the room's own document may be written last
		return nil, err
	}
	all, _, err := w.documents(ctx, name)
	return all, err
}

// savedMembers returns which of some users the document of a room calls its members, once that is saved.
func (w *world) savedMembers(ctx context.Context, name string, users ...string) (members []string, err error) {
	all, err := w.savedDocuments(ctx, name)
	if err != nil {
		return nil, err
	}
	for _, user := range users {
		if slices.ContainsFunc(all, func(d document) bool { return d.isOfRoom() && d.says("members", user) }) {
			members = append(members, user)
		}
	}
	if len(members) == 0 {
		return nil, &stage.Unverified{Reason: fmt.Sprintf("no document of %q says that %s is a member", name, strings.Join(users, " or "))}
	}
	return members, nil
}

// says reports whether the document of a room has something in it: the name that is wanted, where it is one.
func (d document) says(what, wanted string) bool {
	any := func(met func(f field) bool) bool { return slices.ContainsFunc(d.fields, met) }
	has := func(names ...string) bool {
		f, found := d.find(names...)
		return found && f.value.Type != bson.TypeNull
	}
	switch what {
	case "name":
		return any(func(f field) bool { return f.text() == wanted })
	case "owner":
		return any(func(f field) bool { return strings.Contains(f.path, "owner") && f.text() == wanted })
	case "members":
		return any(func(f field) bool {
			return strings.Contains(f.path, "member") && strings.Contains(f.path+"."+f.text(), wanted)
		})
	case "flag":
		return has("group", "type", "private")
	case "create time":
		return has("creat")
	}
	return has("modif", "mod_", "updat", "last")
}

// isNoGroup reports whether the document of a room says that it is not for a group.
func (d document) isNoGroup() bool {
	return d.isOfRoom() && slices.ContainsFunc(d.fields, func(f field) bool {
		set, isFlag := f.value.BooleanOK()
		return isFlag && (strings.Contains(f.path, "group") && !set || strings.Contains(f.path, "private") && set)
	})
}

// textsOfRoom lists what a room holds: its object, from the right, or what the API lists.
func (w *world) textsOfRoom(ctx context.Context, name string) ([]string, error) {
	if room := w.model.rooms[name]; room != nil {
		held, err := w.held(ctx, room)
		slices.Reverse(held)
		return held, err
	}
	r := w.reader(w.model.other, name)
	if err := r.Ask(ctx); err != nil {
		return nil, err
	}
	return r.Lists[len(r.Lists)-1].Texts, nil
}

// isRestored makes a room anew, and restores it, unless its constructor has done so; or
// starts mess_chat anew.
func (w *world) isRestored(ctx context.Context, name string) error {
	if w.model.rooms[name] == nil {
		return w.isKilledAndStarted(ctx)
	}
	if err := w.isMade(ctx, private, name); err != nil {
		return err
	}
	room := w.model.rooms[name]
	held, err := w.held(ctx, room)
	if err := stage.DropFailure(err); err != nil {
		return err
	}
	if slices.ContainsFunc(w.model.kept[name], func(text string) bool { return slices.Contains(held, text) }) {
		w.Run.Observe(answering, "a room is restored when it is made")
		return nil
	}
	_, err = w.call(ctx, room, "restore")
	return err
}

func (w *world) isKilledAndStarted(ctx context.Context) error {
	if unseen := w.IsUnseen(); unseen != nil {
		return unseen
	}
	if err := w.Stage.Halt(ctx, chat); err != nil {
		return err
	}
	w.readers = map[string]*reader{}
	return w.runs(ctx)
}

// isKilledAtRestAndStarted kills mess_chat when nothing more can happen: what it does after it has
// answered is done.
func (w *world) isKilledAtRestAndStarted(ctx context.Context) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	return w.isKilledAndStarted(ctx)
}

// hasAgain wants a text listed that was listed before mess_chat was started again. One that takes off
// what it lists has no reason to list it again: it must have read the room's collection.
func (w *world) hasAgain(ctx context.Context, user, text, room string) error {
	err := w.lists(ctx, user, `"`+text+`"`, room)
	var failure *stage.Failure
	if errors.As(err, &failure) && w.session.takes && hasReadCollection(w.Stage.Journal(), room) {
		w.Run.Observe(chat, "reads its rooms from MongoDB when it starts again, and lists no message twice")
		return nil
	}
	return err
}

// hasReadCollection reports whether the mess_chat that was started last has looked into a
// collection.
func hasReadCollection(events []journal.Event, name string) bool {
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		if e.Kind == journal.Started && e.From == chat {
			return false
		}
		if command, ok := e.Message.(mongo.Command); ok && e.From == chat && command.Collection == name && (command.Name == "find" || command.Name == "aggregate") {
			return true
		}
	}
	return false
}

func (w *world) holdsAgain(ctx context.Context, name, texts string) error {
	held, err := w.textsOfRoom(ctx, name)
	if err != nil {
		return err
	}
	for _, text := range steps.List(texts) {
		if countOf(held, text) == 0 {
			return stage.Fail(fmt.Sprintf("the room %q holds %s again", name, texts), fmt.Sprintf("it holds %q; %s", held, w.storedInstead(ctx, name)))
		}
	}
	return nil
}

// countOf counts the texts that hold a text.
func countOf(all []string, text string) (count int) {
	for _, one := range all {
		if strings.Contains(one, text) {
			count++
		}
	}
	return count
}

func (w *world) holdsOnce(ctx context.Context, name, texts string) error {
	held, err := w.textsOfRoom(ctx, name)
	if err != nil {
		return err
	}
	for _, text := range steps.List(texts) {
		if count := countOf(held, text); count != 1 {
			return stage.Fail(fmt.Sprintf("the room %q holds %q once", name, text), fmt.Sprintf("it holds it %d times: %q", count, held))
		}
	}
	return nil
}

func (w *world) doesNotHold(ctx context.Context, name, text string) error {
	if w.model.rooms[name] == nil && !w.session.question.ofOneRoom {
		return w.listsOneRoom(ctx)
	}
	held, err := w.textsOfRoom(ctx, name)
	if err != nil || countOf(held, text) == 0 {
		return err
	}
	return stage.Fail(fmt.Sprintf("the room %q does not hold %q", name, text), fmt.Sprintf("it holds %q", held))
}

func (w *world) holdsInOrder(ctx context.Context, name, texts string) error {
	held, err := w.textsOfRoom(ctx, name)
	if err != nil {
		return err
	}
	last := -1
	for _, text := range steps.List(texts) {
		at := slices.IndexFunc(held, func(one string) bool { return strings.Contains(one, text) })
		if at <= last {
			return stage.Fail(fmt.Sprintf("the room %q holds %s in this order", name, texts), fmt.Sprintf("it holds %q", held))
		}
		last = at
	}
	return nil
}

// numbersGrow looks at the numbers in the documents of messages.
func (w *world) numbersGrow(ctx context.Context, name, texts string) error {
	numbers, err := w.numbers(ctx, name, texts)
	if err != nil {
		return err
	}
	for i := 1; i < len(numbers); i++ {
		if numbers[i] != numbers[i-1]+1 {
			return stage.Fail(fmt.Sprintf("the numbers of %s grow by one", texts), fmt.Sprintf("they are %v", numbers))
		}
	}
	return nil
}

// numbersDiffer looks at messages that the database has when nothing more can happen: whether it has
// them is another rule's.
func (w *world) numbersDiffer(ctx context.Context, name, texts string) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	numbers, err := w.numbers(ctx, name, texts)
	var failure *stage.Failure
	if errors.As(err, &failure) {
		return &stage.Unverified{Reason: fmt.Sprintf("not each of %s is saved with a number: %s", texts, failure.Observed)}
	}
	if err != nil || len(slices.Compact(slices.Sorted(slices.Values(numbers)))) == len(numbers) {
		return err
	}
	return stage.Fail(fmt.Sprintf("%s have numbers of their own", texts), fmt.Sprintf("they are %v", numbers))
}

// numbers are those of messages in their documents.
func (w *world) numbers(ctx context.Context, name, texts string) ([]int64, error) {
	all, _, err := w.documents(ctx, name)
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, text := range steps.List(texts) {
		number, found := numberOf(all, text)
		if !found {
			return nil, stage.Fail(fmt.Sprintf("the document of %q has a sequence_number", text), w.storedInstead(ctx, name))
		}
		numbers = append(numbers, number)
	}
	return numbers, nil
}

// numberOf is the number of a message in its room.
func numberOf(all []document, text string) (int64, bool) {
	for _, d := range all {
		if !d.holds(text) || d.isOfRoom() {
			continue
		}
		f, found := d.find("seq")
		if !found {
			continue
		}
		return f.value.AsInt64OK()
	}
	return 0, false
}

// idsDiffer looks at the ids of messages: those may be the keys of their documents, where the
// program has chosen these.
func (w *world) idsDiffer(ctx context.Context, name string) error {
	all, _, err := w.documents(ctx, name)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, d := range all {
		if d.isOfRoom() {
			continue
		}
		id, found := idOf(d)
		if !found {
			return stage.Fail("each document of a message has an id", "there is "+mongo.Show(d.raw))
		}
		if seen[id] {
			return stage.Fail("no two messages have the same id", fmt.Sprintf("two have %s: %s", id, w.storedInstead(ctx, name)))
		}
		seen[id] = true
	}
	return nil
}

// idOf is the id of a message.
func idOf(d document) (string, bool) {
	for _, f := range d.fields {
		last := f.path[strings.LastIndex(f.path, ".")+1:]
		if f.path != "_id" && (last == "id" || last == "_id" || strings.HasSuffix(last, "_id") || strings.HasSuffix(last, "__id")) {
			return f.value.String(), true
		}
	}
	key := slices.IndexFunc(d.fields, func(f field) bool { return f.path == "_id" && f.value.Type != bson.TypeObjectID })
	if key < 0 {
		return "", false
	}
	return d.fields[key].value.String(), true
}

// receivedAfterSent compares the times of messages, in milliseconds, as MongoDB keeps them.
func (w *world) receivedAfterSent(ctx context.Context, name string) error {
	all, _, err := w.documents(ctx, name)
	if err != nil {
		return err
	}
	compared := 0
	for _, d := range all {
		sent, isSent := d.findTime("sent", field.isDateTime)
		received, isReceived := d.findTime("rec", field.isDateTime)
		if !isSent || !isReceived {
			continue
		}
		compared++
		if received.value.DateTime() < sent.value.DateTime() {
			return stage.Fail("no message was received before it was sent", "there is "+mongo.Show(d.raw))
		}
	}
	if compared == 0 {
		return &stage.Unverified{Reason: "no document has both times of a message"}
	}
	return nil
}

// isFromAndTo looks for who has sent a message, and to whom, in its document.
func (w *world) isFromAndTo(ctx context.Context, name, text, from, to string) error {
	d, err := w.documentOf(ctx, name, text)
	if err != nil || d.saysUnder(senders(), from) && d.saysUnder(addressees(), to) {
		return err
	}
	return stage.Fail(fmt.Sprintf("the document of %q says that it is from %q, and to %q", text, from, to), "there is "+mongo.Show(d.raw))
}

// documentOf is that of a message.
func (w *world) documentOf(ctx context.Context, name, text string) (document, error) {
	all, _, err := w.documents(ctx, name)
	if err != nil {
		return document{}, err
	}
	for _, d := range all {
		if d.holds(text) && !d.isOfRoom() {
			return d, nil
		}
	}
	return document{}, stage.Fail(fmt.Sprintf("there is a document for %q", text), w.storedInstead(ctx, name))
}

// senders are the names under which people keep who has sent a message, addressees those for to
// whom.
func senders() *regexp.Regexp { return regexp.MustCompile(`(?:^|[._])(?:from|sender|author)`) }

func addressees() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[._])to(?:[._]|$|user|alias)|recipient|receiver|addressee|dest`)
}

// saysUnder reports whether a document has a text under such a name, or anywhere, where it has no such
// name: properties may be kept as one text.
func (d document) saysUnder(names *regexp.Regexp, wanted string) bool {
	isNamed := func(f field) bool { return names.MatchString(f.path) }
	if !slices.ContainsFunc(d.fields, isNamed) {
		return d.holds(wanted)
	}
	return slices.ContainsFunc(d.fields, func(f field) bool { return isNamed(f) && f.text() == wanted })
}

// wasSentLater compares when two messages were sent.
func (w *world) wasSentLater(ctx context.Context, name, later, earlier string) error {
	var times []time.Time
	for _, text := range []string{earlier, later} {
		d, err := w.documentOf(ctx, name, text)
		if err != nil {
			return err
		}
		sent, found := d.findTime("sent", field.isTime)
		if !found {
			return &stage.Unverified{Reason: fmt.Sprintf("the document of %q has no time at which it was sent, or none that can be read: %s", text, mongo.Show(d.raw))}
		}
		at, _ := sent.time()
		times = append(times, at)
	}
	if passed := times[1].Sub(times[0]); passed < time.Second {
		return stage.Fail(fmt.Sprintf("%q was sent a second after %q, or later", later, earlier), fmt.Sprintf("their documents have times that lie %s apart", passed))
	}
	return nil
}

func (w *world) remembersModifyTime(ctx context.Context) error {
	done, err := w.read(ctx, w.model.it, "modify_time")
	w.model.modified = done.Value.String()
	return err
}

func (w *world) modifyTimeIs(ctx context.Context, how string) error {
	done, err := w.read(ctx, w.model.it, "modify_time")
	if err != nil || (done.Value.String() == w.model.modified) == (how == "the same") {
		return err
	}
	return stage.Fail("its modify_time is "+how, fmt.Sprintf("it was %s and is %s", w.model.modified, done.Value))
}

// persistsAgain calls persist, and looks at what comes of it from then on.
func (w *world) persistsAgain(ctx context.Context) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	w.Mark = w.Stage.Mark()
	_, err := w.call(ctx, w.model.it, "persist")
	return err
}

func (w *world) nothingWritten(ctx context.Context) error {
	if err := w.Stage.AwaitQuiet(ctx); err != nil {
		return err
	}
	events := w.Stage.Journal()[w.Mark:]
	for i, e := range events {
		command, ok := e.Message.(mongo.Command)
		if ok && command.Writes() && !changesNothing(e, command, events[i:]) {
			return stage.Fail("nothing is written to MongoDB", "it "+journal.Shorten(command.String()))
		}
	}
	return nil
}

// changesNothing reports whether nothing is stored otherwise after a command, whatever was in the database: what it
// deletes was not there, an index was there already, or it was refused.
func changesNothing(asked journal.Event, command mongo.Command, later []journal.Event) bool {
	return slices.ContainsFunc(later, func(e journal.Event) bool {
		reply, ok := e.Message.(mongo.Reply)
		if !ok || e.Conn != asked.Conn || reply.To != command.ID {
			return false
		}
		switch n, _ := reply.Changed(); command.Name {
		case "delete":
			return n == 0
		case "createIndexes":
			before, after := reply.Body.Lookup("numIndexesBefore"), reply.Body.Lookup("numIndexesAfter")
			return !before.IsZero() && before.Equal(after)
		}
		return reply.Code != 0
	})
}
