package main

import "sync/atomic"

// ledger is what the origin saw of its clients. Requests run into it many at a time, so it costs them a few atomic
// operations; locks are left to what happens once per connection, and to the few requests that enter the log.
type ledger struct {
	clock       clock
	connections atomic.Uint64 // the number given to the latest connection
	http        side
	https       side
}

// side is the counters of one transport.
type side struct {
	accepts    atomic.Uint64
	open       gauge
	requests   atomic.Uint64
	inFlight   gauge
	bodyBytes  atomic.Uint64
	handshakes handshakes
	offered    tally
	failures   tally
	log        requestLog
}

func newLedger() (*ledger, error) {
	clock, err := newClock()
	if err != nil {
		return nil, err
	}
	return &ledger{clock: clock}, nil
}

// mark begins the maxima and the logs anew. The counters run on: whoever wants a difference takes two readings.
func (l *ledger) mark() {
	for _, s := range []*side{&l.http, &l.https} {
		s.open.mark()
		s.inFlight.mark()
		s.log.mark()
	}
}

// read copies the counters while requests go on: each is exact, all together are of about the same moment.
func (l *ledger) read() ledgerReading {
	return ledgerReading{NowNs: l.clock.now(), HTTP: l.http.read(), HTTPS: l.https.read()}
}

func (s *side) read() sideReading {
	counts, negotiated := s.handshakes.read()
	return sideReading{
		Accepts:      s.accepts.Load(),
		Open:         s.open.now.Load(),
		MostOpen:     s.open.most.Load(),
		Requests:     s.requests.Load(),
		MostInFlight: s.inFlight.most.Load(),
		BodyBytes:    s.bodyBytes.Load(),
		Handshakes:   counts,
		Negotiated:   negotiated,
		Offered:      s.offered.read(),
		Failures:     s.failures.read(),
		Log:          s.log.read(),
	}
}
