package grading

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isHidden reports whether a character rules a terminal or the direction of
// writing instead of being seen.
func isHidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

// Printable keeps the control characters in what a program or a file says from
// the reader's terminal, those among them that turn the direction of writing.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && isHidden(r) {
			return '·'
		}
		return r
	}, text)
}

// Visible writes out what would not be seen, as in `\u202e`, and what XML 1.0
// (section 2.2) forbids; bytes that are no text become `\xff`. Lines and tabs stay.
func Visible(text string) string {
	var shown strings.Builder
	for i, r := range text {
		switch {
		case r == '\n' || r == '\t':
			shown.WriteRune(r)
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&shown, `\x%02x`, text[i])
		case isHidden(r) || r == 0xfffe || r == 0xffff:
			fmt.Fprintf(&shown, `\u%04x`, r)
		default:
			shown.WriteRune(r)
		}
	}
	return shown.String()
}

// escapeJSON escapes what encoding/json leaves as it is in a text: DEL, the
// controls called C1, and what turns the direction of writing. It does not alter
// what is read.
func escapeJSON(encoded []byte) string {
	var escaped strings.Builder
	for _, r := range string(encoded) {
		if r >= 0x7f && isHidden(r) {
			fmt.Fprintf(&escaped, `\u%04x`, r)
			continue
		}
		escaped.WriteRune(r)
	}
	return escaped.String()
}
