// Command main runs a program of the reference, which is its first argument, with the arguments
// that follow. It ends with status 2 if it was called wrongly, and with 1 if the program failed.
package main

import (
	"os"

	"github.com/chatspec/chatspec/reference"
)

func main() { os.Exit(reference.Main(os.Args[1:])) }
