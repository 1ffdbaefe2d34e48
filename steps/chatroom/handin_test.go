package chatroom

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/stage/stagetest"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps"
)

// handedIn is the world of a submission with some files, by their names.
func handedIn(t *testing.T, files map[string]string) *world {
	t.Helper()
	of := &target.Target{Name: "a test", Folder: t.TempDir()}
	for name, text := range files {
		path := filepath.Join(of.Folder, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	run := stagetest.RunOf(t, of, stage.Options{})
	return begin(run).open(steps.NewWorld(run, nil))
}

func TestFilesAreFoundByTheirNames(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"at the top", "http_request.py", "class HTTP_request: pass", ""},
		{"in a folder", "lab1/src/http_request.py", "import socket", ""},
		{"in another spelling", "HTTPRequest.java", "public class HTTPRequest {}", ""},
		{"in Rust", "src/http_request.rs", "pub struct HttpRequest;", ""},
		{"as a header", "http_request.hpp", "#pragma once\nstruct HttpRequest {};", ""},
		{"as a folder", "cmd/http_request/main.go", "package main", ""},
		{"not at all", "request.py", "import socket", "it has none"},
		{"in a library", "venv/http_request.py", "import socket", "it has none"},
		{"with nothing in it", "http_request.py", "", "nothing is done in it"},
		{"with a comment in it", "http_request.py", "# later\n\n", "nothing is done in it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := handedIn(t, map[string]string{c.file: c.text}).hasProgramFile("http_request")
			if c.want == "" {
				must(t, err)
				return
			}
			wantFailure(t, err, "", c.want)
		})
	}
}

func TestAClassIsFound(t *testing.T) {
	must(t, handedIn(t, map[string]string{"http_request.py": "import socket\n\nclass HTTP_request(object):\n    pass\n"}).definesClass("http_request"))
	must(t, handedIn(t, map[string]string{"http_request.go": "package main\n\ntype Request struct{}\n"}).definesClass("http_request"))
	must(t, handedIn(t, map[string]string{"http_request/__init__.py": "", "http_request/request.py": "class Request: pass\n"}).definesClass("http_request"))
	must(t, handedIn(t, map[string]string{"http_request.rs": "use std::io;\n\npub(crate) struct HttpRequest {}\n"}).definesClass("http_request"))
	must(t, handedIn(t, map[string]string{"http_request.hpp": "#pragma once\nstruct HttpRequest {};\n"}).definesClass("http_request"))
	must(t, handedIn(t, map[string]string{"HttpRequest.cs": "internal sealed class HttpRequest {}\n"}).definesClass("http_request"))
	wantFailure(t, handedIn(t, map[string]string{"http_request.py": "def classify(): pass\n"}).definesClass("http_request"), "defines a class", "it does not")
}

func TestWhereThereIsNoFolderNothingIsKnown(t *testing.T) {
	w := handedIn(t, nil)
	w.Run.Target.Folder = ""
	var unverified *stage.Unverified
	for _, err := range []error{w.hasProgramFile("server"), w.definesClass("server")} {
		if !errors.As(err, &unverified) {
			t.Errorf("it says %v", err)
		}
	}
}
