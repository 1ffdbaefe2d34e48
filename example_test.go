package chatspec_test

import (
	"testing"

	"github.com/chatspec/chatspec"
)

// In chat_test.go, in a folder with a chat of one's own below it: `go test -v` tells of each rule.
func ExampleRun() {
	TestChat := func(t *testing.T) { // func TestChat(t *testing.T) {
		chatspec.Run(t, "chat")
	}
	_ = TestChat
}

// A course's repository may judge a part of an assignment, and ask for points.
func ExampleRun_points() {
	TestPart1 := func(t *testing.T) {
		for _, result := range chatspec.Run(t, "homework.zip", chatspec.Assignment("zmq"), chatspec.Tags("@part-1 && ~@robust")) {
			t.Logf("%v of %v points", result.Score.Earned, result.Score.Possible)
		}
	}
	_ = TestPart1
}

// Only a rule, and those that it needs, of a server that runs already.
func ExampleRules() {
	TestServer := func(t *testing.T) {
		chatspec.Run(t, "", chatspec.Endpoint("server5", "127.0.0.1:5000"), chatspec.Rules("SERVER-2.1"))
	}
	_ = TestServer
}
