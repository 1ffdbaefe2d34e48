package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// A RoomList is the rooms of a program. Several goroutines may use it.
type RoomList struct {
	name    string
	servers *Servers
	changes chan struct{} // holds one where something is to be saved

	mu    sync.Mutex
	rooms []*ChatRoom
	dirty bool
}

// listDocument is a list in its collection, which has the list's name.
type listDocument struct {
	Key   string   `bson:"_id"`
	Name  string   `bson:"name"`
	Rooms []string `bson:"rooms"`
}

// NewRoomList returns an empty list.
func NewRoomList(servers *Servers, name string) *RoomList {
	return &RoomList{name: name, servers: servers, changes: make(chan struct{}, 1), dirty: true}
}

// Name is the list's name.
func (l *RoomList) Name() string { return l.name }

// Rooms are those in the list, in the order in which they were added.
func (l *RoomList) Rooms() []*ChatRoom {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.rooms)
}

// Add adds a room, unless one of its name is there.
func (l *RoomList) Add(room *ChatRoom) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.find(room.Name()) == nil {
		l.add(room)
	}
}

func (l *RoomList) add(room *ChatRoom) {
	room.mu.Lock()
	room.changed = l.changed
	room.mu.Unlock()
	l.rooms = append(l.rooms, room)
	l.dirty = true
	l.changed()
}

// Remove takes a room off the list. It stays in the database.
func (l *RoomList) Remove(room *ChatRoom) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rooms = slices.DeleteFunc(l.rooms, func(other *ChatRoom) bool { return other == room })
	l.dirty = true
	l.changed()
}

// Find finds a room by its name; nil, if there is none.
func (l *RoomList) Find(name string) *ChatRoom {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.find(name)
}

func (l *RoomList) find(name string) *ChatRoom {
	i := slices.IndexFunc(l.rooms, func(room *ChatRoom) bool { return room.Name() == name })
	if i < 0 {
		return nil
	}
	return l.rooms[i]
}

// Open finds a room by its name, or makes it as [NewChatRoom] does and adds it.
func (l *RoomList) Open(name string, group bool, owner string, members ...string) (*ChatRoom, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if room := l.find(name); room != nil {
		return room, nil
	}
	room, err := NewChatRoom(l.servers, name, group, owner, members...)
	if err != nil {
		return nil, err
	}
	l.add(room)
	return room, nil
}

// Persist saves which rooms are in the list, and then each of them.
func (l *RoomList) Persist(ctx context.Context) error {
	if err := l.persistList(ctx); err != nil {
		return err
	}
	var failed []error
	for _, room := range l.Rooms() {
		failed = append(failed, room.Persist(ctx))
	}
	return errors.Join(failed...)
}

func (l *RoomList) persistList(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dirty {
		return nil
	}
	document := listDocument{Key: metadataKey, Name: l.name}
	for _, room := range l.rooms {
		document.Rooms = append(document.Rooms, room.Name())
	}
	_, err := l.collection().ReplaceOne(ctx, bson.D{{Key: "_id", Value: metadataKey}}, document, options.Replace().SetUpsert(true))
	if err != nil {
		return fmt.Errorf("saving the list %s in MongoDB: %w", l.name, err)
	}
	l.dirty = false
	return nil
}

// Restore makes the list what was saved of it, and restores each of its rooms. Rooms that are in the
// list stay. RabbitMQ need not be there. A list that was never saved stays as it is.
func (l *RoomList) Restore(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var document listDocument
	err := l.collection().FindOne(ctx, bson.D{{Key: "_id", Value: metadataKey}}).Decode(&document)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restoring the list %s from MongoDB: %w", l.name, err)
	}
	for _, name := range document.Rooms {
		if l.find(name) == nil {
			l.rooms = append(l.rooms, &ChatRoom{servers: l.servers, about: Metadata{Name: name}, changed: l.changed})
		}
	}
	l.dirty = false
	var failed []error
	for _, room := range l.rooms {
		failed = append(failed, room.Restore(ctx))
	}
	return errors.Join(failed...)
}

// changed notes that there is something to save.
func (l *RoomList) changed() {
	select {
	case l.changes <- struct{}{}:
	default: // that has been noted
	}
}

// KeepSaved persists the list whenever something has changed, until ctx is done, and then once more.
// So the database has one writer, and nobody who sends a message waits for it. While MongoDB is away
// it tries again each second. Failures are told to failed, the last one is returned.
func (l *RoomList) KeepSaved(ctx context.Context, failed func(error)) error {
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
			return l.Persist(last)
		case <-l.changes:
		}
		if err := l.Persist(ctx); err != nil && ctx.Err() == nil {
			failed(err)
			time.AfterFunc(time.Second, l.changed)
		}
	}
}

func (l *RoomList) collection() *mongo.Collection { return l.servers.lists.Collection(l.name) }
