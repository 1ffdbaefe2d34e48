package rooms_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/fixtures/sandbox"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/steps"
	"github.com/chatspec/chatspec/steps/stepstest"
)

// judged judges a submission whose rmq.py holds a text, by rules about its classes.
func judged(t *testing.T, rmq string, rules ...string) map[string]grading.Outcome {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("there is no python3 here")
	}
	folder := t.TempDir()
	for name, text := range map[string]string{"mess_chat.py": "import rmq\nrmq.serve()\n", "rmq.py": rmq} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	subject, err := target.Open(t.Context(), folder, target.Request{Known: stepstest.Catalogue(t).HandedIn(), Assignments: []string{"rooms"}, Asker: target.Here{}})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]grading.Outcome{}
	tags := "@" + strings.Join(rules, ",@")
	for _, outcome := range stepstest.Judge(t, subject, stage.Options{Isolate: sandbox.Shared}, steps.Options{Tags: tags, Jobs: len(rules)}) {
		if known, ok := found[outcome.Rule]; !ok || known.Verdict == grading.Passed {
			found[outcome.Rule] = outcome
		}
	}
	return found
}

// withRoom is a module with a class ChatRoom whose constructor does something.
func withRoom(constructor string) string {
	return "import collections, json, os, sys, threading\n\n\nclass ChatRoom(collections.deque):\n    def __init__(self, room_name):\n        super().__init__()\n        " +
		constructor + "\n"
}

func TestWhatCannotBeImportedIsNotSaidToBeMissing(t *testing.T) {
	message := judged(t, "import os\n\n\nclass MessageProperties:\n    pass\n\n\nclass ChatMessage:\n    pass\n\n\nos._exit(3)\n", "ROOM-4.26")["ROOM-4.26"]
	if message.Failure == nil || !strings.Contains(message.Failure.Observed, "the code has ended the program") {
		t.Errorf("it is not said that the program has ended: %s", stepstest.Describe(message))
	}
	if message.Failure != nil && strings.Contains(message.Failure.Observed, stage.OutOfTime) {
		t.Errorf("it was waited for who had ended: %s", stepstest.Describe(message))
	}
}

func TestAConstructorDoesNoHarm(t *testing.T) {
	for _, c := range []struct{ name, constructor, observed string }{
		{"it ends the program", "os._exit(3)", "the code has ended the program (exit status 3)"},
		{"it exits", "sys.exit('enough')", "rmq.py, line 7 (sys.exit('enough')): SystemExit: enough"},
		{"it asks", "input('Whose room? ')", "rmq.py, line 7 (input('Whose room? ')): EOFError: EOF when reading a line"},
		{"it never returns", "threading.Event().wait()", "it does not come to an end: rmq.py, line 7 (threading.Event().wait())"},
		{"it raises", "raise ValueError(f'{room_name} is\\nno room')", `rmq.py, line 7 (raise ValueError(f'{room_name} is\nno room')): ValueError: kitchen is no room`},
		{"it closes all that is open", "os.closerange(3, 100)", "the code has ended the program"},
		{"it prints", "print('x' * 100_000)", ""},
		{"it alters json", "json.dumps = json.loads = json.JSONEncoder.default = None", ""},
		{"it calls itself", "ChatRoom(room_name)", "RecursionError"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, withRoom(c.constructor), "ROOM-4.1", "ROOM-4.2", "ROOM-4.3")
			if got["ROOM-4.1"].Verdict != grading.Passed {
				t.Error(stepstest.Describe(got["ROOM-4.1"]))
			}
			room := got["ROOM-4.2"]
			switch {
			case c.observed == "" && room.Verdict != grading.Passed:
				t.Error(stepstest.Describe(room))
			case c.observed != "" && (room.Verdict != grading.Failed || !strings.Contains(room.Failure.Observed, c.observed)):
				t.Errorf("it is %s, and should fail with %q", room.Verdict, c.observed)
				if room.Failure != nil {
					t.Error(stepstest.Describe(room))
				}
			case c.observed != "" && got["ROOM-4.3"].Verdict != grading.Blocked:
				t.Errorf("what needs a room is %s", got["ROOM-4.3"].Verdict)
			}
		})
	}
}

func TestAModuleThatCannotBeImportedFailsOneRule(t *testing.T) {
	got := judged(t, "SETTINGS = open('settings.ini').read()\n"+withRoom("pass"), "ROOM-4.1", "ROOM-4.3")
	if rule := got["ROOM-4.1"]; rule.Verdict != grading.Failed ||
		!strings.Contains(rule.Failure.Observed, "rmq.py, line 1 (SETTINGS = open('settings.ini').read()): FileNotFoundError: ") {
		t.Errorf("it is %s: %+v", rule.Verdict, rule.Failure)
	}
	if rule := got["ROOM-4.3"]; rule.Verdict != grading.Blocked {
		t.Error(stepstest.Describe(rule))
	}
}

// TestASecondMemberMayHaveAnyName: the text says of a private room who is in it, and not how its
// constructor is told.
func TestASecondMemberMayHaveAnyName(t *testing.T) {
	for _, parameter := range []string{"members", "other", "guest", "to_alias"} {
		rmq := `import collections


class ChatRoom(collections.deque):
    def __init__(self, room_name, owner_alias, ` + parameter + `, group_room=False):
        super().__init__()
        self.name, self.owner_alias, self.group_room = room_name, owner_alias, group_room
        self.member_list = [owner_alias]
        for alias in ` + parameter + ` if isinstance(` + parameter + `, list) else [` + parameter + `]:
            if alias not in self.member_list:
                self.member_list.append(alias)

    def add_group_member(self, alias):
        return self.group_room and not self.member_list.append(alias)
`
		if members := judged(t, rmq, "ROOM-4.6")["ROOM-4.6"]; members.Verdict != grading.Passed {
			t.Errorf("%s: %s", parameter, stepstest.Describe(members))
		}
	}
}

// TestGetMayLookAndLeave: the text has get give the message at the right, and says no more of it.
func TestGetMayLookAndLeave(t *testing.T) {
	for what, verdict := range map[string]grading.Verdict{
		"self[-1]":   grading.Passed,
		"self.pop()": grading.Passed,
		"self[0]":    grading.Failed,
	} {
		rmq := `import collections


class ChatMessage:
    def __init__(self, message, mess_props):
        self.message, self.mess_props, self.dirty = message, mess_props, True


class ChatRoom(collections.deque):
    def __init__(self, room_name):
        super().__init__()
        self.name = room_name

    def put(self, message):
        self.appendleft(message)

    def get(self):
        return ` + what + "\n"
		if get := judged(t, rmq, "ROOM-4.22")["ROOM-4.22"]; get.Verdict != verdict {
			t.Errorf("%s: %s", what, stepstest.Describe(get))
		}
	}
}
