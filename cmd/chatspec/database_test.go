package main_test

import (
	"bufio"
	"net"
	"os"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func TestTheDatabaseServesUntilCtrlC(t *testing.T) {
	t.Parallel()
	cmd, temp := call{args: []string{"database", "--listen", "127.0.0.1:0", "--password", "geheim"}}.command(t)
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
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "MongoDB, as chatspec has it, listens: ")
	if err != nil || !ok {
		t.Fatalf("it prints %q: %v", line, err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(url).SetAuth(options.Credential{Username: "class", Password: "geheim"}))
	if err != nil {
		t.Fatal(err)
	}
	pears := client.Database("chat").Collection("pears")
	if _, err := pears.InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}}); err != nil {
		t.Error(err)
	}
	if _, err := pears.Aggregate(t.Context(), bson.A{bson.D{{Key: "$sample", Value: bson.D{{Key: "size", Value: 1}}}}}); err == nil {
		t.Error("it can take a sample")
	}
	if err := client.Disconnect(t.Context()); err != nil {
		t.Error(err)
	}
	cmd.Process.Signal(os.Interrupt)
	cmd.Wait()
	want := "chatspec: the embedded database lacks $sample, which was asked for\nchatspec: interrupted; nothing is left running\n"
	if got := cmd.ProcessState.ExitCode(); got != 130 || complaint.String() != want {
		t.Errorf("it ends with %d and says %q", got, complaint.String())
	}
	checkNothingLeft(t, temp)
}

func TestADatabaseThatCannotListenSaysWhy(t *testing.T) {
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
		{"every address", "0.0.0.0:27017", "0.0.0.0:27017 is no address of this machine's own, as 127.0.0.1:27017 is: the database lets anybody in, so it listens nowhere else"},
		{"no address", "27017", `"27017" is no address: write it as 127.0.0.1:27017`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := chatspec(t, call{args: []string{"database", "--listen", c.listen}})
			if got.status != 2 || got.stdout != "" || got.stderr != "chatspec: "+c.want+"\n" {
				t.Errorf("it ends with %d, prints %q and says %q", got.status, got.stdout, got.stderr)
			}
		})
	}
}
