package main_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/chatspec/chatspec/fixtures/longtest"
)

// few are rules that are judged fast: one that a chat breaks which counts from 1, and those that it needs.
const few = "@PEER-3.2"

// counting is a chat that counts from 1.
func counting(t *testing.T) string {
	t.Helper()
	return wrong(t, "links, seq = None, 0", "links, seq = None, 1")
}

// class writes a class of four: one right, one wrong, one in an archive, and one that is no program.
func class(t *testing.T) string {
	t.Helper()
	return folder(t, map[string]string{
		"class/s01/chat.py":   right,
		"class/s02/chat.py":   counting(t),
		"class/s03.zip":       zipped(t, map[string]string{"hw/chat.py": right, "../evil.py": ""}),
		"class/s04/essay.txt": "on chats",
	})
}

// rows reads a table, by the first column.
func rows(t *testing.T, path string) map[string]map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	table, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]string{}
	for _, row := range table[1:] {
		cells := map[string]string{}
		for i, title := range table[0] {
			cells[title] = row[i]
		}
		all[row[0]] = cells
	}
	return all
}

// judgedIn lists the submissions of which it was told that they have been judged.
func judgedIn(stderr string) []string {
	var ids []string
	for line := range strings.Lines(stderr) {
		if _, rest, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "chatspec: ") {
			id, _, _ := strings.Cut(rest, ":")
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestAClassIsGradedOnceAndOnlyWhatChangedAgain(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	dir := class(t)
	roster := filepath.Join(dir, "roster.csv")
	if err := os.WriteFile(roster, []byte("key,name\ns01,Ann Lee\ns02,\"=Bob\"\ns09,Eve Fox\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"grade", "class", "--tags", few, "--roster", "roster.csv", "--docs", "../../rules"}
	got := chatspec(t, call{dir: dir, args: args})
	if want := "4 submissions: 2 conformant, 1 nonconformant, 1 could not be judged; nothing handed in by 1 of the roster\nclass-grades/class.html\nclass-grades/scores.csv\n"; got.status != 0 || !strings.HasSuffix(got.stdout, want) {
		t.Errorf("it ends with %d and prints\n%s\n%s", got.status, got.stdout, got.stderr)
	}
	if ids := judgedIn(got.stderr); !slices.Equal(ids, []string{"s01", "s02", "s03", "s04"}) {
		t.Errorf("judged are %v", ids)
	}
	table := rows(t, filepath.Join(dir, "class-grades/scores.csv"))
	for key, want := range map[string][3]string{
		"s01": {"Ann Lee", "3", "conformant"}, "s02": {"'=Bob", "2", "nonconformant"}, "s03": {"s03", "3", "conformant"},
		"s04": {"s04", "", "unjudged"}, "s09": {"Eve Fox", "", "not handed in"},
	} {
		if row := table[key]; row["name"] != want[0] || row["total"] != want[1] || row["verdict"] != want[2] {
			t.Errorf("the row of %s is %q", key, row)
		}
	}
	if remarks := table["s04"]["remarks"]; !strings.Contains(remarks, "s04 has no file that is called as a program") || !strings.Contains(remarks, "s04 is not in the roster") {
		t.Errorf("of s04 it is said %q", remarks)
	}
	for id, want := range map[string]string{"s01": "3 of 3 points", "s02": `<a href="../../rules/tcp-peer.html#PEER-3.2">All about this rule</a>`, "s03": "leads out of the archive", "s04": "It could not be judged"} {
		if page, err := os.ReadFile(filepath.Join(dir, "class-grades/reports", id+".html")); err != nil || !strings.Contains(string(page), want) {
			t.Errorf("the report of %s (%v) does not say %q", id, err, want)
		}
		if table[id]["report"] != "reports/"+id+".html" {
			t.Errorf("the row of %s leads to %q", id, table[id]["report"])
		}
	}
	if page, err := os.ReadFile(filepath.Join(dir, "class-grades/class.html")); err != nil || !strings.Contains(string(page), `<h1>Class of 4</h1>`) || !strings.Contains(string(page), `<a href="reports/s02.html">`) {
		t.Errorf("the page of the class (%v) is\n%s", err, page)
	}
	again := chatspec(t, call{dir: dir, args: args})
	if ids := judgedIn(again.stderr); again.status != 0 || again.stdout != got.stdout || len(ids) > 0 {
		t.Errorf("started again it judges %v and prints\n%s", ids, again.stdout)
	}
	if err := os.WriteFile(filepath.Join(dir, "class/s02/chat.py"), []byte(right), 0o644); err != nil {
		t.Fatal(err)
	}
	changed := chatspec(t, call{dir: dir, args: args})
	if ids := judgedIn(changed.stderr); !slices.Equal(ids, []string{"s02"}) || !strings.Contains(changed.stdout, "3 conformant") {
		t.Errorf("after a change it judges %v and prints\n%s", ids, changed.stdout)
	}
	other := chatspec(t, call{dir: dir, args: append(args, "--tags", "@PEER-1.1")})
	if ids := judgedIn(other.stderr); len(ids) != 4 {
		t.Errorf("with other options it judges %v", ids)
	}
}

func TestGradingGoesOnWhereItWasKilled(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"class/s01/chat.py": right, "class/s02/essay.txt": "on chats"})
			waiting, called := slow(t, "")
			if err := os.Rename(waiting, filepath.Join(dir, "class", "s99")); err != nil {
				t.Fatal(err)
			}
			// The last one waits for ever; one after the other, so that it is begun when all others are done.
			args := []string{"grade", "class", "--tags", "@PEER-1.1", "--isolate", "none", "--patience", "100"}
			cmd, _ := call{dir: dir, args: args}.command(t)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if called() {
				cmd.Process.Signal(signal)
			}
			cmd.Wait()
			if signal == syscall.SIGINT && cmd.ProcessState.ExitCode() != 130 {
				t.Errorf("it ends with %v", cmd.ProcessState)
			}
			if err := os.WriteFile(filepath.Join(dir, "class/s99/chat.py"), []byte(right), 0o644); err != nil {
				t.Fatal(err)
			}
			got := chatspec(t, call{dir: dir, args: args})
			if ids := judgedIn(got.stderr); got.status != 0 || !slices.Equal(ids, []string{"s99"}) || !strings.Contains(got.stdout, "3 submissions: 2 conformant") {
				t.Errorf("it ends with %d, judges %v and prints\n%s", got.status, ids, got.stdout)
			}
		})
	}
}

func TestTwoDoNotGradeInOneFolder(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	waiting, called := slow(t, "")
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "class"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(waiting, filepath.Join(dir, "class", "s1")); err != nil {
		t.Fatal(err)
	}
	args := []string{"grade", "class", "--tags", few, "--isolate", "none", "--patience", "100"}
	got := chatspec(t, call{dir: dir, args: args, started: func(cmd *exec.Cmd) {
		if called() {
			second := chatspec(t, call{dir: dir, args: args})
			if want := "chatspec: another `chatspec grade` is at work in class-grades: wait for its end, or give another --out\n"; second.status != 2 || !strings.HasSuffix(second.stderr, want) {
				t.Errorf("the second ends with %d and says %q", second.status, second.stderr)
			}
			cmd.Process.Signal(os.Interrupt)
		}
	}})
	if got.status != 130 {
		t.Errorf("the first ends with %d and says %q", got.status, got.stderr)
	}
}

func TestASubmissionThatTakesTooLongIsGivenUpAlone(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"class/s1/chat.py": "import time\ntime.sleep(3600)\n", "class/s2/essay.txt": "on chats"})
	args := []string{"grade", "class", "--tags", few, "--patience", "1000", "--longest", "1s", "--jobs", "1"}
	got := chatspec(t, call{dir: dir, args: args})
	table := rows(t, filepath.Join(dir, "class-grades/scores.csv"))
	if got.status != 0 || table["s1"]["verdict"] != "unjudged" || table["s1"]["remarks"] != "it was given up: it took too long (1s)" || !strings.HasPrefix(table["s2"]["remarks"], "s2 has no file") {
		t.Errorf("it ends with %d, and the table is %q", got.status, table)
	}
	if again := chatspec(t, call{dir: dir, args: args}); again.status != 0 || len(judgedIn(again.stderr)) > 0 {
		t.Errorf("it is judged again: %s", again.stderr)
	}
	// Also before anything of it was started.
	args = append(args, "--longest", "1us", "--out", "other")
	got = chatspec(t, call{dir: dir, args: args})
	if remarks := rows(t, filepath.Join(dir, "other/scores.csv"))["s1"]["remarks"]; got.status != 0 || remarks != "it was given up: it took too long (1µs)" {
		t.Errorf("it ends with %d, and of the first it is said %q", got.status, remarks)
	}
	if again := chatspec(t, call{dir: dir, args: args}); again.status != 0 || len(judgedIn(again.stderr)) > 0 {
		t.Errorf("it is judged again: %s", again.stderr)
	}
}

// TestASubmissionThatIsCalledReferenceIsNotTheReference: neither by its folder's name nor by its archive's.
func TestASubmissionThatIsCalledReferenceIsNotTheReference(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"class/reference/essay.txt": "on chats", "class/s1/essay.txt": "on chats", "other/reference.zip": zipped(t, map[string]string{"essay.txt": ""}), "other/s1/essay.txt": ""})
	for _, name := range []string{"class", "other"} {
		got := chatspec(t, call{dir: dir, args: []string{"grade", name, "--tags", few}})
		if table := rows(t, filepath.Join(dir, name+"-grades/scores.csv")); got.status != 0 || table["reference"]["verdict"] != "unjudged" {
			t.Errorf("it ends with %d, and the table is %q", got.status, table)
		}
	}
}

func TestAClassMayBeAnArchiveOfArchives(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"submissions.zip": zipped(t, map[string]string{
		"leeann_LATE_11_901_hw.zip": zipped(t, map[string]string{"chat.py": right}),
		"raybob_12_902_chat.py":     counting(t),
		"foxeve_13_903_hw.zip":      zipped(t, map[string]string{"zeros": strings.Repeat("\x00", 8<<20)}),
	})})
	got := chatspec(t, call{dir: dir, args: []string{"grade", "submissions.zip", "--tags", few, "--out", "out"}})
	table := rows(t, filepath.Join(dir, "out/scores.csv"))
	for key, want := range map[string]string{"11": "conformant", "12": "nonconformant", "13": "unjudged"} {
		if table[key]["verdict"] != want {
			t.Errorf("the row of %s is %q", key, table[key])
		}
	}
	if got.status != 0 || table["11"]["late"] != "late" || !strings.Contains(table["13"]["remarks"], "as no submission does") {
		t.Errorf("it ends with %d and says\n%s", got.status, got.stderr)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "out")); err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == ".work" }) {
		t.Errorf("what was worked on is left: %v (%v)", entries, err)
	}
}

func TestEachPlatformGetsItsFiles(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{
		"class/leeann_11_901_chat.py": counting(t), "class/raybob_12_902_essay.txt": "on chats",
		"roster.csv": "Student,ID,SIS User ID,SIS Login ID,Section\n\"Lee, Ann\",11,X1,annl,A\n\"Ray, Bob\",12,X2,bobr,A\n",
	})
	got := chatspec(t, call{dir: dir, args: []string{"grade", "class", "--tags", few, "--roster", "roster.csv", "--column", "Homework (5)", "--for", "canvas,moodle,gradescope,classroom50"}})
	if got.status != 0 {
		t.Fatalf("it ends with %d and says %s", got.status, got.stderr)
	}
	for file, want := range map[string]string{
		"canvas.csv":                 "Student,ID,SIS User ID,SIS Login ID,Section,Homework (5)\nPoints Possible,,,,,3\n\"Lee, Ann\",11,X1,annl,A,2\n\"Ray, Bob\",12,X2,bobr,A,\n",
		"moodle.csv":                 "tcp-peer: 2 of 3 points; failed: PEER-3.2",
		"gradescope/11/results.json": `"score": 2,`,
		"classroom50/11/result.json": `"submission": "11",`,
	} {
		text, err := os.ReadFile(filepath.Join(dir, "class-grades", file))
		if err != nil {
			t.Error(err)
		}
		if !strings.Contains(string(text), want) {
			t.Errorf("%s holds\n%s", file, text)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "class-grades/gradescope/12")); err == nil {
		t.Error("there is a result of what was not judged")
	}
}

func TestARunWritesWhatPlatformsRead(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	dir := folder(t, map[string]string{"hw/chat.py": counting(t)})
	got := chatspec(t, call{dir: dir, env: []string{"CLASSROOM=net", "SUBMISSION_TAG=submit/3"}, args: []string{
		"run", "hw", "--tags", few, "--format", "github", "--format", "gradescope:results.json", "--format", "classroom50:result.json", "--format", "markdown:summary.md",
	}})
	if got.status != 1 || !strings.HasPrefix(got.stdout, "::error title=PEER-3.2 The member `seq` counts a user's messages%2C from 0::expected: ") {
		t.Errorf("it ends with %d and prints\n%s", got.status, got.stdout)
	}
	for file, want := range map[string]string{
		"results.json": `"score": 2,`, "result.json": `"submission": "submit/3",`, "summary.md": "### ✗ PEER-3.2 The member &#96;seq&#96; counts",
	} {
		if text, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s (%v) holds\n%s", file, err, text)
		}
	}
}

// TestWhatDoesNotFailEachTimeIsUnsteady judges a chat that counts wrongly at its first two starts: when it is found out
// how it speaks, and when it is judged first.
func TestWhatDoesNotFailEachTimeIsUnsteady(t *testing.T) {
	t.Parallel()
	longtest.Only(t)
	needs(t, "python3")
	mark := filepath.Join(t.TempDir(), "starts")
	fickle := wrong(t, "links, seq = None, 0", "links, seq = None, first()")
	fickle = strings.Replace(fickle, "def main():", "def first():\n    with open('"+mark+"', 'a') as starts:\n        starts.write('.')\n        return int(starts.tell() <= 2)\n\n\ndef main():", 1)
	dir := folder(t, map[string]string{"class/s1/chat.py": fickle, "class/s2/chat.py": counting(t)})
	for counts, want := range map[string][2]string{"review": {"0", "0"}, "fail": {"0", "1"}, "pass": {"1", "1"}} {
		os.Remove(mark)
		got := chatspec(t, call{dir: dir, args: []string{"grade", "class", "--tags", "@PEER-3.2 && @must", "--isolate", "none", "--confirm", "2", "--unsteady", counts, "--out", counts}})
		table := rows(t, filepath.Join(dir, counts, "scores.csv"))
		s1, s2 := table["s1"], table["s2"]
		if got.status != 0 || s1["unsteady"] != "PEER-3.2" || s1["total"] != want[0] || s1["possible"] != want[1] || s2["unsteady"] != "" || s2["total"] != "0" || s2["possible"] != "1" {
			t.Errorf("with %s it ends with %d, and the table is %q", counts, got.status, table)
		}
		if page, err := os.ReadFile(filepath.Join(dir, counts, "reports/s1.html")); err != nil || !strings.Contains(string(page), "failed, passed, passed; it counts as") {
			t.Errorf("the report (%v) does not say that it is unsteady", err)
		}
	}
}

// demanded lists the must-rules of an assignment.
func demanded(t *testing.T, assignment string) []string {
	t.Helper()
	var ids []string
	for line := range strings.Lines(chatspec(t, call{args: []string{"list", assignment}}).stdout) {
		if words := strings.Fields(line); len(words) > 2 && words[1] == "must" {
			ids = append(ids, words[0])
		}
	}
	return ids
}

func TestAGradersRubricGivesThePointsAndKeepsRulesBack(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "python3")
	rest := slices.DeleteFunc(demanded(t, "tcp-peer"), func(id string) bool { return id == "PEER-2.1" || id == "PEER-3.2" })
	dir := folder(t, map[string]string{
		"class/s1/chat.py": counting(t),
		"rubric.yaml":      "source: ours\npoints: 12\nitems:\n  - {title: Talking, points: 12, rules: [PEER-2.1, PEER-3.2]}\nunscored: [" + strings.Join(rest, ", ") + "]\nhidden: [PEER-3.2]\n",
	})
	got := chatspec(t, call{dir: dir, args: []string{"grade", "class", "--tags", few, "--assignment", "tcp-peer", "--rubric", "rubric.yaml"}})
	row := rows(t, filepath.Join(dir, "class-grades/scores.csv"))["s1"]
	if got.status != 0 || row["possible"] != "12" || row["total"] == "12" || row["Talking"] != row["total"] {
		t.Errorf("it ends with %d, and the row is %q", got.status, row)
	}
	page, err := os.ReadFile(filepath.Join(dir, "class-grades/reports/s1.html"))
	if err != nil || strings.Contains(string(page), "PEER-3.2") || !strings.Contains(string(page), "Of 1 further rules, which are not shown, 1 did not pass.") {
		t.Errorf("the report (%v) tells of a hidden rule, or not how many failed", err)
	}
	if page, err := os.ReadFile(filepath.Join(dir, "class-grades/class.html")); err != nil || !strings.Contains(string(page), "PEER-3.2") {
		t.Errorf("the teacher's page (%v) does not tell of it", err)
	}
	alone := chatspec(t, call{dir: dir, args: []string{"run", "class/s1", "--rubric", "rubric.yaml"}})
	if alone.status != 2 || alone.stderr != "chatspec: --rubric is for one assignment: say which with --assignment\n" {
		t.Errorf("without an assignment it ends with %d and says %q", alone.status, alone.stderr)
	}
}

func TestAClassThatCannotBeGradedIsRefusedInASentence(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"class/s1/chat.py": right, "empty/README.md": "", "roster.csv": "points\n3\n", "file.txt": ""})
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "a class is missing: a folder or an archive of submissions, as in `chatspec grade submissions.zip`"},
		{[]string{"nowhere"}, `there is no class "nowhere": give a folder or an archive of submissions`},
		{[]string{"file.txt"}, "file.txt is no folder and no archive of submissions"},
		{[]string{"empty"}, "empty holds no submission: a folder or an archive for each, or an export of Canvas, Moodle or Gradescope"},
		{[]string{"class", "--out", "class/out"}, "--out class/out is in the class itself: give a folder beside it"},
		{[]string{"class", "--attempts", "first"}, `--attempts is last or all, not "first"`},
		{[]string{"class", "--for", "blackboard"}, `--for knows no "blackboard"; it knows canvas, moodle, gradescope, classroom50`},
		{[]string{"class", "--confirm", "-1"}, "--confirm must be at least 0, not -1"},
		{[]string{"class", "--unsteady", "maybe"}, `--unsteady is fail, pass or review, not "maybe"`},
		{[]string{"class", "--jobs", "0"}, "--jobs must be at least 1, not 0"},
		{[]string{"class", "--longest", "0s"}, "--longest must be more than 0, not 0s"},
		{[]string{"class", "--roster", "nobody.csv"}, "reading the roster: open nobody.csv: no such file or directory"},
		{[]string{"class", "--roster", "roster.csv"}, "roster.csv: the roster names nobody: its first row must name a column `key`, `id`, `email` or `name`"},
		{[]string{"class", "--assignment", "tcp-per"}, `there is no assignment "tcp-per"; there are http, rabbitmq, rooms, tcp-peer, tcp-server, zmq`},
	} {
		got := chatspec(t, call{dir: dir, args: append([]string{"grade"}, c.args...)})
		if got.status != 2 || got.stderr != "chatspec: "+c.want+"\n" || got.stdout != "" {
			t.Errorf("%v ends with %d and says %q", c.args, got.status, got.stderr)
		}
	}
}

// TestAClassIsNotHeldUpByWhoHandsInWithoutEnd: that is the submission's fault, and is not tried again.
func TestAClassIsNotHeldUpByWhoHandsInWithoutEnd(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"class/s1/" + strings.Repeat("a/", 40) + "chat.rb": "", "class/s3/" + strings.Repeat(strings.Repeat("a", 200)+"/", 6) + "chat.rb": "",
	}
	for i := range 300 {
		files[fmt.Sprintf("class/s2/%d/env/a.txt", i)] = ""
	}
	dir := folder(t, files)
	got := chatspec(t, call{dir: dir, args: []string{"grade", "class"}})
	for _, want := range []string{
		"s1 could not be judged: s1 has more than 32 folders within each other", "s2 could not be judged: s2 has more than 16 folders of libraries",
		"s3 could not be judged: s3 has a path of more than 1024 bytes", "3 submissions: 0 conformant, 0 nonconformant, 3 could not be judged\n",
	} {
		if got.status != 0 || !strings.Contains(got.stdout, want) {
			t.Errorf("it ends with %d, says %q and prints\n%s\nwithout %s", got.status, got.stderr, got.stdout, want)
		}
	}
}

// TestASubmissionIsGivenUpWhileItIsLookedAt: its time is that from the beginning.
func TestASubmissionIsGivenUpWhileItIsLookedAt(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"class/s1/chat.rb": ""})
	got := chatspec(t, call{dir: dir, args: []string{"grade", "class", "--longest", "1ns"}})
	if want := "s1 could not be judged: it was given up: it took too long (1ns)\n"; got.status != 0 || !strings.HasPrefix(got.stdout, want) {
		t.Errorf("it ends with %d, says %q and prints\n%s", got.status, got.stderr, got.stdout)
	}
}

// TestAClassIsNotHeldUpByWhatCannotBeBuilt: it earns nothing, its report has the compiler's words, and it is not tried again.
func TestAClassIsNotHeldUpByWhatCannotBeBuilt(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	needs(t, "gcc")
	manifest := "assignment: tcp-peer\nbuild: sh -c 'echo there is no rule for chat; exit 3'\nprograms: {chat: {run: './chat {name}'}}\n"
	dir := folder(t, map[string]string{"class/s1/chatspec.yaml": manifest, "class/s2/chat.c": "int main(void) { return x; }\n"})
	for _, way := range []string{"auto", "none"} {
		args := []string{"grade", "class", "--tags", few, "--isolate", way, "--out", way}
		got := chatspec(t, call{dir: dir, args: args})
		if want := "2 submissions: 0 conformant, 2 nonconformant, 0 could not be judged\n" + way + "/class.html\n" + way + "/scores.csv\n"; got.status != 0 || got.stdout != want {
			t.Errorf("--isolate %s: it ends with %d, says %q and prints\n%s", way, got.status, got.stderr, got.stdout)
		}
		table := rows(t, filepath.Join(dir, way, "scores.csv"))
		for id, want := range map[string][]string{
			"s1": {"s1 cannot be built with", ": there is no rule for chat", "mend what is said first"},
			"s2": {"chat.c does not compile: ", "‘x’ undeclared"},
		} {
			if row := table[id]; row["verdict"] != "nonconformant" || row["total"] != "0" || row["possible"] != "3" {
				t.Errorf("--isolate %s: the row of %s is %q", way, id, row)
			}
			page, err := os.ReadFile(filepath.Join(dir, way, "reports", id+".html"))
			if err != nil {
				t.Error(err)
			}
			for _, text := range want {
				if !strings.Contains(html.UnescapeString(string(page)), text) {
					t.Errorf("--isolate %s: the report of %s does not say %q", way, id, text)
				}
			}
		}
		if again := chatspec(t, call{dir: dir, args: args}); again.status != 0 || len(judgedIn(again.stderr)) > 0 {
			t.Errorf("--isolate %s: started again it ends with %d and says %q", way, again.status, again.stderr)
		}
	}
}
