// Command h2 is an HTTP/2 server for the field set: h2 [-streams N] [-lag D] [-delay D] CHAIN KEY.
//
// It prints its port. /bytes/N is answered with so many bytes, all else with a few. A lag stands for distance: what
// either side sends arrives so much later. The flags come first.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	streams := flag.Int("streams", 250, "streams at once on a connection")
	lag := flag.Duration("lag", 0, "one way")
	delay := flag.Duration("delay", 0, "of each answer")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: h2 [FLAGS] CHAIN KEY")
	}
	certificate, err := tls.LoadX509KeyPair(flag.Arg(0), flag.Arg(1))
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	os.Stdout.Close()
	if *lag > 0 {
		listener = &distant{listener, *lag}
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	server := &http.Server{
		Handler:   answer(*delay),
		Protocols: &protocols,
		HTTP2:     &http.HTTP2Config{MaxConcurrentStreams: *streams},
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}},
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	log.Fatal(server.ServeTLS(listener, "", ""))
}

func answer(delay time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		time.Sleep(delay)
		left, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/bytes/"))
		if err != nil {
			fmt.Fprintln(w, `{"ok":true}`)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(left))
		block := make([]byte, 16<<10)
		for left > 0 {
			sent, err := w.Write(block[:min(left, len(block))])
			if err != nil {
				return
			}
			left -= sent
		}
	})
}

// A distant listener: its connections lag.
type distant struct {
	net.Listener
	lag time.Duration
}

func (l *distant) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	far := &lagging{Conn: conn, lag: l.lag, in: make(chan parcel, 4096), out: make(chan parcel, 4096)}
	go far.receive()
	go far.send()
	return far, nil
}

// A parcel is what was sent, and when it arrives.
type parcel struct {
	bytes []byte
	due   time.Time
	err   error
}

type lagging struct {
	net.Conn
	lag     time.Duration
	in, out chan parcel
	rest    []byte
	closing sync.Once
}

func (c *lagging) receive() {
	for {
		buffer := make([]byte, 16<<10)
		n, err := c.Conn.Read(buffer)
		c.in <- parcel{buffer[:n], time.Now().Add(c.lag), err}
		if err != nil {
			return
		}
	}
}

func (c *lagging) send() {
	for sent := range c.out {
		time.Sleep(time.Until(sent.due))
		if sent.err != nil {
			c.Conn.Close()
			return
		}
		c.Conn.Write(sent.bytes)
	}
}

func (c *lagging) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		got := <-c.in
		time.Sleep(time.Until(got.due))
		if got.err != nil {
			c.in <- got
			return 0, got.err
		}
		c.rest = got.bytes
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *lagging) Write(b []byte) (int, error) {
	c.out <- parcel{append([]byte(nil), b...), time.Now().Add(c.lag), nil}
	return len(b), nil
}

func (c *lagging) Close() error {
	c.closing.Do(func() { c.out <- parcel{nil, time.Now().Add(c.lag), io.EOF} })
	return nil
}
