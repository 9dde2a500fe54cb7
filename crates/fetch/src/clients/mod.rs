//! HTTP clients: who speaks HTTP over a connection. One file each.

pub(crate) mod hyper;
pub(crate) mod ureq;

use std::sync::Arc;

use workload::Connection;

use crate::answer::Checker;
use crate::target::Targets;
use crate::tls::Tls;

/// The User-Agent of all clients: with equal headers, requests and echoed answers have equal lengths.
pub(crate) const USER_AGENT: &str = concat!("tlstax/", env!("CARGO_PKG_VERSION"));

/// What all clients of a trial share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) targets: Arc<Targets>,
    pub(crate) checker: Arc<Checker>,
    pub(crate) tls: Arc<dyn Tls>,
    pub(crate) connection: Connection,
}
