package tcp

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/target"
)

func TestValues(t *testing.T) {
	addr, server := netip.MustParseAddrPort("127.0.0.2:5001"), netip.MustParseAddrPort("127.0.0.3:5002")
	for _, test := range []struct {
		values  target.Values
		command string
		want    string
	}{
		{chatValues("ann", addr), "{name} {ip} {port} {peers} {ip}:{port}", "ann 127.0.0.2 5001 127.0.0.2:5001"},
		{chatValues("ann", addr, "a:1", "b:2"), "{name} {peers}", "ann a:1 b:2"},
		{clientValues("ann", addr, server), "{name} {ip} {port} {server} {server_ip} {server_port}", "ann 127.0.0.2 5001 127.0.0.3:5002 127.0.0.3 5002"},
		{serverValues(server), "{name} {address} {ip} {port}", "server 127.0.0.3:5002 127.0.0.3 5002"},
	} {
		if got := strings.Join(target.Fill(strings.Fields(test.command), test.values), " "); got != test.want {
			t.Errorf("%s has become %q, want %q", test.command, got, test.want)
		}
	}
}
