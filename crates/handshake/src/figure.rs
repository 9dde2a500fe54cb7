//! Figures as plain data, for whoever shows or keeps them.

use serde::{Deserialize, Serialize};

/// What a run of the benchmarks found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Handshakes, each by side.
    pub handshakes: Vec<Figure>,
    /// Bulk transfers, each by side.
    pub bulk: Vec<Bulk>,
    /// Primitives.
    pub primitives: Vec<PrimitiveFigure>,
}

/// What handshakes of one [`crate::Case`] cost one side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The stack, e.g. `rustls-aws-lc`.
    pub stack: String,
    /// The library with its version, e.g. `rustls 0.23.46 (aws-lc-rs 1.19.0)`.
    pub library: String,
    /// Of TLS, e.g. `tls1.3`.
    pub version: String,
    /// The key-exchange group, e.g. `x25519`.
    pub group: String,
    /// The kind of the chain's keys, e.g. `ecdsa-p256`.
    pub key: String,
    /// `full` or `resumed`.
    pub kind: String,
    /// `client` or `server`.
    pub side: String,
    /// CPU time of a handshake, ns: median of all.
    pub ns_per_handshake: f64,
    /// CPU time of all handshakes by their number, ns. 10⁹ by this is handshakes per second per core.
    pub mean_ns: f64,
    /// How many there were.
    pub handshakes: u64,
}

/// What bulk transfer costs one side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bulk {
    /// As [`Figure::stack`].
    pub stack: String,
    /// As [`Figure::library`].
    pub library: String,
    /// As [`Figure::version`].
    pub version: String,
    /// The side: the server encrypts, the client decrypts.
    pub side: String,
    /// Bytes of a transfer.
    pub bytes: u64,
    /// CPU time of a transfer, ns: median of all.
    pub ns_per_transfer: f64,
    /// CPU time of all transfers by their number, ns.
    pub mean_ns: f64,
    /// How many there were.
    pub transfers: u64,
}

/// What a part of a handshake costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrimitiveFigure {
    /// As [`Figure::stack`].
    pub stack: String,
    /// As [`Figure::library`].
    pub library: String,
    /// Its name, e.g. `verify/ecdsa-p256`.
    pub primitive: String,
    /// CPU time of one, ns: median of batches, each weighted with its size.
    pub ns: f64,
    /// CPU time of all by their number, ns.
    pub mean_ns: f64,
    /// How many there were.
    pub count: u64,
}
