package chatroom

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"github.com/chatspec/chatspec/reference/chatroom/page"
	"github.com/chatspec/chatspec/reference/terminal"
)

// ClientUsage is the client's command line.
const ClientUsage = "client IP PORT [--window [IP:PORT]]"

// quit is what is typed to leave.
const quit = ":quit"

// Client is what its command line says.
type Client struct {
	Server netip.AddrPort
	Window netip.AddrPort // where it is served, if it is valid; with port 0, at any
}

// ParseClient reads the arguments of the command line.
func ParseClient(args []string) (Client, error) {
	args, window, err := cutWindow(args)
	if err != nil {
		return Client{}, err
	}
	server, err := parseAddress("the server", args)
	return Client{Server: server, Window: window}, err
}

// Run asks for a name until the server takes one, says what is typed on in, and shows on out what
// the others say. It ends when :quit is typed, when the input ends, when the server goes, or when
// ctx is cancelled. With a window all that is typed and shown there, and out tells where that is.
func (c Client) Run(ctx context.Context, in io.Reader, out io.Writer) error {
	if !c.Window.IsValid() {
		return c.talk(ctx, in, console{terminal.NewScreen(out)})
	}
	window, err := page.OpenClient(c.Window)
	if err != nil {
		return err
	}
	defer window.Close()
	fmt.Fprintf(out, "the window is at %s\n", window.URL())
	err = c.talk(ctx, window, window)
	if err != nil {
		window.Show(err.Error())
	}
	return err
}

// face is what the user of a client sees.
type face interface {
	Show(text string)
	Enter(name string) // the server has taken the user's name
}

// console is a terminal.
type console struct{ *terminal.Screen }

// Enter implements face. On a terminal nothing changes by it.
func (console) Enter(string) {}

// talk is what Run does, wherever the user types and reads.
func (c Client) talk(ctx context.Context, in io.Reader, screen face) error {
	ctx, cancel := context.WithCancel(ctx)
	v := visitor{server: "http://" + c.Server.String(), screen: screen, http: &http.Client{Transport: &http.Transport{}}}
	defer v.http.CloseIdleConnections()
	defer v.reading.Wait()
	defer cancel()

	v.screen.Show("your name?")
	keyboard := terminal.NewKeyboard(in)
	for line := range keyboard.Lines(ctx) {
		if line == quit {
			return nil
		}
		if err := v.hear(ctx, cancel, line); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return keyboard.Err()
}

// visitor is somebody who sits before the client.
type visitor struct {
	server  string
	http    *http.Client
	screen  face
	name    string // as soon as the server has taken it
	reading sync.WaitGroup
}

// hear does what a typed line asks for: it is a name, and later a message.
func (v *visitor) hear(ctx context.Context, leave func(), line string) error {
	switch {
	case v.name == "":
		return v.join(ctx, leave, line)
	case line == "":
		return nil
	}
	answer, err := v.ask(ctx, http.MethodPost, v.name, line)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		v.screen.Show("this is not said: " + reason(answer))
	}
	return nil
}

// join asks for a seat, and shows from then on what the others say.
func (v *visitor) join(ctx context.Context, leave func(), name string) error {
	answer, err := v.ask(ctx, http.MethodGet, name, "")
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		defer answer.Body.Close()
		v.screen.Show(reason(answer))
		v.screen.Show("your name?")
		return nil
	}
	v.name = name
	v.screen.Enter(name)
	v.screen.Show("you are in the room; " + quit + " leaves it")
	v.reading.Go(func() {
		defer answer.Body.Close()
		defer leave()
		v.show(ctx, answer.Body)
	})
	return nil
}

// show shows what comes until nothing more does.
func (v *visitor) show(ctx context.Context, from io.Reader) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, longestText+longestName+1<<10)
	for lines.Scan() {
		v.screen.Show(lines.Text())
	}
	if ctx.Err() == nil {
		v.screen.Show("the server has gone")
	}
}

// ask sends a request under a name.
func (v *visitor) ask(ctx context.Context, method, name, text string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, v.server+target(name), strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("asking the server: %w", err)
	}
	answer, err := v.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking the server: %w", err)
	}
	return answer, nil
}

// reason is what the server says is wrong.
func reason(answer *http.Response) string {
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if err != nil {
		return answer.Status
	}
	return strings.TrimSpace(string(text))
}
