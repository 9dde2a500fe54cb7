//! HTTP clients: what sends requests over a connection. One file each.

pub(crate) mod hyper;
pub(crate) mod hyper_util_stock;
mod library_error;
pub(crate) mod reqwest;
pub(crate) mod reqwest_stock;
pub(crate) mod ureq;
pub(crate) mod ureq_stock;

use std::sync::Arc;

use measure::trace::Tracer;
use workload::catalog::Charged;
use workload::{Connection, charged};

use crate::request::RequestParts;
use crate::response::Checker;
use crate::target::Targets;
use crate::tls::ConfigFactory;

/// The class of the bill that these modules' CPU time counts as.
pub(crate) const SYMBOLS: Charged = charged!(Http);

/// The User-Agent of all clients: with equal headers, requests and echoed responses have equal lengths.
pub(crate) const USER_AGENT: &str = concat!("tlstax/", env!("CARGO_PKG_VERSION"));

/// What all clients of a trial share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) targets: Arc<Targets>,
    pub(crate) checker: Arc<Checker>,
    /// Makes TLS configs.
    pub(crate) config_factory: Arc<ConfigFactory>,
    pub(crate) connection: Connection,
    /// Method, headers and body of every request.
    pub(crate) request: Arc<RequestParts>,
    /// Records the steps of clients that trace them.
    pub(crate) tracer: Arc<Tracer>,
}

impl Shared {
    /// Number of requests after which a slot closes its connection.
    pub(crate) fn requests_each(&self) -> u64 {
        self.connection.requests_each().map_or(u64::MAX, |requests| requests.get().into())
    }
}
