//! Generates keys for certificates.

use params::CertificateKey;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};

/// Generates a key of the given kind.
pub(crate) fn generate(key: CertificateKey) -> Result<KeyPair, rcgen::Error> {
    match key {
        CertificateKey::EcdsaP256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        CertificateKey::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
    }
}
