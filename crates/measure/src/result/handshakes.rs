//! What TLS costs in memory, without sockets: figures that a benchmark writes into a result folder, as plain data.

use serde::{Deserialize, Serialize};

/// The results of a run of the benchmarks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InMemory {
    /// Handshakes, each by side.
    pub handshakes: Vec<HandshakeFigure>,
    /// Bulk transfers, each by side.
    pub bulk: Vec<BulkFigure>,
    /// Primitives.
    pub primitives: Vec<PrimitiveFigure>,
}

/// What handshakes of one kind cost one side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandshakeFigure {
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
    /// The number that was measured.
    pub handshakes: u64,
}

/// What bulk transfer costs one side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BulkFigure {
    /// As [`HandshakeFigure::stack`].
    pub stack: String,
    /// As [`HandshakeFigure::library`].
    pub library: String,
    /// As [`HandshakeFigure::version`].
    pub version: String,
    /// The side: the server encrypts, the client decrypts.
    pub side: String,
    /// Bytes of a transfer.
    pub bytes: u64,
    /// CPU time of a transfer, ns: median of all.
    pub ns_per_transfer: f64,
    /// CPU time of all transfers by their number, ns.
    pub mean_ns: f64,
    /// The number that was measured.
    pub transfers: u64,
}

impl InMemory {
    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.handshakes.is_empty() && self.bulk.is_empty() && self.primitives.is_empty()
    }
}

/// What a part of a handshake costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrimitiveFigure {
    /// As [`HandshakeFigure::stack`].
    pub stack: String,
    /// As [`HandshakeFigure::library`].
    pub library: String,
    /// Its name, e.g. `verify/ecdsa-p256`.
    pub primitive: String,
    /// CPU time of one, ns: median of batches, each weighted with its size.
    pub ns: f64,
    /// CPU time of all by their number, ns.
    pub mean_ns: f64,
    /// The number that was measured.
    pub count: u64,
}
