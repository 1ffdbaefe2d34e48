package grading

import (
	"encoding/json"
	"io"
)

// WriteJSON writes one object a line for each result, in the schema Schema.
func WriteJSON(w io.Writer, results []Result) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, result := range results {
		if err := enc.Encode(result); err != nil {
			return err
		}
	}
	return nil
}
