package steps

import (
	"reflect"
	"regexp"
	"slices"

	"github.com/cucumber/godog"
)

// A sentence is an expression and the method of a world that checks it.
type sentence struct {
	expr *regexp.Regexp
	// check is a func(*world, …) error, as a method expression gives it.
	check reflect.Value
}

func say(expr string, check any) sentence {
	return sentence{expr: regexp.MustCompile(expr), check: reflect.ValueOf(check)}
}

// vocabulary lists all sentences. They are compiled once for all scenarios.
func vocabulary() []sentence {
	return slices.Concat(chatSentences(), serverSentences(), zmqSentences())
}

// define registers the sentence for one scenario's world. The error of the
// check is passed through judge.
func (s sentence) define(sc *godog.ScenarioContext, w *world, judge func(error) error) {
	method := s.check.Type()
	var in []reflect.Type
	for i := 1; i < method.NumIn(); i++ {
		in = append(in, method.In(i))
	}
	errorType := method.Out(0)
	bound := reflect.FuncOf(in, []reflect.Type{errorType}, false)
	sc.Step(s.expr, reflect.MakeFunc(bound, func(args []reflect.Value) []reflect.Value {
		out := s.check.Call(append([]reflect.Value{reflect.ValueOf(w)}, args...))
		err, _ := out[0].Interface().(error)
		result := reflect.New(errorType).Elem()
		if judged := judge(err); judged != nil {
			result.Set(reflect.ValueOf(judged))
		}
		return []reflect.Value{result}
	}).Interface())
}
