package tcp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/jsonstream"
	"github.com/chatspec/chatspec/fixtures/target"
)

// encodings are those in which the programs of testdata can write.
func encodings() map[string]func(raw string) string {
	return map[string]func(string) string{
		"newline":         func(raw string) string { return raw + "\n" },
		"nothing":         func(raw string) string { return raw },
		"carriage return": func(raw string) string { return raw + "\r\n" },
		"NUL":             func(raw string) string { return raw + "\x00" },
		"several lines":   func(raw string) string { return indented(raw) + "\n" },
		"length":          func(raw string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(raw)))) + raw },
		"netstring":       func(raw string) string { return fmt.Sprintf("%d:%s,", len(raw), raw) },
		"connection":      func(raw string) string { return raw },
	}
}

// indented writes a flat object on several lines.
func indented(raw string) string {
	raw = strings.TrimSuffix(strings.TrimPrefix(raw, "{"), "}")
	return "{\n  " + strings.ReplaceAll(raw, ", ", ",\n  ") + "\n}"
}

func with(p target.Program, env map[string]string) target.Program {
	p.Env = env
	return p
}

func chatIn(encoding string) target.Program {
	return with(python("chat", "chat.py", "{name}", "{port}", "{peers}"), map[string]string{"ENCODING": encoding})
}

func chat5In(encoding string) target.Program {
	return with(python("chat5", "chat5.py", "{name}", "{port}", "{server}"), map[string]string{"ENCODING": encoding})
}

// server is a server5 with as many command lines to be tried.
func server(env map[string]string, arguments ...[]string) target.Program {
	p := with(python("server5", "server5.py"), env)
	p.Arguments = append(arguments, []string{"-at", "{ip}", "{port}"})
	return p
}

func observed(s *session, program, text string) bool {
	return slices.Contains(s.run.Observations(), stage.Observation{Program: program, Text: text})
}

func TestTheCalibrationOfAChat(t *testing.T) {
	for encoding, frame := range encodings() {
		t.Run(encoding, func(t *testing.T) {
			s := begin(newRun(t, forEver, chatIn(encoding)))
			dialect, err := s.learn(bounded(t), "chat")
			must(t, err)
			on := stageOf(t, s)
			bob, err := on.LoopbackPeer("bob")
			must(t, err)
			on.number(bob)
			got := string(on.encode(bob, dialect.Chat, on.chatMessage(bob, "hi, you")...))
			if want := frame(`{"v": 1, "seq": 1, "user": "bob", "message": "hi, you", "from": "bob"}`); encoding != "several lines" && got != want {
				t.Errorf("%q, want %q", got, want)
			}
			got = string(on.encode(bob, dialect.Chat, on.chatMessage(bob, "hi")...))
			if want := frame(`{"v": 1, "seq": 2, "user": "bob", "message": "hi", "from": "bob"}`); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			if dialect.Chat.PerMessage != (encoding == "connection") {
				t.Errorf("a connection for each message: %t", dialect.Chat.PerMessage)
			}
			if !observed(s, "chat", dialect.Chat.String()) || len(s.run.Observations()) != 1 {
				t.Errorf("%v is observed, not: %s", s.run.Observations(), dialect.Chat)
			}
		})
	}
}

func TestTheCalibrationOfAClient(t *testing.T) {
	for encoding, frame := range encodings() {
		t.Run(encoding, func(t *testing.T) {
			on := open(t, newRun(t, forEver, chat5In(encoding)))
			dialect, err := on.clientDialect(bounded(t))
			must(t, err)
			bob, err := on.LoopbackPeer("bob")
			must(t, err)
			got := string(on.encode(bob, dialect.Chat, on.chatMessage(bob, "hi")...))
			if want := frame(`{"seq": 0, "user": "bob", "message": "hi"}`); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			client := quote(bob.Addr.String())
			got = string(on.encode(bob, dialect.Operation, jsonstream.Value{Name: "operation", Raw: `"unsubscribe"`}, jsonstream.Value{Name: "client", Raw: client}))
			if want := frame(`{"operation": "unsubscribe", "client": ` + client + `, "name": "bob"}`); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			if dialect.Operation.PerMessage != (encoding == "connection") {
				t.Errorf("a connection for each message: %t", dialect.Operation.PerMessage)
			}
		})
	}
}

// TestAClientMayWaitForAnswers: it is given those of its own server, which name its address
// and repeat what it has said.
func TestAClientMayWaitForAnswers(t *testing.T) {
	const waits = "waits until what it says is answered"
	answers := server(map[string]string{"ANSWERS": "1"}, []string{"-nowhere"})
	for name, c := range map[string]struct {
		waits, encoding string
		server          target.Program
		heard           bool
	}{
		"to its subscription":         {"welcome", "newline", answers, true},
		"to each message":             {"always", "newline", answers, true},
		"each on its own connection":  {"always", "connection", answers, true},
		"that its server never gives": {"welcome", "newline", server(nil), false},
	} {
		t.Run(name, func(t *testing.T) {
			patient := with(chat5In("newline"), map[string]string{"ENCODING": c.encoding, "WAITS": c.waits})
			s := begin(newRun(t, 1, patient, c.server))
			dialect, err := s.learn(bounded(t), "chat5")
			must(t, err)
			if heard := dialect.Chat.Template != nil; heard != c.heard || observed(s, "chat5", waits) != c.heard {
				t.Errorf("it is heard: %t; %v is observed; its answers are %+v", heard, s.run.Observations(), dialect.Answers)
			}
		})
	}
}

// TestOfAnswersNothingIsKeptWhereNobodyWaits: they are not heard without a server, and not
// for a client that goes on without them.
func TestOfAnswersNothingIsKeptWhereNobodyWaits(t *testing.T) {
	patient := with(chat5In("newline"), map[string]string{"ENCODING": "newline", "WAITS": "always"})
	for name, programs := range map[string][]target.Program{
		"without a server": {patient},
		"without waiting":  {chat5In("newline"), server(map[string]string{"ANSWERS": "1"})},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(newRun(t, 1, programs...))
			if dialect, err := s.learn(bounded(t), "chat5"); err != nil || dialect.Answers != nil {
				t.Errorf("its answers are %v, %v", dialect.Answers, err)
			}
		})
	}
}

func TestTheCalibrationOfAServer(t *testing.T) {
	for _, test := range []struct {
		name         string
		env          map[string]string
		onConnection bool
		echo         string
	}{
		{"to the address", nil, false, "does not echo a message to its sender"},
		{"with an echo", map[string]string{"ECHO": "1"}, false, "echoes a message to its sender"},
		{"on the connection", map[string]string{"DELIVERS": "on the connection"}, true, "does not echo a message to its sender"},
		{"in another encoding than its clients", map[string]string{"ENCODING": "netstring"}, false, "does not echo a message to its sender"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := begin(newRun(t, forEver, chat5In("NUL"), server(test.env)))
			dialect, err := s.learn(bounded(t), "server5")
			must(t, err)
			if dialect.OnConnection != test.onConnection {
				t.Errorf("it delivers on the connection: %t", dialect.OnConnection)
			}
			if !observed(s, "server5", test.echo) || !observed(s, "server5", dialect.Chat.String()) {
				t.Errorf("%v is observed, not: %s, %s", s.run.Observations(), test.echo, dialect.Chat)
			}
			encoding := test.env["ENCODING"]
			if encoding == "" {
				encoding = "newline"
			}
			on := stageOf(t, s)
			bob, err := on.LoopbackPeer("bob")
			must(t, err)
			got := string(on.encode(bob, dialect.Chat, on.chatMessage(bob, "hi")...))
			if want := encodings()[encoding](`{"seq": 0, "user": "bob", "message": "hi"}`); got != want && !test.onConnection {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// TestAServerMayWaitForItsClients: they answer as its own chat5 does.
func TestAServerMayWaitForItsClients(t *testing.T) {
	const waits = "waits until what it delivers is answered"
	confirming := with(chat5In("newline"), map[string]string{"ENCODING": "newline", "CONFIRMS": "1"})
	for name, c := range map[string]struct {
		client target.Program
		heard  bool
	}{
		"who confirm":   {confirming, true},
		"who are quiet": {chat5In("newline"), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(newRun(t, 1, c.client, server(map[string]string{"CONFIRMED": "1"}, []string{"-nowhere"})))
			dialect, err := s.learn(bounded(t), "server5")
			must(t, err)
			if (dialect.Answers != nil) != c.heard || observed(s, "server5", waits) != c.heard || observed(s, "server5", dialect.Chat.String()) != c.heard {
				t.Errorf("%v is observed; it is answered %+v", s.run.Observations(), dialect.Answers)
			}
		})
	}
}

// TestAClientIsDeliveredToAsItTakesIt, where its server delivers nothing: on a connection for
// each message, if it reads no more of one.
func TestAClientIsDeliveredToAsItTakesIt(t *testing.T) {
	for name, c := range map[string]struct {
		env   map[string]string
		alone bool
	}{
		"one a connection": {map[string]string{"ENCODING": "netstring", "SHOWS": "one a connection"}, true},
		"nothing":          {map[string]string{"ENCODING": "netstring"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(newRun(t, 1, with(chat5In("netstring"), c.env), server(map[string]string{"DELIVERS": "nothing"}, []string{"-nowhere"})))
			dialect, err := s.learn(bounded(t), "server5")
			must(t, err)
			if dialect.Chat.PerMessage != c.alone || (dialect.Chat.Header != nil) != c.alone {
				t.Errorf("it is delivered to so: %s", dialect.Chat)
			}
		})
	}
}

func TestAServersCommandLineIsFound(t *testing.T) {
	s := begin(newRun(t, forEver, server(nil, []string{"{address}"}, []string{"-to", "{ip}", "{port}"})))
	_, err := s.learn(bounded(t), "server5")
	must(t, err)
	if !observed(s, "server5", "is started with -at {ip} {port}") {
		t.Errorf("%v is observed", s.run.Observations())
	}
	p, err := s.run.Target.Program("server5")
	must(t, err)
	if command := s.run.Command(p); command[len(command)-3] != "-at" {
		t.Errorf("the command line is %q", command)
	}
	on := stageOf(t, s)
	addr, err := on.Loopback()
	must(t, err)
	must(t, on.Start(startOfServer("server", addr)))
	must(t, on.AwaitListening(bounded(t), "server"))
}

func TestAServerThatDoesNotStart(t *testing.T) {
	broken := server(nil, []string{"{address}"})
	broken.Arguments[1] = []string{"-to", "{ip}", "{port}"}
	s := begin(newRun(t, forEver, broken))
	_, err := s.learn(bounded(t), "server5")
	wantFailure(t, err, "server5 listens on the port that it is given", "started with {address}, it ended before it listened (exit status 1); its last words: ValueError")
	wantFailure(t, err, "server5", "started with -to {ip} {port}, it ended before it listened (exit status 1); its last words: AssertionError")
	if n := len(s.run.Starts()); n != 2 {
		t.Errorf("it was started %d times", n)
	}
}

func TestAChatThatDoesNotStart(t *testing.T) {
	for name, test := range map[string]struct {
		chat     target.Program
		expected string
		observed string
	}{
		"ends at once":      {shell("chat", "echo I am not ready >&2; exit 1"), "ann listens on 127.0.0.1:", "it ended before it listened (exit status 1); its last words: I am not ready"},
		"cannot be started": {target.Program{Name: "chat", Launch: []string{"./nowhere"}, Arguments: [][]string{nil}}, "chat can be started", "it cannot be executed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(newRun(t, forEver, test.chat))
			for range 2 {
				_, err := s.learn(bounded(t), "chat")
				wantFailure(t, err, test.expected, test.observed)
			}
			if n := len(s.run.Starts()); n != 1 {
				t.Errorf("it was started %d times", n)
			}
		})
	}
}

// What else is wrong with a program, the rules will say.
func TestAChatThatSaysNothingIsSpokenToPlainly(t *testing.T) {
	silent := `import socket, sys; s = socket.create_server(("127.0.0.1", int(sys.argv[2]))); sys.stdin.readline()`
	chat := target.Program{Name: "chat", Launch: []string{"/usr/bin/python3", "-SEc", silent}, Arguments: [][]string{{"{name}", "{port}"}}}
	s := begin(newRun(t, forEver, chat))
	dialect, err := s.learn(bounded(t), "chat")
	must(t, err)
	if got := string(dialect.Chat.Encode(jsonstream.Value{Name: "seq", Raw: "0"})); got != "{\"seq\": 0}\n" {
		t.Errorf("it is spoken to with %q", got)
	}
	if seen := s.run.Observations(); len(seen) > 0 {
		t.Errorf("%v is observed", seen)
	}
}

func TestAProgramThatIsMissingIsNotCalibrated(t *testing.T) {
	s := begin(newRun(t, forEver))
	var missing *target.Missing
	if _, err := s.learn(bounded(t), "chat"); !errors.As(err, &missing) {
		t.Errorf("%v", err)
	}
	dialect, err := stageOf(t, s).clientDialect(bounded(t)) // a server is judged without a client
	if err != nil || dialect.Chat.String() != jsonstream.DefaultEncoding().String() {
		t.Errorf("%v, %v", dialect, err)
	}
}

func TestAProgramIsCalibratedOnce(t *testing.T) {
	s := begin(newRun(t, forEver, chatIn("NUL")))
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			dialect, err := s.learn(bounded(t), "chat")
			if err != nil || string(dialect.Chat.Terminator) != "\x00" {
				t.Errorf("%v, %v", dialect, err)
			}
		})
	}
	all.Wait()
	if n := len(s.run.Starts()); n != 1 {
		t.Errorf("it was started %d times", n)
	}
}

func TestACalibrationIsCancelled(t *testing.T) {
	for name, p := range map[string]target.Program{"chat": chatIn("newline"), "chat5": chat5In("newline"), "server5": server(nil)} {
		t.Run(name, func(t *testing.T) {
			s := begin(newRun(t, forEver, p))
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if _, err := s.learn(ctx, name); !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAnEndpointThatIsNotThere(t *testing.T) {
	of := targetOf(t)
	nobody := netip.MustParseAddrPort("127.0.0.1:1")
	of.Endpoints = map[string]netip.AddrPort{"server5": nobody}
	s := begin(runOf(t, of, stage.Options{Patience: forEver}))
	_, err := s.learn(bounded(t), "server5")
	var failure *stage.Failure
	if err == nil || errors.As(err, &failure) || !strings.Contains(err.Error(), "nobody takes connections at "+nobody.String()) {
		t.Errorf("%v", err)
	}
}
