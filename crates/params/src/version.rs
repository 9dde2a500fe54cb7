//! Versions of TLS.

use crate::named;

/// A version of TLS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    #[default]
    Tls13,
}

named!(TlsVersion, "tls-version", { Tls12 => "1.2", Tls13 => "1.3" });

impl TlsVersion {
    /// The `ProtocolVersion` on the wire (RFC 8446 §4.2.1).
    pub fn number(self) -> u16 {
        match self {
            TlsVersion::Tls12 => 0x0303,
            TlsVersion::Tls13 => 0x0304,
        }
    }

    /// The version with this number, if it is one of these.
    pub fn from_number(number: u16) -> Option<TlsVersion> {
        TlsVersion::ALL.into_iter().find(|version| version.number() == number)
    }

    /// As the ledger and OpenSSL write it: `TLSv1.3`.
    pub fn registered(self) -> &'static str {
        match self {
            TlsVersion::Tls12 => "TLSv1.2",
            TlsVersion::Tls13 => "TLSv1.3",
        }
    }

    /// As benchmarks of the handshake write it: `tls1.3`.
    pub fn in_benchmarks(self) -> &'static str {
        match self {
            TlsVersion::Tls12 => "tls1.2",
            TlsVersion::Tls13 => "tls1.3",
        }
    }
}
