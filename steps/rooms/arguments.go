package rooms

import (
	"strconv"
	"strings"
	"time"

	"github.com/chatspec/chatspec/fixtures/probe"
	"github.com/chatspec/chatspec/fixtures/target"
)

// Who is in a room that is made by its class, as the features call them.
const (
	theOwner = "annika"
	theOther = "bruno"
)

// The classes of the text.
const (
	chatRoom          = "ChatRoom"
	chatMessage       = "ChatMessage"
	messageProperties = "MessageProperties"
	roomList          = "RoomList"
)

// wantedClasses are those of the text, with other names under which they were seen.
func wantedClasses() []probe.Class {
	return []probe.Class{
		{Name: chatRoom, Also: []string{"Room", "RoomChat", "MessRoom", "ChatRooms"}},
		{Name: chatMessage, Also: []string{"Message", "MessChat", "ChatMess", "ChatMsg"}},
		{Name: messageProperties, Also: []string{"MessProperties", "MessageProps", "MessProps", "ChatMessageProperties", "MessageProperty", "MsgProperties"}},
		{Name: roomList, Also: []string{"ChatRoomList", "ListOfRooms", "Rooms", "RoomsList"}},
	}
}

// otherNames are those under which properties, methods and arguments were seen, by the
// text's own or, where it gives none, by ours.
func otherNames() map[string][]string {
	return map[string][]string{
		// of a room
		"room_name":           {"room", "name", "queue_name", "channel", "channel_name"},
		"group_room":          {"is_group", "group", "is_group_room", "room_type", "group_type"},
		"owner_alias":         {"owner", "owner_name", "creator"},
		"member_list":         {"members", "member_names", "users", "participants", "aliases", "member_aliases"},
		"other_alias":         {"other", "other_member", "other_user", "second_member", "member", "member_alias", "partner", "guest", "to_alias", "to_user", "with_alias", "friend"},
		"room_type":           {"type", "kind"},
		"create_time":         {"created", "created_at", "creation_time", "create_date", "time_created"},
		"modify_time":         {"modified", "modified_at", "last_modified", "modification_time", "modified_time", "mod_time", "updated_at"},
		"add_group_member":    {"add_member", "add_user", "add_to_group", "join"},
		"remove_group_member": {"remove_member", "remove_user", "delete_group_member", "del_group_member", "leave"},
		"alias":               {"member", "user", "user_alias", "member_alias", "name", "group_member", "new_member", "member_name", "username"},
		"persist":             {"save", "persist_room", "save_room", "store"},
		"restore":             {"load", "restore_room", "load_room"},
		"get_messages":        {"messages", "get_all_messages", "read_messages", "receive_messages"},
		"num_messages":        {"num", "n", "count", "number", "limit", "amount", "num_mess", "max_messages", "number_of_messages"},
		"return_objects":      {"objects", "as_objects", "return_object", "return_objs"},
		"send_message":        {"send", "publish", "publish_message"},
		"find_message":        {"find", "search_message", "get_message_by_text"},
		"message_text":        {"text", "message", "mess_text", "content"},
		"get":                 {"get_message", "next_message", "pop_message"},
		"put":                 {"put_message", "add_message", "push"},

		// of a message and its properties
		"dirty":           {"is_dirty", "dirty_flag"},
		"message":         {"text", "content", "message_text", "mess", "body", "chat_message", "msg", "item"},
		"mess_props":      {"props", "properties", "message_properties", "message_props", "mess_properties"},
		"mess_type":       {"type", "message_type", "msg_type"},
		"to_user":         {"to", "to_alias", "recipient", "receiver"},
		"from_user":       {"from", "from_alias", "sender"},
		"sent_time":       {"sent", "time_sent", "send_time", "sent_at"},
		"rec_time":        {"received_time", "receive_time", "time_received", "recv_time", "received", "received_at"},
		"sequence_number": {"sequence_num", "seq_num", "sequence", "seq_number", "seq", "mess_num"},
		"id":              {"mess_id", "message_id", "msg_id", "ident", "_id"},

		// of a list of rooms
		"name":   {"list_name", "room_list_name", "room_list"},
		"add":    {"add_room", "append", "create"},
		"remove": {"remove_room", "delete", "delete_room"},
		"find":   {"find_room", "find_by_name", "get", "get_room", "find_room_by_name"},
		"room":   {"new_room", "chat_room", "room_chat", "instance"},

		// what is demanded besides
		"user_alias": {"alias", "user", "username", "client_name"},
		"rmq_host":   {"host", "amqp_host", "rabbit_host", "rabbitmq_host", "hostname", "server"},
		"rmq_port":   {"port", "amqp_port", "rabbit_port", "rabbitmq_port"},
		"amqp_url":   {"rabbit_url", "rabbitmq_url", "rmq_url", "broker_url", "broker"},
		"mongo_host": {"db_host", "mongodb_host"},
		"mongo_port": {"db_port", "mongodb_port"},
		"mongo_url":  {"db_url", "mongodb_url", "mongo_uri", "mongodb_uri", "database_url"},
		"create_new": {"new", "create"},
	}
}

// argument is one with which something is called.
func argument(name string, value any) probe.Argument { return probe.Argument{Name: name, Value: value} }

// optional may be left out where no parameter has its name.
func optional(name string, value any) probe.Argument {
	return probe.Argument{Name: name, Value: value, Optional: probe.ByName}
}

// placed may be left out, unless something is demanded of which nothing is known.
func placed(name string, value any) probe.Argument {
	return probe.Argument{Name: name, Value: value, Optional: probe.Placed}
}

// argumentsOfRoom are those of a ChatRoom. The text has its name given; what else it has,
// many give, too.
func (m *model) argumentsOfRoom(name string, isGroup bool) []probe.Argument {
	all := []probe.Argument{
		argument("room_name", name), optional("owner_alias", m.owner), optional("member_list", []string{m.owner, m.other}),
		optional("other_alias", m.other),
	}
	if kind, found := m.typeOfRoom(isGroup); found {
		all = append(all, optional("room_type", kind))
	}
	return append(all, optional("group_room", isGroup))
}

// typeOfRoom is the constant for one of the two kinds of rooms, where there are such.
func (m *model) typeOfRoom(isGroup bool) (any, bool) {
	word := "private"
	if isGroup {
		word = "group"
	}
	return m.constant(func(name string) bool { return strings.Contains(name, word) && strings.Contains(name, "room") })
}

// constant finds the value of a constant by its name, in small letters: a number, as the text
// has it, or else a text.
func (m *model) constant(named func(name string) bool) (value any, found bool) {
	for _, c := range m.constants {
		if !named(strings.ToLower(c.Name)) {
			continue
		}
		if c.Value.Kind == probe.Enum {
			return probe.Ref(c.Value.Object), true
		}
		if number, err := strconv.Atoi(c.Value.Text); err == nil && c.Value.Kind == probe.Number {
			return number, true
		}
		if c.Value.Kind == probe.Text && !found {
			value, found = c.Value.Text, true
		}
	}
	return value, found
}

// The words by which constants for the types of messages are known.
var (
	ofSent     = []string{"sent", "send"}
	ofReceived = []string{"rec", "get"}
)

// hasWord finds names that hold one of some words.
func hasWord(words []string) func(name string) bool {
	return func(name string) bool {
		for _, word := range words {
			if strings.Contains(name, word) {
				return true
			}
		}
		return false
	}
}

// sentAt and receivedAt are the times of messages that are made by their class.
var (
	sentAt     = time.Date(2022, time.March, 4, 5, 6, 7, 89_000_000, time.UTC)
	receivedAt = sentAt.Add(time.Second)
)

// A property is one of a message's, with the value that it is made with.
type property struct {
	name  string
	value any
}

// propertiesOf are those of the message number n, which goes to a room: to the other one there, or to
// all of a group, of which each program may keep what is for one of them from the others.
func (m *model) propertiesOf(room string, n int) []property {
	to := m.other
	if m.groups[room] {
		to = room
	}
	sent, found := m.constant(hasWord(ofSent))
	if !found {
		sent = 1
	}
	return []property{
		{"mess_type", sent},
		{"room_name", room},
		{"to_user", to},
		{"from_user", m.owner},
		{"sent_time", probe.Time(sentAt)},
		{"rec_time", probe.Time(receivedAt)},
		{"sequence_number", n},
		{"id", n},
	}
}

// extrasOf are what constructors and methods were seen to want besides: who uses the
// program, and where its servers are.
func extrasOf(user string, values target.Values) []probe.Argument {
	one := func(name string) string { return strings.Join(values[name], " ") }
	port := func(name string) any {
		if number, err := strconv.Atoi(one(name)); err == nil {
			return number
		}
		return one(name)
	}
	return []probe.Argument{
		argument("user_alias", user), argument("create_new", true),
		argument("rmq_host", one("amqp_host")), argument("rmq_port", port("amqp_port")), argument("amqp_url", one("amqp_url")),
		argument("mongo_host", one("mongo_host")), argument("mongo_port", port("mongo_port")), argument("mongo_url", one("mongo_url")),
	}
}
