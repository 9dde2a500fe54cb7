//! The messages of the trial protocol between harness and engine: one JSON object per line. `docs/trial-protocol.md`
//! describes it for authors of engines.
//!
//! The messages are, in order: `job` → `ready` → `go` → `finished` → `report` → `done`. `finished` is
//! separate from `done` so that costs are read before an engine spends CPU time on merging and encoding its
//! measurements.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use workload::{Cell, Workload};

use crate::event_loop_lag::EventLoop;
use crate::phase::Timeline;
use crate::trace::Event;

/// The version of the protocol, which must be the same on both sides.
pub const VERSION: u32 = 1;

/// A message from the harness to the engine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineRequest {
    /// The job. The engine prepares and warms up.
    Job(Box<Job>),
    /// Run the measured part.
    Go,
    /// The costs have been read: report the measurements.
    Report,
}

/// A message from the engine to the harness.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineReply {
    /// The engine has prepared and warmed up.
    Ready(Box<Ready>),
    /// The measured part has ended.
    Finished(Finished),
    /// The measurements of that part.
    Done(Box<Seen>),
    /// The job can't be done.
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
    /// The targets to fetch from: request or slot number i uses target i modulo their number.
    pub targets: Vec<Target>,
    /// PEM file of the roots to trust, and no others. `None`: plain HTTP only, or nothing is verified.
    pub trust_file: Option<PathBuf>,
    /// Whether the server's certificate is not verified: whoever signed it, and whatever its name is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
    /// The file that holds the body of every request; `None` where the workload's requests have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_file: Option<PathBuf>,
    /// Key-exchange groups to offer, if the engine's TLS stack can be configured.
    pub groups: Vec<String>,
    /// The number of worker threads, for models in which it can be chosen.
    pub workers: usize,
    /// The seed of the engine's random numbers.
    pub seed: u64,
}

/// A URL and its address, so that no name is resolved during a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The complete URL.
    pub url: String,
    /// The host's name, as in the certificate.
    pub host: String,
    /// The address on which the origin listens.
    pub addr: SocketAddr,
}

/// An engine's description of itself, sent when it is prepared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ready {
    /// The engine's name.
    pub engine: String,
    /// Its version. An engine without one is refused.
    pub version: String,
    /// The libraries that do the work, with their versions, e.g. `rustls 0.23.46 (aws-lc-rs)`.
    #[serde(default)]
    pub libraries: Vec<String>,
    /// Number of threads that run fetches, if it is fixed.
    #[serde(default)]
    pub workers: Option<usize>,
    /// The phases that it does not measure, by name.
    #[serde(default)]
    pub cannot_measure: Vec<String>,
    /// Requests made while warming up.
    #[serde(default)]
    pub warm_up_requests: u64,
    /// CPU time spent on preparing and warming up, ns.
    #[serde(default)]
    pub warm_up_cpu_ns: u64,
    /// Whether it supports the workload's rate and duration: starts requests at the rate, and stops after the duration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paces: bool,
    /// Whether its requests say what the workload's `request` tells: method, headers and body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub custom_requests: bool,
}

/// When the measured part ran: CLOCK_MONOTONIC, ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// When it began.
    pub started_ns: u64,
    /// When the last request ended.
    pub ended_ns: u64,
    /// Bytes that the engine's recording uses, to separate them from the model's memory.
    #[serde(default)]
    pub recorder_bytes: u64,
}

/// The results of the measured part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Requests with a correct response.
    pub right: u64,
    /// Requests that failed, by kind.
    #[serde(default)]
    pub errors: BTreeMap<String, ErrorCount>,
    /// HdrHistogram V2, base64, ns: `total` (latency) and each phase that was measured.
    #[serde(default)]
    pub histograms: BTreeMap<String, String>,
    /// Instead of histograms: the timeline of every request with a correct response.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Timeline>,
    /// A bounded sample of timelines, evenly spread over the trial.
    #[serde(default)]
    pub sample: Vec<Timeline>,
    /// Most requests in flight at once, counted by the client.
    #[serde(default)]
    pub most_in_flight: Option<u64>,
    /// The lag of its event loop, if there is one.
    #[serde(default)]
    pub event_loop: Option<EventLoop>,
    /// Every step of every request, if the client records them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Event>,
    /// If a profiler ran: the functions that took most time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// CPU time of the client's side only, ns, if the server's side ran in the engine's process too; otherwise `None`,
    /// because the process's CPU clock shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cpu_ns: Option<u64>,
    /// At a fixed rate: requests that were started more than [`LATE_NS`](crate::event_loop_lag::LATE_NS) after they
    /// were due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<u64>,
    /// At a fixed rate: CPU time spent on waiting for requests to be due, ns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pacer_cpu_ns: Option<u64>,
}

/// The results of a deterministic profiler in the measured part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// Length of the profiled part, ns.
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

/// How often one kind of error occurred, and the message of the first one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorCount {
    /// How often.
    pub count: u64,
    /// The message of the first one.
    pub first: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_may_leave_out_what_it_does_not_know() {
        let line = r#"{"ready":{"engine":"mine","version":"1"}}"#;
        let Ok(EngineReply::Ready(ready)) = serde_json::from_str(line) else { panic!("not read") };
        assert_eq!((ready.workers, ready.engine.as_str()), (None, "mine"));
        assert!(
            serde_json::from_str::<EngineReply>(r#"{"ready":{"engine":"mine"}}"#).is_err(),
            "a version is required"
        );
        assert!(matches!(serde_json::from_str(r#""go""#), Ok(EngineRequest::Go)));
    }
}
