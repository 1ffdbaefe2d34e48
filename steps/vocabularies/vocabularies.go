// Package vocabularies lists the vocabularies that there are, and judges each assignment
// in its own.
package vocabularies

import (
	"context"
	"fmt"
	"slices"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/rabbit"
	"github.com/chatspec/chatspec/steps/tcp"
	"github.com/chatspec/chatspec/steps/zmq"
)

// All lists them. A new one gets a line here.
func All() []steps.Vocabulary {
	return []steps.Vocabulary{
		tcp.Vocabulary(),
		rabbit.Vocabulary(),
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
	if options.Services.Broker == nil {
		services, closeServices, failed := OpenServices(ctx, []features.Assignment{a}, broker.Embedded)
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

// OpenServices prepares the services that some assignments stand on: a broker of the
// kind amqp. Close ends them.
func OpenServices(ctx context.Context, some []features.Assignment, amqp string) (services steps.Services, close func() error, err error) {
	close = func() error { return nil }
	needsBroker := slices.ContainsFunc(some, func(a features.Assignment) bool {
		return slices.ContainsFunc(a.Services, func(s assignment.Service) bool { return s.Kind == "broker" })
	})
	if !needsBroker {
		return services, close, nil
	}
	services.Broker, err = broker.Open(ctx, amqp)
	if err == nil {
		close = services.Broker.Close
	}
	return services, close, err
}
