package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/companion"
)

// TestCompanionsDoWhatChatspecDoes: with small programs or without, the verdicts are the same, and what is found is used.
func TestCompanionsDoWhatChatspecDoes(t *testing.T) {
	t.Parallel()
	needsHosts(t)
	needs(t, "bash")
	small := filepath.Join(filepath.Dir(binary), companion.Reference)
	watched := t.TempDir() // where the one that makes hosts says that it was started
	started := filepath.Join(watched, "started")
	script := fmt.Sprintf("#!/bin/bash\necho \"$0\" >> %s\nexec -a chatspec-spawner %s\n", started, filepath.Join(filepath.Dir(binary), companion.Host))
	must(t, os.WriteFile(filepath.Join(watched, companion.Host), []byte(script), 0o755))
	for _, c := range []struct{ name, folder, launch string }{
		{"both", filepath.Dir(binary), "chat: " + small + " chat "},
		{"none", "", "chat: " + binary + " reference chat "},
		{"one for hosts", watched, "chat: " + binary + " reference chat "},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := chatspec(t, call{
				args: []string{"run", "reference", "--tags", "@PEER-2.1", "--isolate", "host"}, env: []string{companion.Variable + "=" + c.folder},
			})
			if got.status != 0 || got.stderr != "" || !strings.Contains(got.stdout, c.launch) {
				t.Errorf("it ends with %d and says\n%s%s", got.status, got.stderr, got.stdout)
			}
		})
	}
	if text, err := os.ReadFile(started); err != nil || len(text) == 0 {
		t.Errorf("the one for hosts was not started: %v", err)
	}
}

// TestWhoStartsAPartByHandIsTold what it is a part of.
func TestWhoStartsAPartByHandIsTold(t *testing.T) {
	t.Parallel()
	part := exec.Command(filepath.Join(filepath.Dir(binary), companion.Host))
	said, _ := part.CombinedOutput()
	if part.ProcessState.ExitCode() != 2 || string(said) != "chatspec-host: this is a part of chatspec, which starts it: see `chatspec --help`\n" {
		t.Errorf("it ends with %d and says %q", part.ProcessState.ExitCode(), said)
	}
}
