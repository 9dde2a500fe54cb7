package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// The protocols served, as ALPN (RFC 7301) names them.
const (
	protoHTTP1 = "http/1.1"
	protoHTTP2 = "h2"
)

// newTLSConfig pins what a handshake may settle on. Left to itself each client would settle on something else with
// this server, and comparing the clients would compare key exchanges. What is not pinned here, the cipher suite, is
// read back from the ledger.
func newTLSConfig(o options, s *side) (*tls.Config, error) {
	certificate, err := loadCertificate(o.certFile, o.keyFile)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates:           []tls.Certificate{certificate},
		MinVersion:             o.tlsVersion,
		MaxVersion:             o.tlsVersion,
		CurvePreferences:       o.groups,
		NextProtos:             o.alpn,
		SessionTicketsDisabled: !o.tickets,
		// A hook that only looks: returning no configuration leaves this one in force.
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			s.offered.add(joinGroups(hello.SupportedCurves))
			return nil, nil
		},
	}, nil
}

// loadCertificate reads the two files by itself, since tls.LoadX509KeyPair does not say which of them is at fault.
func loadCertificate(certFile, keyFile string) (tls.Certificate, error) {
	chain, err := readPEM("-cert", "the certificate chain", certFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := readPEM("-key", "the private key", keyFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	certificate, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("could not use the certificate chain %s with the private key %s: %w; "+
			"-cert takes PEM with the leaf first, -key that leaf's private key in PEM", certFile, keyFile, err)
	}
	return certificate, nil
}

func readPEM(flagName, what, file string) ([]byte, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err // the sentence names the file already
		}
		return nil, fmt.Errorf("could not read %s from %s: %w; %s takes a PEM file that this user may read",
			what, file, err, flagName)
	}
	return content, nil
}
