package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/chatspec/chatspec/fixtures/companion"
	"github.com/chatspec/chatspec/fixtures/longtest"
	"github.com/chatspec/chatspec/grading"
)

// A stranger is a submission that tries to get something while it is looked at, before
// any of its programs is judged.
type stranger struct {
	dir string
	// trace is a file outside of all hosts, which is there when something of the
	// submission was run on the machine.
	trace string
}

// newStranger writes a submission. TRACE in its texts is a shell command that leaves the
// trace; a name that ends in * can be executed.
func newStranger(t *testing.T, files map[string]string) stranger {
	t.Helper()
	traces := t.TempDir()
	must(t, os.Chmod(traces, 0o777))
	s := stranger{trace: filepath.Join(traces, "was-run")}
	texts := map[string]string{}
	for name, text := range files {
		texts[strings.TrimSuffix(name, "*")] = strings.ReplaceAll(text, "TRACE", "echo run >"+s.trace)
	}
	s.dir = folder(t, texts)
	for name := range files {
		if executable, ok := strings.CutSuffix(name, "*"); ok {
			must(t, os.Chmod(filepath.Join(s.dir, executable), 0o755))
		}
	}
	return s
}

func (s stranger) wasRun() bool {
	_, err := os.Stat(s.trace)
	return err == nil
}

// TestNothingOfASubmissionRunsOnTheMachine: each of these would be run where it is looked
// at by whoever asks interpreters without care.
func TestNothingOfASubmissionRunsOnTheMachine(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	const script = "#!/bin/sh\nTRACE\nexec /usr/bin/python3 \"$@\"\n"
	const module = "import os\nos.system('TRACE')\n"
	const named = "assignment: tcp-peer\nprograms: {chat: {run: '%s chat.py {name} {port} {peers}'}}\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		links map[string]string
		env   []string
		// control is set where the same is run with --isolate none, which shows that the
		// trap would work.
		control bool
		// long is set where another is much like it.
		long bool
	}{
		{"an interpreter of its own", map[string]string{".venv/bin/python*": script}, nil, nil, true, false},
		{"an interpreter that a link leads to", map[string]string{"tools/bin/python*": script}, map[string]string{"venv": "tools"}, nil, false, true},
		{"a command that is found through the caller's folder",
			map[string]string{"python3*": script, "chatspec.yaml": fmt.Sprintf(named, "/proc/self/cwd/python3")}, nil, nil, false, true},
		{"a command in it", map[string]string{"python3*": script, "chatspec.yaml": fmt.Sprintf(named, "./python3")}, nil, nil, true, true},
		{"a PATH with an empty place", map[string]string{"python3*": script}, nil, []string{"PATH=:" + os.Getenv("PATH")}, false, false},
		{"a PATH with a relative place", map[string]string{"bin/python3*": script}, nil, []string{"PATH=./bin:" + os.Getenv("PATH")}, false, true},
		{"a PYTHONPATH with an empty place", map[string]string{"sitecustomize.py": module, "json.py": module, "ast.py": module}, nil, []string{"PYTHONPATH=:"}, false, false},
		{"a PYTHONPATH with a relative place", map[string]string{"lib/sitecustomize.py": module}, nil, []string{"PYTHONPATH=lib"}, false, true},
		{"a version that pyenv would execute", map[string]string{".python-version": "../../../../..DIR/evil\n", "evil/bin/python3*": script, "evil/bin/python*": script}, nil, nil, false, false},
		{"a module that is imported", map[string]string{"chat.py": "import helper, wire.frames\n" + right, "helper.py": module, "wire/__init__.py": module, "wire/frames.py": module}, nil, nil, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.long {
				longtest.Only(t)
			}
			asBothUsers(t, func(t *testing.T, ordinary bool) {
				files := map[string]string{"chat.py": right}
				for name, text := range c.files {
					files[name] = text
				}
				s := newStranger(t, files)
				if version := filepath.Join(s.dir, ".python-version"); c.files[".python-version"] != "" {
					must(t, os.WriteFile(version, []byte(strings.ReplaceAll(c.files[".python-version"], "DIR", s.dir)), 0o644))
				}
				for name, points := range c.links {
					must(t, os.Symlink(points, filepath.Join(s.dir, name)))
				}
				args := []string{"run", ".", "--tags", "@PEER-1.1", "--format", "json"}
				got := chatspec(t, call{args: append(args, "--isolate", "host"), dir: s.dir, env: c.env, ordinary: ordinary})
				if s.wasRun() {
					t.Errorf("it was run on the machine; chatspec ends with %d and says %q", got.status, got.stderr)
				}
				if c.control {
					must(t, os.Chmod(s.dir, 0o777))
					got := chatspec(t, call{args: append(args, "--isolate", "none"), dir: s.dir, env: c.env, ordinary: ordinary})
					if !s.wasRun() || !strings.HasPrefix(got.stderr, warnings["none"]) {
						t.Errorf("without hosts it was not run, or not announced: it ends with %d and says %q", got.status, got.stderr)
					}
				}
			})
		})
	}
}

// TestDoctorRunsNothingOfAFolder: it may be called in that of a submission.
func TestDoctorRunsNothingOfAFolder(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	needs(t, "python3")
	const module = "import os\nos.system('TRACE')\n"
	const script = "#!/bin/sh\nTRACE\nexec /usr/bin/python3 \"$@\"\n"
	asBothUsers(t, func(t *testing.T, ordinary bool) {
		s := newStranger(t, map[string]string{
			"tkinter.py": module, "gi.py": module, "PyQt5/__init__.py": module, "site.py": module, "sitecustomize.py": module, "evil/bin/python3*": script,
		})
		must(t, os.WriteFile(filepath.Join(s.dir, ".python-version"), []byte("../../../../.."+s.dir+"/evil\n"), 0o644))
		got := chatspec(t, call{args: []string{"doctor"}, dir: s.dir, env: []string{"PYTHONPATH=:"}, ordinary: ordinary})
		if got.status != 0 || !strings.Contains(got.stdout, "windows ") || s.wasRun() {
			t.Errorf("it ends with %d, was run: %v; it says %q and prints\n%s", got.status, s.wasRun(), got.stderr, got.stdout)
		}
	})
}

// TestFilesThatHangOrFillTheJudge: a verdict comes, or one sentence, in bounded memory.
func TestFilesThatHangOrFillTheJudge(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	needsHosts(t)
	for _, c := range []struct {
		name string
		make func(t *testing.T, dir string)
		says string // or it is judged
	}{
		{"a pipe beside the program", func(t *testing.T, dir string) {
			must(t, syscall.Mkfifo(filepath.Join(dir, "zz.py"), 0o644))
			must(t, syscall.Mkfifo(filepath.Join(dir, ".python-version"), 0o644))
			must(t, syscall.Mkfifo(filepath.Join(dir, "go.mod"), 0o644))
		}, ""},
		{"a link to what never ends", func(t *testing.T, dir string) {
			for _, name := range []string{"zz.py", "helper.py", ".python-version", "chat.js"} {
				must(t, os.Symlink("/dev/zero", filepath.Join(dir, name)))
			}
		}, ""},
		{"a source with holes", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "zz.py"), nil, 0o644))
			must(t, os.Truncate(filepath.Join(dir, "zz.py"), 60<<20))
		}, ""},
		{"gigabytes of holes", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "data"), nil, 0o644))
			must(t, os.Truncate(filepath.Join(dir, "data"), 1<<40))
		}, "holds more than 64 MiB: take out what its programs do not need"},
		{"more files than anybody writes", func(t *testing.T, dir string) {
			must(t, os.Mkdir(filepath.Join(dir, "many"), 0o755))
			for i := range 25_000 {
				must(t, os.WriteFile(filepath.Join(dir, "many", fmt.Sprint(i)), nil, 0o644))
			}
		}, "holds more than 20000 files: take out what its programs do not need"},
		{"an import that is a bomb to who parses it", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "chat.py"), []byte(right+"\nimport bomb, deep\n"), 0o644))
			must(t, os.WriteFile(filepath.Join(dir, "bomb.py"), []byte("x = ["+strings.Repeat("-1,", 1_300_000)+"]\n"), 0o644))
			must(t, os.WriteFile(filepath.Join(dir, "deep.py"), []byte("x = "+strings.Repeat("(", 1_000_000)+"\n"), 0o644))
		}, ""},
		{"quotes that never end", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "zz.py"), []byte(strings.Repeat("\\\"\"\"\n", 500_000)), 0o644))
		}, ""},
		{"comments that never end", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "chat_.c"), []byte(strings.Repeat(`/* "" `, 500_000)), 0o644))
		}, ""},
		{"hundreds of its name", func(t *testing.T, dir string) {
			for i := range 1 << 9 {
				name := strings.ReplaceAll(strings.ReplaceAll(fmt.Sprintf("c%09bhat.py", i), "0", "_"), "1", "-")
				must(t, os.WriteFile(filepath.Join(dir, name), []byte(strings.Repeat("import helper\n", 500)+right), 0o644))
			}
		}, ""},
		{"brackets that never end", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "chatspec.yaml"), []byte("hosts: "+strings.Repeat("[", 60_000)), 0o644))
		}, "chatspec.yaml:1: more than 32 lists and mappings stand within each other"},
		{"folders within each other", func(t *testing.T, dir string) {
			must(t, os.MkdirAll(filepath.Join(dir, strings.Repeat("a/", 1500)), 0o755))
		}, "has more than 32 folders within each other: take out what its programs do not need"},
		{"a long path", func(t *testing.T, dir string) {
			must(t, os.MkdirAll(filepath.Join(dir, strings.Repeat(strings.Repeat("a", 200)+"/", 6)), 0o755))
		}, "has a path of more than 1024 bytes: give its folders and files shorter names"},
		{"hundreds of libraries", func(t *testing.T, dir string) {
			for i := range 300 {
				must(t, os.MkdirAll(filepath.Join(dir, fmt.Sprint(i), "env"), 0o755))
			}
		}, "has more than 16 folders of libraries (node_modules, venv, .venv, env): leave those that its programs use"},
		{"thousands of projects", func(t *testing.T, dir string) {
			for i := range 4500 {
				must(t, os.MkdirAll(filepath.Join(dir, fmt.Sprint(i)), 0o755))
				for _, name := range []string{"package.json", "pom.xml", "Makefile"} {
					must(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i), name), []byte("chat5: x\n"), 0o644))
				}
			}
		}, "two files could be chat5: "},
		{"links in a circle", func(t *testing.T, dir string) {
			must(t, os.Symlink("b", filepath.Join(dir, "a")))
			must(t, os.Symlink("a", filepath.Join(dir, "b")))
			must(t, os.Symlink(".", filepath.Join(dir, "here")))
			must(t, os.Symlink("venv", filepath.Join(dir, "venv")))
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			asBothUsers(t, func(t *testing.T, ordinary bool) {
				dir := folder(t, map[string]string{"chat.py": "import json\n" + right})
				c.make(t, dir)
				got := chatspec(t, call{args: []string{"run", dir, "--isolate", "host", "--tags", "@PEER-1.1", "--format", "json"}, ordinary: ordinary})
				if got.peak == 0 || got.peak > mostMemory {
					t.Errorf("it needed %d MiB", got.peak>>20)
				}
				if c.says != "" {
					if got.status != 2 || !strings.Contains(got.stderr, c.says) || strings.Count(got.stderr, "\n") != 1 {
						t.Errorf("it ends with %d and says %q", got.status, got.stderr)
					}
					return
				}
				if got.status != 0 || got.stderr != "" || results(t, got.stdout)[0].Rules[0].Verdict != grading.Passed {
					t.Errorf("it ends with %d and says %q", got.status, got.stderr)
				}
			})
		})
	}
}

// TestALinkedManifestIsNotRead: a line of whatever it leads to would be told.
func TestALinkedManifestIsNotRead(t *testing.T) {
	t.Parallel()
	secret := folder(t, map[string]string{"secret": "password: of-the-grader\n"})
	dir := folder(t, map[string]string{"chat.py": ""})
	must(t, os.Symlink(filepath.Join(secret, "secret"), filepath.Join(dir, "chatspec.yaml")))
	got := chatspec(t, call{args: []string{"run", dir}})
	if got.status != 2 || strings.Contains(got.stderr, "password") || !strings.HasSuffix(got.stderr, "chatspec.yaml is no text file of at most 64 KiB\n") {
		t.Errorf("it ends with %d and says %q", got.status, got.stderr)
	}
}

// TestASubmissionDoesNotChooseWhatItReads: each of these would have a folder of the
// grader's mounted in its hosts. The program listens only where it finds nothing there.
func TestASubmissionDoesNotChooseWhatItReads(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	const named = "assignment: tcp-peer\nprograms: {chat: {run: '%s {name} {port} {peers}'}}\n"
	for _, c := range []struct {
		name string
		// make completes a submission. Home is the grader's, with a secret in it.
		make func(t *testing.T, dir, home string)
		// args are further ones; HOME in them is the home.
		args []string
		path string // of the grader, before the rest
		says string // or the program runs, and finds nothing
	}{
		{"links that are called as libraries", func(t *testing.T, dir, home string) {
			for _, name := range []string{"venv", ".venv", "env", "node_modules"} {
				must(t, os.Symlink(home, filepath.Join(dir, name)))
			}
		}, nil, "", ""},
		{"links through a folder", func(t *testing.T, dir, home string) {
			must(t, os.Symlink(home, filepath.Join(dir, "data")))
			must(t, os.Symlink("data", filepath.Join(dir, "node_modules")))
			must(t, os.Symlink("../.."+home, filepath.Join(dir, "up")))
		}, nil, "", ""},
		{"an interpreter in a folder of the home", func(t *testing.T, dir, home string) {
			must(t, os.WriteFile(filepath.Join(dir, "chatspec.yaml"), fmt.Appendf(nil, named, home+"/bin/python3 chat.py"), 0o644))
		}, nil, "", "chat is run with HOME/bin/python3, which programs on hosts of their own are not given: name a command that is on the PATH, or let them read its folder with --mount"},
		{"a file in the home", func(t *testing.T, dir, home string) {
			must(t, os.WriteFile(filepath.Join(dir, "chatspec.yaml"), fmt.Appendf(nil, named, home+"/secret"), 0o644))
		}, nil, "", "chat is run with HOME/secret, which programs on hosts of their own are not given: name a command that is on the PATH, or let them read its folder with --mount"},
		{"a build in the home", func(t *testing.T, dir, home string) {
			must(t, os.WriteFile(filepath.Join(dir, "chatspec.yaml"), []byte("build: "+home+"/bin/python3 chat.py\n"), 0o644))
		}, nil, "", "the build is run with HOME/bin/python3, which programs on hosts of their own are not given: name a command that is on the PATH, or let them read its folder with --mount"},
		{"an environment that names the home", func(t *testing.T, dir, home string) {
			must(t, os.MkdirAll(filepath.Join(dir, ".venv", "bin"), 0o755))
			answer := `printf '{"executable": "` + home + `/bin/python3", "version": "3", "user": "` + home + `", "own": ["` + home + `"], "files": {"chat.py": {"places": {"x": "` + home + `/x"}}}}'`
			must(t, os.WriteFile(filepath.Join(dir, ".venv", "bin", "python"), []byte("#!/bin/sh\ncase $1 in -I) "+answer+";; *) exec /usr/bin/python3 \"$@\"; esac\n"), 0o755))
		}, nil, "", ""},
		{"a PATH of the grader's home", func(t *testing.T, dir, home string) {}, nil, "HOME/bin", ""},
		{"all of the machine", func(*testing.T, string, string) {}, []string{"--mount", "/"}, "", "--mount /: strangers would read too much there: name the folder of the interpreter or the library itself"},
		{"all homes", func(*testing.T, string, string) {}, []string{"--mount", "/home"}, "", "--mount /home: strangers would read too much there: name the folder of the interpreter or the library itself"},
		{"the grader's home", func(*testing.T, string, string) {}, []string{"--mount", "HOME"}, "", "--mount HOME: strangers would read too much there: name the folder of the interpreter or the library itself"},
		{"devices", func(*testing.T, string, string) {}, []string{"--mount", "/dev/shm"}, "", "--mount /dev/shm: strangers would read too much there: name the folder of the interpreter or the library itself"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			asBothUsers(t, func(t *testing.T, ordinary bool) {
				home := folder(t, map[string]string{"secret": "a grade", "lib/python3.0/x": "", "bin/x": ""})
				must(t, os.Chmod(filepath.Join(home, "secret"), 0o755))
				must(t, os.Symlink("/usr/bin/python3", filepath.Join(home, "bin", "python3")))
				dir := folder(t, map[string]string{"chat.py": lookingFor(filepath.Join(home, "secret"))})
				c.make(t, dir, home)
				args := []string{"run", dir, "--isolate", "host", "--tags", "@PEER-1.1", "--format", "json"}
				for _, arg := range c.args {
					args = append(args, strings.ReplaceAll(arg, "HOME", home))
				}
				env := []string{"HOME=" + home}
				if c.path != "" {
					env = append(env, "PATH="+strings.ReplaceAll(c.path, "HOME", home)+":"+os.Getenv("PATH"))
				}
				got := chatspec(t, call{args: args, env: env, ordinary: ordinary})
				if c.says != "" {
					if want := "chatspec: " + strings.ReplaceAll(c.says, "HOME", home) + "\n"; got.status != 2 || got.stderr != want {
						t.Errorf("it ends with %d and says\n%swhere this is wanted:\n%s", got.status, got.stderr, want)
					}
					return
				}
				if got.status != 0 || got.stderr != "" {
					t.Errorf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
				}
			})
		})
	}
}

// lookingFor is a right chat that ends at once where it finds a file.
func lookingFor(file string) string {
	return fmt.Sprintf("import os, sys\nif os.path.exists(%q): sys.exit('it found the secret')\n", file) + right
}

// TestWhoJudgesLetsProgramsReadMore: also through a link, which is dropped otherwise.
func TestWhoJudgesLetsProgramsReadMore(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	asBothUsers(t, func(t *testing.T, ordinary bool) {
		library := folder(t, map[string]string{"kit/course.py": "given = True\n"}) + "/kit"
		dir := folder(t, map[string]string{
			"chat.py": "import os, sys\nsys.path.insert(0, os.path.realpath('env'))\nfrom importlib import import_module\nassert import_module('course').given\n" + right,
		})
		must(t, os.Symlink(library, filepath.Join(dir, "env")))
		for _, mounted := range []bool{true, false} {
			args := []string{"run", dir, "--isolate", "host", "--tags", "@PEER-1.1", "--format", "json"}
			if mounted {
				args = append(args, "--mount", library)
			}
			got := chatspec(t, call{args: args, ordinary: ordinary})
			if passed := got.status == 0; passed != mounted {
				t.Errorf("mounted is %v: it ends with %d, says %q and prints\n%s", mounted, got.status, got.stderr, got.stdout)
			}
		}
	})
}

// TestACompilerReadsNothingForASubmission: no file of the machine gets into a program.
// Each user's first build compiles Go's own library.
func TestACompilerReadsNothingForASubmission(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needsHosts(t)
	needs(t, "go")
	// It imports little: what it imports is compiled for each user.
	const chat = `package main

import (
	"os"
	"strconv"
	"syscall"
)

%s
func main() {
	%s
	port, _ := strconv.Atoi(os.Args[2])
	listener, _ := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	syscall.Bind(listener, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
	syscall.Listen(listener, 5)
	syscall.Accept(listener)
}
`
	caches := map[bool]string{true: t.TempDir(), false: t.TempDir()} // by whether the user is an ordinary one
	for _, cache := range caches {
		must(t, os.Chmod(cache, 0o777))
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		says  string // or it is judged
	}{
		{"none", map[string]string{"chat.go": fmt.Sprintf(chat, "", "")}, ""},
		{"a C compiler", map[string]string{"chat.go": "package main\n\n// #include \"SECRET\"\nimport \"C\"\n\nfunc main() {}\n"}, "chat.go does not compile: "},
		{"an assembler", map[string]string{
			"chat.go": fmt.Sprintf(chat, "func secret()", "secret()"), "go.mod": "module example.com/chat\n", "secret_amd64.s": "#include \"SECRET\"\n",
		}, "chat.go does not compile: "},
		{"an embedded file", map[string]string{"chat.go": fmt.Sprintf(strings.Replace(chat, "\t\"os\"\n", "\t\"os\"\n\t_ \"embed\"\n", 1), "//go:embed secret.txt\nvar secret string\n", "_ = secret")}, "chat.go does not compile: "},
		{"another module", map[string]string{
			"chat.go": fmt.Sprintf(chat, "", ""), "go.mod": "module example.com/chat\n\nreplace example.com/secret => ../secret\n",
		}, "go.mod replaces a module by ../secret, which is outside the submission"},
		{"an assembler of C", map[string]string{"chat.c": "__asm__(\".globl secret\\nsecret: .incbin \\\"SECRET\\\"\\n\");\nint main(void) { return 0; }\n"}, "chat.c does not compile: "},
		{"make", map[string]string{"chat.c": "#include \"secret.h\"\nint main(void) { return 0; }\n", "Makefile": "chat: chat.c secret.h\n\tgcc -o chat chat.c\nsecret.h: SECRET\n\tcp SECRET $@\n"},
			"Makefile cannot be built (make): "},
		{"a linker", map[string]string{"chat.c": "int main(void) { return 0; }\n", "script.ld": "INCLUDE SECRET\n", "Makefile": "chat: chat.c script.ld\n\tgcc -o chat chat.c -Wl,-T,script.ld\n"},
			"Makefile cannot be built (make): "},
		{"an annotation processor", map[string]string{"Chat.java": "class Chat { public static void main(String[] words) { new Made(); } }\n", "lib/spy.jar": "SPY", "spy.txt": "SECRET"}, "Chat.java does not compile: "},
		{"another tool chain", map[string]string{"chat.go": fmt.Sprintf(chat, "", ""), "go.mod": "module example.com/chat\n\ngo 1.99\ntoolchain go1.99.0\n"}, "chat.go does not compile: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			// One after the other: only the first compiles Go's own library.
			asBothUsers(t, func(t *testing.T, ordinary bool) {
				secret := filepath.Join(folder(t, map[string]string{"secret": "a_grade\n"}), "secret")
				files := map[string]string{}
				for name, text := range c.files {
					files[name] = strings.ReplaceAll(text, "SECRET", secret)
				}
				if files["chat.c"] != "" {
					needs(t, "gcc")
					needs(t, "make")
				}
				if files["lib/spy.jar"] != "" {
					files["lib/spy.jar"] = spy(t)
				}
				dir := folder(t, files)
				must(t, os.Symlink(secret, filepath.Join(dir, "secret.txt")))
				got := chatspec(t, call{args: []string{"run", dir, "--isolate", "host", "--tags", "@PEER-1.1", "--format", "json"}, env: []string{"XDG_CACHE_HOME=" + caches[ordinary]}, ordinary: ordinary})
				if strings.Contains(got.stdout+got.stderr, "a_grade") {
					t.Errorf("it got the secret: %s", got.stderr)
				}
				switch {
				case c.says == "" && (got.status != 0 || got.stderr != ""):
					t.Errorf("it ends with %d and says %q", got.status, got.stderr)
				case c.says != "" && (got.status != 2 || !strings.HasPrefix(got.stderr, "chatspec: "+c.says)):
					t.Errorf("it ends with %d and says %q, and should say %q", got.status, got.stderr, c.says)
				}
			})
		})
	}
}

// spy is an annotation processor in an archive, which javac runs (until Java 23, without being asked to): it complains of
// what is in the file that spy.txt names.
func spy(t *testing.T) string {
	t.Helper()
	const source = `import java.nio.file.*;
import java.util.Set;
import javax.annotation.processing.*;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;

@SupportedAnnotationTypes("*")
public class Spy extends AbstractProcessor {
	@Override public boolean process(Set<? extends TypeElement> all, RoundEnvironment round) {
		String found;
		try { found = Files.readString(Path.of(Files.readString(Path.of("spy.txt")))); } catch (Exception none) { found = "nothing"; }
		processingEnv.getMessager().printMessage(Diagnostic.Kind.ERROR, "the spy found " + found);
		return false;
	}
}
`
	needs(t, "javac")
	needs(t, "jar")
	dir := folder(t, map[string]string{"Spy.java": source, "classes/META-INF/services/javax.annotation.processing.Processor": "Spy\n"})
	for _, argv := range [][]string{{"javac", "-proc:none", "-d", "classes", "Spy.java"}, {"jar", "-cf", "spy.jar", "-C", "classes", "."}} {
		command := exec.Command(argv[0], argv[1:]...)
		command.Dir = dir
		if said, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", argv, err, said)
		}
	}
	jar, err := os.ReadFile(filepath.Join(dir, "spy.jar"))
	must(t, err)
	return string(jar)
}

// TestTheSuiteIsNotTheAnswer: chatspec brings the reference along, which a submission must
// not hand in for its own, by whatever name.
func TestTheSuiteIsNotTheAnswer(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	const itself = "which judges and is not judged"
	const named = "assignment: tcp-peer\nprograms: {chat: {run: '%s reference chat {name} {port} {peers}'}}\n"
	copied := func(t *testing.T, from, to string) {
		data, err := os.ReadFile(from)
		must(t, err)
		must(t, os.MkdirAll(filepath.Dir(to), 0o755))
		must(t, os.WriteFile(to, data, 0o755))
	}
	for _, c := range []struct {
		name, manifest string
		make           func(t *testing.T, dir string)
	}{
		{"by its name", fmt.Sprintf(named, "chatspec"), func(*testing.T, string) {}},
		{"by its path", fmt.Sprintf(named, binary), func(*testing.T, string) {}},
		{"a copy", fmt.Sprintf(named, "./my-chat"), func(t *testing.T, dir string) { copied(t, binary, filepath.Join(dir, "my-chat")) }},
		{"a copy with a byte more", fmt.Sprintf(named, "./my-chat"), func(t *testing.T, dir string) {
			data, err := os.ReadFile(binary)
			must(t, err)
			must(t, os.WriteFile(filepath.Join(dir, "my-chat"), append(data, '\n'), 0o755))
		}},
		{"a copy that is unpacked", "build: sh unpack.sh\n" + fmt.Sprintf(named, "./my-chat"), func(t *testing.T, dir string) {
			packed := exec.Command("gzip", "-1c", binary)
			data, err := packed.Output()
			must(t, err)
			must(t, os.WriteFile(filepath.Join(dir, "data"), data, 0o644))
			must(t, os.WriteFile(filepath.Join(dir, "unpack.sh"), []byte("gzip -dc <data >my-chat && chmod +x my-chat && rm data\n"), 0o644))
		}},
		{"a copy among libraries", fmt.Sprintf(named, "./node_modules/.bin/tool"), func(t *testing.T, dir string) { copied(t, binary, filepath.Join(dir, "node_modules", ".bin", "tool")) }},
		{"its companion by its name", strings.ReplaceAll(fmt.Sprintf(named, companion.Reference), " reference ", " "), func(*testing.T, string) {}},
		{"a copy of its companion", strings.ReplaceAll(fmt.Sprintf(named, "./my-chat"), " reference ", " "), func(t *testing.T, dir string) {
			copied(t, filepath.Join(filepath.Dir(binary), companion.Reference), filepath.Join(dir, "my-chat"))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// Of a companion that is beside it and not taken, since nobody knows of its version, all this is true as well.
			for _, way := range []string{"host", "none"} {
				if way == "none" && !longtest.Long() {
					continue
				}
				dir := folder(t, map[string]string{"chatspec.yaml": c.manifest})
				c.make(t, dir)
				got := chatspec(t, call{
					args: []string{"run", dir, "--isolate", way, "--tags", "@PEER-1.1"}, env: []string{"PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH"), companion.Variable + "="},
				})
				if got.status != 2 || !strings.Contains(got.stderr, itself) {
					t.Errorf("--isolate %s: it ends with %d and says %q", way, got.status, got.stderr)
				}
			}
		})
	}
}

// TestWhatCannotBeLookedIntoIsRefused: it could be chatspec, which needs not be read to be executed.
func TestWhatCannotBeLookedIntoIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"chat.py": right, "node_modules/tool": strings.Repeat("tool\n", 1<<20)})
	must(t, os.Chmod(filepath.Join(dir, "node_modules/tool"), 0o111))
	got := chatspec(t, call{args: []string{"run", dir, "--tags", "@PEER-1.1"}, ordinary: true})
	if got.status != 2 || !strings.Contains(got.stderr, "cannot be looked through: ") || !strings.Contains(got.stderr, "make its files readable") {
		t.Errorf("it ends with %d and says %q", got.status, got.stderr)
	}
}

// TestTheSuiteIsInNoHostThatIsAsked: an interpreter of a submission's that is asked what it has finds
// nothing of chatspec in what hosts may read besides.
func TestTheSuiteIsInNoHostThatIsAsked(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	needs(t, "python3")
	asBothUsers(t, func(t *testing.T, ordinary bool) {
		elsewhere := t.TempDir() // under another name, and a little altered
		data, err := os.ReadFile(binary)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(elsewhere, "tool"), append(data, '\n'), 0o755))
		const looks = "#!/bin/sh\nif test -s SUITE -o -s TOOL; then echo it found the suite >&2; exit 3; fi\nexec /usr/bin/python3 \"$@\"\n"
		s := newStranger(t, map[string]string{"chat.py": right, ".venv/bin/python*": strings.NewReplacer("SUITE", binary, "TOOL", filepath.Join(elsewhere, "tool")).Replace(looks)})
		got := chatspec(t, call{
			args: []string{"run", s.dir, "--isolate", "host", "--tags", "@PEER-1.1", "--format", "json", "--mount", filepath.Dir(binary), "--mount", elsewhere},
			env:  []string{"PATH=" + elsewhere + ":" + os.Getenv("PATH")}, ordinary: ordinary,
		})
		if got.status != 0 || got.stderr != "" || !strings.Contains(got.stdout, `.venv/bin/python","chat.py"`) {
			t.Errorf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
		}
	})
}

// TestWhoPrintsAllRulesPassesNone: a verdict is drawn from what happens on the wire.
func TestWhoPrintsAllRulesPassesNone(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	rules := chatspec(t, call{args: []string{"list", "tcp-peer"}}).stdout
	dir := folder(t, map[string]string{"chat.py": fmt.Sprintf("import json\nprint(json.loads(%s))\n", strconv.Quote(strconv.Quote(rules)))})
	of := "@must"
	if longtest.Long() {
		of = "@must,@should,@robust"
	}
	got := chatspec(t, call{args: []string{"run", dir, "--tags", of, "--format", "json"}})
	result := results(t, got.stdout)[0]
	if passed := ids(result, grading.Passed); got.status != 1 || len(passed) > 0 || result.Score.Earned > 0 {
		t.Errorf("it ends with %d, earns %v, and passed are %v", got.status, result.Score.Earned, passed)
	}
}

// TestForeignTextIsNoLineOfTheReport: names of files and what a build prints stand behind a
// bar.
func TestForeignTextIsNoLineOfTheReport(t *testing.T) {
	t.Parallel()
	const forged = "\nchatspec: interrupted; nothing is left running\n"
	for _, c := range []struct {
		name  string
		files map[string]string
	}{
		{"names of files", map[string]string{"a" + forged + "/chat.py": "", "b" + forged + "/chat.py": ""}},
		{"what a build prints", map[string]string{"chatspec.yaml": "build: sh build.sh\nprograms: {chat: {run: ./chat}}\n", "build.sh": "echo; echo '" + strings.TrimSpace(forged) + "'; exit 1\n"}},
		{"what a manifest holds", map[string]string{"chatspec.yaml": "assignment: \"x" + strings.ReplaceAll(forged, "\n", "\\n") + "\"\n"}},
	} {
		dir := folder(t, c.files)
		got := chatspec(t, call{args: []string{"run", dir}})
		lines := strings.Split(strings.TrimSuffix(got.stderr, "\n"), "\n")
		if got.status != 2 || !strings.HasPrefix(lines[0], "chatspec: ") {
			t.Errorf("%s: it ends with %d and says %q", c.name, got.status, got.stderr)
		}
		for _, line := range lines[1:] {
			if !strings.HasPrefix(line, "  | ") {
				t.Errorf("%s: there is the line %q", c.name, line)
			}
		}
	}
}

// TestNothingIsPackedThatABuildSwapsMeanwhile: what a build leaves running would change its
// files for links while they are read.
func TestNothingIsPackedThatABuildSwapsMeanwhile(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	needsHosts(t)
	const swap = "while :; do for i in 0 1 2 3 4 5 6 7 8 9; do ln -sf %[1]s x$i; rm -f p$i; mkfifo p$i; rm -f x$i; cp chat.py x$i; done; done"
	asBothUsers(t, func(t *testing.T, ordinary bool) {
		secret := filepath.Join(folder(t, map[string]string{"secret": "a_grade"}), "secret")
		build := "for i in 1 2 3 4; do setsid sh swap.sh >/dev/null 2>&1 & done\nln -s " + secret + " link\nmkfifo pipe\ncp chat.py x0\nexit 0\n"
		looks := "import glob, os, sys\nfor name in glob.glob('*'):\n    if not os.path.isfile(name) or os.path.islink(name) or 'a_' + 'grade' in open(name).read():\n        sys.exit('it has ' + name)\n"
		dir := folder(t, map[string]string{
			"chatspec.yaml": "build: sh build.sh\nprograms: {chat: {run: 'python3 chat.py {name} {port} {peers}'}}\n",
			"build.sh":      build, "swap.sh": fmt.Sprintf(swap, secret), "chat.py": looks + right,
		})
		for range 3 {
			got := chatspec(t, call{args: []string{"run", dir, "--isolate", "host", "--tags", "@PEER-1.1", "--format", "json"}, ordinary: ordinary})
			if got.status != 0 || got.stderr != "" {
				t.Fatalf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
			}
		}
	})
}

// judgeHarmful judges a mess_chat that answers, and does harm from three sides, and returns the status of the run:
// that comes to a verdict, in bounded memory.
func judgeHarmful(t *testing.T, harm, assignment, tags string) (status int) {
	t.Helper()
	const api = `
class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"[]"
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
for _ in range(3): threading.Thread(target=harm, daemon=True).start()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Api).serve_forever()
`
	dir := folder(t, map[string]string{"mess_chat.py": harm + api})
	got := chatspec(t, call{
		args: []string{"run", dir, "--assignment", assignment, "--isolate", "host", "--tags", tags, "--jobs", "3", "--format", "json"},
		env:  []string{"PATH=/usr/bin:" + os.Getenv("PATH")},
	})
	if got.status < 0 || got.status > 1 || got.stderr != "" || len(results(t, got.stdout)[0].Rules) == 0 {
		t.Errorf("it ends with %d and says %.2000q", got.status, got.stderr)
	}
	if got.peak == 0 || got.peak > mostMemory {
		t.Errorf("it needed %d MiB", got.peak>>20)
	}
	return got.status
}

// TestWhatIsDoneToABrokerEndsItsOwnScenarioAtMost: the run comes to a verdict, in bounded
// memory.
func TestWhatIsDoneToABrokerEndsItsOwnScenarioAtMost(t *testing.T) {
	longtest.Only(t)
	needsHosts(t)
	needsModule(t, "pika")
	const chat = `import socket, sys, threading, time, pika, http.server
def harm():
    while True:
        try:
            %s
        except Exception: time.sleep(0.1)
`
	const opened = "channel = pika.BlockingConnection(pika.ConnectionParameters('localhost', 5672)).channel()\n            "
	for name, harm := range map[string]string{
		"a million queues":        opened + "for i in range(1000000): channel.queue_declare('queue-%d' % i)",
		"a gigabyte of messages":  opened + "channel.queue_declare('general')\n            for i in range(1000): channel.basic_publish('', 'general', b'x' * (1 << 20))",
		"messages of 64 MiB":      opened + "channel.queue_declare('general')\n            channel.basic_publish('', 'general', b'x' * (64 << 20))",
		"hostile frames":          "s = socket.create_connection(('localhost', 5672)); s.sendall(b'AMQP\\x00\\x00\\x09\\x01' + b'\\x01\\xff\\xff\\x7f\\xff\\xff\\xff' + b'\\xff' * (1 << 20)); time.sleep(0.1)",
		"messages never finished": "s = socket.create_connection(('localhost', 5672)); s.sendall(b'AMQP\\x00\\x00\\x09\\x01' + b'\\x01\\x00\\x00\\x00\\x80\\x00\\x00' + b'x' * 8000000); s.recv(1)",
	} {
		t.Run(name, func(t *testing.T) {
			if name != "hostile frames" && name != "messages never finished" {
				longtest.OnlyProof(t)
			}
			t.Parallel()
			status := judgeHarmful(t, strings.Replace(chat, "%s", harm, 1), "rabbitmq", "@RABBIT-1.1,@RABBIT-1.5,@RABBIT-1.8")
			if status != 1 {
				t.Errorf("it ends with %d", status)
			}
		})
	}
}

// TestWhatIsDoneToADatabaseEndsItsOwnScenarioAtMost: the run comes to a verdict, in bounded
// memory, and the machine's files stay as they are.
func TestWhatIsDoneToADatabaseEndsItsOwnScenarioAtMost(t *testing.T) {
	longtest.Only(t)
	needsHosts(t)
	needsModule(t, "pymongo")
	const chat = `import socket, struct, sys, threading, time, bson, pymongo, http.server
def connect(): return socket.create_connection(("34.94.157.136", 27017))
def say(s, body, sequence=b"", length=0):
    said = struct.pack("<I", 0) + b"\0" + body + sequence
    s.sendall(struct.pack("<iiii", length or 16 + len(said), 1, 0, 2013) + said)
def beside(name, document): return b"\1" + struct.pack("<i", 5 + len(name) + len(document)) + name + b"\0" + document
def harm():
    while True:
        try:
            r = pymongo.MongoClient("34.94.157.136", 27017, serverSelectionTimeoutMS=3000).chat.r
            %s
        except Exception: time.sleep(0.1)
`
	taken := filepath.Join(t.TempDir(), "taken")
	for name, harm := range map[string]string{
		"a file of the machine's, by a name":  `say(connect(), bson.encode({"createIndexes": "r", "$db": "chat"}), beside(b"indexes", bson.encode({"name": "n", "key": {"""a"); ATTACH DATABASE '` + taken + `' AS b; --""": 1}}))); time.sleep(1)`,
		"lengths that are none":               "for n in (-1, 0, 15, 17, 20, 1 << 30): say(connect(), bson.encode({'ping': 1, '$db': 'chat'}), length=n or 1)",
		"a document in a document, and so on": `d = b"".join(struct.pack("<i", 5 + 8 * n) + b"\x03a\0" for n in range(100000, 0, -1)) + b"\5\0\0\0" + b"\0" * 100001; say(connect(), bson.encode({"insert": "r", "$db": "chat"}), beside(b"documents", d))`,
		"documents of 16 MiB":                 "r.insert_one({'text': 'x' * ((16 << 20) - 100)})",
		"a gigabyte of documents":             "for _ in range(1000): r.insert_many([{'text': 'x' * 1000} for _ in range(1000)])",
		"documents that grow":                 "r.insert_many([{} for _ in range(300)])\n            for i in range(100): r.update_many({}, {'$set': {'f%d' % i: 'x' * 10000}}); list(r.find())",
		"a command without an end":            "r.insert_one({'text': 'a' * 900000}); r.count_documents({'text': {'$regex': '(a?){1000}b'}})",
		"a million databases":                 "for i in range(1000000): r.database.client['d%d' % i].r.insert_one({})",
	} {
		t.Run(name, func(t *testing.T) {
			if name != "a file of the machine's, by a name" && name != "lengths that are none" {
				longtest.OnlyProof(t)
			}
			t.Parallel()
			judgeHarmful(t, strings.Replace(chat, "%s", harm, 1), "rooms", "@ROOM-1.1,@ROOM-1.5,@ROOM-3.1")
			if _, err := os.Stat(taken); err == nil {
				t.Error("it has made a file of its own")
			}
		})
	}
}
