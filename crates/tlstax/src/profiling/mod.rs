//! Trials under a sampling profiler: their pictures and their bills.

mod own_symbols;
pub(crate) mod pictures;
pub(crate) mod profiler;
pub(crate) mod sheet;

use measure::result::Trial;
use measure::schedstat::ThreadStates;
use profile::Profile;

/// A trial that counts, with its samples.
pub(crate) struct Profiled {
    pub(crate) trial: Trial,
    pub(crate) profile: Profile,
    /// `None` if the kernel does not report it.
    pub(crate) threads: Option<ThreadStates>,
}
