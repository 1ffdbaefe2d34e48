package main_test

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// wholeTime is when a whole class is given up. No test depends on its length.
const wholeTime = 40 * time.Minute

// A hand is what one student of a made-up class hands in, and what must come of it.
type hand struct {
	files  map[string]string
	packed string // an archive instead, with the suffix
	suffix string

	first string // an attempt before, a zip, where the layout keeps several
	late  bool   // where the layout tells of it

	verdict, total string
	report         []string // what his report says
}

// tarred packs files, by their names, as Unix does.
func tarred(t *testing.T, files map[string]string) string {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(files[name])), Mode: 0o644})
		if err == nil {
			_, err = io.WriteString(w, files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.String()
}

// withLink packs the right chat, and a link that leads out.
func withLink(t *testing.T) string {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	link := &zip.FileHeader{Name: "hw/secret"}
	link.SetMode(fs.ModeSymlink | 0o777)
	for _, entry := range []struct {
		header  *zip.FileHeader
		content string
	}{{&zip.FileHeader{Name: "hw/chat.py"}, right}, {link, "/etc/passwd"}} {
		file, err := w.CreateHeader(entry.header)
		if err == nil {
			_, err = io.WriteString(file, entry.content)
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

// hands are those of a class of twelve: the students have the keys s01 to s12.
func hands(t *testing.T) []hand {
	t.Helper()
	chat := map[string]string{"chat.py": right}
	miscounting := map[string]string{"chat.py": counting(t)}
	return []hand{
		{files: chat, verdict: "conformant", total: "1", report: []string{"1 of 1 point"}},
		{packed: zipped(t, chat), suffix: ".zip", first: zipped(t, miscounting), verdict: "conformant", total: "1", report: []string{"1 of 1 point"}},
		{files: chat, late: true, verdict: "conformant", total: "1", report: []string{"1 of 1 point"}},
		{files: miscounting, verdict: "nonconformant", total: "0", report: []string{"PEER-3.2", "counts a user", "expected", "seq", "Hint", "✓ The reference"}},
		{packed: zipped(t, map[string]string{"hw/chat.py": counting(t), "__MACOSX/hw/._chat.py": ""}), suffix: ".zip", verdict: "nonconformant", total: "0", report: []string{"PEER-3.2", "is what the machine adds by itself"}},
		{packed: tarred(t, chat), suffix: ".tar.gz", verdict: "conformant", total: "1", report: []string{"1 of 1 point"}},
		{packed: zipped(t, map[string]string{"chat.py": right, "../evil.py": ""}), suffix: ".zip", verdict: "conformant", total: "1", report: []string{"leads out of the archive, and is left out"}},
		{packed: withLink(t), suffix: ".zip", verdict: "conformant", total: "1", report: []string{"is a link that leads out of the archive, and is left out"}},
		{packed: zipped(t, map[string]string{"zeros": strings.Repeat("\x00", 8<<20)}), suffix: ".zip", verdict: "unjudged", report: []string{"It could not be judged", "as no submission does"}},
		{packed: zipped(t, chat)[:60], suffix: ".zip", verdict: "unjudged", report: []string{"It could not be judged", "is damaged"}},
		{files: map[string]string{"essay.txt": "on chats"}, verdict: "unjudged", report: []string{"It could not be judged", "has no file that is called as a program"}},
		{files: map[string]string{"chat.py": "def main(:\n"}, verdict: "nonconformant", total: "0", report: []string{"PEER-3.2", "SyntaxError"}},
	}
}

// A layout puts what student i, from 1, has handed in into the files of a class; attempt counts from 1.
type layout struct {
	name     string
	attempts int // that it keeps
	late     bool
	put      func(class map[string]string, i, attempt int, h hand)
}

// student is what the made-up student i is called.
func student(i int) (first, last string) {
	return []string{"Ann", "Bob", "Eve", "Dan", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea", "Max"}[i-1],
		[]string{"Arden", "Baker", "Cooper", "Dyer", "Ellis", "Fuller", "Glover", "Hunter", "Irving", "Judge", "Keeler", "Leach"}[i-1]
}

// below puts what was handed in into a folder.
func below(class map[string]string, folder string, h hand) {
	if h.suffix != "" {
		class[folder+"/hw"+h.suffix] = h.packed
	}
	for name, text := range h.files {
		class[folder+"/"+name] = text
	}
}

// layouts are all those in which platforms give a class.
func layouts() []layout {
	return []layout{
		{name: "folders and archives", attempts: 2, put: func(class map[string]string, i, attempt int, h hand) {
			name := fmt.Sprintf("s%02d", i)
			if h.suffix != "" && attempt > 1 {
				class[name+h.suffix] = h.packed
				return
			}
			below(class, name, h)
		}},
		{name: "Canvas", attempts: 2, late: true, put: func(class map[string]string, i, attempt int, h hand) {
			first, last := student(i)
			prefix := strings.ToLower(last + first)
			if h.late {
				prefix += "_LATE"
			}
			prefix += fmt.Sprintf("_%d_%d_", 100+i, 9000+100*attempt+i)
			if h.suffix != "" {
				class[prefix+"hw"+h.suffix] = h.packed
				return
			}
			for name, text := range h.files {
				class[prefix+name] = text
			}
		}},
		{name: "Moodle", attempts: 1, put: func(class map[string]string, i, attempt int, h hand) {
			first, last := student(i)
			below(class, fmt.Sprintf("%s %s_%d_assignsubmission_file_", first, last, 100+i), h)
		}},
		{name: "Gradescope", attempts: 2, put: func(class map[string]string, i, attempt int, h hand) {
			first, last := student(i)
			name := fmt.Sprintf("submission_%d", 9000+100*attempt+i)
			below(class, "assignment_9_export/"+name, h)
			class["assignment_9_export/submission_metadata.yml"] += fmt.Sprintf("%s:\n  :submitters:\n  - :name: %s %s\n    :email: %s@example.edu\n", name, first, last, strings.ToLower(first))
		}},
		{name: "clones", attempts: 1, put: func(class map[string]string, i, attempt int, h hand) {
			first, _ := student(i)
			name := "net-hw2-" + strings.ToLower(first)
			class[name+"/.git/HEAD"] = "ref: refs/heads/main\n"
			below(class, name, h)
		}},
	}
}

// rosterOfTwelve names the twelve, and one who has handed in nothing.
func rosterOfTwelve() string {
	text := "key,name,email,login,id,identifier\n"
	for i := range 12 {
		first, last := student(i + 1)
		login := strings.ToLower(first)
		text += fmt.Sprintf("s%02d,%s %s,%s@example.edu,%s,%d,Participant %d\n", i+1, first, last, login, login, 101+i, 101+i)
	}
	return text + "s13,Ned Mason,ned@example.edu,ned,113,Participant 113\n"
}

// TestAClassOfSixtyIsGradedInSpiteOfAll: sixty submissions in all layouts, broken and hostile ones among them; the
// command is interrupted twice in each.
func TestAClassOfSixtyIsGradedInSpiteOfAll(t *testing.T) {
	longtest.Only(t)
	needs(t, "python3")
	handedIn := hands(t)
	for _, l := range layouts() {
		t.Run(l.name, func(t *testing.T) {
			class := map[string]string{}
			for i, h := range handedIn {
				if h.first != "" && l.attempts > 1 {
					l.put(class, i+1, 1, hand{packed: h.first, suffix: ".zip"})
				}
				l.put(class, i+1, 2, h)
			}
			files := map[string]string{"roster.csv": rosterOfTwelve()}
			for name, text := range class {
				files["class/"+name] = text
			}
			dir := folder(t, files)
			args := []string{"grade", "class", "--tags", "@PEER-3.2 && @must", "--roster", "roster.csv", "--patience", "10"}
			told := interrupted(t, dir, args, syscall.SIGINT, 4)
			told = append(told, interrupted(t, dir, args, syscall.SIGKILL, 3)...)
			got := chatspec(t, call{dir: dir, args: args, longest: wholeTime})
			told = append(told, judgedIn(got.stderr)...)
			slices.Sort(told)
			if want := "12 submissions: 6 conformant, 3 nonconformant, 3 could not be judged; nothing handed in by 1 of the roster\nclass-grades/class.html\nclass-grades/scores.csv\n"; got.status != 0 || !strings.HasSuffix(got.stdout, want) {
				t.Errorf("it ends with %d and prints\n%s\n%s", got.status, got.stdout, got.stderr)
			}
			if once := slices.Compact(slices.Clone(told)); len(once) != len(told) {
				t.Errorf("some are judged twice: %v", told)
			}
			if !strings.Contains(got.stderr, "("+l.name+")") {
				t.Errorf("it is taken for another layout: %s", got.stderr)
			}
			checkTwelve(t, filepath.Join(dir, "class-grades"), l, handedIn)
		})
	}
}

// interrupted starts a command, ends it by a signal as soon as it has told of so many that were judged, and returns
// these.
func interrupted(t *testing.T, dir string, args []string, signal syscall.Signal, after int) []string {
	t.Helper()
	cmd, _ := call{dir: dir, args: args, longest: wholeTime}.command(t)
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	said, sent := "", false
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if said += lines.Text() + "\n"; len(judgedIn(said)) == after && !sent {
			cmd.Process.Signal(signal)
			sent = true
		}
	}
	cmd.Wait()
	if end := cmd.ProcessState; signal == syscall.SIGINT && end.ExitCode() != 130 || signal == syscall.SIGKILL && end.ExitCode() != -1 {
		t.Errorf("after %v it ends with %v and says\n%s", signal, end, said)
	}
	return judgedIn(said)
}

// checkTwelve looks at what came out of a class: the table, a report for each student, and one page.
func checkTwelve(t *testing.T, grades string, l layout, handedIn []hand) {
	t.Helper()
	table := rows(t, filepath.Join(grades, "scores.csv"))
	if row := table["s13"]; len(table) != 13 || row["verdict"] != "not handed in" {
		t.Errorf("the table has %d rows, and that of s13 is %q", len(table), row)
	}
	overview, err := os.ReadFile(filepath.Join(grades, "class.html"))
	if err != nil || !strings.Contains(string(overview), "<h1>Class of 12</h1>") {
		t.Errorf("there is no page of the class (%v)", err)
	}
	for i, h := range handedIn {
		key := fmt.Sprintf("s%02d", i+1)
		first, last := student(i + 1)
		row := table[key]
		if row["name"] != first+" "+last || row["verdict"] != h.verdict || row["total"] != h.total {
			t.Errorf("the row of %s is %q", key, row)
		}
		if late := row["late"] != ""; late != (h.late && l.late) {
			t.Errorf("%s is late: %v", key, late)
		}
		if last := strings.Contains(row["remarks"], "the last of 2 attempts"); last != (h.first != "" && l.attempts > 1) {
			t.Errorf("of %s it is said %q", key, row["remarks"])
		}
		report, err := os.ReadFile(filepath.Join(grades, "reports", key+".html"))
		if err != nil {
			t.Error(err)
		}
		for _, want := range h.report {
			if !strings.Contains(string(report), want) {
				t.Errorf("the report of %s does not say %q", key, want)
			}
		}
		if !strings.Contains(string(overview), `href="reports/`+key+`.html"`) {
			t.Errorf("the page of the class does not lead to %s", key)
		}
	}
}
