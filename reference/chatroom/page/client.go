package page

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/reference/terminal"
)

// Client is a client's window: what is said, and a field to type into.
type Client struct {
	*window
	keys *io.PipeReader

	mu     sync.Mutex // so that lines are shown in the order in which they are taken
	typing *io.PipeWriter
}

// OpenClient opens a client's window at an address, whose port may be 0 for any.
func OpenClient(at netip.AddrPort) (*Client, error) {
	keys, typing := io.Pipe()
	c := &Client{keys: keys, typing: typing}
	w, err := open(at, beside{Label: "Your name"}, "line", c.take)
	if err != nil {
		return nil, err
	}
	c.window = w
	return c, nil
}

// Read reads the lines that are typed into the window, until it is closed.
func (c *Client) Read(p []byte) (int, error) { return c.keys.Read(p) }

// Show shows a text as one line.
func (c *Client) Show(text string) { c.story.show(read(text)) }

// Enter tells that its user is in the room under a name: what is typed now is messages.
func (c *Client) Enter(name string) {
	c.story.alter(func(b *beside) { b.Name, b.Label = name, "Message" })
}

// Close closes the window: all browsers are told that the program has ended.
func (c *Client) Close() {
	_ = c.keys.Close() // whoever types is refused
	_ = c.typing.Close()
	c.close()
}

// take takes a line that is typed.
func (c *Client) take(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, terminal.MaxLine))
	if err != nil {
		http.Error(w, "This cannot be sent: "+err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	if err := c.typed(strings.NewReplacer("\r", " ", "\n", " ").Replace(string(text))); err != nil {
		http.Error(w, "This was not sent: the program has ended.", http.StatusGone)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// typed shows a line, as a terminal does what is typed there, and has the program read it.
func (c *Client) typed(text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.story.show(line{Kind: "own", Who: "you", When: ": ", Text: text})
	_, err := io.WriteString(c.typing, text+"\n")
	return err
}
