package page_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chatspec/chatspec/reference/chatroom/page"
)

// openServer opens a server's window, which is closed with the test.
func openServer(t *testing.T, log io.Writer) *page.Server {
	t.Helper()
	s, err := page.OpenServer(anyPort(), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// say has the window shown that somebody says something.
func say(t *testing.T, s *page.Server, line string) {
	t.Helper()
	if n, err := s.Write([]byte(line + "\n")); err != nil || n != len(line)+1 {
		t.Fatalf("%.40q: %d, %v", line, n, err)
	}
}

func TestAServersWindowShowsWhoIsThere(t *testing.T) {
	s := openServer(t, io.Discard)
	s.Came("ann")
	s.Came("<b>bob</b>")
	say(t, s, "ann:(0:00)-hello")
	s.Left("ann")
	content := read(t, ask(t, request{method: "GET", url: s.URL()}))
	if !strings.Contains(content, "<li><bdi>&lt;b&gt;bob&lt;/b&gt;</bdi></li></ul>") || strings.Contains(content, "<li><bdi>ann</bdi></li>") {
		t.Errorf("the page holds %s", content)
	}
	lines, e := listen(t, s.URL(), "").until(hasText("leaves"))
	if want := "[told ann comes in told <b>bob</b> comes in said ann:(0:00)-hello told ann leaves]"; fmt.Sprint(lines) != want || fmt.Sprint(e.People) != "[<b>bob</b>]" {
		t.Errorf("it tells %s; there are %q", lines, e.People)
	}
}

func TestTheButtonWritesTheLog(t *testing.T) {
	var log strings.Builder
	s := openServer(t, &log)
	told := listen(t, s.URL(), "")
	keeps := func(text string) { t.Helper(); told.until(func(e event) bool { return e.Kept == text }) }
	press := func() {
		t.Helper()
		if answer := post(t, s.URL(), "append", ""); answer.StatusCode != http.StatusNoContent {
			t.Errorf("the button is answered with %s", answer.Status)
		}
	}
	keeps("Nothing has been said yet.")
	say(t, s, "ann:(0:00)-one")
	keeps("1 message is not in log.txt yet.")
	say(t, s, "bob:(0:00)-two")
	keeps("2 messages are not in log.txt yet.")
	if log.String() != "" {
		t.Errorf("before the button is pressed, the log holds %q", log.String())
	}
	press()
	told.until(hasText("2 messages are appended to log.txt"))
	say(t, s, "ann:(0:00)-three")
	press()
	told.until(hasText("1 message is appended to log.txt"))
	press()
	told.until(hasText("there is nothing new for log.txt"))
	if log.String() != "ann:(0:00)-one\nbob:(0:00)-two\nann:(0:00)-three\n" {
		t.Errorf("the log holds %q", log.String())
	}
	say(t, s, "ann:(0:00)-four")
	if waiting := s.Close(); waiting != 1 {
		t.Errorf("%d are not written", waiting)
	}
}

// narrow takes so many bytes more.
type narrow struct {
	strings.Builder
	room int
}

func (n *narrow) Write(p []byte) (int, error) {
	taken, _ := n.Builder.Write(p[:min(len(p), n.room)])
	n.room -= taken
	if taken < len(p) {
		return taken, errors.New("the disk is full")
	}
	return taken, nil
}

func TestWhatCannotBeWrittenStays(t *testing.T) {
	log := &narrow{room: 20}
	s := openServer(t, log)
	say(t, s, "ann:(0:00)-one")
	say(t, s, "bob:(0:00)-two")
	answer := post(t, s.URL(), "append", "")
	if said := read(t, answer); answer.StatusCode != http.StatusInternalServerError || !strings.Contains(said, "the disk is full") {
		t.Errorf("it is answered with %s: %s", answer.Status, said)
	}
	listen(t, s.URL(), "").until(func(e event) bool { return e.Kept == "1 message is not in log.txt yet." })
	log.room = 100
	post(t, s.URL(), "append", "")
	if log.String() != "ann:(0:00)-one\nbob:(0:00)-two\n" {
		t.Errorf("the log holds %q", log.String())
	}
}

func TestWhatIsTooMuchIsWrittenWithoutTheButton(t *testing.T) {
	log := &narrow{room: 17 << 20}
	s := openServer(t, log)
	text := strings.Repeat("x", 1<<20-1)
	for range 17 {
		say(t, s, text)
	}
	if log.Len() != 16<<20 {
		t.Errorf("%d bytes are written", log.Len())
	}
	for range 15 {
		say(t, s, text)
	}
	log.room = 0
	if _, err := s.Write([]byte(text + "\n")); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("what cannot be kept is answered with %v", err)
	}
	if waiting := s.Close(); waiting != 16 {
		t.Errorf("%d are not written", waiting)
	}
}
