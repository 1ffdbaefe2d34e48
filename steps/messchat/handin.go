package messchat

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/quiet"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
)

// errNoSources says that the submission has no folder that could be looked into.
var errNoSources = &stage.Unverified{Reason: "the target has no folder that could be looked into"}

// endings are those of files that hold programs.
func endings() []string {
	return []string{".py", ".js", ".mjs", ".cjs", ".ts", ".go", ".java", ".rb", ".php", ".kt", ".cs"}
}

// find finds the file of the submission that is called name, with one of the endings.
func (s *Submission) find(name string) (path string, found bool, err error) {
	folder := s.Run.Target.Folder
	if folder == "" || s.Run.Target.OnlyEndpoints() {
		return "", false, errNoSources
	}
	err = filepath.WalkDir(folder, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || found {
			return err
		}
		if entry.IsDir() && at != folder && slices.Contains([]string{"node_modules", "venv", ".venv", "env", ".git", "__pycache__"}, entry.Name()) {
			return filepath.SkipDir
		}
		ending := filepath.Ext(at)
		if entry.Type().IsRegular() && slices.Contains(endings(), ending) && strings.EqualFold(strings.TrimSuffix(entry.Name(), ending), name) {
			path, found = at, true
		}
		return nil
	})
	if err != nil {
		return "", false, fmt.Errorf("looking for %s: %w", name, err)
	}
	return path, found, nil
}

func (w *World) hasProgramFile(name string) error {
	_, found, err := w.Submission.find(name)
	if err != nil {
		return err
	}
	expected := fmt.Sprintf("the submission has a file called %s.py, or the same in another language", name)
	if !found {
		return stage.Fail(expected, "it has none")
	}
	text, _, err := w.Submission.readSource(name)
	if err != nil {
		return err
	}
	if !saysMoreThanRemarks(text) {
		return stage.Fail(expected+", with a program in it", "there is nothing in it but remarks")
	}
	return nil
}

// saysMoreThanRemarks reports whether a source has a line that is no remark in any of the languages.
func saysMoreThanRemarks(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		isRemark := slices.ContainsFunc([]string{"#", "//", "/*", "*"}, func(mark string) bool { return strings.HasPrefix(line, mark) })
		if line != "" && !isRemark {
			return true
		}
	}
	return false
}

// library is what a source says that uses a client library for RabbitMQ.
var library = regexp.MustCompile(`(?m)^\s*(?:from|import(?:\s+[\w.]+(?:\s+as\s+\w+)?\s*,)*)\s*\b(?:pika|aio_pika|aiopika|kombu|amqp|amqpstorm|rabbitpy|puka)\b|require\(['"](?:amqplib|amqp|rhea|rabbitmq)|from\s+['"](?:amqplib|amqp)|amqp091|streadway/amqp|com\.rabbitmq`)

// Whoever catches pika's errors does not talk to RabbitMQ for that.
var (
	errorsOfPika = regexp.MustCompile(`(?m)^\s*from\s+pika(?:\.exceptions\s+import\b|\s+import\s+exceptions\b).*$|^\s*import\s+pika\.exceptions\b.*$`)
	importOfPika = regexp.MustCompile(`(?m)^\s*import\s+pika\s*(?:#.*)?$`)
	partOfPika   = regexp.MustCompile(`\bpika\.(\w+)`)
)

// usesLibrary finds where a source uses a client library for RabbitMQ, but for its errors.
func usesLibrary(source string) (where string, uses bool) {
	source = errorsOfPika.ReplaceAllString(source, "")
	parts := partOfPika.FindAllStringSubmatch(source, -1)
	if len(parts) > 0 && !slices.ContainsFunc(parts, func(part []string) bool { return part[1] != "exceptions" }) {
		source = importOfPika.ReplaceAllString(source, "")
	}
	return strings.TrimSpace(library.FindString(source)), library.MatchString(source)
}

// readSource reads the source of one of the submission's files.
func (s *Submission) readSource(name string) (text, ending string, err error) {
	path, found, err := s.find(name)
	if err != nil {
		return "", "", err
	}
	if !found {
		return "", "", stage.Fail("the submission has a file called "+name, "it has none")
	}
	inside, err := filepath.Rel(s.Run.Target.Folder, path)
	if err != nil {
		return "", "", fmt.Errorf("reading %s: %w", name, err)
	}
	data, err := s.Run.Target.ReadFile(inside)
	if err != nil {
		return "", "", fmt.Errorf("reading %s: %w", name, err)
	}
	return string(data), filepath.Ext(path), nil
}

func (w *World) rmqUsesLibrary() error {
	rmq, ending, err := w.Submission.readSource("rmq")
	if err != nil {
		return err
	}
	api, _, err := w.Submission.readSource(Program)
	if err != nil {
		return err
	}
	where, uses := usesLibrary(api)
	known := slices.Contains([]string{".py", ".js", ".mjs", ".cjs", ".ts", ".go", ".java"}, ending)
	switch {
	case !known:
		return &stage.Unverified{Reason: "sources in this language are not read"}
	case uses:
		return stage.Fail("mess_chat leaves RabbitMQ to rmq", "it uses a library for RabbitMQ itself: "+where)
	case !library.MatchString(rmq):
		return stage.Fail("rmq uses a library for RabbitMQ", "no such library is imported there")
	}
	return nil
}

// class is where a class, or what comes nearest to one, is defined.
var class = regexp.MustCompile(`(?m)^\s*(?:export\s+|public\s+|final\s+|abstract\s+|default\s+)*class\s+\w+|^type\s+\w+\s+struct`)

func (w *World) rmqDefinesClass() error {
	text, _, err := w.Submission.readSource("rmq")
	if err != nil {
		return err
	}
	if !class.MatchString(text) {
		return stage.Fail("rmq defines a class", "it does not")
	}
	return nil
}

// callsPort is where tests say at which port of their own machine the API is.
var callsPort = regexp.MustCompile(`(?:localhost|127\.0\.0\.1|0\.0\.0\.0)["']?\s*[:,]\s*["']?(\d{2,5})|(?i)(?:\b|_)port\b["']?\s*[:=]\s*["']?(\d{2,5})`)

// defaultPort is where APIs are that say no port: uvicorn's.
const defaultPort = 8000

// rabbitPort is where RabbitMQ is, and so no API.
const rabbitPort = 5672

// testPort is the port at which the tests of the API ask for it.
func (s *Submission) testPort() (uint16, error) {
	text, _, err := s.readSource("mess_chat_test")
	if err != nil {
		return 0, err
	}
	for _, match := range callsPort.FindAllStringSubmatch(text, -1) {
		addr, err := netip.ParseAddrPort("127.0.0.1:" + match[1] + match[2])
		if err == nil && addr.Port() != rabbitPort {
			return addr.Port(), nil
		}
	}
	return defaultPort, nil
}

// canTest says why the submission's own tests cannot be run here; nothing, where they
// can.
func (s *Submission) canTest() error {
	if s.Run.Target.Folder == "" {
		return errNoSources
	}
	if s.Language() != ".py" {
		return &stage.Unverified{Reason: "tests in this language are not run"}
	}
	if isolation, _ := s.Run.Isolation(); !isolation.GivesHosts() {
		return &stage.Unverified{Reason: "tests ask for an API at a port of this machine, which others may need: they are run on hosts of their own only"}
	}
	return nil
}

// WhereTestsAsk is where the submission's own tests ask for the API. Its error says why
// they cannot be run here, if they cannot.
func (s *Submission) WhereTestsAsk() (netip.AddrPort, error) {
	if err := s.canTest(); err != nil {
		return netip.AddrPort{}, err
	}
	port, err := s.testPort()
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port), err
}

// testTime bounds a run of a submission's own tests: many of them sleep.
const testTime = time.Minute

// testSilence is for how long tests may do nothing but sleep.
const testSilence = 20 * time.Second

// testsAreRun runs tests by pytest, or, where that is not installed, by unittest.
func (w *World) testsAreRun(ctx context.Context, name string) error {
	if err := w.Submission.canTest(); err != nil {
		return err
	}
	if err := w.Services(ctx); err != nil {
		return err
	}
	spec, err := w.Run.Target.Program(Program)
	if err != nil {
		return err
	}
	values, err := w.Values(name, "tester", netip.AddrPort{})
	if err != nil {
		return err
	}
	w.tests = name
	err = w.Start(stage.Start{
		Name: name, Program: Program, Launch: []string{interpreterOf(spec)}, Arguments: []string{"-c", testRunner, name},
		Values: values, Env: w.Submission.Way.EnvironmentOfTests(values),
	})
	if err != nil {
		return err
	}
	return w.Stage.Await(ctx, stage.Wait{
		Expected: name + " comes to its end", By: []string{name}, Within: testTime, Silent: testSilence,
		Met:      func(events []journal.Event) bool { return stage.Ended(events, name) != "" },
		Observed: func([]journal.Event) string { return "it is still running" },
	})
}

// testRunner runs a module's tests. It ends with 0 where there are some and they pass,
// with 1 where one fails, and with 2 where there are none; with 3 where something is
// missing that only tests need.
const testRunner = `
import importlib.util, sys, unittest
name = sys.argv[1]
sys.path.insert(0, "")
sys.argv = [name + ".py"]
try:
    import pytest
except ImportError:
    pytest = None
if pytest:
    code = pytest.main(["-q", "--color=no", "-p", "no:cacheprovider", name + ".py"])
    sys.exit({0: 0, 5: 2}.get(int(code), 1))
try:
    tests = unittest.defaultTestLoader.loadTestsFromName(name)
except ModuleNotFoundError as error:
    print(error); sys.exit(3)
result = unittest.TextTestRunner(stream=sys.stdout).run(tests)
sys.exit(2 if result.testsRun == 0 else 0 if result.wasSuccessful() else 1)
`

// missing is what Python says of a module that it lacks.
var missing = regexp.MustCompile(`No module named '?([\w.]+)`)

// outcome is how the tests have ended that were run last.
func (w *World) outcome() (passed bool, how string, err error) {
	events := w.Stage.Journal()
	ended := stage.Ended(events, w.tests)
	output := journal.Output(events, w.tests)
	switch ended {
	case "exit status 0":
		return true, "it passes", nil
	case "exit status 2":
		return false, "it holds no test", nil
	}
	if match := missing.FindStringSubmatch(output); match != nil {
		if _, found, err := w.Submission.find(match[1]); err == nil && !found {
			return false, "", &stage.Unverified{Reason: fmt.Sprintf("the tests need the module %s, which is not here", match[1])}
		}
	}
	return false, "it fails (" + ended + "): " + summary(output), nil
}

// summary is the line of an output that says most of a failure.
func summary(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for _, prefix := range []string{"E  ", "FAILED", "ERROR", "AssertionError"} {
		for _, line := range lines {
			if strings.HasPrefix(line, prefix) {
				return journal.Shorten(strings.TrimSpace(line))
			}
		}
	}
	return journal.Shorten(lines[len(lines)-1])
}

func (w *World) testsPass() error {
	passed, how, err := w.outcome()
	if err != nil || passed {
		return err
	}
	return stage.Fail(w.tests+" passes", how)
}

func (w *World) testsFail() error {
	passed, _, err := w.outcome()
	switch {
	case err != nil || !passed:
		return err
	case w.skipsTests():
		return &stage.Unverified{Reason: w.tests + " skips tests, since RabbitMQ is not there: what they would notice is not seen"}
	}
	return stage.Fail(w.tests+" fails, since nothing works", "it passes")
}

// testsNotice takes tests that are skipped for what they are: they have noticed that something is missing.
func (w *World) testsNotice() error {
	passed, _, err := w.outcome()
	if err != nil || !passed || w.skipsTests() {
		return err
	}
	return stage.Fail(w.tests+" fails, or skips tests, since nothing works", "it passes")
}

// skipped is what pytest and unittest say at the end where tests were skipped.
var skipped = regexp.MustCompile(`(?m)^(?:\d+ \w+, )*[1-9]\d* skipped\b|^OK \(.*\bskipped=\d`)

func (w *World) skipsTests() bool {
	return skipped.MatchString(journal.Output(w.Stage.Journal(), w.tests))
}

// losingAPI stands where the tests ask for the API.
func (w *World) losingAPI() error {
	at, err := w.Submission.WhereTestsAsk()
	if err != nil {
		return err
	}
	api := newLosing()
	w.Stage.OnClose(api.close)
	_, err = w.Stage.Serve("an API that loses every message", api, httpwire.Protocol, fmt.Sprintf("localhost:%d", at.Port()))
	return err
}

// A losing API answers every request as if all was right, and lists nothing.
type losing struct {
	server  *http.Server
	conns   chan net.Conn
	serving sync.WaitGroup
}

func newLosing() *losing {
	mux := http.NewServeMux()
	mux.HandleFunc("/send/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `"ok"`) })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "[]")
	})
	l := &losing{server: &http.Server{Handler: mux, ReadHeaderTimeout: testTime}, conns: make(chan net.Conn)}
	l.serving.Go(func() { _ = l.server.Serve(l) }) // until it is closed
	return l
}

// Dial implements stage.Service.
func (l *losing) Dial(ctx context.Context, watch *quiet.Watch) (tap.Socket, error) {
	near, far, err := watch.Pair()
	if err != nil {
		return nil, err
	}
	select {
	case l.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), near.Close(), far.Close())
	}
}

// Next implements quiet.Service.
func (l *losing) Next() (in time.Duration, known bool) { return 0, false } // its library does as it likes

// Accept implements net.Listener.
func (l *losing) Accept() (net.Conn, error) {
	conn, open := <-l.conns
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}

// Addr implements net.Listener.
func (l *losing) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

// Close implements net.Listener.
func (l *losing) Close() error { return nil }

func (l *losing) close() {
	close(l.conns)
	_ = l.server.Close()
	l.serving.Wait()
}
