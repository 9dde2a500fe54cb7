//! One trial: what it cost, what was seen, and whether it counts.

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
    /// When its run began, as `run.json` has it: what tells a line of another run; `None` before runs told it.
    #[serde(default)]
    pub run: Option<String>,
    /// The section it belongs to.
    pub section: String,
    /// The cell.
    pub cell: Cell,
    /// Whose trial it is, in a paired run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<Arm>,
    /// The round, counted from 1.
    pub round: u32,
    /// Whether it counts.
    pub verdict: Validity,
    /// What the engine said of itself; `None` when it never became ready.
    pub engine: Option<Ready>,
    /// Length of the measured part, ns; 0 when it was never finished.
    pub wall_ns: u64,
    /// Requests answered rightly.
    pub right: u64,
    /// Requests that failed, by kind.
    pub errors: BTreeMap<String, ErrorCount>,
    /// What the client's process cost in the measured part.
    pub client: Cost,
    /// What the origin's process cost in the measured part.
    pub origin: Cost,
    /// Peak resident memory of the client in the measured part, bytes.
    pub peak_memory_bytes: u64,
    /// The share of it that is the recorder's, bytes.
    pub recorder_bytes: u64,
    /// What the origin saw in the measured part; `None` where there is no ledger, or it could not be read.
    pub ledger: Option<Side>,
    /// What the origin saw while the client warmed up.
    pub warm_up: Option<Side>,
    /// What other than the model was, or may have been, the limit.
    pub flags: Vec<Flag>,
    /// CPU time that the hypervisor gave to others meanwhile, ns.
    pub steal_ns: u64,
    /// Sockets in TIME_WAIT on the machine when it began.
    pub time_wait: u64,
    /// HdrHistogram V2, base64, ns: `total` and each phase that was measured.
    pub histograms: BTreeMap<String, String>,
    /// What is left of the phases' histograms where `tlstax thin` took them out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub phases: BTreeMap<String, PhaseTime>,
    /// A sample of timelines. Where `tlstax thin` was, of most only when they were due and done; the other stamps are
    /// 0.
    pub sample: Vec<Timeline>,
    /// Every step of every request, where the client notes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Event>,
    /// Where a profiler ran: the functions in which most time went by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// On which terms it took part.
    #[serde(default)]
    pub terms: Terms,
    /// Most requests in flight at once, as the client saw it; `None` where it does not tell.
    #[serde(default)]
    pub client_in_flight: Option<u64>,
    /// How the client's event loop kept up; `None` where it has none or does not tell.
    #[serde(default)]
    pub event_loop: Option<EventLoop>,
    /// Most threads that the client was seen with.
    #[serde(default)]
    pub threads: Option<u64>,
    /// Whether it refused servers that it must not trust; `None` without TLS.
    #[serde(default)]
    pub verifies: Option<bool>,
    /// At a fixed rate: requests that were started more than [`LATE_NS`](crate::event_loop_lag::LATE_NS) after they
    /// were due.
    #[schemars(
        description = "At a fixed rate: requests that were started more than [`LATE_NS`](crate::watch::LATE_NS) after \
                       they were due."
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<u64>,
    /// At a fixed rate: the share of the client's CPU time that went into waiting for requests to be due, ns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pacer_cpu_ns: Option<u64>,
}

/// Whether a trial counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Verdict")]
pub enum Validity {
    /// Every answer was right and the ledger agrees.
    Valid,
    /// Every answer was right, and there is no ledger to agree.
    Unproven,
    /// It did not do the work, for these reasons.
    Invalid(Vec<String>),
}

/// What other than the model was, or may have been, the limit of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// The origin's CPUs were busy for 90 % of the time or more: the client could have done more requests per second.
    OriginBound,
    /// The client's CPUs were busy for 95 % of the time or more.
    ClientFull,
    /// So many sockets stood in TIME_WAIT that connecting itself may have been slow.
    TimeWait,
    /// A listener's backlog overflowed: some connects waited a second for their retry.
    ListenOverflow,
    /// Far fewer requests were in flight than were asked for: a quarter of C or less.
    FewInFlight,
}

impl Flag {
    /// The short mark of tables.
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

    /// Client CPU per request, µs, without that of pacing: it is the load generator's, not the model's.
    pub fn client_us(&self) -> f64 {
        per_request_us(self.client.cpu_ns.saturating_sub(self.pacer_cpu_ns.unwrap_or(0)), self.right)
    }

    /// CPU of pacing per request, µs; `None` where nothing paced.
    pub fn pacer_us(&self) -> Option<f64> {
        self.pacer_cpu_ns.map(|ns| per_request_us(ns, self.right))
    }

    /// Origin CPU per request, µs.
    pub fn origin_us(&self) -> f64 {
        per_request_us(self.origin.cpu_ns, self.right)
    }

    /// The model's own peak resident memory, the recorder's taken off, bytes.
    pub fn model_memory_bytes(&self) -> u64 {
        self.peak_memory_bytes.saturating_sub(self.recorder_bytes)
    }

    /// The times of `phase` (`total` for the whole request), ns; `None` where it was not measured.
    ///
    /// # Errors
    /// When what the file holds is no histogram.
    pub fn times(&self, phase: &str) -> Result<Option<Times>, HistogramError> {
        let times = self.histograms.get(phase).map(|text| histogram::decode(text)).transpose()?;
        Ok(times.filter(|times| !times.is_empty()))
    }

    /// The time of all requests in `phase`; `None` where it was not measured.
    ///
    /// # Errors
    /// As [`Trial::times`].
    pub fn phase_time(&self, phase: Phase) -> Result<Option<PhaseTime>, HistogramError> {
        match self.phases.get(phase.name()) {
            Some(time) => Ok(Some(*time)),
            None => Ok(self.times(phase.name())?.as_ref().map(PhaseTime::of)),
        }
    }

    /// Latency at a quantile (0 to 1) of the whole request, ns; `None` where it was not measured.
    ///
    /// # Errors
    /// As [`Trial::times`].
    pub fn latency_ns(&self, quantile: f64) -> Result<Option<u64>, HistogramError> {
        Ok(self.times("total")?.map(|times| times.value_at_quantile(quantile)))
    }
}

fn per_request_us(cpu_ns: u64, requests: u64) -> f64 {
    if requests == 0 { 0.0 } else { cpu_ns as f64 / 1e3 / requests as f64 }
}
