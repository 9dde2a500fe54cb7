//! A TLS stack: its entry in the catalog, and the function that sets it up.

use std::sync::Arc;

use workload::catalog;

use super::{Tls, TlsSettings};
use crate::PrepareError;

/// A TLS stack.
pub(crate) struct Stack {
    /// Its entry in the catalog.
    pub(crate) entry: &'static catalog::Stack,
    /// Sets it up.
    pub(crate) build: fn(TlsSettings<'_>) -> Result<Arc<dyn Tls>, PrepareError>,
}
