package chatroom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"github.com/chatspec/chatspec/reference/chatroom/page"
	"github.com/chatspec/chatspec/reference/terminal"
)

// ServerUsage is the server's command line.
const ServerUsage = "server IP PORT [--window [IP:PORT]]"

// patience is how long somebody may take to say what is wanted.
const patience = time.Minute

// Server is what its command line says.
type Server struct {
	Listen netip.AddrPort
	Window netip.AddrPort // where it is served, if it is valid; with port 0, at any
}

// ParseServer reads the arguments of the command line.
func ParseServer(args []string) (Server, error) {
	args, window, err := cutWindow(args)
	if err != nil {
		return Server{}, err
	}
	listen, err := parseAddress("the server", args)
	return Server{Listen: listen, Window: window}, err
}

// Run opens the room, and serves it as [Serve] does. What is said is added to log.txt in the
// working folder: at once, or with a window, of which out tells where it is, when a button is pressed
// there. It reads nothing from in.
func (s Server) Run(ctx context.Context, _ io.Reader, out io.Writer) (err error) {
	log, err := os.OpenFile(logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("opening the log: %w", err)
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	listener, err := net.Listen("tcp", s.Listen.String())
	if err != nil {
		return fmt.Errorf("waiting for clients: %w", err)
	}
	fmt.Fprintf(out, "waiting for clients on http://%s/%s\n", s.Listen, logFile)
	if s.Window.IsValid() {
		return s.serveWithWindow(ctx, listener, log, out)
	}
	return Serve(ctx, listener, log, out)
}

// serveWithWindow is Serve with a window, whose button writes the log.
func (s Server) serveWithWindow(ctx context.Context, listener net.Listener, log, out io.Writer) error {
	window, err := page.OpenServer(s.Window, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	screen := terminal.NewScreen(out)
	defer func() {
		if waiting := window.Close(); waiting > 0 {
			screen.Show(fmt.Sprintf("not in %s, as the button was not pressed: %d", logFile, waiting))
		}
	}()
	screen.Show("the window is at " + window.URL())
	return serve(ctx, listener, api{room: newRoom(window), hall: halls{doorman{screen}, window}})
}

// Serve serves a room at the listener until ctx is cancelled, and then closes that and all
// connections. What is said is written to log, and who comes and leaves to out.
func Serve(ctx context.Context, listener net.Listener, log, out io.Writer) error {
	return serve(ctx, listener, api{room: newRoom(log), hall: doorman{terminal.NewScreen(out)}})
}

func serve(ctx context.Context, listener net.Listener, handler api) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: patience,
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = server.Close()
	})
	err := server.Serve(listener)
	if stop() {
		return fmt.Errorf("waiting for clients: %w", err)
	}
	<-ended
	return nil
}

// doorman says on a terminal who comes in and who leaves.
type doorman struct{ screen *terminal.Screen }

// Came implements hall.
func (d doorman) Came(name string) { d.screen.Show(name + " comes in") }

// Left implements hall.
func (d doorman) Left(name string) { d.screen.Show(name + " leaves") }

// halls are several, which are told the same.
type halls []hall

// Came implements hall.
func (all halls) Came(name string) {
	for _, h := range all {
		h.Came(name)
	}
}

// Left implements hall.
func (all halls) Left(name string) {
	for _, h := range all {
		h.Left(name)
	}
}
