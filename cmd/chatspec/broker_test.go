package main_test

import (
	"bufio"
	"net"
	"os"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

func TestTheBrokerServesUntilCtrlC(t *testing.T) {
	t.Parallel()
	cmd, temp := call{args: []string{"broker", "--listen", "127.0.0.1:0"}}.command(t)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "RabbitMQ, as chatspec has it, listens: ")
	if err != nil || !ok {
		t.Fatalf("it prints %q: %v", line, err)
	}
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	closed := conn.NotifyClose(make(chan *amqp.Error, 1))
	cmd.Process.Signal(os.Interrupt)
	cmd.Wait()
	<-closed
	if got := cmd.ProcessState.ExitCode(); got != 130 || complaint.String() != "chatspec: interrupted; nothing is left running\n" {
		t.Errorf("it ends with %d and says %q", got, complaint.String())
	}
	checkNothingLeft(t, temp)
}

func TestABrokerThatCannotListenSaysWhy(t *testing.T) {
	t.Parallel()
	taken, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	addr := taken.Addr().String()
	for _, c := range []struct {
		name, listen, want string
	}{
		{"a port that is taken", addr, "somebody listens on " + addr + " already: end that, or choose another with --listen"},
		{"every address", "0.0.0.0:5672", "0.0.0.0:5672 is no address of this machine's own, as 127.0.0.1:5672 is: the broker lets anybody in, so it listens nowhere else"},
		{"no address", "5672", `"5672" is no address: write it as 127.0.0.1:5672`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := chatspec(t, call{args: []string{"broker", "--listen", c.listen}})
			if got.status != 2 || got.stdout != "" || got.stderr != "chatspec: "+c.want+"\n" {
				t.Errorf("it ends with %d, prints %q and says %q", got.status, got.stdout, got.stderr)
			}
		})
	}
}
