//! The rules of a trial that this engine can break on purpose.

use clap::ValueEnum;

/// A way not to do the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lie {
    /// Fetch once, and use that response for every request.
    Cached,
    /// Omit one request, and report all.
    Missing,
    /// Keep a connection that should be new for every request.
    Kept,
    /// Offer another key-exchange group than the pinned one.
    WrongGroup,
    /// Trust any certificate.
    Unverified,
    /// State no version.
    NoVersion,
    /// Never report that the work is finished.
    Hang,
    /// End in the middle.
    Exit,
    /// Report that the work ended when it began.
    Backwards,
    /// Report a thousandth of the time that passed.
    FastClock,
    /// Let another process do something.
    Forks,
}
