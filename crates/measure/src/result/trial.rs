//! One trial: its cost, its results, and whether it counts.

use std::collections::BTreeMap;

use ledger::Side;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use workload::{Cell, Terms};

use super::{Arm, PhaseTime};
use crate::event_loop_lag::EventLoop;
use crate::histogram::{self, HistogramError, Times};
use crate::phase::{Phase, Timeline};
use crate::process::Cost;
use crate::protocol::{ErrorCount, Profile, Ready};
use crate::trace::Event;

/// One line of `trials.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trial {
    /// When its run started, as in `run.json`: identifies a line of another run. `None` in files of versions that did
    /// not record it.
    #[serde(default)]
    pub run: Option<String>,
    /// The section it belongs to.
    pub section: String,
    /// The cell.
    pub cell: Cell,
    /// The arm that it belongs to, in a paired run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<Arm>,
    /// The round, counted from 1.
    pub round: u32,
    /// Whether it counts.
    pub verdict: Validity,
    /// The engine's description of itself; `None` if it never became ready.
    pub engine: Option<Ready>,
    /// Length of the measured part, ns; 0 if it was never finished.
    pub wall_ns: u64,
    /// Requests with a correct response.
    pub right: u64,
    /// Requests that failed, by kind.
    pub errors: BTreeMap<String, ErrorCount>,
    /// What the client's process used in the measured part.
    pub client: Cost,
    /// What the origin's process used in the measured part.
    pub origin: Cost,
    /// Peak resident memory of the client in the measured part, bytes.
    pub peak_memory_bytes: u64,
    /// The share of it that is the recorder's, bytes.
    pub recorder_bytes: u64,
    /// The origin's counts in the measured part; `None` if there is no ledger, or it could not be read.
    pub ledger: Option<Side>,
    /// The origin's counts while the client warmed up.
    pub warm_up: Option<Side>,
    /// What limited the trial, or may have, other than the model.
    pub flags: Vec<Flag>,
    /// CPU time that the hypervisor gave to other machines meanwhile, ns.
    pub steal_ns: u64,
    /// Sockets in TIME_WAIT on the machine when it started.
    pub time_wait: u64,
    /// HdrHistogram V2, base64, ns: `total` and each phase that was measured.
    pub histograms: BTreeMap<String, String>,
    /// The sums of the phases whose histograms `tlstax thin` has removed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub phases: BTreeMap<String, PhaseTime>,
    /// A sample of timelines. After `tlstax thin`, most have only the times when they were due and done; the other
    /// timestamps are 0.
    pub sample: Vec<Timeline>,
    /// Every step of every request, if the client records them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Event>,
    /// If a profiler ran: the functions that took most time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// The terms on which the cell takes part: whether its handshake is pinned.
    #[serde(default)]
    pub terms: Terms,
    /// Most requests in flight at once, counted by the client; `None` if it does not report it.
    #[serde(default)]
    pub client_in_flight: Option<u64>,
    /// The lag of the client's event loop; `None` if it has none or does not report it.
    #[serde(default)]
    pub event_loop: Option<EventLoop>,
    /// The largest number of the client's threads that was observed.
    #[serde(default)]
    pub threads: Option<u64>,
    /// Whether the client refused servers that it must not trust; `None` without TLS.
    #[serde(default)]
    pub verifies: Option<bool>,
    /// At a fixed rate: requests that were started more than [`LATE_NS`](crate::event_loop_lag::LATE_NS) after they
    /// were due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<u64>,
    /// At a fixed rate: client CPU time spent on waiting for requests to be due, ns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pacer_cpu_ns: Option<u64>,
}

/// Whether a trial counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Verdict")]
pub enum Validity {
    /// Every response was right and the ledger agrees.
    Valid,
    /// Every response was right, but there is no ledger to confirm it.
    Unproven,
    /// It did not do the requested work, for these reasons.
    Invalid(Vec<String>),
}

/// What limited a trial, or may have, other than the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// The origin's CPUs were busy for 90 % of the time or more: the client could have done more requests per second.
    OriginBound,
    /// The client's CPUs were busy for 95 % of the time or more.
    ClientFull,
    /// There were so many sockets in TIME_WAIT that connecting itself may have been slow.
    TimeWait,
    /// A listener's backlog overflowed: some connects waited a second for their retry.
    ListenOverflow,
    /// Far fewer requests were in flight than the concurrency allows: a quarter of C or less.
    FewInFlight,
}

impl Flag {
    /// The short mark used in tables.
    pub fn mark(self) -> &'static str {
        match self {
            Flag::OriginBound => "origin-bound",
            Flag::ClientFull => "client-full",
            Flag::TimeWait => "time-wait",
            Flag::ListenOverflow => "listen-overflow",
            Flag::FewInFlight => "few-in-flight",
        }
    }
}

impl Trial {
    /// Whether its figures may be shown as results.
    pub fn counts(&self) -> bool {
        !matches!(self.verdict, Validity::Invalid(_))
    }

    /// Requests per second.
    pub fn per_second(&self) -> f64 {
        if self.wall_ns == 0 { 0.0 } else { self.right as f64 * 1e9 / self.wall_ns as f64 }
    }

    /// Client CPU per request, µs, without that of pacing, which belongs to the load generator, not to the model.
    pub fn client_us(&self) -> f64 {
        per_request_us(self.client.cpu_ns.saturating_sub(self.pacer_cpu_ns.unwrap_or(0)), self.right)
    }

    /// CPU of pacing per request, µs; `None` if requests were not paced.
    pub fn pacer_us(&self) -> Option<f64> {
        self.pacer_cpu_ns.map(|ns| per_request_us(ns, self.right))
    }

    /// Origin CPU per request, µs.
    pub fn origin_us(&self) -> f64 {
        per_request_us(self.origin.cpu_ns, self.right)
    }

    /// The model's own peak resident memory, without the recorder's, bytes.
    pub fn model_memory_bytes(&self) -> u64 {
        self.peak_memory_bytes.saturating_sub(self.recorder_bytes)
    }

    /// The times of `phase` (`total` for the whole request), ns; `None` if it was not measured.
    ///
    /// # Errors
    ///
    /// The file's histogram can't be decoded.
    pub fn times(&self, phase: &str) -> Result<Option<Times>, HistogramError> {
        let times = self.histograms.get(phase).map(|text| histogram::decode(text)).transpose()?;
        Ok(times.filter(|times| !times.is_empty()))
    }

    /// The time of all requests in `phase`; `None` if it was not measured.
    ///
    /// # Errors
    ///
    /// As [`Trial::times`].
    pub fn phase_time(&self, phase: Phase) -> Result<Option<PhaseTime>, HistogramError> {
        match self.phases.get(phase.name()) {
            Some(time) => Ok(Some(*time)),
            None => Ok(self.times(phase.name())?.as_ref().map(PhaseTime::of)),
        }
    }

    /// Latency at a quantile (0 to 1) of the whole request, ns; `None` if it was not measured.
    ///
    /// # Errors
    ///
    /// As [`Trial::times`].
    pub fn latency_ns(&self, quantile: f64) -> Result<Option<u64>, HistogramError> {
        Ok(self.times("total")?.map(|times| times.value_at_quantile(quantile)))
    }
}

fn per_request_us(cpu_ns: u64, requests: u64) -> f64 {
    if requests == 0 { 0.0 } else { cpu_ns as f64 / 1e3 / requests as f64 }
}
