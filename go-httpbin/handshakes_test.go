package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func trusting(roots *x509.CertPool) *tls.Config { return &tls.Config{RootCAs: roots} }

func TestWhatIsNegotiatedIsWhatIsPinned(t *testing.T) {
	cases := []struct {
		args string
		want settlement // without the suite, which is the machine's choice
	}{
		{"", settlement{Version: "TLSv1.3", Group: "x25519", ALPN: "http/1.1"}},
		{"-groups x25519mlkem768", settlement{Version: "TLSv1.3", Group: "x25519mlkem768", ALPN: "http/1.1"}},
		{"-groups secp256r1 -tls-version 1.2", settlement{Version: "TLSv1.2", Group: "secp256r1", ALPN: "http/1.1"}},
	}
	for _, c := range cases {
		t.Run(c.args, func(t *testing.T) {
			origin, roots := openSecureOrigin(t, strings.Fields(c.args)...)
			config := trusting(roots)
			config.NextProtos = []string{"h2", "http/1.1"}
			config.ClientSessionCache = tls.NewLRUClientSessionCache(8)
			client := newClient(t, config, false)
			client.Transport.(*http.Transport).DisableKeepAlives = true
			for i := range 4 {
				get(t, client, "https://"+origin.https[i%2]+"/get")
			}
			reading := origin.ledger.read().HTTPS
			equal(t, "handshakes", reading.Handshakes, handshakeCounts{Full: 4})
			equal(t, "kinds of handshake", len(reading.Negotiated), 1)
			got := reading.Negotiated[0]
			equal(t, "count", got.Count, 4)
			if !strings.HasPrefix(got.Suite, "TLS_") {
				t.Errorf("no IANA name of a suite: %q", got.Suite)
			}
			got.Suite = ""
			equal(t, "settlement", got.settlement, c.want)
		})
	}
}

func TestTicketsResumeAcrossListeners(t *testing.T) {
	for version, group := range map[string]string{"1.3": "x25519", "1.2": ""} {
		t.Run(version, func(t *testing.T) {
			origin, roots := openSecureOrigin(t, "-tickets", "-tls-version", version)
			config := trusting(roots)
			config.ClientSessionCache = tls.NewLRUClientSessionCache(8)
			client := newClient(t, config, false)
			client.Transport.(*http.Transport).DisableKeepAlives = true
			for i := range 6 {
				get(t, client, "https://"+origin.https[i%2]+"/get")
			}
			reading := origin.ledger.read().HTTPS
			equal(t, "handshakes", reading.Handshakes, handshakeCounts{Full: 1, Resumed: 5})
			groups := map[string]uint64{}
			for _, n := range reading.Negotiated {
				groups[n.Group] += n.Count
			}
			if group == "" {
				equal(t, "full with a group", groups["x25519"], 1)
				equal(t, "resumed without one", groups[""], 5)
			} else {
				equal(t, "all with a group", groups[group], 6)
			}
		})
	}
}

func TestFailedHandshakesAreCountedByReason(t *testing.T) {
	origin, roots := openSecureOrigin(t)
	distrustful := newClient(t, &tls.Config{RootCAs: x509.NewCertPool()}, false)
	for range 3 {
		if _, err := distrustful.Get("https://" + origin.https[0] + "/get"); err == nil {
			t.Fatal("a client without the root accepted the certificate")
		}
	}
	wrongGroup := trusting(roots)
	wrongGroup.CurvePreferences = []tls.CurveID{tls.CurveP384}
	if _, err := newClient(t, wrongGroup, false).Get("https://" + origin.https[0] + "/get"); err == nil {
		t.Fatal("the origin accepted a group that it should not")
	}
	conn, err := net.Dial("tcp", origin.https[0])
	must(t, err)
	must(t, conn.(*net.TCPConn).SetLinger(0)) // closes with a reset, whose error has both addresses in it
	_, err = conn.Write([]byte{22, 3, 1})
	must(t, err)
	eventually(t, origin.ledger, "an open connection", func(l ledgerReading) bool { return l.HTTPS.Open == 1 })
	must(t, conn.Close())

	reading := eventually(t, origin.ledger, "5 failed handshakes", func(l ledgerReading) bool {
		return l.HTTPS.Handshakes.Failed == 5
	}).HTTPS
	equal(t, "handshakes", reading.Handshakes, handshakeCounts{Failed: 5})
	equal(t, "kinds of handshake", len(reading.Negotiated), 0)
	equal(t, "requests", reading.Requests, 0)
	equal(t, "open", reading.Open, 0)
	equal(t, "bad certificate", reading.Failures["remote error: tls: bad certificate"], 3)
	equal(t, "reset", reading.Failures["read: connection reset by peer"], 1)
	equal(t, "reasons", len(reading.Failures), 3)
	for reason := range reading.Failures {
		if strings.Contains(reason, "127.0.0.1") {
			t.Errorf("a reason with an address: %s", reason)
		}
	}
}

func TestAHandshakeWithoutARequestCountsOnce(t *testing.T) {
	origin, roots := openSecureOrigin(t)
	conn, err := tls.Dial("tcp", origin.https[0], trusting(roots))
	must(t, err)
	must(t, conn.Close())
	reading := eventually(t, origin.ledger, "the handshake", func(l ledgerReading) bool {
		return l.HTTPS.Handshakes != handshakeCounts{} && l.HTTPS.Open == 0
	}).HTTPS
	equal(t, "handshakes", reading.Handshakes, handshakeCounts{Full: 1})
	equal(t, "requests", reading.Requests, 0)
}

func TestHTTP2(t *testing.T) {
	origin, roots := openSecureOrigin(t, "-alpn", "h2,http/1.1")
	client := newClient(t, trusting(roots), true)
	url := "https://" + origin.https[0]
	get(t, client, url+"/get") // so that the concurrent ones share its connection
	var streams sync.WaitGroup
	for range 5 {
		streams.Go(func() {
			response, err := client.Get(url + "/delay/0.2")
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			if _, err := io.Copy(io.Discard, response.Body); err != nil {
				t.Error(err)
			}
			equal(t, "protocol", response.Proto, "HTTP/2.0")
		})
	}
	streams.Wait()
	get(t, newClient(t, trusting(roots), false), url+"/get") // HTTP/1.1 is still served

	client.CloseIdleConnections()
	reading := eventually(t, origin.ledger, "the end of a connection", func(l ledgerReading) bool {
		return l.HTTPS.Open == 1 && atRest(l.HTTPS)
	}).HTTPS
	equal(t, "accepts", reading.Accepts, 2)
	equal(t, "requests", reading.Requests, 7)
	equal(t, "most in flight", reading.MostInFlight, 5)
	equal(t, "handshakes", reading.Handshakes, handshakeCounts{Full: 2})
	for i, row := range reading.Log {
		equal(t, "connection", row.Connection, uint64(1+i/6))
	}
	alpn := map[string]uint64{}
	for _, n := range reading.Negotiated {
		alpn[n.ALPN] = n.Count
	}
	equal(t, "h2", alpn["h2"], 1)
	equal(t, "no ALPN", alpn[""], 1) // a Go client that speaks HTTP/1.1 only does not offer it
}

func TestHTTP2IsOffUnlessAskedFor(t *testing.T) {
	origin, roots := openSecureOrigin(t)
	config := trusting(roots)
	config.NextProtos = []string{"h2", "http/1.1"}
	conn, err := tls.Dial("tcp", origin.https[0], config)
	must(t, err)
	defer conn.Close()
	equal(t, "protocol", conn.ConnectionState().NegotiatedProtocol, "http/1.1")
}

func TestOfferedGroupsAreTheClients(t *testing.T) {
	origin, roots := openSecureOrigin(t)
	config := trusting(roots)
	config.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384}
	client := newClient(t, config, false)
	client.Transport.(*http.Transport).DisableKeepAlives = true
	for range 2 {
		get(t, client, "https://"+origin.https[0]+"/get")
	}
	get(t, newClient(t, trusting(roots), false), "https://"+origin.https[0]+"/get")
	offered := origin.ledger.read().HTTPS.Offered
	equal(t, "x25519,secp384r1", offered["x25519,secp384r1"], 2)
	equal(t, "kinds of offer", len(offered), 2)
}
