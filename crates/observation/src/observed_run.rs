//! One run of the command, and everything that was observed.

use std::collections::BTreeSet;

use ledger::Side;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::connection::Connection;
use crate::counts::{Counts, Host};
use crate::cpu::Cpu;
use crate::gauges::Gauges;
use crate::runtime::Runtime;
use crate::trust_store::Sampling;

/// One run of the command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Pass")]
pub struct ObservedRun {
    /// What it was given to fetch from.
    pub transport: Transport,
    /// How the command ended.
    pub ended: Ended,
    /// From the command's start to its end, ns.
    pub wall_ns: u64,
    /// What it cost.
    pub cpu: Cpu,
    /// What the command's processes were run by, as far as they were met and recognised: by the name of the executable,
    /// by what it has loaded, or by what its compiler has left in it. A process of a few ms may not have been met.
    #[serde(default)]
    pub runtimes: BTreeSet<Runtime>,
    /// Exact counts.
    pub counts: Counts,
    /// Exact counts by host, the hosts met first.
    pub hosts: Vec<Host>,
    /// How many connections did what, over time.
    pub levels: Gauges,
    /// The connections opened first, with their first exchanges: a sample where [`Counts::connections`] is greater.
    pub connections: Vec<Connection>,
    /// What the origin saw (url).
    pub origin: Option<Side>,
    /// Connections of the command's processes that did not come by the observer, as far as they were met.
    pub direct: Vec<Direct>,
    /// What sampling the command told.
    pub sampling: Sampling,
    /// What NO_PROXY says, in either spelling, where the command was given one of its own (proxy).
    #[serde(default)]
    pub no_proxy: Option<String>,
    /// `host:port` of the proxies that the command was given by its environment, and that the observer goes through in
    /// its turn (proxy).
    #[serde(default)]
    pub upstream: Option<String>,
    /// Processes that the command had started and that were running when it ended.
    pub left_running: u64,
}

impl ObservedRun {
    /// The number of connections on which several requests may have been in flight at once: those on which the origin
    /// negotiated HTTP/2 or, without an origin, those that may have used it.
    pub fn h2_connections(&self) -> u64 {
        match &self.origin {
            Some(origin) => origin.negotiated.iter().filter(|way| way.alpn == "h2").map(|way| way.count).sum(),
            None => self.counts.may_be_h2,
        }
    }
}

/// What a pass fetched from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// The origin over plain HTTP (url).
    Http,
    /// The origin over HTTPS (url).
    Https,
    /// Whatever the command asks for (proxy).
    Own,
}

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// By a signal of the observer's: it ran for longer than it was allowed.
    TimedOut,
    /// By the user's interruption.
    Interrupted,
}

/// The address that is recorded for a UDP socket that is not connected to a peer, as those of QUIC libraries are.
pub const NO_PEER: &str = "*";

/// A connection past the observer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Direct {
    /// The address and port; [`NO_PEER`] of a UDP socket that sends to whom it likes.
    pub address: String,
    /// UDP, which QUIC runs over; else TCP.
    pub udp: bool,
    /// In how many looks at the command's sockets it was met.
    pub met: u64,
}
