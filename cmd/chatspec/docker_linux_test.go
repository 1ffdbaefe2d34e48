package main_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ory/dockertest/v3"
	"github.com/ory/dockertest/v3/docker"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sys/unix"

	"github.com/chatspec/chatspec/fixtures/broker"
	"github.com/chatspec/chatspec/fixtures/database"
	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading"
)

// besideDocker says, to a test that is started anew, that it is alone on a machine of its
// own: with its own network, processes and mounts.
const besideDocker = "CHATSPEC_TEST_BESIDE_DOCKER"

// withDocker runs a test beside a Docker of its own. Nothing stays behind: with the first
// process of a machine all others end.
func withDocker(t *testing.T, test func(t *testing.T, pool *dockertest.Pool)) {
	t.Helper()
	withDockerFor(t, tooLong, test)
}

// withDockerFor does the same, and gives the test up after a while.
func withDockerFor(t *testing.T, longest time.Duration, test func(t *testing.T, pool *dockertest.Pool)) {
	t.Helper()
	longtest.Only(t)
	if os.Getenv(besideDocker) == "" {
		t.Parallel() // each has a machine of its own, and mostly waits
		needsDocker(t)
		onItsOwnMachine(t, syscall.CLONE_NEWNET, longest)
		return
	}
	settle(t)
	test(t, startDocker(t))
}

// needsDocker skips a test where there is no Docker, or no right to start it; but not in CI.
func needsDocker(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("dockerd")
	if err == nil && os.Geteuid() != 0 {
		err = fmt.Errorf("only root can start Docker")
	}
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err)
	}
}

// onItsOwnMachine runs this test anew, with a network of its own or that of this machine (0), and gives it up after a while.
func onItsOwnMachine(t *testing.T, network uintptr, longest time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), besideDocker+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | network, Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	said, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(said, []byte("--- PASS: "+t.Name()+" ")) {
		t.Errorf("%v\n%s", err, said)
	}
}

// settle makes the machine one on which something can run.
func settle(t *testing.T) {
	t.Helper()
	must(t, unix.Mount("proc", "/proc", "proc", 0, ""))
	must(t, unix.Mount("tmpfs", "/run", "tmpfs", 0, ""))
	must(t, exec.Command("ip", "link", "set", "lo", "up").Run())
}

// startDocker starts a Docker, with more arguments if it needs some, and waits until it answers.
func startDocker(t *testing.T, more ...string) *dockertest.Pool {
	t.Helper()
	in := func(name string) string { return "/run/" + name } // a socket's path must be short
	t.Setenv("DOCKER_HOST", "unix://"+in("docker.sock"))
	var said bytes.Buffer
	daemon := exec.Command("dockerd", append(more, "--data-root", t.TempDir(), "--exec-root", in("docker"), "--pidfile", in("docker.pid"),
		"-H", os.Getenv("DOCKER_HOST"), "--storage-driver", "vfs", "--log-level", "error")...)
	daemon.Stdout, daemon.Stderr = &said, &said
	must(t, daemon.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		daemon.Wait()
	}()
	t.Cleanup(func() {
		daemon.Process.Signal(syscall.SIGTERM)
		<-ended
	})
	pool, err := dockertest.NewPool("")
	must(t, err)
	for deadline := time.Now().Add(tooLong); pool.Client.Ping() != nil; {
		select {
		case <-ended:
			t.Fatalf("dockerd ends: %v\n%s", daemon.ProcessState, said.String())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("dockerd does not answer:\n%s", said.String())
		}
	}
	return pool
}

// makeImage makes an image of the name of RabbitMQ's, of the embedded broker.
func makeImage(t *testing.T, pool *dockertest.Pool) {
	t.Helper()
	makeImageOf(t, pool, broker.Image, "broker")
}

// makeImageOf makes an image of the name of an official one, from scratch, of a program
// that serves what is embedded. So Docker finds it on the machine.
func makeImageOf(t *testing.T, pool *dockertest.Pool, image, kind string) {
	t.Helper()
	dir := t.TempDir()
	source := compile(t, kind, dir)
	recipe, err := os.ReadFile(filepath.Join(source, "Dockerfile"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), recipe, 0o644))
	var said bytes.Buffer
	err = pool.Client.BuildImage(docker.BuildImageOptions{Name: image, Dockerfile: "Dockerfile", ContextDir: dir, OutputStream: &said})
	if err != nil {
		t.Fatalf("making an image: %v\n%s", err, said.String())
	}
}

// compile makes the server of a container in dir, and returns its source's folder. That of
// the database takes minutes the first time.
func compile(t *testing.T, kind, dir string) (source string) {
	t.Helper()
	source = filepath.Join("..", "..", "fixtures", kind, "testdata", "container")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", filepath.Join(dir, "server"), "./"+source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building what is in the container: %v\n%s", err, out)
	}
	return source
}

// containers lists all that there are.
func containers(t *testing.T, pool *dockertest.Pool) []string {
	t.Helper()
	all, err := pool.Client.ListContainers(docker.ListContainersOptions{All: true})
	must(t, err)
	var names []string
	for _, one := range all {
		names = append(names, one.ID)
	}
	return names
}

// awaitContainers waits until there are as many.
func awaitContainers(t *testing.T, pool *dockertest.Pool, count int) {
	t.Helper()
	for deadline := time.Now().Add(tooLong); len(containers(t, pool)) != count; {
		if time.Now().After(deadline) {
			t.Fatalf("there are %d containers, and never %d", len(containers(t, pool)), count)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// inDocker runs the features of RabbitMQ on a broker in Docker.
func inDocker(args ...string) call {
	return call{args: append([]string{"run", "reference", "--assignment", "rabbitmq", "--amqp", "docker", "--isolate", "none"}, args...),
		env: []string{"DOCKER_HOST=" + os.Getenv("DOCKER_HOST")}}
}

func TestFeaturesPassOnABrokerInDocker(t *testing.T) {
	withDocker(t, func(t *testing.T, pool *dockertest.Pool) {
		makeImage(t, pool)
		got := chatspec(t, inDocker("--format", "json"))
		if got.status != 0 || got.stderr != "" && !strings.Contains(got.stderr, "programs run on this machine itself") {
			t.Errorf("it ends with %d and says %q:\n%s", got.status, got.stderr, got.stdout)
		}
		if passed := strings.Count(got.stdout, `"verdict":"passed"`); passed < 40 {
			t.Errorf("only %d verdicts are «passed»:\n%s", passed, got.stdout)
		}
		awaitContainers(t, pool, 0)
	})
}

// TestRoomsAreJudgedOnADatabaseInDocker: all rules pass there that pass on the embedded one.
func TestRoomsAreJudgedOnADatabaseInDocker(t *testing.T) {
	if os.Getenv(besideDocker) == "" {
		longtest.OnlyProof(t)
		compile(t, "database", t.TempDir()) // so that beside Docker it takes seconds
	}
	withDocker(t, func(t *testing.T, pool *dockertest.Pool) {
		makeImageOf(t, pool, database.Image, "database")
		passed := func(kind string) []string {
			got := chatspec(t, call{args: []string{"run", "reference", "--assignment", "rooms", "--mongo", kind, "--isolate", "none", "--format", "json"},
				env: []string{"DOCKER_HOST=" + os.Getenv("DOCKER_HOST")}, longest: tooLong})
			if got.status != 0 {
				t.Errorf("on %s it ends with %d and says %q", kind, got.status, got.stderr)
			}
			if got.status == 2 {
				return nil
			}
			return ids(results(t, got.stdout)[0], grading.Passed)
		}
		embedded, inDocker := passed("embedded"), passed("docker")
		if len(embedded) < 80 || !slices.Equal(embedded, inDocker) {
			t.Errorf("embedded pass %v, and in Docker %v", embedded, inDocker)
		}
		awaitContainers(t, pool, 0)
	})
}

func TestAPersonNamesTheImage(t *testing.T) {
	withDocker(t, func(t *testing.T, pool *dockertest.Pool) {
		makeImageOf(t, pool, "mine/rabbit:today", "broker")
		for named, want := range map[string]int{"docker:mine/rabbit:today": 0, "docker:mine/rabbit": 2} {
			c := inDocker("--tags", "@RABBIT-1.1")
			c.args = append(c.args, "--amqp", named)
			got := chatspec(t, c)
			isMissing := strings.HasPrefix(got.stderr, "chatspec: --amqp "+named+": the image mine/rabbit is not on this machine, ")
			if got.status != want || isMissing != (want == 2) {
				t.Errorf("%s: it ends with %d, says %q and prints\n%s", named, got.status, got.stderr, got.stdout)
			}
		}
		awaitContainers(t, pool, 0)
	})
}

// TestNoContainerOutlivesItsRun: after Ctrl-C, and after the command was killed.
func TestNoContainerOutlivesItsRun(t *testing.T) {
	withDocker(t, func(t *testing.T, pool *dockertest.Pool) {
		makeImage(t, pool)
		for _, how := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
			t.Run(how.String(), func(t *testing.T) {
				cmd, _ := inDocker("--patience", "100").command(t)
				must(t, cmd.Start())
				awaitContainers(t, pool, 1)
				awaitClient(t, pool)
				must(t, cmd.Process.Signal(how))
				cmd.Wait()
				awaitContainers(t, pool, 0)
			})
		}
	})
}

// awaitClient waits until the broker of the only container has a client.
func awaitClient(t *testing.T, pool *dockertest.Pool) {
	t.Helper()
	for deadline := time.Now().Add(tooLong); ; {
		one, err := pool.Client.InspectContainer(containers(t, pool)[0])
		must(t, err)
		sockets, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/tcp6", one.State.Pid))
		const established = " 01 "
		if err == nil && bytes.Contains(sockets, []byte(established)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("nobody connects: %s, %v", sockets, err)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// TestAContainerWithoutAShellIsRemovedByTheNextStart, but not that of a run that lives.
func TestAContainerWithoutAShellIsRemovedByTheNextStart(t *testing.T) {
	withDocker(t, func(t *testing.T, pool *dockertest.Pool) {
		makeImage(t, pool)
		t.Setenv("TMPDIR", t.TempDir())
		file := func(name string) *os.File {
			f, err := os.Create(filepath.Join(os.TempDir(), "chatspec-docker-"+name))
			must(t, err)
			t.Cleanup(func() { f.Close() })
			return f
		}
		living, dead := file("living"), file("dead")
		other := filepath.Join(t.TempDir(), "chatspec-docker-other")
		must(t, os.WriteFile(other, nil, 0o600))
		must(t, unix.Flock(int(living.Fd()), unix.LOCK_EX))
		var ids []string
		for _, owner := range []string{dead.Name(), living.Name(), other} {
			name, tag, _ := strings.Cut(broker.Image, ":")
			one, err := pool.RunWithOptions(&dockertest.RunOptions{Repository: name, Tag: tag, Labels: map[string]string{"chatspec.owner": owner}})
			must(t, err)
			ids = append(ids, one.Container.ID)
			t.Cleanup(func() { pool.Purge(one) })
		}
		supply, err := broker.Open(t.Context(), broker.Container)
		must(t, err)
		must(t, supply.Close())
		left := containers(t, pool)
		if slices.Contains(left, ids[0]) || !slices.Contains(left, ids[1]) || !slices.Contains(left, ids[2]) || len(left) != 2 {
			t.Errorf("of the containers %q these are left: %q", ids, left)
		}
		if _, err := os.Stat(dead.Name()); !os.IsNotExist(err) {
			t.Errorf("the file of who is dead is left: %v", err)
		}
		for _, kept := range []string{living.Name(), other} {
			if _, err := os.Stat(kept); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestABrokerInDockerIsReachedFromThisMachineOnly, by who knows its password.
func TestABrokerInDockerIsReachedFromThisMachineOnly(t *testing.T) {
	withDocker(t, func(t *testing.T, pool *dockertest.Pool) {
		makeImage(t, pool)
		supply, err := broker.Open(t.Context(), broker.Container)
		must(t, err)
		one, err := pool.Client.InspectContainer(containers(t, pool)[0])
		must(t, err)
		for port, bound := range one.NetworkSettings.Ports {
			for _, at := range bound {
				ip := net.ParseIP(at.HostIP)
				if ip == nil || !ip.IsLoopback() {
					t.Errorf("the port %s is bound to %s", port, at.HostIP)
				}
				if _, err := broker.Open(context.WithoutCancel(t.Context()), "amqp://guest:guest@127.0.0.1:"+at.HostPort+"/"); err == nil || !strings.Contains(err.Error(), `does not take the user "guest"`) {
					t.Errorf("guest is told %v", err)
				}
			}
		}
		must(t, supply.Close())
		awaitContainers(t, pool, 0)
	})
}

func TestAnImageThatCannotBeHadIsSaidInOneSentence(t *testing.T) {
	withDocker(t, func(t *testing.T, _ *dockertest.Pool) {
		got := chatspec(t, inDocker())
		want := "chatspec: --amqp docker: the image " + broker.Image + " is not on this machine, and Docker could not fetch it: "
		if got.status != 2 || got.stdout != "" || !strings.HasPrefix(got.stderr, want) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("it ends with %d, prints %q and says %q", got.status, got.stdout, got.stderr)
		}
	})
}

func TestAScenarioHasADatabaseInDocker(t *testing.T) {
	if os.Getenv(besideDocker) == "" {
		longtest.Only(t)
		compile(t, "database", t.TempDir()) // so that beside Docker it takes seconds
	}
	withDocker(t, func(t *testing.T, pool *dockertest.Pool) {
		makeImageOf(t, pool, database.Image, "database")
		supply, err := database.Open(t.Context(), database.Container)
		must(t, err)
		lease, err := supply.Lease(t.Context(), database.Options{})
		must(t, err)
		listener, err := lease.Listen("127.0.0.1:0")
		must(t, err)
		client, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + listener.Addr().String()))
		must(t, err)
		_, err = client.Database("chat").Collection("pears").InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}})
		must(t, err)
		must(t, client.Disconnect(t.Context()))
		all, err := lease.Collections(t.Context())
		if err != nil || len(all) != 1 || all[0].Database != "chat" || all[0].Name != "pears" || len(all[0].Documents) != 1 {
			t.Errorf("it holds %v, %v", all, err)
		}
		must(t, listener.Close())
		lease.Release()
		must(t, supply.Close())
		awaitContainers(t, pool, 0)
	})
}
