// Package ledger keeps what the submissions of a class came to, so that nothing is lost: each result is on the
// disk, whole, before the next thing is done.
package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/grading/class"
)

// Schema names the version of the files that entries are kept in.
const Schema = "chatspec-class/1"

// An Entry is what one submission came to.
type Entry struct {
	Schema   string          `json:"schema"`
	ID       string          `json:"id"`
	Key      string          `json:"key"`
	Attempt  int             `json:"attempt"`
	Students []class.Student `json:"students"`
	Late     bool            `json:"late,omitempty"`
	// Remarks are what whoever grades should know, in sentences.
	Remarks []string `json:"remarks,omitempty"`
	// Fingerprint tells of what the results were made: the submission, the suite, the options.
	Fingerprint string    `json:"fingerprint"`
	Judged      time.Time `json:"judged"`
	// Seconds is how long it took, with all that was done besides.
	Seconds float64 `json:"seconds"`
	// Problem says why it could not be judged, or nothing. Settled is set where it would be so again.
	Problem string           `json:"problem,omitempty"`
	Settled bool             `json:"settled"`
	Results []grading.Result `json:"results"`
}

// Name is what the submission is called to people.
func (e Entry) Name() string { return class.Names(e.Students) }

// Score is the sum of the points of all its results.
func (e Entry) Score() (earned, possible float64) {
	for _, r := range e.Results {
		earned += r.Score.Earned
		possible += r.Score.Possible
	}
	return earned, possible
}

// Light is an entry without what happened in its scenarios, of which a class holds too much to be kept in memory.
func (e Entry) Light() Entry {
	e.Results = slices.Clone(e.Results)
	for i := range e.Results {
		e.Results[i] = e.Results[i].Light()
	}
	return e
}

// A Ledger is a folder in which a class is graded.
type Ledger struct {
	dir  string
	lock *os.File
}

// ErrTaken says that somebody grades in the folder already.
var ErrTaken = errors.New("somebody grades there already")

// The names of what is in the folder.
const (
	lockName    = ".lock"
	resultsName = "results"
	workName    = ".work"
)

// Open opens the ledger in a folder, which it makes where there is none, and keeps others out of it until it is
// closed. What was left unfinished there is taken away.
func Open(dir string) (l *Ledger, err error) {
	if err := os.MkdirAll(filepath.Join(dir, resultsName), 0o755); err != nil {
		return nil, fmt.Errorf("making a folder for the results: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("locking the folder for the results: %w", err)
	}
	if err := take(lock); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", dir, err), lock.Close())
	}
	l = &Ledger{dir: dir, lock: lock}
	if err := os.RemoveAll(l.work()); err != nil {
		return nil, errors.Join(fmt.Errorf("taking away what was left unfinished: %w", err), l.Close())
	}
	if err := os.Mkdir(l.work(), 0o700); err != nil {
		return nil, errors.Join(fmt.Errorf("making a folder to work in: %w", err), l.Close())
	}
	return l, nil
}

// Close lets others in.
func (l *Ledger) Close() error {
	return errors.Join(os.RemoveAll(l.work()), l.lock.Close())
}

func (l *Ledger) work() string { return filepath.Join(l.dir, workName) }

// Workplace makes an empty folder, which is gone at the latest when the ledger is opened again.
func (l *Ledger) Workplace() (string, error) { return os.MkdirTemp(l.work(), "") }

// Path is where a file of the ledger's folder is.
func (l *Ledger) Path(name string) string { return filepath.Join(l.dir, name) }

// resultPath is where an entry is kept.
func (l *Ledger) resultPath(id string) string {
	return filepath.Join(l.dir, resultsName, FileName(id)+".json")
}

// Find finds an entry. One that is damaged, or of another version, is none.
func (l *Ledger) Find(id string) (Entry, bool, error) {
	data, err := os.ReadFile(l.resultPath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return Entry{}, false, nil
	}
	if err != nil {
		return Entry{}, false, fmt.Errorf("reading what was kept: %w", err)
	}
	var e Entry
	if err := json.Unmarshal(data, &e); err != nil || e.Schema != Schema || e.ID != id {
		return Entry{}, false, nil
	}
	return e, true, nil
}

// Keep keeps an entry. When it returns, the entry is there whatever happens.
func (l *Ledger) Keep(e Entry) error {
	e.Schema = Schema
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(e); err != nil {
		return fmt.Errorf("keeping the result of %s: %w", e.ID, err)
	}
	if err := l.write(l.resultPath(e.ID), data.Bytes()); err != nil {
		return fmt.Errorf("keeping the result of %s: %w", e.ID, err)
	}
	return nil
}

// Write writes a file of the ledger's folder, whole or not at all.
func (l *Ledger) Write(name string, data []byte) error {
	path := l.Path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := l.write(path, data); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// write writes beside the file, and puts it in its place when it is on the disk.
func (l *Ledger) write(path string, data []byte) (err error) {
	file, err := os.CreateTemp(l.work(), "")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder has the names in a folder written to the disk.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// FileName is a file's name for whatever a submission is called: letters, digits, and what is harmless besides;
// where that is not all, a part of its hash tells apart what would be alike.
func FileName(id string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.@", r) {
			return r
		}
		return '_'
	}, id)
	const longest = 100
	if name == id && len(name) <= longest && !strings.HasPrefix(name, ".") {
		return name
	}
	sum := sha256.Sum256([]byte(id))
	return strings.TrimLeft(name[:min(len(name), longest)], ".") + "-" + hex.EncodeToString(sum[:4])
}
