package chatroom

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
)

// A piece is what a client has said at once: a request, as far as it is one.
type piece struct {
	conn int    // the number of the client's connection, from 0
	text string // the bytes
}

// A script is how the submission's own client says what its user does.
type script struct {
	join, say, quit []piece
	// poll is what clients say again and again, to be told what is new; nothing, where they wait.
	poll []piece
	// name and text are those that stand in it.
	name, text string
	// echoes are what the server has told the client, which says it back.
	echoes []echo
	// fresh is set where each message goes on a connection of its own.
	fresh bool
}

// polls reports whether clients ask again and again what is new.
func (s script) polls() bool { return len(s.poll) > 0 }

// requestLine is the first line of a request (RFC 9112, section 3), as it is recognised whatever
// follows it.
var requestLine = regexp.MustCompile(`(?:[A-Z]+|[a-z]+)[ \t]+\S+[ \t]+(?i:HTTP)/\d(?:\.\d)?`)

// requests takes what a client has said on one connection apart where requests begin.
func requests(said string) []string {
	var all []string
	from := 0
	for _, at := range requestLine.FindAllStringIndex(said, -1) {
		if strings.TrimSpace(said[from:at[0]]) != "" {
			all = append(all, said[from:at[0]])
			from = at[0]
		}
	}
	if from < len(said) {
		all = append(all, said[from:])
	}
	return all
}

// A phase is what somebody has done from one mark in the journal on to the next.
type phase struct{ from, to int }

// numbered numbers the connections of a client, from 0, by those of the journal.
func numbered(events []journal.Event, client string) map[int]int {
	numbers := map[int]int{}
	for _, e := range events {
		if e.Kind == journal.Connected && e.From == client {
			numbers[e.Conn] = len(numbers)
		}
	}
	return numbers
}

// saidIn lists what a client has said in a phase, in order.
func saidIn(events []journal.Event, client string, p phase) []piece {
	numbers := numbered(events, client)
	var order []int
	streams := map[int]string{}
	for _, e := range events[p.from:p.to] {
		number, own := numbers[e.Conn]
		if e.Kind != journal.Wrote || e.From != client || !own {
			continue
		}
		if !slices.Contains(order, number) {
			order = append(order, number)
		}
		streams[number] += e.Data
	}
	var all []piece
	for _, number := range order {
		for _, text := range requests(streams[number]) {
			all = append(all, piece{number, text})
		}
	}
	return all
}

// once drops what a client has said again and again.
func once(pieces []piece) []piece {
	var kept []piece
	for _, p := range pieces {
		if !slices.ContainsFunc(kept, func(other piece) bool { return other.text == p.text }) {
			kept = append(kept, p)
		}
	}
	return kept
}

// A writing is how a text stands in what a client says.
type writing func(text string) string

// writings are those that are known: as it is, in JSON, and in a URL or a form.
func writings() []writing {
	return []writing{
		func(text string) string { return text },
		inJSON,
		url.QueryEscape,
		url.PathEscape,
		func(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") },
	}
}

// inJSON is a text within the quotation marks of a JSON string.
func inJSON(text string) string {
	var quoted strings.Builder
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(text) != nil {
		return text
	}
	return strings.TrimSuffix(strings.TrimSpace(quoted.String())[1:], `"`)
}

// writingOf finds how a text stands in what was said; nil, where it does not.
func writingOf(said, text string) writing {
	for _, write := range writings() {
		if strings.Contains(said, write(text)) {
			return write
		}
	}
	return nil
}

// holding keeps the pieces that hold a text.
func holding(pieces []piece, text string) []piece {
	return slices.DeleteFunc(pieces, func(p piece) bool { return writingOf(p.text, text) == nil })
}

// A change is what is replaced in a piece that is repeated.
type change struct {
	name, text string
	method     string // where it is not the piece's own
	seconds    int    // since the message before
	told       string // what the server has said to who says it
}

// repeat is a piece with nothing replaced but the name, the text, the time, the length, and what the server
// has told.
func (s script) repeat(p piece, c change) string {
	before := len(bodyOf(p.text))
	head, body := cutHead(s.echoing(p.text, c.told))
	replace := func(in string) string {
		in = replaceTime(in, c.seconds)
		if write := writingOf(in, s.text); write != nil && s.text != "" {
			// The new text may hold the old name.
			parts := strings.Split(in, write(s.text))
			for i := range parts {
				parts[i] = s.renamed(parts[i], c.name)
			}
			return strings.Join(parts, write(c.text))
		}
		return s.renamed(in, c.name)
	}
	head, body = replace(head), replace(body)
	head = replaceLength(head, len(body)-before)
	if c.method != "" && requestLine.MatchString(head) {
		head = method.ReplaceAllLiteralString(head, c.method)
	}
	return head + body
}

// renamed replaces the client's name, also where it is that of a user in a header field (RFC 7617, section 2).
func (s script) renamed(in, name string) string {
	for _, end := range []string{":", ""} {
		in = strings.ReplaceAll(in, inBase64(s.name+end), inBase64(name+end))
	}
	return strings.ReplaceAll(in, s.name, name)
}

func inBase64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func bodyOf(text string) string {
	_, body := cutHead(text)
	return body
}

// method is the first word of a request.
var method = regexp.MustCompile(`^\s*[A-Za-z]+`)

// cutHead cuts a request after the empty line that ends its header. Where there is none, all is
// body but its first line.
func cutHead(text string) (head, body string) {
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if before, after, found := strings.Cut(text, end); found {
			return before + end, after
		}
	}
	if at := requestLine.FindStringIndex(text); at != nil {
		return text[:at[1]], text[at[1]:]
	}
	return "", text
}

// timed is a time in front of a message.
var timed = regexp.MustCompile(`\((\d+):(\d{1,2})\)`)

// replaceTime writes another time, as wide as the one that stands there.
func replaceTime(in string, seconds int) string {
	return timed.ReplaceAllStringFunc(in, func(old string) string {
		parts := timed.FindStringSubmatch(old)
		second := strconv.Itoa(seconds % 60)
		if len(second) < 2 && len(parts[2]) == 2 {
			second = "0" + second
		}
		return "(" + strconv.Itoa(seconds/60) + ":" + second + ")"
	})
}

// length is a header field that says how long the body is (RFC 9112, section 6.2).
var length = regexp.MustCompile(`(?i)(content-length\s*:\s*)(\d+)`)

// replaceLength makes a length longer by so much, however it was counted.
func replaceLength(head string, more int) string {
	return length.ReplaceAllStringFunc(head, func(old string) string {
		parts := length.FindStringSubmatch(old)
		count, err := strconv.Atoi(parts[2])
		if err != nil {
			return old
		}
		return parts[1] + strconv.Itoa(count+more)
	})
}
