//! What an origin process and its supervisor say to each other: line-delimited JSON.
//!
//! The origin prints one [`Ready`] line. After that it answers each command on its standard input with one line: a
//! [`ledger::Ledger`], or [`Refusal`] for a command that it doesn't know. When its standard input ends, so does it:
//! an origin never outlives the process that started it.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The version of this protocol.
pub const VERSION: u32 = 1;

/// Asks for the ledger.
pub const LEDGER: &str = "ledger";

/// Asks for the ledger after its maxima and its log have been started anew.
pub const MARK: &str = "mark";

/// An origin's first line: it listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The version of the protocol that it speaks: [`VERSION`].
    pub tlstax_origin: u32,
    /// `go-httpbin` or `embedded`.
    pub name: String,
    /// Its version, and those of the libraries that matter.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// Where it speaks HTTP.
    pub http: Vec<SocketAddr>,
    /// Where it speaks HTTPS.
    pub https: Vec<SocketAddr>,
}

/// The answer to a command that the origin can't obey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why, in a sentence.
    pub error: String,
}
