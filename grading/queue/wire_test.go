package queue

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chatspec/chatspec/fixtures/archive"
	"github.com/chatspec/chatspec/fixtures/broker"
)

// A wire is where an embedded broker is served, and what can be cut.
type wire struct {
	url string

	mu    sync.Mutex
	conns []net.Conn
}

// cut cuts all connections.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, conn := range w.conns {
		conn.Close()
	}
	w.conns = nil
}

// wired serves an embedded broker at a wire, with TLS if there is a configuration for it.
func wired(t *testing.T, config *tls.Config) *wire {
	t.Helper()
	b := broker.New(broker.Options{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{url: "amqp://ann:geheim@" + listener.Addr().String() + "/"}
	if config != nil {
		listener = tls.NewListener(listener, config)
		w.url = strings.Replace(w.url, "amqp:", "amqps:", 1)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			w.mu.Lock()
			w.conns = append(w.conns, conn)
			w.mu.Unlock()
			go b.Serve(conn)
		}
	}()
	t.Cleanup(func() { listener.Close(); b.Close() })
	return w
}

// TestAConnectionThatIsCutLosesNothing: at both ends, while something is being judged.
func TestAConnectionThatIsCutLosesNothing(t *testing.T) {
	w := wired(t, nil)
	cuts, again := 0, make(chan struct{}, 100)
	inProcess(t, w.url, "one", func(worker *Worker) {
		ready, first := worker.Say, true
		worker.Say = func(text string) {
			if strings.Contains(text, "takes tasks") {
				if !first {
					again <- struct{}{}
					return
				}
				first = false
				ready(text)
			}
		}
		worker.Judge = func(ctx context.Context, task Task, items []archive.Item) Result {
			if (task.Submission == "s2" || task.Submission == "s5") && cuts < 2 {
				cuts++
				w.cut()
				<-again // it comes back while it judges
			}
			return readNote(ctx, task, items)
		}
	})
	d := &desk{t: t}
	notes := numbered(8)
	if err := d.class(w.url).Judge(t.Context(), orders(t, notes...)); err != nil {
		t.Fatal(err)
	}
	d.check(notes)
	if cuts != 2 {
		t.Errorf("connections were cut %d times", cuts)
	}
}

// TestFilesThatAreTooLargeForAMessageAreShared, and are gone at the end.
func TestFilesThatAreTooLargeForAMessageAreShared(t *testing.T) {
	url := embedded(t)
	share := t.TempDir()
	inProcess(t, url, "one", func(w *Worker) { w.Share = share })
	d := &desk{t: t}
	c := d.class(url)
	c.Share = share
	notes := []string{"a", "b"}
	of := orders(t, notes...)
	writeNoise(t, of[1])
	if err := c.Judge(t.Context(), of); err != nil {
		t.Fatal(err)
	}
	d.check(notes)
	if left, err := os.ReadDir(share); err != nil || len(left) > 0 {
		t.Errorf("left in the shared folder: %v, %v", left, err)
	}
}

// TestWhereNobodyTakesWhatIsSharedItIsSaid: workers without the folder take no such tasks.
func TestWhereNobodyTakesWhatIsSharedItIsSaid(t *testing.T) {
	url := embedded(t)
	inProcess(t, url, "without the folder", func(*Worker) {})
	d := &desk{t: t}
	c := d.class(url)
	c.Share = t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	say := c.Say
	c.Say = func(text string) { say(text); stop() }
	of := orders(t, "a")
	writeNoise(t, of[0])
	if err := c.Judge(ctx, of); !errors.Is(err, context.Canceled) {
		t.Fatalf("it says %v", err)
	}
	if len(d.kept) > 0 || !strings.HasPrefix(d.said[0], "nobody takes the 1 tasks that wait in chatspec.tasks.v.") || !strings.Contains(d.said[0], ".shared") {
		t.Errorf("kept are %v, and it is said %q", d.kept, d.said)
	}
}

// writeNoise makes a submission too large for a message.
func writeNoise(t *testing.T, o Order) {
	t.Helper()
	noise := make([]byte, MaxMessage)
	rand.Read(noise)
	if err := os.WriteFile(filepath.Join(o.Submission.Items[0].Path, "noise.bin"), noise, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestWhereNobodyTakesTasksItIsSaid, and after Ctrl-C nobody judges them any more.
func TestWhereNobodyTakesTasksItIsSaid(t *testing.T) {
	url := embedded(t)
	inProcess(t, url, "of another version", func(w *Worker) { w.Version = "another" })
	d := &desk{t: t}
	c := d.class(url)
	ctx, stop := context.WithCancel(t.Context())
	say := c.Say
	c.Say = func(text string) { say(text); stop() }
	if err := c.Judge(ctx, orders(t, "a")); !errors.Is(err, context.Canceled) {
		t.Fatalf("it says %v", err)
	}
	if len(d.kept) > 0 || !strings.HasPrefix(d.said[0], "nobody takes the 1 tasks that wait in chatspec.tasks.v.") {
		t.Errorf("kept are %v, and it is said %q", d.kept, d.said)
	}
	judged := make(chan string, 10)
	inProcess(t, url, "late", func(w *Worker) {
		w.Judge = func(ctx context.Context, task Task, items []archive.Item) Result {
			judged <- task.Submission
			return readNote(ctx, task, items)
		}
	})
	c = d.class(url)
	notes := []string{"b"}
	if err := c.Judge(t.Context(), orders(t, notes...)); err != nil {
		t.Fatal(err)
	}
	d.check(notes)
	if len(judged) != 1 {
		t.Errorf("judged are %d", len(judged))
	}
}

// TestBrokersAreReachedByTLS where the broker is whom it should be, and the client shows who it is.
func TestBrokersAreReachedByTLS(t *testing.T) {
	dir := t.TempDir()
	ca, pool := certify(t, dir, "ca", nil)
	certify(t, dir, "other", nil)
	certify(t, dir, "client", &ca)
	server, _ := certify(t, dir, "server", &ca)
	w := wired(t, &tls.Config{Certificates: []tls.Certificate{server}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert})
	in := func(name string) string { return filepath.Join(dir, name) }
	reach := func(files Certificates) error {
		place, err := NewPlace(w.url, files)
		if err != nil {
			return err
		}
		l, err := place.open(t.Context(), "test")
		if err != nil {
			return place.explain(err)
		}
		l.close()
		return nil
	}
	if err := reach(Certificates{CA: in("ca.pem"), Cert: in("client.pem"), Key: in("client.key")}); err != nil {
		t.Error(err)
	}
	if err := reach(Certificates{CA: in("other.pem"), Cert: in("client.pem"), Key: in("client.key")}); err == nil || !strings.Contains(err.Error(), "a certificate that is not trusted") {
		t.Errorf("with another authority it says %v", err)
	}
	if err := reach(Certificates{CA: in("ca.pem")}); err == nil {
		t.Error("one without a certificate is let in")
	}
}

// certify makes a certificate, which by vouches for; by itself, where that is nil. It is in dir, with its key.
func certify(t *testing.T, dir, name string, by *tls.Certificate) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: by == nil, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	parent, signer := template, any(key)
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyText := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	if err := errors.Join(os.WriteFile(filepath.Join(dir, name+".pem"), certificate, 0o600), os.WriteFile(filepath.Join(dir, name+".key"), keyText, 0o600)); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certificate, keyText)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	return pair, pool
}
