//! A TLS stack: its entry of the catalog, and the code that sets it up.

use std::sync::Arc;

use workload::catalog;

use super::{Tls, TlsSettings};
use crate::PrepareError;

/// A TLS stack.
pub(crate) struct Stack {
    /// Its entry.
    pub(crate) entry: &'static catalog::Stack,
    /// Sets it up.
    pub(crate) build: fn(TlsSettings<'_>) -> Result<Arc<dyn Tls>, PrepareError>,
}
