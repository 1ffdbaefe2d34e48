package chatroom

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/steps"
)

// An echo is what the server has told a client, and the client says back in what follows: a token, a cookie,
// an identifier. Somebody else is told another one.
type echo struct {
	text string // or the name of a number
	// numbered is set where it is a number, which may stand anywhere: it is known by its name.
	numbered bool
	// number is the client's, where the server does not call it as the client does: the client may have said
	// another one before it was told.
	number string
	// before are the ways in which it is found in what the server says: by what stands in front of it, the
	// most exact one first.
	before []string
}

// token is what an echo is made of, if it is no number. A shorter one may stand anywhere by chance.
var token = regexp.MustCompile(`[A-Za-z0-9_-]{4,}`)

// echoesOf finds what a client has said back, in all that was said. What the server has told another client as
// well is no token, but a word that both use, such as a header field.
func echoesOf(events []journal.Event, client, another string) []echo {
	var all []echo
	var told, said strings.Builder
	common, others := toldTo(events, another), saidBy(events, another)
	for _, e := range events {
		switch {
		case e.Kind != journal.Wrote:
		case e.From == steps.Server && e.To == client:
			told.WriteString(e.Data + gap)
		case e.From == client && e.To == steps.Server:
			for _, word := range token.FindAllString(e.Data, -1) {
				known := slices.ContainsFunc(all, func(e echo) bool { return e.text == word })
				if known || strings.Contains(said.String(), word) || placeOf(common, word) >= 0 {
					continue
				}
				heard := withoutSize(told.String())
				if at := placeOf(heard, word); at >= 0 {
					all = append(all, echo{text: word, before: waysTo(heard[:at])})
				}
			}
			all = append(all, numbersOf(all, e.Data, told.String(), said.String(), common)...)
			all = append(all, renamedNumbersOf(all, e.Data, withoutSize(told.String()), said.String(), common, others)...)
			said.WriteString(e.Data)
		}
	}
	return all
}

// small is a small number, which a letter or two may stand before.
const small = `[A-Za-z]{0,2}\d{1,3}`

// named is a small number with its name in front, in JSON, a form, a URL or a header field.
var named = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_-]*)["']?\s*[:=/]\s*["']?(` + small + `)\b`)

// numbersOf finds the numbers that a client says back for the first time, and that another has been told otherwise.
func numbersOf(known []echo, now, told, said, common string) (all []echo) {
	for _, parts := range named.FindAllStringSubmatch(now, -1) {
		name, number := parts[1], parts[2]
		isKnown := func(e echo) bool { return e.text == name }
		switch other := numberIn(common, name); {
		case numberIn(told, name) != number, other == "", other == number:
		case numberIn(said, name) != "", slices.ContainsFunc(known, isKnown), slices.ContainsFunc(all, isKnown):
		case strings.EqualFold(name, "content-length"):
		default:
			all = append(all, echo{text: name, numbered: true})
		}
	}
	return all
}

// renamedNumbersOf finds the numbers that a client says back for the first time under another name than the
// server's, or that it was told without any: another, who was told another one there, says that under the same name.
func renamedNumbersOf(known []echo, now, told, said, common, others string) (all []echo) {
	for _, parts := range named.FindAllStringSubmatch(now, -1) {
		name, number := parts[1], parts[2]
		isKnown := func(e echo) bool { return e.text == name }
		if says(said, name, number) || slices.ContainsFunc(known, isKnown) || slices.ContainsFunc(all, isKnown) {
			continue
		}
		for _, at := range short.FindAllStringIndex(told, -1) {
			if told[at[0]:at[1]] != number || length.MatchString(told[:at[1]][max(0, at[0]-len("content-length: ")):]) {
				continue
			}
			e := echo{text: name, numbered: true, number: number, before: waysTo(told[:at[0]])}
			if other := e.numberFor(common); other != number && says(others, name, other) {
				all = append(all, e)
				break
			}
		}
	}
	return all
}

// short is a small number by itself.
var short = regexp.MustCompile(`\b` + small + `\b`)

// says reports whether a number stands under a name in a text.
func says(text, name, number string) bool {
	return slices.ContainsFunc(named.FindAllStringSubmatch(text, -1), func(parts []string) bool { return parts[1] == name && parts[2] == number })
}

// numberFor is what somebody says in place of a number who was told otherwise; nobody's, where there is nothing.
func (e echo) numberFor(told string) string {
	if e.number == "" {
		return cmp.Or(numberIn(told, e.text), nobodys)
	}
	for _, before := range e.before {
		if found := regexp.MustCompile(regexp.QuoteMeta(before) + gap + `?(` + small + `)\b`).FindStringSubmatch(told); found != nil {
			return found[1]
		}
	}
	return nobodys
}

// numberIn is the first number of a name in a text, or nothing.
func numberIn(text, name string) string {
	for _, parts := range named.FindAllStringSubmatch(text, -1) {
		if parts[1] == name {
			return parts[2]
		}
	}
	return ""
}

// mostTold bounds what is looked through: who comes in is told at the beginning who he is.
const mostTold = 32 << 10

// toldTo is what the server has said to a client at the beginning, with a gap after each piece.
func toldTo(events []journal.Event, client string) string {
	var all strings.Builder
	for _, e := range events {
		if all.Len() > mostTold {
			break
		}
		if e.Kind == journal.Wrote && e.From == steps.Server && e.To == client {
			all.WriteString(e.Data + gap)
		}
	}
	return withoutSize(all.String())
}

// saidBy is what a client has said, with a gap after each piece.
func saidBy(events []journal.Event, client string) string {
	var all strings.Builder
	for _, e := range events {
		if e.Kind == journal.Wrote && e.From == client && e.To == steps.Server {
			all.WriteString(e.Data + gap)
		}
	}
	return all.String()
}

// size is that of a body's first chunk (RFC 9112, section 7.1).
var size = regexp.MustCompile(`(?is)(transfer-encoding:[ \t]*chunked.*?\r\n\r\n` + gap + `?)[0-9a-f]+\r\n`)

// withoutSize leaves out the sizes of first chunks: they differ where the same is said to another.
func withoutSize(told string) string { return size.ReplaceAllString(told, "$1") }

// gap is put between what was said at once and what follows: a token may end there.
const gap = "\x00"

// placeOf is where a word stands in a text by itself, or -1.
func placeOf(text, word string) int {
	for _, at := range token.FindAllStringIndex(text, -1) {
		if text[at[0]:at[1]] == word {
			return at[0]
		}
	}
	return -1
}

// inFront is what stands in front of an echo: what is between it and the word before, and that word.
var inFront = regexp.MustCompile(`([A-Za-z0-9_-]*)([^A-Za-z0-9_-]{1,8})$`)

func waysTo(before string) []string {
	parts := inFront.FindStringSubmatch(strings.ReplaceAll(before, gap, ""))
	if parts == nil {
		return nil
	}
	ways := []string{parts[1] + parts[2]}
	if strings.Contains(parts[2], "\n") { // it is the first of its line, whatever ends the one before
		ways = append(ways, parts[2])
	}
	return ways
}

// in finds what stands in place of the echo in what the server has told somebody else. Where there is
// nothing, it is the echo itself.
func (e echo) in(told string) string {
	for _, before := range e.before {
		found := regexp.MustCompile(regexp.QuoteMeta(before) + gap + `?(` + token.String() + `)`).FindStringSubmatch(told)
		if found != nil {
			return found[1]
		}
	}
	return e.text
}

// nobodys is the number of who was told none: that of the client is somebody else's here.
const nobodys = "987"

// echoing replaces in what a client has said what it was told by what somebody else was told.
func (s script) echoing(text, told string) string {
	for _, e := range s.echoes {
		switch {
		case !e.isIn(text):
		case e.numbered:
			text = e.withNumber(text, e.numberFor(told))
		default:
			text = strings.ReplaceAll(text, e.text, e.in(told))
		}
	}
	return text
}

// withNumber puts a number in place of each that has the name.
func (e echo) withNumber(text, number string) string {
	var all strings.Builder
	from := 0
	for _, at := range named.FindAllStringSubmatchIndex(text, -1) {
		if text[at[2]:at[3]] == e.text && (e.number == "" || text[at[4]:at[5]] == e.number) {
			all.WriteString(text[from:at[4]] + number)
			from = at[5]
		}
	}
	return all.String() + text[from:]
}

// isIn reports whether a client says it back in a text.
func (e echo) isIn(text string) bool {
	switch {
	case e.number != "":
		return says(text, e.text, e.number)
	case e.numbered:
		return numberIn(text, e.text) != ""
	}
	return placeOf(text, e.text) >= 0
}

// hasEcho reports whether a client says something back in a piece.
func (s script) hasEcho(p piece) bool {
	return slices.ContainsFunc(s.echoes, func(e echo) bool { return e.isIn(p.text) })
}
