//! The client's trust store.

use crate::named;

/// The client's trust store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// Mozilla's roots and the run's own.
    #[default]
    Mozilla,
    /// Only the run's own root.
    Own,
}

named!(Trust, "trust", { Mozilla => "mozilla", Own => "own" });
