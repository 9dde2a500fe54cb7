//! Certificates for one run: a private authority, the leaves it issues, and the files that clients trust.
//!
//! The kind of key decides how the cost of a handshake is divided between client and server, so all keys of an
//! authority are of one kind ([`params::CertificateKey`]). The chain is root, intermediate, leaf, as on the web:
//! verifying it is part of what HTTPS costs. Presenting a chain, and negotiating TLS with it, is left to others.

mod authority;
mod error;
mod file;
mod issue;
mod key;
mod leaf;
mod mozilla;

pub use authority::{Authority, Issued};
pub use error::Error;
pub use leaf::Leaf;

/// The path that the names of this crate's functions begin with.
pub const PATH: &str = module_path!();
