package messchat

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
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

// Where a message has its number, or its id, in a body of JSON.
var (
	number = regexp.MustCompile(`"(\w*(?:id|num|seq)\w*)"(\s*:\s*)(\d{1,15})\b`)
	id     = regexp.MustCompile(`("\w*id"\s*:\s*"[0-9a-f-]{4,})([0-9a-f]{4}")`)
)

// Numbered is a sample that has another number, and another id, than this one and than all
// others that it is told apart from by n.
func (s Sample) Numbered(n int) Sample {
	if json.Valid(s.Body) {
		body := number.ReplaceAllStringFunc(string(s.Body), func(member string) string {
			parts := number.FindStringSubmatch(member)
			value, _ := strconv.Atoi(parts[3]) // it has at most 15 digits
			return fmt.Sprintf("%q%s%d", parts[1], parts[2], value+n)
		})
		s.Body = id.ReplaceAll([]byte(body), fmt.Appendf(nil, `${1}%04x"`, n&0xffff))
	}
	s.Properties = numberedProperties(s.Properties, n)
	return s
}

// named is a header that has a number or an id.
var named = regexp.MustCompile(`(?i)id|num|seq`)

// numberedProperties are a message's own, with other numbers in their headers.
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
		if !named.MatchString(field.Name) {
			continue
		}
		switch value := field.Value.(type) {
		case int32:
			fields[i].Value = value + int32(n)
		case int64:
			fields[i].Value = value + int64(n)
		}
	}
	headers, err := amqp.NewTable(fields...)
	if err != nil {
		return written
	}
	properties.Headers = headers
	return properties.Append(nil)
}
