package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestNewAndKeptConnectionsAreToldApart(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			origin, client, url := openFor(t, scheme)
			var bodies uint64
			for range 5 {
				bodies += get(t, client, url+"/get")
			}
			kept := sideOf(eventually(t, origin.ledger, "5 answers", func(l ledgerReading) bool {
				return atRest(sideOf(l, scheme))
			}), scheme)
			equal(t, "accepts, kept", kept.Accepts, 1)
			equal(t, "open, kept", kept.Open, 1)
			equal(t, "requests, kept", kept.Requests, 5)
			equal(t, "body bytes, kept", kept.BodyBytes, bodies)
			equal(t, "most in flight, kept", kept.MostInFlight, 1)

			client.CloseIdleConnections()
			client.Transport.(*http.Transport).DisableKeepAlives = true
			for range 3 {
				get(t, client, url+"/get")
			}
			both := sideOf(eventually(t, origin.ledger, "all connections closed", func(l ledgerReading) bool {
				return sideOf(l, scheme).Open == 0
			}), scheme)
			equal(t, "accepts", both.Accepts, 4)
			equal(t, "requests", both.Requests, 8)
			equal(t, "rows", len(both.Log), 8)
			for i, row := range both.Log {
				equal(t, "connection", row.Connection, uint64(max(1, i-3)))
				if row.ArrivedNs == 0 || row.AnsweredNs < row.ArrivedNs {
					t.Errorf("row %d was answered before it arrived: %+v", i, row)
				}
			}
			wantHandshakes := handshakeCounts{}
			if scheme == "https" {
				wantHandshakes.Full = 4
			}
			equal(t, "handshakes", both.Handshakes, wantHandshakes)
			equal(t, "requests on the other side", sideOf(origin.ledger.read(), other(scheme)).Requests, 0)
		})
	}
}

func TestMostInFlightIsTheClientsConcurrency(t *testing.T) {
	const k = 7
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			origin, client, url := openFor(t, scheme)
			var clients sync.WaitGroup
			for range k {
				clients.Go(func() {
					response, err := client.Get(url + "/delay/0.2")
					if err != nil {
						t.Error(err)
						return
					}
					response.Body.Close()
				})
			}
			clients.Wait()
			reading := sideOf(origin.ledger.read(), scheme)
			equal(t, "most in flight", reading.MostInFlight, k)
			equal(t, "most open", reading.MostOpen, k)
		})
	}
}

func TestMarkBeginsMaximaAndLogAnew(t *testing.T) {
	origin, client, url := openFor(t, "http")
	for range logRows + 6 {
		get(t, client, url+"/status/200")
	}
	full := eventually(t, origin.ledger, "a full log", func(l ledgerReading) bool { return atRest(l.HTTP) })
	equal(t, "rows", len(full.HTTP.Log), logRows)
	equal(t, "requests", full.HTTP.Requests, logRows+6)

	var slow sync.WaitGroup
	slow.Go(func() { get(t, newClient(t, nil, false), url+"/delay/0.2") })
	eventually(t, origin.ledger, "a slow request", func(l ledgerReading) bool { return l.HTTP.Requests == logRows+7 })
	origin.ledger.mark()
	marked := origin.ledger.read().HTTP
	equal(t, "rows after the mark", len(marked.Log), 0)
	equal(t, "most in flight after the mark", marked.MostInFlight, 1)
	equal(t, "most open after the mark", marked.MostOpen, 2)
	equal(t, "requests after the mark", marked.Requests, logRows+7)

	slow.Wait()
	get(t, client, url+"/status/200")
	later := eventually(t, origin.ledger, "the next row", func(l ledgerReading) bool { return atRest(l.HTTP) }).HTTP
	equal(t, "rows", len(later.Log), 1)
}

func TestStampsAreOfTheSharedClock(t *testing.T) {
	origin, client, url := openFor(t, "http")
	before := monotonic(t)
	get(t, client, url+"/delay/0.05")
	reading := eventually(t, origin.ledger, "the answer", func(l ledgerReading) bool { return atRest(l.HTTP) })
	after := monotonic(t)
	row := reading.HTTP.Log[0]
	if row.ArrivedNs < before || reading.NowNs < row.AnsweredNs || after < reading.NowNs {
		t.Errorf("not in order: %d, %+v, %d, %d", before, row, reading.NowNs, after)
	}
	if took := time.Duration(row.AnsweredNs - row.ArrivedNs); took < 50*time.Millisecond {
		t.Errorf("/delay/0.05 took %v", took)
	}
}

func TestEndpointsAreThoseOfGoHTTPBin(t *testing.T) {
	origin, client, url := openFor(t, "http")
	equal(t, "length of /bytes/1000", get(t, client, url+"/bytes/1000"), 1000)
	equal(t, "length of /stream-bytes/1000", get(t, client, url+"/stream-bytes/1000?chunk_size=10"), 1000) // flushes
	equal(t, "body bytes", origin.ledger.read().HTTP.BodyBytes, 2000)
	get(t, client, url+"/headers")
	for path, want := range map[string]int{"/status/418": 418, "/delay/11m": 400, "/nothing": 404} {
		response, err := client.Get(url + path)
		must(t, err)
		response.Body.Close()
		equal(t, path, response.StatusCode, want)
	}

	before := origin.ledger.read().HTTP.BodyBytes
	response, err := client.Head(url + "/get")
	must(t, err)
	response.Body.Close()
	equal(t, "body bytes of a HEAD", origin.ledger.read().HTTP.BodyBytes, before)
}

func TestAHijackedConnectionStaysOpen(t *testing.T) {
	origin, client, url := openFor(t, "http")
	request, err := http.NewRequest(http.MethodGet, url+"/websocket/echo", nil)
	must(t, err)
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket",
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	} {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	must(t, err)
	equal(t, "status", response.StatusCode, http.StatusSwitchingProtocols)
	equal(t, "open", origin.ledger.read().HTTP.Open, 1)
	response.Body.Close()
	eventually(t, origin.ledger, "its end", func(l ledgerReading) bool { return l.HTTP.Open == 0 })
}

// openFor opens an origin, a client that trusts it, and the URL of the first listener of that scheme.
func openFor(t *testing.T, scheme string) (*origin, *http.Client, string) {
	t.Helper()
	if scheme == "http" {
		origin := openTestOrigin(t, "-ports", "2")
		return origin, newClient(t, nil, false), "http://" + origin.http[0]
	}
	origin, roots := openSecureOrigin(t)
	return origin, newClient(t, trusting(roots), false), "https://" + origin.https[0]
}

func sideOf(l ledgerReading, scheme string) sideReading {
	if scheme == "https" {
		return l.HTTPS
	}
	return l.HTTP
}

func other(scheme string) string {
	if strings.HasSuffix(scheme, "s") {
		return "http"
	}
	return "https"
}
