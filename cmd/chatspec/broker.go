package main

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/fixtures/broker"
)

// What the broker keeps by itself, in bytes: a million small messages, before who
// publishes more is held up.
const (
	aloneWatermark = 512 << 20
	aloneMemory    = 640 << 20
)

func brokerCommand() *cobra.Command {
	var listen string
	command := &cobra.Command{
		Use:   "broker",
		Short: "Run the embedded RabbitMQ by itself, until Ctrl-C",
		Long: "Run the embedded RabbitMQ by itself, until Ctrl-C: any user, password and virtual host will do.\n" +
			"What it keeps is lost when it ends. Beyond 512 MiB of messages, who publishes is held up until some are taken.",
		Args: atMost(0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error {
			b := broker.New(broker.Options{MaxMemory: aloneMemory, Watermark: aloneWatermark})
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
