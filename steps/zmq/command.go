package zmq

import (
	"fmt"
	"net/netip"

	"github.com/chatspec/chatspec/fixtures/target"
)

// postServerValues fills the command line of a post_server.
func postServerValues(post netip.AddrPort) target.Values {
	return target.Values{"ip": {post.Addr().String()}, "port": {fmt.Sprint(post.Port())}}
}

// postClientValues fills the command line of a post_client.
func postClientValues(post netip.AddrPort, user, message string) target.Values {
	values := postServerValues(post)
	values["username"], values["message"] = []string{user}, []string{message}
	return values
}

// pubServerValues fills the command line of a server that takes messages at one
// address and publishes them at another.
func pubServerValues(post, pub netip.AddrPort) target.Values {
	return target.Values{
		"ip":        {post.Addr().String()},
		"post_port": {fmt.Sprint(post.Port())},
		"pub_port":  {fmt.Sprint(pub.Port())},
	}
}

// talkerValues fills the command line of a client that posts and listens; channel
// is nothing, where there are none.
func talkerValues(post, pub netip.AddrPort, channel, user string) target.Values {
	values := pubServerValues(post, pub)
	values["channel"], values["name"] = []string{channel}, []string{user}
	return values
}
