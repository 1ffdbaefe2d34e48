package grading

import (
	"bytes"
	"encoding/json"
	"io"
)

// WriteJSON writes one object a line for each result, in the schema Schema.
func WriteJSON(w io.Writer, results []Result) error {
	for _, result := range results {
		if err := encode(w, result, ""); err != nil {
			return err
		}
	}
	return nil
}

// encode writes a value and a line's end, with no character that a terminal
// would obey.
func encode(w io.Writer, value any, indent string) error {
	var encoded bytes.Buffer
	enc := json.NewEncoder(&encoded)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(value); err != nil {
		return err
	}
	_, err := io.WriteString(w, escapeJSON(encoded.Bytes()))
	return err
}
