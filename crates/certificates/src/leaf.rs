//! The kinds of leaf that an authority issues. `issue` and `authority` define their contents.

/// A leaf to present, which a client must accept or refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leaf {
    /// For `localhost`, `127.0.0.1` and `::1`, valid now.
    Good,
    /// Like the good one, but expired.
    Expired,
    /// Like the good one, but for another host.
    WrongName,
    /// Like the good one, but issued under a root that no client trusts.
    Untrusted,
}
