//! State that all connections of a proxy share.

use observation::Recorder;

use super::destination::Destinations;
use super::proxy_auth::ProxyAuth;

/// Authentication, destinations and recorder of a proxy.
pub(super) struct Shared {
    /// Decides who may use the proxy.
    pub(super) auth: ProxyAuth,
    /// Connects to the requested hosts.
    pub(super) destinations: Destinations,
    /// Records the connections.
    pub(super) recorder: Recorder,
}
