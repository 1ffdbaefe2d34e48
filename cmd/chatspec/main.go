// Command chatspec judges chat programs by an executable specification.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/reference"
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
	boundMemory()
	// A reader that goes away must not end this program before it has cleaned up.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := rootCommand().ExecuteContext(ctx)
	code := status(err, ctx.Err() != nil)
	stop()
	os.Exit(code)
}

// memoryLimit is where the garbage collector begins to work harder, in bytes: what programs print
// and send is bounded, and so is what is left of it.
const memoryLimit = 64 << 20

// boundMemory bounds the memory of a run, unless GOMEMLIMIT does.
func boundMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
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
	var usage *reference.UsageError
	fmt.Fprint(os.Stderr, complaint(err, errors.As(err, &usage)))
	var program *programError
	if errors.As(err, &program) {
		return exitNonconformant
	}
	return exitCannotRun
}

// complaint is what is said of an error. What comes in further lines is foreign, such as a
// compiler's output or a file's name, unless it is chatspec's own: it stands behind a bar, so that
// none of it is taken for a line of chatspec's.
func complaint(err error, own bool) string {
	var said strings.Builder
	begin := "chatspec: "
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintf(&said, "%s%s\n", begin, grading.Printable(line))
		if begin = "  | "; own {
			begin = ""
		}
	}
	return said.String()
}

// atMost takes no more than count arguments, which are what.
func atMost(count int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > count {
			return fmt.Errorf("`%s` takes %s; %q is too much", c.CommandPath(), what, args[count])
		}
		return nil
	}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "chatspec",
		Short:         "Judge chat programs by an executable specification",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("there is no command %q: `chatspec --help` shows the commands", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		text, _, _ := strings.Cut(err.Error(), ": strconv.")
		return fmt.Errorf("%s: `%s --help` shows the flags", text, c.CommandPath())
	})
	root.AddCommand(runCommand(), gradeCommand(), workerCommand(), listCommand(), explainCommand(), referenceCommand(), doctorCommand(), docsCommand(), brokerCommand(), databaseCommand(), initCommand(), watchCommand(), versionCommand())
	for _, c := range root.Commands() {
		completeFlags(c)
	}
	return root
}
