package main

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/fixtures/database"
)

func databaseCommand() *cobra.Command {
	var listen string
	var passwords []string
	command := &cobra.Command{
		Use:   "database",
		Short: "Run the embedded MongoDB by itself, until Ctrl-C",
		Long: "Run the embedded MongoDB by itself, until Ctrl-C: any user will do, without a password, with his own name as\n" +
			"his password, or with one of --password. What it keeps is lost when it ends.",
		Args: atMost(0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			supply, err := database.Open(c.Context(), database.Embedded)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, supply.Close()) }()
			lease, err := supply.Lease(c.Context(), database.Options{Passwords: passwords})
			if err != nil {
				return err
			}
			defer lease.Release()
			listener, err := lease.Listen(listen)
			if errors.Is(err, syscall.EADDRINUSE) {
				return fmt.Errorf("somebody listens on %s already: end that, or choose another with --listen", listen)
			}
			if err != nil {
				return err
			}
			defer listener.Close()
			fmt.Fprintf(c.OutOrStdout(), "MongoDB, as chatspec has it, listens: mongodb://%s/\n", listener.Addr())
			<-c.Context().Done()
			for _, what := range lease.Lacks() {
				fmt.Fprintf(c.ErrOrStderr(), "chatspec: the embedded database lacks %s, which was asked for\n", what)
			}
			return nil
		},
	}
	command.Flags().StringVar(&listen, "listen", "127.0.0.1:27017", "the `address` of this machine's own to listen on")
	command.Flags().StringArrayVar(&passwords, "password", nil, "a `PASSWORD` with which users may log in; several at once")
	return command
}
