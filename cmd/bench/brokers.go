package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/chatspec/chatspec/fixtures/broker"
)

// carried is how many messages a broker is given to carry, one after the other.
const carried = 20_000

// A started broker is one that takes clients.
type started struct {
	url   string
	close func() error
}

// compareBrokers prints how long the embedded broker takes to start, and how many small
// messages a second it carries through amqp091-go, from one connection to another, beside
// an installed RabbitMQ.
func compareBrokers(ctx context.Context, rounds int) error {
	fmt.Printf("\na broker: its start, and messages that it carries\n%-9s %12s %12s\n", "", "start", "messages/s")
	if err := compareBroker("embedded", rounds, startEmbedded); err != nil {
		return fmt.Errorf("the embedded one: %w", err)
	}
	if _, err := broker.FindServer(); err != nil {
		fmt.Println("left out:", err)
		return nil
	}
	if err := compareBroker("RabbitMQ", 1, func() (started, error) { return startInstalled(ctx) }); err != nil {
		return fmt.Errorf("RabbitMQ: %w", err)
	}
	return nil
}

func compareBroker(name string, rounds int, start func() (started, error)) error {
	var starts, carries []time.Duration
	for range rounds {
		begun := time.Now()
		b, err := start()
		if err != nil {
			return err
		}
		starts = append(starts, time.Since(begun))
		begun = time.Now()
		err = carry(b.url)
		carries = append(carries, time.Since(begun))
		if err := errors.Join(err, b.close()); err != nil {
			return err
		}
	}
	slices.Sort(starts)
	slices.Sort(carries)
	fmt.Printf("%-9s %12v %12.0f\n", name, starts[rounds/2].Round(10*time.Microsecond), carried/carries[rounds/2].Seconds())
	return nil
}

func startEmbedded() (started, error) {
	b := broker.New(broker.Options{})
	l, err := b.Listen("127.0.0.1:0")
	if err != nil {
		b.Close()
		return started{}, err
	}
	return started{url: fmt.Sprintf("amqp://guest:guest@%s/", l.Addr()), close: func() error {
		err := l.Close()
		b.Close()
		l.Wait()
		return err
	}}, nil
}

func startInstalled(ctx context.Context) (started, error) {
	l, err := broker.StartLocal(ctx, broker.LocalOptions{VirtualHosts: 1})
	if err != nil {
		return started{}, err
	}
	host, err := l.VirtualHost()
	if err != nil {
		return started{}, errors.Join(err, l.Close())
	}
	return started{url: fmt.Sprintf("amqp://guest:guest@%s/%s", l.Addr(), host), close: l.Close}, nil
}

// carry publishes all messages on one connection, and consumes them on another.
func carry(url string) error {
	from, err := amqp.Dial(url)
	if err != nil {
		return fmt.Errorf("connecting to the broker: %w", err)
	}
	defer from.Close()
	to, err := amqp.Dial(url)
	if err != nil {
		return fmt.Errorf("connecting to the broker: %w", err)
	}
	defer to.Close()
	reading, err := to.Channel()
	if err != nil {
		return fmt.Errorf("opening a channel: %w", err)
	}
	queue, err := reading.QueueDeclare("", false, true, true, false, nil)
	if err != nil {
		return fmt.Errorf("declaring a queue: %w", err)
	}
	deliveries, err := reading.Consume(queue.Name, "", true, true, false, false, nil)
	if err != nil {
		return fmt.Errorf("consuming: %w", err)
	}
	published := make(chan error, 1)
	go func() {
		err := publish(from, queue.Name)
		if err != nil {
			to.Close() // so that nobody waits for more
		}
		published <- err
	}()
	for got := range carried {
		if _, open := <-deliveries; !open {
			return errors.Join(fmt.Errorf("of %d messages %d have come", carried, got), <-published)
		}
	}
	return <-published
}

// publish publishes all messages to a queue.
func publish(from *amqp.Connection, queue string) error {
	writing, err := from.Channel()
	if err != nil {
		return fmt.Errorf("opening a channel: %w", err)
	}
	for i := range carried {
		if err := writing.Publish("", queue, false, false, amqp.Publishing{Body: fmt.Appendf(nil, "message %d", i)}); err != nil {
			return fmt.Errorf("publishing: %w", err)
		}
	}
	return nil
}
