//! The two ways in to a command: by a URL of an origin of ours, or by a proxy.

mod proxy;
mod url;

use std::ffi::OsString;
use std::time::Duration;

use observation::Pass;
use observer::{Allowed, Interrupts, Mapping};

use crate::failure::Failure;

/// What is observed.
pub(crate) struct Asked<'a> {
    pub(crate) command: &'a [OsString],
    pub(crate) timeout: Option<Duration>,
    pub(crate) sample: bool,
}

/// The way in.
pub(crate) enum Way {
    Url {
        /// What the origin takes for each answer.
        service: Duration,
    },
    Proxy {
        mappings: Vec<Mapping>,
        allowed: Allowed,
    },
}

/// What was seen.
pub(crate) struct Observed {
    pub(crate) passes: Vec<Pass>,
    /// The exit code that the command left; of several passes the last that failed.
    pub(crate) code: u8,
}

/// Runs the command, and sees.
pub(crate) fn observe(asked: &Asked<'_>, way: Way, interrupts: &mut Interrupts) -> Result<Observed, Failure> {
    match way {
        Way::Url { service } => url::observe(asked, service, interrupts),
        Way::Proxy { mappings, allowed } => proxy::observe(asked, mappings, allowed, interrupts),
    }
}
