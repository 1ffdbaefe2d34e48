package tcp

import (
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
)

// served opens a stage on which a server5 listens.
func served(t *testing.T, env map[string]string) (*talk, Dialect) {
	t.Helper()
	s := open(t, newRun(t, forEver, server(env)))
	addr, err := s.Loopback()
	must(t, err)
	must(t, s.Start(startOfServer("server", addr)))
	must(t, s.AwaitListening(bounded(t), "server"))
	dialect, err := s.clientDialect(bounded(t))
	must(t, err)
	return s, dialect
}

func TestClientsOfAServer(t *testing.T) {
	s, dialect := served(t, nil)
	for _, name := range []string{"ann", "bob", "eve"} {
		must(t, s.subscribe(bounded(t), name, "server", dialect))
	}
	must(t, s.awaitSubscribed(bounded(t), []string{"ann", "bob", "eve"}, "server", dialect.Chat))
	must(t, s.say(bounded(t), "ann", "server", "hello", dialect.Chat))
	must(t, s.AwaitReceived(bounded(t), "bob", "hello"))
	must(t, s.AwaitReceived(bounded(t), "eve", "hello"))

	must(t, s.unsubscribe(bounded(t), "eve", "server", dialect))
	must(t, s.awaitServed(bounded(t), "server", "eve", []string{"ann", "bob"}, dialect.Chat))
	must(t, s.say(bounded(t), "ann", "server", "goodbye", dialect.Chat))
	must(t, s.AwaitReceived(bounded(t), "bob", "goodbye"))
	must(t, s.Conclude(bounded(t), "server"))
	for name, want := range map[string]int{"ann": 0, "bob": 1, "eve": 0} {
		if n := journal.Received(s.Journal(), name, "goodbye"); n != want {
			t.Errorf("%s has received it %d times", name, n)
		}
	}
}

func TestAServerThatDeliversNothing(t *testing.T) {
	s, dialect := served(t, nil)
	peer(t, s.Stage, "ann")
	peer(t, s.Stage, "bob") // who have not subscribed
	must(t, s.awaitServed(bounded(t), "server", "ann", []string{"bob"}, dialect.Chat))
	awaited := make(chan error)
	go func() { awaited <- s.awaitSubscribed(bounded(t), []string{"ann", "bob"}, "server", dialect.Chat) }()
	await(t, s.Stage, "three probes have come", func(events []journal.Event) bool {
		return strings.Count(journal.Output(events, "server"), "said probe") == 3
	})
	must(t, s.Halt(bounded(t), "server"))
	wantFailure(t, <-awaited, "bob receives", "nobody has connected to bob")
}

func TestAnEndpointIsServedAndLeft(t *testing.T) {
	home, _ := served(t, nil) // where the server runs, for somebody else
	a, err := home.Actor("server")
	must(t, err)
	of := targetOf(t)
	of.Endpoints = map[string]netip.AddrPort{"server5": a.Addr()}
	known := begin(runOf(t, of, stage.Options{Patience: 1}))
	_, err = known.learn(bounded(t), "server5")
	must(t, err)

	on, err := known.run.Open(jsonstream.Protocol)
	must(t, err)
	s := known.on(on)
	must(t, s.Join("server", "server5", a.Addr()))
	dialect, err := s.clientDialect(bounded(t))
	must(t, err)
	for _, name := range []string{"ann", "bob"} {
		must(t, s.subscribe(bounded(t), name, "server", dialect))
	}
	must(t, s.awaitServed(bounded(t), "server", "ann", []string{"bob"}, dialect.Chat))
	must(t, s.awaitSubscribed(bounded(t), []string{"ann", "bob"}, "server", dialect.Chat))
	must(t, s.Conclude(bounded(t), "server"))
	ann, bob := peer(t, s.Stage, "ann"), peer(t, s.Stage, "bob")
	must(t, s.unsubscribe(bounded(t), "bob", "server", dialect))
	closeStage(t, s.Stage)
	must(t, home.AwaitShown(bounded(t), "server", "unsubscribe "+ann.Addr.String(), 0))
	must(t, home.AwaitShown(bounded(t), "server", "unsubscribe "+bob.Addr.String(), 0))
	must(t, home.Conclude(bounded(t), "server"))
	if n := strings.Count(journal.Output(home.Journal(), "server"), "unsubscribe "+bob.Addr.String()+"\n"); n != 1 {
		t.Errorf("bob has left %d times", n)
	}
}

// TestAnEndpointMayBeBehind: what comes before a subscription is served, several messages on
// another connection, is lost to the subscriber.
func TestAnEndpointMayBeBehind(t *testing.T) {
	address := lateServer(t, 4)
	of := targetOf(t)
	of.Endpoints = map[string]netip.AddrPort{"server5": address}
	known := begin(runOf(t, of, stage.Options{Patience: forEver}))
	on, err := known.run.Open(jsonstream.Protocol)
	must(t, err)
	s := known.on(on)
	must(t, s.Join("server", "server5", address))
	dialect := plainDialect()
	for _, name := range []string{"ann", "bob"} {
		must(t, s.subscribe(bounded(t), name, "server", dialect))
	}
	must(t, s.awaitServed(bounded(t), "server", "ann", []string{"bob"}, dialect.Chat))
	if n := journal.Received(s.Journal(), "bob", "probe "); n == 0 {
		t.Error("bob has received no probe")
	}
	closeStage(t, s.Stage)
}

// lateServer is a server that serves a subscription when some messages have come, and
// delivers those that come after.
func lateServer(t *testing.T, after int32) netip.AddrPort {
	t.Helper()
	server, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	var came atomic.Int32
	var clients sync.Map // the addresses that have subscribed
	serve := func(conn net.Conn) {
		defer conn.Close()
		var own string
		for messages := json.NewDecoder(conn); ; {
			var said struct{ Operation, Client, Message string }
			if messages.Decode(&said) != nil {
				return
			}
			switch said.Operation {
			case "subscribe":
				own = said.Client
				clients.Store(own, conn)
			case "unsubscribe":
				clients.Delete(said.Client)
			default:
				if came.Add(1) <= after {
					continue
				}
				clients.Range(func(client, _ any) bool {
					if client == own {
						return true
					}
					if to, err := net.Dial("tcp", client.(string)); err == nil {
						json.NewEncoder(to).Encode(map[string]string{"message": said.Message})
						to.Close()
					}
					return true
				})
			}
		}
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serve(conn) })
		}
	})
	t.Cleanup(func() {
		server.Close()
		serving.Wait()
	})
	return server.Addr().(*net.TCPAddr).AddrPort()
}

func TestAnEndpointIsLeftAlsoWhereTheFirstConnectionTakesNothing(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, s *talk, first net.Conn){
		"the server has closed it": func(t *testing.T, s *talk, first net.Conn) {
			first.Close()
			await(t, s.Stage, "the end has come", func(events []journal.Event) bool {
				return slices.ContainsFunc(events, func(e journal.Event) bool { return e.Kind == journal.Closed })
			})
		},
		"it is full": func(t *testing.T, s *talk, _ net.Conn) {
			err := s.say(bounded(t), "ann", "server", strings.Repeat("a", 16<<20), jsonstream.DefaultEncoding())
			wantFailure(t, err, "server takes what ann sends", "in time")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			isLeft(t, Dialect{Operation: jsonstream.DefaultEncoding()}, spoil)
		})
	}
}

func TestAnEndpointIsLeftAlsoWhereAnUnsubscriptionHasFailed(t *testing.T) {
	dialect := Dialect{Operation: jsonstream.Encoding{PerMessage: true}}
	isLeft(t, dialect, func(t *testing.T, s *talk, _ net.Conn) {
		interrupted, stop := context.WithCancel(t.Context())
		stop()
		wantFailure(t, s.unsubscribe(interrupted, "ann", "server", dialect), "server takes a connection", "canceled")
	})
}

// isLeft wants a client to say goodbye to an endpoint, on another connection than that
// on which it has subscribed and which is spoilt then.
func isLeft(t *testing.T, dialect Dialect, spoil func(*testing.T, *talk, net.Conn)) {
	t.Helper()
	server, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	defer server.Close()
	must(t, server.SetDeadline(time.Now().Add(bound)))
	of := targetOf(t)
	of.Endpoints = map[string]netip.AddrPort{"server5": server.Addr().(*net.TCPAddr).AddrPort()}
	known := begin(runOf(t, of, stage.Options{Patience: 0.4}))
	on, err := known.run.Open(jsonstream.Protocol)
	must(t, err)
	s := known.on(on)
	must(t, s.Join("server", "server5", of.Endpoints["server5"]))
	must(t, s.subscribe(bounded(t), "ann", "server", dialect))
	ann := peer(t, s.Stage, "ann")
	spoil(t, s, operation(t, server, "subscribe", ann.Addr))
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	t.Cleanup(func() { must(t, <-closed) })
	operation(t, server, "unsubscribe", ann.Addr)
}

// operation reads one operation of a client from the next connection.
func operation(t *testing.T, server net.Listener, want string, client netip.AddrPort) net.Conn {
	t.Helper()
	conn, err := server.Accept()
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(bound))
	var got struct{ Operation, Client string }
	must(t, json.NewDecoder(conn).Decode(&got))
	if got.Operation != want || got.Client != client.String() {
		t.Errorf("%s is told %+v", want, got)
	}
	return conn
}

func TestDeliver(t *testing.T) {
	s := open(t, newRun(t, forEver))
	server, ann := peer(t, s.Stage, "server"), perform(t, s.Stage, "ann")
	byAddress := Dialect{Chat: jsonstream.DefaultEncoding()}
	onConnection := Dialect{Chat: jsonstream.DefaultEncoding(), OnConnection: true}
	bob := peer(t, s.Stage, "bob")
	said := func(text string) []byte { return s.encode(bob, byAddress.Chat, s.chatMessage(bob, text)...) }
	wantFailure(t, s.deliver(bounded(t), "server", "ann", said("hi"), onConnection), "ann is connected to server", "it is not")

	ann.Listens()
	must(t, s.deliver(bounded(t), "server", "ann", said("by address"), byAddress))
	ann.Shows(`b'{"seq": 1, "user": "bob", "message": "by address"}\n'`)

	for range 2 {
		ann.Do("connect %s", server.Addr)
	}
	must(t, server.Fence(bounded(t)))
	ann.Do("hear") // on the newest connection
	must(t, s.deliver(bounded(t), "server", "ann", said("on the connection"), onConnection))
	ann.Shows(`b'{"seq": 2, "user": "bob", "message": "on the connection"}\n'`)
	events := s.Journal()
	var openers []string
	for _, e := range journal.Messages(events, "ann") {
		openers = append(openers, opener(events, e.Conn))
	}
	if !slices.Equal(openers, []string{"server", "ann"}) {
		t.Errorf("the connections were opened by %v", openers)
	}
	if nobody := opener(events, 99); nobody != "" {
		t.Errorf("%s has opened connection 99", nobody)
	}
}
