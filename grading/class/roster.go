package class

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// A Student is somebody as the platforms know him. What one does not know is "".
type Student struct {
	// Key is how results name him.
	Key   string `json:"key"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	// Login is his at the university, or GitHub.
	Login string `json:"login,omitempty"`
	// ID, SIS and Section are Canvas's.
	ID      string `json:"id,omitempty"`
	SIS     string `json:"sis,omitempty"`
	Section string `json:"section,omitempty"`
	// SID is Gradescope's.
	SID string `json:"sid,omitempty"`
	// Identifier is Moodle's, as in "Participant 12345".
	Identifier string `json:"identifier,omitempty"`
}

// Names joins the names of students, or else their keys.
func Names(students []Student) string {
	var names []string
	for _, s := range students {
		names = append(names, cmp.Or(s.Name, s.Key))
	}
	return strings.Join(names, ", ")
}

// called names a student in a sentence.
func (s Student) called() string {
	if s.Name != "" && s.Name != s.Key {
		return fmt.Sprintf("%s (%s)", s.Key, s.Name)
	}
	return s.Key
}

// joined is what the roster says of a student, and besides what his submission says.
func (s Student) joined(listed Student) Student {
	return Student{
		Key: cmp.Or(listed.Key, s.Key), Name: cmp.Or(listed.Name, s.Name), Email: cmp.Or(listed.Email, s.Email), Login: cmp.Or(listed.Login, s.Login),
		ID: cmp.Or(listed.ID, s.ID), SIS: cmp.Or(listed.SIS, s.SIS), Section: cmp.Or(listed.Section, s.Section), SID: cmp.Or(listed.SID, s.SID),
		Identifier: cmp.Or(listed.Identifier, s.Identifier),
	}
}

// ReadRoster reads a table of students: a CSV whose first row names the columns, as Canvas, Moodle, Gradescope and
// GitHub Classroom write it, or one with the columns key and name.
func ReadRoster(r io.Reader) ([]Student, error) {
	table := csv.NewReader(r)
	table.FieldsPerRecord, table.LazyQuotes, table.TrimLeadingSpace = -1, true, true
	head, err := table.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the roster's first row: %w", err)
	}
	columns := map[string]int{}
	for i, title := range head {
		columns[normal(strings.TrimPrefix(title, "\ufeff"))] = i
	}
	var students []Student
	seen := map[string]int{}
	for line := 2; ; line++ {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading the roster: %w", err)
		}
		s := studentIn(row, columns)
		if s.Key == "" || isNoStudent(s) {
			continue
		}
		if before := seen[s.Key]; before > 0 {
			return nil, fmt.Errorf("the roster has %q twice, in the lines %d and %d", s.Key, before, line)
		}
		seen[s.Key] = line
		students = append(students, s)
	}
	if len(students) == 0 {
		return nil, errors.New("the roster names nobody: its first row must name a column `key`, `id`, `email` or `name`")
	}
	return students, nil
}

// isNoStudent reports whether a row is one of Canvas's own: the points that are possible, and its test student.
func isNoStudent(s Student) bool {
	name := normal(s.Name)
	return name == "pointspossible" || name == "studenttest"
}

// studentIn reads a row of the roster.
func studentIn(row []string, columns map[string]int) Student {
	column := func(titles ...string) string {
		for _, title := range titles {
			if i, ok := columns[title]; ok && i < len(row) && strings.TrimSpace(row[i]) != "" {
				return strings.TrimSpace(row[i])
			}
		}
		return ""
	}
	s := Student{
		Name:       column("name", "fullname", "student", "rostername"),
		Email:      column("email", "emailaddress", "mail"),
		Login:      column("login", "githubusername", "username", "sisloginid", "user"),
		ID:         column("id"),
		SIS:        column("sisuserid"),
		Section:    column("section"),
		SID:        column("sid", "studentid"),
		Identifier: column("identifier"),
	}
	if first, last := column("firstname"), column("lastname"); s.Name == "" {
		s.Name = strings.TrimSpace(first + " " + last)
	}
	s.Key = cmp.Or(column("key"), s.SID, s.ID, s.Identifier, s.Login, s.Email, s.Name)
	return s
}

// normal leaves a text's letters and digits, small.
func normal(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// lookUp finds a student in the roster: by what a platform calls him, then by his name, then by what is in the name
// of his file. A way by which there are several finds nobody.
func lookUp(roster []Student, s Student) (int, bool) {
	ways := []func(Student) bool{
		func(listed Student) bool { return sharesID(listed, s) },
		func(listed Student) bool { return s.Name != "" && sameName(listed.Name, s.Name) },
		func(listed Student) bool { return sameName(listed.Name, s.Key) },
		func(listed Student) bool { return hasPart(s.Key, listed) },
	}
	for _, way := range ways {
		i := slices.IndexFunc(roster, way)
		if i >= 0 && !slices.ContainsFunc(roster[i+1:], way) {
			return i, true
		}
	}
	return 0, false
}

// ids are the texts by which a student is known, whose meaning does not depend on the platform.
func (s Student) ids() []string {
	return []string{s.Key, s.Email, s.Login, s.ID, s.SIS, s.SID, s.Identifier, strings.TrimPrefix(s.Identifier, "Participant ")}
}

func sharesID(a, b Student) bool {
	return slices.ContainsFunc(a.ids(), func(id string) bool {
		return id != "" && slices.ContainsFunc(b.ids(), func(other string) bool { return strings.EqualFold(id, other) })
	})
}

// sameName compares names whatever comes first: «Ann Lee», «Lee, Ann», «leeann».
func sameName(listed, name string) bool {
	words := strings.FieldsFunc(listed, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return false
	}
	forth := normal(listed)
	last := words[len(words)-1]
	lastFirst := normal(last + strings.Join(words[:len(words)-1], ""))
	firstLast := normal(strings.Join(words[1:], "") + words[0])
	return slices.Contains([]string{forth, lastFirst, firstLast}, normal(name))
}

// hasPart reports whether a part of a file's name is the student's key or login.
func hasPart(name string, listed Student) bool {
	parts := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.ContainsFunc(parts, func(part string) bool {
		return slices.ContainsFunc([]string{listed.Key, listed.Login, listed.SID}, func(id string) bool { return id != "" && strings.EqualFold(id, part) })
	})
}
