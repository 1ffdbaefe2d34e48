// Command chatspec judges chat programs by an executable specification.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit statuses.
const (
	exitConformant    = 0
	exitNonconformant = 1
	exitCannotRun     = 2
	exitInterrupted   = 130
)

// errNonconformant ends a run that was done and found a demanded rule broken.
var errNonconformant = errors.New("some rules that the text demands did not pass")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := rootCommand().ExecuteContext(ctx)
	interrupted := ctx.Err() != nil
	stop()
	os.Exit(status(err, interrupted))
}

func status(err error, interrupted bool) int {
	switch {
	case interrupted:
		fmt.Fprintln(os.Stderr, "chatspec: interrupted; nothing is left running")
		return exitInterrupted
	case err == nil:
		return exitConformant
	case errors.Is(err, errNonconformant):
		return exitNonconformant
	}
	fmt.Fprintln(os.Stderr, "chatspec:", err)
	var program *programError
	if errors.As(err, &program) {
		return exitNonconformant
	}
	return exitCannotRun
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "chatspec",
		Short:         "Judge chat programs by an executable specification",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(runCommand(), listCommand(), explainCommand(), referenceCommand(), doctorCommand(), docsCommand())
	return root
}
