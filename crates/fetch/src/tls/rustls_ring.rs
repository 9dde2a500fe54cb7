//! rustls with ring: the same state machine over other cryptography.

use params::Group;
use rustls::crypto::ring;

use super::rustls::Rustls;
use super::{Need, TlsSettings};
use crate::PrepareError;

/// The name in errors.
const STACK: &str = "rustls-ring";

/// Builds the configuration.
pub(crate) fn new(settings: TlsSettings<'_>) -> Result<Rustls, PrepareError> {
    Rustls::with(STACK, ring::default_provider(), settings)
}

/// What there is none of.
pub(crate) fn lacks(need: Need) -> Option<String> {
    (need == Need::Group(Group::X25519MlKem768)).then(|| "has no ML-KEM, and so no X25519MLKEM768".to_owned())
}

/// The versions that are compiled in, as `list` and every trial name them.
pub(crate) fn library() -> String {
    format!("rustls {} (ring {})", env!("TLSTAX_VERSION_RUSTLS"), env!("TLSTAX_VERSION_RING"))
}
