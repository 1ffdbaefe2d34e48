package steps

import (
	"fmt"
	"io/fs"

	"github.com/cucumber/godog"

	"github.com/chatspec/chatspec/features"
)

// Rules lists, for each scenario that a run would have, its rule.
func Rules(files fs.FS, assignments []string, tags string) ([]string, error) {
	suite := godog.TestSuite{Options: &godog.Options{Paths: assignments, FS: files, Tags: tags}}
	found, err := suite.RetrieveFeatures()
	if err != nil {
		return nil, fmt.Errorf("reading the features: %w", err)
	}
	var rules []string
	for _, feature := range found {
		for _, pickle := range feature.Pickles {
			rules = append(rules, features.RuleOf(pickle.Tags))
		}
	}
	return rules, nil
}
