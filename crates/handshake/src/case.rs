//! The handshakes that can be measured: a static table of valid combinations, times stacks and kinds.

use std::fmt;

use params::{CertificateKey, Group, TlsVersion};

/// A TLS library, with the cryptography beneath it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stack {
    /// rustls with aws-lc-rs.
    RustlsAwsLc,
    /// rustls with ring.
    RustlsRing,
    /// OpenSSL.
    OpenSsl,
}

/// Whether a handshake starts a new session or resumes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// With certificates, and no tickets afterwards.
    Full,
    /// From a session of the same pair: TLS 1.3 by a ticket and a new key exchange (`psk_dhe_ke`, RFC 8446 §4.2.9),
    /// TLS 1.2 by session id (RFC 5246 §7.3).
    Resumed,
}

/// A side of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The side that connects, and verifies the certificate.
    Client,
    /// The side that presents a certificate.
    Server,
}

/// A handshake to measure. The cipher suite follows from it: always AES-128-GCM with SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Case {
    /// The TLS library.
    pub stack: Stack,
    /// The version of TLS.
    pub version: TlsVersion,
    /// The key-exchange group.
    pub group: Group,
    /// The type of the certificates' keys, root to leaf.
    pub key: CertificateKey,
    /// Full or resumed.
    pub kind: Kind,
}

/// The valid combinations of version, group and key. The hybrid group is for TLS 1.3 only.
static COMBINATIONS: [(TlsVersion, Group, CertificateKey); 6] = [
    (TlsVersion::Tls13, Group::X25519, CertificateKey::EcdsaP256),
    (TlsVersion::Tls13, Group::X25519, CertificateKey::Rsa2048),
    (TlsVersion::Tls13, Group::X25519MlKem768, CertificateKey::EcdsaP256),
    (TlsVersion::Tls13, Group::X25519MlKem768, CertificateKey::Rsa2048),
    (TlsVersion::Tls12, Group::X25519, CertificateKey::EcdsaP256),
    (TlsVersion::Tls12, Group::X25519, CertificateKey::Rsa2048),
];

impl Case {
    /// Every combination, including those that are not available here ([`Case::missing`]).
    pub fn all() -> impl Iterator<Item = Case> {
        Kind::ALL.into_iter().flat_map(|kind| {
            Stack::ALL.into_iter().flat_map(move |stack| {
                COMBINATIONS.iter().map(move |&(version, group, key)| Case { stack, version, group, key, kind })
            })
        })
    }

    /// The reason why this case is not available; `None` if it is. It depends on the linked libraries.
    pub fn missing(self) -> Option<&'static str> {
        self.stack.lacks(self.group)
    }
}

/// Without the kind, which is a separate part of a benchmark's name: `rustls-aws-lc/tls1.3/x25519/ecdsa-p256`.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.stack, self.version.in_benchmarks(), self.group.registered(), self.key)
    }
}

impl Stack {
    /// All stacks.
    pub const ALL: [Stack; 3] = [Stack::RustlsAwsLc, Stack::RustlsRing, Stack::OpenSsl];

    /// The linked library and its version, e.g. `rustls 0.23.46 (ring 0.17.14)`.
    pub fn library(self) -> String {
        match self {
            Stack::RustlsAwsLc => {
                format!("rustls {} (aws-lc-rs {})", env!("TLSTAX_VERSION_RUSTLS"), env!("TLSTAX_VERSION_AWS_LC_RS"))
            }
            Stack::RustlsRing => {
                format!("rustls {} (ring {})", env!("TLSTAX_VERSION_RUSTLS"), env!("TLSTAX_VERSION_RING"))
            }
            Stack::OpenSsl => openssl::version::version().to_owned(),
        }
    }

    /// The reason why the stack lacks this group; `None` if it supports it.
    pub(crate) fn lacks(self, group: Group) -> Option<&'static str> {
        match (self, group) {
            (Stack::RustlsRing, Group::X25519MlKem768) => Some("ring has no ML-KEM"),
            (Stack::OpenSsl, Group::X25519MlKem768) if openssl::version::number() < 0x3050_0000 => {
                Some("OpenSSL has ML-KEM from 3.5 on, and the one linked is older")
            }
            _ => None,
        }
    }
}

impl Kind {
    /// Both kinds.
    pub const ALL: [Kind; 2] = [Kind::Full, Kind::Resumed];
}

impl Side {
    /// Both sides.
    pub const ALL: [Side; 2] = [Side::Client, Side::Server];
}

/// The names in figures and benchmarks.
macro_rules! names {
    ($($type:ident { $($variant:ident => $name:literal),+ $(,)? })+) => {
        $(
            impl $type {
                /// The name in figures.
                pub fn name(self) -> &'static str {
                    match self {
                        $($type::$variant => $name),+
                    }
                }
            }

            impl fmt::Display for $type {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.name())
                }
            }
        )+
    };
}

names! {
    Stack { RustlsAwsLc => "rustls-aws-lc", RustlsRing => "rustls-ring", OpenSsl => "openssl" }
    Kind { Full => "full", Resumed => "resumed" }
    Side { Client => "client", Server => "server" }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_case_has_a_name_of_its_own() {
        let names: HashSet<String> = Case::all().map(|case| format!("{}/{case}", case.kind)).collect();
        assert_eq!(names.len(), 3 * 6 * 2);
        assert!(names.contains("full/rustls-aws-lc/tls1.3/x25519/ecdsa-p256"));
    }

    #[test]
    fn only_the_hybrid_group_can_be_missing() {
        for case in Case::all().filter(|case| case.missing().is_some()) {
            assert_eq!(case.group, Group::X25519MlKem768);
            assert_ne!(case.stack, Stack::RustlsAwsLc);
        }
    }
}
