package zmq_test

import (
	"bufio"
	"io"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/reference/internal/loopback"
	"github.com/chatspec/chatspec/reference/zmq"
)

const interpreter = "/usr/bin/python3"

// python runs a program that uses pyzmq, and is ended by the test's end.
func python(t *testing.T, program string, args ...string) (output *bufio.Reader) {
	t.Helper()
	if err := exec.CommandContext(t.Context(), interpreter, "-c", "import zmq").Run(); err != nil {
		t.Skipf("%s has no pyzmq: %v", interpreter, err)
	}
	cmd := exec.CommandContext(t.Context(), interpreter, append([]string{"-u", "-c", program}, args...)...)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("Python says %s", complaints.String())
		}
	})
	return bufio.NewReader(stdout)
}

func wantLine(t *testing.T, output *bufio.Reader, want string) {
	t.Helper()
	if got, err := output.ReadString('\n'); got != want+"\n" {
		t.Fatalf("got %q, %v, want %q", got, err, want)
	}
}

// TestLibzmqClients has a REQ, a DEALER and a SUB of libzmq, which also send PINGs.
func TestLibzmqClients(t *testing.T) {
	replier := echo(t, loopback.Listen(t))
	pub, publisher := publisher(t)
	output := python(t, `
import sys, zmq
context = zmq.Context()
def connect(kind, address):
    socket = context.socket(kind)
    socket.linger = 0
    socket.rcvtimeo = 20000
    socket.heartbeat_ivl = 5
    socket.heartbeat_timeout = 20000
    socket.connect("tcp://" + address)
    return socket
req, dealer, sub = connect(zmq.REQ, sys.argv[1]), connect(zmq.DEALER, sys.argv[1]), connect(zmq.SUB, sys.argv[2])
for text in b"", b"hello", 70000 * b"x":
    req.send(text)
    print(req.recv() == text)
req.send_multipart([b"a", b"b"])
print(req.recv_multipart())
for text in b"1", b"2":
    dealer.send_multipart([b"", text])
print(dealer.recv_multipart(), dealer.recv_multipart())
sub.subscribe(b"a.")
sub.subscribe(b"b")
sub.unsubscribe(b"b")
for _ in range(3):
    print([frame[-2:] for frame in sub.recv_multipart()])
`, replier.address.String(), publisher.address.String())
	wantLine(t, output, "True")
	wantLine(t, output, "True")
	wantLine(t, output, "True")
	wantLine(t, output, "[b'a|b']")
	wantLine(t, output, "[b'', b'1'] [b'', b'2']")
	spin(t, "Python does not subscribe", func() bool { return pub.Audience("a.") == 1 && pub.Audience("b") == 0 })
	send(pub, "a", "0")
	send(pub, "b", "0")
	for _, text := range []string{"1", strings.Repeat("x", 70000) + "2", ""} {
		send(pub, "a.", text)
	}
	wantLine(t, output, "[b'a.', b'1']")
	wantLine(t, output, "[b'a.', b'x2']")
	wantLine(t, output, "[b'a.', b'']")
}

// TestLibzmqServers has a REP and an XPUB of libzmq.
func TestLibzmqServers(t *testing.T) {
	output := python(t, `
import zmq
context = zmq.Context()
rep, xpub = context.socket(zmq.REP), context.socket(zmq.XPUB)
print(rep.bind_to_random_port("tcp://127.0.0.1"))
print(xpub.bind_to_random_port("tcp://127.0.0.1"))
for _ in range(2):
    rep.send(rep.recv())
print(xpub.recv())
xpub.send_multipart([b"a", b"0"])
xpub.send_multipart([b"a.", 70000 * b"x"])
rep.recv()
`)
	req := zmq.NewReq(readAddress(t, output))
	defer req.Close()
	publisher := readAddress(t, output)
	wantReply(t, req, "hello")
	wantReply(t, req, strings.Repeat("x", 70000))
	messages := follow(t, service{address: publisher}, "a.")
	wantLine(t, output, `b'\x01a.'`)
	if got := <-messages; got != "[a. "+strings.Repeat("x", 70000)+"]" {
		t.Errorf("got %.80q", got)
	}
}

// readAddress reads a port of this host.
func readAddress(t *testing.T, output *bufio.Reader) netip.AddrPort {
	t.Helper()
	port, _ := output.ReadString('\n')
	address, err := netip.ParseAddrPort("127.0.0.1:" + strings.TrimSpace(port))
	if err != nil {
		t.Fatal(err)
	}
	return address
}
