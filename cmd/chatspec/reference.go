package main

import (
	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/reference"
)

func referenceCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "reference PROGRAM ARG ...",
		Short:              "Run a program of the reference as a person would",
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "--help" || args[0] == "-h" {
				return c.Help()
			}
			return reference.Run(c.Context(), args[0], args[1:], c.InOrStdin(), c.OutOrStdout())
		},
	}
}
