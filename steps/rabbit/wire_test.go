package rabbit

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
)

// first and second are two channels of annika's connection.
var first, second = wire{conn: 1, channel: 1}, wire{conn: 1, channel: 2}

// declares is a queue's declaration, which RabbitMQ takes, under the name that it has then.
func (l wire) declares(queue amqp.QueueDeclare, name string) []journal.Event {
	return []journal.Event{l.asks(&queue), l.answers(&amqp.QueueDeclareOk{Queue: name})}
}

func TestOnlyWhatTwoSayToEachOtherIsRead(t *testing.T) {
	events := []journal.Event{
		{Kind: journal.Connected, From: "annika", To: rabbitMQ, Conn: 1},
		first.asks(&amqp.ConnectionOpen{VirtualHost: "/"}),
		first.answers(&amqp.ConnectionOpenOk{}),
		first.say("bruno", rabbitMQ, &amqp.ConnectionOpen{VirtualHost: "bruno's"}),
		first.say("annika", "bruno", &amqp.ConnectionOpen{VirtualHost: "bruno's"}),
		{Kind: journal.Sent, From: "annika", To: rabbitMQ, Message: amqp.Heartbeat{}},
		publishes("annika", general, "", "marzipan"),
	}
	var names []string
	for _, m := range methods(events, "annika") {
		names = append(names, m.Name())
	}
	if want := []string{"connection.open", "connection.open-ok", "basic.publish"}; !slices.Equal(names, want) {
		t.Errorf("annika and RabbitMQ say %q, want %q", names, want)
	}
	if got := topologyOf(events, "annika").virtualHost; got != "/" {
		t.Errorf("annika's virtual host is %q", got)
	}
}

func TestAPublicationGoesSomewhere(t *testing.T) {
	events := []journal.Event{
		publishes("annika", general, "", "to the exchange"),
		publishes("bruno", general, "", "by another"),
		publishes("annika", "", general, "to the queue"),
		publishes("annika", "chat", general, "by the key"),
		publishes("annika", "General", "bruno", "elsewhere"),
		{Kind: journal.Sent, From: rabbitMQ, To: "annika", Message: amqp.Message{Method: &amqp.BasicDeliver{Exchange: general}, Body: []byte("back")}},
	}
	want := []struct {
		body, says  string
		isToGeneral bool
	}{
		{"to the exchange", `to the exchange "general", with the key ""`, true},
		{"to the queue", `to the queue "general"`, true},
		{"by the key", `to the exchange "chat", with the key "general"`, true},
		{"elsewhere", `to the exchange "General", with the key "bruno"`, false},
	}
	got := publications(events, "annika")
	if len(got) != len(want) {
		t.Fatalf("annika publishes %v", got)
	}
	for i, p := range got {
		if string(p.body) != want[i].body || p.by != "annika" || p.String() != want[i].says || p.isToGeneral() != want[i].isToGeneral {
			t.Errorf("%s publishes %q %s, to general: %v; want %v", p.by, p.body, p, p.isToGeneral(), want[i])
		}
	}
	if got := delivered(events, "annika"); !slices.Equal(got, []string{"back"}) {
		t.Errorf("annika receives %q", got)
	}
}

func TestTheTopologyIsWhatIsDeclaredAndRead(t *testing.T) {
	got := topologyOf(slices.Concat(
		[]journal.Event{
			first.asks(&amqp.ExchangeDeclare{Exchange: general, Kind: "fanout", Durable: true}),
			first.asks(&amqp.ExchangeDeclare{Exchange: "logs", Kind: "topic", Passive: true}), // she only asks for it
			first.say("bruno", rabbitMQ, &amqp.ExchangeDeclare{Exchange: "bruno's"}),
		},
		first.declares(amqp.QueueDeclare{Exclusive: true}, "amq.gen-1"),
		[]journal.Event{first.asks(&amqp.QueueBind{Exchange: general})}, // the queue that was declared last
		first.declares(amqp.QueueDeclare{Queue: "annika", Durable: true}, "annika"),
		[]journal.Event{
			first.asks(&amqp.QueueDeclare{Queue: "hasty", AutoDelete: true, NoWait: true}),
			first.asks(&amqp.QueueBind{Queue: "annika", Exchange: "logs", RoutingKey: "a"}),
			first.asks(&amqp.BasicConsume{Queue: "read"}),
			first.asks(&amqp.BasicGet{Queue: "got"}),
			first.asks(&amqp.BasicGet{}), // of hasty, too
		},
	), "annika")
	if len(got.exchanges) != 1 || got.exchanges[general] == nil || !got.exchanges[general].Durable {
		t.Errorf("the exchanges are %v", got.exchanges)
	}
	if names := slices.Sorted(maps.Keys(got.queues)); !slices.Equal(names, []string{"amq.gen-1", "annika", "got", "hasty", "read"}) {
		t.Fatalf("the queues are %q", names)
	}
	if q := got.queues; !q["amq.gen-1"].Exclusive || !q["annika"].Durable || !q["hasty"].AutoDelete || q["read"].Queue != "read" {
		t.Errorf("the queues are declared as %v", q)
	}
	var bound []string
	for _, b := range got.bindings {
		bound = append(bound, b.Queue+" to "+b.Exchange)
	}
	if want := []string{"amq.gen-1 to general", "annika to logs"}; !slices.Equal(bound, want) {
		t.Errorf("bound are %q, want %q", bound, want)
	}
}

// A declaration that is refused ends its channel, and is answered by nothing.
func TestAQueueIsKnownByItsOwnDeclaration(t *testing.T) {
	got := topologyOf(slices.Concat(
		[]journal.Event{
			first.asks(&amqp.QueueDeclare{Queue: "lost", Passive: true}),
			first.answers(&amqp.ChannelClose{ReplyCode: 404}),
		},
		second.declares(amqp.QueueDeclare{Queue: general, Durable: true}, general),
		second.declares(amqp.QueueDeclare{Queue: general, Passive: true}, general),
		[]journal.Event{ // two connections, of which the second is answered first
			first.asks(&amqp.QueueDeclare{Exclusive: true}),
			second.asks(&amqp.QueueDeclare{Queue: "annika", AutoDelete: true}),
			second.answers(&amqp.QueueDeclareOk{Queue: "annika"}),
			first.answers(&amqp.QueueDeclareOk{Queue: "amq.gen-1"}),
		},
		second.declares(amqp.QueueDeclare{Queue: "theirs", Passive: true}, "theirs"),
	), "annika").queues
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, []string{"amq.gen-1", "annika", general, "theirs"}) {
		t.Fatalf("the queues are %q", names)
	}
	if !got[general].Durable || !got["annika"].AutoDelete || !got["amq.gen-1"].Exclusive || got["theirs"].Queue != "theirs" {
		t.Errorf("the queues are declared as %v", got)
	}
}

func TestAPrivateQueueGetsNothingFromGeneral(t *testing.T) {
	queues := slices.Concat(
		first.declares(amqp.QueueDeclare{Queue: "annika"}, "annika"),
		first.declares(amqp.QueueDeclare{}, "amq.gen-1"),
	)
	binds := func(queue, exchange string) journal.Event {
		return first.asks(&amqp.QueueBind{Queue: queue, Exchange: exchange})
	}
	for _, c := range []struct {
		name   string
		events []journal.Event
		want   []string
	}{
		{"none is bound", nil, []string{"amq.gen-1", "annika"}},
		{"one is bound to general", []journal.Event{binds("amq.gen-1", general)}, []string{"annika"}},
		{"both are", []journal.Event{binds("amq.gen-1", general), binds("annika", general)}, nil},
		{"one is bound to another exchange", []journal.Event{binds("annika", "direct")}, []string{"amq.gen-1", "annika"}},
		{"one is bound to where general is a key", []journal.Event{binds("annika", "chat"), publishes("annika", "chat", general, "plum")}, []string{"amq.gen-1"}},
		{"one is bound to where something else goes", []journal.Event{binds("annika", "chat"), publishes("annika", "chat", "bruno", "plum")}, []string{"amq.gen-1", "annika"}},
		{"she publishes to one", []journal.Event{publishes("annika", "", "annika", "plum")}, []string{"amq.gen-1"}},
		{"general is a queue, too", first.declares(amqp.QueueDeclare{Queue: general}, general), []string{"amq.gen-1", "annika"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := slices.Concat(queues, c.events)
			if got := topologyOf(events, "annika").private(publications(events, "annika")); !slices.Equal(got, c.want) {
				t.Errorf("private are %q, want %q", got, c.want)
			}
		})
	}
}

func TestConsumersAreCountedUntilTheyEnd(t *testing.T) {
	other := wire{conn: 2, channel: 1}
	two := []journal.Event{first.asks(&amqp.BasicConsume{Queue: "a"}), second.asks(&amqp.BasicConsume{Queue: "b"})}
	for _, c := range []struct {
		name   string
		events []journal.Event
		want   int
	}{
		{"nothing has ended", nil, 2},
		{"a third begins", []journal.Event{other.asks(&amqp.BasicConsume{})}, 3},
		{"bruno has one", []journal.Event{other.say("bruno", rabbitMQ, &amqp.BasicConsume{})}, 2},
		{"one is cancelled", []journal.Event{first.asks(&amqp.BasicCancel{}), first.answers(&amqp.BasicCancelOk{})}, 1},
		{"RabbitMQ cancels one", []journal.Event{first.answers(&amqp.BasicCancel{})}, 1},
		{"its channel is closed", []journal.Event{first.asks(&amqp.ChannelClose{}), first.answers(&amqp.ChannelCloseOk{})}, 1},
		{"RabbitMQ closes its channel", []journal.Event{first.answers(&amqp.ChannelClose{})}, 1},
		{"a channel is closed that has none", []journal.Event{{}, other.asks(&amqp.ChannelClose{})}, 2},
		{"the connection is closed", []journal.Event{
			{Kind: journal.Closed, From: "annika", To: rabbitMQ, Conn: 1}, {Kind: journal.Closed, From: rabbitMQ, To: "annika", Conn: 1},
		}, 0},
		{"another connection is closed", []journal.Event{{Kind: journal.Closed, From: "annika", To: rabbitMQ, Conn: 2}}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := consumers(slices.Concat(two, c.events), "annika"); got != c.want {
				t.Errorf("annika has %d consumers, want %d", got, c.want)
			}
		})
	}
}

func TestHeartbeatsAreWaitedForWhereTheyAreAgreed(t *testing.T) {
	beat := journal.Event{Kind: journal.Sent, From: "annika", To: rabbitMQ, Conn: 1, Message: amqp.Heartbeat{}}
	answered := journal.Event{Kind: journal.Sent, From: rabbitMQ, To: "annika", Conn: 1, Message: amqp.Heartbeat{}}
	events := []journal.Event{
		wire{conn: 1}.answers(&amqp.ConnectionTune{Heartbeat: 1}),
		wire{conn: 1}.asks(&amqp.ConnectionTuneOk{Heartbeat: 1}),
		wire{conn: 2}.asks(&amqp.ConnectionTuneOk{Heartbeat: 0}),
		wire{conn: 3}.asks(&amqp.ConnectionTuneOk{Heartbeat: 1}),
		wire{conn: 4}.say("bruno", rabbitMQ, &amqp.ConnectionTuneOk{Heartbeat: 1}),
		beat, answered, beat,
	}
	if got, sent := beating(events, "annika"), heartbeats(events, "annika"); got != 2 || sent != 2 {
		t.Errorf("annika has sent %d heartbeats, and %d connections wait for them", sent, got)
	}
	events = append(events, journal.Event{Kind: journal.Closed, From: rabbitMQ, To: "annika", Conn: 3})
	if got := beating(events, "annika"); got != 1 {
		t.Errorf("%d connections wait for heartbeats when one is closed", got)
	}
}

func TestWhatIsSaidInsteadIsForAPerson(t *testing.T) {
	connected := journal.Event{Kind: journal.Connected, From: "annika", To: rabbitMQ, Conn: 1}
	opens := first.asks(&amqp.ChannelOpen{})
	for want, events := range map[string][]journal.Event{
		"it has never connected to RabbitMQ":              {first.say("bruno", rabbitMQ, &amqp.ChannelOpen{})},
		"it is connected to RabbitMQ, and says nothing":   {connected},
		"to RabbitMQ it says: opens a channel":            {connected, opens, opens},
		"to RabbitMQ it says: opens a channel; heartbeat": {opens, {Kind: journal.Sent, From: "annika", To: rabbitMQ, Message: amqp.Heartbeat{}}},
	} {
		if got := saidInstead(events, "annika"); got != want {
			t.Errorf("it is said that %s, want %s", got, want)
		}
	}
}

func TestABodyIsWrittenAsTheSubmissionWritesIts(t *testing.T) {
	const nasty = `she said "yes"`
	for _, c := range []struct{ name, sample, text, want string }{
		{"the text itself", "kumquat", nasty, nasty},
		{"with a name before it", "annika: kumquat", nasty, `otto: she said "yes"`},
		{"in JSON", `{"from": "annika", "text": "kumquat"}`, nasty, `{"from": "otto", "text": "she said \"yes\""}`},
		{"a string of JSON", `"kumquat"`, `a\b`, `"a\\b"`},
		{"as Python shows it", `{'user': 'annika', 'text': 'kumquat'}`, "plum", `{'user': 'otto', 'text': 'plum'}`},
		{"the text is not in it", "a3VtcXVhdA==", "plum", "plum"},
		{"none is known", "", "plum", "plum"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &session{publication: publication{by: "annika"}}
			if c.sample != "" {
				s.sample = sample{text: "kumquat", body: c.sample}
			}
			got := string(s.body(c.text, "otto"))
			if got != c.want || json.Valid([]byte(c.sample)) && !json.Valid([]byte(got)) {
				t.Errorf("as %s, %s becomes %s, want %s", c.sample, c.text, got, c.want)
			}
		})
	}
}

func TestPropertiesAreThoseOfTheSubmission(t *testing.T) {
	headers, err := amqp.NewTable(amqp.Field{Name: "sender", Kind: 'S', Value: "annika"}, amqp.Field{Name: "urgent", Kind: 't', Value: true})
	must(t, err)
	written := amqp.Properties{
		ContentType: "application/json", DeliveryMode: 2, AppID: "annika's", ReplyTo: "annika", Headers: headers, CorrelationID: "7",
		Has: amqp.HasContentType | amqp.HasDeliveryMode | amqp.HasAppID | amqp.HasReplyTo | amqp.HasHeaders | amqp.HasCorrelationID,
	}.Append(nil)
	got := propertiesOf(publication{by: "annika", properties: written}, "otto")
	if got.ContentType != "application/json" || got.DeliveryMode != 2 || got.AppId != "otto's" || got.ReplyTo != "otto" {
		t.Errorf("the properties are %+v", got)
	}
	if len(got.Headers) != 2 || got.Headers["sender"] != "otto" || got.Headers["urgent"] != true {
		t.Errorf("the headers are %v", got.Headers)
	}
	if got := propertiesOf(publication{properties: []byte{1}}, "otto"); got.ContentType != "" || got.Headers != nil {
		t.Errorf("of properties that cannot be read it has %+v", got)
	}
}
