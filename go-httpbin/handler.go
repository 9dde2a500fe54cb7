package main

import (
	"bufio"
	"net"
	"net/http"
	"sync/atomic"
)

// counting wraps the application: a request counts from when its handler starts, with its header read, until its
// handler returns, with its answer handed to the connection or to the buffer in front of it.
func (s *side) counting(app http.Handler, c clock) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		s.inFlight.enter()
		row := s.log.begin(c, func() uint64 { return connectionNumber(r) })
		// Deferred, because net/http lets a handler end its answer by a panic.
		defer func() {
			s.log.end(c, row)
			s.inFlight.leave()
		}()
		app.ServeHTTP(&countingWriter{ResponseWriter: w, bytes: &s.bodyBytes}, r)
	})
}

// connectionNumber is 0 for a request that came by none of our listeners.
func connectionNumber(r *http.Request) uint64 {
	if conn, ok := r.Context().Value(connectionKey{}).(*connection); ok && conn != nil {
		return conn.number
	}
	return 0
}

// countingWriter counts the body's bytes. It keeps what go-httpbin asks of a writer by type assertion: Flush for the
// endpoints that stream, Hijack for the WebSocket.
type countingWriter struct {
	http.ResponseWriter
	bytes *atomic.Uint64
}

// Write counts before it writes, and takes back what was not written: a client that has the whole answer then never
// finds bytes of it missing in the ledger.
func (w *countingWriter) Write(body []byte) (int, error) {
	w.bytes.Add(uint64(len(body)))
	n, err := w.ResponseWriter.Write(body)
	if unwritten := len(body) - n; unwritten != 0 {
		w.bytes.Add(-uint64(unwritten))
	}
	return n, err
}

// Flush has no way to tell an error: the next Write will.
func (w *countingWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

func (w *countingWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Unwrap lets an http.ResponseController find the rest.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
