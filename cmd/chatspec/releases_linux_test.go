package main_test

import (
	"debug/buildinfo"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/chatspec/chatspec/fixtures/companion"
	"github.com/chatspec/chatspec/fixtures/longtest"
)

// releases is what .goreleaser.yaml says of what is built.
type releases struct {
	Builds   []releaseBuild
	Archives []struct{ Files []string }
}

func readReleases(t *testing.T) (file string, r releases) {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("..", "..", ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return file, r
}

func TestGoreleaserUnderstandsItsConfiguration(t *testing.T) {
	longtest.OnlyProof(t)
	file, _ := readReleases(t)
	for _, c := range []struct {
		name, before, after string
		isRight             bool
	}{
		{"as it is", "", "", true},
		{"with a word that it does not know", "project_name:", "project_names:", false},
	} {
		text, err := os.ReadFile(file)
		must(t, err)
		other := filepath.Join(t.TempDir(), ".goreleaser.yaml")
		must(t, os.WriteFile(other, []byte(strings.Replace(string(text), c.before, c.after, 1)), 0o644))
		cmd := exec.CommandContext(t.Context(), "go", "run", ".", other)
		cmd.Dir = filepath.Join("testdata", "releases")
		if said, err := cmd.CombinedOutput(); (err == nil) != c.isRight {
			t.Errorf("%s: %v\n%s", c.name, err, said)
		}
	}
}

// TestEachReleaseCanBeBuilt with the flags of the configuration, for each system, and those for Linux are static.
func TestEachReleaseCanBeBuilt(t *testing.T) {
	longtest.OnlyProof(t)
	_, r := readReleases(t)
	if len(r.Builds) != 1+len(companion.All()) || len(r.Builds[0].Targets) < 4 {
		t.Fatalf("it builds %+v", r.Builds)
	}
	for _, build := range r.Builds {
		t.Run(build.Binary, func(t *testing.T) { build.canBeBuilt(t) })
	}
}

// A releaseBuild is how one program of a release is built.
type releaseBuild struct {
	Main, Binary                 string
	Env, Flags, Ldflags, Targets []string
}

func (build releaseBuild) canBeBuilt(t *testing.T) {
	ldflags := strings.ReplaceAll(strings.Join(build.Ldflags, " "), "{{ .Version }}", "1.2.3")
	for _, target := range build.Targets {
		t.Run(target, func(t *testing.T) {
			system, machine, _ := strings.Cut(target, "_")
			program := filepath.Join(t.TempDir(), build.Binary)
			cmd := exec.CommandContext(t.Context(), "go", slices.Concat([]string{"build"}, build.Flags, []string{"-ldflags", ldflags, "-o", program, build.Main})...)
			cmd.Dir = filepath.Join("..", "..")
			cmd.Env = slices.Concat(os.Environ(), build.Env, []string{"GOOS=" + system, "GOARCH=" + machine})
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			info, err := buildinfo.ReadFile(program)
			must(t, err)
			for _, setting := range info.Settings {
				if setting.Key == "GOOS" && setting.Value != system || setting.Key == "GOARCH" && setting.Value != machine || setting.Key == "CGO_ENABLED" && setting.Value != "0" {
					t.Errorf("it was built with %s=%s", setting.Key, setting.Value)
				}
			}
			if system == "linux" {
				checkStatic(t, program)
			}
			if system != runtime.GOOS || machine != runtime.GOARCH || build.Binary != "chatspec" {
				return
			}
			if said, err := exec.Command(program, "version").Output(); err != nil || !strings.HasPrefix(string(said), "chatspec v1.2.3, ") {
				t.Errorf("it says %q: %v", said, err)
			}
		})
	}
}

// checkStatic checks that a program needs no library of the machine.
func checkStatic(t *testing.T, program string) {
	t.Helper()
	file, err := elf.Open(program)
	must(t, err)
	defer file.Close()
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
			t.Errorf("it is linked when it starts: %v", part.Type)
		}
	}
}

// TestWhatAReleaseHoldsIsThere: the files of its archives, and the scripts for shells, which the Makefile writes.
func TestWhatAReleaseHoldsIsThere(t *testing.T) {
	t.Parallel()
	_, r := readReleases(t)
	for _, pattern := range r.Archives[0].Files {
		if pattern == "completions/*" {
			continue // made for a release
		}
		if found, err := filepath.Glob(filepath.Join("..", "..", pattern)); err != nil || len(found) == 0 {
			t.Errorf("there is no %s: %v", pattern, err)
		}
	}
	rules, err := exec.Command("make", "-C", filepath.Join("..", ".."), "-n", "completions", "GO=go").CombinedOutput()
	if err != nil || !strings.Contains(string(rules), "for shell in bash zsh fish powershell") {
		t.Errorf("make says %v\n%s", err, rules)
	}
}
