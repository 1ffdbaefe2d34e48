package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// MaxObject is how many bytes a [Reader] takes for one object. A line of 1 MiB fits, even if each
// of its bytes is escaped as six.
const MaxObject = 8 << 20

// ErrTooLong says that an object had not ended after [MaxObject] bytes.
var ErrTooLong = errors.New("object too long")

// Reader reads the JSON objects of a stream, however they are separated and wherever they were cut
// on their way.
type Reader struct {
	limit   *io.LimitedReader
	decoder *json.Decoder
}

// NewReader returns a Reader of what comes from source.
func NewReader(source io.Reader) *Reader {
	limit := &io.LimitedReader{R: source}
	return &Reader{limit: limit, decoder: json.NewDecoder(limit)}
}

// Next returns the next object of the stream. JSON that is no object is skipped. Whatever is wrong
// with an object but its syntax is left for [Object.Message] and [Object.Operation] to say, as the
// stream can be read on behind it.
//
// Next returns io.EOF at the end of the stream. After any error the stream is of no more use: where
// the next object starts cannot be known.
func (r *Reader) Next() (Object, error) {
	for {
		value, err := r.value()
		if err != nil {
			return nil, err
		}
		if isObject(value) {
			return compact(value), nil
		}
	}
}

// Messages returns the messages that come from source, up to its end or to the first bytes that are
// no JSON. Objects that are no messages are skipped.
func Messages(source io.Reader) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		reader := NewReader(source)
		for {
			object, err := reader.Next()
			if err != nil {
				return
			}
			message, err := object.Message()
			if err == nil && !yield(message) {
				return
			}
		}
	}
}

func (r *Reader) value() (json.RawMessage, error) {
	r.limit.N = MaxObject
	var value json.RawMessage
	err := r.decoder.Decode(&value)
	switch {
	case err == nil && isObject(value):
		return value, nil
	case r.limit.N <= 0: // a number comes here without an error, as it can end anywhere
		return nil, fmt.Errorf("reading an object: %w", ErrTooLong)
	case err == nil:
		return value, nil
	case err == io.EOF:
		return nil, io.EOF
	default:
		return nil, fmt.Errorf("reading an object: %w", err)
	}
}

func isObject(value json.RawMessage) bool {
	return value[0] == '{'
}

func compact(value json.RawMessage) Object {
	var buffer bytes.Buffer
	if err := json.Compact(&buffer, value); err != nil {
		panic(fmt.Sprintf("wire: what was decoded is valid JSON: %v", err))
	}
	return buffer.Bytes()
}
