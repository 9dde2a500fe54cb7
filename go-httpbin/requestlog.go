package main

import (
	"sync"
	"sync/atomic"
)

// logRows is the most rows a log holds; the crate `ledger` says the same.
const logRows = 64

// requestLog keeps the first requests since the last mark. Those after it pay for one atomic load and are not
// stamped.
type requestLog struct {
	full atomic.Bool
	mu   sync.Mutex
	rows []*served
}

// begin enters a request, unless the log is full: then it returns nil. The connection's number is asked for only if
// it is needed, since finding it means a search of the request's context.
func (l *requestLog) begin(c clock, connection func() uint64) *served {
	if l.full.Load() {
		return nil
	}
	row := &served{ArrivedNs: c.now(), Connection: connection()}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.rows) >= logRows {
		return nil
	}
	l.rows = append(l.rows, row)
	l.full.Store(len(l.rows) == logRows)
	return row
}

// end stamps the answer of a request that begin entered. A mark in between has taken the row out of the log: the
// stamp then goes nowhere, as it should.
func (l *requestLog) end(c clock, row *served) {
	if row == nil {
		return
	}
	now := c.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	row.AnsweredNs = now
}

func (l *requestLog) mark() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = nil
	l.full.Store(false)
}

func (l *requestLog) read() []served {
	l.mu.Lock()
	defer l.mu.Unlock()
	rows := make([]served, 0, len(l.rows))
	for _, row := range l.rows {
		rows = append(rows, *row)
	}
	return rows
}
