//! What is asked of an observation, and what it comes to, whichever the way in.

use std::ffi::OsString;
use std::time::Duration;

use observation::ObservedRun;

/// What is observed.
pub(crate) struct Asked<'a> {
    pub(crate) command: &'a [OsString],
    pub(crate) timeout: Option<Duration>,
    pub(crate) sample: bool,
}

/// What was seen.
pub(crate) struct Observed {
    pub(crate) passes: Vec<ObservedRun>,
    /// The exit code that the command left; of several passes the last that failed.
    pub(crate) code: u8,
}
