// Package page is the windows of the chatroom's server and client: pages that a program serves to
// the browser of whoever sits before it, and to nobody else.
//
// A page is shown to who knows its token, which stands in its URL. Nothing is taken that a page from
// elsewhere sends (RFC 6454, section 7), or that is meant for another host (RFC 9110, section 7.2).
// What others have said is text wherever it stands. What changes is told as server-sent events
// (HTML, section 9.2).
package page

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"time"
)

const (
	patience = time.Minute     // how long a browser may take to say what it wants
	goodbye  = 2 * time.Second // how long it may take to hear that the program has ended
)

//go:embed page.html page.css page.js
var files embed.FS

// window is what both windows have in common: a page, what it shows, and where it is served.
type window struct {
	address string // IP:PORT
	token   string
	page    *template.Template
	story   *story
	server  *http.Server
	served  chan struct{} // closed when the window is served no more
}

// open serves a window at an address, whose port may be 0 for any. What is posted to a path below
// the window's own is taken by take.
func open(at netip.AddrPort, first beside, path string, take http.HandlerFunc) (*window, error) {
	page, err := template.ParseFS(files, "page.html")
	if err != nil {
		return nil, fmt.Errorf("opening the window: %w", err)
	}
	listener, err := net.Listen("tcp", at.String())
	if err != nil {
		return nil, fmt.Errorf("opening the window: %w", err)
	}
	w := &window{
		address: listener.Addr().String(), token: rand.Text(), page: page,
		story: newStory(first), served: make(chan struct{}),
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /{$}", w.draw)
	routes.HandleFunc("GET /events", w.tell)
	routes.HandleFunc("POST /"+path, take)
	routes.Handle("GET /page.css", http.FileServerFS(files))
	routes.Handle("GET /page.js", http.FileServerFS(files))
	w.server = &http.Server{Handler: w.guard(http.StripPrefix("/"+w.token, routes)), ReadHeaderTimeout: patience}
	go func() {
		defer close(w.served)
		_ = w.server.Serve(listener) // until it is closed
	}()
	return w, nil
}

// URL is where a browser finds the window.
func (w *window) URL() string { return "http://" + w.address + "/" + w.token + "/" }

// close tells all browsers that the program has ended, and serves the window no more.
func (w *window) close() {
	w.story.alter(func(b *beside) { b.Ended = true })
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	if w.server.Shutdown(ctx) != nil { // somebody has not heard all in time
		_ = w.server.Close()
	}
	<-w.served
}

// draw answers with the page, as it is now.
func (w *window) draw(answer http.ResponseWriter, _ *http.Request) {
	answer.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = w.page.Execute(answer, w.story.after(0)) // who has gone is shown nothing
}
