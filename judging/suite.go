// Package judging is what the command and Go's tests have in common when they judge a target: which scenarios are selected,
// what is known of a run when it is graded, and which suite has judged it.
package judging

import (
	"cmp"
	"runtime/debug"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/grading"
)

// module is that of this package.
const module = "github.com/chatspec/chatspec"

// unreleased is the version of what was built from a checkout.
const unreleased = "unreleased"

// Suite says which chatspec this is. A release gives its version when it is linked (released); otherwise Go knows it, of a
// module that was installed or that a test imports.
func Suite(released string) (grading.Suite, error) {
	hash, err := features.Hash(features.Files)
	return grading.Suite{Version: cmp.Or(released, moduleVersion(), unreleased), Features: hash}, err
}

// moduleVersion is the version that Go knows, or nothing.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module && m.Version != "(devel)" {
			return m.Version
		}
	}
	return ""
}
