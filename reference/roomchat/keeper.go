package roomchat

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/chatspec/chatspec/reference/rooms"
)

// A keeper has the rooms, and sees to it that MongoDB has them, too.
type keeper struct {
	list  *rooms.RoomList
	out   io.Writer
	tried chan struct{} // closed when it was tried to restore the rooms
}

func newKeeper(list *rooms.RoomList, out io.Writer) *keeper {
	return &keeper{list: list, out: out, tried: make(chan struct{})}
}

// rooms returns the rooms, once those are back that were saved, unless MongoDB is not there.
func (k *keeper) rooms(ctx context.Context) (*rooms.RoomList, error) {
	select {
	case <-k.tried:
		return k.list, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// keep restores the rooms, and then saves what changes, until ctx is done. Nothing is saved before:
// the list that is there names rooms that this program does not know yet.
func (k *keeper) keep(ctx context.Context) {
	if !k.restore(ctx) {
		return
	}
	if err := k.list.KeepSaved(ctx, k.complain); err != nil {
		k.complain(err)
	}
}

// restore tries each second until MongoDB has answered, and reports whether it has.
func (k *keeper) restore(ctx context.Context) bool {
	err := k.list.Restore(ctx)
	close(k.tried)
	for err != nil {
		k.complain(err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(time.Second):
		}
		err = k.list.Restore(ctx)
	}
	return true
}

func (k *keeper) complain(err error) { fmt.Fprintln(k.out, err) }
