//! The two ways to observe a command: by the URL of one of tlstax's origins, or by a proxy.

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
        /// The origin's service time of each response.
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
