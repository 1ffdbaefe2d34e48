package main

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/fixtures/broker"
)

func brokerCommand() *cobra.Command {
	var listen string
	command := &cobra.Command{
		Use:   "broker",
		Short: "Run the embedded RabbitMQ by itself, until Ctrl-C",
		Long: "Run the embedded RabbitMQ by itself, until Ctrl-C: any user, password and virtual host will do.\n" +
			"What it keeps is lost when it ends.",
		Args: atMost(0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error {
			b := broker.New(broker.Options{})
			defer b.Close()
			listener, err := b.Listen(listen)
			if errors.Is(err, syscall.EADDRINUSE) {
				return fmt.Errorf("somebody listens on %s already: end that, or choose another with --listen", listen)
			}
			if err != nil {
				return err
			}
			defer listener.Close()
			fmt.Fprintf(c.OutOrStdout(), "RabbitMQ, as chatspec has it, listens: amqp://guest:guest@%s/\n", listener.Addr())
			<-c.Context().Done()
			return nil
		},
	}
	command.Flags().StringVar(&listen, "listen", "127.0.0.1:5672", "the `address` of this machine's own to listen on")
	return command
}
