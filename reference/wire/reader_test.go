package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/chatspec/chatspec/reference/wire"
)

// objects reads a stream to its end.
func objects(source io.Reader) ([]string, error) {
	reader := wire.NewReader(source)
	var all []string
	for {
		object, err := reader.Next()
		if err != nil {
			return all, err
		}
		all = append(all, string(object))
	}
}

func TestReader(t *testing.T) {
	tests := []struct {
		name, stream string
		want         []string
		clean        bool
	}{
		{"nothing", "", nil, true},
		{"white space", " \n\t\r\n", nil, true},
		{"one", `{"a":1}`, []string{`{"a":1}`}, true},
		{"glued", `{"a":1}{"b":"}{"}{}`, []string{`{"a":1}`, `{"b":"}{"}`, `{}`}, true},
		{"newlines", "{\"a\":1}\n\n{\"b\":2}\r\n", []string{`{"a":1}`, `{"b":2}`}, true},
		{"pretty", "{\n  \"a\": [ 1,\n 2 ],\n  \"b\": \"x  y\"\n}\n", []string{`{"a":[1,2],"b":"x  y"}`}, true},
		{"kept as it is", `{"z":1.50,"a":"\u00e9<é>","n":123456789012345678901234567890}`,
			[]string{`{"z":1.50,"a":"\u00e9<é>","n":123456789012345678901234567890}`}, true},
		{"no objects", `1 "x" [{}] null true {"a":1} 2`, []string{`{"a":1}`}, true},
		{"no JSON", `{"a":1} hello {"b":2}`, []string{`{"a":1}`}, false},
		{"binary", "\x00\xff\xfe", nil, false},
		{"cut off", `{"a":1}{"b":`, []string{`{"a":1}`}, false},
		{"too deep", strings.Repeat(`{"a":`, 1<<16), nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := objects(strings.NewReader(test.stream))
			if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if clean := err == io.EOF; clean != test.clean {
				t.Errorf("ends with %v, a clean end: %t", err, test.clean)
			}
		})
	}
}

func TestReaderCutAnywhere(t *testing.T) {
	stream := []byte("{\"seq\": 0, \"message\": \"a \\\"}{ 👋\"}{\"seq\":1}\n{\"seq\":2}")
	whole, _ := objects(bytes.NewReader(stream))
	for cut := range stream {
		got, err := objects(io.MultiReader(bytes.NewReader(stream[:cut]), bytes.NewReader(stream[cut:])))
		if err != io.EOF || strings.Join(got, "\n") != strings.Join(whole, "\n") {
			t.Errorf("cut at %d: got %q, %v, want %q", cut, got, err, whole)
		}
	}
}

// TestReaderAnswersAtOnce makes sure that nothing behind an object is needed to see its end.
func TestReaderAnswersAtOnce(t *testing.T) {
	source, writer := io.Pipe()
	defer source.Close()
	go io.WriteString(writer, `{"a":1}`)
	object, err := wire.NewReader(source).Next()
	if err != nil || string(object) != `{"a":1}` {
		t.Errorf("got %s, %v", object, err)
	}
}

func TestReaderTakesTheLongestLine(t *testing.T) {
	t.Parallel()
	line := wire.Message{User: "ann", Text: strings.Repeat("\x01", 1<<20)}.Line()
	message, err := next(bytes.NewReader(line))
	if err != nil || len(message.Text) != 1<<20 {
		t.Errorf("got %d bytes, %v", len(message.Text), err)
	}
}

func TestReaderLimits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		start string
		rest  endless
	}{{`{"a":"`, 'x'}, {"", '1'}} {
		stream := &counter{Reader: io.MultiReader(strings.NewReader(test.start), test.rest)}
		_, err := objects(stream)
		if !errors.Is(err, wire.ErrTooLong) {
			t.Errorf("%q and endless %c: got %v, want %v", test.start, test.rest, err, wire.ErrTooLong)
		}
		if stream.n > wire.MaxObject {
			t.Errorf("%q and endless %c: %d bytes were read", test.start, test.rest, stream.n)
		}
	}
}

func TestReaderLimitsEachObject(t *testing.T) {
	t.Parallel()
	const count = 2
	object := `{"a":"` + strings.Repeat("x", wire.MaxObject*2/3) + `"}`
	got, err := objects(strings.NewReader(strings.Repeat(object, count)))
	if err != io.EOF || len(got) != count {
		t.Errorf("got %d objects, %v", len(got), err)
	}
}

func TestReaderPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	_, err := objects(io.MultiReader(strings.NewReader(`{"a":1}`), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

func FuzzReader(f *testing.F) {
	for _, stream := range []string{
		"",
		`{"seq": 0, "user": "octav", "message": "hello"}`,
		"{\"seq\":0}\n{\"operation\":\"subscribe\",\"client\":\"127.0.0.1:5000\"}",
		`{"a":"}{\"\\"}{}[1]2"3"null{"b":{"c":[{}]}}`,
		"{\"a\":\"\xff\u2028\"}x{}",
	} {
		f.Add([]byte(stream))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		whole, wholeErr := objects(bytes.NewReader(stream))
		pieces, piecesErr := objects(iotest.OneByteReader(bytes.NewReader(stream)))
		if strings.Join(whole, "\n") != strings.Join(pieces, "\n") {
			t.Fatalf("whole %q, in pieces %q", whole, pieces)
		}
		if (wholeErr == io.EOF) != (piecesErr == io.EOF) {
			t.Fatalf("whole %v, in pieces %v", wholeErr, piecesErr)
		}
		for _, object := range whole {
			check(t, wire.Object(object))
		}
	})
}

func check(t *testing.T, object wire.Object) {
	if !json.Valid(object) || object[0] != '{' || bytes.ContainsAny(object, "\n\r") {
		t.Fatalf("%q is not an object on one line", object)
	}
	again, err := objects(bytes.NewReader(object.Line()))
	if err != io.EOF || len(again) != 1 || again[0] != string(object) {
		t.Fatalf("%q is read as %q, %v", object, again, err)
	}
	if message, err := object.Message(); err == nil {
		same, err := next(bytes.NewReader(message.Line()))
		if err != nil || same != message {
			t.Fatalf("%v is read as %v, %v", message, same, err)
		}
	}
	_, _ = object.Operation()
}

// next reads one message.
func next(source io.Reader) (wire.Message, error) {
	object, err := wire.NewReader(source).Next()
	if err != nil {
		return wire.Message{}, err
	}
	return object.Message()
}

// endless is a stream of one byte, again and again.
type endless byte

func (e endless) Read(into []byte) (int, error) {
	for i := range into {
		into[i] = byte(e)
	}
	return len(into), nil
}

// counter counts what is read.
type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(into []byte) (int, error) {
	n, err := c.Reader.Read(into)
	c.n += n
	return n, err
}
