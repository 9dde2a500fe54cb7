package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// testCertificates is a certificate for 127.0.0.1 as files, and the roots that trust it.
type testCertificates struct {
	chainFile, keyFile string
	roots              *x509.CertPool
}

func newTestCertificates(t *testing.T) testCertificates {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "go-httpbin origin test"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	certificate, err := x509.ParseCertificate(der)
	must(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)

	dir := t.TempDir()
	made := testCertificates{filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem"), x509.NewCertPool()}
	made.roots.AddCert(certificate)
	writePEM(t, made.chainFile, "CERTIFICATE", der)
	writePEM(t, made.keyFile, "PRIVATE KEY", keyDER)
	return made
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	must(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

// openTestOrigin opens an origin in this process, with which its listeners end: an origin has no other end. For that
// reason its complaints go to the process's standard error, which outlives the test.
func openTestOrigin(t testing.TB, args ...string) *origin {
	t.Helper()
	options, err := parseOptions(args)
	must(t, err)
	origin, err := openOrigin(options, os.Stderr)
	must(t, err)
	return origin
}

// openSecureOrigin opens an origin with HTTPS, and the roots that its clients need.
func openSecureOrigin(t *testing.T, args ...string) (*origin, *x509.CertPool) {
	t.Helper()
	certificates := newTestCertificates(t)
	args = append([]string{"-cert", certificates.chainFile, "-key", certificates.keyFile, "-ports", "2"}, args...)
	return openTestOrigin(t, args...), certificates.roots
}

// newClient makes a client whose connections end with the test.
func newClient(t testing.TB, config *tls.Config, h2 bool) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config, Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(!h2)
	transport.Protocols.SetHTTP2(h2)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// get fetches a URL that must be answered with 200, and returns the length of the body.
func get(t testing.TB, client *http.Client, url string) uint64 {
	t.Helper()
	response, err := client.Get(url)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", url, response.Status)
	}
	return uint64(len(body))
}

// eventually reads the ledger until it is as expected: what ends after the client has its answer (a closed
// connection, a handler's return, the server's half of a failed handshake) is counted a moment later.
func eventually(t testing.TB, l *ledger, what string, holds func(ledgerReading) bool) ledgerReading {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for {
		reading := l.read()
		if holds(reading) {
			return reading
		}
		if time.Now().After(deadline) {
			t.Fatalf("not in the ledger: %s: %+v", what, reading)
		}
		time.Sleep(time.Millisecond)
	}
}

func atRest(s sideReading) bool {
	for _, row := range s.Log {
		if row.AnsweredNs == 0 {
			return false
		}
	}
	return true
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v instead of %v", what, got, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
