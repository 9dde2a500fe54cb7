//! What every handshake is pinned to, whatever the library: the host, the cipher suite and the signature scheme.

use certificates::Key;

use crate::Version;

/// The host that certificates are for.
pub(crate) const HOST: &str = "localhost";

/// The one suite that is offered: TLS_AES_128_GCM_SHA256 (RFC 8446 §B.4), or
/// TLS_ECDHE_{ECDSA,RSA}_WITH_AES_128_GCM_SHA256 (RFC 5289 §3.2).
pub(crate) fn suite(version: Version, key: Key) -> u16 {
    match (version, key) {
        (Version::Tls13, _) => 0x1301,
        (Version::Tls12, Key::EcdsaP256) => 0xc02b,
        (Version::Tls12, Key::Rsa2048) => 0xc02f,
    }
}

/// The number of the signature scheme that goes with a key (RFC 8446 §4.2.3): `ecdsa_secp256r1_sha256` or
/// `rsa_pss_rsae_sha256`. Left to themselves, libraries choose differently: rustls signs with SHA-512.
pub(crate) fn scheme(key: Key) -> u16 {
    match key {
        Key::EcdsaP256 => 0x0403,
        Key::Rsa2048 => 0x0804,
    }
}
