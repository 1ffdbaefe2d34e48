// Package queue has a class judged on many machines, by way of RabbitMQ's queues: whoever grades hands out tasks and
// collects results, and workers judge.
//
// All messages are signed with a key that both share (HMAC-SHA256). A task waits in a durable queue whose name says
// who may take it: chatspec.tasks, the version of the suite, the key, where programs live, and the assignment. So a
// worker that is not fit for a task never gets it. Results come to a queue of the class's own, for as long as they
// are wanted: where that queue is gone, so are its tasks.
package queue

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/chatspec/chatspec/grading"
)

// MaxMessage bounds a message, in bytes: RabbitMQ 4 takes no larger one unless it is told to.
const MaxMessage = 16 << 20

// maxResults bounds the results of one submission, in bytes, when they are not compressed.
const maxResults = 1 << 30

// Options say how a submission is judged.
type Options struct {
	Assignments []string      `json:"assignments,omitempty"`
	Tags        string        `json:"tags,omitempty"`
	Patience    float64       `json:"patience"`
	Isolate     string        `json:"isolate"` // host, container or none
	Limits      string        `json:"limits,omitempty"`
	Longest     time.Duration `json:"longest"` // in nanoseconds
	Confirm     int           `json:"confirm,omitempty"`
	Unsteady    string        `json:"unsteady"`
	Rubric      string        `json:"rubric,omitempty"` // the text of the grader's own
	Seed        uint64        `json:"seed,omitempty"`   // by which names and texts are drawn; 0, where they are not
}

// A Task is one submission to be judged.
type Task struct {
	// ID tells it from all others, those of other starts included.
	ID string `json:"id"`
	// Run names the start of `chatspec grade` that waits for the result.
	Run string `json:"run"`
	// Submission is what the submission is called.
	Submission string `json:"submission"`
	// Fingerprint tells of what results are made: the submission, the suite, the options.
	Fingerprint string  `json:"fingerprint"`
	Version     string  `json:"version"` // of chatspec: what its executable is told from others by
	Options     Options `json:"options"`
	// Items are what the submission is made of, in the order of the packed files.
	Items []Item `json:"items"`
	// Shared is where the packed files are, unless they are in the message.
	Shared *Shared `json:"shared,omitempty"`
}

// An Item is a file, an archive or a folder of a submission.
type Item struct {
	Base string `json:"base"`           // its name in its folder
	Name string `json:"name,omitempty"` // what it is called in the submission, where that is another name
}

// A Shared is a file in the folder that all machines share.
type Shared struct {
	Path   string `json:"path"` // in that folder
	Size   int64  `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
}

// A Begun says that a worker has begun with a task.
type Begun struct {
	Task   string `json:"task"`
	Worker string `json:"worker"`
}

// A Result is what a task came to.
type Result struct {
	Task        string    `json:"task"` // the task's ID
	Fingerprint string    `json:"fingerprint"`
	Version     string    `json:"version"`
	Worker      string    `json:"worker"`
	Judged      time.Time `json:"judged"`
	Seconds     float64   `json:"seconds"`
	// Problem says why it could not be judged, or nothing. Settled is set where it would be so again.
	Problem string           `json:"problem,omitempty"`
	Settled bool             `json:"settled"`
	Results []grading.Result `json:"-"`
}

// taskID is the ID of a submission's task in a run.
func taskID(run, submission, fingerprint string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", run, submission, fingerprint))
	return hex.EncodeToString(sum[:16])
}

// errTooLarge says that a message would be larger than a broker takes.
var errTooLarge = errors.New("it is larger than a message may be")

// sealTask makes a message of a task and its packed files.
func sealTask(key Key, t Task, files []byte) ([]byte, error) {
	return sealed(key, taskKind, t, files)
}

func sealBegun(key Key, b Begun) ([]byte, error) { return sealed(key, begunKind, b, nil) }

// sealResult makes a message of a result.
func sealResult(key Key, r Result) ([]byte, error) {
	var results bytes.Buffer
	compressed := gzip.NewWriter(&results)
	if err := errors.Join(json.NewEncoder(compressed).Encode(r.Results), compressed.Close()); err != nil {
		return nil, fmt.Errorf("packing a result: %w", err)
	}
	return sealed(key, resultKind, r, results.Bytes())
}

func sealed(key Key, what kind, head any, rest []byte) ([]byte, error) {
	text, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("packing a %s: %w", what, err)
	}
	message := key.seal(what, text, rest)
	if len(message) > MaxMessage {
		return nil, errTooLarge
	}
	return message, nil
}

// openTask reads a task's message. It fails with ErrForged where the key's owner has not signed it.
func openTask(key Key, message []byte) (t Task, files []byte, err error) {
	what, head, files, err := key.open(message)
	if err == nil && what != taskKind {
		err = fmt.Errorf("it is a %s and no task", what)
	}
	if err == nil {
		err = json.Unmarshal(head, &t)
	}
	if err == nil && t.ID != taskID(t.Run, t.Submission, t.Fingerprint) {
		err = errors.New("its id is not its own")
	}
	return t, files, err
}

// openAnswer reads what comes back from workers: exactly one of the two is not nil.
func openAnswer(key Key, message []byte) (*Begun, *Result, error) {
	what, head, rest, err := key.open(message)
	if err != nil {
		return nil, nil, err
	}
	switch what {
	case begunKind:
		b := new(Begun)
		return b, nil, json.Unmarshal(head, b)
	case resultKind:
		r := new(Result)
		if err := json.Unmarshal(head, r); err != nil {
			return nil, nil, err
		}
		compressed, err := gzip.NewReader(bytes.NewReader(rest))
		if err != nil {
			return nil, nil, fmt.Errorf("unpacking a result: %w", err)
		}
		if err := json.NewDecoder(io.LimitReader(compressed, maxResults)).Decode(&r.Results); err != nil {
			return nil, nil, fmt.Errorf("unpacking a result: %w", err)
		}
		return nil, r, nil
	}
	return nil, nil, fmt.Errorf("it is a %s, and nothing that a worker says", what)
}
