package grading

import (
	"fmt"
	"slices"
)

// A Suite says by which chatspec something was judged.
type Suite struct {
	// Version is chatspec's own, such as v1.2.3.
	Version string `json:"version"`
	// Features is a hash of what is required: the features, what is handed in, and what it is worth.
	Features string `json:"features"`
}

// shortHash is how many digits of a hash are told to people.
const shortHash = 12

// String tells people of it, in a few words.
func (s Suite) String() string {
	return fmt.Sprintf("chatspec %s, features %s", s.Version, s.Features[:min(shortHash, len(s.Features))])
}

// Suites tells by which chatspec some results were judged, once each, as far as they say so.
func Suites(results []Result) []string {
	var told []string
	for _, r := range results {
		if text := r.Suite.String(); r.Suite != (Suite{}) && !slices.Contains(told, text) {
			told = append(told, text)
		}
	}
	return told
}
