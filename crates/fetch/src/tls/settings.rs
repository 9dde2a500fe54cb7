//! What a TLS stack is told when it is set up.

use params::{Group, TlsVersion};

use super::TrustStore;

/// What a TLS stack is told.
#[derive(Clone, Copy)]
pub(crate) struct TlsSettings<'a> {
    /// The roots to trust, and no others.
    pub(crate) trust: &'a TrustStore,
    /// Groups to offer.
    pub(crate) groups: &'a [Group],
    /// The version that the origin is pinned to. Clients offer 1.2 and 1.3 whatever it is, but a hello that leads to
    /// 1.2 must say more.
    pub(crate) version: TlsVersion,
    /// What becomes of sessions.
    pub(crate) sessions: Sessions,
}

/// What becomes of a session when its connection has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sessions {
    /// It is forgotten: every handshake is a full one.
    Forgotten,
    /// Each slot keeps its own ([`super::Tls::for_slot`]).
    BySlot,
}
