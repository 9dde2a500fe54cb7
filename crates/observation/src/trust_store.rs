//! How often the command loaded a trust store, found by sampling its call stacks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What sampling told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Samples were taken.
    Sampled(TrustStore),
    /// None could be taken; why, and what would allow it.
    Impossible(String),
    /// None were asked for.
    NotAsked,
}

/// What the samples say of the trust store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrustStore {
    /// CPU time that one sample stands for, ns.
    pub period_ns: u64,
    /// Samples of the command in all.
    pub samples: u64,
    /// Samples in which trust anchors were read, parsed, put into a store, or freed.
    pub in_trust_store: u64,
    /// Of these, the ones after the first handshake: what was loaded again. `None` where an observation is older
    /// than this count.
    #[serde(default)]
    pub again: Option<u64>,
    /// Of these, the ones between the opening of some connection and the end of its handshake: what is loaded for each
    /// connection, and not once for a client. `None` where an observation is older than this count.
    #[serde(default)]
    pub for_connections: Option<u64>,
    /// Samples that the kernel had no room for.
    pub lost: u64,
    /// Stretches of such samples that a connection's first message ended: how many connections had a store loaded since
    /// the connection before them.
    pub loads: u64,
    /// Connections that this was looked up for.
    pub connections: u64,
}
