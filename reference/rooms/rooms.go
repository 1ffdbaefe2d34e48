// Package rooms is the model answer of the assignment rooms: chat rooms that RabbitMQ distributes,
// that MongoDB keeps, and that are cached in objects. Its classes are those of the text: [ChatRoom],
// [ChatMessage], [MessageProperties] and [RoomList].
//
// A room has a queue in RabbitMQ that is called as the room. What is sent to a group room goes to an
// exchange of the room's name, and from there into the room's queue and into one of each member's,
// called by the alias. In MongoDB a room has a collection of its name, with a document for what is
// known of the room ([Metadata]) and one for each message.
package rooms

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

const (
	patience        = 5 * time.Second // how long either server may take for anything
	grace           = time.Second     // how long leaving them may take
	defaultDatabase = "rooms"         // where MongoDB's URL names none
	longestName     = 200             // bytes; a queue's name has at most 255, as a collection's with its database's
)

// Servers are RabbitMQ and MongoDB, as all rooms of a program use them. Both may go away and come
// back: what is asked meanwhile fails, what is asked later does not.
type Servers struct {
	rmq      *rmq
	client   *mongo.Client
	database *mongo.Database // the rooms
	lists    *mongo.Database // the lists of rooms, whose names may be those of rooms, too
}

// Connect returns the servers at two URLs. The error is about the URLs: nobody is waited for, and
// servers that are not there yet are found later. They are to be closed.
func Connect(amqpURL, mongoURL string) (*Servers, error) {
	if _, err := amqp.ParseURI(amqpURL); err != nil {
		return nil, fmt.Errorf("%q is not RabbitMQ's URL: %w", amqpURL, err)
	}
	parsed, err := connstring.ParseAndValidate(mongoURL)
	if err != nil {
		return nil, fmt.Errorf("%q is not MongoDB's URL: %w", mongoURL, err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(mongoURL).SetTimeout(patience).SetServerSelectionTimeout(patience))
	if err != nil {
		return nil, fmt.Errorf("connecting to MongoDB: %w", err)
	}
	name := defaultDatabase
	if parsed.Database != "" {
		name = parsed.Database
	}
	return &Servers{
		rmq:      newRMQ(amqpURL),
		client:   client,
		database: client.Database(name),
		lists:    client.Database(name + "_lists"),
	}, nil
}

// Reach waits until both servers have answered, or says which has not.
func (s *Servers) Reach(ctx context.Context) error {
	if _, err := s.rmq.connect(); err != nil {
		return err
	}
	if err := s.client.Ping(ctx, nil); err != nil {
		return fmt.Errorf("connecting to MongoDB: %w", err)
	}
	return nil
}

// Close leaves both servers. What was not persisted is lost.
func (s *Servers) Close() {
	s.rmq.close()
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	_ = s.client.Disconnect(ctx)
}

// A BadName is the error of a room or a member that cannot be called so, as RabbitMQ or MongoDB has
// no such name.
type BadName struct{ Name, Reason string }

// Error says what is wrong with the name.
func (b *BadName) Error() string {
	return fmt.Sprintf("nobody can be called %.40q: %s", b.Name, b.Reason)
}

// checkAlias tells whether somebody's queue can have the name.
func checkAlias(name string) error {
	switch {
	case name == "":
		return &BadName{name, "it is empty"}
	case !utf8.ValidString(name) || strings.ContainsRune(name, 0):
		return &BadName{name, "it is no text"}
	case len(name) > longestName:
		return &BadName{name, fmt.Sprintf("it is longer than %d bytes", longestName)}
	case strings.HasPrefix(name, "amq."):
		return &BadName{name, "what begins with amq. is RabbitMQ's own"}
	}
	return nil
}

// checkRoomName tells whether a room can have the name, after which its collection is called, too.
func checkRoomName(name string) error {
	if err := checkAlias(name); err != nil {
		return err
	}
	switch {
	case strings.Contains(name, "$"):
		return &BadName{name, "no collection of MongoDB has a $ in its name"}
	case strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || strings.Contains(name, ".."):
		return &BadName{name, "no collection of MongoDB has such dots in its name"}
	case strings.HasPrefix(name, "system."):
		return &BadName{name, "what begins with system. is MongoDB's own"}
	}
	return nil
}

// What a room refuses.
var (
	// ErrFull is the error for a third in a private room.
	ErrFull = errors.New("a private room holds its owner and one other")
	// ErrNoMember is the error for somebody who is to leave and was not there.
	ErrNoMember = errors.New("that is no member of the room")
	// ErrOwner is the error for an owner who is to leave.
	ErrOwner = errors.New("the owner stays in the room")
)
