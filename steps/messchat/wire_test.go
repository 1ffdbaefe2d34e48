package messchat

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
	"github.com/chatspec/chatspec/steps/messchat/messchattest"
)

// first and second are two channels of annika's connection.
var first, second = messchattest.Wire{Conn: 1, Channel: 1}, messchattest.Wire{Conn: 1, Channel: 2}

func TestOnlyWhatTwoSayToEachOtherIsRead(t *testing.T) {
	events := []journal.Event{
		{Kind: journal.Connected, From: "annika", To: RabbitMQ, Conn: 1},
		first.Asks(&amqp.ConnectionOpen{VirtualHost: "/"}),
		first.Answers(&amqp.ConnectionOpenOk{}),
		first.Say("bruno", RabbitMQ, &amqp.ConnectionOpen{VirtualHost: "bruno's"}),
		first.Say("annika", "bruno", &amqp.ConnectionOpen{VirtualHost: "bruno's"}),
		{Kind: journal.Sent, From: "annika", To: RabbitMQ, Message: amqp.Heartbeat{}},
		messchattest.Publishes("annika", "general", "", "marzipan"),
	}
	var names []string
	for _, m := range Methods(events, "annika") {
		names = append(names, m.Name())
	}
	if want := []string{"connection.open", "connection.open-ok", "basic.publish"}; !slices.Equal(names, want) {
		t.Errorf("annika and RabbitMQ say %q, want %q", names, want)
	}
	if got := TopologyOf(events, "annika").VirtualHost; got != "/" {
		t.Errorf("annika's virtual host is %q", got)
	}
}

func TestAPublicationGoesSomewhere(t *testing.T) {
	events := []journal.Event{
		messchattest.Publishes("annika", "general", "", "to the exchange"),
		messchattest.Publishes("bruno", "general", "", "by another"),
		messchattest.Publishes("annika", "", "general", "to the queue"),
		messchattest.Publishes("annika", "chat", "general", "by the key"),
		messchattest.Publishes("annika", "General", "bruno", "elsewhere"),
		{Kind: journal.Sent, From: RabbitMQ, To: "annika", Message: amqp.Message{Method: &amqp.BasicDeliver{Exchange: "general"}, Body: []byte("back")}},
	}
	want := []struct {
		body, says string
	}{
		{"to the exchange", `to the exchange "general", with the key ""`},
		{"to the queue", `to the queue "general"`},
		{"by the key", `to the exchange "chat", with the key "general"`},
		{"elsewhere", `to the exchange "General", with the key "bruno"`},
	}
	got := Publications(events, "annika")
	if len(got) != len(want) {
		t.Fatalf("annika publishes %v", got)
	}
	for i, p := range got {
		if string(p.Body) != want[i].body || p.By != "annika" || p.String() != want[i].says {
			t.Errorf("%s publishes %q %s; want %v", p.By, p.Body, p, want[i])
		}
	}
	if got := Delivered(events, "annika"); !slices.Equal(got, []string{"back"}) {
		t.Errorf("annika receives %q", got)
	}
}

func TestTheTopologyIsWhatIsDeclaredAndRead(t *testing.T) {
	got := TopologyOf(slices.Concat(
		[]journal.Event{
			first.Asks(&amqp.ExchangeDeclare{Exchange: "general", Kind: "fanout", Durable: true}),
			first.Asks(&amqp.ExchangeDeclare{Exchange: "logs", Kind: "topic", Passive: true}), // she only asks for it
			first.Say("bruno", RabbitMQ, &amqp.ExchangeDeclare{Exchange: "bruno's"}),
		},
		first.Declares(amqp.QueueDeclare{Exclusive: true}, "amq.gen-1"),
		[]journal.Event{first.Asks(&amqp.QueueBind{Exchange: "general"})}, // the queue that was declared last
		first.Declares(amqp.QueueDeclare{Queue: "annika", Durable: true}, "annika"),
		[]journal.Event{
			first.Asks(&amqp.QueueDeclare{Queue: "hasty", AutoDelete: true, NoWait: true}),
			first.Asks(&amqp.QueueBind{Queue: "annika", Exchange: "logs", RoutingKey: "a"}),
			first.Asks(&amqp.BasicConsume{Queue: "read"}),
			first.Asks(&amqp.BasicGet{Queue: "got"}),
			first.Asks(&amqp.BasicGet{}), // of hasty, too
		},
	), "annika")
	if len(got.Exchanges) != 1 || got.Exchanges["general"] == nil || !got.Exchanges["general"].Durable {
		t.Errorf("the exchanges are %v", got.Exchanges)
	}
	if names := slices.Sorted(maps.Keys(got.Queues)); !slices.Equal(names, []string{"amq.gen-1", "annika", "got", "hasty", "read"}) {
		t.Fatalf("the queues are %q", names)
	}
	if q := got.Queues; !q["amq.gen-1"].Exclusive || !q["annika"].Durable || !q["hasty"].AutoDelete || q["read"].Queue != "read" {
		t.Errorf("the queues are declared as %v", q)
	}
	var bound []string
	for _, b := range got.Bindings {
		bound = append(bound, b.Queue+" to "+b.Exchange)
	}
	if want := []string{"amq.gen-1 to general", "annika to logs"}; !slices.Equal(bound, want) {
		t.Errorf("bound are %q, want %q", bound, want)
	}
}

// A declaration that is refused ends its channel, and is answered by nothing.
func TestAQueueIsKnownByItsOwnDeclaration(t *testing.T) {
	got := TopologyOf(slices.Concat(
		[]journal.Event{
			first.Asks(&amqp.QueueDeclare{Queue: "lost", Passive: true}),
			first.Answers(&amqp.ChannelClose{ReplyCode: 404}),
		},
		second.Declares(amqp.QueueDeclare{Queue: "general", Durable: true}, "general"),
		second.Declares(amqp.QueueDeclare{Queue: "general", Passive: true}, "general"),
		[]journal.Event{ // two connections, of which the second is answered first
			first.Asks(&amqp.QueueDeclare{Exclusive: true}),
			second.Asks(&amqp.QueueDeclare{Queue: "annika", AutoDelete: true}),
			second.Answers(&amqp.QueueDeclareOk{Queue: "annika"}),
			first.Answers(&amqp.QueueDeclareOk{Queue: "amq.gen-1"}),
		},
		second.Declares(amqp.QueueDeclare{Queue: "theirs", Passive: true}, "theirs"),
	), "annika").Queues
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, []string{"amq.gen-1", "annika", "general", "theirs"}) {
		t.Fatalf("the queues are %q", names)
	}
	if !got["general"].Durable || !got["annika"].AutoDelete || !got["amq.gen-1"].Exclusive || got["theirs"].Queue != "theirs" {
		t.Errorf("the queues are declared as %v", got)
	}
}

func TestConsumersAreCountedUntilTheyEnd(t *testing.T) {
	other := messchattest.Wire{Conn: 2, Channel: 1}
	two := []journal.Event{first.Asks(&amqp.BasicConsume{Queue: "a"}), second.Asks(&amqp.BasicConsume{Queue: "b"})}
	for _, c := range []struct {
		name   string
		events []journal.Event
		want   int
	}{
		{"nothing has ended", nil, 2},
		{"a third begins", []journal.Event{other.Asks(&amqp.BasicConsume{})}, 3},
		{"bruno has one", []journal.Event{other.Say("bruno", RabbitMQ, &amqp.BasicConsume{})}, 2},
		{"one is cancelled", []journal.Event{first.Asks(&amqp.BasicCancel{}), first.Answers(&amqp.BasicCancelOk{})}, 1},
		{"RabbitMQ cancels one", []journal.Event{first.Answers(&amqp.BasicCancel{})}, 1},
		{"its channel is closed", []journal.Event{first.Asks(&amqp.ChannelClose{}), first.Answers(&amqp.ChannelCloseOk{})}, 1},
		{"RabbitMQ closes its channel", []journal.Event{first.Answers(&amqp.ChannelClose{})}, 1},
		{"a channel is closed that has none", []journal.Event{{}, other.Asks(&amqp.ChannelClose{})}, 2},
		{"the connection is closed", []journal.Event{
			{Kind: journal.Closed, From: "annika", To: RabbitMQ, Conn: 1}, {Kind: journal.Closed, From: RabbitMQ, To: "annika", Conn: 1},
		}, 0},
		{"another connection is closed", []journal.Event{{Kind: journal.Closed, From: "annika", To: RabbitMQ, Conn: 2}}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Consumers(slices.Concat(two, c.events), "annika"); got != c.want {
				t.Errorf("annika has %d consumers, want %d", got, c.want)
			}
		})
	}
}

func TestHeartbeatsAreWaitedForWhereTheyAreAgreed(t *testing.T) {
	beat := journal.Event{Kind: journal.Sent, From: "annika", To: RabbitMQ, Conn: 1, Message: amqp.Heartbeat{}}
	answered := journal.Event{Kind: journal.Sent, From: RabbitMQ, To: "annika", Conn: 1, Message: amqp.Heartbeat{}}
	events := []journal.Event{
		messchattest.Wire{Conn: 1}.Answers(&amqp.ConnectionTune{Heartbeat: 1}),
		messchattest.Wire{Conn: 1}.Asks(&amqp.ConnectionTuneOk{Heartbeat: 1}),
		messchattest.Wire{Conn: 2}.Asks(&amqp.ConnectionTuneOk{Heartbeat: 0}),
		messchattest.Wire{Conn: 3}.Asks(&amqp.ConnectionTuneOk{Heartbeat: 600}),
		messchattest.Wire{Conn: 4}.Say("bruno", RabbitMQ, &amqp.ConnectionTuneOk{Heartbeat: 1}),
		beat, answered, beat,
	}
	if got, sent := beating(events, "annika"), heartbeats(events, "annika"); len(got) != 2 || sent != 2 {
		t.Errorf("annika has sent %d heartbeats, and the connections %v wait for them", sent, got)
	}
	if got := beating(events, "annika")[3]; got != 10*time.Minute {
		t.Errorf("the client has taken a heartbeat of %v, and not of ten minutes", got)
	}
	events = append(events, journal.Event{Kind: journal.Closed, From: RabbitMQ, To: "annika", Conn: 3})
	if got := beating(events, "annika"); len(got) != 1 {
		t.Errorf("the connections %v wait for heartbeats when one is closed", got)
	}
}

func TestWhatIsSaidInsteadIsForAPerson(t *testing.T) {
	connected := journal.Event{Kind: journal.Connected, From: "annika", To: RabbitMQ, Conn: 1}
	opens := first.Asks(&amqp.ChannelOpen{})
	for want, events := range map[string][]journal.Event{
		"it has not connected to RabbitMQ":                {first.Say("bruno", RabbitMQ, &amqp.ChannelOpen{})},
		"it is connected to RabbitMQ, and says nothing":   {connected},
		"to RabbitMQ it says: opens a channel":            {connected, opens, opens},
		"to RabbitMQ it says: opens a channel; heartbeat": {opens, {Kind: journal.Sent, From: "annika", To: RabbitMQ, Message: amqp.Heartbeat{}}},
	} {
		if got := SaidInstead(events, "annika"); got != want {
			t.Errorf("it is said that %s, want %s", got, want)
		}
	}
}

func TestPropertiesAreThoseOfTheSubmission(t *testing.T) {
	headers, err := amqp.NewTable(amqp.Field{Name: "sender", Kind: 'S', Value: "annika"}, amqp.Field{Name: "urgent", Kind: 't', Value: true})
	must(t, err)
	written := amqp.Properties{
		ContentType: "application/json", DeliveryMode: 2, AppID: "annika's", ReplyTo: "annika", Headers: headers, CorrelationID: "7",
		Has: amqp.HasContentType | amqp.HasDeliveryMode | amqp.HasAppID | amqp.HasReplyTo | amqp.HasHeaders | amqp.HasCorrelationID,
	}.Append(nil)
	got := propertiesOf(Publication{By: "annika", Properties: written}, "otto")
	if got.ContentType != "application/json" || got.DeliveryMode != 2 || got.AppId != "otto's" || got.ReplyTo != "otto" {
		t.Errorf("the properties are %+v", got)
	}
	if len(got.Headers) != 2 || got.Headers["sender"] != "otto" || got.Headers["urgent"] != true {
		t.Errorf("the headers are %v", got.Headers)
	}
	if got := propertiesOf(Publication{Properties: []byte{1}}, "otto"); got.ContentType != "" || got.Headers != nil {
		t.Errorf("of properties that cannot be read it has %+v", got)
	}
}

func TestADeliveryIsFromAQueue(t *testing.T) {
	deliver := func(conn int, method amqp.Method, body string) journal.Event {
		return journal.Event{Kind: journal.Sent, From: RabbitMQ, To: "annika", Conn: conn, Message: amqp.Message{Channel: 1, Method: method, Body: []byte(body)}}
	}
	other := messchattest.Wire{Conn: 2, Channel: 1}
	events := slices.Concat(
		first.Declares(amqp.QueueDeclare{Queue: "kitchen"}, "kitchen"),
		[]journal.Event{
			first.Asks(&amqp.BasicConsume{Queue: "garden"}),
			first.Asks(&amqp.BasicConsume{ConsumerTag: "hers"}), // of the kitchen
			first.Answers(&amqp.BasicConsumeOk{ConsumerTag: "amq.ctag-1"}),
			first.Answers(&amqp.BasicConsumeOk{ConsumerTag: "hers"}),
			other.Asks(&amqp.BasicGet{Queue: "kitchen"}),
			deliver(1, &amqp.BasicDeliver{ConsumerTag: "amq.ctag-1"}, "rose"),
			deliver(1, &amqp.BasicDeliver{ConsumerTag: "hers"}, "plum"),
			deliver(2, &amqp.BasicGetOk{}, "pear"),
			other.Asks(&amqp.BasicGet{Queue: "cellar"}),
			deliver(2, &amqp.BasicGetOk{}, "wine"),
			messchattest.Publishes("annika", "", "kitchen", "hers"),
		},
	)
	for queue, want := range map[string][]string{"garden": {"rose"}, "kitchen": {"plum", "pear"}, "cellar": {"wine"}, "attic": nil} {
		if got := DeliveredFrom(events, "annika", queue); !slices.Equal(got, want) {
			t.Errorf("from the queue %s annika has %q, want %q", queue, got, want)
		}
	}
}
