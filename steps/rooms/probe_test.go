package rooms

import (
	"errors"
	"testing"

	"github.com/chatspec/chatspec/fixtures/probe"
	"github.com/chatspec/chatspec/fixtures/stage"
)

func TestOnlyAnExceptionSaysThatThereIsNone(t *testing.T) {
	w := &world{model: &model{messages: map[string]*object{}}}
	endless := stage.Fail("find_message can be called", "it does not come to an end")
	if err := w.unlessThereIsNone(endless, "apple"); err != endless {
		t.Errorf("a call that never ends is taken for an answer: %v", err)
	}
	w.model.messages["apple"] = &object{}
	exception := failureOf("find_message can be called", probe.Error{Kind: probe.Raised, Text: "KeyError: 'apple'"})
	if err := w.unlessThereIsNone(exception, "apple"); err != exception {
		t.Errorf("an exception is taken for an answer where there is a message: %v", err)
	}
	var failure *stage.Failure
	if !errors.As(exception, &failure) || failure.Observed != "KeyError: 'apple'" {
		t.Errorf("an exception is %v", exception)
	}
}
