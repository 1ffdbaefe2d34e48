package class

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/chatspec/chatspec/fixtures/archive"
)

// gradescopeIndex is the file in which Gradescope says whose submission is in which folder.
const gradescopeIndex = "submission_metadata.yml"

// layoutOf tells by the names in a folder how the class is laid out: that of most of them.
func layoutOf(dir string, entries []fs.DirEntry) Layout {
	canvas, moodle, gradescope, clones := 0, 0, 0, 0
	for _, e := range entries {
		switch {
		case e.Name() == gradescopeIndex:
			return Gradescope
		case moodleName().MatchString(e.Name()):
			moodle++
		case !e.IsDir() && canvasName().MatchString(e.Name()):
			canvas++
		case e.IsDir() && gradescopeName().MatchString(e.Name()):
			gradescope++
		case e.IsDir() && exists(filepath.Join(dir, e.Name(), ".git")):
			clones++
		}
	}
	for _, c := range []struct {
		count int
		is    Layout
	}{{canvas, Canvas}, {moodle, Moodle}, {gradescope, Gradescope}, {clones, Clones}} {
		if 2*c.count > len(entries) {
			return c.is
		}
	}
	return Plain
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// canvasName are names of Canvas's downloads: the student's, whether it is late, his number, the file's, and the
// name that the file had.
func canvasName() *regexp.Regexp { return regexp.MustCompile(`^([^_]+)_(LATE_)?(\d+)_(\d+)_(.+)$`) }

// moodleName are those of Moodle's: the student's name, the participant's number, and the file's, which is nothing
// for a folder.
func moodleName() *regexp.Regexp {
	return regexp.MustCompile(`^(.+?)_(\d+)_assignsubmission_(?:file|onlinetext)_?(.*)$`)
}

// gradescopeName are those of the folders of Gradescope's exports.
func gradescopeName() *regexp.Regexp { return regexp.MustCompile(`^submission_(\d+)$`) }

// numbered is what Canvas and browsers add to a name that is there already.
func numbered() *regexp.Regexp { return regexp.MustCompile(`(?:-\d+| \(\d+\))(\.[^.]*)?$`) }

// readCanvas reads an export of Canvas: all files of a student are one submission, unless they are archives, each
// of which is an attempt.
func readCanvas(dir string, entries []fs.DirEntry) (found []Submission, skipped []string) {
	type file struct{ path, number, name string }
	files := map[string][]file{} // by the student's number
	students := map[string]Student{}
	late := map[string]bool{}
	for _, e := range entries {
		match := canvasName().FindStringSubmatch(e.Name())
		if match == nil || e.IsDir() {
			skipped = append(skipped, e.Name())
			continue
		}
		id := match[3]
		students[id] = Student{Key: id, Name: match[1], ID: id}
		late[id] = late[id] || match[2] != ""
		files[id] = append(files[id], file{filepath.Join(dir, e.Name()), match[4], match[5]})
	}
	for _, id := range slices.Sorted(maps.Keys(files)) {
		of := files[id]
		slices.SortFunc(of, func(a, b file) int { return natural(a.number, b.number) })
		if !slices.ContainsFunc(of, func(f file) bool { return !archive.IsNamed(f.name) }) {
			for _, f := range of {
				found = append(found, Submission{
					Students: []Student{students[id]}, Late: late[id], order: f.number, Items: []archive.Item{{Path: f.path, Name: f.name}},
				})
			}
			continue
		}
		last := map[string]archive.Item{} // of each name
		for _, f := range of {
			name := numbered().ReplaceAllString(f.name, "$1")
			last[name] = archive.Item{Path: f.path, Name: name}
		}
		s := Submission{Students: []Student{students[id]}, Late: late[id]}
		for _, name := range slices.Sorted(maps.Keys(last)) {
			s.Items = append(s.Items, last[name])
		}
		found = append(found, s)
	}
	return found, skipped
}

// readMoodle reads an export of Moodle: a folder for each student, or files with his name before theirs.
func readMoodle(dir string, entries []fs.DirEntry) (found []Submission, skipped []string) {
	at := map[string]int{}
	for _, e := range entries {
		match := moodleName().FindStringSubmatch(e.Name())
		if match == nil {
			skipped = append(skipped, e.Name())
			continue
		}
		id := match[2]
		if _, ok := at[id]; !ok {
			at[id] = len(found)
			found = append(found, Submission{Students: []Student{{Key: id, Name: match[1], Identifier: "Participant " + id}}})
		}
		s := &found[at[id]]
		s.Items = append(s.Items, archive.Item{Path: filepath.Join(dir, e.Name()), Name: match[3]})
	}
	return found, skipped
}

// readGradescope reads an export of Gradescope: a folder for each submission, of one student or several.
func readGradescope(dir string, entries []fs.DirEntry) (found []Submission, skipped []string) {
	submitters, problem := readSubmitters(filepath.Join(dir, gradescopeIndex))
	for _, e := range entries {
		if e.Name() == gradescopeIndex {
			continue
		}
		if !e.IsDir() || !gradescopeName().MatchString(e.Name()) {
			skipped = append(skipped, e.Name())
			continue
		}
		s := Submission{Students: submitters[e.Name()], order: e.Name(), Items: []archive.Item{{Path: filepath.Join(dir, e.Name())}}}
		if len(s.Students) == 0 {
			s.Students = []Student{{Key: e.Name()}}
			s.Remarks = append(s.Remarks, "nobody says whose it is"+problem)
		}
		found = append(found, s)
	}
	return found, skipped
}

// readSubmitters reads whose folders are whose. What is wrong with the file is said in a remark's end.
func readSubmitters(path string) (map[string][]Student, string) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Sprintf(": %s is missing", gradescopeIndex)
	}
	var index map[string]struct {
		Submitters []struct {
			Name  string `yaml:":name"`
			Email string `yaml:":email"`
			SID   any    `yaml:":sid"`
		} `yaml:":submitters"`
	}
	if err := yaml.Unmarshal(data, &index); err != nil {
		return nil, fmt.Sprintf(": %s cannot be read", gradescopeIndex)
	}
	submitters := map[string][]Student{}
	for folder, of := range index {
		for _, s := range of.Submitters {
			student := Student{Name: s.Name, Email: s.Email}
			if s.SID != nil {
				student.SID = fmt.Sprint(s.SID)
			}
			if student.Key = cmp.Or(student.SID, student.Email, student.Name); student.Key != "" {
				submitters[folder] = append(submitters[folder], student)
			}
		}
	}
	return submitters, ""
}

// readPlain reads a folder or an archive for each submission. Of clones, the part of the name that all share is the
// assignment's, and the rest the student's.
func readPlain(dir string, entries []fs.DirEntry, layout Layout) (found []Submission, skipped []string) {
	prefix := ""
	if layout == Clones {
		prefix = sharedPrefix(entries)
	}
	for _, e := range entries {
		if !e.IsDir() && !archive.IsNamed(e.Name()) {
			skipped = append(skipped, e.Name())
			continue
		}
		name := e.Name()
		if !e.IsDir() {
			name = archive.WithoutSuffix(name)
		}
		student := Student{Key: strings.TrimPrefix(name, prefix)}
		if layout == Clones {
			student.Login = student.Key
		}
		found = append(found, Submission{Students: []Student{student}, order: name, Items: []archive.Item{{Path: filepath.Join(dir, e.Name())}}})
	}
	return found, skipped
}

// sharedPrefix is what the names of all folders begin with, up to a hyphen.
func sharedPrefix(entries []fs.DirEntry) string {
	prefix, first := "", true
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if first {
			prefix, first = e.Name(), false
		}
		for !strings.HasPrefix(e.Name(), prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return prefix[:strings.LastIndex(prefix, "-")+1]
}
