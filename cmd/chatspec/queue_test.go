package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading/ledger"
)

// queueKey is in the environment of all who meet at a queue.
const queueKey = "CHATSPEC_SHARED_KEY=a key that is long enough"

// background starts a command, waits until it says something, and returns that. End is to end it by Ctrl-C.
func background(t *testing.T, c call, toStderr bool) (said string, end func()) {
	t.Helper()
	cmd, temp := c.command(t)
	pipe := cmd.StdoutPipe
	if toStderr {
		pipe = cmd.StderrPipe
	}
	out, err := pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	said = lines.Text()
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines.Scan() {
		}
	}()
	return said, func() {
		cmd.Process.Signal(os.Interrupt)
		<-read
		cmd.Wait()
		if status := cmd.ProcessState.ExitCode(); status != 130 {
			t.Errorf("%v ends with %d", c.args, status)
		}
		checkNothingLeft(t, temp)
	}
}

// TestWorkersAtAQueueGiveWhatOneMachineGives: two workers, one class, the same table but for the seconds.
func TestWorkersAtAQueueGiveWhatOneMachineGives(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	needs(t, "python3")
	said, end := background(t, call{args: []string{"broker", "--listen", "127.0.0.1:0"}}, false)
	defer end()
	_, url, _ := strings.Cut(said, "listens: ")
	for _, name := range []string{"one", "two"} {
		said, end := background(t, call{env: []string{queueKey}, args: []string{"worker", "--queue", url, "--isolate", "none", "--name", name}}, true)
		defer end()
		if !strings.Contains(said, "on this machine itself") {
			t.Errorf("a worker says %q", said)
		}
	}
	dir := class(t)
	args := []string{"grade", "class", "--tags", few, "--isolate", "none", "--seed", "7"}
	here := chatspec(t, call{dir: dir, args: append(args, "--out", "here")})
	there := chatspec(t, call{dir: dir, env: []string{queueKey}, args: append(args, "--out", "there", "--queue", url)})
	if here.status != 0 || there.status != 0 || strings.ReplaceAll(there.stdout, "there/", "here/") != here.stdout {
		t.Errorf("it ends with %d and %d, and prints\n%s\nand says\n%s", here.status, there.status, there.stdout, there.stderr)
	}
	want, got := rows(t, filepath.Join(dir, "here/scores.csv")), rows(t, filepath.Join(dir, "there/scores.csv"))
	for key, row := range want {
		delete(row, "seconds")
		delete(got[key], "seconds")
		if fmt.Sprint(row) != fmt.Sprint(got[key]) {
			t.Errorf("the row of %s is\n%q\nand not\n%q", key, got[key], row)
		}
	}
	if seeds := seedsIn(t, filepath.Join(dir, "there")); len(seeds) == 0 || slices.ContainsFunc(seeds, func(seed uint64) bool { return seed != 7 }) {
		t.Errorf("the workers have drawn by %v", seeds)
	}
	again := chatspec(t, call{dir: dir, env: []string{queueKey}, args: append(args, "--out", "there", "--queue", url)})
	if ids := judgedIn(again.stderr); again.status != 0 || len(ids) > 0 {
		t.Errorf("started again it judges %v", ids)
	}
	if _, err := os.Stat(filepath.Join(dir, "there/queue-run")); err == nil {
		t.Error("the name of the run is left")
	}
}

// seedsIn are the seeds of the results that a class has in its folder.
func seedsIn(t *testing.T, dir string) []uint64 {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "results", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var seeds []uint64
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var kept ledger.Entry
		if err := json.Unmarshal(text, &kept); err != nil {
			t.Fatal(err)
		}
		for _, result := range kept.Results {
			seeds = append(seeds, result.Seed)
		}
	}
	return seeds
}

func TestWhatIsWrongWithAQueueIsSaid(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"class/s1/essay.txt": "", "short": "short", "key": "a key that is long enough", "empty.pem": ""})
	const url = "amqp://ann:geheim@127.0.0.1:1/"
	for _, c := range []struct {
		want string
		args []string
	}{
		{"a queue is missing: give --queue", []string{"worker"}},
		{"a key is missing by which tasks and results are signed", []string{"worker", "--queue", url}},
		{"the shared key has 5 characters, and needs 16", []string{"worker", "--queue", url, "--shared-key", "short"}},
		{"reading the shared key: open none", []string{"grade", "class", "--queue", url, "--shared-key", "none"}},
		{"--queue is the URL of a RabbitMQ", []string{"grade", "class", "--queue", "http://ann:geheim@127.0.0.1/", "--shared-key", "key"}},
		{"--ca, --cert and --key are for TLS", []string{"worker", "--queue", url, "--shared-key", "key", "--ca", "empty.pem"}},
		{"--ca: empty.pem holds no certificate", []string{"worker", "--queue", "amqps://ann:geheim@127.0.0.1:1/", "--shared-key", "key", "--ca", "empty.pem"}},
		{"--cert and --key belong together", []string{"worker", "--queue", "amqps://ann:geheim@127.0.0.1:1/", "--shared-key", "key", "--cert", "empty.pem"}},
		{`--share: there is no folder "none"`, []string{"grade", "class", "--queue", url, "--shared-key", "key", "--share", "none"}},
		{"--amqp is about the machine where programs run", []string{"grade", "class", "--queue", url, "--shared-key", "key", "--amqp", "local"}},
		{"are for workers at a --queue", []string{"grade", "class", "--shared-key", "key"}},
		{"nobody listens at amqp://127.0.0.1:1/", []string{"worker", "--queue", url, "--shared-key", "key"}},
		{"nobody listens at amqp://127.0.0.1:1/", []string{"grade", "class", "--queue", url, "--shared-key", "key"}},
	} {
		got := chatspec(t, call{dir: dir, args: c.args})
		if got.status != 2 || !strings.Contains(got.stderr, "chatspec: "+c.want) && !strings.Contains(got.stderr, c.want) || strings.Contains(got.stderr, "geheim") {
			t.Errorf("%v ends with %d and says %q", c.args, got.status, got.stderr)
		}
	}
}

// TestTheExampleForKubernetesCallsAWorkerAsItIs: its files are YAML, its flags are there, and its secret has what is read.
func TestTheExampleForKubernetesCallsAWorkerAsItIs(t *testing.T) {
	t.Parallel()
	parse := func(name string, into any) {
		text, err := os.ReadFile(example(t, name))
		if err == nil {
			err = yaml.Unmarshal(text, into)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var secret struct {
		StringData map[string]string `yaml:"stringData"`
	}
	parse("kubernetes/secret.yaml", &secret)
	var deployment struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct {
						Args []string
						Env  []struct{ Name string }
					}
				}
			}
		}
	}
	parse("kubernetes/workers.yaml", &deployment)
	containers := deployment.Spec.Template.Spec.Containers
	if len(containers) != 1 || len(containers[0].Args) < 3 || containers[0].Args[0] != "worker" || containers[0].Env[0].Name != "CHATSPEC_QUEUE_PASSWORD" {
		t.Fatalf("the workers are %+v", containers)
	}
	help := chatspec(t, call{args: []string{"worker", "--help"}}).stdout
	for _, arg := range containers[0].Args[1:] {
		if flag, value, _ := strings.Cut(arg, "="); !strings.Contains(help, flag+" ") {
			t.Errorf("there is no flag %s", flag)
		} else if in, ok := strings.CutPrefix(value, "/secrets/"); ok {
			if _, ok := secret.StringData[in]; !ok {
				t.Errorf("the secret has no %s", in)
			}
		}
	}
	if _, ok := secret.StringData["password"]; !ok {
		t.Errorf("the secret has no password")
	}
}
