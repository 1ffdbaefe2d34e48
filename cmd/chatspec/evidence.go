package main

import (
	"fmt"
	"io"
	"os"

	"github.com/chatspec/chatspec/grading"
)

// makeRoomForPictures makes the folder where pictures are kept, if they are.
func (o runOptions) makeRoomForPictures() error {
	if o.pictures == "" {
		return nil
	}
	if err := os.MkdirAll(o.pictures, 0o755); err != nil {
		return fmt.Errorf("--evidence: %w", err)
	}
	return nil
}

// tellPictures says how many pictures were kept.
func (o runOptions) tellPictures(results []grading.Result, stderr io.Writer) {
	if o.pictures == "" {
		return
	}
	kept := len(picturesOf(results))
	if kept == 0 {
		fmt.Fprintln(stderr, "chatspec: --evidence keeps pictures of windows, and there was none to be kept")
		return
	}
	fmt.Fprintf(stderr, "chatspec: pictures of windows kept in %s: %d\n", o.pictures, kept)
}

func picturesOf(results []grading.Result) []grading.Picture {
	var all []grading.Picture
	for _, result := range results {
		for _, rule := range result.Rules {
			for _, scenario := range rule.Scenarios {
				all = append(all, scenario.Pictures...)
			}
		}
	}
	return all
}

// readPictures reads the pictures that were kept, by the names of their files.
func readPictures(results []grading.Result) (map[string][]byte, error) {
	read := map[string][]byte{}
	for _, picture := range picturesOf(results) {
		png, err := os.ReadFile(picture.File)
		if err != nil {
			return nil, fmt.Errorf("reading a picture of a window: %w", err)
		}
		read[picture.File] = png
	}
	return read, nil
}
