package queue

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// PasswordVariable is the environment variable that may hold the password, where the URL has none.
const PasswordVariable = "CHATSPEC_QUEUE_PASSWORD"

// A Place is where RabbitMQ is, and as whom one comes there.
type Place struct {
	uri   amqp.URI
	tls   *tls.Config // nil without TLS
	shown string
}

// Certificates are the files for TLS, in PEM. Each may be "".
type Certificates struct {
	CA        string // who vouches for the broker; "" is whom the machine trusts
	Cert, Key string // who this is
}

// NewPlace reads the URL of a RabbitMQ. A password that it does not have is taken from the environment. No error says
// a password.
func NewPlace(url string, files Certificates) (Place, error) {
	scheme, rest, _ := strings.Cut(url, "://")
	if scheme != "amqp" && scheme != "amqps" {
		return Place{}, errors.New("--queue is the URL of a RabbitMQ, as in amqp://user@mq.example.edu/ or amqps://user@mq.example.edu/")
	}
	shown := scheme + "://" + rest[strings.LastIndex(rest, "@")+1:]
	uri, err := amqp.ParseURI(url)
	if err != nil || uri.Port < 1 || uri.Port > 65535 {
		return Place{}, fmt.Errorf("--queue: %q is no URL of RabbitMQ's: write it as amqps://user@mq.example.edu:5671/, with %%2F where a name or a password has a / of its own", shown)
	}
	user, _, hasUser := strings.Cut(rest, "@")
	if password := os.Getenv(PasswordVariable); hasUser && password != "" && !strings.Contains(user, ":") {
		uri.Password = password
	}
	p := Place{uri: uri, shown: shown}
	if scheme == "amqp" {
		if files != (Certificates{}) {
			return Place{}, errors.New("--ca, --cert and --key are for TLS: give an amqps:// URL")
		}
		return p, nil
	}
	p.tls, err = files.read(uri.Host)
	return p, err
}

// read reads the certificates.
func (c Certificates) read(host string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		text, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, fmt.Errorf("--ca: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("--ca: %s holds no certificate", c.CA)
		}
	}
	if (c.Cert == "") != (c.Key == "") {
		return nil, errors.New("--cert and --key belong together: give both")
	}
	if c.Cert != "" {
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, fmt.Errorf("--cert and --key: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// String is the URL without who comes.
func (p Place) String() string { return p.shown }

// GoString is the URL without who comes.
func (p Place) GoString() string { return p.shown }

// The times of a connection.
const (
	greeting  = 20 * time.Second // what a broker takes until it has let us in
	heartbeat = 10 * time.Second
)

// dial connects.
func (p Place) dial(ctx context.Context, name string) (*amqp.Connection, error) {
	config := amqp.Config{
		Vhost: p.uri.Vhost, Heartbeat: heartbeat, TLSClientConfig: p.tls, Locale: "en_US",
		SASL:       []amqp.Authentication{p.uri.PlainAuth()},
		Properties: amqp.Table{"connection_name": name, "product": "chatspec"},
		Dial: func(network, addr string) (net.Conn, error) {
			conn, err := (&net.Dialer{Timeout: greeting}).DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			// The handshake is over by then; the connection takes this back.
			return conn, conn.SetDeadline(time.Now().Add(greeting))
		},
	}
	bare := p.uri
	bare.Username, bare.Password = "", "" // they are told by SASL alone
	return amqp.DialConfig(bare.String(), config)
}

// explain says in a sentence why RabbitMQ does not let us in.
func (p Place) explain(err error) error {
	var said *amqp.Error
	errors.As(err, &said)
	var network net.Error
	var untrusted *tls.CertificateVerificationError
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nobody listens at %s: is RabbitMQ started there?", p)
	case errors.As(err, &dns):
		return fmt.Errorf("there is no machine %q", p.uri.Host)
	case errors.As(err, &untrusted):
		return fmt.Errorf("RabbitMQ at %s shows a certificate that is not trusted: %w (--ca FILE names whom to trust)", p, untrusted.Err)
	case errors.Is(err, amqp.ErrCredentials) || said != nil && said.Code == amqp.AccessRefused:
		return fmt.Errorf("RabbitMQ at %s does not take the user %q with this password (%s may hold one)", p, p.uri.Username, PasswordVariable)
	case errors.Is(err, amqp.ErrVhost) || said != nil && said.Code == amqp.NotAllowed:
		return fmt.Errorf("RabbitMQ at %s does not let %q into the virtual host %q", p, p.uri.Username, p.uri.Vhost)
	case errors.As(err, &network) && network.Timeout():
		return fmt.Errorf("what listens at %s does not answer as RabbitMQ does", p)
	}
	return fmt.Errorf("coming to RabbitMQ at %s: %w", p, err)
}
