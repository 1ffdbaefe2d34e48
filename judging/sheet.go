package judging

import (
	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
)

// Sheet is what the grading of one assignment needs to know of a run, and of what its scenarios came to.
func Sheet(run *stage.Run, known features.Assignment, outcomes []grading.Outcome) grading.Sheet {
	s := grading.Sheet{Target: run.Target.Name, Mended: run.Target.Mended, Outcomes: outcomes}
	isolation, _ := run.Isolation()
	s.Isolation, s.Unisolated = string(isolation), run.Unisolated()
	for _, name := range known.ProgramNames() {
		for _, where := range run.Target.Everywhere(name) {
			p := run.Target.Programs[where]
			s.Programs = append(s.Programs, grading.Program{Name: name, Command: run.Command(p), Folder: folderOf(p), Why: p.Why})
		}
		if addr, ok := run.Target.Endpoints[name]; ok {
			s.Programs = append(s.Programs, grading.Program{Name: name, Command: []string{addr.String()}, Why: "already running"})
		}
	}
	for _, o := range run.Observations() {
		s.Observations = append(s.Observations, o.Program+" "+o.Text)
	}
	return s
}

// folderOf is where a program stands in the submission; nothing, at its top.
func folderOf(p target.Program) string {
	if p.Dir == "." {
		return ""
	}
	return p.Dir
}
