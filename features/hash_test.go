package features_test

import (
	"testing"
	"testing/fstest"

	"github.com/chatspec/chatspec/features"
)

func TestTheHashTellsWhatIsRequiredFromAllElse(t *testing.T) {
	files := func(replaced map[string]string) fstest.MapFS {
		all := fstest.MapFS{}
		for name, text := range map[string]string{"talk/1.feature": whole, "talk/assignment.yaml": "title: Talking", "talk/rubric.yaml": "points: 2", "talk/README.md": "a talk"} {
			all[name] = &fstest.MapFile{Data: []byte(text)}
		}
		for name, text := range replaced {
			all[name] = &fstest.MapFile{Data: []byte(text)}
		}
		return all
	}
	hash := func(replaced map[string]string) string {
		t.Helper()
		got, err := features.Hash(files(replaced))
		if err != nil || len(got) != 64 {
			t.Fatalf("it is %q: %v", got, err)
		}
		return got
	}
	first := hash(nil)
	for name, differs := range map[string]bool{
		"talk/1.feature": true, "talk/assignment.yaml": true, "talk/rubric.yaml": true, "talk/2.feature": true, "walk/1.feature": true,
		"talk/README.md": false, "talk/notes.txt": false,
	} {
		if got := hash(map[string]string{name: "other"}); (got != first) != differs {
			t.Errorf("with another %s it is %s, and was %s", name, got, first)
		}
	}
	if hash(nil) != first {
		t.Error("it is not the same twice")
	}
}
