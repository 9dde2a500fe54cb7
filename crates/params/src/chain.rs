//! How many certificates a server sends.

use crate::named;

/// How many certificates a server sends: the leaf and its intermediates, without the root.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chain {
    /// The leaf, issued by the root.
    One,
    /// The leaf and an intermediate: what most servers send.
    #[default]
    Two,
    /// The leaf and two intermediates.
    Three,
}

named!(Chain, "chain", { One => "1", Two => "2", Three => "3" });

impl Chain {
    /// Number of intermediates sent with the leaf.
    pub fn intermediates(self) -> u8 {
        match self {
            Chain::One => 0,
            Chain::Two => 1,
            Chain::Three => 2,
        }
    }

    /// Number of certificates sent.
    pub fn certificates(self) -> usize {
        usize::from(self.intermediates()) + 1
    }
}
