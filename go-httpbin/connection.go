package main

import (
	"crypto/tls"
	"net"
	"sync/atomic"
)

// connection is an accepted connection that knows its place in the ledger. It embeds the TCP connection itself
// rather than a net.Conn, so that net/http still finds what only that one can do (CloseWrite, sendfile).
type connection struct {
	*net.TCPConn
	number  uint64 // counted from 1 over both transports
	side    *side
	closed  atomic.Bool
	settled atomic.Bool // its handshake has been counted
}

// connectionKey finds a request's *connection in its context.
type connectionKey struct{}

// Close counts the connection as closed, once: net/http and crypto/tls may each close it. Counting here, and not in
// the server's ConnState, includes connections that a handler took over (WebSockets). It is counted before the
// client can notice, so a reading taken by a client that saw the end is never late.
func (c *connection) Close() error {
	if c.closed.CompareAndSwap(false, true) {
		c.side.open.leave()
	}
	return c.TCPConn.Close()
}

// connectionOf finds the connection below what net/http calls the connection; nil if it is none of ours.
func connectionOf(conn net.Conn) *connection {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	ours, _ := conn.(*connection)
	return ours
}

// accepting counts what a listener accepts.
func (l *ledger) accepting(listener *net.TCPListener, s *side) net.Listener {
	return &countingListener{TCPListener: listener, ledger: l, side: s}
}

type countingListener struct {
	*net.TCPListener
	ledger *ledger
	side   *side
}

func (l *countingListener) Accept() (net.Conn, error) {
	conn, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	l.side.accepts.Add(1)
	l.side.open.enter()
	return &connection{TCPConn: conn, number: l.ledger.connections.Add(1), side: l.side}, nil
}
