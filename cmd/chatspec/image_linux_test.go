package main_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ory/dockertest/v3"
	"github.com/ory/dockertest/v3/docker"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// The images of the test: Debian as debootstrap makes it, and chatspec's.
const (
	testBase  = "chatspec-test-base:latest"
	testImage = "chatspec-test:latest"
)

// longestImage is when the making of an image is given up: packages are fetched for it.
const longestImage = 50 * time.Minute

// TestTheImageJudges what it can: the Dockerfile is built on a Debian of this machine's release, and what comes of it is
// used without any network.
func TestTheImageJudges(t *testing.T) {
	longtest.OnlyProof(t)
	if os.Getenv(besideDocker) == "" {
		needsDocker(t)
		needs(t, "debootstrap")
		onItsOwnMachine(t, 0, longestImage)
		return
	}
	settle(t)
	pool := startDocker(t, "--bridge=none", "--iptables=false", "--ip6tables=false") // this machine's network is left as it is
	makeBase(t, pool)
	buildImage(t, pool)

	in := startImage(t, pool)
	t.Run("the doctor finds what submissions need", func(t *testing.T) {
		status, said := in("chatspec", "doctor")
		if status != 0 || regexp.MustCompile(`(?m)^(python3|node|java) +(not found|.* does not answer)`).MatchString(said) || strings.Count(said, "can be judged here\n") != 6 {
			t.Errorf("it ends with %d and says\n%s", status, said)
		}
	})
	t.Run("Python has its libraries", func(t *testing.T) {
		status, said := in("python3", "-c", "import zmq, pika, pymongo, fastapi, uvicorn, flask, pytest, httpx, requests, PyQt5.QtWidgets, tkinter, gi; gi.require_version('Gtk', '3.0')")
		if status != 0 {
			t.Errorf("it ends with %d and says\n%s", status, said)
		}
	})
	t.Run("the reference conforms", func(t *testing.T) {
		status, said := in("chatspec", "run", "reference", "--format", "json", "--patience", "4")
		if status != 0 || !strings.Contains(said, "chatspec: programs run on this machine itself: ") {
			t.Errorf("it ends with %d and says\n%s", status, said)
		}
		conform := 0
		for line := range strings.Lines(said) {
			var result struct{ Verdict, Isolation string }
			if json.Unmarshal([]byte(line), &result) == nil && result.Verdict == "conformant" && result.Isolation == "none" {
				conform++
			}
		}
		if conform != 6 {
			t.Errorf("%d assignments conform:\n%s", conform, said)
		}
	})
	t.Run("a sample conforms, and one with a fault does not", func(t *testing.T) {
		for name, want := range map[string]int{"right": 0, "wrong": 1} {
			if status, said := in("chatspec", "run", "--rule", "PEER-3.2", name); status != want {
				t.Errorf("%s: it ends with %d and says\n%s", name, status, said)
			}
		}
	})
}

// makeBase makes the image of a Debian.
func makeBase(t *testing.T, pool *dockertest.Pool) {
	t.Helper()
	dir := bareDebian(t)
	packing := exec.Command("tar", "-C", dir, "--one-file-system", "-c", ".")
	packed, err := packing.StdoutPipe()
	must(t, err)
	must(t, packing.Start())
	name, tag, _ := strings.Cut(testBase, ":")
	must(t, pool.Client.ImportImage(docker.ImportImageOptions{Repository: name, Tag: tag, Source: "-", InputStream: packed, OutputStream: io.Discard}))
	must(t, packing.Wait())
}

// buildImage builds the image as `make image` does.
func buildImage(t *testing.T, pool *dockertest.Pool) {
	t.Helper()
	dir := t.TempDir()
	recipe, err := os.ReadFile(filepath.Join("..", "..", "Dockerfile"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), recipe, 0o644))
	t.Setenv("CGO_ENABLED", "0")
	must(t, buildAll(filepath.Join(dir, "bin", "linux")))
	var said bytes.Buffer
	err = pool.Client.BuildImage(docker.BuildImageOptions{
		Name: testImage, Dockerfile: "Dockerfile", ContextDir: dir, NetworkMode: "host", OutputStream: &said,
		BuildArgs: []docker.BuildArg{{Name: "BASE", Value: testBase}},
	})
	if err != nil {
		t.Fatalf("making the image: %v\n%s", err, said.String())
	}
}

// startImage runs a container of the image without a network, with a right chat and a wrong one, and returns what runs a
// command in it. There is but one: with the storage that Docker has here, each copies all of the image.
func startImage(t *testing.T, pool *dockertest.Pool) (in func(command ...string) (status int, said string)) {
	t.Helper()
	dir := folder(t, map[string]string{"right/chat.py": right, "wrong/chat.py": counting(t)})
	one, err := pool.Client.CreateContainer(docker.CreateContainerOptions{
		Config:     &docker.Config{Image: testImage, Entrypoint: []string{"sleep", "infinity"}},
		HostConfig: &docker.HostConfig{NetworkMode: "none", Binds: []string{dir + ":/work:ro"}},
	})
	must(t, err)
	must(t, pool.Client.StartContainer(one.ID, nil))
	t.Cleanup(func() { must(t, pool.Client.KillContainer(docker.KillContainerOptions{ID: one.ID})) })
	return func(command ...string) (int, string) {
		t.Helper()
		call, err := pool.Client.CreateExec(docker.CreateExecOptions{Container: one.ID, Cmd: command, AttachStdout: true, AttachStderr: true})
		must(t, err)
		var said bytes.Buffer
		must(t, pool.Client.StartExec(call.ID, docker.StartExecOptions{OutputStream: &said, ErrorStream: &said}))
		ended, err := pool.Client.InspectExec(call.ID)
		must(t, err)
		return ended.ExitCode, said.String()
	}
}
