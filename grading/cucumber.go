package grading

import (
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// The objects of Cucumber's JSON, as its readers take them.
type (
	cucumberFeature struct {
		URI         string            `json:"uri"`
		ID          string            `json:"id"`
		Keyword     string            `json:"keyword"`
		Name        string            `json:"name"`
		Description string            `json:"description"`
		Line        int               `json:"line"`
		Tags        []cucumberTag     `json:"tags"`
		Elements    []cucumberElement `json:"elements"`
	}

	cucumberElement struct {
		ID          string         `json:"id"`
		Keyword     string         `json:"keyword"`
		Name        string         `json:"name"`
		Description string         `json:"description"`
		Line        int            `json:"line"`
		Type        string         `json:"type"`
		Tags        []cucumberTag  `json:"tags"`
		Steps       []cucumberStep `json:"steps"`
	}

	cucumberTag struct {
		Name string `json:"name"`
	}

	cucumberStep struct {
		Keyword    string              `json:"keyword"` // with the blank after it
		Name       string              `json:"name"`
		Line       int                 `json:"line"`
		Match      cucumberMatch       `json:"match"`
		Result     cucumberResult      `json:"result"`
		Embeddings []cucumberEmbedding `json:"embeddings,omitempty"`
	}

	cucumberMatch struct {
		Location string `json:"location"`
	}

	cucumberResult struct {
		Status   string `json:"status"`
		Duration int64  `json:"duration"` // in nanoseconds
		Error    string `json:"error_message,omitempty"`
	}

	cucumberEmbedding struct {
		Data     string `json:"data"` // in base64
		MimeType string `json:"mime_type"`
	}
)

// WriteCucumber writes results as Cucumber's JSON. A step that blocked its
// scenario is skipped, and one that cannot be seen pending; so is, as skipped, one
// that failed without being demanded by the text. Its message says which.
func WriteCucumber(w io.Writer, results []Result) error {
	list := []cucumberFeature{}
	for _, result := range results {
		for _, feature := range result.Features {
			list = append(list, cucumberFeatureOf(result, feature))
		}
	}
	return encode(w, list, "  ")
}

func cucumberFeatureOf(result Result, feature Feature) cucumberFeature {
	written := cucumberFeature{
		URI: feature.Path, ID: cucumberID(feature.Title), Keyword: "Feature", Name: feature.Title, Line: feature.Line,
		Tags: []cucumberTag{{"@" + result.Assignment}}, Elements: []cucumberElement{},
	}
	if len(result.Unisolated) > 0 {
		written.Description = tame("Not isolated: " + strings.Join(result.Unisolated, "; "))
		written.Tags = append(written.Tags, cucumberTag{"@not-isolated"})
	}
	for _, rule := range result.Rules {
		if rule.Feature != feature.Path {
			continue
		}
		for _, scenario := range rule.Scenarios {
			element := cucumberElementOf(rule, scenario)
			element.ID = written.ID + ";" + cucumberID(rule.ID+" "+scenario.Name)
			element.Tags = slices.Concat(written.Tags, element.Tags)
			written.Elements = append(written.Elements, element)
		}
	}
	return written
}

// cucumberID makes an id of a name, as Cucumber does.
func cucumberID(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", "-")
}

func cucumberElementOf(rule Rule, scenario Scenario) cucumberElement {
	element := cucumberElement{
		Keyword: "Scenario", Name: scenario.Name, Description: rule.ID + " " + rule.Title, Line: scenario.Line, Type: "scenario",
		Tags:  []cucumberTag{{"@" + rule.Level}, {"@" + rule.ID}},
		Steps: []cucumberStep{},
	}
	for _, step := range scenario.Steps {
		element.Steps = append(element.Steps, cucumberStepOf(rule, scenario, step))
	}
	return element
}

func cucumberStepOf(rule Rule, scenario Scenario, step Step) cucumberStep {
	keyword, name, _ := strings.Cut(step.Text, " ")
	written := cucumberStep{
		Keyword: keyword + " ", Name: name, Line: step.Line,
		Match:  cucumberMatch{Location: fmt.Sprintf("%s:%d", rule.Feature, step.Line)},
		Result: cucumberResult{Status: cucumberStatus(step.Verdict, isForgiven(rule, scenario)), Duration: int64(step.Seconds * float64(time.Second))},
	}
	if step.Verdict == Passed || step.Verdict == Skipped {
		return written
	}
	written.Result.Error = tame(remark(rule, scenario))
	written.Embeddings = []cucumberEmbedding{{
		Data:     base64.StdEncoding.EncodeToString([]byte(tame(account(scenario.failure())))),
		MimeType: "text/plain",
	}}
	return written
}

func cucumberStatus(verdict Verdict, forgiven bool) string {
	switch {
	case verdict == Passed:
		return "passed"
	case verdict == Unverified:
		return "pending"
	case verdict == Failed && !forgiven:
		return "failed"
	}
	return "skipped"
}

// tame makes a program's text fit for the readers of this format, which put it
// into pages of HTML: some do so as it is, and a program could run its own scripts
// there.
func tame(text string) string {
	return strings.ReplaceAll(Visible(text), "<", `\u003c`)
}
