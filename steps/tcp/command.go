package tcp

import (
	"fmt"
	"net/netip"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
)

// chatValues fills the command line of a chat.
func chatValues(user string, addr netip.AddrPort, peers ...string) target.Values {
	return target.Values{
		"name":  {user},
		"ip":    {addr.Addr().String()},
		"port":  {fmt.Sprint(addr.Port())},
		"peers": peers,
	}
}

// clientValues fills the command line of a chat5.
func clientValues(user string, addr, server netip.AddrPort) target.Values {
	return target.Values{
		"name":        {user},
		"ip":          {addr.Addr().String()},
		"port":        {fmt.Sprint(addr.Port())},
		"server":      {server.String()},
		"server_ip":   {server.Addr().String()},
		"server_port": {fmt.Sprint(server.Port())},
	}
}

// serverValues fills the command line of a server5.
func serverValues(addr netip.AddrPort) target.Values {
	return target.Values{
		"name":    {"server"},
		"address": {addr.String()},
		"ip":      {addr.Addr().String()},
		"port":    {fmt.Sprint(addr.Port())},
	}
}

// startOfChat says how a chat is started that names peers.
func startOfChat(user string, addr netip.AddrPort, peers ...netip.AddrPort) stage.Start {
	var named []string
	for _, peer := range peers {
		named = append(named, peer.String())
	}
	return stage.Start{
		Name: user, Program: "chat", Values: chatValues(user, addr, named...), Listens: []netip.AddrPort{addr}, Calls: peers,
	}
}

// startOfClient says how a chat5 is started.
func startOfClient(user string, addr, server netip.AddrPort) stage.Start {
	return stage.Start{
		Name: user, Program: "chat5", Values: clientValues(user, addr, server), Listens: []netip.AddrPort{addr}, Calls: []netip.AddrPort{server},
	}
}

// startOfServer says how a server5 is started.
func startOfServer(name string, addr netip.AddrPort) stage.Start {
	return stage.Start{Name: name, Program: "server5", Values: serverValues(addr), Listens: []netip.AddrPort{addr}}
}
