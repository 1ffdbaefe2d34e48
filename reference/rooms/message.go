package rooms

import (
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A MessType tells whether a message was sent or received by a room.
type MessType int

// The types of messages.
const (
	Sent     MessType = 1
	Received MessType = 2
)

// MessageProperties is what is known of a message besides its text. The times are in UTC, to the
// millisecond, as MongoDB keeps them; a zero one is not known.
type MessageProperties struct {
	MessType       MessType  `bson:"mess_type"`
	RoomName       string    `bson:"room_name"`
	ToUser         string    `bson:"to_user"` // a member, or the room for all of a group
	FromUser       string    `bson:"from_user"`
	SentTime       time.Time `bson:"sent_time,omitempty"`
	RecTime        time.Time `bson:"rec_time,omitempty"`
	SequenceNumber int64     `bson:"sequence_number"` // counts the messages of a room, from 1
	ID             int64     `bson:"id"`              // no other message of the room has it
}

// A ChatMessage is a message of a room. Several goroutines may use it.
type ChatMessage struct {
	message string
	key     bson.ObjectID // of its document, and the id by which RabbitMQ carries it

	mu     sync.Mutex
	props  MessageProperties
	dirty  bool
	stored bool // MongoDB has it, maybe as it was before
}

// NewChatMessage returns a message that is not saved yet.
func NewChatMessage(message string, props MessageProperties) *ChatMessage {
	return &ChatMessage{message: message, key: bson.NewObjectID(), props: props, dirty: true}
}

// Message is the text.
func (m *ChatMessage) Message() string { return m.message }

// MessProps are its properties.
func (m *ChatMessage) MessProps() MessageProperties {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.props
}

// SetMessProps gives it other properties, which are not saved yet.
func (m *ChatMessage) SetMessProps(props MessageProperties) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.props, m.dirty = props, true
}

// Dirty tells whether it is to be saved.
func (m *ChatMessage) Dirty() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dirty
}

// SetDirty says whether it is to be saved.
func (m *ChatMessage) SetDirty(dirty bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dirty = dirty
}

// state returns the properties, and whether MongoDB has the message.
func (m *ChatMessage) state() (props MessageProperties, stored bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.props, m.stored
}

// saved notes that MongoDB has the message with these properties.
func (m *ChatMessage) saved(props MessageProperties) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stored = true
	if m.props == props {
		m.dirty = false
	}
}

// now is the time as MongoDB can keep it.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
