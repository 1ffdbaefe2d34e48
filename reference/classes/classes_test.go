package classes_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/reference/classes"
	"github.com/chatspec/chatspec/reference/internal/loopback"
)

// TestMain fails if a goroutine is left when all is closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what a test waits for.
const patience = 30 * time.Second

// A judge asks the program.
type judge struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	last int
	*loopback.Program
}

// start starts the program, with a broker and a database of its own.
func start(t *testing.T) *judge {
	t.Helper()
	b := broker.New(broker.Options{})
	brokers, err := b.Listen("127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() {
		brokers.Close()
		b.Close()
		brokers.Wait()
	})
	supply, err := database.Open(t.Context(), database.Embedded)
	must(t, err)
	lease, err := supply.Lease(t.Context(), database.Options{})
	must(t, err)
	databases, err := lease.Listen("127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() {
		databases.Close()
		lease.Release()
		supply.Close()
	})
	listener := loopback.Listen(t)
	defer listener.Close()
	ip, port, _ := net.SplitHostPort(listener.Addr().String())
	program, err := classes.Parse([]string{ip, port, fmt.Sprintf("amqp://guest:guest@%s/", brokers.Addr()), fmt.Sprintf("mongodb://%s/", databases.Addr())})
	must(t, err)
	running := loopback.Start(t, program.Run)
	listener.SetDeadline(time.Now().Add(patience))
	conn, err := listener.Accept()
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return &judge{t: t, conn: conn, in: bufio.NewReader(conn), Program: running}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends a request without its id, and returns what answers it, without its id.
func (j *judge) ask(request string) string {
	j.t.Helper()
	j.last++
	_, err := fmt.Fprintf(j.conn, `{"id":%d,%s`+"\n", j.last, strings.TrimPrefix(request, "{"))
	must(j.t, err)
	line, err := j.in.ReadString('\n')
	must(j.t, err)
	begins := fmt.Sprintf(`{"id":%d,`, j.last)
	if !strings.HasPrefix(line, begins) || !json.Valid([]byte(line)) {
		j.t.Fatalf("%s is answered by %s", request, line)
	}
	return "{" + strings.TrimPrefix(strings.TrimSpace(line), begins)
}

// want asks, and compares a part of the answer.
func (j *judge) want(part, request string) {
	j.t.Helper()
	if got := j.ask(request); !strings.Contains(got, part) {
		j.t.Errorf("%s is answered by %s, without %s", request, got, part)
	}
}

func TestClassesAreFoundByTheirNames(t *testing.T) {
	j := start(t)
	j.want(`"bases":["collections.deque"]`, `{"do":"load","classes":[{"name":"ChatRoom"},{"name":"Elephant"}]}`)
	j.want(`"name":"RECEIVED","value":2`, `{"do":"constants"}`)
	j.want(`{"value":{}}`, `{"do":"where"}`)
	j.want(`"kind":"lacking"`, `{"do":"make","class":"Elephant"}`)
	j.want(`"kind":"lacking"`, `{"do":"get","object":7,"name":"dirty"}`)
	j.want(`"kind":"lacking"`, `{"do":"dance"}`)
}

func TestARoomIsMadeFilledSavedAndRestored(t *testing.T) {
	j := start(t)
	room := `{"do":"make","class":"ChatRoom","args":[{"name":"room_name","value":"garden"},{"name":"owner_alias","value":"annika"},{"name":"member_list","value":["annika","bruno"]},{"name":"group_room","value":true}]}`
	j.want(`"object":0`, room)
	j.want(`"object":1`, `{"do":"make","class":"MessageProperties","args":[{"name":"id","value":7},{"name":"sent_time","value":{"kind":"time","time":"2022-03-04T05:06:07.089000"}}]}`)
	j.want(`"time":"2022-03-04T05:06:07.089Z"`, `{"do":"get","object":1,"name":"sent_time"}`)
	j.want(`"object":2`, `{"do":"make","class":"ChatMessage","args":[{"name":"message","value":"apple"},{"name":"mess_props","value":{"object":1}}]}`)
	j.want(`"value":true`, `{"do":"get","object":2,"name":"dirty"}`)
	j.want(`"value":null`, `{"do":"call","object":0,"name":"put","args":[{"name":"message","value":{"object":2}}]}`)
	j.want(`"value":true`, `{"do":"call","object":0,"name":"send_message","args":[{"name":"message","value":"pear"},{"name":"mess_props","value":{"object":1}}]}`)
	j.want(`"value":["apple","pear"]`, `{"do":"call","object":0,"name":"get_messages","args":[{"name":"num_messages","value":5},{"name":"return_objects","value":false}]}`)
	j.want(`"text":"apple"`, `{"do":"call","object":0,"name":"find_message","args":[{"name":"message_text","value":"apple"}]}`)
	j.want(`"value":null`, `{"do":"call","object":0,"name":"persist"}`)
	j.want(`"value":false`, `{"do":"get","object":2,"name":"dirty"}`)
	j.want(`"value":null`, `{"do":"call","object":0,"name":"add_group_member","args":[{"name":"alias","value":"carla"}]}`)
	j.want(`"value":["annika","bruno","carla"]`, `{"do":"get","object":0,"name":"member_list"}`)
	j.want(`"value":true`, `{"do":"get","object":0,"name":"dirty"}`)
	j.want(`"kind":"raised"`, `{"do":"call","object":0,"name":"remove_group_member","args":[{"name":"alias","value":"nobody"}]}`)

	j.want(`"object":3`, room)
	j.want(`"value":null`, `{"do":"call","object":3,"name":"restore"}`)
	if got := j.ask(`{"do":"items","object":3}`); strings.Index(got, `"pear"`) > strings.Index(got, `"apple"`) || strings.Count(got, `"kind"`) != 2 {
		t.Errorf("from its left it holds %s", got)
	}
	j.want(`"text":"apple"`, `{"do":"call","object":3,"name":"get"}`)
}

func TestAListIsMadeAndAsked(t *testing.T) {
	j := start(t)
	j.want(`"object":0`, `{"do":"make","class":"RoomList","args":[{"name":"name","value":"house"}]}`)
	j.want(`"value":"house"`, `{"do":"get","object":0,"name":"name"}`)
	j.want(`"object":1`, `{"do":"make","class":"ChatRoom","args":[{"name":"room_name","value":"kitchen"},{"name":"owner_alias","value":"annika"}]}`)
	j.want(`"value":null`, `{"do":"call","object":0,"name":"add","args":[{"name":"room","value":{"object":1}}]}`)
	j.want(`"object":1`, `{"do":"call","object":0,"name":"find","args":[{"name":"room_name","value":"kitchen"}]}`)
	j.want(`"value":null`, `{"do":"call","object":0,"name":"persist"}`)
	j.want(`"value":null`, `{"do":"call","object":0,"name":"remove","args":[{"name":"room","value":{"object":1}}]}`)
	j.want(`"value":[]`, `{"do":"items","object":0}`)
	j.want(`"value":null`, `{"do":"call","object":0,"name":"find","args":[{"name":"room_name","value":"kitchen"}]}`)
}

func TestTheProgramEndsWithWhoAsks(t *testing.T) {
	j := start(t)
	j.ask(`{"do":"constants"}`)
	must(t, j.conn.(*net.TCPConn).CloseWrite())
	j.WantEnd()
	if _, err := j.in.ReadByte(); err != io.EOF {
		t.Errorf("it still says something: %v", err)
	}
}

func TestACommandLineThatIsNoneIsRefused(t *testing.T) {
	for _, args := range [][]string{nil, {"127.0.0.1"}, {"127.0.0.1", "x"}, {"127.0.0.1", "5000", "amqp://127.0.0.1/"}} {
		if _, err := classes.Parse(args); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}
