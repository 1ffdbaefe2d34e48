//go:build unix

package ledger

import (
	"errors"
	"os"
	"syscall"
)

// take takes the lock, which is open in this process only: the kernel gives it back, however this process ends.
func take(lock *os.File) error {
	err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrTaken
	}
	return err
}
