// Package vocabularies lists the vocabularies that there are, and judges each assignment
// in its own.
package vocabularies

import (
	"context"
	"fmt"
	"slices"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/tcp"
	"github.com/chatspec/chatspec/steps/zmq"
)

// All lists them. A new one gets a line here.
func All() []steps.Vocabulary {
	return []steps.Vocabulary{
		tcp.Vocabulary(),
		zmq.Vocabulary(),
	}
}

// Find returns the vocabulary called name.
func Find(name string) (steps.Vocabulary, error) {
	all := All()
	i := slices.IndexFunc(all, func(v steps.Vocabulary) bool { return v.Name == name })
	if i < 0 {
		return steps.Vocabulary{}, fmt.Errorf("there is no vocabulary %q", name)
	}
	return all[i], nil
}

// Run judges a target in the vocabulary of an assignment.
func Run(ctx context.Context, run *stage.Run, a features.Assignment, options steps.Options) ([]grading.Outcome, error) {
	vocabulary, err := Find(a.Vocabulary)
	if err != nil {
		return nil, fmt.Errorf("judging %s: %w", a.ID, err)
	}
	options.Assignment = a.ID
	return steps.Run(ctx, run, vocabulary, options)
}
