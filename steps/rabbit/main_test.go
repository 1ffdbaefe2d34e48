package rabbit

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/sandbox/host"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/tap/amqp"
	"github.com/chatspec/chatspec/fixtures/target"
)

func TestMain(m *testing.M) {
	host.TakeOver()
	goleak.VerifyTestMain(m)
}

// What stagetest has, by the names that the tests read well with.
var (
	must, wantFailure = stagetest.Must, stagetest.WantFailure
	bounded           = stagetest.Bounded
)

// A wire is a connection, and a channel of it.
type wire struct {
	conn    int
	channel uint16
}

// say is what somebody says on a channel, as the journal has it.
func (l wire) say(from, to string, method amqp.Method) journal.Event {
	return journal.Event{Kind: journal.Sent, From: from, To: to, Conn: l.conn, Message: amqp.Command{Channel: l.channel, Method: method}}
}

// asks is what annika says to RabbitMQ, and answers what that says to her.
func (l wire) asks(method amqp.Method) journal.Event    { return l.say("annika", rabbitMQ, method) }
func (l wire) answers(method amqp.Method) journal.Event { return l.say(rabbitMQ, "annika", method) }

// publishes is a message that somebody publishes.
func publishes(user, exchange, key, body string) journal.Event {
	return journal.Event{Kind: journal.Sent, From: user, To: rabbitMQ, Conn: 1, Message: amqp.Message{
		Channel: 1, Method: &amqp.BasicPublish{Exchange: exchange, RoutingKey: key}, Properties: []byte{0, 0}, Body: []byte(body),
	}}
}

// sessionOf judges a submission in a folder, or, where there is none, none.
func sessionOf(t *testing.T, folder string) *session {
	t.Helper()
	of := &target.Target{Name: "a test", Folder: folder, Assignments: []string{"rabbitmq"}, Programs: map[string]target.Program{
		program: stagetest.Python(program, program+".py"),
	}}
	return begin(stagetest.RunOf(t, of, stage.Options{}), nil)
}
