package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/ory/dockertest/v3"
	"github.com/ory/dockertest/v3/docker"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// rabbitImage is of Debian's RabbitMQ.
const rabbitImage = "chatspec-test-rabbitmq:latest"

// rabbitStart is how a container of it starts: by the variables of the official image.
const rabbitStart = `#!/bin/sh
printf 'default_user = %s\ndefault_pass = %s\nloopback_users = none\n' "$RABBITMQ_DEFAULT_USER" "$RABBITMQ_DEFAULT_PASS" >/etc/rabbitmq/rabbitmq.conf && exec rabbitmq-server`

// TestVerdictsAreTheSameOnRabbitMQInAContainer: Debian's RabbitMQ, in an image of it.
func TestVerdictsAreTheSameOnRabbitMQInAContainer(t *testing.T) {
	longtest.OnlyProof(t)
	if os.Getenv(besideDocker) == "" {
		needsDocker(t)
		needs(t, "debootstrap")
		packRabbitMQ(t)
		onItsOwnMachine(t, syscall.CLONE_NEWNET, longestImage)
		return
	}
	settle(t)
	pool := startDocker(t)
	importRabbitMQ(t, pool)
	sample := filepath.Join("..", "..", "fixtures", "submissions", "rabbitmq", "python-flask-two-queues")
	wrong := filepath.Join(t.TempDir(), "wrong")
	must(t, os.CopyFS(wrong, os.DirFS(sample)))
	rmq, err := os.ReadFile(filepath.Join(sample, "rmq.py"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(wrong, "rmq.py"), bytes.ReplaceAll(rmq, []byte(`"general"`), []byte(`"General"`)), 0o600))
	for _, c := range []struct{ assignment, target string }{
		{"rabbitmq", "reference"},
		{"rooms", "reference"},
		{"rabbitmq", sample},
		{"rabbitmq", wrong},
	} {
		t.Run(c.assignment+" "+filepath.Base(c.target), func(t *testing.T) {
			verdicts := func(kind string) string {
				got := chatspec(t, call{
					args: []string{"run", c.target, "--assignment", c.assignment, "--amqp", kind, "--isolate", "none", "--format", "json", "--patience", "4"},
					env:  []string{"DOCKER_HOST=" + os.Getenv("DOCKER_HOST")},
				})
				return verdictsOf(t, got)
			}
			embedded, real := verdicts("embedded"), verdicts("docker:"+rabbitImage)
			if embedded != real {
				t.Errorf("on the embedded broker they are\n%s\nand on RabbitMQ\n%s", embedded, real)
			}
		})
	}
	awaitContainers(t, pool, 0)
}

// verdictsOf lists what was said of each rule.
func verdictsOf(t *testing.T, got ending) string {
	t.Helper()
	var result struct {
		Rules []struct{ ID, Verdict string }
	}
	if err := json.Unmarshal([]byte(got.stdout), &result); err != nil || len(result.Rules) == 0 {
		t.Fatalf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
	}
	var all strings.Builder
	for _, rule := range result.Rules {
		fmt.Fprintf(&all, "%s %s\n", rule.ID, rule.Verdict)
	}
	return all.String()
}

// packedRabbitMQ is where a Debian with RabbitMQ is kept between runs.
func packedRabbitMQ(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	must(t, err)
	return filepath.Join(cache, "chatspec-test", "rabbitmq-"+debian(t)+".tar")
}

// debian is the release of this machine.
func debian(t *testing.T) string {
	t.Helper()
	system, err := os.ReadFile("/etc/os-release")
	must(t, err)
	release := regexp.MustCompile(`(?m)^VERSION_CODENAME=(\w+)$`).FindSubmatch(system)
	if release == nil {
		t.Fatalf("it is not known which Debian this is:\n%s", system)
	}
	return string(release[1])
}

// bareDebian is a folder with the least of this machine's release.
func bareDebian(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	said, err := exec.Command("debootstrap", "--variant=minbase", debian(t), root, "http://deb.debian.org/debian").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return root
}

// packRabbitMQ makes a Debian with RabbitMQ, unless there is one.
func packRabbitMQ(t *testing.T) {
	t.Helper()
	packed := packedRabbitMQ(t)
	if _, err := os.Stat(packed); err == nil {
		return
	}
	root := bareDebian(t)
	runs := func(command string, arguments ...string) {
		t.Helper()
		if said, err := exec.Command(command, arguments...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, said)
		}
	}
	// A package that brings a service starts it, unless there is a file that says no.
	must(t, os.WriteFile(filepath.Join(root, "usr", "sbin", "policy-rc.d"), []byte("#!/bin/sh\nexit 101\n"), 0o755))
	runs("chroot", root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "install", "--no-install-recommends", "rabbitmq-server")
	runs("chroot", root, "apt-get", "clean")
	must(t, os.MkdirAll(filepath.Dir(packed), 0o755))
	runs("tar", "-C", root, "--one-file-system", "-cf", packed+".part", ".")
	must(t, os.Rename(packed+".part", packed))
}

// importRabbitMQ makes an image of it.
func importRabbitMQ(t *testing.T, pool *dockertest.Pool) {
	t.Helper()
	packed, err := os.Open(packedRabbitMQ(t))
	must(t, err)
	defer packed.Close()
	must(t, pool.Client.ImportImage(docker.ImportImageOptions{Repository: "debian-rabbitmq", Tag: "latest", Source: "-", InputStream: packed, OutputStream: io.Discard}))
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "start"), []byte(rabbitStart), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM debian-rabbitmq\nCOPY start /start\nEXPOSE 5672\nCMD [\"/start\"]\n"), 0o644))
	var said bytes.Buffer
	err = pool.Client.BuildImage(docker.BuildImageOptions{Name: rabbitImage, Dockerfile: "Dockerfile", ContextDir: dir, OutputStream: &said})
	if err != nil {
		t.Fatalf("making the image: %v\n%s", err, said.String())
	}
}
