//! The rules of a trial that this engine can be told to break.

use clap::ValueEnum;

/// One way not to do the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lie {
    /// Fetch once, and give that answer for every request.
    Cached,
    /// Leave one request out, and tell of all.
    Missing,
    /// Keep a connection that was to be new for every request.
    Kept,
    /// Offer another key-exchange group than the pinned one.
    WrongGroup,
    /// Trust any certificate.
    Unverified,
    /// Say no version.
    NoVersion,
    /// Never say that the work is finished.
    Hang,
    /// End in the middle.
    Exit,
    /// Say that the work ended when it began.
    Backwards,
    /// Tell of a thousandth of the time that passed.
    FastClock,
    /// Have another process do something.
    Forks,
}
