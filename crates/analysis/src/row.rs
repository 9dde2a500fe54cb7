//! The figures of one cell over the rounds of a section. This file holds data only: each part of it is computed in a
//! file of its own.

use std::collections::BTreeMap;

use measure::result::{Flag, Terms};
use serde::Serialize;
use workload::{Cell, catalog};

use crate::figure::Figure;

/// One cell's figures over the rounds of a section.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The cell.
    pub cell: Cell,
    /// Rounds that count.
    pub counted: usize,
    /// Its figures; `None` when no round counts.
    pub figures: Option<Figures>,
    /// What limited at least half of the rounds that count, other than the model.
    pub flags: Vec<Flag>,
    /// Why rounds do not count, each reason with how many rounds gave it.
    pub invalid: BTreeMap<String, usize>,
    /// Whether there was no ledger to prove it.
    pub unproven: bool,
    /// Whether its client was told not to verify the server: what verifying costs is missing in its figures.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub not_verified: bool,
    /// The terms of the cell.
    pub terms: Terms,
    /// The ledger's counts in its first round that counts.
    pub seen: Option<Seen>,
    /// The libraries that did the work, with their versions.
    pub libraries: Vec<String>,
    /// How its latency changed while trials ran; `None` if there were too few requests.
    pub drift: Option<Drift>,
    /// The work of the warm-up, which is part of no figure; `None` if the engine does not report it.
    pub warm_up: Option<WarmUp>,
    /// Its rounds that count, from which comparisons are made.
    #[serde(skip)]
    pub rounds: Vec<Round>,
}

/// One round of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// Its number, from 1.
    pub number: u32,
    /// Client CPU per request, µs.
    pub client_us: f64,
    /// Origin CPU per request, µs.
    pub origin_us: f64,
    /// Length of the measured part, ns.
    pub wall_ns: f64,
    /// Median latency, ns; only present if an origin of the section was distant.
    pub p50_ns: Option<f64>,
}

/// The ledger's counts of a trial, for rows that are not pinned.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    /// Connections per request.
    pub accepts_per_request: f64,
    /// Full handshakes.
    pub full: u64,
    /// Resumed sessions.
    pub resumed: u64,
    /// The share of handshakes that resumed a session, over all its rounds that count, 0 to 1; 0 without a handshake.
    pub resumed_share: f64,
    /// What handshakes negotiated, the most frequent first.
    pub negotiated: Vec<String>,
    /// Whether it refused servers that it must not trust; absent without TLS.
    pub verifies: Option<bool>,
}

/// The figures of a cell.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// Requests per second.
    pub per_second: Figure,
    /// Median latency, ns.
    pub p50_ns: Option<Figure>,
    /// 99th percentile of latency, ns.
    pub p99_ns: Option<Figure>,
    /// Client CPU per request, µs.
    pub client_us: Figure,
    /// The share of it spent in user mode, 0 to 1, over all rounds: based on timer ticks, too few in a single round.
    pub user_share: Option<f64>,
    /// Origin CPU per request, µs.
    pub origin_us: Figure,
    /// Peak resident memory of the client without the recorder's, bytes.
    pub memory_bytes: Figure,
    /// Length of a trial's measured part, ns.
    pub wall_ns: Figure,
    /// Most requests in flight at once, counted by the origin; absent without a ledger.
    pub in_flight: Option<Figure>,
    /// Most requests in flight at once, counted by the client; absent if it does not report it.
    pub client_in_flight: Option<Figure>,
    /// The longest time for which a ready task had to wait for the event loop, ns; absent without an event loop.
    pub loop_late_ns: Option<Figure>,
    /// The share of wall time for which fetches held the executor's threads, 0 to 1; absent without an event loop.
    pub held: Option<Figure>,
    /// The largest number of the client's threads that was observed.
    pub threads: Option<Figure>,
    /// What TLS adds; absent for plain cells and without a plain twin in the same section.
    pub tls_tax: Option<Tax>,
    /// Round trips that TLS adds, if the origin was distant.
    pub round_trips: Option<Figure>,
    /// How far it is from the least that its work can cost; absent if none of its floors was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floors: Option<Floors>,
    /// Additional figures at a fixed rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paced: Option<OpenLoop>,
}

/// What TLS adds to a request, compared with the plain twin, paired by round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tax {
    /// Client CPU added, µs per request.
    pub added_us: Figure,
    /// Client CPU of the TLS cell ÷ that of its plain twin.
    pub ratio: Figure,
}

/// Ratios to the floors: 1 is the floor itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Floors {
    /// What TLS adds to a request's client CPU ÷ the client's part of the same handshake in memory.
    pub tls: Option<Figure>,
    /// What TLS adds ÷ the client's cryptographic primitives of that handshake alone.
    pub primitives: Option<Figure>,
    /// Client CPU of the plain cell, or of the plain twin, ÷ that of the bare system calls.
    pub net: Option<Figure>,
}

impl Floors {
    /// The one ratio that a table has room for: with TLS that of the cost of TLS, without it that of the whole request.
    pub fn nearest(&self, cell: &Cell) -> Option<Figure> {
        if cell.is_tls() { self.tls } else { self.net }
    }
}

/// The additional figures of a cell at a fixed rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OpenLoop {
    /// Median of the time from the start of a request, ns.
    pub from_start_p50_ns: Option<Figure>,
    /// 99th percentile of the same, ns.
    pub from_start_p99_ns: Option<Figure>,
    /// 99th percentile of how long after it was due a request was started, ns.
    pub start_error_p99_ns: Option<Figure>,
    /// Share of requests that were started more than 1 ms after they were due, 0 to 1.
    pub late_share: Option<Figure>,
    /// Requests per second over the time in which requests were started: a trial's length minus the median time of its
    /// last requests. Otherwise a short trial with a slow origin would seem to fall behind.
    pub reached_per_second: Figure,
    /// CPU of pacing, µs per request; not included in the client's.
    pub pacer_us: Option<Figure>,
}

/// How a cell's latency changed while its trials ran.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Drift {
    /// The median over the tested trials: change of latency from first to last request, as a share of the trial's
    /// median.
    pub change: f64,
    /// Trials that could be tested: with enough requests besides the first and the last C.
    pub judged: usize,
    /// Number of them that drifted in the more frequent direction.
    pub drifted: usize,
    /// Whether the cell counts as steady.
    pub steady: bool,
}

/// The work of a cell's engine before `go`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WarmUp {
    /// Requests, as reported by the engine.
    pub requests: Figure,
    /// CPU time of preparing and warming up, as reported by the engine, ms.
    pub cpu_ms: Figure,
    /// TLS handshakes, full or resumed, that the origin counted meanwhile; absent without a ledger.
    pub handshakes: Option<Figure>,
}

impl Row {
    /// Whether its figures may be compared with those of others.
    pub fn compares(&self) -> bool {
        self.terms.compares() && !self.unproven
    }

    /// Whether its model's authors have given it up.
    pub fn is_discontinued(&self) -> bool {
        catalog::model_named(&self.cell.model).is_some_and(|model| model.discontinued)
    }
}
