//! TLS stacks: each turns a TCP connection into a secure one. One file each.
//!
//! All verify the server against the same trust store, and offer the groups that the trial names where the stack allows
//! it. [`ConfigFactory`] decides when and how often a config is made. The origin's ledger, not this code, proves what
//! was negotiated.

mod accepts_any;
mod ca_bundle;
mod config_factory;
mod connector;
mod discard_writes;
pub(crate) mod groups;
pub(crate) mod native_tls;
pub(crate) mod openssl;
mod openssl_session;
pub(crate) mod plain;
pub(crate) mod rustls;
pub(crate) mod rustls_ring;
mod secure;
mod settings;
mod stack;
mod trust;

use workload::catalog::Charged;
use workload::charged;

pub use ca_bundle::{CaBundleError, check_ca_bundle};
pub(crate) use config_factory::{ConfigFactory, SlotTls};
pub(crate) use connector::{BlockingStream, Boxed, LocalBoxed, Tls};
pub(crate) use secure::Secure;
pub(crate) use settings::{Sessions, TlsSettings};
pub(crate) use stack::Stack;
pub(crate) use trust::{SYMBOLS as TRUST_SYMBOLS, TrustStore};

/// The class of the bill that these modules' CPU time counts as.
pub(crate) const SYMBOLS: Charged = charged!(TlsState);
