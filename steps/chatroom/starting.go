package chatroom

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/target"
)

// A way is one of those in which a program may be started: its arguments, with placeholders.
type way []string

// holds reports whether a way tells the program something.
func (w way) holds(placeholder string) bool {
	return slices.ContainsFunc(w, func(word string) bool { return strings.Contains(word, placeholder) })
}

// String is the command line after the program's name, for a report.
func (w way) String() string { return strings.Join(w, " ") }

// ways lists, in the order in which they are tried, how a program may be started: as its
// manifest says, or as its source tells.
func ways(of *target.Target, spec target.Program) []way {
	if len(spec.Arguments) == 1 || len(spec.Launch) == 0 {
		return []way{spec.Arguments[0]}
	}
	var all []way
	add := func(some way) {
		if !slices.ContainsFunc(all, func(other way) bool { return slices.Equal(other, some) }) {
			all = append(all, some)
		}
	}
	script := spec.Launch[len(spec.Launch)-1]
	text, err := of.ReadFile(filepath.Join(spec.Dir, script))
	if err == nil && strings.EqualFold(filepath.Ext(script), ".py") {
		told := argumentsOf(string(text))
		if told == nil {
			return []way{{}} // it looks at none
		}
		if !slices.Contains(told, "") {
			add(told)
		}
	}
	for _, arguments := range spec.Arguments {
		add(arguments)
	}
	return all
}

// What is found in sources in Python.
var (
	argument  = regexp.MustCompile(`(?s)add_argument\(\s*(["'][^)]*?)\)`)
	quotedArg = regexp.MustCompile(`^\s*["']([^"']+)["'][,\s]*`)
	argvOf    = regexp.MustCompile(`(\w+)\s*=\s*(?:int\(|str\()?\s*(?:sys\.)?argv\[(\d)\]`)
	argvAny   = regexp.MustCompile(`\bargv\b`)
)

// argumentsOf are the arguments that a source in Python tells of, each as a placeholder, or
// nothing where its meaning is not known; nil, where it looks at none.
func argumentsOf(source string) way {
	var options, positionals way
	for _, match := range argument.FindAllStringSubmatch(source, -1) {
		text, name := match[1], ""
		for {
			quoted := quotedArg.FindStringSubmatch(text)
			if quoted == nil {
				break
			}
			name, text = quoted[1], text[len(quoted[0]):]
		}
		switch value := meaning(name); {
		case !strings.HasPrefix(name, "-"):
			positionals = append(positionals, value)
		case value != "" && !strings.Contains(text, "store_true"):
			options = append(options, name, value)
		}
	}
	for _, match := range argvOf.FindAllStringSubmatch(source, -1) {
		at := int(match[2][0] - '1')
		if at < 0 || at > 4 {
			continue
		}
		for len(positionals) <= at {
			positionals = append(positionals, "")
		}
		positionals[at] = meaning(match[1])
	}
	found := append(positionals, options...)
	if len(found) == 0 && argvAny.MatchString(source) {
		return way{""}
	}
	return found
}

// aWord finds a word that is none of a longer one.
func aWord(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		return regexp.MustCompile(`(?:^|[^a-z])` + word + `(?:[^a-z]|$)`).MatchString(text)
	})
}

// meaning is the placeholder that a name in a source, or a question, stands for; nothing, where
// it tells nothing.
func meaning(name string) string {
	name = strings.ToLower(strings.ReplaceAll(strings.TrimLeft(name, "-"), "_", " "))
	switch {
	case aWord(name, "your name", "user", "username", "user name", "nick", "nickname", "alias", "client name", "who"):
		return "{name}"
	case aWord(name, "port"):
		return "{port}"
	case aWord(name, "ip", "host", "hostname", "addr", "address", "server name", "server's name", "name of the server", "bind"):
		return "{ip}"
	case aWord(name, "name"):
		return "{name}"
	case aWord(name, "server"):
		return "{ip}"
	}
	return ""
}

// reply is what is typed to a client that asks for something. What is not understood is taken for
// the question for a name, and so is every question of one that was told where the server is.
func reply(prompt string, started way, at netip.AddrPort, name string) (text string, isName bool) {
	asked := meaning(prompt)
	switch {
	case started.holds("{port}"):
	case asked == "{port}":
		return fmt.Sprint(at.Port()), false
	case asked == "{ip}":
		return at.Addr().String(), false
	}
	return name, true
}

// valuesOf fills the placeholders of a command line.
func valuesOf(at netip.AddrPort, name string) target.Values {
	return target.Values{"ip": {at.Addr().String()}, "port": {fmt.Sprint(at.Port())}, "address": {at.String()}, "name": {name}}
}
