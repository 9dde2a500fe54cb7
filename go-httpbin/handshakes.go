package main

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"sync"
)

// handshakes counts TLS handshakes by outcome, and what they settled on. The settlements need no bound: the server's
// own configuration leaves only a few.
type handshakes struct {
	mu      sync.Mutex
	counts  handshakeCounts
	settled map[settlement]uint64
}

// settleHandshakes is a server's ConnState hook that counts every connection's handshake exactly once: when its
// first request begins, or when it closes without one. With HTTP/1.1 the hook runs twice per request, so all but the
// first runs must end at once. With HTTP/2 it runs whenever the connection wakes or rests.
func settleHandshakes(h *handshakes) func(net.Conn, http.ConnState) {
	return func(conn net.Conn, state http.ConnState) {
		if state != http.StateActive && state != http.StateClosed {
			return
		}
		ours := connectionOf(conn)
		if ours == nil || ours.settled.Load() || !ours.settled.CompareAndSwap(false, true) {
			return
		}
		if secure, ok := conn.(*tls.Conn); ok {
			h.add(secure.ConnectionState())
		}
	}
}

func (h *handshakes) add(state tls.ConnectionState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !state.HandshakeComplete:
		h.counts.Failed++
		return
	case state.DidResume:
		h.counts.Resumed++
	default:
		h.counts.Full++
	}
	if h.settled == nil {
		h.settled = make(map[settlement]uint64)
	}
	h.settled[settlementOf(state)]++
}

func settlementOf(state tls.ConnectionState) settlement {
	s := settlement{
		Version: versionName(state.Version),
		Suite:   tls.CipherSuiteName(state.CipherSuite),
		ALPN:    state.NegotiatedProtocol,
	}
	// A session resumed in TLS 1.2 exchanges no key: the group that Go then tells is that of the first handshake.
	// Nor does RSA key transport, where Go tells none.
	exchanged := state.CurveID != 0 && (!state.DidResume || state.Version != tls.VersionTLS12)
	if exchanged {
		s.Group = groupName(state.CurveID)
	}
	return s
}

// read returns the counts, and the settlements in an order that does not change from reading to reading.
func (h *handshakes) read() (handshakeCounts, []negotiated) {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]negotiated, 0, len(h.settled))
	for s, count := range h.settled {
		list = append(list, negotiated{settlement: s, Count: count})
	}
	slices.SortFunc(list, func(a, b negotiated) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.Suite, b.Suite),
			cmp.Compare(a.Group, b.Group), cmp.Compare(a.ALPN, b.ALPN))
	})
	return h.counts, list
}
