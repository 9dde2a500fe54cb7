//! How a trial's TLS settings are made: which stack, from which trust store, with which groups.
//!
//! Making them is work that a client may do once or many times; whoever makes requests says when.

use std::path::PathBuf;
use std::sync::Arc;

use workload::{Connection, TlsVersion};

use super::{Backend, Sessions, Stack, Tls, TlsSettings, TrustStore};
use crate::PrepareError;

/// What TLS settings are made of.
pub(crate) struct Recipe {
    pub(crate) stack: &'static Stack,
    /// PEM file of the roots to trust; none for cells without TLS.
    pub(crate) trust_file: Option<PathBuf>,
    /// Groups to offer, by their names in the ledger.
    pub(crate) groups: Vec<String>,
    /// The version that the origin is pinned to.
    pub(crate) version: TlsVersion,
}

impl Recipe {
    /// Reads the trust store and sets up the stack, which resumes nothing.
    pub(crate) fn make(&self) -> Result<Arc<dyn Tls>, PrepareError> {
        self.build(Sessions::Forgotten)
    }

    /// The settings of each slot, whose connections are of that kind.
    pub(crate) fn for_slots(&self, connection: Connection, slots: u32) -> Result<Vec<Arc<dyn Tls>>, PrepareError> {
        if connection != Connection::Resumed {
            let shared = self.make()?;
            return Ok((0..slots).map(|_| Arc::clone(&shared)).collect());
        }
        let shared = self.build(Sessions::BySlot)?;
        let refuse =
            || PrepareError::Tls { stack: self.stack.name, reason: "it has no way to resume a session".to_owned() };
        (0..slots).map(|_| shared.for_slot().ok_or_else(refuse)).collect()
    }

    fn build(&self, sessions: Sessions) -> Result<Arc<dyn Tls>, PrepareError> {
        let trust = self.trust()?;
        (self.stack.build)(TlsSettings { trust: &trust, groups: &self.groups, version: self.version, sessions })
    }

    /// Reads the trust store.
    pub(crate) fn trust(&self) -> Result<TrustStore, PrepareError> {
        self.trust_file.as_deref().map_or_else(|| Ok(TrustStore::empty()), TrustStore::read)
    }

    /// What a client as it comes from the box calls the stack.
    pub(crate) fn stock(&self) -> Result<Backend, PrepareError> {
        let refuse = || PrepareError::Tls { stack: self.stack.name, reason: "no stock client has it".to_owned() };
        self.stack.stock.ok_or_else(refuse)
    }
}
