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
    /// What the command fetched from.
    pub transport: Transport,
    /// How the command ended.
    pub ended: Ended,
    /// The time from the command's start to its end, ns.
    pub wall_ns: u64,
    /// The CPU time of the command.
    pub cpu: Cpu,
    /// The language runtimes and tools of the command's processes, recognised by the name of the executable, by its
    /// loaded libraries, or by what its compiler left in it. A process of a few ms may have been missed.
    #[serde(default)]
    pub runtimes: BTreeSet<Runtime>,
    /// Exact counts.
    pub counts: Counts,
    /// Exact counts by host, for the hosts that were used first.
    pub hosts: Vec<Host>,
    /// The number of connections in each state over time.
    pub levels: Gauges,
    /// The connections that were opened first, with their first exchanges. If [`Counts::connections`] is greater than
    /// their number, they are a sample.
    pub connections: Vec<Connection>,
    /// What the origin counted (url).
    pub origin: Option<Side>,
    /// Connections of the command's processes that bypassed the observer, as far as they were found.
    pub direct: Vec<Direct>,
    /// The result of sampling the command's stacks.
    pub sampling: Sampling,
    /// The value of NO_PROXY, in either spelling, if the command's environment has one (proxy).
    #[serde(default)]
    pub no_proxy: Option<String>,
    /// `host:port` of the proxies that the command's environment names, and through which the observer connects
    /// (proxy).
    #[serde(default)]
    pub upstream: Option<String>,
    /// The number of processes that the command had started and that were still running when it ended.
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

/// What the command fetched from in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// tlstax's origin, over plain HTTP (url).
    Http,
    /// tlstax's origin, over HTTPS (url).
    Https,
    /// The command's own hosts (proxy).
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
    /// By the observer, which stopped it at the time limit.
    TimedOut,
    /// By the user, who interrupted the run.
    Interrupted,
}

/// The address that is recorded for a UDP socket that is not connected to a peer, as those of QUIC libraries are.
pub const NO_PEER: &str = "*";

/// Connections to an address that bypassed the observer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Direct {
    /// The address and port; [`NO_PEER`] for an unconnected UDP socket.
    pub address: String,
    /// Whether it is UDP, which QUIC uses, and not TCP.
    pub udp: bool,
    /// The number of times that it was found when the command's sockets were listed.
    pub met: u64,
}
