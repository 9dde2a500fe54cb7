//! Trials under a sampling profiler: their pictures and their bills.

mod own_symbols;
pub(crate) mod pictures;
pub(crate) mod profiler;
pub(crate) mod sheet;

use measure::result::Trial;
use measure::schedstat::ThreadStates;
use profile::Profile;

/// A trial that counts, with what was sampled of it.
pub(crate) struct Profiled {
    pub(crate) trial: Trial,
    pub(crate) profile: Profile,
    /// `None` where the kernel does not tell.
    pub(crate) threads: Option<ThreadStates>,
}
