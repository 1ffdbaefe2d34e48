// Command chatspec-host makes the hosts on which chatspec has programs live, and is the first process of each. Only
// chatspec starts it: beside chatspec it saves time, and nothing else.
package main

import (
	"fmt"
	"os"

	// It takes over before main begins, where it was started for what it is for.
	_ "github.com/chatspec/chatspec/fixtures/sandbox/host"
)

func main() {
	fmt.Fprintln(os.Stderr, "chatspec-host: this is a part of chatspec, which starts it: see `chatspec --help`")
	os.Exit(2)
}
