package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// metadataKey is the key of the document for the room itself. Those of messages are object ids.
const metadataKey = "metadata"

// messageDocument is a message in the room's collection.
type messageDocument struct {
	Key     bson.ObjectID     `bson:"_id"`
	Message string            `bson:"message"`
	Props   MessageProperties `bson:"mess_props"`
}

// Persist saves what has changed of the room since it was saved last: its metadata, and each message
// that is new or has changed. Where nothing has, nothing is written. Meanwhile the room can be used.
func (r *ChatRoom) Persist(ctx context.Context) error {
	r.saving.Lock()
	defer r.saving.Unlock()
	unsaved, isDirty := r.state()
	if !isDirty {
		return nil
	}
	if err := unsaved.write(ctx, r.collection()); err != nil {
		return fmt.Errorf("saving the room %s in MongoDB: %w", unsaved.about.Name, err)
	}
	r.saved(unsaved)
	return nil
}

// A state is what is to be saved of a room.
type state struct {
	about    Metadata
	changes  int
	messages []messageDocument
	of       []*ChatMessage // whose they are
	stored   []bool         // whether MongoDB has an older one
}

// state looks whether there is something to save, and what that is.
func (r *ChatRoom) state() (s state, isDirty bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s = state{about: r.about, changes: r.changes, of: r.unsaved()}
	s.about.MemberList = slices.Clone(r.about.MemberList)
	for _, m := range s.of {
		props, stored := m.state()
		s.messages = append(s.messages, messageDocument{Key: m.key, Message: m.message, Props: props})
		s.stored = append(s.stored, stored)
	}
	return s, r.dirty || len(s.of) > 0
}

// write puts what is new into a collection with one command, and replaces what has changed.
func (s state) write(ctx context.Context, collection *mongo.Collection) error {
	changed := []mongo.WriteModel{replacement(metadataKey, s.about)}
	var added []messageDocument
	for i, m := range s.messages {
		if s.stored[i] {
			changed = append(changed, replacement(m.Key, m))
		} else {
			added = append(added, m)
		}
	}
	if len(added) > 0 {
		_, err := collection.InsertMany(ctx, added)
		if mongo.IsDuplicateKeyError(err) { // an earlier command was carried out, and its answer was lost
			for _, m := range added {
				changed = append(changed, replacement(m.Key, m))
			}
			err = nil
		}
		if err != nil {
			return err
		}
	}
	_, err := collection.BulkWrite(ctx, changed)
	return err
}

// saved notes what MongoDB has. What has changed since then is still to be saved.
func (r *ChatRoom) saved(s state) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, m := range s.of {
		m.saved(s.messages[i].Props)
	}
	r.taken = slices.DeleteFunc(r.taken, func(m *ChatMessage) bool { return !m.Dirty() })
	if r.changes == s.changes {
		r.dirty = false
	}
}

// replacement writes a document in the place of the one that has its key, if there is one: to write
// it twice does no harm.
func replacement(key, document any) mongo.WriteModel {
	return mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: key}}).SetReplacement(document).SetUpsert(true)
}

// unsaved lists the messages that are to be saved, in their order.
func (r *ChatRoom) unsaved() []*ChatMessage {
	return slices.DeleteFunc(slices.Concat(r.taken, r.fromRight), func(m *ChatMessage) bool { return !m.Dirty() })
}

// Restore makes the room what was saved of it, with all its messages in their order. Messages that
// are not saved yet stay, after those. A room that was never saved stays as it is.
func (r *ChatRoom) Restore(ctx context.Context) error {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	about, messages, err := r.load(ctx)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restoring the room %s from MongoDB: %w", r.about.Name, err)
	}
	unsaved := r.unsaved()
	r.about, r.deque, r.taken = about, deque{}, nil
	r.declared = nil // RabbitMQ is told of the restored members with the next use
	for _, m := range messages {
		if !slices.ContainsFunc(unsaved, func(own *ChatMessage) bool { return own.key == m.key }) {
			r.appendLeft(m)
		}
		r.sequence = max(r.sequence, m.props.SequenceNumber)
		r.lastID = max(r.lastID, m.props.ID)
	}
	for _, m := range unsaved {
		r.appendLeft(m)
	}
	r.dirty = len(unsaved) > 0
	return nil
}

// load reads the room's collection. The error is [mongo.ErrNoDocuments] where it was never saved.
func (r *ChatRoom) load(ctx context.Context) (Metadata, []*ChatMessage, error) {
	var about Metadata
	if err := r.collection().FindOne(ctx, bson.D{{Key: "_id", Value: metadataKey}}).Decode(&about); err != nil {
		return about, nil, err
	}
	isMessage := bson.D{{Key: "_id", Value: bson.D{{Key: "$ne", Value: metadataKey}}}}
	inOrder := options.Find().SetSort(bson.D{{Key: "mess_props.sequence_number", Value: 1}})
	cursor, err := r.collection().Find(ctx, isMessage, inOrder)
	if err != nil {
		return about, nil, err
	}
	var documents []messageDocument
	if err := cursor.All(ctx, &documents); err != nil {
		return about, nil, err
	}
	var messages []*ChatMessage
	for _, d := range documents {
		messages = append(messages, &ChatMessage{message: d.Message, key: d.Key, props: d.Props, stored: true})
	}
	return about, messages, nil
}

func (r *ChatRoom) collection() *mongo.Collection { return r.servers.database.Collection(r.about.Name) }
