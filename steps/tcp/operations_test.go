package tcp

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
)

func TestAwaitOperation(t *testing.T) {
	s := open(t, newRun(t, forEver))
	server, ann := peer(t, s.Stage, "server"), perform(t, s.Stage, "ann")
	ann.Do("connect %s", server.Addr)
	for i, operation := range []string{"greet", "subscribe", "subscribe"} {
		ann.Do(`send {"operation": %q, "client": "127.0.0.1:%d"}`, operation, i)
	}
	for _, name := range []string{"", "ann"} {
		event, err := s.awaitOperationOf(bounded(t), name, "server", "subscribe")
		must(t, err)
		if client, _ := messageOf(event).Text("client"); client != "127.0.0.1:1" {
			t.Errorf("%q has subscribed", client)
		}
	}
	ann.Tell("exit 0")
	_, err := s.awaitOperation(bounded(t), "server", "unsubscribe")
	wantFailure(t, err, `server receives {"operation": "unsubscribe", "client": …}`, "server has received")
	_, err = s.awaitOperationOf(bounded(t), "bob", "server", "subscribe")
	wantFailure(t, err, "subscribe", "server has received")
}

func TestCheckAddress(t *testing.T) {
	s := open(t, newRun(t, forEver))
	ann := perform(t, s.Stage, "ann")
	port := ann.Addr.Port()
	for _, host := range []string{"127.0.0.1", "127.1.2.3", "[::1]"} {
		must(t, s.checkAddress("ann", fmt.Sprintf("%s:%d", host, port)))
	}
	ours, err := net.InterfaceAddrs()
	must(t, err)
	for _, addr := range ours {
		if prefix, err := netip.ParsePrefix(addr.String()); err == nil {
			must(t, s.checkAddress("ann", netip.AddrPortFrom(prefix.Addr(), port).String()))
		}
	}
	for address, want := range map[string]string{
		"":                                   "no IP:PORT",
		"127.0.0.1":                          "no IP:PORT",
		fmt.Sprintf("localhost:%d", port):    "no IP:PORT",
		"127.0.0.1:1":                        "another port",
		fmt.Sprintf("0.0.0.0:%d", port):      "where the server cannot reach anybody",
		fmt.Sprintf("[::]:%d", port):         "where the server cannot reach anybody",
		fmt.Sprintf("203.0.113.77:%d", port): "where the server cannot reach anybody",
	} {
		wantFailure(t, s.checkAddress("ann", address), fmt.Sprintf("an IP of ann and the port %d", port), want)
	}
}
