package steps

import (
	"reflect"
	"regexp"

	"github.com/cucumber/godog"
)

// A Sentence is an expression and what checks it.
type Sentence struct {
	expr *regexp.Regexp
	// check is a func(state, …) error, as a method expression gives it.
	check reflect.Value
}

// Say is a sentence that is checked by a method expression: of the *World, of the
// state of a vocabulary's scenario, or of what that embeds. It takes what the groups of the expression hold,
// and returns an error.
func Say(expr string, check any) Sentence {
	return Sentence{expr: regexp.MustCompile(expr), check: reflect.ValueOf(check)}
}

// define registers the sentence for one scenario. Its check is called on what receiver
// has of the type that it is a method of, and its error is passed through judge.
func (s Sentence) define(sc *godog.ScenarioContext, receiver func(reflect.Type) reflect.Value, judge func(error) error) {
	method := s.check.Type()
	var in []reflect.Type
	for i := 1; i < method.NumIn(); i++ {
		in = append(in, method.In(i))
	}
	errorType := method.Out(0)
	bound := reflect.FuncOf(in, []reflect.Type{errorType}, false)
	sc.Step(s.expr, reflect.MakeFunc(bound, func(args []reflect.Value) []reflect.Value {
		out := s.check.Call(append([]reflect.Value{receiver(method.In(0))}, args...))
		err, _ := out[0].Interface().(error)
		result := reflect.New(errorType).Elem()
		if judged := judge(err); judged != nil {
			result.Set(reflect.ValueOf(judged))
		}
		return []reflect.Value{result}
	}).Interface())
}
