//! rustls with ring: the same state machine over other cryptography.

use std::sync::Arc;

use rustls::crypto::ring;
use workload::catalog::stacks::rustls_ring::STACK;

use super::rustls::Rustls;
use super::{Tls, TlsSettings};
use crate::PrepareError;

/// Sets up the stack.
pub(crate) fn build(settings: TlsSettings<'_>) -> Result<Arc<dyn Tls>, PrepareError> {
    Ok(Arc::new(Rustls::with(STACK.name, ring::default_provider(), settings)?))
}
