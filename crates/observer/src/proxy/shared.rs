//! What all connections of a proxy have in common.

use observation::Recorder;

use super::destination::Destinations;
use super::proxy_auth::Gate;

/// What a connection is admitted by, goes to and is recorded with.
pub(super) struct Shared {
    /// Who may use the proxy.
    pub(super) gate: Gate,
    /// Where connections go.
    pub(super) destinations: Destinations,
    /// Whom they are told to.
    pub(super) recorder: Recorder,
}
