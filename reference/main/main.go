// Command main runs a program of the reference, which is its first argument, with the arguments
// that follow. It ends with status 2 if it was called wrongly, and with 1 if the program failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/chatspec/chatspec/reference"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait for anything
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		args = []string{""}
	}
	err := reference.Run(ctx, args[0], args[1:], os.Stdin, os.Stdout)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	var usage *reference.UsageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}
