package messchat

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/fixtures/target"
)

// A Way is one of those in which a mess_chat may be started.
type Way struct {
	// Launch are the words that start it; nil, those of the target. Arguments follow.
	launch, arguments []string
	// env are the variables that its source asks for, each with a placeholder.
	env []string
	// demanded are the names of those without which it does not start.
	demanded []string
	services services
}

// String is the command line after the interpreter, for a report.
func (w Way) String() string {
	words := w.arguments
	if len(w.launch) > 1 {
		words = append(slices.Clone(w.launch[1:]), w.arguments...)
	}
	return strings.Join(words, " ")
}

// isSame reports whether another has the same command line.
func (w Way) isSame(other Way) bool {
	return slices.Equal(w.launch, other.launch) && slices.Equal(w.arguments, other.arguments)
}

// A source is what is read of a program's source to find out how it is started.
type source struct {
	options     []string // with their placeholders: --port {port}
	positionals []string // placeholders; "" is one of which nothing is known
	env         []string // NAME={placeholder}
	demanded    []string // the names of those that have no default
	apps        []app
	isMain      bool // it says what to do when it is run
	usesArgv    bool

	services services // of which its names can be
}

// What is found in sources: in Python, and, of the environment, in JavaScript, Go, Java and C, too.
var (
	goFlag    = regexp.MustCompile(`\bflag\.(?:String|Int|Uint|Func|TextVar|StringVar|IntVar|UintVar)\(\s*(?:&[\w.]+,\s*)?"([\w-]+)"`)
	argument  = regexp.MustCompile(`(?s)add_argument\(\s*(["'][^)]*?)\)`)
	quotedArg = regexp.MustCompile(`^\s*["']([^"']+)["']`)
	argvOf    = regexp.MustCompile(`(\w+)\s*=\s*(?:int\(|str\()?\s*(?:sys\.)?argv\[(\d)\]`)
	argvAt    = regexp.MustCompile(`\bargv\[(\d)\]`)
	argvAny   = regexp.MustCompile(`\bargv\b`)
	demandOf  = regexp.MustCompile(`environ\[\s*["'](\w+)["']`)
	envOf     = regexp.MustCompile(`(?:environ(?:\.get\(|\[)|[gG]etenv\(|LookupEnv\()\s*["'](\w+)["']|process\.env\.(\w+)`)
	// What RabbitMQ is called, and where it is mostly found.
	brokerWord = regexp.MustCompile(`(?i)rabbit|amqp|rmq|broker|\b5672\b`)
	mainOf     = regexp.MustCompile(`__name__\s*==\s*["']__main__["']|\.run\(|serve_forever\(`)
)

// readSource reads all sources of a submission's folder, of which the first is the
// program itself.
func (known services) readSource(texts ...string) source {
	s := source{services: known}
	main := texts[0]
	for _, text := range tellingArguments(texts) {
		for _, match := range argument.FindAllStringSubmatch(text, -1) {
			s.addArgument(match[1])
		}
		for _, match := range goFlag.FindAllStringSubmatch(text, -1) {
			s.addOption("-"+match[1], known.meaning(match[1]))
		}
	}
	for _, match := range argvOf.FindAllStringSubmatch(main, -1) {
		s.addPositional(match[2], known.meaning(match[1]))
	}
	for _, match := range argvAt.FindAllStringSubmatch(main, -1) {
		s.addPositional(match[1], "") // of which the name tells nothing, as in Chat(argv[2])
	}
	s.apps = appsOf(main)
	for _, text := range texts {
		for _, match := range envOf.FindAllStringSubmatch(text, -1) {
			s.addVariable(match[1] + match[2])
		}
		for _, match := range demandOf.FindAllStringSubmatch(text, -1) {
			s.demanded = append(s.demanded, match[1])
		}
	}
	s.isMain = mainOf.MatchString(main)
	s.usesArgv = argvAny.MatchString(main)
	return s
}

// tellingArguments are those of some sources that tell of arguments: the program itself, or, where
// that tells of none, all.
func tellingArguments(texts []string) []string {
	if argument.MatchString(texts[0]) || argvAny.MatchString(texts[0]) {
		return texts[:1]
	}
	return texts
}

// addPositional adds an argument at a place, a digit, unless it is known already.
func (s *source) addPositional(place, meaning string) {
	at := int(place[0] - '1')
	if at < 0 || at > 8 {
		return
	}
	for len(s.positionals) <= at {
		s.positionals = append(s.positionals, "")
	}
	if meaning != "" {
		s.positionals[at] = meaning
	}
}

// addArgument adds one of argparse's.
func (s *source) addArgument(text string) {
	var names []string
	for {
		match := quotedArg.FindStringSubmatch(text)
		if match == nil {
			break
		}
		names = append(names, match[1])
		text = strings.TrimLeft(text[len(match[0]):], ", \n\t")
	}
	if len(names) == 0 {
		return
	}
	long := names[len(names)-1]
	if !strings.HasPrefix(long, "-") {
		s.positionals = append(s.positionals, s.services.meaning(long))
		return
	}
	takesNothing := strings.Contains(text, "store_true") || strings.Contains(text, "store_false")
	value := s.services.meaning(long)
	if isAboutBroker(text) {
		value = cmp.Or(brokersOwn()[value], value)
	}
	if !takesNothing {
		s.addOption(long, value)
	}
}

// addOption adds an option that takes a value, if it is known what that is.
func (s *source) addOption(name, value string) {
	if value != "" && !slices.Contains(s.options, name) {
		s.options = append(s.options, name, value)
	}
}

// isAboutBroker reports whether what is said of an argument beside its name, its default or its help, speaks of RabbitMQ.
func isAboutBroker(said string) bool { return brokerWord.MatchString(said) }

// brokersOwn is what an address stands for that is the broker's.
func brokersOwn() map[string]string {
	return map[string]string{"{port}": "{amqp_port}", "{ip}": "{amqp_host}"}
}

func (s *source) addVariable(name string) {
	value := s.services.meaning(name)
	if value == "" || slices.Contains(s.env, name+"="+value) {
		return
	}
	s.env = append(s.env, name+"="+value)
}

// services are those of which a program may be told where they are.
type services struct {
	// database is set where MongoDB is one, besides RabbitMQ.
	database bool
}

// What stands for itself only: an ip, and not in a recipient; a db, and not in a feedback.
var (
	ip = regexp.MustCompile(`(?:^|[^a-z])ip(?:[^a-z]|$)`)
	db = regexp.MustCompile(`(?:^|[^a-z])db(?:[^a-z]|$|name)`)
)

// meaning is the placeholder that a name stands for; nothing, where it tells nothing.
func (known services) meaning(name string) string {
	name = strings.ToLower(strings.Trim(name, "-"))
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(name, word) })
	}
	hasIP := ip.MatchString(name)
	if known.database && (has("mongo", "database") || db.MatchString(name)) {
		return ofDatabase(has, hasIP)
	}
	ofBroker := has("rabbit", "amqp", "rmq", "broker", "mq_", "pika")
	switch {
	case slices.Contains([]string{"rabbitmq", "rabbit", "broker"}, name):
		return "{amqp_host}"
	case has("vhost", "virtual"):
		return "{amqp_vhost}"
	case has("pass", "pwd"):
		return "{amqp_password}"
	case ofBroker && has("url", "uri"), has("amqp_url", "cloudamqp"):
		return "{amqp_url}"
	case ofBroker && has("port"):
		return "{amqp_port}"
	case ofBroker && (hasIP || has("host", "server", "addr")):
		return "{amqp_host}"
	case ofBroker && has("user", "login"):
		return "{amqp_user}"
	case has("port"):
		return "{port}"
	case hasIP || has("host", "bind", "addr"):
		return "{ip}"
	case has("name", "alias", "user", "queue", "client", "private", "nick", "who"):
		return "{name}"
	}
	return ""
}

// ofDatabase is the placeholder that a name stands for which is one of the database's.
func ofDatabase(has func(...string) bool, hasIP bool) string {
	switch {
	case has("pass", "pwd"):
		return "{mongo_password}"
	case has("url", "uri", "conn"):
		return "{mongo_url}"
	case has("port"):
		return "{mongo_port}"
	case hasIP || has("host", "server", "addr"):
		return "{mongo_host}"
	case has("user", "login"):
		return "{mongo_user}"
	}
	return "{mongo_db}"
}

// ways lists, in the order in which they are tried, how a program may be started whose
// manifest does not say so.
func (s source) ways(spec target.Program, python bool) []Way {
	var all []Way
	add := func(launch []string, arguments ...string) {
		if arguments == nil {
			arguments = []string{}
		}
		way := Way{launch: launch, arguments: arguments, env: s.env, demanded: s.demanded, services: s.services}
		if !slices.ContainsFunc(all, way.isSame) {
			all = append(all, way)
		}
	}
	if s.isMain || !python {
		known := !slices.Contains(s.positionals, "")
		if len(s.options)+len(s.positionals) > 0 && known {
			add(nil, append(slices.Clone(s.positionals), s.options...)...)
		}
		switch {
		case len(s.options) > 0:
		case s.usesArgv || !python:
			for _, arguments := range spec.Arguments {
				add(nil, arguments...)
			}
		default:
			add(nil)
		}
		if !slices.ContainsFunc(all, func(w Way) bool { return len(w.arguments) == 0 }) {
			add(nil)
		}
	}
	if !python {
		return all
	}
	interpreter, module := spec.Launch[0], strings.TrimSuffix(spec.Launch[len(spec.Launch)-1], ".py")
	for _, app := range s.apps {
		launch, arguments := app.words(interpreter, module)
		add(launch, arguments...)
	}
	return all
}

// valuesOf fills the placeholders of a command line.
func valuesOf(name string, api, rabbit netip.AddrPort) target.Values {
	return target.Values{
		"name":          {name},
		"ip":            {api.Addr().String()},
		"port":          {fmt.Sprint(api.Port())},
		"amqp_url":      {fmt.Sprintf("amqp://guest:guest@%s/", rabbit)},
		"amqp_host":     {rabbit.Addr().String()},
		"amqp_port":     {fmt.Sprint(rabbit.Port())},
		"amqp_user":     {"guest"},
		"amqp_password": {"guest"},
		"amqp_vhost":    {"/"},
	}
}

// The user, and the database, that programs are told of.
const (
	mongoUser     = "chat"
	mongoDatabase = "chat"
)

// valuesOfDatabase fills the placeholders that are about MongoDB. Its URL names no user:
// nobody need log in.
func valuesOfDatabase(at netip.AddrPort) target.Values {
	return target.Values{
		"mongo_url":      {fmt.Sprintf("mongodb://%s/", at)},
		"mongo_host":     {at.Addr().String()},
		"mongo_port":     {fmt.Sprint(at.Port())},
		"mongo_db":       {mongoDatabase},
		"mongo_user":     {mongoUser},
		"mongo_password": {database.Password},
	}
}

// customary are the variables by which people tell programs where services are, and where
// to listen.
func (known services) customary() []string {
	env := []string{"PORT={port}", "AMQP_URL={amqp_url}", "CLOUDAMQP_URL={amqp_url}", "RABBITMQ_URL={amqp_url}", "BROKER_URL={amqp_url}"}
	for _, prefix := range []string{"RABBITMQ", "RABBIT", "RMQ", "AMQP"} {
		env = append(env, prefix+"_HOST={amqp_host}", prefix+"_PORT={amqp_port}", prefix+"_USER={amqp_user}",
			prefix+"_USERNAME={amqp_user}", prefix+"_PASSWORD={amqp_password}", prefix+"_VHOST={amqp_vhost}")
	}
	if !known.database {
		return env
	}
	for _, prefix := range []string{"MONGO", "MONGODB"} {
		env = append(env, prefix+"_URL={mongo_url}", prefix+"_URI={mongo_url}", prefix+"_HOST={mongo_host}", prefix+"_PORT={mongo_port}",
			prefix+"_USER={mongo_user}", prefix+"_USERNAME={mongo_user}", prefix+"_PASSWORD={mongo_password}",
			prefix+"_DB={mongo_db}", prefix+"_DATABASE={mongo_db}")
	}
	return env
}

// Environment fills the variables of a Way, and the customary ones that it does not name.
func (w Way) Environment(values target.Values) []string {
	all := slices.Clone(w.env)
	for _, variable := range w.services.customary() {
		name, _, _ := strings.Cut(variable, "=")
		named := slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(other, name+"=") })
		if !named {
			all = append(all, variable)
		}
	}
	return target.Fill(all, values)
}

// EnvironmentOfTests is what a submission's tests find: who tries them tells them where services are, and does
// not give one name to all the clients that they make.
func (w Way) EnvironmentOfTests(values target.Values) []string {
	w.env = slices.DeleteFunc(slices.Clone(w.env), func(variable string) bool {
		name, value, _ := strings.Cut(variable, "=")
		return value == "{name}" && !slices.Contains(w.demanded, name)
	})
	return w.Environment(values)
}

// reply is what is typed to a program that asks for something; what is not understood
// gets the client's name.
func (known services) reply(prompt string, values target.Values) string {
	placeholder := known.meaning(prompt)
	if strings.Contains(strings.ToLower(prompt), "host") && !strings.Contains(strings.ToLower(prompt), "name") && placeholder != "{mongo_host}" {
		placeholder = "{amqp_host}"
	}
	if placeholder == "" {
		placeholder = "{name}"
	}
	return target.Fill([]string{placeholder}, values)[0]
}
