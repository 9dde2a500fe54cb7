package main

// The types of this file are the ledger's JSON. The crate `ledger` says what each field means, and reads them by
// these names; no list or map may be null.

type ledgerReading struct {
	NowNs uint64      `json:"now_ns"`
	HTTP  sideReading `json:"http"`
	HTTPS sideReading `json:"https"`
}

type sideReading struct {
	Accepts      uint64            `json:"accepts"`
	Open         int64             `json:"open"`
	MostOpen     int64             `json:"most_open"`
	Requests     uint64            `json:"requests"`
	MostInFlight int64             `json:"most_in_flight"`
	BodyBytes    uint64            `json:"body_bytes"`
	Handshakes   handshakeCounts   `json:"handshakes"`
	Negotiated   []negotiated      `json:"negotiated"`
	Offered      map[string]uint64 `json:"offered"`
	Failures     map[string]uint64 `json:"failures"`
	Log          []served          `json:"log"`
}

type handshakeCounts struct {
	Full    uint64 `json:"full"`
	Resumed uint64 `json:"resumed"`
	Failed  uint64 `json:"failed"`
}

type negotiated struct {
	settlement
	Count uint64 `json:"count"`
}

// settlement is what one handshake settled on.
type settlement struct {
	Version string `json:"version"`
	Suite   string `json:"suite"`
	Group   string `json:"group"`
	ALPN    string `json:"alpn"`
}

type served struct {
	Connection uint64 `json:"connection"`
	ArrivedNs  uint64 `json:"arrived_ns"`
	AnsweredNs uint64 `json:"answered_ns"`
}
