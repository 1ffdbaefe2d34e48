package queue

import (
	"slices"
	"strings"
)

// everyAssignment stands in a queue's name for tasks that may be of any assignment.
const everyAssignment = "any"

// A fitness is what a task asks of a worker: its queue's name says so.
type fitness struct {
	version    string
	key        Key
	isolation  string
	assignment string // everyAssignment, where the grader named none or several
	shared     bool   // the files are in the shared folder
}

// shownVersion is how much of a version stands in a queue's name.
const shownVersion = 12

// queue is the name of the queue for tasks that ask for this.
func (f fitness) queue() string {
	version := f.version[:min(len(f.version), shownVersion)]
	words := []string{"chatspec", "tasks", version, f.key.id(), f.isolation, f.assignment}
	if f.shared {
		words = append(words, "shared")
	}
	return strings.Join(words, ".")
}

// asks is what a task asks of a worker.
func (t Task) asks(key Key) fitness {
	f := fitness{version: t.Version, key: key, isolation: t.Options.Isolate, assignment: everyAssignment, shared: t.Shared != nil}
	if len(t.Options.Assignments) == 1 {
		f.assignment = t.Options.Assignments[0]
	}
	return f
}

// resultsQueue is the queue of a run's results.
func resultsQueue(run string) string { return "chatspec.results." + run }

// deathsQueue is where it is noted how often a task has been begun by a worker that did not end it.
func deathsQueue(task string) string { return "chatspec.deaths." + task }

// takes lists the queues that a worker takes tasks from.
func (w Worker) takes() []string {
	assignments := w.Assignments
	if len(assignments) == 0 {
		assignments = append(slices.Clone(w.Known), everyAssignment)
	}
	var names []string
	for _, a := range assignments {
		f := fitness{version: w.Version, key: w.Key, isolation: w.Isolation, assignment: a}
		names = append(names, f.queue())
		if w.Share != "" {
			f.shared = true
			names = append(names, f.queue())
		}
	}
	return names
}
