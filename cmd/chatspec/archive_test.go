package main_test

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// zipped packs files, by their names.
func zipped(t *testing.T, files map[string]string) string {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file, err := w.Create(name)
		if err == nil {
			_, err = file.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.String()
}

func TestAnArchiveIsJudgedAsAFolderIs(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{
		"hw.zip": zipped(t, map[string]string{"hw/chat.py": right, "__MACOSX/hw/._chat.py": ""}),
		"manifest.zip": zipped(t, map[string]string{
			"hw/chatspec.yaml": "assignment: tcp-peer\nprograms:\n  chat: {run: \"python3 main.py {name} {port} {peers}\"}\n", "hw/main.py": right,
		}),
	})
	for name, mended := range map[string]int{"hw.zip": 1, "manifest.zip": 0} {
		got := chatspec(t, call{dir: dir, args: []string{"run", name, "--tags", "@PEER-2.1", "--format", "json"}})
		all := results(t, got.stdout)
		if got.status != 0 || got.stderr != "" || len(all) != 1 {
			t.Fatalf("%s ends with %d and says %q", name, got.status, got.stderr)
		}
		if all[0].Target != name || len(all[0].Mended) != mended {
			t.Errorf("the target is %q, and it is mended: %q", all[0].Target, all[0].Mended)
		}
	}
}

func TestTheReportSaysWhatWasMendedInAnArchive(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"hw.zip": zipped(t, map[string]string{"chat.py": right, "../../evil.py": "", "lib/x.py": ""})})
	got := chatspec(t, call{dir: dir, args: []string{"run", "hw.zip", "--tags", "@PEER-1.1"}})
	if want := "\n  in its archive, \"../../evil.py\" leads out of the archive, and is left out\n"; got.status != 0 || !strings.Contains(got.stdout, want) {
		t.Errorf("it ends with %d and prints\n%s", got.status, got.stdout)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(dir), "evil.py")); err == nil {
		t.Error("a file was written outside")
	}
}

func TestAnArchiveThatCannotBeJudgedIsRefusedInASentence(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"empty.zip":    zipped(t, nil),
		"bomb.zip":     zipped(t, map[string]string{"zeros": strings.Repeat("\x00", 8<<20)}),
		"fake.zip":     "hello",
		"manifest.zip": zipped(t, map[string]string{"chatspec.yaml": "assignment: tcp-per\n"}),
	})
	for name, want := range map[string]string{
		"empty.zip":    "chatspec: empty.zip has no files of its own: give the folder that the programs are in\n",
		"bomb.zip":     "chatspec: bomb.zip grows to more than 200 times its size, as no submission does\n",
		"fake.zip":     "chatspec: fake.zip is no archive, or a damaged one: pack it anew, as .zip or .tar.gz\n",
		"manifest.zip": "chatspec: manifest.zip/chatspec.yaml:1: ",
	} {
		got := chatspec(t, call{dir: dir, args: []string{"run", name}})
		if got.status != 2 || !strings.HasPrefix(got.stderr, want) {
			t.Errorf("%s ends with %d and says %q", name, got.status, got.stderr)
		}
	}
}

// TestWhyThereIsNoProgramIsSaid: it may be in an archive within the folder, which cannot be opened.
func TestWhyThereIsNoProgramIsSaid(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"class/s1/hw.zip": zipped(t, map[string]string{"chat.py": right})[:60], "class/s2/essay.txt": "on chats"})
	got := chatspec(t, call{dir: dir, args: []string{"grade", "class", "--tags", few}})
	table := rows(t, filepath.Join(dir, "class-grades/scores.csv"))
	if want := `; in its archive, "hw.zip" cannot be opened: it is damaged: its end is missing`; got.status != 0 || !strings.Contains(table["s1"]["remarks"], want) || strings.Contains(table["s2"]["remarks"], "archive") {
		t.Errorf("it ends with %d, and the table is %q", got.status, table)
	}
}
