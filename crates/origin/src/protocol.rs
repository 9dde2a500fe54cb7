//! The protocol between an origin process and its supervisor: line-delimited JSON.
//!
//! The origin prints one [`Ready`] line. After that it responds to each command on its standard input with one line: a
//! [`ledger::Ledger`], or a [`Refusal`] if it doesn't know the command. It ends when its standard input ends, so an
//! origin never outlives the process that started it.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The version of this protocol.
pub const VERSION: u32 = 1;

/// The command that requests the ledger.
pub const LEDGER: &str = "ledger";

/// The command that resets the maxima and the log, and then requests the ledger.
pub const MARK: &str = "mark";

/// An origin's first line, which says that it listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The version of the protocol: [`VERSION`].
    pub tlstax_origin: u32,
    /// `go-httpbin` or `embedded`.
    pub name: String,
    /// Its version, and those of the libraries that matter.
    pub version: String,
    /// Its process ID.
    pub pid: u32,
    /// The addresses for HTTP.
    pub http: Vec<SocketAddr>,
    /// The addresses for HTTPS.
    pub https: Vec<SocketAddr>,
}

/// The response to a command that the origin can't execute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The reason, as a sentence.
    pub error: String,
}
