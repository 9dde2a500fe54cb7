//! The terms of a cell: what is pinned and checked, and so what it may be compared with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The terms of a cell: what is pinned and checked, and so what it may be compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Terms {
    /// Its handshakes are pinned, its connections are counted, and it is compared with the others.
    #[default]
    Pinned,
    /// As pinned, but the client has a connection pool that may open a few more connections than there are slots.
    Pooled,
    /// A library with its own defaults, which negotiates what it likes: its responses are checked, the ledger's counts
    /// are displayed, and it is not compared.
    Stock,
    /// An external program that does not know the trial protocol: only the ledger and the system show what it did.
    Command,
    /// The least that a cell's work can cost, made within the engine's process: a handshake in memory opens no
    /// connection and reports the cost of its client's side, and other cells are compared with it as a ratio.
    Floor,
}

impl Terms {
    /// Whether its figures may be compared with those of others.
    pub fn compares(self) -> bool {
        matches!(self, Terms::Pinned | Terms::Pooled)
    }
}
