// Package vocabularies lists the vocabularies that there are, and judges each assignment
// in its own.
package vocabularies

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/chatroom"
	"github.com/chatspec/chatspec/steps/rabbit"
	"github.com/chatspec/chatspec/steps/rooms"
	"github.com/chatspec/chatspec/steps/tcp"
	"github.com/chatspec/chatspec/steps/zmq"
)

// All lists them. A new one gets a line here.
func All() []steps.Vocabulary {
	return []steps.Vocabulary{
		chatroom.Vocabulary(),
		tcp.Vocabulary(),
		rabbit.Vocabulary(),
		rooms.Vocabulary(),
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

// Run judges a target in the vocabulary of an assignment. Services that the assignment
// stands on and that are not given are embedded ones.
func Run(ctx context.Context, run *stage.Run, a features.Assignment, options steps.Options) (outcomes []grading.Outcome, err error) {
	vocabulary, err := Find(a.Vocabulary)
	if err != nil {
		return nil, fmt.Errorf("judging %s: %w", a.ID, err)
	}
	if options.Services == (steps.Services{}) {
		services, closeServices, failed := OpenServices(ctx, []features.Assignment{a}, EmbeddedKinds())
		if failed != nil {
			return nil, failed
		}
		defer func() {
			if failed := closeServices(); err == nil {
				err = failed
			}
		}()
		options.Services = services
	}
	options.Assignment = a.ID
	return steps.Run(ctx, run, vocabulary, options)
}

// Kinds are those of the services that programs are given.
type Kinds struct{ Broker, Database string }

// EmbeddedKinds need nothing on the machine.
func EmbeddedKinds() Kinds { return Kinds{Broker: broker.Embedded, Database: database.Embedded} }

// OpenServices prepares the services that some assignments stand on. Close ends them.
func OpenServices(ctx context.Context, some []features.Assignment, kinds Kinds) (services steps.Services, close func() error, err error) {
	var opened []func() error
	close = func() error {
		var failed error
		for _, end := range opened {
			failed = errors.Join(failed, end())
		}
		return failed
	}
	if needs(some, "broker") {
		if services.Broker, err = broker.Open(ctx, kinds.Broker); err != nil {
			return services, nil, err
		}
		opened = append(opened, services.Broker.Close)
	}
	if needs(some, "database") {
		if services.Database, err = database.Open(ctx, kinds.Database); err != nil {
			return services, nil, errors.Join(err, close())
		}
		opened = append(opened, services.Database.Close)
	}
	return services, close, nil
}

// needs reports whether one of the assignments stands on a kind of service.
func needs(some []features.Assignment, kind string) bool {
	return slices.ContainsFunc(some, func(a features.Assignment) bool {
		return slices.ContainsFunc(a.Services, func(s assignment.Service) bool { return s.Kind == kind })
	})
}
