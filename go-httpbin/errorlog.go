package main

import (
	"io"
	"regexp"
	"strings"
)

// handshakeError is how a line of net/http about a failed handshake begins; an address and the reason follow.
// The server has no hook that tells the reason, only this log.
const handshakeError = "http: TLS handshake error from "

// endpoints is the addresses in a socket error: `read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer`.
var endpoints = regexp.MustCompile(`^\w+ tcp\d? \S+->\S+: `)

// errorLog takes what a server logs: failed handshakes are counted by reason, the rest is passed on.
type errorLog struct {
	failures *tally
	rest     io.Writer
}

// Write gets one line at a time: log.Logger promises one call per message.
func (l *errorLog) Write(line []byte) (int, error) {
	after, failed := strings.CutPrefix(string(line), handshakeError)
	if !failed {
		return l.rest.Write(line)
	}
	_, reason, _ := strings.Cut(strings.TrimSpace(after), ": ")
	// A reason with addresses in it would be another reason each time.
	l.failures.add(endpoints.ReplaceAllString(reason, ""))
	return len(line), nil
}
