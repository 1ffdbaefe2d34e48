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

	"github.com/chatspec/chatspec/reference/terminal"
)

// ServerUsage is the server's command line.
const ServerUsage = "server IP PORT"

// patience is how long somebody may take to say what is wanted.
const patience = time.Minute

// Server is what its command line says.
type Server struct {
	Listen netip.AddrPort
}

// ParseServer reads the arguments of the command line.
func ParseServer(args []string) (Server, error) {
	listen, err := parseAddress("the server", args)
	return Server{Listen: listen}, err
}

// Run opens the room, and serves it as [Serve] does. What is said is added to log.txt in the
// working folder. It reads nothing from in.
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
	return Serve(ctx, listener, log, out)
}

// Serve serves a room at the listener until ctx is cancelled, and then closes that and all
// connections. What is said is written to log, and who comes and leaves to out.
func Serve(ctx context.Context, listener net.Listener, log, out io.Writer) error {
	server := &http.Server{
		Handler:           api{room: newRoom(log), screen: terminal.NewScreen(out)},
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
