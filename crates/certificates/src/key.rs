//! Kinds of keys, and making one.

use std::fmt;

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};

/// The kind of every key of an authority: its root's, its intermediate's and its leaves'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// ECDSA on NIST P-256, certificates signed with SHA-256 (RFC 5758 §3.2). Signing is about as cheap as verifying.
    EcdsaP256,
    /// RSA of 2048 bits, certificates signed with PKCS #1 v1.5 and SHA-256 (RFC 4055 §5). Signing, the server's part,
    /// costs many times what verifying does.
    Rsa2048,
}

impl Key {
    /// Every kind there is.
    pub const ALL: [Key; 2] = [Key::EcdsaP256, Key::Rsa2048];

    /// The name in figures.
    pub fn name(self) -> &'static str {
        match self {
            Key::EcdsaP256 => "ecdsa-p256",
            Key::Rsa2048 => "rsa-2048",
        }
    }

    /// A fresh one.
    pub(crate) fn generate(self) -> Result<KeyPair, rcgen::Error> {
        match self {
            Key::EcdsaP256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
            Key::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
