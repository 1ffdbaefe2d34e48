package class_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatspec/chatspec/fixtures/archive"
	"github.com/chatspec/chatspec/grading/class"
)

// folder makes a folder with the named files; a name that ends in a slash is a folder.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// told tells of each submission in a line: its name, its students, whether it is late, its items, its remarks.
func told(c class.Class) []string {
	var lines []string
	for _, s := range c.Submissions {
		var items []string
		for _, item := range s.Items {
			text := filepath.Base(item.Path)
			if item.Name != "" {
				text += " as " + item.Name
			}
			items = append(items, text)
		}
		line := fmt.Sprintf("%s: %s: %s", s.ID, s.Name(), strings.Join(items, ", "))
		if s.Late {
			line += ": late"
		}
		if len(s.Remarks) > 0 {
			line += ": " + strings.Join(s.Remarks, "; ")
		}
		lines = append(lines, line)
	}
	return lines
}

func TestEachLayoutIsToldByItself(t *testing.T) {
	gradescope := folder(t, "assignment_9_export/submission_12/chat.py", "assignment_9_export/submission_3/chat.py", "assignment_9_export/submission_7/chat.py")
	index := "submission_12:\n  :submitters:\n  - :name: Ann Lee\n    :email: ann@example.edu\n    :sid: '0017'\n  - :name: Bob Ray\n    :email: bob@example.edu\n  :score: 1.0\n" +
		"submission_3:\n  :submitters:\n  - :name: Eve Fox\n    :sid: 4\n  :created_at: 2026-05-12 14:32:00.000000000 Z\n"
	if err := os.WriteFile(filepath.Join(gradescope, "assignment_9_export/submission_metadata.yml"), []byte(index), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, dir string
		layout    class.Layout
		want      []string
		skipped   []string
	}{
		{"folders and archives", folder(t, "s2/chat.py", "s10.zip", "s1.tar.gz", "README.md", "__MACOSX/x", ".DS_Store"), class.Plain,
			[]string{"s1: s1: s1.tar.gz", "s2: s2: s2", "s10: s10: s10.zip"}, []string{"README.md"}},
		{"Canvas", folder(t, "leeann_LATE_11_901_hw.zip", "raybob_12_902_chat.py", "raybob_12_903_chat-1.py", "raybob_12_904_lib.py", "foxeve_13_906_hw-1.zip", "foxeve_13_905_hw.zip"), class.Canvas,
			[]string{
				"11: leeann: leeann_LATE_11_901_hw.zip as hw.zip: late",
				"12: raybob: raybob_12_903_chat-1.py as chat.py, raybob_12_904_lib.py as lib.py",
				"13: foxeve: foxeve_13_906_hw-1.zip as hw-1.zip: the last of 2 attempts",
			}, nil},
		{"Moodle with folders", folder(t, "Ann Lee_11_assignsubmission_file_/chat.py", "Bob Ray_12_assignsubmission_file_/hw.zip"), class.Moodle,
			[]string{"11: Ann Lee: Ann Lee_11_assignsubmission_file_", "12: Bob Ray: Bob Ray_12_assignsubmission_file_"}, nil},
		{"Moodle with files", folder(t, "Ann Lee_11_assignsubmission_file_chat.py", "Ann Lee_11_assignsubmission_file_lib.py", "Bob Ray_12_assignsubmission_file_hw.zip"), class.Moodle,
			[]string{
				"11: Ann Lee: Ann Lee_11_assignsubmission_file_chat.py as chat.py, Ann Lee_11_assignsubmission_file_lib.py as lib.py",
				"12: Bob Ray: Bob Ray_12_assignsubmission_file_hw.zip as hw.zip",
			}, nil},
		{"Gradescope", gradescope, class.Gradescope,
			[]string{"4: Eve Fox: submission_3", "0017: Ann Lee, Bob Ray: submission_12", "submission_7: submission_7: submission_7: nobody says whose it is"}, nil},
		{"clones", folder(t, "net-hw2-ann/.git/HEAD", "net-hw2-ann-b/.git/HEAD", "net-hw2-eve/.git/HEAD"), class.Clones,
			[]string{"ann: ann: net-hw2-ann", "ann-b: ann-b: net-hw2-ann-b", "eve: eve: net-hw2-eve"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := class.Read(c.dir, class.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Layout != c.layout {
				t.Errorf("it is taken for %s", got.Layout)
			}
			if diff := cmp.Diff(c.want, told(got)); diff != "" {
				t.Errorf("others are found (- wanted, + got):\n%s", diff)
			}
			if diff := cmp.Diff(c.skipped, got.Skipped); diff != "" {
				t.Errorf("others are skipped (- wanted, + got):\n%s", diff)
			}
		})
	}
}

func TestAllAttemptsAreKeptWhereThatIsAskedFor(t *testing.T) {
	got, err := class.Read(folder(t, "s1/", "s1.zip", "s2/"), class.Options{All: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"s1: s1: s1", "s1 (2): s1: s1.zip", "s2: s2: s2"}, told(got)); diff != "" {
		t.Errorf("others are found (- wanted, + got):\n%s", diff)
	}
}

func TestAFolderWithoutSubmissionsIsNoClass(t *testing.T) {
	for _, dir := range []string{folder(t, "README.md"), t.TempDir()} {
		if _, err := class.Read(dir, class.Options{}); err == nil || !strings.Contains(err.Error(), "holds no submission") {
			t.Errorf("it is said: %v", err)
		}
	}
	if _, err := class.Read("nowhere", class.Options{}); err == nil {
		t.Error("a folder that is not there is a class")
	}
}

func roster(t *testing.T, text string) []class.Student {
	t.Helper()
	students, err := class.ReadRoster(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return students
}

func TestRostersOfAllPlatformsAreRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []class.Student
	}{
		{"a plain one", "\ufeffkey,name\ns1,Ann Lee\n", []class.Student{{Key: "s1", Name: "Ann Lee"}}},
		{"Canvas", "Student,ID,SIS User ID,SIS Login ID,Section,Homework (9)\n    Points Possible,,,,,80\n\"Lee, Ann\",11,X1,al1,A,\n\"Student, Test\",99,,t,A,\n",
			[]class.Student{{Key: "11", Name: "Lee, Ann", ID: "11", SIS: "X1", Login: "al1", Section: "A"}}},
		{"Moodle", "Identifier,Full name,Email address,Status,Grade\nParticipant 11,Ann Lee,ann@example.edu,Submitted,\n",
			[]class.Student{{Key: "Participant 11", Name: "Ann Lee", Email: "ann@example.edu", Identifier: "Participant 11"}}},
		{"Gradescope", "First Name,Last Name,SID,Email\nAnn,Lee,0017,ann@example.edu\n",
			[]class.Student{{Key: "0017", Name: "Ann Lee", SID: "0017", Email: "ann@example.edu"}}},
		{"GitHub Classroom", "\"identifier\",\"github_username\",\"github_id\",\"name\"\n\"ann@example.edu\",\"annl\",\"77\",\"Ann Lee\"\n",
			[]class.Student{{Key: "ann@example.edu", Name: "Ann Lee", Login: "annl", Identifier: "ann@example.edu"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, roster(t, c.text)); diff != "" {
				t.Errorf("others are read (- wanted, + got):\n%s", diff)
			}
		})
	}
}

func TestARosterThatNamesNobodyIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "reading the roster's first row",
		"points\n3\n":            "the roster names nobody",
		"key,name\ns1,A\ns1,B\n": `the roster has "s1" twice, in the lines 2 and 3`,
	} {
		if _, err := class.ReadRoster(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("of %q it is said: %v", text, err)
		}
	}
}

func TestASubmissionIsFoundInTheRoster(t *testing.T) {
	students := roster(t, "key,name,email,login,identifier\ns1,Ann Lee,ann@example.edu,annl,Participant 11\ns2,Bob van Ray,bob@example.edu,bobr,Participant 12\ns3,Eve Fox,,,\n")
	for _, c := range []struct {
		file string
		want string
	}{
		{"Ann Lee_11_assignsubmission_file_/", "s1"}, // by Moodle's number
		{"leeann_77_1_hw.zip", "s1"},                 // by the name, turned round
		{"rayvanbob_77_1_hw.zip", "77"},              // of three words only as people sort them
		{"rayBobvan_77_1_hw.zip", "s2"},
		{"hw2_S2.zip", "s2"},
		{"annl/", "s1"},
		{"Fox, Eve.zip", "s3"},
		{"nobody.zip", "nobody"},
	} {
		got, err := class.Read(folder(t, c.file), class.Options{Roster: students})
		if err != nil {
			t.Fatal(err)
		}
		s := got.Submissions[0]
		known := strings.HasPrefix(c.want, "s")
		if s.Key != c.want || known != (len(s.Remarks) == 0) || known != (len(got.Missing) == 2) {
			t.Errorf("%s is of %q, with the remarks %q, and %d are missing", c.file, s.Key, s.Remarks, len(got.Missing))
		}
	}
}

func TestASubmissionIsOneOfTwoThatFitItByNoneOfThem(t *testing.T) {
	students := roster(t, "key,name\n1,Ann Lee\n2,Ann Lee\n")
	got, err := class.Read(folder(t, "Ann Lee.zip"), class.Options{Roster: students})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Ann Lee: Ann Lee: Ann Lee.zip: Ann Lee is not in the roster"}, told(got)); diff != "" {
		t.Errorf("others are found (- wanted, + got):\n%s", diff)
	}
}

func TestTheHashOfASubmissionFollowsItsFiles(t *testing.T) {
	dir := folder(t, "s1/chat.py", "s1/.git/HEAD", "s2/chat.py")
	hash := func() string {
		t.Helper()
		got, err := class.Read(dir, class.Options{})
		if err != nil {
			t.Fatal(err)
		}
		text, err := got.Submissions[0].Hash(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	first := hash()
	write("s1/.git/HEAD", "fetched")
	if hash() != first {
		t.Error("what Git does changes a submission")
	}
	write("s1/chat.py", "other")
	second := hash()
	write("s1/lib.py", "")
	if third := hash(); first == second || second == third {
		t.Error("what is in a submission does not change it")
	}
}

func TestASubmissionWithoutEndIsHashed(t *testing.T) {
	dir := folder(t, "chat.py")
	holes := filepath.Join(dir, "holes")
	if err := errors.Join(os.WriteFile(holes, nil, 0o644), os.Truncate(holes, 1<<40)); err != nil {
		t.Fatal(err)
	}
	deep, err := os.OpenRoot(dir)
	for range 30 { // by the kernel's reckoning too long for one path
		if err == nil {
			err = deep.Mkdir(strings.Repeat("a", 200), 0o755)
		}
		if err == nil {
			deep, err = deep.OpenRoot(strings.Repeat("a", 200))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	s := class.Submission{Key: "s1", Items: []archive.Item{{Path: dir}}}
	first, err := s.Hash(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(holes, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if second, err := s.Hash(t.Context()); err != nil || second == first {
		t.Errorf("what is too much to be read may change unseen: %v", err)
	}
}

func TestHashingEndsWithItsContext(t *testing.T) {
	cause := errors.New("the grader has gone home")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(cause)
	s := class.Submission{Key: "s1", Items: []archive.Item{{Path: folder(t, "chat.py")}}}
	if _, err := s.Hash(ctx); !errors.Is(err, cause) {
		t.Errorf("it says %v", err)
	}
}
