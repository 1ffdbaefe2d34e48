package queue

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/chatspec/chatspec/fixtures/archive"
	"github.com/chatspec/chatspec/grading/class"
)

// itemsOf names what a submission is made of.
func itemsOf(s class.Submission) []Item {
	var items []Item
	for _, item := range s.Items {
		items = append(items, Item{Base: filepath.Base(item.Path), Name: item.Name})
	}
	return items
}

// pack writes all that a submission is made of, as a compressed tar: each item in a folder that is called by its
// number.
func pack(ctx context.Context, s class.Submission, w io.Writer) (err error) {
	compressed := gzip.NewWriter(w)
	files := tar.NewWriter(compressed)
	for i, item := range s.Items {
		root := strconv.Itoa(i) + "/" + filepath.Base(item.Path)
		err := class.Walk(item.Path, func(path, name string, entry fs.DirEntry) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return packFile(files, path, filepath.ToSlash(filepath.Join(root, name)), entry)
		})
		if err != nil {
			return fmt.Errorf("packing the submission %s: %w", s.Key, err)
		}
	}
	return errors.Join(files.Close(), compressed.Close())
}

// packFile adds a file, a folder or a link. What else there may be is left out.
func packFile(files *tar.Writer, path, name string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	link := ""
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		if link, err = os.Readlink(path); err != nil {
			return err
		}
	case !info.IsDir() && !info.Mode().IsRegular():
		return nil
	}
	head, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return err
	}
	// Who owns it here is nobody there.
	head.Name, head.Uid, head.Gid, head.Uname, head.Gname, head.Format = name, 0, 0, "", "", tar.FormatPAX
	if err := files.WriteHeader(head); err != nil || !info.Mode().IsRegular() {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(files, file)
	return errors.Join(err, file.Close())
}

// unpack takes the items of a submission out into the folder dir, which must be empty.
func unpack(ctx context.Context, r io.Reader, items []Item, dir string) ([]archive.Item, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	compressed, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(compressed)
	for {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if err := unpackFile(root, head, files); err != nil {
			return nil, fmt.Errorf("%q: %w", head.Name, err)
		}
	}
	var found []archive.Item
	for i, item := range items {
		if item.Base != filepath.Base(item.Base) || !filepath.IsLocal(item.Base) {
			return nil, fmt.Errorf("%q is no name of a file", item.Base)
		}
		found = append(found, archive.Item{Path: filepath.Join(dir, strconv.Itoa(i), item.Base), Name: item.Name})
	}
	return found, nil
}

// unpackFile takes out one file, folder or link. A root keeps it within: no name leads out, not by way of a link either.
func unpackFile(root *os.Root, head *tar.Header, content io.Reader) error {
	name := strings.TrimSuffix(filepath.FromSlash(head.Name), "/")
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	mode := head.FileInfo().Mode().Perm()
	switch head.Typeflag {
	case tar.TypeDir:
		// One that nobody may write to could not be filled.
		return root.MkdirAll(name, mode|0o700)
	case tar.TypeSymlink:
		return root.Symlink(head.Linkname, name)
	case tar.TypeReg:
		file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode|0o400)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		return errors.Join(err, file.Close(), root.Chmod(name, mode), root.Chtimes(name, head.ModTime, head.ModTime))
	}
	return fmt.Errorf("it is of the kind %q, which is not packed", head.Typeflag)
}

// A packed submission is small enough for a message, or in a file.
type packed struct {
	files  []byte
	shared *Shared
}

// headRoom is what is left of a message for what stands before its files, in bytes.
const headRoom = 1 << 20

// packTask packs a submission: into memory, where it is small, or into the shared folder. Share is that folder, and
// name the file's in it.
func packTask(ctx context.Context, s class.Submission, share, name string) (packed, error) {
	w := &overflowing{share: share, name: name, sum: sha256.New()}
	err := pack(ctx, s, w)
	return w.packed(err)
}

// errNoShare says that a submission is too large for a message.
var errNoShare = fmt.Errorf("its files are larger than the %d MiB that a message takes: give a folder that all machines share, with --share here and for the workers", MaxMessage>>20)

// An overflowing writer keeps what is written, and writes it to a file as soon as it is more than a message takes.
type overflowing struct {
	share, name string
	kept        []byte
	file        *os.File
	sum         hash.Hash
	size        int64
}

// Write implements io.Writer.
func (o *overflowing) Write(data []byte) (int, error) {
	o.sum.Write(data)
	o.size += int64(len(data))
	if o.file == nil && o.size <= MaxMessage-headRoom {
		o.kept = append(o.kept, data...)
		return len(data), nil
	}
	if o.file == nil {
		if err := o.overflow(); err != nil {
			return 0, err
		}
	}
	return o.file.Write(data)
}

func (o *overflowing) overflow() (err error) {
	if o.share == "" {
		return errNoShare
	}
	path := filepath.Join(o.share, o.name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if o.file, err = os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644); err != nil {
		return err
	}
	_, err = o.file.Write(o.kept)
	o.kept = nil
	return err
}

// packed is what was written, if err is nil.
func (o *overflowing) packed(err error) (packed, error) {
	if o.file == nil {
		return packed{files: o.kept}, err
	}
	if err = errors.Join(err, o.file.Sync(), o.file.Close()); err != nil {
		return packed{}, err
	}
	return packed{shared: &Shared{Path: filepath.ToSlash(o.name), Size: o.size, SHA256: hex.EncodeToString(o.sum.Sum(nil))}}, nil
}

// unpackShared takes the items out of a file of the shared folder, if it is the one that was packed.
func unpackShared(ctx context.Context, share string, s Shared, items []Item, dir string) (found []archive.Item, err error) {
	root, err := os.OpenRoot(share)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := root.Open(filepath.FromSlash(s.Path))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	if size, err := io.Copy(sum, file); err != nil || size != s.Size || hex.EncodeToString(sum.Sum(nil)) != s.SHA256 {
		return nil, errors.Join(fmt.Errorf("the shared file %s is not the one that was packed", s.Path), err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return unpack(ctx, file, items, dir)
}
