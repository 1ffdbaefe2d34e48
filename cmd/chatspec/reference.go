package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/fixtures/assignment"
	"github.com/chatspec/chatspec/fixtures/companion"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/reference"
)

// referenceOf is the reference of some assignments, as a target: its companion, or this program.
func referenceOf(known []assignment.Assignment) (*target.Target, error) {
	if small := companion.Find(companion.Reference); small != "" {
		return target.Reference(known, small), nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	return target.Reference(known, self, theReference), nil
}

func referenceCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "reference PROGRAM ARG ...",
		Short:              "Run a program of the reference as a person would",
		DisableFlagParsing: true,
		ValidArgsFunction:  completeOne(false, programWords),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "--help" || args[0] == "-h" {
				return c.Help()
			}
			err := reference.Run(c.Context(), args[0], args[1:], c.InOrStdin(), c.OutOrStdout())
			var usage *reference.UsageError
			if err == nil || errors.As(err, &usage) {
				return err
			}
			return &programError{err}
		},
	}
}

// A programError is that of a program of the reference, and not chatspec's.
type programError struct{ error }
