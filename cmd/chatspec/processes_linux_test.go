package main_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// leftBehind lists the processes that a call has started and not ended. They
// carry a stage's mark, and have their own folder for temporary files below the
// call's.
func leftBehind(temp string) []string {
	environs, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return []string{err.Error()}
	}
	var left []string
	for _, file := range environs {
		data, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(data, []byte("\x00CHATSPEC_STAGE=")) || !bytes.Contains(data, []byte("="+temp+"/")) {
			continue
		}
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
		left = append(left, filepath.Base(filepath.Dir(file))+" "+strings.ReplaceAll(string(command), "\x00", " "))
	}
	return left
}

// watchMemory returns a function that stops watching and returns the most memory
// that the process has had, in bytes. (What wait4(2) says would hold the memory
// of this test, too, from which the process was forked.)
func watchMemory(pid int) func() int64 {
	var peak int64
	var watching sync.WaitGroup
	done := make(chan struct{})
	watching.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			peak = max(peak, highWater(pid))
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	})
	return func() int64 {
		close(done)
		watching.Wait()
		return peak
	}
}

// highWater is the peak of a process so far (see proc(5)).
func highWater(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	amount, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	kilobytes, _ := strconv.ParseInt(amount, 10, 64)
	return kilobytes << 10
}
