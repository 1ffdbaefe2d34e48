package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/reference"
)

// completeFlags says what may follow the flags of a command, to a shell that completes what is typed.
func completeFlags(c *cobra.Command) {
	offer := func(flag string, directive cobra.ShellCompDirective, words func() []cobra.Completion) {
		if c.Flags().Lookup(flag) == nil {
			return
		}
		// It fails where there is no such flag.
		_ = c.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return afterCommas(typed, words()), cobra.ShellCompDirectiveNoFileComp | directive
		})
	}
	choose := func(flag string, words ...string) {
		offer(flag, cobra.ShellCompDirectiveDefault, func() []cobra.Completion { return words })
	}
	offer("assignment", cobra.ShellCompDirectiveDefault, assignmentWords)
	offer("rule", cobra.ShellCompDirectiveDefault, ruleWords)
	offer("format", cobra.ShellCompDirectiveNoSpace, formats) // a file may follow
	choose("isolate", string(sandbox.Auto), string(sandbox.OwnHost), string(sandbox.Contained), string(sandbox.Shared))
	offer("amqp", cobra.ShellCompDirectiveNoSpace, func() []cobra.Completion {
		return []string{broker.Embedded, broker.Installed, broker.Container, "amqp://"}
	})
	offer("mongo", cobra.ShellCompDirectiveNoSpace, func() []cobra.Completion {
		return []string{database.Embedded, database.Container, "mongodb://"}
	})
	choose("attempts", "last", "all")
	choose("unsteady", grading.CountFail, grading.CountPass, grading.CountReview)
	choose("for", platforms()...)
}

// afterCommas puts what was typed before the last comma before each word.
func afterCommas(typed string, words []cobra.Completion) []cobra.Completion {
	before := typed[:strings.LastIndex(typed, ",")+1]
	all := slices.Clone(words)
	for i := range all {
		all[i] = before + all[i]
	}
	return all
}

// assignmentWords are the ids of the assignments, with their titles.
func assignmentWords() []cobra.Completion {
	catalogue, _ := features.Read(features.Files) // where it cannot be read, nothing is completed
	var words []cobra.Completion
	for _, a := range catalogue.Assignments {
		words = append(words, cobra.CompletionWithDesc(a.ID, a.Title))
	}
	return words
}

// ruleWords are the ids of all rules, with their titles.
func ruleWords() []cobra.Completion {
	catalogue, _ := features.Read(features.Files)
	var words []cobra.Completion
	for _, a := range catalogue.Assignments {
		for _, r := range a.Rules() {
			words = append(words, cobra.CompletionWithDesc(r.ID, r.Title))
		}
	}
	return words
}

// programWords are the programs of the reference.
func programWords() []cobra.Completion { return reference.Programs() }

// completeOne completes the only argument of a command by some words, and by files where these may stand there, too.
func completeOne(files bool, words ...func() []cobra.Completion) cobra.CompletionFunc {
	directive := cobra.ShellCompDirectiveNoFileComp
	if files {
		directive = cobra.ShellCompDirectiveDefault
	}
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var all []cobra.Completion
		for _, some := range words {
			all = append(all, some()...)
		}
		return all, directive
	}
}

// theReferenceWord is the target that is no folder.
func theReferenceWord() []cobra.Completion {
	return []cobra.Completion{cobra.CompletionWithDesc(theReference, "the bundled one")}
}
