//! What a client trusts.

use crate::named::named;

/// What a client trusts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// Mozilla's roots and the run's own.
    #[default]
    Mozilla,
    /// The run's own root alone.
    Own,
}

named!(Trust, "trust", { Mozilla => "mozilla", Own => "own" });

impl Trust {
    fn is_called(self, text: &str) -> bool {
        self.name() == text
    }
}
