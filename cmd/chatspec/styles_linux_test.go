package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// TestASubmissionIsBuiltByTheConventionsOfItsLanguage: as it was handed in, in a host, and
// nothing of that is left in its folder. Each of these chats only listens.
func TestASubmissionIsBuiltByTheConventionsOfItsLanguage(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	for _, c := range []struct {
		style string
		tools []string
		long  bool // its tools are large
	}{
		{"c", []string{"gcc"}, false},
		{"make", []string{"gcc", "make"}, false},
		{"npm", []string{"node"}, false},
		{"go-cmd", []string{"go"}, true},
		{"cpp", []string{"g++"}, true},
		{"cmake", []string{"cmake", "gcc"}, true},
		{"java", []string{"javac"}, true},
		{"maven", []string{"mvn"}, true},
		{"gradle", []string{"gradle"}, true},
		{"rust", []string{"rustc"}, true},
		{"cargo", []string{"cargo"}, true},
		{"typescript", []string{"tsc", "node"}, true},
		{"csharp", []string{"mcs", "mono"}, true},
	} {
		t.Run(c.style, func(t *testing.T) {
			t.Parallel()
			if c.long {
				longtest.Only(t)
			}
			if c.style == "maven" || c.style == "gradle" {
				longtest.OnlyProof(t) // they are started for longer than they build
			}
			for _, tool := range c.tools {
				needs(t, tool)
			}
			dir := filepath.Join(t.TempDir(), c.style)
			must(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "styles", c.style))))
			before := tree(t, dir)
			got := chatspec(t, call{args: []string{"run", dir, "--isolate", "host", "--tags", "@PEER-1.1", "--format", "json"}})
			if got.status != 0 || got.stderr != "" {
				t.Errorf("it ends with %d and says %q and %q", got.status, got.stdout, got.stderr)
			}
			if after := tree(t, dir); after != before {
				t.Errorf("the folder holds\n%s\nand held\n%s", after, before)
			}
		})
	}
}

// tree lists all files below a folder.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	must(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		all = append(all, path)
		return err
	}))
	return strings.Join(all, "\n")
}

func TestWhatCannotBeBuiltEndsTheRunAndSaysWhy(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	needs(t, "gcc")
	needs(t, "make")
	const main = "int main(void) { return 0; }\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		says  []string
	}{
		{"a library that is not here", map[string]string{"chat.c": "#include <SimpleAmqpClient/SimpleAmqpClient.h>\n" + main},
			[]string{"chatspec: chat.c does not compile: ", "is of a library that is not on this machine: install it (Debian: apt-get install libsimpleamqpclient-dev)"}},
		{"a mistake", map[string]string{"chat.c": "int main(void) { return x; }\n"}, []string{"chatspec: chat.c does not compile: ", "‘x’ undeclared"}},
		{"a Makefile that makes something else", map[string]string{"Makefile": "chat: a b\na b:\n\tcp /bin/true $@\n", "Note": ""},
			[]string{"chatspec: Makefile cannot be built (make): ", "make has made no chat; what it has made: ./a ./b"}},
		{"a Makefile that needs what is not here", map[string]string{"Makefile": "chat: main.c\n\tno-such-compiler -o $@ $<\n", "main.c": main},
			[]string{"chatspec: Makefile cannot be built (make): ", "no-such-compiler"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := chatspec(t, call{args: []string{"run", folder(t, c.files), "--isolate", "host"}})
			if got.status != 2 {
				t.Errorf("it ends with %d", got.status)
			}
			for _, says := range c.says {
				if !strings.Contains(got.stderr, says) {
					t.Errorf("it says\n%s\nand not\n%s", got.stderr, says)
				}
			}
		})
	}
}

// TestABuildReadsNothingOfTheMachines: no file of who judges gets into a program.
func TestABuildReadsNothingOfTheMachines(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	needs(t, "gcc")
	secret := filepath.Join(folder(t, map[string]string{"secret": "a_grade\n"}), "secret")
	got := chatspec(t, call{args: []string{"run", folder(t, map[string]string{"chat.c": "#include \"" + secret + "\"\nint main(void) { return 0; }\n"}), "--isolate", "host"}})
	if got.status != 2 || strings.Contains(got.stderr, "a_grade") || !strings.Contains(got.stderr, "No such file or directory") {
		t.Errorf("it ends with %d and says %s", got.status, got.stderr)
	}
}

// TestASourceIsMadeOnTheMachineWithoutIsolation: in a copy of its folder.
func TestASourceIsMadeOnTheMachineWithoutIsolation(t *testing.T) {
	t.Parallel()
	needs(t, "gcc")
	if _, err := exec.LookPath("find"); err != nil {
		t.Skip(err)
	}
	dir := filepath.Join(t.TempDir(), "c")
	must(t, os.CopyFS(dir, os.DirFS("testdata/styles/c")))
	before := tree(t, dir)
	got := chatspec(t, call{args: []string{"run", dir, "--isolate", "none", "--tags", "@PEER-1.1", "--format", "json"}})
	if got.status != 0 || tree(t, dir) != before {
		t.Errorf("it ends with %d and says %q and %q", got.status, got.stdout, got.stderr)
	}
}
