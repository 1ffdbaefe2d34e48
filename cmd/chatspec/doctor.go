package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/program"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/sandbox/host"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/fixtures/window"
	"github.com/chatspec/chatspec/steps/vocabularies"
)

func doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what this machine has, and what could run here",
		Args:  atMost(0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error {
			return doctor(c.Context(), c.OutOrStdout())
		},
	}
}

// doctor looks at the machine. It fails where the reference could not be
// judged.
func doctor(ctx context.Context, w io.Writer) error {
	fmt.Fprintf(w, "machine       %s/%s, %d processors\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	for _, tool := range []struct{ command, flag, needed string }{
		{"python3", "--version", "submissions in Python"},
		{"node", "--version", "submissions in JavaScript"},
		{"java", "-version", "submissions in Java (.jar)"},
		{"go", "version", "submissions in Go (.go)"},
		{"ruby", "--version", "submissions in Ruby"},
		{"perl", "--version", "submissions in Perl"},
		{"php", "--version", "submissions in PHP"},
	} {
		fmt.Fprintf(w, "%-13s %s\n", tool.command, describeTool(ctx, tool.command, tool.flag, tool.needed))
	}
	fmt.Fprintf(w, "%-13s %s\n", "isolation", describeIsolation(ctx))
	for _, wall := range host.Walls() {
		fmt.Fprintf(w, "%-13s %s\n", "", wall)
	}
	fmt.Fprintf(w, "%-13s %s\n", "windows", describeWindows(ctx))
	return tryReference(ctx, w)
}

// describeIsolation says where programs would live.
func describeIsolation(ctx context.Context) string {
	err := sandbox.Check()
	if err == nil {
		return "each program gets a host of its own (limits: " + host.DefaultLimits().String() + ")"
	}
	if _, _, without := sandbox.Decide(ctx, sandbox.Contained); without == nil {
		return "none, unless it is asked for: --isolate container gives each program a container of its own; " + err.Error()
	}
	return "none: " + err.Error()
}

// describeWindows says whether windows can be driven, and those of which toolkits.
func describeWindows(ctx context.Context) string {
	if err := window.Check(); err != nil {
		return "cannot be driven: " + err.Error()
	}
	var there, missing []string
	for _, toolkit := range []struct{ name, imported, packages string }{
		{"PyQt5", "PyQt5.QtWidgets", "python3-pyqt5"},
		{"PyQt6", "PyQt6.QtWidgets", "python3-pyqt6"},
		{"GTK 3", "gi; gi.require_version('Gtk', '3.0')", "python3-gi gir1.2-gtk-3.0"},
		{"Tk", "tkinter", "python3-tk"},
	} {
		if imports(ctx, toolkit.imported) {
			there = append(there, toolkit.name)
		} else {
			missing = append(missing, toolkit.packages)
		}
	}
	if untold := window.Untold([]string{"java"}); untold == "" {
		there = append(there, "Swing")
	} else {
		missing = append(missing, "default-jdk libatk-wrapper-java-jni")
	}
	said := "can be driven, on a desk for each user: those of " + cmp.Or(strings.Join(there, ", "), "no toolkit that is here")
	if len(missing) > 0 {
		said += " (for more of them: apt-get install " + strings.Join(missing, " ") + ")"
	}
	return said
}

// imports reports whether a Python of this machine's imports something, with what its user has
// installed for themselves, and with nothing else (-I).
func imports(ctx context.Context, what string) bool {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	script := "import site; site.addsitedir(site.getusersitepackages()); import " + what
	return slices.ContainsFunc([]string{"python3", "/usr/bin/python3"}, func(python string) bool {
		_, err := atTheTop(ctx, python, "-I", "-c", script)
		return err == nil
	})
}

// atTheTop asks a tool where nothing of a submission is: chatspec may be called in the folder of one, and
// tools look around them.
func atTheTop(ctx context.Context, argv ...string) (said string, err error) {
	return program.Helper{Argv: argv, Dir: "/"}.CombinedOutput(ctx)
}

// askTime bounds the question of a tool for its version.
const askTime = 10 * time.Second

func describeTool(ctx context.Context, command, flag, needed string) string {
	path, err := exec.LookPath(command)
	if err != nil {
		return "not found: " + needed + " cannot be judged"
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	output, err := atTheTop(ctx, path, flag)
	if err != nil {
		return fmt.Sprintf("%s does not answer: %v", path, err)
	}
	version, _, _ := strings.Cut(strings.TrimSpace(output), "\n")
	return version + " (" + path + ")"
}

// tryReference starts each program of the reference once.
func tryReference(ctx context.Context, w io.Writer) error {
	catalogue, err := features.Read(features.Files)
	if err != nil {
		return err
	}
	reference, err := referenceOf(catalogue.HandedIn())
	if err != nil {
		return err
	}
	for _, a := range catalogue.Assignments {
		if name, err := tryPrograms(ctx, reference.For(a.ID), a); err != nil {
			fmt.Fprintf(w, "%-13s cannot be judged here: the reference's %s does not start\n", a.ID, name)
			return fmt.Errorf("starting the reference's %s: %w", name, err)
		}
		fmt.Fprintf(w, "%-13s can be judged here\n", a.ID)
	}
	return nil
}

// tryPrograms starts each program of an assignment once. With its error it names the
// one that does not start.
func tryPrograms(ctx context.Context, t *target.Target, a features.Assignment) (name string, err error) {
	vocabulary, err := vocabularies.Find(a.Vocabulary)
	if err != nil {
		return a.Programs[0].Name, err
	}
	run, err := stage.NewRun(ctx, t, stage.Options{Isolate: sandbox.Auto})
	if err != nil {
		return a.Programs[0].Name, err
	}
	defer func() { err = errors.Join(err, run.Close()) }()
	services, closeServices, err := vocabularies.OpenServices(ctx, []features.Assignment{a}, vocabularies.EmbeddedKinds())
	if err != nil {
		return a.Programs[0].Name, err
	}
	defer func() { err = errors.Join(err, closeServices()) }()
	session := vocabulary.Begin(run, services)
	for _, name := range a.ProgramNames() {
		if err := session.Calibrate(ctx, name); err != nil {
			return name, err
		}
	}
	return "", nil
}
