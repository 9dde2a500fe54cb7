//! The messages of the trial protocol: one JSON object per line, harness ⇄ engine. Written down for authors of engines
//! in `docs/trial-protocol.md`.
//!
//! The talk goes: `job` → `ready` → `go` → `finished` → `report` → `done`. `finished` stands apart from `done` so
//! that the costs are read before an engine spends CPU on merging and encoding what it saw.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use workload::{Cell, Workload};

use crate::phase::Timeline;
use crate::trace::Event;
use crate::watch::EventLoop;

/// The version that both sides must speak.
pub const VERSION: u32 = 1;

/// Harness → engine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// What to do. The engine prepares and warms up.
    Job(Box<Job>),
    /// Run the measured part.
    Go,
    /// The costs have been read: say what was seen.
    Report,
}

/// Engine → harness.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Prepared and warm.
    Ready(Box<Ready>),
    /// The measured part is over.
    Finished(Finished),
    /// What was seen in it.
    Done(Box<Seen>),
    /// The job cannot be done.
    Failed(String),
}

/// One trial.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// [`VERSION`].
    pub protocol: u32,
    /// The cell to run.
    pub cell: Cell,
    /// What to fetch.
    pub workload: Workload,
    /// Where from: request or slot number i uses target i modulo their number.
    pub targets: Vec<Target>,
    /// PEM file of the roots to trust, and no others. `None`: plain HTTP only.
    pub trust_file: Option<PathBuf>,
    /// Key-exchange groups to offer, where the engine's TLS stack can be told.
    pub groups: Vec<String>,
    /// Worker threads of models that have a choice.
    pub workers: usize,
    /// For what an engine draws at random.
    pub seed: u64,
}

/// One URL and the address it stands for, so that no name is looked up during a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The whole URL.
    pub url: String,
    /// The host's name, as in the certificate.
    pub host: String,
    /// Where it listens.
    pub addr: SocketAddr,
}

/// What an engine says of itself when it is prepared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ready {
    /// The engine's name.
    pub engine: String,
    /// Its version. An engine without one is refused.
    pub version: String,
    /// The libraries that do the work, with their versions, e.g. `rustls 0.23.46 (aws-lc-rs)`.
    #[serde(default)]
    pub libraries: Vec<String>,
    /// Threads that run fetches, where there is such a number.
    #[serde(default)]
    pub workers: Option<usize>,
    /// What it does not measure: phases by name.
    #[serde(default)]
    pub cannot_measure: Vec<String>,
    /// Requests made while warming up.
    #[serde(default)]
    pub warm_up_requests: u64,
    /// CPU spent on preparing and warming up, ns.
    #[serde(default)]
    pub warm_up_cpu_ns: u64,
    /// Whether it starts requests by the workload's rate, and for as long as its duration says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paces: bool,
}

/// When the measured part ran: CLOCK_MONOTONIC, ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// When it began.
    pub started_ns: u64,
    /// When the last request was done.
    pub ended_ns: u64,
    /// Bytes that the engine's own recording holds, to be told from the model's memory.
    #[serde(default)]
    pub recorder_bytes: u64,
}

/// What was seen in the measured part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Requests answered rightly.
    pub right: u64,
    /// Requests that failed, by kind.
    #[serde(default)]
    pub errors: BTreeMap<String, ErrorCount>,
    /// HdrHistogram V2, base64, ns: `total` (latency) and each phase that was measured.
    #[serde(default)]
    pub histograms: BTreeMap<String, String>,
    /// Instead of histograms: the timeline of every request that was answered rightly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Timeline>,
    /// A bounded sample of timelines, evenly spread over the trial.
    #[serde(default)]
    pub sample: Vec<Timeline>,
    /// Most requests in flight at once, as the client saw it.
    #[serde(default)]
    pub most_in_flight: Option<u64>,
    /// How its event loop kept up, where there is one.
    #[serde(default)]
    pub event_loop: Option<EventLoop>,
    /// Every step of every request, where the client notes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Event>,
    /// Where a profiler ran: the functions in which most time went by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// CPU time of the client's side alone, ns, where the engine's process did the server's part as well; `None` where
    /// the process's own CPU clock tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cpu_ns: Option<u64>,
    /// At a fixed rate: requests that were started more than [`LATE_NS`](crate::watch::LATE_NS) after they were due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<u64>,
    /// At a fixed rate: CPU time that went into waiting for requests to be due, ns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pacer_cpu_ns: Option<u64>,
}

/// What a deterministic profiler saw of the measured part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// Length of what was profiled, ns.
    pub wall_ns: u64,
    /// Functions, the longest first.
    pub rows: Vec<ProfileRow>,
}

/// One function of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileRow {
    /// Its name, with its file.
    pub function: String,
    /// How often it was called.
    pub calls: u64,
    /// Time in itself, ns.
    pub self_ns: u64,
    /// Time in it and in what it called, ns.
    pub cumulative_ns: u64,
}

/// How often one kind of error came, and what the first one was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorCount {
    /// How often.
    pub count: u64,
    /// What the first one said.
    pub first: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_may_leave_out_what_it_does_not_know() {
        let line = r#"{"ready":{"engine":"mine","version":"1"}}"#;
        let Ok(Answer::Ready(ready)) = serde_json::from_str(line) else { panic!("not read") };
        assert_eq!((ready.workers, ready.engine.as_str()), (None, "mine"));
        assert!(serde_json::from_str::<Answer>(r#"{"ready":{"engine":"mine"}}"#).is_err(), "a version is required");
        assert!(matches!(serde_json::from_str(r#""go""#), Ok(Order::Go)));
    }
}
