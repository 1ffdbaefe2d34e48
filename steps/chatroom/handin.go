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
	return []string{
		".py", ".pyw", ".js", ".mjs", ".cjs", ".ts", ".go", ".java", ".kt", ".scala", ".rb", ".php", ".cs", ".rs", ".swift", ".dart",
		".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx",
	}
}

// passedOver are folders in which nobody hands in anything.
func passedOver() []string {
	return []string{"node_modules", "venv", ".venv", "env", ".git", "__pycache__"}
}

// sourceOf reads what the submission has in files that are called name, or else in a folder
// that is, and their ending; nothing, where there is neither.
func (s *session) sourceOf(name string) (text, ending string, err error) {
	if s.run.Target.Folder == "" {
		return "", "", &stage.Unverified{Reason: "the target has no folder that could be looked into"}
	}
	files, err := sourcesCalled(s.run.Target.Folder, name)
	if err != nil {
		return "", "", fmt.Errorf("looking for %s: %w", name, err)
	}
	for _, file := range files {
		data, err := s.run.Target.ReadFile(file)
		if err != nil {
			return "", "", err
		}
		text, ending = text+string(data)+"\n", filepath.Ext(file)
	}
	return text, ending, nil
}

// sourcesCalled lists the sources in a folder that are called name, or else those in a folder
// within it that is.
func sourcesCalled(folder, name string) ([]string, error) {
	var called, within []string
	err := filepath.WalkDir(folder, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && at != folder && slices.Contains(passedOver(), entry.Name()) {
			return filepath.SkipDir
		}
		if !entry.Type().IsRegular() || !slices.Contains(endings(), filepath.Ext(at)) {
			return nil
		}
		inside, err := filepath.Rel(folder, at)
		switch {
		case err != nil:
			return err
		case isCalled(strings.TrimSuffix(entry.Name(), filepath.Ext(at)), name):
			called = append(called, inside)
		case isCalled(filepath.Base(filepath.Dir(inside)), name):
			within = append(within, inside)
		}
		return nil
	})
	if len(called) > 0 {
		return called, err
	}
	return within, err
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
var class = regexp.MustCompile(`(?m)^\s*(?:(?:export|public|internal|final|sealed|abstract|static|partial|default|data|pub(?:\([^)]*\))?)\s+)*(?:class|struct)\s+\w+|^type\s+\w+\s+struct`)

func (w *world) definesClass(name string) error {
	text, _, err := w.session.sourceOf(name)
	if err == nil && !class.MatchString(text) {
		return stage.Fail(name+" defines a class", "it does not")
	}
	return err
}
