package tcp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/stage"
)

// awaitOperation waits until somebody is told of an operation.
func (t *talk) awaitOperation(ctx context.Context, to, operation string) (journal.Event, error) {
	return t.awaitOperationOf(ctx, "", to, operation)
}

// awaitOperationOf is awaitOperation by a given program; any, for "".
func (t *talk) awaitOperationOf(ctx context.Context, name, to, operation string) (journal.Event, error) {
	find := func(events []journal.Event) (journal.Event, bool) {
		return findOperation(slices.DeleteFunc(journal.Messages(events, to), func(e journal.Event) bool {
			return name != "" && e.From != name
		}), to, operation)
	}
	err := t.Await(ctx, stage.Wait{
		Expected: fmt.Sprintf(`%s receives {"operation": %q, "client": …}`, to, operation),
		By:       t.Programs(),
		Met:      func(events []journal.Event) bool { _, ok := find(events); return ok },
		Observed: func(events []journal.Event) string { return stage.ReceivedInstead(events, to) },
	})
	found, _ := find(t.Journal())
	return found, err
}

// checkAddress checks that a subscribed address is that of the program that
// plays name: an IP of this machine, and the program's port.
func (t *talk) checkAddress(name, client string) error {
	a, err := t.Actor(name)
	if err != nil {
		return err
	}
	expected := fmt.Sprintf("`client` is an IP of %s and the port %d", name, a.Addr().Port())
	addr, err := netip.ParseAddrPort(client)
	switch {
	case err != nil:
		return stage.Fail(expected, fmt.Sprintf("it is %q, which is no IP:PORT", client))
	case addr.Port() != a.Addr().Port() && !t.ListensAt(name, addr.Port()):
		return stage.Fail(expected, fmt.Sprintf("it is %q, which has another port", client))
	case addr.Addr().IsUnspecified() || !isOurs(addr.Addr()):
		return stage.Fail(expected, fmt.Sprintf("it is %q, where the server cannot reach anybody", client))
	}
	return nil
}

// isOurs reports whether the address is one of this machine.
func isOurs(addr netip.Addr) bool {
	if addr.IsLoopback() {
		return true
	}
	ours, err := net.InterfaceAddrs()
	return err == nil && slices.ContainsFunc(ours, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr() == addr
	})
}
