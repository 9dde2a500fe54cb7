//! How often the command loaded a trust store, found by sampling its call stacks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The result of sampling the command's stacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Samples were taken.
    Sampled(TrustStore),
    /// No samples could be taken. The string is the reason, and what would allow it.
    Impossible(String),
    /// Sampling was turned off.
    NotAsked,
}

/// How often trust stores were loaded, by the samples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrustStore {
    /// The CPU time that one sample represents, ns.
    pub period_ns: u64,
    /// The number of all samples of the command.
    pub samples: u64,
    /// Samples in which trust anchors were being read, parsed, put into a store, or freed.
    pub in_trust_store: u64,
    /// Samples of `in_trust_store` that came after the first handshake, when stores were loaded again. `None` in
    /// observations that are older than this field.
    #[serde(default)]
    pub again: Option<u64>,
    /// Samples of `in_trust_store` that came between the opening of some connection and the end of its handshake: they
    /// belong to stores that were loaded for a connection, not once for a client. `None` in observations that are older
    /// than this field.
    #[serde(default)]
    pub for_connections: Option<u64>,
    /// Samples that were lost because the kernel's buffer was full.
    pub lost: u64,
    /// The number of connections for which a trust store was loaded: at least one sample of a load lies between the
    /// first message of the previous connection and that of this one.
    pub loads: u64,
    /// The number of connections over which `loads` was counted.
    pub connections: u64,
}
