//! The parameters of a TLS config.

use params::{Group, TlsVersion};

use super::TrustStore;

/// The parameters of a TLS config.
#[derive(Clone, Copy)]
pub(crate) struct TlsSettings<'a> {
    /// The roots to trust, and no others.
    pub(crate) trust: &'a TrustStore,
    /// Groups to offer.
    pub(crate) groups: &'a [Group],
    /// The version that the origin is pinned to. Clients offer 1.2 and 1.3 in any case, but a ClientHello that leads to
    /// 1.2 must contain more.
    pub(crate) version: TlsVersion,
    /// Whether sessions are kept.
    pub(crate) sessions: Sessions,
}

/// What happens to a session when its connection has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sessions {
    /// It is forgotten: every handshake is a full one.
    Forgotten,
    /// Each slot keeps its own ([`super::Tls::for_slot`]).
    BySlot,
}
