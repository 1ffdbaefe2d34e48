package chatroom

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/stage"
)

// endings are those of files that hold programs.
func endings() []string {
	return []string{".py", ".pyw", ".js", ".mjs", ".cjs", ".ts", ".go", ".java", ".rb", ".php", ".kt", ".cs", ".cpp"}
}

// passedOver are folders in which nobody hands in anything.
func passedOver() []string {
	return []string{"node_modules", "venv", ".venv", "env", ".git", "__pycache__"}
}

// sourceOf reads the source of the submission that is called name, and its ending; nothing, where
// there is none.
func (s *session) sourceOf(name string) (text, ending string, err error) {
	folder := s.run.Target.Folder
	if folder == "" {
		return "", "", &stage.Unverified{Reason: "the target has no folder that could be looked into"}
	}
	err = filepath.WalkDir(folder, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || text != "" {
			return err
		}
		if entry.IsDir() && at != folder && slices.Contains(passedOver(), entry.Name()) {
			return filepath.SkipDir
		}
		own := filepath.Ext(at)
		if !entry.Type().IsRegular() || !slices.Contains(endings(), own) || !isCalled(strings.TrimSuffix(entry.Name(), own), name) {
			return nil
		}
		inside, err := filepath.Rel(folder, at)
		if err != nil {
			return err
		}
		data, err := s.run.Target.ReadFile(inside)
		text, ending = string(data), own
		return err
	})
	if err != nil {
		return "", "", fmt.Errorf("looking for %s: %w", name, err)
	}
	return text, ending, nil
}

// isCalled reports whether a file has a name, whatever a language writes between words.
func isCalled(file, name string) bool {
	plain := strings.NewReplacer("_", "", "-", "")
	return strings.EqualFold(plain.Replace(file), plain.Replace(name))
}

// code is a line in which something is done: neither empty nor a comment.
var code = regexp.MustCompile(`(?m)^\s*[^\s#/*"']`)

func (w *world) hasProgramFile(name string) error {
	text, ending, err := w.session.sourceOf(name)
	switch {
	case err != nil:
		return err
	case ending == "":
		return stage.Fail(fmt.Sprintf("the submission has a file called %s.py, or the same in another language", name), "it has none")
	case !code.MatchString(text):
		return stage.Fail(fmt.Sprintf("%s%s holds a program", name, ending), "nothing is done in it")
	}
	return nil
}

// class is where a class, or what comes nearest to one, is defined.
var class = regexp.MustCompile(`(?m)^\s*(?:export\s+|public\s+|final\s+|abstract\s+|default\s+)*class\s+\w+|^type\s+\w+\s+struct`)

func (w *world) definesClass(name string) error {
	text, _, err := w.session.sourceOf(name)
	if err == nil && !class.MatchString(text) {
		return stage.Fail(name+" defines a class", "it does not")
	}
	return err
}
