//! Kinds of keys that certificates have, and the signatures that go with them.

use crate::named;

/// The type of every key in a chain: the root's, the intermediates' and the leaf's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CertificateKey {
    /// ECDSA on NIST P-256, certificates signed with SHA-256 (RFC 5758 §3.2). Signing is about as cheap as verifying.
    #[default]
    EcdsaP256,
    /// RSA of 2048 bits, certificates signed with PKCS #1 v1.5 and SHA-256 (RFC 4055 §5). Signing, the server's part,
    /// costs many times what verifying does.
    Rsa2048,
}

named!(CertificateKey, "cert", { EcdsaP256 => "ecdsa-p256", Rsa2048 => "rsa-2048" });

/// How a server signs the handshake (RFC 8446 §4.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureScheme {
    /// The number in IANA's registry.
    pub number: u16,
    /// The name in IANA's registry, by which OpenSSL knows it too.
    pub name: &'static str,
}

impl CertificateKey {
    /// The scheme with SHA-256 for this key type in TLS 1.3. By default libraries choose differently: rustls signs with
    /// SHA-512.
    pub fn signature_scheme(self) -> SignatureScheme {
        match self {
            CertificateKey::EcdsaP256 => SignatureScheme { number: 0x0403, name: "ecdsa_secp256r1_sha256" },
            CertificateKey::Rsa2048 => SignatureScheme { number: 0x0804, name: "rsa_pss_rsae_sha256" },
        }
    }
}
