//! How a trial's TLS config is made: which stack, which trust store, which groups.
//!
//! A client may make it once, once for each slot, or, if it builds a client object per request, once for each request;
//! this follows from the kind of connection ([`ConfigFactory::for_slots`]).

use std::path::PathBuf;
use std::sync::Arc;

use params::{Group, TlsVersion};
use workload::Connection;
use workload::catalog::Backend;

use super::{Sessions, Stack, Tls, TlsSettings, TrustStore};
use crate::PrepareError;

/// The ingredients of a TLS config.
pub(crate) struct ConfigFactory {
    pub(crate) stack: &'static Stack,
    /// PEM file of the roots to trust; none for cells without TLS.
    pub(crate) trust_file: Option<PathBuf>,
    /// Whether no certificate is verified.
    pub(crate) insecure: bool,
    /// Groups to offer.
    pub(crate) groups: Vec<Group>,
    /// The version that the origin is pinned to.
    pub(crate) version: TlsVersion,
}

/// The TLS config of a slot's connections.
pub(crate) enum SlotTls {
    /// Made before the measurement.
    Standing(Arc<dyn Tls>),
    /// Made anew for each request, including reading the trust store.
    PerRequest(Arc<ConfigFactory>),
}

impl ConfigFactory {
    /// Reads the trust store and makes the stack's config, without resumption.
    pub(crate) fn make(&self) -> Result<Arc<dyn Tls>, PrepareError> {
        self.build(Sessions::Forgotten)
    }

    /// The config of each slot, for connections of that kind.
    pub(crate) fn for_slots(
        self: &Arc<Self>,
        connection: Connection,
        slots: u32,
    ) -> Result<Vec<SlotTls>, PrepareError> {
        match connection {
            Connection::NewClient => Ok((0..slots).map(|_| SlotTls::PerRequest(Arc::clone(self))).collect()),
            Connection::Resumed => Ok(self.resuming(slots)?.into_iter().map(SlotTls::Standing).collect()),
            Connection::NewConn | Connection::KeepAlive | Connection::KeepAliveFor(_) | Connection::Own => {
                let shared = self.make()?;
                Ok((0..slots).map(|_| SlotTls::Standing(Arc::clone(&shared))).collect())
            }
        }
    }

    /// The config of each slot that resumes its own sessions.
    pub(crate) fn resuming(&self, slots: u32) -> Result<Vec<Arc<dyn Tls>>, PrepareError> {
        let shared = self.build(Sessions::BySlot)?;
        let refuse = || PrepareError::Tls {
            stack: self.stack.entry.name,
            reason: "it has no way to resume a session".to_owned(),
        };
        (0..slots).map(|_| shared.for_slot().ok_or_else(refuse)).collect()
    }

    fn build(&self, sessions: Sessions) -> Result<Arc<dyn Tls>, PrepareError> {
        let trust = self.trust()?;
        (self.stack.build)(TlsSettings { trust: &trust, groups: &self.groups, version: self.version, sessions })
    }

    /// Reads the trust store, unless any certificate will do.
    pub(crate) fn trust(&self) -> Result<TrustStore, PrepareError> {
        if self.insecure {
            return Ok(TrustStore::accepting_any());
        }
        self.trust_file.as_deref().map_or_else(|| Ok(TrustStore::empty()), TrustStore::read)
    }

    /// The stack's name in a client that is used with its defaults.
    pub(crate) fn stock(&self) -> Result<Backend, PrepareError> {
        let refuse = || PrepareError::Tls { stack: self.stack.entry.name, reason: "no stock client has it".to_owned() };
        self.stack.entry.stock.ok_or_else(refuse)
    }
}
