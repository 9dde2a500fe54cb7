//! What every handshake is pinned to, whatever the case: the host. Suites and signature schemes follow from the case
//! (crate `params`).

/// The host that certificates are for.
pub(crate) const HOST: &str = "localhost";
