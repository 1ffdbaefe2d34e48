package zmq

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/target"
	"github.com/chatspec/chatspec/steps"
)

// A helper is the post_client with which the second part is judged, once it is found out.
type helper struct {
	done    sync.Once
	program string
	err     error
}

const (
	ofPartOne = "post_client"
	watcher   = "watcher"
)

// postClient is the program that posts in this scenario. The text gives the second part
// that of the first; where it has one of its own besides, that is taken if its server
// understands that alone.
func (w *world) postClient(ctx context.Context) (string, error) {
	if w.poster != "" {
		return w.poster, nil
	}
	own := target.InPart(ofPartOne, "2")
	if _, err := w.Run.Target.Program(own); err != nil || w.server != "pub_server" {
		return ofPartOne, nil
	}
	helper := &w.session.helper
	helper.done.Do(func() { helper.program, helper.err = w.session.findHelper(ctx, own) })
	return helper.program, helper.err
}

func (s *session) findHelper(ctx context.Context, own string) (string, error) {
	understood, err := s.isUnderstood(ctx, ofPartOne)
	if err != nil || understood {
		return ofPartOne, err
	}
	understood, err = s.isUnderstood(ctx, own)
	if err != nil || !understood {
		return ofPartOne, err
	}
	first, second := s.run.Target.Programs[ofPartOne], s.run.Target.Programs[own]
	s.run.Observe("pub_server", fmt.Sprintf("publishes what the post_client in %s posts, and not what the one in %s does: part 2 is judged with the former", second.Dir, first.Dir))
	return own, nil
}

// isUnderstood reports whether the server of the second part publishes what a program
// posts.
func (s *session) isUnderstood(ctx context.Context, poster string) (understood bool, err error) {
	err = s.onStage(func(w *world) error {
		w.poster = poster
		if err := w.isRunning(ctx, "pub"); err != nil {
			return err
		}
		if err := w.watch(ctx, `"`+watcher+`"`); err != nil {
			return err
		}
		if err := w.posts(ctx, `"`+theUser+`"`, "marzipan"); err != nil {
			return err
		}
		return w.awaitCarried(ctx, steps.Server, watcher, "marzipan")
	})
	var failure *stage.Failure
	var missing *target.Missing
	if errors.As(err, &failure) || errors.As(err, &missing) {
		return false, nil
	}
	return err == nil, err
}
