package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/grading"
)

// messChat runs the reference's mess_chat, with a RabbitMQ of its own, until the test's
// end.
func messChat(t *testing.T) (address, amqp string) {
	t.Helper()
	rabbit := broker.New(broker.Options{})
	t.Cleanup(rabbit.Close)
	listener, err := rabbit.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	address, amqp = freeAddress(t), fmt.Sprintf("amqp://guest:guest@%s/", listener.Addr())
	runs(t, "waiting for requests on http://"+address, "mess_chat", address, "annika", amqp)
	return address, amqp
}

// Whoever says where RabbitMQ is has more judged of a mess_chat that runs already.
func TestARunningMessChatIsJudgedAndLeftRunning(t *testing.T) {
	t.Parallel()
	needRabbitMQ := []string{"RABBIT-2.4", "RABBIT-2.5", "RABBIT-2.6"}
	for _, c := range []struct {
		name               string
		isSaid             bool
		passed, unverified []string
	}{
		{"with its RabbitMQ", true, needRabbitMQ, nil},
		{"without it", false, nil, needRabbitMQ},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address, amqp := messChat(t)
			own := folder(t, map[string]string{"own.yaml": "assignment: rabbitmq\nendpoints: {mess_chat: " + address + "}\n"})
			args := []string{"run", "--manifest", own + "/own.yaml", "--patience", "10", "--format", "json"}
			if c.isSaid {
				args = append(args, "--amqp", amqp)
			}
			got := chatspec(t, call{args: args})
			all := results(t, got.stdout)
			if len(all) != 1 || got.stderr != "" {
				t.Fatalf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
			}
			failed := slices.Concat(ids(all[0], grading.Failed), ids(all[0], grading.Blocked))
			if got.status != 0 || all[0].Verdict != grading.Conformant || all[0].Assignment != "rabbitmq" || len(failed) > 0 {
				t.Errorf("it ends with %d: %s; these rules failed: %v", got.status, all[0].Verdict, failed)
			}
			checkAmong(t, all[0], grading.Passed, append([]string{"RABBIT-1.1", "RABBIT-1.3", "RABBIT-1.4"}, c.passed...))
			checkAmong(t, all[0], grading.Unverified, append([]string{"RABBIT-4.1", "RABBIT-5.5"}, c.unverified...))
			checkMessChatWorks(t, address)
		})
	}
}

// checkAmong wants rules to have a verdict.
func checkAmong(t *testing.T, result grading.Result, verdict grading.Verdict, want []string) {
	t.Helper()
	got := ids(result, verdict)
	for _, id := range want {
		if !slices.Contains(got, id) {
			t.Errorf("%s is not among those that are %s: %v", id, verdict, got)
		}
	}
}

// checkMessChatWorks sends a message, and wants it to be listed.
func checkMessChatWorks(t *testing.T, address string) {
	t.Helper()
	const text = "still there?"
	get(t, "http://"+address+"/send/?message="+url.QueryEscape(text))
	if list := get(t, "http://"+address+"/messages/"); !strings.Contains(list, text) {
		t.Errorf("mess_chat lists %s", list)
	}
}

// get asks for a URL, and returns what is answered.
func get(t *testing.T, url string) string {
	t.Helper()
	client := http.Client{Timeout: tooLong}
	defer client.CloseIdleConnections()
	response, err := client.Get(url)
	if err != nil {
		t.Fatalf("mess_chat is gone: %v", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%s is answered with %d and %q (%v)", url, response.StatusCode, body, err)
	}
	return string(body)
}

// variant is a copy of a sample in which a text stands for another, wherever that is.
func variant(t *testing.T, sample, old, new string) string {
	t.Helper()
	dir, changed := filepath.Join(t.TempDir(), "variant"), false
	must(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "fixtures", "submissions", filepath.FromSlash(sample)))))
	files, err := filepath.Glob(filepath.Join(dir, "*.py"))
	must(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		if text := strings.ReplaceAll(string(data), old, new); text != string(data) {
			must(t, os.WriteFile(file, []byte(text), 0o600))
			changed = true
		}
	}
	if !changed {
		t.Fatalf("%s has no %q", sample, old)
	}
	return dir
}

// TestWhatIsLeftOpenOfAChatOverRabbitMQIsSaid: who answers it, as whom it logs in, and how it reads.
func TestWhatIsLeftOpenOfAChatOverRabbitMQIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sample, rule string
		want         []string
	}{
		{"rabbitmq/python-http-server-peek", "RABBIT-1.2", []string{"RabbitMQ is the embedded broker", `mess_chat logs in to RabbitMQ as "guest", with the password "guest"`, "mess_chat peeks: what it lists stays in the queue"}},
		{"rabbitmq/python-fastapi-fixed-host", "RABBIT-1.2", []string{`mess_chat answers as "uvicorn"`, "mess_chat takes messages off the queue when it lists them"}},
		{"rooms/python-http-server-keyword-only", "ROOM-1.2", []string{"MongoDB is the embedded database (FerretDB 1.24.2)", "mess_chat keeps a history: what it has received it lists again"}},
	} {
		t.Run(c.sample, func(t *testing.T) {
			t.Parallel()
			got := chatspec(t, call{args: []string{"run", "--assignment", path.Dir(c.sample), filepath.Join("..", "..", "fixtures", "submissions", filepath.FromSlash(c.sample)), "--rule", c.rule, "--format", "json"}})
			all := results(t, got.stdout)
			if len(all) != 1 {
				t.Fatalf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
			}
			for _, want := range c.want {
				if !slices.Contains(all[0].Observations, want) {
					t.Errorf("it is not observed that %s, but %q", want, all[0].Observations)
				}
			}
		})
	}
}

// TestAPasswordThatNobodyKnowsIsNoFault: MongoDB shows its client that it knows it, too.
func TestAPasswordThatNobodyKnowsIsNoFault(t *testing.T) {
	t.Parallel()
	dir := variant(t, "rooms/python-fastapi-dataclasses", `MongoClient(`, `MongoClient(username="class", password="".join(["cps", "313", "!"]), host=`)
	got := chatspec(t, call{args: []string{"run", "--assignment", "rooms", dir, "--rule", "ROOM-4.14", "--format", "json"}})
	result := results(t, got.stdout)[0]
	checkAmong(t, result, grading.Unverified, []string{"ROOM-4.14"})
	if !strings.Contains(got.stdout, `logs in to MongoDB as \"class\", with a password that chatspec does not know`) {
		t.Errorf("it is not said whose password is missing:\n%s", got.stdout)
	}
}
