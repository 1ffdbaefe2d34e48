package messchat

import (
	"regexp"
	"strings"
)

// An app is what a framework of Python's serves, and somebody else starts: a variable of a
// module, or what a function makes.
type app struct {
	server string // that is started, as Python's -m has it
	name   string
	isMade bool // by the function of that name
}

// What is found in sources in Python.
var (
	appOf    = regexp.MustCompile(`(?m)^(\w+)\s*=\s*(?:\w+\.)?(FastAPI|Starlette|Flask|Quart)\(`)
	function = regexp.MustCompile(`(?m)^def\s+(\w+)\(([^)]*)\).*:[ \t]*(?:#.*)?\n((?:(?:[ \t].*)?\n)*)`)
	makes    = regexp.MustCompile(`(?:=|return)\s*(?:\w+\.)?(FastAPI|Starlette|Flask|Quart)\(`)
	returns  = regexp.MustCompile(`(?m)^\s+return\s+\w`)
)

// appsOf lists the apps of a source, those last that functions make.
func appsOf(source string) []app {
	var all []app
	for _, match := range appOf.FindAllStringSubmatch(source, -1) {
		all = append(all, app{server: serverOf(match[2]), name: match[1]})
	}
	for _, match := range function.FindAllStringSubmatch(source+"\n", -1) {
		name, parameters, body := match[1], match[2], match[3]
		made := makes.FindStringSubmatch(body)
		if made != nil && returns.MatchString(body) && needsNothing(parameters) {
			all = append(all, app{server: serverOf(made[1]), name: name, isMade: true})
		}
	}
	return all
}

// serverOf is what serves the apps of a framework, where they do not themselves.
func serverOf(framework string) string {
	if framework == "Flask" {
		return "flask"
	}
	return "uvicorn"
}

// needsNothing reports whether a function can be called without arguments.
func needsNothing(parameters string) bool {
	for parameter := range strings.SplitSeq(parameters, ",") {
		parameter = strings.TrimSpace(parameter)
		if parameter != "" && !strings.HasPrefix(parameter, "*") && !strings.Contains(parameter, "=") {
			return false
		}
	}
	return true
}

// words are the command line by which an app of a module is served.
func (a app) words(interpreter, module string) (launch, arguments []string) {
	launch = []string{interpreter, "-m", a.server}
	if a.server == "flask" {
		return launch, []string{"--app", module + ":" + a.name, "run", "--port", "{port}"}
	}
	arguments = []string{module + ":" + a.name, "--host", "{ip}", "--port", "{port}"}
	if a.isMade {
		arguments = append(arguments, "--factory")
	}
	return launch, arguments
}
