// Package steps runs the features against a target: it says how each sentence is
// checked, which programs act, and what is to be seen of them. How that is done, the
// stage knows.
//
// Here stands what all assignments share: the suite, and the sentences about programs
// whatever they are for. Those of one family of assignments are a vocabulary, a package
// below this one.
package steps

import (
	"context"

	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap"
)

// A Vocabulary is what the sentences of one family of assignments mean.
type Vocabulary struct {
	// Name is how assignment.yaml calls it.
	Name string
	// Protocol is what the programs speak to each other and to the harness's peers;
	// nil, if they speak to nobody.
	Protocol tap.Protocol
	// Sentences are its own, besides those that all share. Each is checked by a method
	// of a *World, of the state that its session opens, or of what that embeds.
	Sentences []Sentence
	// Begin begins to judge one target.
	Begin func(run *stage.Run, services Services) Session
}

// Services are those of which a scenario may have one of its own. One that no assignment
// of a run stands on is nil.
type Services struct {
	Broker   *broker.Supply
	Database *database.Supply
}

// A Session is what a vocabulary finds out about one target and keeps for all its
// scenarios.
type Session interface {
	// Calibrate starts a program once, before it is judged, to find out how it is
	// started and spoken to. The error says why it did not start.
	Calibrate(ctx context.Context, program string) error
	// Open returns the state of a new scenario.
	Open(w *World) any
}
