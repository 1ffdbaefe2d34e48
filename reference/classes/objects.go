package classes

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chatspec/chatspec/reference/rooms"
)

// answers are what was made so far.
type answers struct {
	servers *rooms.Servers
	objects []any // each is known by its place here
	numbers map[any]int
}

// properties are those of a message, or some that belong to none yet.
type properties struct {
	of  *rooms.ChatMessage // nil, where they belong to none
	own rooms.MessageProperties
}

func (p *properties) value() rooms.MessageProperties {
	if p.of != nil {
		return p.of.MessProps()
	}
	return p.own
}

func (p *properties) set(value rooms.MessageProperties) {
	p.own = value
	if p.of != nil {
		p.of.SetMessProps(value)
	}
}

// names are what a class has.
type names struct {
	Public  []string `json:"public"`
	Private []string `json:"private"`
}

func classes() map[string]names {
	return map[string]names{
		"ChatRoom": {
			Public: []string{
				"add_group_member", "create_time", "dirty", "find_message", "get", "get_messages", "group_room", "member_list", "modify_time",
				"name", "owner_alias", "persist", "put", "remove_group_member", "restore", "send_message",
			},
			Private: []string{"retrieve_messages"},
		},
		"ChatMessage": {Public: []string{"dirty", "mess_props", "message"}},
		"MessageProperties": {
			Public: []string{"from_user", "id", "mess_type", "rec_time", "room_name", "sent_time", "sequence_number", "to_user"},
		},
		"RoomList": {Public: []string{"add", "find", "name", "persist", "remove", "restore"}},
	}
}

// load says what is known of the classes that are wanted.
func load(all []wanted) any {
	found := map[string]any{}
	for _, want := range all {
		has, known := classes()[want.Name]
		if !known {
			continue
		}
		bases := []string{}
		if want.Name == "ChatRoom" {
			bases = append(bases, "collections.deque")
		}
		found[want.Name] = map[string]any{"name": want.Name, "module": "rooms", "bases": bases, "public": has.Public, "private": has.Private}
	}
	return map[string]any{"classes": found, "failures": []string{}}
}

func classOf(object any) string {
	switch object.(type) {
	case *rooms.ChatRoom:
		return "ChatRoom"
	case *rooms.ChatMessage:
		return "ChatMessage"
	case *properties:
		return "MessageProperties"
	}
	return "RoomList"
}

func namesOf(object any) names { return classes()[classOf(object)] }

func constants() any {
	return []map[string]any{
		{"where": "rooms", "name": "SENT", "value": rooms.Sent},
		{"where": "rooms", "name": "RECEIVED", "value": rooms.Received},
	}
}

// told is a value as JSON.
func (a *answers) told(value any) any {
	switch value := value.(type) {
	case time.Time:
		if value.IsZero() {
			return nil
		}
		return map[string]string{"kind": "time", "time": value.Format(time.RFC3339Nano)}
	case []*rooms.ChatMessage:
		all := []any{}
		for _, message := range value {
			all = append(all, a.told(message))
		}
		return all
	case []*rooms.ChatRoom:
		all := []any{}
		for _, room := range value {
			all = append(all, a.told(room))
		}
		return all
	case *rooms.ChatMessage:
		if value == nil {
			return nil
		}
		return a.object(value, value.Message())
	case *rooms.ChatRoom:
		if value == nil {
			return nil
		}
		return a.object(value, value.Name())
	case *rooms.RoomList:
		return a.object(value, value.Name())
	case *properties:
		return a.object(value, fmt.Sprintf("%+v", value.value()))
	}
	return value
}

func (a *answers) object(value any, text string) any {
	number, known := a.numbers[value]
	if !known {
		number = len(a.objects)
		a.objects = append(a.objects, value)
		a.numbers[value] = number
	}
	return map[string]any{"kind": "object", "class": classOf(value), "object": number, "text": text}
}

// items lists what an object holds, from its left to its right.
func (a *answers) items(object any) (any, error) {
	switch object := object.(type) {
	case *rooms.ChatRoom:
		return a.told(object.Messages()), nil
	case *rooms.RoomList:
		return a.told(object.Rooms()), nil
	}
	return nil, errLacking
}

// meant is the object that a value stands for; nil, if it stands for none.
func (a *answers) meant(value any) any {
	stands, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	number, ok := stands["object"].(float64)
	if !ok || number < 0 || int(number) >= len(a.objects) {
		return nil
	}
	return a.objects[int(number)]
}

// arguments finds values by their names.
func arguments(all []argument) map[string]any {
	given := map[string]any{}
	for _, one := range all {
		given[one.Name] = one.Value
	}
	return given
}

func textOf(value any) string { text, _ := value.(string); return text }

func textsOf(value any) []string {
	var texts []string
	all, _ := value.([]any)
	for _, one := range all {
		texts = append(texts, textOf(one))
	}
	return texts
}

func numberOf(value any) int { number, _ := value.(float64); return int(number) }

func timeOf(value any) time.Time {
	stands, _ := value.(map[string]any)
	at, err := time.Parse("2006-01-02T15:04:05.999999999", strings.TrimSuffix(textOf(stands["time"]), "Z"))
	if err != nil {
		return time.Time{}
	}
	return at.UTC().Truncate(time.Millisecond)
}

// make makes an object of a class.
func (a *answers) make(class string, given map[string]any) (any, error) {
	switch class {
	case "ChatRoom":
		group, _ := given["group_room"].(bool)
		return rooms.NewChatRoom(a.servers, textOf(given["room_name"]), group, textOf(given["owner_alias"]), textsOf(given["member_list"])...)
	case "ChatMessage":
		return rooms.NewChatMessage(textOf(given["message"]), a.propertiesOf(given["mess_props"])), nil
	case "MessageProperties":
		p := &properties{}
		for name, value := range given {
			if err := setProperty(p, name, value); err != nil {
				return nil, err
			}
		}
		return p, nil
	case "RoomList":
		return rooms.NewRoomList(a.servers, textOf(given["name"])), nil
	}
	return nil, errLacking
}

func (a *answers) propertiesOf(value any) rooms.MessageProperties {
	if p, ok := a.meant(value).(*properties); ok {
		return p.value()
	}
	return rooms.MessageProperties{}
}

// get reads a property.
func get(object any, name string) (any, error) {
	switch object := object.(type) {
	case *rooms.ChatRoom:
		return getOfRoom(object, name)
	case *rooms.ChatMessage:
		switch name {
		case "message":
			return object.Message(), nil
		case "mess_props":
			return &properties{of: object}, nil
		case "dirty":
			return object.Dirty(), nil
		}
	case *properties:
		return getProperty(object.value(), name)
	case *rooms.RoomList:
		if name == "name" {
			return object.Name(), nil
		}
	}
	return nil, errLacking
}

func getOfRoom(room *rooms.ChatRoom, name string) (any, error) {
	about := room.Metadata()
	switch name {
	case "name":
		return about.Name, nil
	case "group_room":
		return about.GroupRoom, nil
	case "owner_alias":
		return about.OwnerAlias, nil
	case "member_list":
		return about.MemberList, nil
	case "create_time":
		return about.CreateTime, nil
	case "modify_time":
		return about.ModifyTime, nil
	case "dirty":
		return room.Dirty(), nil
	}
	return nil, errLacking
}

func getProperty(p rooms.MessageProperties, name string) (any, error) {
	switch name {
	case "mess_type":
		return p.MessType, nil
	case "room_name":
		return p.RoomName, nil
	case "to_user":
		return p.ToUser, nil
	case "from_user":
		return p.FromUser, nil
	case "sent_time":
		return p.SentTime, nil
	case "rec_time":
		return p.RecTime, nil
	case "sequence_number":
		return p.SequenceNumber, nil
	case "id":
		return p.ID, nil
	}
	return nil, errLacking
}

// set sets a property.
func (a *answers) set(object any, name string, value any) error {
	switch object := object.(type) {
	case *rooms.ChatRoom:
		if dirty, ok := value.(bool); ok && name == "dirty" {
			object.SetDirty(dirty)
			return nil
		}
	case *rooms.ChatMessage:
		if dirty, ok := value.(bool); ok && name == "dirty" {
			object.SetDirty(dirty)
			return nil
		}
		if name == "mess_props" {
			object.SetMessProps(a.propertiesOf(value))
			return nil
		}
	case *properties:
		return setProperty(object, name, value)
	}
	return errLacking
}

func setProperty(p *properties, name string, value any) error {
	now := p.value()
	switch name {
	case "mess_type":
		now.MessType = rooms.MessType(numberOf(value))
	case "room_name":
		now.RoomName = textOf(value)
	case "to_user":
		now.ToUser = textOf(value)
	case "from_user":
		now.FromUser = textOf(value)
	case "sent_time":
		now.SentTime = timeOf(value)
	case "rec_time":
		now.RecTime = timeOf(value)
	case "sequence_number":
		now.SequenceNumber = int64(numberOf(value))
	case "id":
		now.ID = int64(numberOf(value))
	default:
		return errLacking
	}
	p.set(now)
	return nil
}

// call calls a method.
func (a *answers) call(ctx context.Context, object any, name string, given map[string]any) (any, error) {
	switch object := object.(type) {
	case *rooms.ChatRoom:
		return a.callRoom(ctx, object, name, given)
	case *rooms.RoomList:
		return a.callList(ctx, object, name, given)
	}
	return nil, errLacking
}

func (a *answers) callRoom(ctx context.Context, room *rooms.ChatRoom, name string, given map[string]any) (any, error) {
	switch name {
	case "persist":
		return nil, room.Persist(ctx)
	case "restore":
		return nil, room.Restore(ctx)
	case "add_group_member":
		return nil, room.AddGroupMember(textOf(given["alias"]))
	case "remove_group_member":
		return nil, room.RemoveGroupMember(textOf(given["alias"]))
	case "send_message":
		return room.SendMessage(textOf(given["message"]), a.propertiesOf(given["mess_props"])) == nil, nil
	case "find_message":
		return room.FindMessage(textOf(given["message_text"])), nil
	case "get":
		return room.Get(), nil
	case "put":
		message, ok := a.meant(given["message"]).(*rooms.ChatMessage)
		if !ok {
			return nil, fmt.Errorf("put takes a message, and not %v", given["message"])
		}
		room.Put(message)
		return nil, nil
	case "get_messages":
		messages, err := room.GetMessages(numberOf(given["num_messages"]))
		if objects, _ := given["return_objects"].(bool); objects || err != nil {
			return messages, err
		}
		return rooms.Texts(messages), nil
	}
	return nil, errLacking
}

func (a *answers) callList(ctx context.Context, list *rooms.RoomList, name string, given map[string]any) (any, error) {
	switch name {
	case "persist":
		return nil, list.Persist(ctx)
	case "restore":
		return nil, list.Restore(ctx)
	case "find":
		return list.Find(textOf(given["room_name"])), nil
	}
	room, ok := a.meant(given["room"]).(*rooms.ChatRoom)
	if !ok {
		return nil, fmt.Errorf("%s takes a room, and not %v", name, given["room"])
	}
	switch name {
	case "add":
		list.Add(room)
		return nil, nil
	case "remove":
		list.Remove(room)
		return nil, nil
	}
	return nil, errLacking
}
