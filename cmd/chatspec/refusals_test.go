package main_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatCannotBeDoneIsSaidInOneSentence: exit status 2, one sentence on
// standard error, and nothing on standard output.
func TestWhatCannotBeDoneIsSaidInOneSentence(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"empty/README.md":              "to do",
		"chat/chat.py":                 "",
		"script/chat.js":               "",
		"program/chat.go":              "package main\n\nfunc main() {}\n",
		"wrong/chatspec.yaml":          "assignment: tcp-peer\nprograms:\n  chta: {run: x}\n",
		"two/a/chat.py":                "",
		"two/b/chat.py":                "",
		"endpoint/chatspec.yaml":       "endpoints: {server5: 127.0.0.1:22}\n",
		"own.yaml":                     "endpoints: {server5: somewhere}\n",
		"evil\x1b[31m/a/chat.py":       "",
		"evil\x1b[31m/b\u202e/chat.py": "",
	})
	nowhere := []string{"PATH=" + t.TempDir()}
	for _, c := range []struct {
		name string
		args []string
		env  []string
		want string
	}{
		{"an unknown assignment", []string{"run", "chat", "--assignment", "tcp-per"}, nil,
			`there is no assignment "tcp-per"; there are http, rabbitmq, rooms, tcp-peer, tcp-server, zmq`},
		{"an assignment that the folder has not", []string{"run", "chat", "--assignment", "tcp-server"}, nil,
			`chat has no file that is called as a program of tcp-server (chat5.py, server5.py): give its folder, name its programs in chatspec.yaml, or rename them`},
		{"a missing folder", []string{"run", "nowhere"}, nil,
			"there is no folder \"nowhere\": give the submission's folder, or `reference`"},
		{"no name", []string{"run", ""}, nil,
			"there is no folder \"\": give the submission's folder, or `reference`"},
		{"a file", []string{"run", "chat/chat.py"}, nil,
			"chat/chat.py is a file: give the folder that it is in"},
		{"a folder without a program", []string{"run", "empty"}, nil,
			"empty has no file that is called as a program of http or rabbitmq or rooms or tcp-peer or tcp-server or zmq (server.py …, mess_chat.py, chat.py, chat5.py …, post_server.py …): give its folder, name its programs in chatspec.yaml, or rename them"},
		{"a wrong manifest", []string{"run", "wrong"}, nil,
			`wrong/chatspec.yaml:3: tcp-peer has no program "chta"; did you mean "chat"?`},
		{"a submission that names an endpoint", []string{"run", "endpoint"}, nil,
			"endpoint/chatspec.yaml:1: what runs already on this machine is never a submission's to say: give --endpoint PROGRAM=ADDRESS, or a manifest of your own with --manifest FILE"},
		{"a wrong endpoint", []string{"run", "--manifest", "own.yaml"}, nil,
			`own.yaml:1: "somewhere" is no address: write it as 127.0.0.1:5000`},
		{"an endpoint without its address", []string{"run", "--endpoint", "server5"}, nil,
			`--endpoint server5: write it as PROGRAM=ADDRESS, such as server5=127.0.0.1:5000`},
		{"an endpoint for the reference", []string{"run", "reference", "--endpoint", "server5=127.0.0.1:5000"}, nil,
			"the reference is judged as it is: --endpoint and --manifest are for other targets"},
		{"a manifest that is not there", []string{"run", "chat", "--manifest", "mine.yaml"}, nil,
			"mine.yaml cannot be read: open mine.yaml: no such file or directory"},
		{"two programs of one name", []string{"run", "two"}, nil,
			"two files could be chat: a/chat.py and b/chat.py: say which in chatspec.yaml"},
		{"a name that would rule the terminal", []string{"run", "evil\x1b[31m"}, nil,
			"two files could be chat: a/chat.py and b·/chat.py: say which in chatspec.yaml"},
		{"no interpreter", []string{"run", "script"}, nowhere,
			"chat.js needs Node.js, and there is no `node` on the PATH: install it (Debian: apt-get install nodejs)"},
		{"no compiler", []string{"run", "program"}, nowhere,
			"chat.go is made with Go, and there is no `go` on the PATH: install it (Debian: apt-get install golang-go)"},

		{"an unknown format", []string{"run", "--format", "xml"}, nil,
			`there is no format "xml"; there are pretty, progress, json, junit, cucumber, gradescope, classroom50, markdown, github, html`},
		{"two formats for the terminal", []string{"run", "--format", "json", "--format", "junit"}, nil,
			"only one format can go to the terminal: give the others a file, as in junit:report.xml"},
		{"a report in a missing folder", []string{"run", "--format", "json:no/such/folder.json"}, nil,
			"a report cannot be written: open no/such/folder.json: no such file or directory"},
		{"a broker that is none", []string{"run", "--amqp", "rabbit"}, nil,
			`--amqp is embedded, local, docker, docker:IMAGE or the URL of a RabbitMQ on this machine, such as amqp://guest:guest@127.0.0.1:5672/, not "rabbit"`},
		{"a broker on another machine", []string{"run", "--amqp", "amqp://guest:guest@192.0.2.1/"}, nil,
			`--amqp: 192.0.2.1 is not this machine, and chatspec contacts no other: give the URL of a RabbitMQ at 127.0.0.1`},
		{"a broker that is not there", []string{"run", "--assignment", "rabbitmq", "--amqp", "amqp://guest:guest@127.0.0.1:1/"}, nil,
			`--amqp: nobody listens at 127.0.0.1:1: start RabbitMQ there, or leave --amqp away`},
		{"no Docker", []string{"run", "--assignment", "rabbitmq", "--amqp", "docker"}, []string{"DOCKER_HOST=unix:///nowhere/docker.sock"},
			`--amqp docker: no Docker answers at unix:///nowhere/docker.sock: install it (Debian: apt-get install docker.io), and start it`},
		{"no name of an image", []string{"run", "--amqp", "docker:My Rabbit"}, nil,
			`--amqp: "My Rabbit" is no image of Docker's: write it as docker:NAME or docker:NAME:TAG`},
		{"an image without its name", []string{"run", "--mongo", "docker:"}, nil,
			`--mongo: "" is no image of Docker's: write it as docker:NAME or docker:NAME:TAG`},
		{"a database that is none", []string{"run", "--mongo", "mango"}, nil,
			`--mongo is embedded, docker, docker:IMAGE or the URL of a MongoDB on this machine, such as mongodb://user:password@127.0.0.1:27017/, not "mango"`},
		{"a database on another machine", []string{"run", "--mongo", "mongodb://192.0.2.1/"}, nil,
			`--mongo: 192.0.2.1 is not this machine, and chatspec contacts no other: give the URL of a MongoDB at 127.0.0.1`},
		{"no job", []string{"run", "--jobs", "0"}, nil,
			"--jobs must be at least 1, not 0"},
		{"jobs that are no number", []string{"run", "--jobs", "many"}, nil,
			"invalid argument \"many\" for \"--jobs\" flag: `chatspec run --help` shows the flags"},
		{"no patience", []string{"run", "--patience", "0"}, nil,
			"--patience must be more than 0 and at most 1000, not 0"},
		{"less than no patience", []string{"run", "--patience", "-1"}, nil,
			"--patience must be more than 0 and at most 1000, not -1"},
		{"endless patience", []string{"run", "--patience", "Inf"}, nil,
			"--patience must be more than 0 and at most 1000, not +Inf"},
		{"patience that is no number", []string{"run", "--patience", "NaN"}, nil,
			"--patience must be more than 0 and at most 1000, not NaN"},
		{"patience in words", []string{"run", "--patience", "long"}, nil,
			"invalid argument \"long\" for \"--patience\" flag: `chatspec run --help` shows the flags"},
		{"an unknown way of isolation", []string{"run", "--isolate", "sideways"}, nil,
			`--isolate is auto, host, container or none, not "sideways"`},
		{"containers without Docker", []string{"run", "--isolate", "container"}, []string{"DOCKER_HOST=unix:///nowhere/docker.sock"},
			"--isolate container: no Docker answers at unix:///nowhere/docker.sock: install it (Debian: apt-get install docker.io), and start it"},
		{"containers of another machine's", []string{"run", "--isolate", "container"}, []string{"DOCKER_HOST=tcp://192.0.2.1:2375"},
			"--isolate container: the Docker at tcp://192.0.2.1:2375 is on another machine, and chatspec contacts no other: unset DOCKER_HOST"},
		{"an unknown limit", []string{"run", "--limits", "lots"}, nil,
			`--limits: there is no limit "lots"; there are processes, memory, cpu, files and disk`},
		{"no memory", []string{"run", "--limits", "memory=0"}, nil,
			`--limits: the limit memory: "0" is no size such as 512m or 2g`},
		{"less memory than none", []string{"run", "--limits", "memory=-1g"}, nil,
			`--limits: the limit memory: "-1g" is no size such as 512m or 2g`},
		{"no processor time", []string{"run", "--limits", "cpu=0"}, nil,
			`--limits: the limit cpu: "0" is no time of a second at least, such as 90s`},
		{"a limit without its value", []string{"run", "--limits", "processes"}, nil,
			`--limits: the limit processes: "" is no number from 1 to 4096`},
		{"tags that match nothing", []string{"run", "--tags", "@PEER-99.1"}, nil,
			"no scenario has the tags \"@PEER-99.1\": `chatspec list` shows the rules, whose ids are tags"},
		{"tags that exclude each other", []string{"run", "--tags", "@PEER-1.1 && ~@PEER-1.1"}, nil,
			"no scenario has the tags \"@PEER-1.1 && ~@PEER-1.1\": `chatspec list` shows the rules, whose ids are tags"},
		{"tags that end early", []string{"run", "--tags", "@PEER-3.2 &&"}, nil,
			`"@PEER-3.2 &&" is no tag expression: @a && @b are both, @a,@b is either, ~@a is all others`},
		{"tags as Cucumber has them", []string{"run", "--tags", "@PEER-3.2 or not @PEER-1.1"}, nil,
			`"@PEER-3.2 or not @PEER-1.1" is no tag expression: @a && @b are both, @a,@b is either, ~@a is all others`},
		{"tags in parentheses", []string{"run", "--tags", "(@PEER-3.2)"}, nil,
			`"(@PEER-3.2)" is no tag expression: @a && @b are both, @a,@b is either, ~@a is all others`},
		{"nothing but a tilde", []string{"run", "--tags", "~"}, nil,
			`"~" is no tag expression: @a && @b are both, @a,@b is either, ~@a is all others`},
		{"two targets", []string{"run", "chat", "empty"}, nil,
			"`chatspec run` takes one target: a folder, an archive, or `reference`; \"empty\" is too much"},
		{"an unknown flag", []string{"run", "--fast"}, nil,
			"unknown flag: --fast: `chatspec run --help` shows the flags"},
		{"a flag without its value", []string{"run", "--format"}, nil,
			"flag needs an argument: --format: `chatspec run --help` shows the flags"},

		{"an unknown command", []string{"rum"}, nil,
			"there is no command \"rum\": `chatspec --help` shows the commands"},
		{"an unknown rule to list", []string{"list", "PEER-99.1"}, nil,
			"there is no assignment and no rule \"PEER-99.1\": `chatspec list` shows the assignments, `chatspec list http` its rules"},
		{"two things to list", []string{"list", "tcp-peer", "tcp-server"}, nil,
			"`chatspec list` takes one assignment or rule; \"tcp-server\" is too much"},
		{"an unknown rule to explain", []string{"explain", "NOPE"}, nil,
			"there is no assignment and no rule \"NOPE\": `chatspec list` shows the assignments, `chatspec list http` its rules"},
		{"no rule to explain", []string{"explain"}, nil,
			"a rule is missing, as in `chatspec explain PEER-3.2`: `chatspec list` shows where they are"},
		{"docs outside a checkout", []string{"docs"}, nil,
			"there are no mutants in fixtures/mutants: `chatspec docs` is run at the top of a checkout of chatspec"},
		{"docs of something", []string{"docs", "PEER-3.2"}, nil,
			"`chatspec docs` takes no argument without --html; \"PEER-3.2\" is too much"},
		{"a site of what there is not", []string{"docs", "--html", "site", "zmk"}, nil,
			`there is no assignment "zmk"; there are http, rabbitmq, rooms, tcp-peer, tcp-server, zmq`},
		{"a site nowhere", []string{"docs", "--html", ""}, nil,
			"--html needs a folder, as in `chatspec docs --html site`"},
		{"a site where a file is", []string{"docs", "--html", "/dev/null"}, nil,
			"making the folder of the site: mkdir /dev/null: not a directory"},
		{"rules at what is no address", []string{"run", "--docs", "javascript:alert(1)"}, nil,
			`--docs is where the site is, as in https://example.edu/chatspec or ../site, not "javascript:alert(1)"`},
		{"a doctor for somebody", []string{"doctor", "bob"}, nil,
			"`chatspec doctor` takes no argument; \"bob\" is too much"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := chatspec(t, call{args: c.args, dir: dir, env: c.env})
			if got.status != 2 || got.stdout != "" {
				t.Errorf("it ends with %d and prints %q", got.status, got.stdout)
			}
			if want := "chatspec: " + c.want + "\n"; got.stderr != want {
				t.Errorf("it says\n%sand should say\n%s", got.stderr, want)
			}
		})
	}
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(dir, "*.json")); len(left) > 0 {
			t.Errorf("reports were left: %v", left)
		}
	})
}

func TestARunThatCannotBeDoneLeavesReportsAsTheyWere(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"old.json": "as it was\n"})
	got := chatspec(t, call{args: []string{"run", "nowhere", "--format", "json:old.json", "--format", "junit:new.xml"}, dir: dir})
	if got.status != 2 {
		t.Errorf("it ends with %d", got.status)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "old.json")); err != nil || string(data) != "as it was\n" {
		t.Errorf("the old report is now %q (%v)", data, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "new.xml")); !os.IsNotExist(err) {
		t.Errorf("a new report is there: %v", err)
	}
}

func TestAProgramOfTheReferenceSaysHowItIsUsed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		want string
	}{
		{"chat", "chatspec: chat: a name and a port are needed\nusage: chat NAME PORT [IP:PORT ...]\n"},
		{"chat ann many", "usage: chat NAME PORT [IP:PORT ...]\n"},
		{"chat5 ann 5000", "usage: chat5 "},
		{"server5", "usage: server5 "},
		{"server9", "chatspec: \"server9\" is not a program of the reference, which has chat, chat5, classes, client, interactive_client, interactive_server, mc_client, mc_server, mess_chat, post_client, post_server, pub_client, pub_server, rooms/mess_chat, server, server5\n"},
	} {
		got := chatspec(t, call{args: append([]string{"reference"}, strings.Fields(c.args)...)})
		if got.status != 2 || got.stdout != "" || !strings.HasPrefix(got.stderr, "chatspec: ") || !strings.Contains(got.stderr, c.want) {
			t.Errorf("reference %s ends with %d, prints %q and says\n%s", c.args, got.status, got.stdout, got.stderr)
		}
	}
}

func TestADockerThatThisUserMayNotUseIsSaidInOneSentence(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	if err := os.Chmod(socket, 0); err != nil {
		t.Fatal(err)
	}
	got := chatspec(t, call{args: []string{"run", "--assignment", "rabbitmq", "--amqp", "docker"}, env: []string{"DOCKER_HOST=unix://" + socket}, ordinary: true})
	want := "chatspec: --amqp docker: this user may not use the Docker at unix://" + socket + ": add the user to the group docker\n"
	if got.status != 2 || got.stdout != "" || got.stderr != want {
		t.Errorf("it ends with %d, prints %q and says\n  %swant\n  %s", got.status, got.stdout, got.stderr, want)
	}
}
