//! Key-exchange groups.

use crate::named;

/// A key-exchange group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Curve25519 (RFC 7748).
    #[default]
    X25519,
    /// X25519 together with ML-KEM-768, safe against a quantum computer; TLS 1.3 only (draft-ietf-tls-ecdhe-mlkem).
    X25519MlKem768,
    /// NIST P-256.
    Secp256r1,
}

named!(Group, "group", { X25519 => "x25519", X25519MlKem768 => "x25519mlkem768", Secp256r1 => "p256" }, or registered);

impl Group {
    /// The number in IANA's registry of TLS Supported Groups (RFC 8446 §4.2.7).
    pub fn number(self) -> u16 {
        match self {
            Group::X25519 => 0x001d,
            Group::X25519MlKem768 => 0x11ec,
            Group::Secp256r1 => 0x0017,
        }
    }

    /// The group with this number, if it is one of these.
    pub fn from_number(number: u16) -> Option<Group> {
        Group::ALL.into_iter().find(|group| group.number() == number)
    }

    /// The name in IANA's registry, in lower case as ledgers write it.
    pub fn registered(self) -> &'static str {
        match self {
            Group::X25519 => "x25519",
            Group::X25519MlKem768 => "x25519mlkem768",
            Group::Secp256r1 => "secp256r1",
        }
    }

    /// The name in OpenSSL's lists of groups, in its own spelling (SSL_CTX_set1_groups(3)).
    pub fn openssl(self) -> &'static str {
        match self {
            Group::X25519 => "X25519",
            Group::X25519MlKem768 => "X25519MLKEM768",
            Group::Secp256r1 => "P-256",
        }
    }
}
