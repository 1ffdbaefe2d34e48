package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/fixtures/target"
)

// byHand lists commands, each for a terminal of its own, that start what a rule is about: the
// services, the programs of its part as the reference has them, and whoever talks to somebody
// twice.
func byHand(catalogue features.Catalogue, rule features.Rule) []string {
	of := catalogue.Of(rule)
	var lines []string
	for _, service := range of.Services {
		lines = append(lines, "chatspec "+service.Kind)
	}
	programs := slices.DeleteFunc(slices.Clone(of.Programs), func(p assignment.Program) bool { return p.Supplied || !inPartOf(rule, p) })
	slices.SortStableFunc(programs, func(a, b assignment.Program) int { return rank(a) - rank(b) })
	for _, p := range programs {
		for _, user := range usersOf(p) {
			words := append([]string{"chatspec", "reference", target.InReference(catalogue.HandedIn(), of.ID, p.Name)}, target.Fill(p.Arguments[0], valuesFor(p, user))...)
			lines = append(lines, strings.Join(words, " "))
		}
	}
	return lines
}

var number = regexp.MustCompile(`^[A-Z]+-(\d+)\.`)

// inPartOf reports whether a program is started in the part of a rule, where there are parts: who
// is asked for there, and clients of parts before.
func inPartOf(rule features.Rule, p assignment.Program) bool {
	match := number.FindStringSubmatch(rule.ID)
	if len(p.Parts) == 0 || match == nil || p.Parts[0] == match[1] {
		return true
	}
	return slices.Contains(p.Parts, match[1]) && p.Parts[0] < match[1] && rank(p) > 0
}

// rank puts servers before those who connect to them.
func rank(p assignment.Program) int {
	if strings.Contains(p.Name, "server") {
		return 0
	}
	return 1
}

// A handUser is somebody at a terminal.
type handUser struct{ name, port, other string }

// usersOf are those who start a program: two, where it is one that a user has.
func usersOf(p assignment.Program) []handUser {
	ann, bob := handUser{"ann", "5001", "127.0.0.1:5002"}, handUser{"bob", "5002", "127.0.0.1:5001"}
	if rank(p) > 0 && slices.Contains(p.Arguments[0], "{name}") {
		return []handUser{ann, bob}
	}
	return []handUser{ann}
}

// valuesFor fill a program's placeholders for a user: servers are at 127.0.0.1:5000, and where
// there are two, they publish at 5100.
func valuesFor(p assignment.Program, user handUser) target.Values {
	values := target.Values{}
	for _, placeholder := range p.Placeholders {
		values[placeholder.Name] = []string{valueFor(p, placeholder, user)}
	}
	return values
}

func valueFor(p assignment.Program, placeholder assignment.Placeholder, user handUser) string {
	ofServer := strings.Contains(placeholder.Meaning, "server") || rank(p) == 0
	switch placeholder.Name {
	case "name", "username":
		return user.name
	case "port":
		if ofServer {
			return "5000"
		}
		return user.port
	case "peers":
		return user.other
	case "post_port", "server_port":
		return "5000"
	case "pub_port":
		return "5100"
	case "address", "server":
		return "127.0.0.1:5000"
	case "ip", "server_ip":
		return "127.0.0.1"
	case "channel":
		return "MPCS"
	case "message":
		return "hello"
	case "amqp_url":
		return "amqp://guest:guest@127.0.0.1:5672/"
	case "mongo_url":
		return "mongodb://127.0.0.1:27017/"
	}
	return "{" + placeholder.Name + "}"
}
