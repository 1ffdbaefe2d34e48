package messchat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/chatspec/chatspec/fixtures/journal"
	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
)

// FindWay tries the ways in which the submission may be started, each by try, until one
// does, and keeps that. Its error says why none did.
func (s *Submission) FindWay(try func(Way) error) error {
	ways, err := s.ways()
	if err != nil {
		return err
	}
	var tried []string
	for i := 0; i < len(ways); i++ {
		way := ways[i]
		err := try(way)
		var failure *stage.Failure
		if err == nil {
			s.choose(way, len(ways) > 1)
			return nil
		}
		if !errors.As(err, &failure) {
			return err
		}
		tried = append(tried, fmt.Sprintf("started with %s, %s", strings.TrimSpace(Program+" "+way.String()), failure.Observed))
		if more, asked := way.with(failure.Observed); asked && len(ways) < mostWays && !slices.ContainsFunc(ways, more.isSame) {
			ways = append(ways, more)
		}
	}
	return stage.Fail("mess_chat listens somewhere", strings.Join(tried, "\n")+s.WhyNot())
}

// mostWays bounds in how many ways a program is started that never listens.
const mostWays = 12

// choose keeps a way.
func (s *Submission) choose(way Way, one bool) {
	s.Way = way
	s.Run.Choose(Program, way.launch, way.arguments)
	if one {
		s.Run.Observe(Program, "is started with "+strings.TrimSpace(Program+" "+way.String()))
	}
}

// ways lists how the submission may be started: as its manifest says, or as its source
// tells.
func (s *Submission) ways() ([]Way, error) {
	spec, err := s.Run.Target.Program(Program)
	if err != nil {
		return nil, err
	}
	if len(spec.Launch) == 0 || len(spec.Arguments) == 1 {
		return []Way{{arguments: spec.Arguments[0], services: s.services}}, nil
	}
	texts, err := s.sources(spec)
	if err != nil {
		return nil, err
	}
	found := s.services.readSource(texts...).ways(spec, s.Language() == ".py")
	if len(found) == 0 {
		return nil, stage.Fail("mess_chat can be started", "it has no main, and no app of FastAPI or Flask is found in it: say in a manifest how it is started")
	}
	return found, nil
}

// Environment is what a program of the submission's finds in its environment, besides
// mess_chat: the variables that their sources ask for.
func (s *Submission) Environment(values target.Values) []string {
	ways, err := s.ways()
	if err != nil || len(ways) == 0 {
		return Way{}.Environment(values)
	}
	return ways[0].Environment(values)
}

// sources reads a program's source, and those beside it, or, of one that is built, all that it
// may be built of, after an empty one. What cannot be read as text tells nothing.
func (s *Submission) sources(spec target.Program) ([]string, error) {
	if spec.Made != nil {
		files, err := s.Run.Target.SourceFiles()
		if err != nil {
			return nil, fmt.Errorf("looking at what %s is built of: %w", Program, err)
		}
		return append([]string{""}, s.read(files)...), nil
	}
	file := spec.Launch[len(spec.Launch)-1]
	main, err := s.Run.Target.ReadFile(filepath.Join(spec.Dir, file))
	if err != nil {
		return []string{""}, nil
	}
	paths, err := filepath.Glob(filepath.Join(s.Run.Target.Folder, spec.Dir, "*"+filepath.Ext(file)))
	if err != nil {
		return nil, fmt.Errorf("looking at what is beside %s: %w", file, err)
	}
	var beside []string
	for _, path := range paths {
		if name := filepath.Base(path); name != file {
			beside = append(beside, filepath.Join(spec.Dir, name))
		}
	}
	return append([]string{string(main)}, s.read(beside)...), nil
}

// read reads those of some files that can be read.
func (s *Submission) read(files []string) []string {
	var texts []string
	for _, file := range files {
		if data, err := s.Run.Target.ReadFile(file); err == nil {
			texts = append(texts, string(data))
		}
	}
	return texts
}

// What a program may log in with: the constants of its sources, and what stands in a URL.
var (
	constant = regexp.MustCompile(`["']([^"'\s]{1,64})["']`)
	inURL    = regexp.MustCompile(`://[^\s"'/:@]+:([^\s"'/@]+)@`)
)

// mostPasswords bounds how many constants are taken for passwords: each is tried.
const mostPasswords = 200

// passwords are those with which the submission may log in to its database, as far as its
// sources tell.
func (s *Submission) passwords() []string {
	spec, err := s.Run.Target.Program(Program)
	if err != nil || s.Run.Target.Folder == "" || len(spec.Launch) == 0 {
		return nil
	}
	texts, err := s.sources(spec)
	if err != nil {
		return nil
	}
	var all []string
	add := func(found [][]string) {
		for _, match := range found {
			if len(all) < mostPasswords && !slices.Contains(all, match[1]) {
				all = append(all, match[1])
			}
		}
	}
	for _, text := range texts {
		add(inURL.FindAllStringSubmatch(text, -1))
	}
	for _, text := range texts {
		add(constant.FindAllStringSubmatch(text, -1))
	}
	return all
}

// outside is a host of which RabbitMQ can be had.
var outside = regexp.MustCompile(`[\w-]+\.rmq\d*\.cloudamqp\.com`)

// hardCoded is a host outside this machine that the submission's sources name and that
// nothing answers for where programs share the machine, and the kind of service that it
// stands for; nothing, where there is none.
func (s *Submission) hardCoded() (host, kind string) {
	spec, err := s.Run.Target.Program(Program)
	isolation, _ := s.Run.Isolation()
	if err != nil || isolation != sandbox.Shared || s.Run.Target.Folder == "" || len(spec.Launch) == 0 {
		return "", ""
	}
	texts, err := s.sources(spec)
	if err != nil {
		return "", ""
	}
	for _, text := range texts {
		for _, service := range s.Run.Target.Assignment(s.assignment()).Services {
			for _, host := range service.Hosts {
				if name, _, _ := strings.Cut(host, ":"); strings.Contains(text, name) {
					return name, service.Kind
				}
			}
		}
		if name := outside.FindString(text); name != "" {
			return name, "broker"
		}
	}
	return "", ""
}

// WhyNot says why a submission may not find its services where programs share the
// machine.
func (s *Submission) WhyNot() string {
	host, kind := s.hardCoded()
	if host == "" {
		return ""
	}
	variables := "RABBITMQ_HOST or AMQP_URL"
	if kind == "database" {
		variables = "MONGO_HOST or MONGO_URL"
	}
	return fmt.Sprintf("; its source names %s, which nothing answers for here: have it judged on hosts of its own (--isolate host), or let it take the address from %s", host, variables)
}

// Language is the ending of the program's file; nothing, where that tells nothing.
func (s *Submission) Language() string {
	spec, err := s.Run.Target.Program(Program)
	if err != nil || s.Run.Target.Folder == "" {
		return ""
	}
	if len(spec.Launch) > 0 {
		if ending := filepath.Ext(spec.Launch[len(spec.Launch)-1]); ending != "" {
			return strings.ToLower(ending)
		}
	}
	switch interpreter := filepath.Base(interpreterOf(spec)); {
	case strings.HasPrefix(interpreter, "python"):
		return ".py"
	case interpreter == "node":
		return ".js"
	}
	return ""
}

// interpreterOf is the first word of the command that runs a program; nothing, where it has none. A
// manifest gives the whole command.
func interpreterOf(spec target.Program) string {
	for _, words := range append([][]string{spec.Launch}, spec.Arguments...) {
		if len(words) > 0 {
			return words[0]
		}
	}
	return ""
}

// Launch starts mess_chat in a role, in a way, at an address, or at one of the stage's. It
// does not wait until it listens. One that runs already is given the role.
func (w *World) Launch(ctx context.Context, role string, how Way, at netip.AddrPort) (*API, error) {
	if err := w.Services(ctx); err != nil {
		return nil, err
	}
	api, err := w.newAPI(role)
	if err != nil {
		return nil, err
	}
	if addr, runs := w.Stage.Endpoint(Program); runs {
		w.Actor = role
		return api, w.Stage.Join(role, Program, addr)
	}
	if !at.IsValid() {
		if at, err = w.Stage.Loopback(); err != nil {
			return nil, err
		}
	}
	values, err := w.Values(role, role, at)
	if err != nil {
		return nil, err
	}
	err = w.Start(stage.Start{
		Name: role, Program: Program, Launch: how.launch, Arguments: how.arguments, Values: values, Env: how.Environment(values),
		Listens: []netip.AddrPort{at}, AnyPort: true,
	})
	if err != nil {
		return nil, err
	}
	return api, w.answerPrompts(ctx, role, values)
}

// Values fills the placeholders of a program in a role that is used by somebody called
// name, and is at an address, if it has one: where it reaches the services among them.
func (w *World) Values(role, name string, at netip.AddrPort) (target.Values, error) {
	rabbit, err := w.Stage.LinkService(role, RabbitMQ)
	if err != nil {
		return nil, err
	}
	if !at.IsValid() {
		at = netip.AddrPortFrom(rabbit.Addr(), defaultPort)
	}
	values := valuesOf(name, at, rabbit)
	if w.Database == nil {
		return values, nil
	}
	mongo, err := w.Stage.LinkService(role, MongoDB)
	if err != nil {
		return nil, err
	}
	maps.Copy(values, valuesOfDatabase(mongo))
	return values, nil
}

// mostPrompts is how many questions a program may ask before it listens.
const mostPrompts = 8

// answerPrompts answers what a program asks before it listens.
func (w *World) answerPrompts(ctx context.Context, role string, values target.Values) error {
	for range mostPrompts {
		listens, err := w.Stage.AwaitListeningOrPrompt(ctx, role)
		if err != nil || listens || stage.Ended(w.Stage.Journal(), role) != "" {
			return err
		}
		if err := w.Stage.AwaitPrompt(ctx, role); err != nil {
			return err
		}
		// What it asks for may be said a little later, and tells what to answer.
		if err := w.ComeToRest(ctx); err != nil {
			return err
		}
		if !w.Stage.AwaitsInput(role) {
			return nil
		}
		err = w.Stage.Type(ctx, role, w.Submission.services.reply(promptOf(w.Stage.Journal(), role), values))
		var failure *stage.Failure
		if err != nil && !errors.As(err, &failure) {
			return err
		}
		if err := w.Stage.AwaitQuiet(ctx); err != nil {
			return err
		}
	}
	return nil
}

// promptOf is what a program has printed since something was typed to it, on its last
// line.
func promptOf(events []journal.Event, role string) string {
	printed := ""
	for _, e := range events {
		switch {
		case e.From != role:
		case e.Kind == journal.Typed:
			printed = ""
		case e.Kind == journal.Shown, e.Kind == journal.Complained:
			printed += e.Text
		}
	}
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	return lines[len(lines)-1]
}

// Listens waits until the mess_chat in a role listens, somewhere.
func (w *World) Listens(ctx context.Context, role string) error {
	a, err := w.Stage.Actor(role)
	if err == nil && a.IsEndpoint() {
		return nil
	}
	return w.Stage.AwaitReady(ctx, role)
}

// IsThere fails the run where nobody serves an endpoint.
func (w *World) IsThere(ctx context.Context, api *API) error {
	if _, err := api.Get(ctx, "/messages/"); err != nil {
		addr, _ := w.Stage.Endpoint(Program)
		return fmt.Errorf("nobody answers at http://%s, where mess_chat should be running: start it first", addr)
	}
	return nil
}

// ObserveForm notes how the API takes a message, where the text leaves that open, what it
// answered one with, and as whom it has logged in.
func (w *World) ObserveForm(sent Answer) {
	s := w.Submission
	known := s.form.get()
	switch {
	case known.body != "":
		s.Run.Observe(Program, "takes a message from a body only, by POST")
	case known.method != "":
		s.Run.Observe(Program, "takes a message by POST")
	}
	if sent.Worked() && sent.Status != 200 {
		s.Run.Observe(Program, fmt.Sprintf("answers with the status %d", sent.Status))
	}
	if sent.Server != "" {
		s.Run.Observe(Program, fmt.Sprintf("answers as %q", sent.Server))
	}
	w.observeLogins()
}

// observeLogins notes as whom the program has logged in to its services, or has tried to. RabbitMQ here takes any
// password; MongoDB's may be one that whoever judges has told.
func (w *World) observeLogins() {
	if w.Lease != nil {
		for _, login := range w.Lease.Logins() {
			w.Run.Observe(Program, fmt.Sprintf("logs in to RabbitMQ as %q, with the password %q", login.User, login.Password))
		}
	}
	if w.Database != nil {
		for _, login := range w.Database.Logins() {
			w.Run.Observe(Program, fmt.Sprintf("logs in to MongoDB as %q", login.User))
		}
	}
}
