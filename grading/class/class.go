// Package class reads a class: the submissions of a folder or an export in the layout of a learning platform,
// and the students of a roster. It reads names and executes nothing.
package class

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/chatspec/chatspec/fixtures/archive"
)

// A Layout is how a class is laid out.
type Layout string

// The layouts.
const (
	Canvas     Layout = "Canvas"
	Moodle     Layout = "Moodle"
	Gradescope Layout = "Gradescope"
	Clones     Layout = "clones"
	Plain      Layout = "folders and archives"
)

// A Class is what was handed in, and by whom.
type Class struct {
	Layout      Layout
	Submissions []Submission // by their keys, and of one student by attempts
	// Missing are the students of the roster who have handed in nothing.
	Missing []Student
	// Skipped are the names of what is in the folder and no submission.
	Skipped []string
}

// A Submission is what one student, or a group, has handed in.
type Submission struct {
	// Key names it in all reports: the student's in the roster, or else what its file tells.
	Key string
	// ID names it among all attempts that are judged.
	ID string
	// Attempt numbers those of one student, from 1.
	Attempt  int
	Students []Student
	// Late is set where the platform says so.
	Late bool
	// Remarks are what whoever grades should know, in sentences.
	Remarks []string
	// Items are the files, archives and folders that it is made of.
	Items []archive.Item

	order string // tells its place among those of one student
}

// Name is what the submission is called to people: its students' names.
func (s Submission) Name() string { return Names(s.Students) }

// Options say how a class is read.
type Options struct {
	// Roster are the students; none, where nobody has named them.
	Roster []Student
	// All keeps all attempts of a student, and not only the last.
	All bool
}

// Read reads the class in a folder.
func Read(dir string, o Options) (Class, error) {
	dir, err := enter(dir)
	if err != nil {
		return Class{}, err
	}
	entries, err := visibleIn(dir)
	if err != nil {
		return Class{}, fmt.Errorf("reading the class: %w", err)
	}
	layout := layoutOf(dir, entries)
	c := Class{Layout: layout}
	var found []Submission
	switch layout {
	case Canvas:
		found, c.Skipped = readCanvas(dir, entries)
	case Moodle:
		found, c.Skipped = readMoodle(dir, entries)
	case Gradescope:
		found, c.Skipped = readGradescope(dir, entries)
	default:
		found, c.Skipped = readPlain(dir, entries, layout)
	}
	if len(found) == 0 {
		return c, fmt.Errorf("%s holds no submission: a folder or an archive for each, or an export of Canvas, Moodle or Gradescope", dir)
	}
	c.identify(found, o.Roster)
	c.number(o.All)
	return c, nil
}

// enter is the folder of the submissions: the one given, or the one in it and alone, where that is an export's.
func enter(dir string) (string, error) {
	entries, err := visibleIn(dir)
	if err != nil {
		return "", fmt.Errorf("reading the class: %w", err)
	}
	if len(entries) != 1 || !entries[0].IsDir() {
		return dir, nil
	}
	inner := filepath.Join(dir, entries[0].Name())
	if within, err := visibleIn(inner); err == nil && (layoutOf(inner, within) == Gradescope || layoutOf(inner, within) == Canvas || layoutOf(inner, within) == Moodle) {
		return inner, nil
	}
	return dir, nil
}

// visibleIn lists what people have put into a folder.
func visibleIn(dir string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(dir)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return strings.HasPrefix(e.Name(), ".") || e.Name() == "__MACOSX" || e.Name() == "Thumbs.db" || e.Name() == "desktop.ini"
	}), err
}

// identify gives each submission its student of the roster, and so its key.
func (c *Class) identify(found []Submission, roster []Student) {
	handedIn := make([]bool, len(roster))
	for _, s := range found {
		for i, student := range s.Students {
			at, ok := lookUp(roster, student)
			if !ok && len(roster) > 0 {
				s.Remarks = append(s.Remarks, fmt.Sprintf("%s is not in the roster", student.called()))
			}
			if ok {
				handedIn[at] = true
				s.Students[i] = student.joined(roster[at])
			}
		}
		s.Key = s.Students[0].Key
		c.Submissions = append(c.Submissions, s)
	}
	for i, student := range roster {
		if !handedIn[i] {
			c.Missing = append(c.Missing, student)
		}
	}
}

// number sorts the submissions, numbers the attempts of each student, and keeps the last, or all.
func (c *Class) number(all bool) {
	slices.SortStableFunc(c.Submissions, func(a, b Submission) int {
		return cmp.Or(natural(a.Key, b.Key), natural(a.order, b.order))
	})
	var kept []Submission
	for begin, end := 0, 0; begin < len(c.Submissions); begin = end {
		for end = begin; end < len(c.Submissions) && c.Submissions[end].Key == c.Submissions[begin].Key; end++ {
			c.Submissions[end].Attempt = end - begin + 1
		}
		attempts := c.Submissions[begin:end]
		if all || len(attempts) == 1 {
			kept = append(kept, named(attempts)...)
			continue
		}
		last := attempts[len(attempts)-1]
		last.ID = last.Key
		last.Remarks = append(last.Remarks, fmt.Sprintf("the last of %d attempts", len(attempts)))
		kept = append(kept, last)
	}
	c.Submissions = kept
}

// named gives the attempts of a student their names.
func named(attempts []Submission) []Submission {
	for i := range attempts {
		attempts[i].ID = attempts[i].Key
		if i > 0 {
			attempts[i].ID = fmt.Sprintf("%s (%d)", attempts[i].Key, attempts[i].Attempt)
		}
	}
	return attempts
}

// natural compares texts so that 2 comes before 10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := chunk(a), chunk(b)
		a, b = a[len(x):], b[len(y):]
		if isDigit(x[0]) && isDigit(y[0]) {
			p, q := strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if len(p) != len(q) {
				return len(p) - len(q)
			}
			x, y = p+x, q+y
		}
		if by := strings.Compare(x, y); by != 0 {
			return by
		}
	}
	return strings.Compare(a, b)
}

// chunk is what a text begins with: digits, or what are none.
func chunk(text string) string {
	end := 1
	for end < len(text) && isDigit(text[end]) == isDigit(text[0]) {
		end++
	}
	return text[:end]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// maxHashed bounds, in bytes, how much of a submission is hashed: a file may be a terabyte of nothing. Of what is
// more, the size and the time of its last change count.
const maxHashed = 4 << 30

// Hash is the SHA-256 of all that a submission is made of, in hexadecimal. It ends with the context.
func (s Submission) Hash(ctx context.Context) (string, error) {
	h := hashing{sum: sha256.New(), left: maxHashed}
	for _, item := range s.Items {
		err := Walk(item.Path, func(path, name string, entry fs.DirEntry) error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return h.add(path, item.Name+"/"+name, entry)
		})
		if err != nil {
			return "", fmt.Errorf("reading the submission %s: %w", s.Key, err)
		}
	}
	return hex.EncodeToString(h.sum.Sum(nil)), nil
}

// Walk visits a file, or a folder and all that counts in it, in the order of their names: what Git and Python keep
// there does not. Name is relative to the first, whose own is ".". Folders whose paths the kernel does not take are left
// out: who looks into the submission refuses it for them.
func Walk(root string, visit func(path, name string, entry fs.DirEntry) error) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, syscall.ENAMETOOLONG) {
			return fs.SkipDir
		}
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", "__pycache__"}, entry.Name()) {
			return fs.SkipDir
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return visit(path, name, entry)
	})
}

// A hashing is the hash of a submission, and how much of it may still be read.
type hashing struct {
	sum  hash.Hash
	left int64
}

// add adds a file's name, kind and content.
func (h *hashing) add(path, name string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if errors.Is(err, syscall.ENAMETOOLONG) {
		fmt.Fprintf(h.sum, "%q\n", name)
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(h.sum, "%q %v %d\n", name, info.Mode(), info.Size())
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		to, err := os.Readlink(path)
		fmt.Fprintf(h.sum, "%q\n", to)
		return err
	case !info.Mode().IsRegular():
		return nil
	case info.Size() > h.left:
		fmt.Fprintln(h.sum, info.ModTime().UnixNano())
		return nil
	}
	h.left -= info.Size()
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = io.CopyN(h.sum, file, info.Size())
	if err == io.EOF {
		err = nil // it has become shorter meanwhile
	}
	return errors.Join(err, file.Close())
}
