package messchat

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/chatspec/chatspec/fixtures/tap/amqp"
)

// A Sample is a message as a submission has published it.
type Sample struct {
	Publication
	// Text is what was sent, which stands somewhere in the body.
	Text string
}

// Write writes a text as the submission writes its own, for a client of another name.
func (s Sample) Write(text, name string) []byte {
	before, after, found := strings.Cut(string(s.Body), s.Text)
	if s.Text == "" || !found {
		return []byte(text)
	}
	return []byte(Renamed(before, s.By, name) + s.written(text) + Renamed(after, s.By, name))
}

// written is how a text stands in a body of this kind.
func (s Sample) written(text string) string {
	if !json.Valid(s.Body) || string(s.Body) == s.Text {
		return text
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return text
	}
	return string(quoted[1 : len(quoted)-1]) // the body has its quotation marks
}

// Where a message has its number, or its id, in a body of JSON: as a number, or as a text.
var numbered = regexp.MustCompile(`("\w*(?:id|num|seq)\w*"\s*:\s*"?)([0-9a-fA-F-]+)("?\s*[,}\]])`)

// What numbers and ids are made of, and how the latter may end.
var (
	isNumber = regexp.MustCompile(`^\d+$`)
	isID     = regexp.MustCompile(`^[0-9a-fA-F-]*[0-9a-fA-F]{4}$`)
)

// another is the number, or the id, that is n after one; any other text is as it was.
func another(value string, n int) string {
	switch {
	case isNumber.MatchString(value):
		number, _ := new(big.Int).SetString(value, 10) // it has digits alone
		return number.Add(number, big.NewInt(int64(n))).String()
	case isID.MatchString(value):
		return fmt.Sprintf("%s%04x", value[:len(value)-4], n&0xffff)
	}
	return value
}

// What a program has drawn stands at the end of a name that it gives itself: me-3f2a90bc11. A time may look so, too.
var (
	drawn  = regexp.MustCompile(`[0-9a-f]{6,}$`)
	isTime = regexp.MustCompile(`\d:\d`)
)

// redrawn is a name that another client would have drawn; any other text is as it was.
func redrawn(value string, n int) string {
	tail := drawn.FindString(value)
	digits := "%04x"
	switch {
	case !strings.ContainsAny(tail, "0123456789"), isTime.MatchString(value):
		return value
	case isNumber.MatchString(tail):
		digits = "%04d"
	}
	return value[:len(value)-4] + fmt.Sprintf(digits, n%10_000)
}

// valueOf is a value in a body of JSON that is a text without signs that would be escaped.
var valueOf = regexp.MustCompile(`(:\s*")([^"\\]*)("\s*[,}\]])`)

// Numbered is a sample that has another number, another id, and another author than this one and than all
// others that it is told apart from by n.
func (s Sample) Numbered(n int) Sample {
	if json.Valid(s.Body) {
		body := numbered.ReplaceAllStringFunc(string(s.Body), func(member string) string {
			parts := numbered.FindStringSubmatch(member)
			return parts[1] + another(parts[2], n) + parts[3]
		})
		s.Body = []byte(valueOf.ReplaceAllStringFunc(body, func(value string) string {
			parts := valueOf.FindStringSubmatch(value)
			return parts[1] + redrawn(parts[2], n) + parts[3]
		}))
	}
	s.Properties = numberedProperties(s.Properties, n)
	return s
}

// named is a header that has a number or an id.
var named = regexp.MustCompile(`(?i)id|num|seq`)

// numberedProperties are a message's own, with another id and author, and others in their headers.
func numberedProperties(written []byte, n int) []byte {
	properties, err := amqp.ParseProperties(written)
	if err != nil {
		return written
	}
	fields, err := properties.Headers.Fields()
	if err != nil {
		return written
	}
	for i, field := range fields {
		fields[i].Value = renumbered(field, n)
	}
	headers, err := amqp.NewTable(fields...)
	if err != nil {
		return written
	}
	properties.Headers = headers
	properties.AppID, properties.ReplyTo = redrawn(properties.AppID, n), redrawn(properties.ReplyTo, n)
	if id := properties.MessageID; id != "" {
		properties.MessageID = another(id, n)
		if properties.MessageID == id {
			properties.MessageID += fmt.Sprint("-", n)
		}
	}
	return properties.Append(nil)
}

// renumbered is the value of a header in a message of another number, id and author.
func renumbered(header amqp.Field, n int) any {
	isNamed := named.MatchString(header.Name)
	switch value := header.Value.(type) {
	case int32:
		if isNamed {
			return value + int32(n)
		}
	case int64:
		if isNamed {
			return value + int64(n)
		}
	case string:
		if isNamed {
			return another(value, n)
		}
		return redrawn(value, n)
	}
	return header.Value
}
