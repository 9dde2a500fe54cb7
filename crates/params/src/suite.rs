//! The cipher suites that handshakes are pinned to: AES-128-GCM with SHA-256 throughout, which Go and OpenSSL choose on
//! a CPU with AES instructions.

use crate::{CertificateKey, TlsVersion};

/// A cipher suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suite {
    /// Of TLS 1.3, whatever key the certificate has (RFC 8446 §B.4).
    Aes128Gcm,
    /// Of TLS 1.2 with an ECDSA certificate (RFC 5289 §3.2).
    EcdheEcdsaAes128Gcm,
    /// Of TLS 1.2 with an RSA certificate (RFC 5289 §3.2).
    EcdheRsaAes128Gcm,
}

impl Suite {
    /// Every suite.
    pub const ALL: [Suite; 3] = [Suite::Aes128Gcm, Suite::EcdheEcdsaAes128Gcm, Suite::EcdheRsaAes128Gcm];

    /// The suite of a handshake in `version` with a certificate of that `key`.
    pub fn of(version: TlsVersion, key: CertificateKey) -> Suite {
        match (version, key) {
            (TlsVersion::Tls13, _) => Suite::Aes128Gcm,
            (TlsVersion::Tls12, CertificateKey::EcdsaP256) => Suite::EcdheEcdsaAes128Gcm,
            (TlsVersion::Tls12, CertificateKey::Rsa2048) => Suite::EcdheRsaAes128Gcm,
        }
    }

    /// The number in IANA's registry of TLS Cipher Suites.
    pub fn number(self) -> u16 {
        match self {
            Suite::Aes128Gcm => 0x1301,
            Suite::EcdheEcdsaAes128Gcm => 0xc02b,
            Suite::EcdheRsaAes128Gcm => 0xc02f,
        }
    }

    /// The name in IANA's registry, which ledgers use.
    pub fn registered(self) -> &'static str {
        match self {
            Suite::Aes128Gcm => "TLS_AES_128_GCM_SHA256",
            Suite::EcdheEcdsaAes128Gcm => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            Suite::EcdheRsaAes128Gcm => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        }
    }

    /// The name in OpenSSL's lists (openssl-ciphers(1)).
    pub fn openssl(self) -> &'static str {
        match self {
            Suite::Aes128Gcm => "TLS_AES_128_GCM_SHA256",
            Suite::EcdheEcdsaAes128Gcm => "ECDHE-ECDSA-AES128-GCM-SHA256",
            Suite::EcdheRsaAes128Gcm => "ECDHE-RSA-AES128-GCM-SHA256",
        }
    }
}
