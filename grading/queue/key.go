package queue

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
)

// KeyVariable is the environment variable that may hold the shared key.
const KeyVariable = "CHATSPEC_SHARED_KEY"

// shortestKey bounds a key from below, in bytes: a shorter one can be guessed from what is signed with it.
const shortestKey = 16

// A Key is what whoever grades and the workers share. It is never shown.
type Key struct{ secret []byte }

// ReadKey reads a key: a file's content, without white space around it, or, where no file is named, what is in the
// environment.
func ReadKey(file string) (Key, error) {
	if file == "" {
		text := os.Getenv(KeyVariable)
		if text == "" {
			return Key{}, fmt.Errorf("a key is missing by which tasks and results are signed: give --shared-key FILE or set %s, the same for `grade` and every `worker` (`openssl rand -hex 32` makes one)", KeyVariable)
		}
		return NewKey([]byte(text))
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return Key{}, fmt.Errorf("reading the shared key: %w", err)
	}
	return NewKey(text)
}

// NewKey makes a key of a text.
func NewKey(text []byte) (Key, error) {
	secret := bytes.TrimSpace(text)
	if len(secret) < shortestKey {
		return Key{}, fmt.Errorf("the shared key has %d characters, and needs %d at least: `openssl rand -hex 32` makes one", len(secret), shortestKey)
	}
	return Key{secret: bytes.Clone(secret)}, nil
}

// String is nothing of the key.
func (k Key) String() string { return "a shared key" }

// GoString is nothing of the key.
func (k Key) GoString() string { return k.String() }

// id tells keys apart, and tells nothing else of them.
func (k Key) id() string { return hex.EncodeToString(k.sum([]byte("chatspec: which key this is")))[:8] }

// sum is the HMAC-SHA256 of some texts, one after the other.
func (k Key) sum(texts ...[]byte) []byte {
	mac := hmac.New(sha256.New, k.secret)
	for _, text := range texts {
		mac.Write(text)
	}
	return mac.Sum(nil)
}

// A kind is what a message is. It is signed, too: a task is never taken for a result.
type kind string

const (
	taskKind   kind = "task"
	begunKind  kind = "begun"
	resultKind kind = "result"
)

// schema begins each message, before its kind.
const schema = "chatspec-queue/1 "

// ErrForged says that a message is not signed with the shared key, or was altered.
var ErrForged = errors.New("it is not signed with the shared key")

// seal signs a message: a line that says what it is, one with the signature in hexadecimal, the head in one line, and
// the rest. The signature is over all but itself.
func (k Key) seal(what kind, head, rest []byte) []byte {
	first := []byte(schema + string(what) + "\n")
	sum := k.sum(first, head, []byte("\n"), rest)
	sealed := make([]byte, 0, len(first)+2*len(sum)+len(head)+len(rest)+2)
	sealed = append(sealed, first...)
	sealed = hex.AppendEncode(sealed, sum)
	sealed = append(sealed, '\n')
	sealed = append(sealed, head...)
	sealed = append(sealed, '\n')
	return append(sealed, rest...)
}

// open looks whether a message is signed, and takes it apart. It fails with ErrForged.
func (k Key) open(sealed []byte) (what kind, head, rest []byte, err error) {
	first, signed, ok := bytes.Cut(sealed, []byte("\n"))
	if !ok || !bytes.HasPrefix(first, []byte(schema)) {
		return "", nil, nil, ErrForged
	}
	signature, signed, _ := bytes.Cut(signed, []byte("\n"))
	right := hex.AppendEncode(nil, k.sum(first, []byte("\n"), signed))
	if !hmac.Equal(signature, right) {
		return "", nil, nil, ErrForged
	}
	head, rest, _ = bytes.Cut(signed, []byte("\n"))
	return kind(first[len(schema):]), head, rest, nil
}

// token is a name that nobody has had.
func token() string {
	var random [12]byte
	rand.Read(random[:])
	return hex.EncodeToString(random[:])
}
