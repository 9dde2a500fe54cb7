//! How a trial's TLS settings are made: which stack, from which trust store, with which groups.
//!
//! Making them is work that a client may do once or many times; whoever makes requests says when.

use std::path::PathBuf;
use std::sync::Arc;

use workload::TlsVersion;

use super::{Backend, Stack, Tls, TlsSettings, TrustStore};
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
    /// Reads the trust store and sets up the stack.
    pub(crate) fn make(&self) -> Result<Arc<dyn Tls>, PrepareError> {
        let trust = self.trust()?;
        (self.stack.build)(TlsSettings { trust: &trust, groups: &self.groups, version: self.version })
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
