package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"

	"github.com/mccutchen/go-httpbin/v2/httpbin"
)

// origin is everything that listens, and the ledger of it.
type origin struct {
	ledger *ledger
	http   []string // addresses served without TLS
	https  []string // addresses served with TLS; empty without a certificate
	broken chan error
}

// openOrigin opens every listener before it serves the first, so that an address that is told is one that answers.
// What net/http has to complain about later, and no ledger counts, goes to complaints.
func openOrigin(o options, complaints io.Writer) (*origin, error) {
	ledger, err := newLedger()
	if err != nil {
		return nil, err
	}
	plain, err := openListeners(o, o.httpPort, "-http-port")
	if err != nil {
		return nil, err
	}
	var secure []*net.TCPListener
	var config *tls.Config
	if o.withTLS() {
		if config, err = newTLSConfig(o, &ledger.https); err != nil {
			return nil, err
		}
		if secure, err = openListeners(o, o.httpsPort, "-https-port"); err != nil {
			return nil, err
		}
	}

	opened := &origin{ledger: ledger, http: addresses(plain), https: addresses(secure), broken: make(chan error, 1)}
	app := httpbin.New(httpbin.WithMaxDuration(o.maxDuration))
	httpServer := newServer(ledger, &ledger.http, app, complaints)
	for _, listener := range plain {
		opened.serve(httpServer, ledger.accepting(listener, &ledger.http))
	}
	if config == nil {
		return opened, nil
	}
	httpsServer := newServer(ledger, &ledger.https, app, complaints)
	httpsServer.TLSConfig = config
	httpsServer.Protocols.SetHTTP1(slices.Contains(o.alpn, protoHTTP1))
	httpsServer.Protocols.SetHTTP2(slices.Contains(o.alpn, protoHTTP2))
	httpsServer.ConnState = settleHandshakes(&ledger.https.handshakes)
	for _, listener := range secure {
		// Not ServeTLS: it gives every listener a copy of the configuration, hence ticket keys of its own, and a
		// client that rotates over the ports could not resume its session on the next one.
		opened.serve(httpsServer, tls.NewListener(ledger.accepting(listener, &ledger.https), config))
	}
	return opened, nil
}

func (o *origin) serve(server *http.Server, listener net.Listener) {
	go func() {
		// Serve sees to passing trouble itself. What it returns is the end of this listener, and a run with a
		// listener missing is not the run that was asked for: the first such end is the end of the origin.
		err := fmt.Errorf("stopped serving %v: %w", listener.Addr(), server.Serve(listener))
		select {
		case o.broken <- err:
		default:
		}
	}()
}

// newServer makes a server of HTTP/1.1 that counts into the given side of the ledger.
//
// It sets no timeout. go-httpbin's own program does, ReadHeaderTimeout of 1 s and ReadTimeout of 5 s, and they count
// from the moment of accepting: a handshake that waits behind others is cut off, as is a kept connection that rests
// for long. A slow client is what is measured here, so it has to end slowly rather than fail.
func newServer(l *ledger, s *side, app http.Handler, complaints io.Writer) *http.Server {
	server := &http.Server{
		Handler:   s.counting(app, l.clock),
		Protocols: new(http.Protocols),
		ErrorLog:  log.New(&errorLog{failures: &s.failures, rest: complaints}, "", 0),
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, connectionOf(conn))
		},
	}
	server.Protocols.SetHTTP1(true)
	return server
}
