package messchat

import "context"

// cannotTell reports whether nobody can tell what RabbitMQ will do, as it is with a real
// one.
func (w *World) cannotTell() bool {
	if w.Lease == nil {
		return false
	}
	_, known := w.Lease.Next()
	return !known
}

// ComeToRest waits until all that was sent has gone through RabbitMQ, and the programs
// have waited twice as long as they do by themselves, where that is no longer than Longest:
// whoever looks for something every now and then has looked by then.
func (w *World) ComeToRest(ctx context.Context) error {
	longest := w.Longest
	if w.cannotTell() {
		longest = 0 // up to the deadline
	}
	for range 2 {
		if err := w.Stage.AwaitQuiet(ctx); err != nil {
			return err
		}
		if err := w.Stage.Outlast(ctx, longest, w.Stage.Programs()...); err != nil {
			return err
		}
	}
	return w.Stage.AwaitQuiet(ctx)
}
