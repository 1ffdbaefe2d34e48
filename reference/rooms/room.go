package rooms

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Metadata is what is known of a room besides its messages. The times are in UTC, to the
// millisecond.
type Metadata struct {
	Name       string    `bson:"name"`
	GroupRoom  bool      `bson:"group_room"`
	OwnerAlias string    `bson:"owner_alias"`
	MemberList []string  `bson:"member_list"` // the owner is the first
	CreateTime time.Time `bson:"create_time"`
	ModifyTime time.Time `bson:"modify_time"` // of the last message or member that came or went
}

// A ChatRoom is a room: a deque of its messages, which caches what RabbitMQ brings and what MongoDB
// keeps. Several goroutines may use it.
type ChatRoom struct {
	servers *Servers

	saving sync.Mutex // held while the room is saved or restored; taken before mu

	mu sync.Mutex
	deque
	about    Metadata
	dirty    bool
	changes  int            // how often it has become dirty
	taken    []*ChatMessage // those that were taken off the deque and are not saved yet
	sequence int64          // the number of the last message
	lastID   int64
	declared *session // where RabbitMQ was told of the room; nil, if nowhere yet
	changed  func()   // called, with mu, when there is something to save; nil, if nobody wants to know
}

// NewChatRoom makes a room, with its queue, and for a group with its exchange and its members'
// queues. The owner is a member, too; a private room can have one other. The error is a [*BadName],
// [ErrFull], or that RabbitMQ is not there.
func NewChatRoom(servers *Servers, name string, group bool, owner string, members ...string) (*ChatRoom, error) {
	r, err := newRoom(servers, name, group, owner, members)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.join(); err != nil {
		return nil, err
	}
	return r, nil
}

// newRoom makes a room of which RabbitMQ has not heard yet.
func newRoom(servers *Servers, name string, group bool, owner string, members []string) (*ChatRoom, error) {
	if err := checkRoomName(name); err != nil {
		return nil, err
	}
	created := now()
	r := &ChatRoom{servers: servers, dirty: true}
	r.about = Metadata{Name: name, GroupRoom: group, OwnerAlias: owner, CreateTime: created, ModifyTime: created}
	for _, alias := range append([]string{owner}, members...) {
		if err := r.admit(alias); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Metadata returns what is known of the room.
func (r *ChatRoom) Metadata() Metadata {
	r.mu.Lock()
	defer r.mu.Unlock()
	about := r.about
	about.MemberList = slices.Clone(about.MemberList)
	return about
}

// Name is the room's name.
func (r *ChatRoom) Name() string { return r.Metadata().Name }

// Dirty tells whether there is something to save.
func (r *ChatRoom) Dirty() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dirty
}

// SetDirty says whether there is something to save.
func (r *ChatRoom) SetDirty(dirty bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dirty = dirty
	r.changes++
}

// AddGroupMember takes somebody in, who may be in already. In a group they get a queue. The error is
// a [*BadName], [ErrFull], or that RabbitMQ is not there.
func (r *ChatRoom) AddGroupMember(alias string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains(r.about.MemberList, alias) {
		return nil
	}
	if err := r.admit(alias); err != nil {
		return err
	}
	r.declared = nil // so that RabbitMQ is told of the new member
	if _, err := r.join(); err != nil {
		r.about.MemberList = slices.DeleteFunc(r.about.MemberList, func(member string) bool { return member == alias })
		return err
	}
	r.modified()
	return nil
}

// admit puts somebody on the list of members. The caller holds mu, or is alone.
func (r *ChatRoom) admit(alias string) error {
	if slices.Contains(r.about.MemberList, alias) {
		return nil
	}
	if err := checkAlias(alias); err != nil {
		return err
	}
	if !r.about.GroupRoom && len(r.about.MemberList) == 2 {
		return ErrFull
	}
	r.about.MemberList = append(r.about.MemberList, alias)
	return nil
}

// RemoveGroupMember lets somebody go: what is sent from now on does not come into their queue. The
// error is [ErrNoMember], [ErrOwner], or that RabbitMQ is not there.
func (r *ChatRoom) RemoveGroupMember(alias string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch i := slices.Index(r.about.MemberList, alias); i {
	case -1:
		return ErrNoMember
	case 0:
		return ErrOwner
	default:
		if err := r.leave(alias); err != nil {
			return err
		}
		r.about.MemberList = slices.Delete(r.about.MemberList, i, i+1)
	}
	r.modified()
	return nil
}

// leave unbinds somebody's queue, which stays: it may belong to other rooms, too.
func (r *ChatRoom) leave(alias string) error {
	if !r.about.GroupRoom {
		return nil
	}
	s, err := r.join()
	if err != nil {
		return err
	}
	if err := s.unbind(alias, r.about.Name); err != nil {
		return fmt.Errorf("taking %s off the room: %w", alias, err)
	}
	return nil
}

// SendMessage sends a message to the room, and puts it into the deque. RabbitMQ has it then, and on
// an error may have it all the same. Of the properties the room fills in what is not said.
func (r *ChatRoom) SendMessage(message string, props MessageProperties) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.join()
	if err != nil {
		return err
	}
	props.MessType = Sent
	m := NewChatMessage(message, props)
	r.number(m)
	exchange, key := "", r.about.Name
	if r.about.GroupRoom {
		exchange, key = r.about.Name, ""
	}
	if err := s.publish(exchange, key, publishing(m)); err != nil {
		return fmt.Errorf("sending to RabbitMQ: %w", err)
	}
	r.put(m)
	return nil
}

// Put puts a message into the left of the deque. Of the properties the room fills in what is not
// said.
func (r *ChatRoom) Put(m *ChatMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number(m)
	r.put(m)
}

func (r *ChatRoom) put(m *ChatMessage) {
	r.appendLeft(m)
	r.modified()
}

// Get takes the next message off the right of the deque: the one that is there longest. It is nil
// if there is none. In the database it stays.
func (r *ChatRoom) Get() *ChatMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.pop()
	if m == nil {
		return nil
	}
	if m.Dirty() {
		r.taken = append(r.taken, m)
	}
	return m
}

// GetMessages returns the latest messages of the room, in the order in which they came: all, if num
// is negative. It looks into RabbitMQ first, and takes nothing off the deque.
func (r *ChatRoom) GetMessages(num int) ([]*ChatMessage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.retrieveMessages(); err != nil {
		return nil, err
	}
	all := r.fromRight
	if num < 0 || num > len(all) {
		num = len(all)
	}
	return slices.Clone(all[len(all)-num:]), nil
}

// Texts are the texts of messages.
func Texts(messages []*ChatMessage) []string {
	texts := []string{}
	for _, m := range messages {
		texts = append(texts, m.Message())
	}
	return texts
}

// Messages are those in the deque, from its left to its right. RabbitMQ is not asked.
func (r *ChatRoom) Messages() []*ChatMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := slices.Clone(r.fromRight)
	slices.Reverse(all)
	return all
}

// FindMessage finds the latest message in the deque with this text; nil, if there is none.
func (r *ChatRoom) FindMessage(text string) *ChatMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range slices.Backward(r.fromRight) {
		if m.Message() == text {
			return m
		}
	}
	return nil
}

// retrieveMessages puts what has come into the room's queue into the deque. A message that the room
// has sent itself is there already, and has now been received.
func (r *ChatRoom) retrieveMessages() error {
	s, err := r.join()
	if err != nil {
		return err
	}
	deliveries, err := s.take(r.about.Name)
	if err != nil {
		return fmt.Errorf("reading from RabbitMQ: %w", err)
	}
	if len(deliveries) == 0 {
		return nil
	}
	known := r.byKey()
	for _, delivery := range deliveries {
		m := received(delivery, r.about.Name)
		if own, here := known[m.key]; here {
			r.receivedOwn(own)
			continue
		}
		known[m.key] = m
		r.number(m)
		r.put(m)
	}
	return nil
}

func (r *ChatRoom) receivedOwn(m *ChatMessage) {
	props := m.MessProps()
	props.MessType, props.RecTime = Received, later(now(), props.SentTime)
	m.SetMessProps(props)
	r.modified()
}

// byKey finds the messages that are in the deque, or were.
func (r *ChatRoom) byKey() map[bson.ObjectID]*ChatMessage {
	known := map[bson.ObjectID]*ChatMessage{}
	for _, m := range slices.Concat(r.taken, r.fromRight) {
		known[m.key] = m
	}
	return known
}

// number fills in what is not said of a message: it is the next of this room.
func (r *ChatRoom) number(m *ChatMessage) {
	props := m.MessProps()
	if props.RoomName == "" {
		props.RoomName = r.about.Name
	}
	if props.ToUser == "" {
		props.ToUser = r.about.Name
	}
	if props.SentTime.IsZero() {
		props.SentTime = now()
	}
	if props.SequenceNumber == 0 {
		props.SequenceNumber = r.sequence + 1
	}
	if props.ID == 0 {
		// Unique where two programs number messages of one room, too, unless that is at one and the
		// same microsecond.
		props.ID = max(time.Now().UnixMicro(), r.lastID+1)
	}
	r.sequence = max(r.sequence, props.SequenceNumber)
	r.lastID = max(r.lastID, props.ID)
	m.SetMessProps(props)
}

// modified notes a change of the room, whose time moves with it.
func (r *ChatRoom) modified() {
	// Each change has a time of its own, as far as those tell that MongoDB keeps.
	r.about.ModifyTime = later(now(), r.about.ModifyTime.Add(time.Millisecond))
	r.dirty = true
	r.changes++
	if r.changed != nil {
		r.changed()
	}
}

// later is the later of two times: clocks are set back at times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// join returns a session in which RabbitMQ knows the room.
func (r *ChatRoom) join() (*session, error) {
	s, err := r.servers.rmq.connect()
	if err != nil {
		return nil, err
	}
	if r.declared == s {
		return s, nil
	}
	if err := s.declare(r.about); err != nil {
		return nil, fmt.Errorf("telling RabbitMQ of the room: %w", err)
	}
	r.declared = s
	return s, nil
}

// The headers in which a message carries its properties.
const (
	headerFrom     = "from_user"
	headerTo       = "to_user"
	headerSent     = "sent_time" // in milliseconds since 1970: AMQP's own timestamps are in seconds
	headerSequence = "sequence_number"
	headerID       = "id"
)

// publishing is a message as RabbitMQ carries it.
func publishing(m *ChatMessage) amqp.Publishing {
	props := m.MessProps()
	return amqp.Publishing{
		ContentType:     "text/plain",
		ContentEncoding: "utf-8",
		DeliveryMode:    amqp.Persistent,
		MessageId:       m.key.Hex(),
		Body:            []byte(m.message),
		Headers: amqp.Table{
			headerFrom: props.FromUser, headerTo: props.ToUser, headerSent: props.SentTime.UnixMilli(),
			headerSequence: props.SequenceNumber, headerID: props.ID,
		},
	}
}

// received makes a message of what RabbitMQ brings to a room. Other programs need not say anything
// of it; what is no text is shown with marks in the place of what cannot be shown.
func received(delivery amqp.Delivery, room string) *ChatMessage {
	m := NewChatMessage(strings.ToValidUTF8(string(delivery.Body), "\ufffd"), MessageProperties{})
	props := MessageProperties{MessType: Received, RoomName: room, SentTime: now()}
	if key, err := bson.ObjectIDFromHex(delivery.MessageId); err == nil {
		m.key = key
	}
	props.FromUser, _ = delivery.Headers[headerFrom].(string)
	props.ToUser, _ = delivery.Headers[headerTo].(string)
	props.SequenceNumber, _ = delivery.Headers[headerSequence].(int64)
	props.ID, _ = delivery.Headers[headerID].(int64)
	if sent, ok := delivery.Headers[headerSent].(int64); ok {
		props.SentTime = time.UnixMilli(sent).UTC()
	}
	props.RecTime = later(now(), props.SentTime)
	m.SetMessProps(props)
	return m
}
