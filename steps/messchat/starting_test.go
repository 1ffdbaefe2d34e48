package messchat

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/target"
)

// rabbitOnly is what programs are told of that need no database.
var rabbitOnly = services{}

// commandsOf are the command lines that are tried with a source, as a report shows them.
func commandsOf(source, ending string) []string {
	spec := target.Program{
		Launch:    []string{"python3", "mess_chat" + ending},
		Arguments: [][]string{{"{port}", "{name}"}, {"{port}"}, {}},
	}
	var all []string
	for _, way := range rabbitOnly.readSource(source).ways(spec, ending == ".py") {
		all = append(all, way.String())
	}
	return all
}

func TestTheFirstWordOfACommandIsItsInterpreter(t *testing.T) {
	for want, spec := range map[string]target.Program{
		"python3":          {Launch: []string{"python3", "mess_chat.py"}, Arguments: [][]string{{"{port}"}}},
		"/usr/bin/python3": {Arguments: [][]string{{"/usr/bin/python3", "-m", "uvicorn", "mess_chat:app"}}},
		"":                 {},
	} {
		if got := interpreterOf(spec); got != want {
			t.Errorf("of %+v it is %q", spec, got)
		}
	}
}

func TestASourceTellsHowItIsStarted(t *testing.T) {
	const (
		uvicorn = "-m uvicorn mess_chat:app --host {ip} --port {port}"
		flask   = "-m flask --app mess_chat:app run --port {port}"
		main    = "if __name__ == \"__main__\":\n    "
		tried1  = "{port} {name}"
		tried2  = "{port}"
		nothing = ""
	)
	for _, c := range []struct {
		name, source string
		want         []string
	}{
		{"an app of FastAPI", "app = FastAPI()\n", []string{uvicorn}},
		{"one of another name, from the module", "chat = fastapi.FastAPI(title='x')\n", []string{"-m uvicorn mess_chat:chat --host {ip} --port {port}"}},
		{"one with a main", "app = FastAPI()\n" + main + "uvicorn.run(app, port=8000)\n", []string{nothing, uvicorn}},
		{"an app of Flask", "app = Flask(__name__)\n", []string{flask}},
		{"one that runs itself", "app = Flask(__name__)\napp.run(port=5000)\n", []string{nothing, flask}},
		{"one that a function makes", "import os\n\ndef create_app(name=None, *more):  # it is called by Flask\n\n    app = Flask(__name__)\n\n    @app.get('/')\n    def root(): return ''\n\n    return app\n\nx = 1\n",
			[]string{"-m flask --app mess_chat:create_app run --port {port}"}},
		{"one of FastAPI that a function makes", "def build() -> fastapi.FastAPI:\n    app = fastapi.FastAPI()\n    return app",
			[]string{"-m uvicorn mess_chat:build --host {ip} --port {port} --factory"}},
		{"one that a function makes, and a main", "def create():\n    app = Flask(__name__)\n    return app\n" + main + "create().run()\n",
			[]string{nothing, "-m flask --app mess_chat:create run --port {port}"}},
		{"one that a function makes of something", "def create_app(config):\n    app = Flask(__name__)\n    return app\n", nil},
		{"one that a function keeps", "def run():\n    app = Flask(__name__)\n    app.start()\n", nil},
		{"functions that make nothing", "def send():\n    return 1\n\ndef f():\n    return Flasks(1), my_Flask()\n", nil},
		{"a server of the standard library", "HTTPServer(('', 8000), Handler).serve_forever()\n", []string{nothing}},
		{"arguments with names", main + "port = int(sys.argv[1])\n    user = sys.argv[2]\n", []string{tried1, tried2, nothing}},
		{"arguments in another order", main + "user, = [sys.argv[1]]\n    port = int(argv[2])\n    name = str(argv[1])\n", []string{"{name} {port}", tried1, tried2, nothing}},
		{"one whose name tells nothing", main + "x = sys.argv[1]\n    port = sys.argv[2]\n", []string{tried1, tried2, nothing}},
		{"one with a name, and one without", main + "chat = Chat(sys.argv[2] if len(sys.argv) > 2 else 'me')\n    run(port=int(sys.argv[1]))\n", []string{tried1, tried2, nothing}},
		{"arguments without names", main + "main(*sys.argv[1:])\n", []string{tried1, tried2, nothing}},
		{"options of which the rest tells whose they are", main + `
    p.add_argument("--http-port", type=int, default=int(os.environ.get("HTTP_PORT", 5000)))
    p.add_argument("--host", default=os.environ.get("RMQ_HOST", "example.com"), help="its server")
    p.add_argument("--port", type=int, default=5672)
    p.add_argument("--rabbitmq", default="example.com")
    p.add_argument("--name", help="my queue in RabbitMQ")
`, []string{"--http-port {port} --host {amqp_host} --port {amqp_port} --rabbitmq {amqp_host} --name {name}", nothing}},
		{"options", main + `
    parser.add_argument("-p", "--port", type=int, default=8000)
    parser.add_argument('--rabbit-host', default="localhost")
    parser.add_argument(
        "--name")
    parser.add_argument("--user-colours", action="store_true")
    parser.add_argument("--flavour")
`, []string{"--port {port} --rabbit-host {amqp_host} --name {name}", nothing}},
		{"options and others", main + `parser.add_argument("--port"); parser.add_argument("user")`, []string{"{name} --port {port}", nothing}},
		{"neither main nor app", "def send(message): pass\n", nil},
		{"an app that is not at the margin", "class A:\n    app = FastAPI()\n", nil},
		{"nothing", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := commandsOf(c.source, ".py"); !slices.Equal(got, c.want) {
				t.Errorf("it is started with %q, want %q", got, c.want)
			}
		})
	}
	t.Run("a source in another language", func(t *testing.T) {
		if got, want := commandsOf("app.listen(process.env.PORT)", ".js"), []string{tried1, tried2, nothing}; !slices.Equal(got, want) {
			t.Errorf("it is started with %q, want %q", got, want)
		}
	})
}

func TestAnAppIsStartedByTheInterpreterOfItsProgram(t *testing.T) {
	spec := target.Program{Launch: []string{"/opt/python", "-SE", "mess_chat.py"}}
	got := rabbitOnly.readSource("app = Flask('x')").ways(spec, true)
	if len(got) != 1 || !slices.Equal(got[0].launch, []string{"/opt/python", "-m", "flask"}) {
		t.Errorf("it is started with %v", got)
	}
	if got := rabbitOnly.readSource("serve_forever()").ways(spec, true); len(got) != 1 || got[0].launch != nil || got[0].arguments == nil {
		t.Errorf("a Program without arguments is started with %#v", got)
	}
}

// Arguments are read by the program itself, or, where that reads none, by what it imports.
func TestArgumentsAreFoundInAnotherModule(t *testing.T) {
	spec := target.Program{Launch: []string{"python3", "mess_chat.py"}, Arguments: [][]string{{"{port}", "{name}"}, {"{port}"}}}
	const main, config = "import config\nserve_forever()", `p.add_argument("--port", type=int, required=True)`
	for _, c := range []struct {
		name  string
		texts []string
		ways  []string
	}{
		{"Python", []string{main, config}, []string{"--port {port}", ""}},
		{"Python, with arguments of its own", []string{"user = sys.argv[1]\n" + main, config}, []string{"{name}", "{port} {name}", "{port}", ""}},
		{"Go", []string{"", `var at = flag.Int("port", 8000, "where it listens"); flag.StringVar(&o.name, "name", "", "who")`, `flag.Bool("verbose-user", false, "")`},
			[]string{"-port {port} -name {name}", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, way := range rabbitOnly.readSource(c.texts...).ways(spec, c.name != "Go") {
				got = append(got, way.String())
			}
			if !slices.Equal(got, c.ways) {
				t.Errorf("it is started with %q, want %q", got, c.ways)
			}
		})
	}
}

// What a program says as it ends for want of arguments, by libraries that people use.
func TestAProgramIsGivenWhatItAsksForAsItEnds(t *testing.T) {
	for _, c := range []struct{ library, said, want string }{
		{"argparse", "mess_chat.py: error: the following arguments are required: -p/--port, --name", "--port {port} --name {name}"},
		{"argparse, by place", "error: the following arguments are required: port, user", "{port} {name}"},
		{"click", "Error: Missing option '--queue-name'.", "--queue-name {name}"},
		{"click, with two spellings", "Error: Missing option '-p' / '--port'.", "--port {port}"},
		{"click, by place", "Error: Missing argument 'PORT'.", "{port}"},
		{"commander", "error: required option '-p, --port <number>' not specified", "--port {port}"},
		{"commander, by place", "error: missing required argument 'nickname'", "{name}"},
		{"yargs", "Missing required arguments: port, name", "--port {port} --name {name}"},
		{"nobody", "ValueError: the colour is missing", ""},
		{"something else", "error: the following arguments are required: --colour", ""},
	} {
		t.Run(c.library, func(t *testing.T) {
			got, asked := Way{}.with("it has ended with status 2; its last words: " + c.said)
			if got.String() != c.want || asked != (c.want != "") {
				t.Errorf("it is given %q (%v), want %q", got, asked, c.want)
			}
			if again, more := got.with(c.said); more {
				t.Errorf("it is given more for the same words: %q", again)
			}
		})
	}
}

func TestVariablesAreFoundInAllSources(t *testing.T) {
	got := rabbitOnly.readSource("",
		`port = os.environ.get("CHAT_PORT", 8000)`,
		`host = os.getenv('RMQ_SERVER'); again = os.environ["RMQ_SERVER"]; level = os.getenv("LOG_LEVEL")`,
		`connect(process.env.MY_RABBIT_URI)`,
		`vhost := os.Getenv("RABBIT_VIRTUAL_HOST"); user, ok := os.LookupEnv("CHAT_USER")`,
		`System.getenv("RMQ_PASSWD");`,
	).env
	want := []string{"CHAT_PORT={port}", "RMQ_SERVER={amqp_host}", "MY_RABBIT_URI={amqp_url}", "RABBIT_VIRTUAL_HOST={amqp_vhost}", "CHAT_USER={name}", "RMQ_PASSWD={amqp_password}"}
	if !slices.Equal(got, want) {
		t.Errorf("the variables are %q, want %q", got, want)
	}
}

// TestTestsAreNotGivenANameForAllTheirClients, unless nothing works without.
func TestTestsAreNotGivenANameForAllTheirClients(t *testing.T) {
	s := rabbitOnly.readSource(`serve_forever(); queue = os.getenv("CHAT_QUEUE") or uuid4().hex; me = os.environ["CHAT_USER"]; host = os.getenv("RMQ_SERVER")`)
	way := s.ways(target.Program{Launch: []string{"python3", "mess_chat.py"}}, true)[0]
	values := target.Values{"name": {"annika"}, "amqp_host": {"10.1.1.1"}}
	for variable, given := range map[string][2]bool{"CHAT_QUEUE=annika": {true, false}, "CHAT_USER=annika": {true, true}, "RMQ_SERVER=10.1.1.1": {true, true}} {
		got := [2]bool{slices.Contains(way.Environment(values), variable), slices.Contains(way.EnvironmentOfTests(values), variable)}
		if got != given {
			t.Errorf("that the program and its tests find %s is %v, and should be %v", variable, got, given)
		}
	}
}

func TestANameStandsForWhatItTells(t *testing.T) {
	for placeholder, names := range map[string]string{
		"{amqp_url}":      "AMQP_URL CLOUDAMQP_URL --rabbitmq-uri broker_url",
		"{amqp_host}":     "RABBITMQ_HOST rmq_server --amqp-addr mq_host BROKER_IP",
		"{amqp_port}":     "RABBITMQ_PORT --amqp-port",
		"{amqp_user}":     "RABBITMQ_USER RABBITMQ_DEFAULT_USERNAME rmq_login",
		"{amqp_password}": "RABBITMQ_PASSWORD RMQ_PASS pwd",
		"{amqp_vhost}":    "RABBITMQ_VHOST virtual_host",
		"{port}":          "PORT --port api_port",
		"{ip}":            "HOST --bind ip server_ip address",
		"{name}":          "name --user nickname QUEUE_NAME who RABBITMQ_QUEUE",
		"":                "LOG_LEVEL debug RABBITMQ_EXCHANGE url description recipient",
	} {
		for name := range strings.FieldsSeq(names) {
			if got := rabbitOnly.meaning(name); got != placeholder {
				t.Errorf("%s stands for %q, want %q", name, got, placeholder)
			}
		}
	}
}

// filled are the values of a client, where all addresses are known.
func filled() target.Values {
	return valuesOf("annika", netip.MustParseAddrPort("127.0.0.2:8001"), netip.MustParseAddrPort("127.0.0.3:5673"))
}

func TestValues(t *testing.T) {
	for placeholder, want := range map[string]string{
		"{name} {ip} {port}":                           "annika 127.0.0.2 8001",
		"{amqp_url}":                                   "amqp://guest:guest@127.0.0.3:5673/",
		"{amqp_host}:{amqp_port}{amqp_vhost}":          "127.0.0.3:5673/",
		"{amqp_user}, who is known by {amqp_password}": "guest, who is known by guest",
	} {
		if got := strings.Join(target.Fill([]string{placeholder}, filled()), " "); got != want {
			t.Errorf("%s has become %q, want %q", placeholder, got, want)
		}
	}
}

func TestTheEnvironmentTellsWhereRabbitMQIs(t *testing.T) {
	own := Way{env: []string{"RMQ_SERVER={amqp_host}", "PORT=7777"}}
	got := own.Environment(filled())
	for variable, want := range map[string]string{
		"RMQ_SERVER": "127.0.0.3", "PORT": "7777", // as the source has them
		"AMQP_URL": "amqp://guest:guest@127.0.0.3:5673/", "CLOUDAMQP_URL": "amqp://guest:guest@127.0.0.3:5673/",
		"RABBITMQ_HOST": "127.0.0.3", "RABBIT_PORT": "5673", "RMQ_USER": "guest", "AMQP_VHOST": "/",
	} {
		given := slices.DeleteFunc(slices.Clone(got), func(v string) bool { return !strings.HasPrefix(v, variable+"=") })
		if fmt.Sprint(given) != fmt.Sprintf("[%s=%s]", variable, want) {
			t.Errorf("%s is given as %q, want %q", variable, given, want)
		}
	}
	if !slices.Contains((Way{}).Environment(filled()), "PORT=8001") {
		t.Error("a program that says nothing is not told its port")
	}
}

func TestAPromptIsAnswered(t *testing.T) {
	for prompt, want := range map[string]string{
		"Enter your username: ":     "annika",
		"Port?":                     "8001",
		"RabbitMQ host:":            "127.0.0.3",
		"Host: ":                    "127.0.0.3",
		"AMQP URL: ":                "amqp://guest:guest@127.0.0.3:5673/",
		"Listen on which address? ": "127.0.0.2",
		"? ":                        "annika",
	} {
		if got := rabbitOnly.reply(prompt, filled()); got != want {
			t.Errorf("%q is answered with %q, want %q", prompt, got, want)
		}
	}
}
