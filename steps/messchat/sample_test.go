package messchat

import (
	"encoding/json"
	"testing"

	"github.com/chatspec/chatspec/fixtures/tap/amqp"
)

func TestABodyIsWrittenAsTheSubmissionWritesIts(t *testing.T) {
	const nasty = `she said "yes"`
	for _, c := range []struct{ name, sample, text, want string }{
		{"the text itself", "kumquat", nasty, nasty},
		{"with a name before it", "annika: kumquat", nasty, `otto: she said "yes"`},
		{"in JSON", `{"from": "annika", "text": "kumquat"}`, nasty, `{"from": "otto", "text": "she said \"yes\""}`},
		{"a string of JSON", `"kumquat"`, `a\b`, `"a\\b"`},
		{"as Python shows it", `{'user': 'annika', 'text': 'kumquat'}`, "plum", `{'user': 'otto', 'text': 'plum'}`},
		{"the text is not in it", "a3VtcXVhdA==", "plum", "plum"},
		{"none is known", "", "plum", "plum"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Sample{Publication: Publication{By: "annika", Body: []byte(c.sample)}}
			if c.sample != "" {
				s.Text = "kumquat"
			}
			got := string(s.Write(c.text, "otto"))
			if got != c.want || json.Valid([]byte(c.sample)) && !json.Valid([]byte(got)) {
				t.Errorf("as %s, %s becomes %s, want %s", c.sample, c.text, got, c.want)
			}
		})
	}
}

func TestANumberedSampleHasOtherNumbers(t *testing.T) {
	headers, err := amqp.NewTable(
		amqp.Field{Name: "sequence_number", Kind: 'I', Value: int32(1)}, amqp.Field{Name: "id", Kind: 'l', Value: int64(7)},
		amqp.Field{Name: "mess_id", Kind: 'S', Value: "5817394013382738811"}, amqp.Field{Name: "uuid", Kind: 'S', Value: "0b0e1b2c-aaaa-bbbb"},
		amqp.Field{Name: "sent", Kind: 'l', Value: int64(7)}, amqp.Field{Name: "name_of_id", Kind: 'S', Value: "x"},
	)
	must(t, err)
	written := amqp.Properties{ContentType: "text/plain", MessageID: "41", Headers: headers, Has: amqp.HasContentType | amqp.HasMessageID | amqp.HasHeaders}.Append(nil)
	for _, c := range []struct{ name, body, want string }{
		{"a text", "id: 7", "id: 7"},
		{"numbers", `{"text": "kumquat 1", "id": 7, "sequence_num":1, "sent": 5}`, `{"text": "kumquat 1", "id": 17, "sequence_num":11, "sent": 5}`},
		{"a long number", `{"id": 170141183460469231731687303715884105720}`, `{"id": 170141183460469231731687303715884105730}`},
		{"a number in quotes", `{"id": "7", "void": "seven"}`, `{"id": "17", "void": "seven"}`},
		{"a text of letters that are digits elsewhere", `{"guide": "cafe at seven"}`, `{"guide": "cafe at seven"}`},
		{"a UUID", `{"mess_id": "0b0e1b2c-aaaa-bbbb"}`, `{"mess_id": "0b0e1b2c-aaaa-000a"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Sample{Publication: Publication{Body: []byte(c.body), Properties: written}}.Numbered(10)
			if string(got.Body) != c.want {
				t.Errorf("the body is %s, want %s", got.Body, c.want)
			}
			copied := propertiesOf(got.Publication, "otto")
			if copied.ContentType != "text/plain" || copied.Headers["sequence_number"] != int32(11) || copied.Headers["id"] != int64(17) ||
				copied.Headers["sent"] != int64(7) || copied.Headers["name_of_id"] != "x" ||
				copied.Headers["mess_id"] != "5817394013382738821" || copied.Headers["uuid"] != "0b0e1b2c-aaaa-000a" || copied.MessageId != "51" {
				t.Errorf("the properties are %+v", copied)
			}
		})
	}
	if got := (Sample{Publication: Publication{Properties: []byte{1}}}).Numbered(1); string(got.Properties) != "\x01" {
		t.Errorf("properties that cannot be read have become %q", got.Properties)
	}
}

// Whoever leaves out what has come already takes each copy for another message.
func TestEachCopyIsAnotherMessage(t *testing.T) {
	own := Sample{Publication: Publication{Body: []byte(`{"id": 7, "text": "kumquat"}`), Properties: amqp.Properties{MessageID: "annika-7", Has: amqp.HasMessageID}.Append(nil)}}
	var w World
	seen := map[string]bool{"7 annika-7": true}
	for range 3 {
		s := w.Copy(own)
		var body struct{ ID json.Number }
		must(t, json.Unmarshal(s.Body, &body))
		seen[body.ID.String()+" "+propertiesOf(s.Publication, "otto").MessageId] = true
	}
	if len(seen) != 4 {
		t.Errorf("a message and three copies of it are %v", seen)
	}
}

// Whoever leaves out what is the client's own takes no copy of that for it.
func TestACopyIsOfAnotherAuthor(t *testing.T) {
	for value, want := range map[string]string{
		"me-3f2a90bc11": "me-3f2a900002", "9f86d081-884c-7d65-9a2f-eaa0c55ad015": "9f86d081-884c-7d65-9a2f-eaa0c55a0002", "client-4711234590": "client-4711230002",
		"mess_chat": "mess_chat", "the facade": "the facade", "lab-2022": "lab-2022", "2026-11-30T03:25:01.990123": "2026-11-30T03:25:01.990123", "": "",
	} {
		if got := redrawn(value, 2); got != want {
			t.Errorf("%s becomes %s, and should become %s", value, got, want)
		}
	}
	headers, err := amqp.NewTable(amqp.Field{Name: "sender", Kind: 'S', Value: "me-3f2a90bc11"}, amqp.Field{Name: "kind", Kind: 'S', Value: "chat"})
	must(t, err)
	own := Sample{Text: "kumquat", Publication: Publication{
		Body:       []byte(`{"from": "me-3f2a90bc11", "text": "kumquat", "at": "2026-11-30 03:25:01.990123"}`),
		Properties: amqp.Properties{AppID: "me-3f2a90bc11", Headers: headers, Has: amqp.HasAppID | amqp.HasHeaders}.Append(nil),
	}}
	copied := own.Numbered(3)
	if want := `{"from": "me-3f2a900003", "text": "plum", "at": "2026-11-30 03:25:01.990123"}`; string(copied.Write("plum", "otto")) != want {
		t.Errorf("its body is %s, and should be %s", copied.Write("plum", "otto"), want)
	}
	properties := propertiesOf(copied.Publication, "otto")
	if properties.AppId != "me-3f2a900003" || properties.Headers["sender"] != "me-3f2a900003" || properties.Headers["kind"] != "chat" {
		t.Errorf("its properties are %+v", properties)
	}
}
