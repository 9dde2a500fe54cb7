//! What an origin pins of TLS, so that two clients are compared over the same handshake: version, key-exchange
//! groups, ALPN, tickets. It says what is wanted; each origin brings it about in its own TLS library.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// What the origin will negotiate. Its default is the handshake that every client and every TLS library can do:
/// TLS 1.3, X25519, `http/1.1`, no tickets.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Pins {
    /// The one version of TLS that is spoken.
    #[arg(long, value_name = "VERSION", default_value = "1.3")]
    pub tls_version: TlsVersion,
    /// The key-exchange groups that are accepted, the preferred one first.
    #[arg(long, value_name = "GROUP,…", value_delimiter = ',', default_value = "x25519")]
    pub groups: Vec<Group>,
    /// The protocols that are chosen from by ALPN (RFC 7301); at least one.
    #[arg(long, value_name = "PROTOCOL,…", value_delimiter = ',', default_value = "http/1.1")]
    pub alpn: Vec<String>,
    /// Whether sessions can be resumed.
    #[arg(long)]
    pub tickets: bool,
}

impl Default for Pins {
    fn default() -> Self {
        Pins {
            tls_version: TlsVersion::Tls13,
            groups: vec![Group::X25519],
            alpn: vec!["http/1.1".to_owned()],
            tickets: false,
        }
    }
}

impl Pins {
    /// These pins as command-line arguments, which both origins read alike.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let groups: Vec<_> = self.groups.iter().map(|group| group.name()).collect();
        let mut arguments = vec![
            "--tls-version".to_owned(),
            self.tls_version.to_string(),
            "--groups".to_owned(),
            groups.join(","),
            "--alpn".to_owned(),
            self.alpn.join(","),
        ];
        if self.tickets {
            arguments.push("--tickets".to_owned());
        }
        arguments
    }
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlsVersion {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TlsVersion::Tls12 => "1.2",
            TlsVersion::Tls13 => "1.3",
        })
    }
}

impl FromStr for TlsVersion {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "1.2" => Ok(TlsVersion::Tls12),
            "1.3" => Ok(TlsVersion::Tls13),
            _ => Err(Error::UnknownName { what: "TLS version", given: name.to_owned(), known: "1.2, 1.3".to_owned() }),
        }
    }
}

/// A key-exchange group that both origins can pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Curve25519 (RFC 7748).
    X25519,
    /// X25519 together with ML-KEM-768, safe against a quantum computer; TLS 1.3 only.
    X25519MlKem768,
    /// NIST P-256.
    Secp256r1,
}

impl Group {
    /// Every group there is to pin.
    pub const ALL: [Group; 3] = [Group::X25519, Group::X25519MlKem768, Group::Secp256r1];

    /// The name as the ledger spells it.
    pub fn name(self) -> &'static str {
        match self {
            Group::X25519 => "x25519",
            Group::X25519MlKem768 => "x25519mlkem768",
            Group::Secp256r1 => "secp256r1",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Group {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Group::ALL.into_iter().find(|group| group.name() == name).ok_or_else(|| Error::UnknownName {
            what: "key-exchange group",
            given: name.to_owned(),
            known: Group::ALL.map(Group::name).join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for group in Group::ALL {
            assert_eq!(group.name().parse::<Group>().unwrap(), group);
        }
        for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
            assert_eq!(version.to_string().parse::<TlsVersion>().unwrap(), version);
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = "p256".parse::<Group>().unwrap_err().to_string();
        assert!(error.contains("p256") && error.contains("secp256r1"), "{error}");
    }
}
