//! The kinds of leaf that an authority issues. What makes each of them is for the files that issue.

/// A leaf to present: what a client must accept, or one of what it must refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leaf {
    /// For `localhost`, `127.0.0.1` and `::1`, valid now.
    Good,
    /// As the good one, but its time is over.
    Expired,
    /// As the good one, but for another host.
    WrongName,
    /// As the good one, but from a root that nobody knows.
    Untrusted,
}
