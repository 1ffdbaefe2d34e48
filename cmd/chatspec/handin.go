package main

import (
	"context"
	"fmt"
	"os"

	"github.com/chatspec/chatspec/fixtures/archive"
)

// What is handedIn is a target's folder, and the name by which people know it.
type handedIn struct {
	name, folder string
	// mended says in sentences what was mended when it was taken out of its archive.
	mended []string
}

// handIn finds what is called name; an archive is taken out into a temporary folder, which
// discard removes.
func handIn(ctx context.Context, name string) (in handedIn, discard func() error, err error) {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || !archive.IsNamed(name) {
		return handedIn{name: name, folder: name}, func() error { return nil }, nil
	}
	dir, err := os.MkdirTemp("", "chatspec-archive-")
	if err != nil {
		return handedIn{}, nil, fmt.Errorf("making a folder for %s: %w", name, err)
	}
	discard = func() error { return os.RemoveAll(dir) }
	unpacked, err := archive.Unpack(ctx, name, dir, archive.DefaultLimits())
	if err != nil {
		discard()
		return handedIn{}, nil, err
	}
	return handedIn{name: name, folder: unpacked.Folder, mended: unpacked.Mended}, discard, nil
}
