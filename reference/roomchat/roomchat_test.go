package roomchat_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/roomchat"
)

// servers are a RabbitMQ and a MongoDB that are there for the test.
type servers struct {
	rabbit, mongo string // URLs
	database      *database.Lease
}

func newServers(t *testing.T) servers {
	t.Helper()
	b := broker.New(broker.Options{})
	listener, err := b.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		listener.Close()
		b.Close()
		listener.Wait()
	})
	supply, err := database.Open(t.Context(), database.Embedded)
	if err != nil {
		t.Fatal(err)
	}
	lease, err := supply.Lease(t.Context(), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	documents, err := lease.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		documents.Close()
		lease.Release()
		if err := supply.Close(); err != nil {
			t.Error(err)
		}
	})
	return servers{
		rabbit: fmt.Sprintf("amqp://guest:guest@%s/", listener.Addr()), mongo: fmt.Sprintf("mongodb://%s/", documents.Addr()), database: lease,
	}
}

// A chat is a running mess_chat, and somebody who asks it for things.
type chat struct {
	*loopback.Program
	t    *testing.T
	url  string
	http *http.Client
}

func start(t *testing.T, on servers) *chat {
	t.Helper()
	address := loopback.Nowhere(t)
	program := loopback.Start(t, roomchat.Chat{Listen: address, Broker: on.rabbit, Database: on.mongo}.Run)
	program.WantShown("waiting for requests on http://" + address.String())
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &chat{Program: program, t: t, url: "http://" + address.String(), http: &http.Client{Transport: transport, Timeout: loopback.Patience}}
}

// stop ends the program as Ctrl-C does.
func (c *chat) stop() {
	c.t.Helper()
	c.Cancel()
	c.WantEnd()
}

func (c *chat) get(target string) (status int, text string) {
	c.t.Helper()
	response, err := c.http.Get(c.url + target)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// send sends a message and wants a status.
func (c *chat) send(want int, room, message, from, to string, group bool) {
	c.t.Helper()
	query := url.Values{"room_name": {room}, "message": {message}, "from_alias": {from}, "to_alias": {to}, "group_room": {fmt.Sprint(group)}}
	if status, text := c.get("/send/?" + query.Encode()); status != want {
		c.t.Errorf("sending %q from %s to %s in %s is answered with %d, want %d: %s", message, from, to, room, status, want, text)
	}
}

// wantList wants a room's list; that of all rooms, for "".
func (c *chat) wantList(room string, want ...string) {
	c.t.Helper()
	target := "/messages/"
	if room != "" {
		target += "?room_name=" + url.QueryEscape(room)
	}
	status, text := c.get(target)
	var got []string
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != http.StatusOK || got == nil || !slices.Equal(got, want) {
		c.t.Errorf("the list of %q is %s (%d, %v), want %q", room, text, status, err, want)
	}
}

func TestARoomHasWhatWasSentToIt(t *testing.T) {
	c := start(t, newServers(t))
	c.wantList("")
	c.wantList("kitchen")
	c.send(200, "kitchen", "a & b", "annika", "bruno", false)
	c.send(200, "kitchen", "<c>", "bruno", "annika", false)
	c.send(200, "garden", "to all", "annika", "garden", true)
	c.wantList("kitchen", "a & b", "<c>")
	c.wantList("garden", "to all")
	c.wantList("cellar")
	c.wantList("", "a & b", "<c>", "to all")
	c.wantList("kitchen", "a & b", "<c>") // it is still there
	c.stop()
}

func TestAThirdIsRefusedInAPrivateRoomOnly(t *testing.T) {
	c := start(t, newServers(t))
	for _, group := range []bool{false, true} {
		room, refused := fmt.Sprint("group_room=", group), map[bool]int{false: 403, true: 200}[group]
		c.send(200, room, "one", "annika", "bruno", group)
		c.send(refused, room, "two", "carla", "annika", group)
		c.send(refused, room, "three", "annika", "carla", group)
		c.send(200, room, "four", "bruno", "annika", group)
	}
	c.wantList("group_room=false", "one", "four")
	c.wantList("group_room=true", "one", "two", "three", "four")
	c.stop()
}

func TestWhatIsWrongWithARequestIsSaid(t *testing.T) {
	c := start(t, newServers(t))
	for query, want := range map[string]int{
		"": 400, "room_name=k&message=m&from_alias=a": 400, "room_name=k&from_alias=a&to_alias=b": 400,
		"room_name=k&message=m&from_alias=a&to_alias=b":                  200,
		"room_name=k&message=m&from_alias=a&to_alias=b&group_room=FALSE": 200,
		"room_name=k&message=m&from_alias=a&to_alias=b&group_room=maybe": 400,
		"room_name=&message=m&from_alias=a&to_alias=b":                   400,
		"room_name=$&message=m&from_alias=a&to_alias=b":                  400,
		"room_name=k&message=m&from_alias=amq.a&to_alias=b":              400,
		"room_name=k&message=%ff&from_alias=a&to_alias=b":                400,
		"room_name=%zz&message=m&from_alias=a&to_alias=b":                400,
	} {
		if status, text := c.get("/send/?" + query); status != want {
			t.Errorf("%q is answered with %d, want %d: %s", query, status, want, text)
		}
	}
	for _, target := range []string{"/", "/send/more", "/messages/kitchen"} {
		if status, _ := c.get(target); status != http.StatusNotFound {
			t.Errorf("%s is answered with %d", target, status)
		}
	}
	c.stop()
}

func TestRoomsAreThereAgainAfterTheEnd(t *testing.T) {
	on := newServers(t)
	c := start(t, on)
	c.send(200, "kitchen", "one", "annika", "bruno", false)
	c.wantList("kitchen", "one")
	c.stop()
	c = start(t, on)
	c.wantList("", "one")
	c.send(403, "kitchen", "two", "carla", "annika", false) // it is known who is in it
	c.send(200, "kitchen", "three", "bruno", "annika", false)
	c.wantList("kitchen", "one", "three")
	c.stop()
	if got := numbers(t, on); !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("the numbers of the messages are %d", got)
	}
}

// numbers are those of the messages in the kitchen, as MongoDB has them.
func numbers(t *testing.T, on servers) []int64 {
	t.Helper()
	all, err := on.database.Collections(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int64
	for _, c := range all {
		for _, document := range c.Documents {
			var message struct {
				Props struct {
					Number int64 `bson:"sequence_number"`
				} `bson:"mess_props"`
			}
			if err := bson.Unmarshal(document, &message); err != nil {
				t.Fatal(err)
			}
			if c.Name == "kitchen" && message.Props.Number > 0 {
				numbers = append(numbers, message.Props.Number)
			}
		}
	}
	return numbers
}

func TestItGoesOnWhileMongoDBIsAway(t *testing.T) {
	on := newServers(t)
	on.database.GoAway()
	c := start(t, on)
	c.send(200, "kitchen", "one", "annika", "bruno", false)
	c.wantList("kitchen", "one")
	on.database.ComeBack()
	for deadline := time.Now().Add(loopback.Patience); len(numbers(t, on)) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing is saved when MongoDB is back")
		}
	}
	c.Cancel()
	c.End()
}

func TestTheCommandLine(t *testing.T) {
	t.Setenv("AMQP_URL", "amqp://one/")
	t.Setenv("MONGO_URL", "mongodb://two/")
	anywhere := netip.MustParseAddrPort("127.0.0.1:8000")
	for args, want := range map[string]roomchat.Chat{
		"8000":                                {Listen: anywhere, Broker: "amqp://one/", Database: "mongodb://two/"},
		"127.0.0.1:8000 amqp://three/":        {Listen: anywhere, Broker: "amqp://three/", Database: "mongodb://two/"},
		"8000 amqp://three/ mongodb://four/x": {Listen: anywhere, Broker: "amqp://three/", Database: "mongodb://four/x"},
	} {
		if got, err := roomchat.Parse(strings.Fields(args)); err != nil || got != want {
			t.Errorf("%q is %+v (%v), want %+v", args, got, err, want)
		}
	}
	for _, args := range []string{"", "port", "70000", "8000 http://x/", "8000 amqp://x/ http://x/", "8000 amqp://x/ mongodb://x/ more"} {
		if got, err := roomchat.Parse(strings.Fields(args)); err == nil {
			t.Errorf("%q is %+v", args, got)
		}
	}
}
