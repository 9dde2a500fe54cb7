//! The TLS parameters that an origin pins, so that clients are compared with the same handshake: version, key-exchange
//! groups, ALPN, tickets. Each origin configures its TLS library accordingly.

use params::{Group, TlsVersion};

/// What the origin will negotiate. Its default is the handshake that every client and every TLS library can do:
/// TLS 1.3, X25519, `http/1.1`, no tickets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, clap::Args)]
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
    /// The pins as command-line arguments, which both origins parse in the same way.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let groups: Vec<_> = self.groups.iter().map(|group| group.registered()).collect();
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
