//! The two ways in to a command: by a URL of an origin of ours, or by a proxy.

mod observed;
mod proxy;
mod url;

use std::time::Duration;

use observer::{Allowed, Interrupts, Mapping};

pub(crate) use self::observed::{Asked, Observed};
use crate::failure::Failure;

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

/// Runs the command, and sees.
pub(crate) fn observe(asked: &Asked<'_>, way: Way, interrupts: &mut Interrupts) -> Result<Observed, Failure> {
    match way {
        Way::Url { service } => url::observe(asked, service, interrupts),
        Way::Proxy { mappings, allowed } => proxy::observe(asked, mappings, allowed, interrupts),
    }
}
