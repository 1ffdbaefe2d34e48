package steps

import (
	"fmt"
	"io/fs"

	"github.com/cucumber/godog"
)

// Count counts the scenarios that a run would have.
func Count(features fs.FS, assignments []string, tags string) (int, error) {
	suite := godog.TestSuite{Options: &godog.Options{Paths: assignments, FS: features, Tags: tags}}
	found, err := suite.RetrieveFeatures()
	if err != nil {
		return 0, fmt.Errorf("reading the features: %w", err)
	}
	count := 0
	for _, feature := range found {
		count += len(feature.Pickles)
	}
	return count, nil
}
