package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"sync"
	"sync/atomic"
)

// client is one http.Client shared by all slots, as net/http asks for.
type client struct {
	http    *http.Client
	targets []target
	slots   int
	keeps   bool
	// What every request says beside its URL.
	message *message
	// What every answer must be.
	expected *expectation
}

// seen is what came of a number of requests.
type seen struct {
	rows         []row
	errors       map[string]errorCount
	mostInFlight int
}

var groupIDs = map[string]tls.CurveID{
	"x25519": tls.X25519, "x25519mlkem768": tls.X25519MLKEM768, "secp256r1": tls.CurveP256,
}

func newClient(j *job) (*client, error) {
	slots := min(j.Workload.Concurrency, j.Workload.Requests)
	byAuthority := map[string]string{}
	for _, t := range j.Targets {
		_, port, err := net.SplitHostPort(t.Addr)
		if err != nil {
			return nil, fmt.Errorf("reading the address %q: %w", t.Addr, err)
		}
		byAuthority[net.JoinHostPort(t.Host, port)] = t.Addr
	}
	var dialer net.Dialer
	transport := &http.Transport{
		// The address is given with the target: no name is looked up.
		DialContext: func(ctx context.Context, network, authority string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, byAuthority[authority])
		},
		DisableKeepAlives:   j.newConn(),
		MaxIdleConnsPerHost: slots,
		// Not nil and empty: HTTP/2 is off.
		TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
	if j.TrustFile != "" || j.Insecure {
		config, err := tlsConfig(j)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig = config
	}
	message, err := readMessage(j)
	if err != nil {
		return nil, err
	}
	return &client{
		http: &http.Client{Transport: transport}, targets: j.Targets, slots: slots, keeps: !j.newConn(),
		message: message, expected: expect(j.Workload.Path, j.Workload.Server),
	}, nil
}

func tlsConfig(j *job) (*tls.Config, error) {
	config := &tls.Config{InsecureSkipVerify: j.Insecure, NextProtos: []string{"http/1.1"}}
	if !j.Insecure {
		pem, err := os.ReadFile(j.TrustFile)
		if err != nil {
			return nil, fmt.Errorf("reading the trust store: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the trust store %s holds no certificate", j.TrustFile)
		}
	}
	for _, name := range j.Groups {
		id, known := groupIDs[name]
		if !known {
			return nil, fmt.Errorf("crypto/tls has no group %q", name)
		}
		config.CurvePreferences = append(config.CurvePreferences, id)
	}
	return config, nil
}

// endNewConnections closes what the warm-up left open, so that nothing of it is found again.
func (c *client) endNewConnections() {
	if !c.keeps {
		c.http.CloseIdleConnections()
	}
}

// run makes so many requests, a goroutine each, as many at once as there are slots.
func run(c *client, requests int) *seen {
	type slot struct {
		number int
		due    int64
	}
	free := make(chan slot, c.slots)
	begun := now()
	for number := range c.slots {
		free <- slot{number, begun}
	}
	all := &seen{rows: make([]row, 0, requests), errors: map[string]errorCount{}}
	var mutex sync.Mutex
	var group sync.WaitGroup
	inFlight := 0
	for request := range requests {
		s := <-free
		turn := request
		if c.keeps {
			turn = s.number
		}
		group.Add(1)
		go func() {
			defer group.Done()
			mutex.Lock()
			inFlight++
			all.mostInFlight = max(all.mostInFlight, inFlight)
			mutex.Unlock()
			line := row{Due: s.due, Start: now()}
			err := c.get(c.targets[turn%len(c.targets)].URL, &line)
			line.Done = now()
			mutex.Lock()
			inFlight--
			all.record(line, err)
			mutex.Unlock()
			free <- slot{s.number, line.Done}
		}()
	}
	group.Wait()
	return all
}

func (s *seen) record(line row, err error) {
	if err == nil {
		s.rows = append(s.rows, line)
		return
	}
	known, found := s.errors["http"]
	if !found {
		known.First = err.Error()
	}
	known.Count++
	s.errors["http"] = known
}

// get makes one request and checks its answer.
func (c *client) get(url string, line *row) error {
	// net/http may dial for one request and give the connection to another: what a dial stamps comes from a goroutine of
	// its own, and belongs to this request only if this request got that connection.
	var connected, secured atomic.Int64
	reused := false
	trace := &httptrace.ClientTrace{
		ConnectDone:          func(string, string, error) { connected.Store(now()) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { secured.Store(now()) },
		GotConn:              func(info httptrace.GotConnInfo) { reused = info.Reused },
		WroteRequest:         func(httptrace.WroteRequestInfo) { line.Sent = now() },
		GotFirstResponseByte: func() { line.FirstByte = now() },
	}
	request, err := c.message.request(httptrace.WithClientTrace(context.Background(), trace), url)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if !reused {
		line.Connected, line.Secured = connected.Load(), secured.Load()
	}
	return c.expected.check(url, response.StatusCode, body)
}
