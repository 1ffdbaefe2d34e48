package messchat

import (
	"regexp"
	"slices"
	"strings"
)

// How programs say that an argument is missing: as argparse, click and typer, commander and
// yargs do it. What is missing is the last group.
var (
	missingList   = regexp.MustCompile(`(?:arguments are required|Missing required arguments?): ([\w\-/, ]+)`)
	missingOption = regexp.MustCompile(`(?:Missing option|required option) '.*?(--[a-z][\w-]*)`)
	missingPlace  = regexp.MustCompile(`(?i)missing (?:required )?argument '(\w+)`)
)

// byYargs begins what yargs says, which leaves the dashes away.
const byYargs = "Missing required argument"

// demandedBy lists the arguments without which a program says that it does not start: options with
// their dashes, and the names of others.
func demandedBy(said string) []string {
	var all []string
	for _, match := range missingList.FindAllStringSubmatch(said, -1) {
		for name := range strings.SplitSeq(match[1], ",") {
			name = strings.TrimSpace(name)
			if spellings := strings.Split(name, "/"); len(spellings) > 1 { // as in -p/--port
				name = spellings[len(spellings)-1]
			}
			if strings.HasPrefix(match[0], byYargs) {
				name = "--" + name
			}
			all = append(all, name)
		}
	}
	for _, form := range []*regexp.Regexp{missingOption, missingPlace} {
		for _, match := range form.FindAllStringSubmatch(said, -1) {
			all = append(all, match[1])
		}
	}
	return all
}

// with is the way with the arguments that a program has asked for as it ended. It reports false
// where it has asked for none that is new, and understood.
func (w Way) with(said string) (Way, bool) {
	arguments := slices.Clone(w.arguments)
	for _, name := range demandedBy(said) {
		value := w.services.meaning(name)
		isOption := strings.HasPrefix(name, "-")
		switch {
		case value == "":
		case isOption && !slices.Contains(arguments, name):
			arguments = append(arguments, name, value)
		case !isOption && !slices.Contains(arguments, value):
			arguments = append(arguments, value)
		}
	}
	if len(arguments) == len(w.arguments) {
		return w, false
	}
	w.arguments = arguments
	return w, true
}
