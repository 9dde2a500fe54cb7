//! On which terms a cell takes part in a comparison.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// On which terms a cell takes part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Terms {
    /// Its handshakes are pinned, its connections are counted, and it is compared with the others.
    #[default]
    Pinned,
    /// As pinned, with a pool of its client's own that may open a few connections more than there are slots.
    Pooled,
    /// A library as it comes from the box, over whatever it negotiates: its answers are checked, what the ledger saw is
    /// shown, and it is compared with nothing.
    Stock,
    /// An existing program that knows nothing of the trial: the ledger and the system tell what it did.
    Command,
    /// The least that a handshake can cost, made within the engine's process: it connects to nobody, its client's cost
    /// is what that told of the client's side, and distances are counted from it.
    Floor,
}

impl Terms {
    /// Whether its figures may be compared with those of others.
    pub fn compares(self) -> bool {
        matches!(self, Terms::Pinned | Terms::Pooled)
    }
}
