package messchat

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps"
)

// handIn is a submission of these files, in a folder of that name.
func handIn(t *testing.T, folder string, files map[string]string) *Submission {
	t.Helper()
	folder = filepath.Join(t.TempDir(), folder)
	for name, text := range files {
		path := filepath.Join(folder, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return submissionOf(t, folder)
}

// wantUnverified wants it to be said why something cannot be seen.
func wantUnverified(t *testing.T, err error) {
	t.Helper()
	var unverified *stage.Unverified
	if !errors.As(err, &unverified) || unverified.Reason == "" {
		t.Errorf("it is said that %v, want why it cannot be seen", err)
	}
}

func TestAFileIsFoundByItsName(t *testing.T) {
	for _, c := range []struct {
		file  string
		found bool
	}{
		{"rmq.py", true},
		{"src/chat/rmq.py", true},
		{"RMQ.py", true},
		{"rmq.js", true},
		{"Rmq.java", true},
		{"rmq.txt", false},
		{"rmq", false},
		{"rmq_test.py", false},
		{"my_rmq.py", false},
		{"rmq.py/readme", false}, // a folder
		{"venv/lib/rmq.py", false},
		{"node_modules/rmq.js", false},
		{"src/__pycache__/rmq.py", false},
	} {
		t.Run(c.file, func(t *testing.T) {
			w := &World{Submission: handIn(t, "lab 3", map[string]string{"mess_chat.py": "", c.file: "text"})}
			path, found, err := w.Submission.find("rmq")
			must(t, err)
			if found != c.found || found && path != filepath.Join(w.Submission.Run.Target.Folder, c.file) {
				t.Errorf("found: %v, %s", found, path)
			}
			if err = w.hasProgramFile("rmq"); c.found {
				must(t, err)
			} else {
				wantFailure(t, err, "the submission has a file called rmq.py", "it has none")
			}
		})
	}
}

func TestAFolderMayHaveAnyName(t *testing.T) {
	w := &World{Submission: handIn(t, "env", map[string]string{"rmq.py": "import pika\n"})}
	must(t, w.hasProgramFile("rmq"))
}

func TestAFileOfRemarksIsNoProgram(t *testing.T) {
	for text, is := range map[string]bool{
		"":                               false,
		"\n\n":                           false,
		"# to be done\n":                 false,
		"// to be done\n":                false,
		"/*\n * to be done\n */\n":       false,
		"#!/usr/bin/env python3\npass\n": true,
		"# what it is\nimport pika":      true,
		"  func main() {}\n":             true,
	} {
		w := &World{Submission: handIn(t, "lab 3", map[string]string{"rmq.py": text})}
		err := w.hasProgramFile("rmq")
		if is {
			must(t, err)
			continue
		}
		wantFailure(t, err, "the submission has a file called rmq.py", "there is nothing in it but remarks")
	}
}

func TestWhatRunsAlreadyHasNoFiles(t *testing.T) {
	for name, of := range map[string]*target.Target{
		"no folder":              {Name: "a test"},
		"a folder of a manifest": {Name: "a test", Folder: t.TempDir(), Endpoints: map[string]netip.AddrPort{Program: netip.MustParseAddrPort("127.0.0.1:8000")}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &World{Submission: NewSubmission(stagetest.RunOf(t, of, stage.Options{}), steps.Services{})}
			wantUnverified(t, w.hasProgramFile("rmq"))
			wantUnverified(t, w.rmqUsesLibrary())
			wantUnverified(t, w.rmqDefinesClass())
		})
	}
}

func TestASourceUsesALibraryForRabbitMQ(t *testing.T) {
	for source, want := range map[string]bool{
		"import pika":                                       true,
		"import os\nimport pika, sys\n":                     true,
		"import json, pika":                                 true,
		"import uuid as u, os.path, pika":                   true,
		"    from pika.adapters import BlockingConnection":  true,
		"import aio_pika":                                   true,
		"from kombu import Connection":                      true,
		"const amqp = require('amqplib');":                  true,
		"import * as amqp from \"amqplib\"":                 true,
		"\tamqp \"github.com/rabbitmq/amqp091-go\"":         true,
		"\t\"github.com/streadway/amqp\"":                   true,
		"import com.rabbitmq.client.Channel;":               true,
		"import rmq":                                        false,
		"# import pika":                                     false,
		"import pikachu":                                    false,
		"import json # not pika":                            false,
		"from rmq import pika_url":                          false,
		"print('import pika')":                              false,
		"const rmq = require('./rmq');":                     false,
		"url = 'amqp://guest:guest@rabbitmq.example:5672/'": false,
	} {
		if got := library.MatchString(source); got != want {
			t.Errorf("%q uses a library: %v, want %v", source, got, want)
		}
	}
}

func TestOnlyRMQUsesTheLibrary(t *testing.T) {
	const with, without = "import pika\n", "import os\n"
	for _, c := range []struct {
		name, api, rmq, expected string
	}{
		{"rmq alone", without, with, ""},
		{"mess_chat alone", with, without, "mess_chat leaves RabbitMQ to rmq"},
		{"both", with, with, "mess_chat leaves RabbitMQ to rmq"},
		{"neither", without, without, "rmq uses a library for RabbitMQ"},
		{"mess_chat its errors", "import pika\ntry: pass\nexcept pika.exceptions.AMQPError: pass\n", with, ""},
		{"mess_chat its errors by name", "from pika.exceptions import AMQPError, ChannelClosed # both\n", with, ""},
		{"mess_chat the module of its errors", "from pika import exceptions\n", with, ""},
		{"mess_chat errors and more", "import pika\npika.exceptions\npika.URLParameters('')\n", with, "mess_chat leaves RabbitMQ to rmq"},
		{"mess_chat errors by name and more", "from pika.exceptions import AMQPError\nfrom pika import URLParameters\n", with, "mess_chat leaves RabbitMQ to rmq"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &World{Submission: handIn(t, "lab", map[string]string{"mess_chat.py": c.api, "rmq.py": c.rmq})}
			err := w.rmqUsesLibrary()
			if c.expected == "" {
				must(t, err)
				return
			}
			wantFailure(t, err, c.expected, "")
		})
	}
	t.Run("in a language that is not read", func(t *testing.T) {
		wantUnverified(t, (&World{Submission: handIn(t, "lab", map[string]string{"mess_chat.php": "", "rmq.php": ""})}).rmqUsesLibrary())
	})
	t.Run("without a file", func(t *testing.T) {
		wantFailure(t, (&World{Submission: handIn(t, "lab", map[string]string{"mess_chat.py": ""})}).rmqUsesLibrary(), "a file called rmq", "it has none")
	})
}

func TestASourceDefinesAClass(t *testing.T) {
	for source, want := range map[string]bool{
		"class RMQ:\n    pass":               true,
		"import pika\n\nclass RMQ(object):":  true,
		"    class Inner:":                   true,
		"export default class Rmq {":         true,
		"public final class Rmq {":           true,
		"type Rmq struct {":                  true,
		"def classify(): pass":               false,
		"# a class Rmq":                      false,
		"type Rmq interface {":               false,
		"x = 'class'":                        false,
		"print(\"our class is the best\")\n": false,
	} {
		w := &World{Submission: handIn(t, "lab", map[string]string{"rmq.py": source})}
		if err := w.rmqDefinesClass(); want {
			must(t, err)
		} else {
			wantFailure(t, err, "rmq defines a class", "it does not")
		}
	}
}

func TestTestsSayWhereTheAPIIs(t *testing.T) {
	for source, want := range map[string]uint16{
		`requests.get("http://localhost:8080/messages/")`: 8080,
		`BASE = 'http://127.0.0.1:5000'`:                  5000,
		`conn = HTTPConnection("localhost", 9000)`:        9000,
		`uvicorn.run(app, host="0.0.0.0", port=8123)`:     8123,
		`PORT = "8001"`:                              8001,
		`API_PORT = 8002`:                            8002,
		`settings = {"port": 8003}`:                  8003,
		`requests.get("http://localhost/messages/")`: defaultPort,
		`client = TestClient(app)`:                   defaultPort,
		`requests.get("http://localhost:99999/")`:    defaultPort,
		`requests.get("http://example.org:8080/")`:   defaultPort,
		`support = 1234`:                             defaultPort,
		``:                                           defaultPort,
		`url = "amqp://guest:guest@localhost:5672/"; port = 8004`:        8004,
		`ConnectionParameters("localhost", 5672); get("localhost:8005")`: 8005,
		`ConnectionParameters(host="localhost", port=5672)`:              defaultPort,
	} {
		got, err := handIn(t, "lab", map[string]string{"mess_chat_test.py": source}).testPort()
		if err != nil || got != want {
			t.Errorf("%s asks at the port %d (%v), want %d", source, got, err, want)
		}
	}
	_, err := handIn(t, "lab", map[string]string{"mess_chat.py": ""}).testPort()
	wantFailure(t, err, "a file called mess_chat_test", "it has none")
}

func TestTheLineThatSaysMostIsTheSummary(t *testing.T) {
	for output, want := range map[string]string{
		"..F\n    def test():\nE   assert 1 == 2\nFAILED test\n": "E   assert 1 == 2",
		"ERROR: no module\nit ends":                              "ERROR: no module",
		"x\nAssertionError: 'a' not found\nFAILED (failures=1)":  "FAILED (failures=1)",
		"it begins\nit ends\n":                                   "it ends",
		"":                                                       "",
	} {
		if got := summary(output); got != want {
			t.Errorf("of %q the summary is %q, want %q", output, got, want)
		}
	}
}

func TestTestsThatAreSkippedAreNoticed(t *testing.T) {
	for output, want := range map[string]bool{
		"ss.\n1 passed, 2 skipped in 0.12s\n":           true,
		"sss\n3 skipped in 0.12s\n":                     true,
		"----\nRan 3 tests in 0.002s\n\nOK (skipped=3)": true,
		"...\n3 passed in 0.12s\n":                      false,
		"0 skipped\n":                                   false,
		"----\nRan 3 tests in 0.002s\n\nOK":             false,
		"a message was skipped\n1 passed in 0.1s":       false,
	} {
		if got := skipped.MatchString(output); got != want {
			t.Errorf("of %q it is said: %v", output, got)
		}
	}
}
