package pages

import (
	"fmt"
	"html/template"
	"strings"
	"unicode/utf8"

	"github.com/chatspec/chatspec/grading"
)

// prose writes a text of ours or a program's for a reader: what would not be seen is written out, and what stands
// between two ` is code. All of it is escaped.
func prose(text string) template.HTML {
	var w strings.Builder
	for i, part := range strings.Split(grading.Visible(text), "`") {
		part = template.HTMLEscapeString(part)
		if i%2 == 1 {
			part = "<code>" + part + "</code>"
		}
		w.WriteString(part)
	}
	return template.HTML(w.String())
}

// points writes points: with a decimal where they have one.
func points(number float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", number), ".0") }

// capital begins a text with a capital letter.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return strings.ToUpper(string(first)) + text[size:]
}

// counted is a number and what it counts, in the plural where it is not one.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// cut bounds a text, in characters.
func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}

// wrap breaks a text into lines of so many characters, between words where it can, and so many lines at most.
func wrap(text string, width, lines int) []string {
	var all []string
	rest := []rune(strings.Join(strings.Fields(text), " "))
	for len(rest) > 0 {
		if len(rest) <= width {
			return append(all, string(rest))
		}
		if len(all) == lines-1 {
			return append(all, string(rest[:width-1])+"…")
		}
		end := width
		for i := width; i > width/2; i-- {
			if rest[i] == ' ' {
				end = i
				break
			}
		}
		all = append(all, string(rest[:end]))
		rest = []rune(strings.TrimLeft(string(rest[end:]), " "))
	}
	return all
}
