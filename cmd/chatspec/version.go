package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/chatspec/chatspec/grading"
	"github.com/chatspec/chatspec/judging"
)

// version is that of a release, which gives it when it is linked: -ldflags "-X main.version=v1.2.3".
var version string

func versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Say which version of chatspec this is, and by which features it judges",
		Args:  atMost(0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error {
			suite, err := judging.Suite(version)
			if err != nil {
				return err
			}
			return tellVersion(c.OutOrStdout(), suite, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as an object of JSON")
	return c
}

// tellVersion writes the version for people, in a line, or for programs.
func tellVersion(w io.Writer, suite grading.Suite, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprintf(w, "chatspec %s, features %s (%s, %s/%s)\n", suite.Version, suite.Features, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return err
	}
	return json.NewEncoder(w).Encode(struct {
		grading.Suite
		Go       string `json:"go"`
		Platform string `json:"platform"`
	}{suite, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH})
}
