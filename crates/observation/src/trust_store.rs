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
    /// The samples among those that came after the first handshake, when stores were loaded again. `None` in
    /// observations that are older than this field.
    #[serde(default)]
    pub again: Option<u64>,
    /// The samples among those that came between the opening of some connection and the end of its handshake: these
    /// stores were loaded for a connection, not once for a client. `None` in observations that are older than this
    /// field.
    #[serde(default)]
    pub for_connections: Option<u64>,
    /// Samples that were lost because the kernel's buffer was full.
    pub lost: u64,
    /// The number of connections before whose first message, and after that of the previous connection, a trust store
    /// was loaded.
    pub loads: u64,
    /// The number of connections for which this was determined.
    pub connections: u64,
}
