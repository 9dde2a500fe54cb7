//! The figures of one cell over the rounds of a section. This file holds data only: each part of it is computed in a
//! file of its own.

use std::collections::BTreeMap;

use measure::result::{Flag, Terms};
use serde::Serialize;
use workload::Cell;

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
    /// What other than the model was the limit, in half of the rounds that count or more.
    pub flags: Vec<Flag>,
    /// Why rounds do not count, each reason with how many rounds gave it.
    pub invalid: BTreeMap<String, usize>,
    /// Whether there was no ledger to prove it.
    pub unproven: bool,
    /// On which terms it took part.
    pub terms: Terms,
    /// What the ledger saw in its first round that counts.
    pub seen: Option<Seen>,
    /// The libraries that did the work, with their versions.
    pub libraries: Vec<String>,
    /// How its latency changed while trials ran; `None` where too few requests tell.
    pub drift: Option<Drift>,
    /// What warming up did and cost, which is in no figure; `None` where the engine tells of none.
    pub warm_up: Option<WarmUp>,
    /// What comparisons are made of: its rounds that count.
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
    /// Median latency, ns; told only where an origin of the section was far away.
    pub p50_ns: Option<f64>,
}

/// What the ledger saw of a trial, for rows that are not pinned.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    /// Connections per request.
    pub accepts_per_request: f64,
    /// Full handshakes.
    pub full: u64,
    /// Resumed sessions.
    pub resumed: u64,
    /// What handshakes settled on, most first.
    pub negotiated: Vec<String>,
    /// Whether it refused servers that it must not trust; absent without TLS.
    pub verifies: Option<bool>,
}

/// What was measured of a cell.
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
    /// The share of it spent in user mode, 0 to 1, over all rounds: a sample of timer ticks, too coarse for one of
    /// them.
    pub user_share: Option<f64>,
    /// Origin CPU per request, µs.
    pub origin_us: Figure,
    /// Peak resident memory of the client without the recorder's, bytes.
    pub memory_bytes: Figure,
    /// Length of a trial's measured part, ns.
    pub wall_ns: Figure,
    /// Most requests in flight at once, as the origin saw it; absent without a ledger.
    pub in_flight: Option<Figure>,
    /// Most requests in flight at once, as the client saw it; absent where it does not tell.
    pub client_in_flight: Option<Figure>,
    /// The longest time for which the event loop left a ready task waiting, ns; absent without an event loop.
    pub loop_late_ns: Option<Figure>,
    /// The share of wall time for which fetches held the executor's threads, 0 to 1; absent without an event loop.
    pub held: Option<Figure>,
    /// Most threads that the client was seen with.
    pub threads: Option<Figure>,
    /// What TLS adds; absent for plain cells and without a plain twin in the same section.
    pub tls_tax: Option<Tax>,
    /// Round trips that TLS adds, where the origin was far away.
    pub round_trips: Option<Figure>,
    /// How far it is from the least that its work can cost; absent where no floor of it was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floors: Option<Floors>,
    /// What there is beside at a fixed rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paced: Option<OpenLoop>,
}

/// What TLS adds to a request, against the plain twin, paired by round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tax {
    /// Client CPU added, µs per request.
    pub added_us: Figure,
    /// Client CPU of the TLS cell ÷ that of its plain twin.
    pub ratio: Figure,
}

/// Distances to the floors, each as a quotient: 1 is the floor itself.
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
    /// The one distance that a table has room for: over TLS that of what TLS adds, without it that of the whole
    /// request.
    pub fn nearest(&self, cell: &Cell) -> Option<Figure> {
        if cell.is_tls() { self.tls } else { self.net }
    }
}

/// What was measured of a cell at a fixed rate, beside what is measured of all.
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
    /// Requests per second of the time in which requests were started: that of a trial, less the median time that the
    /// last of them took. A short trial at a slow origin would otherwise seem to fall behind.
    pub reached_per_second: Figure,
    /// CPU of pacing, µs per request; it is no part of the client's.
    pub pacer_us: Option<Figure>,
}

/// How a cell's latency changed while its trials ran.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Drift {
    /// The median over the judged trials: change of latency from first to last request, as a share of the trial's
    /// median.
    pub change: f64,
    /// Trials that could be judged: enough requests beside the first and the last C.
    pub judged: usize,
    /// Those of them that drifted, in the direction that more did.
    pub drifted: usize,
    /// Whether the cell counts as steady.
    pub steady: bool,
}

/// What a cell's engine did before `go`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WarmUp {
    /// Requests, as the engine tells.
    pub requests: Figure,
    /// CPU time of preparing and warming up, as the engine tells, ms.
    pub cpu_ms: Figure,
    /// TLS handshakes, full or resumed, that the origin saw meanwhile; absent without a ledger.
    pub handshakes: Option<Figure>,
}

impl Row {
    /// Whether its figures may be held against those of others.
    pub fn compares(&self) -> bool {
        self.terms.compares() && !self.unproven
    }
}
