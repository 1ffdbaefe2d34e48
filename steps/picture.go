package steps

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatspec/chatspec/features"
	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/grading"
)

// aboutWindows is the tag of rules that are about windows.
const aboutWindows = "@windows"

// isPicturedFirst reports whether a scenario that passed is the first one of a rule about windows.
func (s *suite) isPicturedFirst(sc *godog.Scenario) bool {
	if s.options.Pictures == "" || !slices.ContainsFunc(sc.Tags, func(tag *messages.PickleTag) bool { return tag.Name == aboutWindows }) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rule := features.RuleOf(sc.Tags)
	first := !s.pictured[rule]
	s.pictured[rule] = true
	return first
}

// keepPictures keeps pictures of the windows as they stand now, once a scenario. A display that
// does not answer any more has nothing to be seen.
func (r *scenario) keepPictures(ctx context.Context) {
	if r.suite.options.Pictures == "" || r.pictures != nil {
		return
	}
	taken, err := r.world.Stage.Pictures(ctx)
	if err != nil && !stage.IsBlind(err) && !stage.IsKept(err) && ctx.Err() == nil {
		r.suite.cancel(err)
		return
	}
	for _, picture := range taken {
		name := strings.Join([]string{features.RuleOf(r.scenario.Tags), r.scenario.Name, picture.Name}, " ")
		file := filepath.Join(r.suite.options.Pictures, plain(name)+".png")
		if err := keepPicture(file, picture); err != nil {
			r.suite.cancel(fmt.Errorf("keeping a picture of a window: %w", err))
			return
		}
		r.pictures = append(r.pictures, grading.Picture{Program: picture.Name, File: file})
	}
}

// plain is a name of which all that is not a letter, a digit, a dot or a minus is a minus.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' {
			return r
		}
		return '-'
	}, name)
}

func keepPicture(file string, picture stage.Picture) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(out, picture.Image), out.Close())
}
